import { exp, expm1, hash64, log, log1p, philoxDraws, sum } from '../../src/math/index.ts'
import { createBook, createTriggers } from '../../src/world/index.ts'
import type { Workload } from '../workloads/crash.ts'
import { type Packed, pack } from './layout.ts'
import { collectBelow, countBelow } from './scanKernel.ts'

/** When the book is asked: in every block, or only when prices seen or amounts have changed. */
export type Scanning = 'everyBlock' | 'onChange'

/** How rows below their thresholds are found: by a scan of all rows, or by triggers. */
export type Finding = 'scan' | 'triggers'

/** What a path did; arrays are valid until the next run. */
export type FusedResult = {
  readonly liquidations: number
  /** Rows and blocks of the liquidations, in order of execution. */
  readonly row: Int32Array
  readonly block: Int32Array
  readonly failed: number
  readonly scans: number
  /** Answers that feeds stored. */
  readonly answers: number
  /** Gwei at the end. */
  readonly baseFee: number
  /** Rows below their thresholds in the last block. */
  readonly unhealthy: number
}

/** The crash in one loop over typed arrays: no engine, no ports, no trace. */
export type FusedLoop = {
  /** Run the first `blocks` blocks from the opening. */
  run(scanning: Scanning, blocks: number): FusedResult
  /** Debt beyond full collateral at reference prices after the last run, USD. */
  badDebt(): number
}

const MAX_BORROW_RATE = 5e-6
const SLACK = 1e-12
/** Interest of `MOST_BLOCKS` blocks at the highest rate makes less of a debt than this. */
const ROOM = 1.01
const MOST_BLOCKS = 1000
const USD = 0

/** The packed rows as a book with triggers; rows without debt have no entries in it. */
function watchBook(
  { rows, start, count, coordinate, amount, market, markets }: Packed,
  w: Workload,
) {
  const order = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: count[row]! }, (_, j) => start[row]! + j),
  ).flat()
  const first = new Int32Array(rows + 1)
  for (let row = 0; row < rows; row++) first[row + 1] = first[row]! + count[row]!
  const isDebt = Uint8Array.from(market, (_, c) => (c < markets ? 1 : 0))
  const source = {
    start: first,
    coordinate: order.map((k) => coordinate[k]!),
    amount: order.map((k) => amount[k]!),
  }
  const book = createBook(source, isDebt)
  const weights = Array.from(market, (m) => (w.assets[m + 1]!.kind === 'stable' ? 0.1 : 1))
  return { book, opening: book.mark(), triggers: createTriggers(book, { weights }) }
}

/**
 * Make the reference loop: per block the prices of the reference market, the feeds' rule, a scan of
 * all rows, and for what it finds the liquidator's and Compound's arithmetic, the sale through the
 * exponential impact, capital and settlement. Formulas and order of operations are those of the
 * models in src/; only kernels of src/math are shared.
 */
export function createFusedLoop(w: Workload, finding: Finding = 'scan'): FusedLoop {
  const { frozen, assets, moves } = w
  const n = assets.length
  const book = pack(w)
  const { markets: M, groups, market, factor } = book
  const coordinates = market.length
  const watched = finding === 'triggers' ? watchBook(book, w) : null
  const { start, count, coordinate } = watched?.book ?? book
  const amount = watched?.book.amount ?? new Float64Array(book.amount.length)

  // Constants of the market, the feeds, the chain and the liquidator.
  const keep = 1 - frozen.fee
  const left = exp((-Math.LN2 * frozen.blockSeconds) / frozen.halfLife)
  const startPrice = Float64Array.from(assets, (a) => a.price)
  const lambda = Float64Array.from(assets, (a) => (0.01 * a.price) / (frozen.depth[a.name] ?? 1e30))
  const shift = new Float64Array((frozen.blocks + 1) * n)
  for (let a = 1; a < n; a++)
    for (let block = 0; block <= frozen.blocks; block++)
      shift[block * n + a] = log(moves[a - 1]![block]!) - log(moves[a - 1]![0]!)
  const rules = assets.map((a) => (a.kind === 'stable' ? frozen.stableFeeds : frozen.volatileFeeds))
  const deviation = Float64Array.from(rules, (r) => r.deviation)
  const heartbeat = Float64Array.from(rules, (r) => r.heartbeat)
  const native = assets.findIndex((a) => a.name === frozen.falls)
  const limit = frozen.gasLimit * (1 - frozen.demand)
  const { bid, minProfit, closeFactor, seizeShare } = frozen
  const incentive = 1 + frozen.liquidationBonus
  const waits = Math.ceil(frozen.settlement / frozen.blockSeconds - 1e-9)
  const lag = Math.ceil(frozen.detectionDelay / frozen.blockSeconds - 1e-9)
  const draws = philoxDraws(frozen.seed, 0, '/builder')
  const tagOf = (name: string): number => hash64(name)[0]
  const feedTag = assets.map((a) => tagOf(a.kind === 'stable' ? 'stableFeeds' : 'volatileFeeds'))
  const ownTag = tagOf('liquidators')

  // State that a refused liquidation gives back, in one buffer.
  const state = new Float64Array(3 * n + 6 * M + n + (waits + 1) + 1)
  const kept = new Float64Array(state.length)
  let used = 0
  function part(length: number): Float64Array {
    used += length
    return state.subarray(used - length, used)
  }
  const permanent = part(n)
  const transient = part(n)
  const price = part(n)
  const cash = part(M)
  const index = part(M)
  const borrows = part(M)
  const reserves = part(M)
  const supply = part(M)
  const accruedAt = part(M)
  const own = part(n)
  const pending = part(waits + 1)
  const locked = part(1)

  // State that no refusal touches.
  const fundamental = new Float64Array(n)
  const answer = new Float64Array(n)
  const answered = new Float64Array(n)
  const seen = new Float64Array(n)
  const seenAt = new Float64Array(n)
  const ring = new Float64Array((lag + 1) * n)
  let baseFee = 0
  let isDirty = true
  /** USD; rows that owe less are left out, except where every block is scanned. */
  let sizeFloor = 0

  // Scratch.
  const thresholds = new Float64Array(coordinates)
  const scanned = new Float64Array(coordinates)
  const values = new Float64Array(coordinates)
  const weighted = new Float64Array(M)
  const freshRate = new Float64Array(M)
  const freshIndex = new Float64Array(M)
  const freshBorrows = new Float64Array(M)
  const freshReserves = new Float64Array(M)
  const storedRate = new Float64Array(M)
  const isAccruable = new Uint8Array(M)
  let isFreshKnown = false
  const hits = new Int32Array(book.rows)
  const flags = new Uint8Array(book.rows)
  const foundRow = new Int32Array(book.rows)
  const foundDebt = new Int32Array(book.rows)
  const foundHeld = new Int32Array(book.rows)
  const foundOwed = new Float64Array(book.rows)
  /** Pair of markets of a row found, -1 when it has none; most that it may repay, whole tokens. */
  const foundPair = new Int32Array(book.rows)
  const foundMost = new Float64Array(book.rows)
  const pairAt = new Int32Array(M * M)
  const pairKey = new Int32Array(M * M)
  const pairMost = new Float64Array(M * M)
  const pairEarns = new Float64Array(M * M)
  let pairs = 0
  let boundAt = 0
  let boundAnswers = -1
  /** Liquidations that pay: place among the rows found, size, cost, gain, and their order. */
  const offerAt = new Int32Array(book.rows)
  const offerSize = new Float64Array(book.rows)
  const offerCost = new Float64Array(book.rows)
  const offerGain = new Float64Array(book.rows)
  const byGain = new Int32Array(book.rows)
  let below = 0
  let found = 0
  let wanted = 0
  let cost = 0
  let gain = 0
  let number = 0
  let owed = 0
  let held = 0

  // Submissions of a block: asset of a feed, or entries and size of a liquidation.
  const room = Math.floor(limit / frozen.liquidationGas)
  const tie = new Float64Array(n + room)
  const subject = new Int32Array(n + room)
  const debtEntry = new Int32Array(n + room)
  const heldEntry = new Int32Array(n + room)
  const size = new Float64Array(n + room)
  const order = new Int32Array(n + room)
  let submitted = 0

  // What happened.
  let logRow = new Int32Array(1024)
  let logBlock = new Int32Array(1024)
  let liquidations = 0
  let failed = 0
  let scans = 0
  let answers = 0

  function reset(): void {
    state.fill(0)
    if (watched) watched.book.undo(watched.opening)
    else amount.set(book.amount)
    for (let a = 0; a < n; a++) {
      price[a] = assets[a]!.price
      fundamental[a] = 0
      answer[a] = a === USD ? 1 : assets[a]!.price
      answered[a] = 0
      seenAt[a] = -1
    }
    cash.set(book.cash)
    index.fill(1)
    borrows.set(book.borrows)
    supply.set(book.supply)
    own[USD] = frozen.capital
    ring.fill(0)
    baseFee = frozen.gasPrice
    isDirty = true
    isFreshKnown = false
    sizeFloor = 0
    found = 0
    boundAnswers = -1
    number = liquidations = failed = scans = answers = 0
  }

  function movePrices(block: number): void {
    const at = block * n
    for (let a = 1; a < n; a++) {
      fundamental[a] = shift[at + a]!
      transient[a]! *= left
      price[a] = startPrice[a]! * exp(fundamental[a]! + permanent[a]! + transient[a]!)
    }
  }

  function gasUsd(gas: number): number {
    return gas * (baseFee + bid) * 1e-9 * price[native]!
  }

  function submit(tag: number, key: number, block: number): number {
    const slot = (tag ^ Math.imul(key + 1, 0x9e3779b1)) >>> 0
    tie[submitted] = draws.uniform(block, slot)
    return submitted++
  }

  function watchFeeds(time: number, block: number): void {
    for (let a = 1; a < n; a++) {
      if (seenAt[a]! < 0) {
        const p = price[a]!
        const before = answer[a]!
        const isMoved = Math.abs(p - before) >= deviation[a]! * before && p !== before
        if (!isMoved && time - answered[a]! < heartbeat[a]!) continue
        seen[a] = p
        seenAt[a] = time
      }
      if (time - seenAt[a]! < frozen.blockSeconds) continue
      const s = submit(feedTag[a]!, a, block)
      subject[s] = a
      debtEntry[s] = -1
    }
  }

  function rateOf(m: number): number {
    return supply[m] === 0
      ? book.openingRate[m]!
      : (cash[m]! + borrows[m]! - reserves[m]!) / supply[m]!
  }

  /** Coordinate values with thresholds at the prices seen `lag` blocks ago, into `thresholds`. */
  function weighCoordinates(at: number, isWeighted: boolean, out: Float64Array): void {
    for (let m = 0; m < M; m++) {
      const p = ring[at + m + 1]!
      out[m] = p * index[m]!
      weighted[m] = p * rateOf(m)
    }
    for (let c = M; c < coordinates; c++)
      out[c] = isWeighted ? weighted[market[c]!]! * factor[c]! : weighted[market[c]!]!
  }

  function hasChanged(): boolean {
    if (isDirty) return true
    for (let c = 0; c < coordinates; c++) if (scanned[c] !== thresholds[c]) return true
    return false
  }

  /** Put the rows found in row order: few by sorting, many by a sweep over flags. */
  function orderHits(n0: number): void {
    if (n0 < 256) {
      hits.subarray(0, n0).sort()
      return
    }
    for (let j = 0; j < n0; j++) flags[hits[j]!] = 1
    let j = 0
    for (let row = 0; row < book.rows; row++) if (flags[row] === 1) hits[j++] = row
    for (let k = 0; k < n0; k++) flags[hits[k]!] = 0
  }

  /** Largest debt and collateral of the rows found, in row order. */
  function pairRows(n0: number): void {
    orderHits(n0)
    found = 0
    for (let i = 0; i < n0; i++) {
      const row = hits[i]!
      let most = 0
      let least = 0
      let debtAt = -1
      let heldAt = -1
      for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
        const value = amount[k]! * values[coordinate[k]!]!
        if (value < least) {
          least = value
          debtAt = k
        } else if (value > most) {
          most = value
          heldAt = k
        }
      }
      foundRow[found] = row
      foundDebt[found] = debtAt
      foundHeld[found] = heldAt
      foundOwed[found] = least < 0 && most > 0 ? -least : 0
      found++
    }
    boundAnswers = -1
  }

  /** Least debt of a row that can earn `least` at these prices, whatever its pair; USD. */
  function leastDebt(least: number): number {
    let dearest = 0
    let cheapest = Infinity
    for (let a = 1; a < n; a++) {
      const off = price[a]! / answer[a]!
      if (off > dearest) dearest = off
      if (off < cheapest) cheapest = off
    }
    const earned = incentive * (1 - seizeShare) * dearest * keep - cheapest / keep
    return earned > 0 ? least / (ROOM * closeFactor * earned) : 1e300
  }

  /** Let the least debt follow what pays, in steps. @returns whether it moved. */
  function followLeastDebt(): boolean {
    const least = leastDebt(gasUsd(frozen.liquidationGas) + minProfit)
    if (sizeFloor <= least && least <= 4 * sizeFloor) return false
    sizeFloor = least / 1.5
    return true
  }

  /** Keep those of the first n rows found that owe enough. */
  function dropSmall(n: number): number {
    let left = 0
    for (let j = 0; j < n; j++) {
      const row = hits[j]!
      let debt = 0
      for (let k = start[row]!; k < start[row]! + count[row]!; k++)
        if (coordinate[k]! < M) debt -= amount[k]! * thresholds[coordinate[k]!]!
      if (debt >= sizeFloor) hits[left++] = row
    }
    return left
  }

  /** Rows below their thresholds; in event blocks only those that owe enough. */
  function look(scanning: Scanning): void {
    const now = (number % (lag + 1)) * n
    for (let a = 1; a < n; a++) ring[now + a] = answer[a]!
    const past = (Math.max(0, number - lag) % (lag + 1)) * n
    weighCoordinates(past, true, thresholds)
    const isResized = scanning === 'onChange' && followLeastDebt()
    const isNew = hasChanged() || isResized
    if (scanning === 'onChange' && !isNew) return
    scans++
    if (!isNew) {
      // Rows and pairs are those of the last change; the pass over the book is made all the same.
      below = countBelow(groups, coordinate, amount, thresholds)
      return
    }
    let size = 0
    if (watched) size = watched.triggers.hits(thresholds, hits, sizeFloor, 0)
    else {
      below = collectBelow(groups, coordinate, amount, thresholds, hits)
      size = scanning === 'onChange' ? dropSmall(below) : below
    }
    weighCoordinates(past, false, values)
    pairRows(size)
    scanned.set(thresholds)
    isDirty = false
  }

  /** Interest of all markets up to now, into the fresh arrays, once for every state of the markets. */
  function accrueAll(): void {
    for (let m = 0; m < M; m++) {
      let b = borrows[m]!
      let r = reserves[m]!
      let x = index[m]!
      storedRate[m] = rateOf(m)
      isAccruable[m] = 1
      const blocks = number - accruedAt[m]!
      if (blocks > 0) {
        const u = b === 0 ? 0 : b / (cash[m]! + b - r)
        const kink = book.kink[m]!
        const rate =
          u <= kink
            ? u * book.slope[m]! + book.base[m]!
            : (u - kink) * book.jumpSlope[m]! + (kink * book.slope[m]! + book.base[m]!)
        if (!(rate <= MAX_BORROW_RATE)) isAccruable[m] = 0
        const growth = rate * blocks
        const interest = growth * b
        b = interest + b
        r = book.reserveFactor[m]! * interest + r
        x = growth * x + x
      }
      freshRate[m] = supply[m] === 0 ? book.openingRate[m]! : (cash[m]! + b - r) / supply[m]!
      freshIndex[m] = x
      freshBorrows[m] = b
      freshReserves[m] = r
    }
    isFreshKnown = true
  }

  function keepFresh(m: number): void {
    index[m] = freshIndex[m]!
    borrows[m] = freshBorrows[m]!
    reserves[m] = freshReserves[m]!
    accruedAt[m] = number
  }

  /** Margin of a row at the feeds' answers, its two markets with interest up to now. */
  function marginOf(row: number, a: number, b: number): number {
    let total = 0
    for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
      const c = coordinate[k]!
      const m = market[c]!
      const isFresh = m === a || m === b
      if (c < M) total += amount[k]! * (answer[m + 1]! * (isFresh ? freshIndex[m]! : index[m]!))
      else
        total +=
          amount[k]! * (answer[m + 1]! * (isFresh ? freshRate[m]! : storedRate[m]!) * factor[c]!)
    }
    return total
  }

  /** Interest, shortfall, debt and collateral of a pair; false when it cannot be liquidated. */
  function openPair(row: number, debtAt: number, heldAt: number): boolean {
    const dm = coordinate[debtAt]!
    const cm = market[coordinate[heldAt]!]!
    if (!isFreshKnown) accrueAll()
    if (isAccruable[dm] === 0 || isAccruable[cm] === 0) return false
    if (!(marginOf(row, dm, cm) < 0)) return false
    owed = -amount[debtAt]! * freshIndex[dm]!
    held = amount[heldAt]!
    return true
  }

  function maxRepay(row: number, debtAt: number, heldAt: number): number {
    if (!openPair(row, debtAt, heldAt)) return 0
    const dm = coordinate[debtAt]!
    const cm = market[coordinate[heldAt]!]!
    const pd = answer[dm + 1]!
    const pc = answer[cm + 1]!
    const gross = (incentive * pd) / pc
    const drain = gross - gross * seizeShare - (dm === cm ? 1 : 0)
    return Math.min(
      closeFactor * owed,
      held / ((incentive * pd) / (pc * freshRate[cm]!)),
      drain > 0 ? cash[cm]! / drain : Infinity,
    )
  }

  function seizeFor(repay: number, dm: number, cm: number): number {
    const gross = (repay * incentive * answer[dm + 1]!) / answer[cm + 1]!
    return gross - gross * seizeShare
  }

  function buyFor(a: number, usd: number): number {
    return log1p((keep * usd * lambda[a]!) / price[a]!) / lambda[a]!
  }

  function sellFor(a: number, tokens: number): number {
    return (keep * (-price[a]! * expm1(-lambda[a]! * tokens))) / lambda[a]!
  }

  /** Secant through the last two quotes; see `agents/liquidator`. */
  function costOf(a: number, tokens: number): number {
    let spent = 0
    let bought = 0
    let spend = tokens / (keep / price[a]!)
    for (let i = 0; i < 60; i++) {
      const got = buyFor(a, spend)
      if (got >= tokens) return spend
      if (!(got > bought)) return Infinity
      const step = ((tokens - got) * (spend - spent)) / (got - bought)
      spent = spend
      bought = got
      spend += step + 1e-15 * spend
    }
    return Infinity
  }

  /** The most profitable of the whole repayment, half of it, a quarter, ...; see `agents/liquidator`. */
  function assess(j: number, capital: number, floor: number): boolean {
    const debtAt = foundDebt[j]!
    const heldAt = foundHeld[j]!
    const dm = coordinate[debtAt]!
    const cm = market[coordinate[heldAt]!]!
    let repay = maxRepay(foundRow[j]!, debtAt, heldAt)
    wanted = 0
    gain = -Infinity
    if (!(repay > 0 && capital > 0)) return false
    const buy = keep / price[dm + 1]!
    const best = seizeFor(repay, dm, cm) * (price[cm + 1]! * keep)
    if (best - repay / buy < floor) return false
    if (repay > (capital * buy) / 2) repay = Math.min(repay, buyFor(dm + 1, capital * (1 - 1e-9)))
    for (let i = 0; i <= 8; i++, repay /= 2) {
      const spend = costOf(dm + 1, repay)
      if (spend > capital) continue
      const earned = sellFor(cm + 1, seizeFor(repay, dm, cm)) - spend
      if (earned <= gain) break
      wanted = repay
      cost = spend
      gain = earned
    }
    return wanted > 0
  }

  /** What a repaid token of market dm earns in cm without slippage, as `assess` counts it first. */
  function earns(dm: number, cm: number): number {
    const seized = (incentive * answer[dm + 1]!) / answer[cm + 1]!
    return seized * (1 - seizeShare) * price[cm + 1]! * keep - price[dm + 1]! / keep
  }

  /** Find for every pair of markets among the rows found the most that a row may repay, with room. */
  function boundPairs(): void {
    pairs = 0
    pairAt.fill(-1)
    for (let j = 0; j < found; j++) {
      foundPair[j] = -1
      if (!(foundOwed[j]! > 0)) continue
      const dm = coordinate[foundDebt[j]!]!
      const cm = market[coordinate[foundHeld[j]!]!]!
      const key = dm * M + cm
      if (pairAt[key]! < 0) {
        pairAt[key] = pairs
        pairKey[pairs] = key
        pairMost[pairs++] = 0
      }
      const p = pairAt[key]!
      const seized = (incentive * answer[dm + 1]!) / answer[cm + 1]!
      const most = Math.min(
        -closeFactor * amount[foundDebt[j]!]! * index[dm]!,
        (amount[foundHeld[j]!]! * rateOf(cm)) / seized,
      )
      foundPair[j] = p
      foundMost[j] = ROOM * most
      if (foundMost[j]! > pairMost[p]!) pairMost[p] = foundMost[j]!
    }
    boundAt = number
    boundAnswers = answers
  }

  /** Whether any row found could earn `least`: asks once for every pair of markets. */
  function canAnyPay(least: number): boolean {
    if (boundAnswers !== answers || number - boundAt > MOST_BLOCKS) boundPairs()
    let isAny = false
    for (let p = 0; p < pairs; p++) {
      const each = earns(Math.floor(pairKey[p]! / M), pairKey[p]! % M)
      pairEarns[p] = each
      if (each * pairMost[p]! >= least) isAny = true
    }
    return isAny
  }

  /** Size everything that pays as if it were alone, and submit it as far as money and space go. */
  function judge(block: number): void {
    const gasCost = gasUsd(frozen.liquidationGas)
    const least = gasCost + minProfit
    const capital = own[USD]! - locked[0]!
    if (capital <= gasCost) return
    let offers = 0
    let total = 0
    if (found === 0 || !canAnyPay(least)) return
    for (let j = 0; j < found; j++) {
      const p = foundPair[j]!
      if (p < 0 || foundOwed[j]! < least || pairEarns[p]! * foundMost[j]! < least) continue
      if (!assess(j, capital - gasCost, least) || gain < least) continue
      offerAt[offers] = j
      offerSize[offers] = wanted
      offerCost[offers] = cost
      offerGain[offers] = gain
      byGain[offers] = offers
      offers++
      total += cost
    }
    if (total + offers * gasCost > capital || offers > room)
      byGain.subarray(0, offers).sort((x, y) => offerGain[y]! - offerGain[x]! || x - y)
    take(offers, capital, gasCost, block)
  }

  /** Submit offers in their order, the largest gains first if there is not enough for all. */
  function take(offers: number, capital: number, gasCost: number, block: number): void {
    let rest = capital
    let slots = room
    for (let i = 0; i < offers && slots > 0 && rest > gasCost; i++) {
      const k = byGain[i]!
      const j = offerAt[k]!
      wanted = offerSize[k]!
      cost = offerCost[k]!
      if (cost + gasCost > rest) {
        const least = gasCost + minProfit
        if (!assess(j, rest - gasCost, least) || gain < least) continue
      }
      rest -= cost + gasCost
      slots--
      const s = submit(ownTag, foundRow[j]!, block)
      subject[s] = foundRow[j]!
      debtEntry[s] = foundDebt[j]!
      heldEntry[s] = foundHeld[j]!
      size[s] = wanted
    }
  }

  function press(a: number, sold: number): void {
    const move = -lambda[a]! * sold
    permanent[a]! += frozen.permanent * move
    transient[a]! += (1 - frozen.permanent) * move
    price[a] = startPrice[a]! * exp(fundamental[a]! + permanent[a]! + transient[a]!)
  }

  /** What a holder has after giving `out`: rounding may leave it a few units in the last place short. */
  function less(balance: number, out: number): number {
    if (balance >= out) return balance - out
    return out - balance > 1e-12 * out ? -1 : 0
  }

  /** Buy the repayment, liquidate, sell what was seized; false when it must be taken back. */
  function strike(s: number): boolean {
    const row = subject[s]!
    const debtAt = debtEntry[s]!
    const heldAt = heldEntry[s]!
    const dm = coordinate[debtAt]!
    const cm = market[coordinate[heldAt]!]!
    const before = own[USD]!
    const repay = Math.min(size[s]!, maxRepay(row, debtAt, heldAt))
    if (!(repay > 0)) return false
    const spend = costOf(dm + 1, repay)
    if (spend > own[USD]! - locked[0]!) return false
    const got = buyFor(dm + 1, spend)
    const rest = less(own[USD]!, spend)
    if (got === 0 || rest < 0) return false
    own[USD] = rest
    own[dm + 1]! += got
    press(dm + 1, -got)
    const received = seize(row, debtAt, heldAt, dm, cm, Math.min(got, repay))
    if (received < 0) return false
    const proceeds = sellFor(cm + 1, received)
    const stock = less(own[cm + 1]!, received)
    if (proceeds === 0 || stock < 0) return false
    own[cm + 1] = stock
    own[USD]! += proceeds
    press(cm + 1, received)
    if (own[USD]! - before - gasUsd(frozen.liquidationGas) < minProfit) return false
    pending[(number + waits) % (waits + 1)]! += proceeds
    locked[0]! += proceeds
    return true
  }

  /** Compound's side of a liquidation. @returns collateral tokens received, -1 when refused. */
  function seize(
    row: number,
    debtAt: number,
    heldAt: number,
    dm: number,
    cm: number,
    repay: number,
  ): number {
    if (!openPair(row, debtAt, heldAt)) return -1
    const close = closeFactor * owed
    if (repay > close * (1 + SLACK)) return -1
    const repaid = Math.min(repay, close)
    const rate = freshRate[cm]!
    let tokens = repaid * ((incentive * answer[dm + 1]!) / (answer[cm + 1]! * rate))
    if (tokens > held * (1 + SLACK)) return -1
    if (tokens > held * (1 - SLACK)) tokens = held
    const burnt = tokens * seizeShare
    const received = rate * (tokens - burnt)
    if (received > (cash[cm]! + (dm === cm ? repaid : 0)) * (1 + SLACK)) return -1
    const rest = less(own[dm + 1]!, repaid)
    if (rest < 0) return -1
    own[dm + 1] = rest
    cash[dm]! += repaid
    keepFresh(dm)
    if (cm !== dm) keepFresh(cm)
    const debt = -amount[debtAt]! * index[dm]!
    const remains = debt - repaid > SLACK * debt ? debt - repaid : 0
    amount[debtAt] = 0 - remains / index[dm]!
    borrows[dm] = Math.max(0, borrows[dm]! - (debt - remains))
    amount[heldAt] = held - tokens
    reserves[cm]! += rate * burnt
    supply[cm] = Math.max(0, supply[cm]! - tokens)
    cash[cm] = Math.max(0, less(cash[cm]!, received))
    own[cm + 1]! += received
    return received
  }

  function liquidate(s: number, block: number): void {
    const debtAt = debtEntry[s]!
    const heldAt = heldEntry[s]!
    const debtBefore = amount[debtAt]!
    const heldBefore = amount[heldAt]!
    kept.set(state)
    watched?.book.write(subject[s]!)
    isDirty = true
    isFreshKnown = false
    const isDone = strike(s)
    isFreshKnown = false
    if (isDone) {
      if (liquidations === logRow.length) growLog()
      logRow[liquidations] = subject[s]!
      logBlock[liquidations++] = block
      return
    }
    state.set(kept)
    amount[debtAt] = debtBefore
    amount[heldAt] = heldBefore
    failed++
  }

  function growLog(): void {
    const rows = new Int32Array(logRow.length * 2)
    const blocks = new Int32Array(logRow.length * 2)
    rows.set(logRow)
    blocks.set(logBlock)
    logRow = rows
    logBlock = blocks
  }

  /** All bids are equal, so the builder's order is that of the seeded ties. */
  function sortSubmissions(): void {
    for (let i = 0; i < submitted; i++) {
      let j = i
      for (; j > 0 && tie[order[j - 1]!]! > tie[i]!; j--) order[j] = order[j - 1]!
      order[j] = i
    }
  }

  function produce(block: number, time: number): void {
    sortSubmissions()
    let gas = 0
    for (let i = 0; i < submitted; i++) {
      const s = order[i]!
      const isFeed = debtEntry[s]! < 0
      const needs = isFeed ? frozen.feedGas : frozen.liquidationGas
      if (gas + needs > limit) continue
      if (isFeed) {
        const a = subject[s]!
        answer[a] = seen[a]!
        answered[a] = time
        seenAt[a] = -1
        answers++
      } else {
        const rest = less(own[USD]!, gasUsd(needs))
        if (rest < 0) continue
        own[USD] = rest
        liquidate(s, block)
      }
      gas += needs
    }
    const target = frozen.gasLimit / 2
    const total = Math.min(gas + frozen.gasLimit * frozen.demand, frozen.gasLimit)
    baseFee *= 1 + (total - target) / target / 8
    number++
    isFreshKnown = false
  }

  /** One block; inlined into the loop over blocks, the pass over the book is compiled worse. */
  function advance(block: number, scanning: Scanning): void {
    const time = block * frozen.blockSeconds
    submitted = 0
    movePrices(block)
    watchFeeds(time, block)
    const slot = number % (waits + 1)
    if (pending[slot] !== 0) {
      pending[slot] = 0
      let total = 0
      for (let k = 0; k < pending.length; k++) total += pending[k]!
      locked[0] = total
    }
    look(scanning)
    judge(block)
    produce(block, time)
  }

  return {
    run(scanning, blocks) {
      reset()
      for (let block = 1; block <= blocks; block++) advance(block, scanning)
      return {
        liquidations,
        row: logRow,
        block: logBlock,
        failed,
        scans,
        answers,
        baseFee,
        unhealthy: below,
      }
    },
    badDebt() {
      for (let a = 1; a < n; a++) ring[a] = price[a]!
      weighCoordinates(0, false, values)
      const bad: number[] = []
      for (let row = 0; row < book.rows; row++) {
        let margin = 0
        for (let k = start[row]!; k < start[row]! + count[row]!; k++)
          margin += amount[k]! * values[coordinate[k]!]!
        bad.push(Math.max(0, -margin))
      }
      return sum(bad)
    },
  }
}
