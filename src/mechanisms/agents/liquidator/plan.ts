import type { Lender, Submit } from '../../../world/index.ts'
import { assess, createSpots, marginOf, type Prospect, type Spots } from './kernel.ts'
import type { Desk } from './strike.ts'
import type { Candidates, Watch } from './watch.ts'

/** Liquidations that pay, each as if it were the only one; columns, valid from 0 to count - 1. */
type Offers = {
  count: number
  /** Which watch found it, and where among what that watch found. */
  watch: Int32Array
  place: Int32Array
  /** Debt asset. */
  repay: Float64Array
  /** USD. */
  cost: Float64Array
  gain: Float64Array
  /** Offers in the order in which they are taken. */
  order: Int32Array
}

function offersOf(n: number): Offers {
  return {
    count: 0,
    watch: new Int32Array(n),
    place: new Int32Array(n),
    repay: new Float64Array(n),
    cost: new Float64Array(n),
    gain: new Float64Array(n),
    order: new Int32Array(n),
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

/** Whether the whole that may be repaid, without slippage, would not earn gas and least profit. */
function isTooSmall(desk: Desk, view: View, watch: number, place: number): boolean {
  const { debt, collateral, pair, owed, held } = view.found[watch]!
  if (owed[place] === 0) return true
  const lender = desk.lenders[watch]!
  const { best, seized } = view.margins[watch]!
  const at = pair[place]!
  if (Number.isNaN(best[at]!)) {
    seized[at] = lender.seizeFor(1, debt[place]!, collateral[place]!)
    best[at] = marginOf(lender, view.spots, debt[place]!, collateral[place]!, seized[at]!)
  }
  const covered = (GROWTH * held[place]!) / seized[at]!
  const most = Math.min(repayable(lender) * owed[place]!, covered)
  return most * best[at]! < desk.floor + view.gasCost
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

/** Collect what pays. */
function collect(desk: Desk, view: View, out: Offers, prospect: Prospect): void {
  out.count = 0
  for (let w = 0; w < view.found.length; w++) {
    const { count } = view.found[w]!
    for (let j = 0; j < count; j++) {
      if (isTooSmall(desk, view, w, j)) continue
      if (!judge(desk, view, w, j, view.capital, prospect)) continue
      const k = out.count++
      out.watch[k] = w
      out.place[k] = j
      out.repay[k] = prospect.repay
      out.cost[k] = prospect.cost
      out.gain[k] = prospect.gain
      out.order[k] = k
    }
  }
}

/**
 * Put the largest gains first if money or block space will not do for all; equal ones stay in the
 * order of lenders and rows.
 */
function rank(
  { count, cost, gain, order }: Offers,
  { capital, gasCost }: View,
  room: number,
): void {
  let total = count * gasCost
  for (let k = 0; k < count; k++) total += cost[k]!
  if (total > capital || count > room)
    order.subarray(0, count).sort((a, b) => gain[b]! - gain[a]! || a - b)
}

/** Submit offers in their order; what the money left does not cover is sized anew. */
function submitAll(
  desk: Desk,
  view: View,
  room: number,
  offers: Offers,
  prospect: Prospect,
  submit: Submit,
): void {
  const { found, gasCost } = view
  const { gas, bid } = desk
  let left = view.capital
  let free = room
  for (let i = 0; i < offers.count && free > 0 && left > gasCost; i++) {
    const k = offers.order[i]!
    const [w, j] = [offers.watch[k]!, offers.place[k]!]
    let [repay, cost] = [offers.repay[k]!, offers.cost[k]!]
    if (cost + gasCost > left) {
      if (!judge(desk, view, w, j, left, prospect)) continue
      repay = prospect.repay
      cost = prospect.cost
    }
    left -= cost + gasCost
    free--
    const row = found[w]!.row[j]!
    const cause = desk.lenders[w]!.trigger(row)
    const args = [w, row, found[w]!.debt[j]!, found[w]!.collateral[j]!, repay, cause]
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
    collect(desk, view, offers, prospect)
    const room = Math.floor(chain.gasLimit / Math.max(gas, 1))
    rank(offers, view, room)
    submitAll(desk, view, room, offers, prospect, submit)
  }
}
