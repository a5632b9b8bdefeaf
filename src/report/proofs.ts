import { eventsOf } from '../measures/index.ts'
import type { World } from '../world/index.ts'
import type { AccountRow } from './accounts.ts'
import { kindOf } from './tree.ts'

/** Kinds of an account's own events that can leave it with debt that it cannot pay. */
const OWN: ReadonlySet<string> = new Set(['insolvent', 'deficit', 'liquidation', 'borrow'])

/** Most accounts or bookings that are proven. */
const PROVEN = 3

/** The last event of an account that can have left it unable to pay; null when it has none. */
function ownEvent({ trace }: World, self: number, row: number): number | null {
  const { instance, row: rows } = trace.columns
  for (let e = trace.length - 1; e >= 0; e--)
    if (rows[e] === row && instance[e] === self && OWN.has(kindOf(trace, e))) return e
  return null
}

/** The largest move of a price against what an account holds and owes; null when none moved against it. */
function moveAgainst({ trace, spec }: World, { assets }: AccountRow): number | null {
  const { asset, y, z } = trace.columns
  const holding = spec.assets.map(({ name }) => Math.sign(assets[name] ?? 0))
  let worst: number | null = null
  let most = 0
  for (const kind of ['news', 'impact', 'swap'] as const)
    for (const e of eventsOf(trace, kind)) {
      const move = holding[asset[e]!]! * (kind === 'swap' ? z[e]! : y[e]!)
      if (move < most) [most, worst] = [move, e]
    }
  return worst
}

/**
 * Find the events that prove why accounts cannot pay: what was done to each last, or else the price move
 * that hit it most.
 * @param bad accounts with bad debt, the worst first.
 * @returns events of the worst accounts, ascending; none where everything was so before the first block.
 */
export function proofsOf(world: World, bad: readonly AccountRow[]): readonly number[] {
  const lenders = new Map(world.all('lender').map(({ name, self }) => [name, self]))
  const events = bad.slice(0, PROVEN).flatMap((account) => {
    const own = ownEvent(world, lenders.get(account.lender)!, account.row)
    return own ?? moveAgainst(world, account) ?? []
  })
  return [...new Set(events)].sort((a, b) => a - b)
}

/** The largest bookings of debt that was written off, ascending. */
export function bookingsOf({ trace }: World): readonly number[] {
  const { x } = trace.columns
  const booked = [...eventsOf(trace, 'deficit')].sort((a, b) => x[b]! - x[a]! || a - b)
  return booked.slice(0, PROVEN).sort((a, b) => a - b)
}
