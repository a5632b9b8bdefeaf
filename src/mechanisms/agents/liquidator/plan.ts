import type { Submit } from '../../../world/index.ts'
import {
  assess,
  bestMargin,
  bestYield,
  createSpots,
  INTEREST,
  type Prospect,
  type Spots,
} from './kernel.ts'
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

/** One block's view: what was found, what can be spent, what gas costs. */
type View = {
  readonly found: readonly Candidates[]
  readonly capital: number
  readonly gasCost: number
  readonly spots: Spots
  /** Best margin per lender and pair, asked once per block. */
  readonly margins: Map<number, number>
}

/** Debt in all, USD at the prices seen, below which `isTooSmall` holds whatever the pair. */
function leastDebt(desk: Desk, watch: number, seen: Float64Array, spots: Spots, gasCost: number) {
  const required = desk.floor + gasCost
  if (!(required > 0)) return Number.NEGATIVE_INFINITY
  const best = bestYield(desk.lenders[watch]!, spots, seen)
  return best > 0 ? ((1 - 1e-9) * required) / (INTEREST * best) : Number.POSITIVE_INFINITY
}

/** Whether even the whole debt, without slippage, would not earn the gas and the least profit. */
function isTooSmall(desk: Desk, view: View, watch: number, place: number): boolean {
  const { debt, collateral, owed } = view.found[watch]!
  if (owed[place] === 0) return true
  const coordinates = desk.lenders[watch]!.book.coordinates
  const pair = (debt[place]! * coordinates + collateral[place]!) * view.found.length + watch
  let best = view.margins.get(pair)
  if (best === undefined) {
    best = bestMargin(desk.lenders[watch]!, view.spots, debt[place]!, collateral[place]!)
    view.margins.set(pair, best)
  }
  return INTEREST * owed[place]! * best < desk.floor + view.gasCost
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

/**
 * Make the function that submits the liquidations that pay, as far as capital and one block's gas
 * go; if they do not go far enough, the largest gains first.
 */
export function planner(desk: Desk, watches: readonly Watch[]): (submit: Submit) => void {
  const { context, gas, bid } = desk
  const { chain } = context
  const prospect: Prospect = { debt: 0, collateral: 0, owed: 0, repay: 0, cost: 0, gain: 0 }
  let offers = offersOf(0)
  const margins = new Map<number, number>()
  const found: Candidates[] = []
  let spots: Spots | null = null
  return (submit) => {
    spots ??= createSpots(desk.venue!, context.assets.length)
    spots.reset()
    margins.clear()
    const capital = desk.capital.available()
    const gasCost = chain.gasUsd(gas, bid)
    let size = 0
    for (let w = 0; w < watches.length; w++) {
      const seen = watches[w]!.see(chain.number())
      if (capital <= gasCost) continue
      found[w] = watches[w]!.find(leastDebt(desk, w, seen, spots, gasCost))
      size += found[w]!.count
    }
    if (size === 0 || capital <= gasCost) return
    const view = { found, capital, gasCost, spots, margins }
    if (offers.place.length < size) offers = offersOf(2 * size)
    collect(desk, view, offers, prospect)
    const room = Math.floor(chain.gasLimit / Math.max(gas, 1))
    rank(offers, view, room)
    submitAll(desk, view, room, offers, prospect, submit)
  }
}
