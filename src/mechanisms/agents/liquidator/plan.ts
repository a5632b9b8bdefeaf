import type { Lender, Submit } from '../../../world/index.ts'
import { assess, createSpots, marginOf, type Prospect, type Spots } from './kernel.ts'
import type { Desk } from './strike.ts'
import type { Candidates, Watch } from './watch.ts'

/** Candidates of one block, each as if it were the only one; columns, valid from 0 to count - 1. */
type Offers = {
  count: number
  /** Which watch found it, and where among what that watch found. */
  watch: Int32Array
  place: Int32Array
  /** The most that it can earn before gas, USD. */
  bound: Float64Array
  /** Debt asset, USD and USD; known once it is judged. */
  repay: Float64Array
  cost: Float64Array
  gain: Float64Array
  /** Candidates by what they can earn, the most first; those before `next` are judged. */
  order: Int32Array
  next: number
  /** Judged ones that pay and are not taken yet, the largest gain last. */
  ready: Int32Array
  waiting: number
  /** How many of the judged ones pay, and what they cost with gas, USD. */
  paying: number
  total: number
  /** Those taken in this block. */
  taken: Int32Array
}

function offersOf(n: number): Offers {
  const i32 = (): Int32Array => new Int32Array(n)
  const f64 = (): Float64Array => new Float64Array(n)
  return {
    ...{ count: 0, watch: i32(), place: i32(), bound: f64() },
    ...{ repay: f64(), cost: f64(), gain: f64(), order: i32(), next: 0 },
    ...{ ready: i32(), waiting: 0, paying: 0, total: 0, taken: i32() },
  }
}

/** What a liquidation of each pair earns in this block, asked when first needed; NaN before. */
type Margins = {
  /** USD before gas per unit of debt repaid, at most. */
  best: Float64Array
  /** Collateral asset that is seized per unit of debt repaid. */
  seized: Float64Array
}

/** One block's view: what was found, what can be spent, what gas costs. */
type View = {
  readonly found: Candidates[]
  readonly capital: number
  readonly gasCost: number
  readonly spots: Spots
  readonly margins: Margins[]
}

/** Interest that a debt may have gathered since it was last touched, as a bound. */
const INTEREST = 1.01
/** The same of what is not bounded by the debt itself, with room. */
const GROWTH = 1.1

/** Debt that one liquidation of a row may repay, per unit of its largest debt, as a bound. */
function repayable({ closeFactor }: Lender): number {
  return Math.min(INTEREST, GROWTH * closeFactor)
}

/** Debt in all, USD at the prices seen, below which `isTooSmall` holds whatever the pair. */
function leastDebt(desk: Desk, watch: number, best: number, gasCost: number): number {
  const required = desk.floor + gasCost
  if (!(required > 0)) return Number.NEGATIVE_INFINITY
  if (!(best > 0)) return Number.POSITIVE_INFINITY
  return ((1 - 1e-9) * required) / (repayable(desk.lenders[watch]!) * best)
}

/** More than rounding adds to a gain. */
const ROUNDING = 1 + 1e-9

/** The most that a candidate can earn without slippage, before gas, USD; 0 where it can only lose. */
function boundOf(desk: Desk, view: View, watch: number, place: number): number {
  const { debt, collateral, pair, owed, held } = view.found[watch]!
  const lender = desk.lenders[watch]!
  const { best, seized } = view.margins[watch]!
  const at = pair[place]!
  if (Number.isNaN(best[at]!)) {
    seized[at] = lender.seizeFor(1, debt[place]!, collateral[place]!)
    best[at] = marginOf(lender, view.spots, debt[place]!, collateral[place]!, seized[at]!)
  }
  const covered = (GROWTH * held[place]!) / seized[at]!
  const afforded = view.capital * view.spots.buy(lender.assetOf(debt[place]!))
  const most = Math.min(repayable(lender) * owed[place]!, covered, ROUNDING * afforded)
  // Less than all may be repaid, so a loss is no larger than of all.
  return Math.max(0, most * best[at]!)
}

/** Size one candidate; false when it does not pay. `prospect` is overwritten. */
function judge(
  desk: Desk,
  { found, gasCost, spots }: View,
  watch: number,
  place: number,
  capital: number,
  prospect: Prospect,
): boolean {
  const { row, debt, collateral } = found[watch]!
  const floor = desk.floor + gasCost
  prospect.debt = debt[place]!
  prospect.collateral = collateral[place]!
  const means = { capital: capital - gasCost, floor, halvings: desk.halvings, spots }
  const isPossible = assess(desk.lenders[watch]!, desk.venue!, row[place]!, means, prospect)
  return isPossible && prospect.gain >= floor
}

/** Collect what may pay, those that can earn most first. */
function collect(desk: Desk, view: View, out: Offers): void {
  const { found, gasCost } = view
  out.count = out.next = out.waiting = out.paying = out.total = 0
  for (let w = 0; w < found.length; w++)
    for (let j = 0; j < found[w]!.count; j++) {
      if (found[w]!.owed[j] === 0) continue
      const bound = boundOf(desk, view, w, j)
      if (bound < desk.floor + gasCost) continue
      const k = out.count++
      out.watch[k] = w
      out.place[k] = j
      out.bound[k] = Number.isNaN(bound) ? Infinity : ROUNDING * bound
      out.order[k] = k
    }
  const { bound } = out
  out.order.subarray(0, out.count).sort((a, b) => bound[b]! - bound[a]! || a - b)
}

/** Judge the next candidate; one that pays waits among the others by its gain. */
function judgeNext(desk: Desk, view: View, out: Offers, prospect: Prospect): void {
  const k = out.order[out.next++]!
  const { ready, gain } = out
  if (!judge(desk, view, out.watch[k]!, out.place[k]!, view.capital, prospect)) return
  out.repay[k] = prospect.repay
  out.cost[k] = prospect.cost
  gain[k] = prospect.gain
  out.paying++
  out.total += prospect.cost + view.gasCost
  let at = out.waiting++
  for (; at > 0; at--) {
    const other = ready[at - 1]!
    if (gain[other]! < gain[k]! || (gain[other] === gain[k] && other > k)) break
    ready[at] = other
  }
  ready[at] = k
}

/** Take the offer with the largest gain of all that are left; -1 when none pays. */
function take(desk: Desk, view: View, out: Offers, prospect: Prospect): number {
  const { ready, order, bound, gain } = out
  while (
    out.next < out.count &&
    (out.waiting === 0 || gain[ready[out.waiting - 1]!]! < bound[order[out.next]!]!)
  )
    judgeNext(desk, view, out, prospect)
  return out.waiting === 0 ? -1 : ready[--out.waiting]!
}

/**
 * Take offers as long as money and block space last, the largest gains first; what the money left
 * does not cover is sized anew.
 * @returns how many are in `taken`: by gain if there are more than can be done, else in the order of
 *   lenders and rows.
 */
function takeAll(desk: Desk, view: View, room: number, out: Offers, prospect: Prospect): number {
  const { capital, gasCost } = view
  const { taken } = out
  const isShort = (): boolean => out.total > capital || out.paying > room
  let left = capital
  let n = 0
  while (n < room && left > gasCost) {
    const k = take(desk, view, out, prospect)
    if (k < 0) break
    if (out.cost[k]! + gasCost > left) {
      if (!judge(desk, view, out.watch[k]!, out.place[k]!, left, prospect)) continue
      out.repay[k] = prospect.repay
      out.cost[k] = prospect.cost
    }
    left -= out.cost[k]! + gasCost
    taken[n++] = k
  }
  while (!isShort() && out.next < out.count) judgeNext(desk, view, out, prospect)
  if (!isShort()) taken.subarray(0, n).sort()
  return n
}

/** Submit the first `n` of the offers taken. */
function submitAll(desk: Desk, { found }: View, out: Offers, n: number, submit: Submit): void {
  const { gas, bid } = desk
  for (let i = 0; i < n; i++) {
    const k = out.taken[i]!
    const [w, j] = [out.watch[k]!, out.place[k]!]
    const row = found[w]!.row[j]!
    const cause = desk.lenders[w]!.trigger(row)
    const args = [w, row, found[w]!.debt[j]!, found[w]!.collateral[j]!, out.repay[k]!, cause]
    submit({ actions: [{ kind: 'liquidate', args, gas }], bid, key: row * found.length + w })
  }
}

const NONE = new Float64Array(0)

/** Make room for the margins of `pairs` pairs, none of them known. */
function clear(margins: Margins, pairs: number): void {
  if (margins.best.length < pairs) {
    margins.best = new Float64Array(2 * pairs)
    margins.seized = new Float64Array(2 * pairs)
  }
  margins.best.fill(Number.NaN, 0, pairs)
}

/** Look through all watches for whoever may pay, into `view.found`. @returns how many there are. */
function lookAround(desk: Desk, watches: readonly Watch[], view: View): number {
  let size = 0
  for (let w = 0; w < watches.length; w++) {
    const watch = watches[w]!
    const { now, past } = watch.see(desk.context.chain.number())
    // Prices are recorded all the same.
    if (view.capital <= view.gasCost) continue
    const best = watch.yields.best(view.spots, now, past)
    view.found[w] = watch.find(leastDebt(desk, w, best, view.gasCost))
    size += view.found[w]!.count
    clear(view.margins[w]!, watch.pairs.debt.length)
  }
  return size
}

/**
 * Make the function that submits the liquidations that pay, as far as capital and one block's gas
 * go; if they do not go far enough, the largest gains first.
 */
export function planner(desk: Desk, watches: readonly Watch[]): (submit: Submit) => void {
  const { context, gas, bid } = desk
  const { chain } = context
  const prospect: Prospect = { debt: 0, collateral: 0, owed: 0, repay: 0, cost: 0, gain: 0 }
  let offers = offersOf(0)
  const found: Candidates[] = []
  const margins = watches.map(() => ({ best: NONE, seized: NONE }))
  let spots: Spots | null = null
  return (submit) => {
    spots ??= createSpots(desk.venue!, context.assets.length)
    spots.reset()
    const capital = desk.capital.available()
    const gasCost = chain.gasUsd(gas, bid)
    const view = {
      found,
      capital,
      gasCost,
      spots,
      margins,
    }
    const size = lookAround(desk, watches, view)
    if (size === 0) return
    if (offers.place.length < size) offers = offersOf(2 * size)
    collect(desk, view, offers)
    const room = Math.floor(chain.gasLimit / Math.max(gas, 1))
    const n = takeAll(desk, view, room, offers, prospect)
    submitAll(desk, view, offers, n, submit)
  }
}
