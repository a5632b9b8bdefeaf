import type { Submit } from '../../../world/index.ts'
import { assess, type Means, type Prospect } from './kernel.ts'
import type { Desk } from './strike.ts'
import type { Candidates, Watch } from './watch.ts'

/** Candidates of all lenders that are worth a look; columns, valid from 0 to count - 1. */
type Shortlist = {
  count: number
  /** Which watch found it, and where among what that watch found. */
  watch: Int32Array
  place: Int32Array
  /** USD. */
  owed: Float64Array
  /** Places of this list in the order in which they are tried. */
  order: Int32Array
}

function shortlist(n: number): Shortlist {
  return {
    count: 0,
    watch: new Int32Array(n),
    place: new Int32Array(n),
    owed: new Float64Array(n),
    order: new Int32Array(n),
  }
}

/** Collect candidates whose debt could pay for the gas: no bonus exceeds the debt itself. */
function collect(found: readonly Candidates[], least: number, out: Shortlist): void {
  out.count = 0
  for (let w = 0; w < found.length; w++) {
    const { count, owed } = found[w]!
    for (let j = 0; j < count; j++) {
      if (!(owed[j]! > 0 && owed[j]! >= least)) continue
      const k = out.count++
      out.watch[k] = w
      out.place[k] = j
      out.owed[k] = owed[j]!
      out.order[k] = k
    }
  }
}

/**
 * Put the largest debts first if money or block space will not do for all; equal ones stay in the
 * order of lenders and rows.
 */
function rank({ count, owed, order }: Shortlist, capital: number, room: number): void {
  let total = 0
  for (let k = 0; k < count; k++) total += owed[k]!
  if (total > capital || count > room)
    order.subarray(0, count).sort((a, b) => owed[b]! - owed[a]! || a - b)
}

/**
 * Make the function that submits the liquidations that pay, the largest first, as far as capital and
 * one block's gas go.
 */
export function planner(desk: Desk, watches: readonly Watch[]): (submit: Submit) => void {
  const { context, gas, bid, floor, halvings } = desk
  const { chain } = context
  const prospect: Prospect = { debt: 0, collateral: 0, owed: 0, repay: 0, cost: 0, gain: 0 }
  let list = shortlist(0)
  return (submit) => {
    const gasCost = chain.gasUsd(gas, bid)
    const found = watches.map((watch) => watch.look(chain.number()))
    const size = found.reduce((n, { count }) => n + count, 0)
    if (list.place.length < size) list = shortlist(2 * size)
    collect(found, gasCost + floor, list)
    let capital = desk.capital.available()
    let room = Math.floor(chain.gasLimit / Math.max(gas, 1))
    rank(list, capital, room)
    for (let i = 0; i < list.count && room > 0 && capital > gasCost; i++) {
      const w = list.watch[list.order[i]!]!
      const j = list.place[list.order[i]!]!
      const row = found[w]!.row[j]!
      prospect.debt = found[w]!.debt[j]!
      prospect.collateral = found[w]!.collateral[j]!
      const lender = desk.lenders[w]!
      const means: Means = { capital: capital - gasCost, floor: floor + gasCost, halvings }
      if (!assess(lender, desk.venue!, row, means, prospect)) continue
      if (prospect.gain < means.floor) continue
      capital -= prospect.cost + gasCost
      room--
      const { debt, collateral, repay } = prospect
      const args = [w, row, debt, collateral, repay, lender.trigger(row)]
      submit({ actions: [{ kind: 'liquidate', args, gas }], bid, key: row * watches.length + w })
    }
  }
}
