import { eventsOf, namedLenders } from '../measures/index.ts'
import type { World } from '../world/index.ts'
import { type Crossing, crossingsOf } from './tree.ts'

/** Liquidations on one protocol that liquidations on another caused. */
export type CrossingCount = {
  /** Protocol whose liquidations caused them. */
  readonly from: string
  /** Protocol that they happened on. */
  readonly to: string
  readonly liquidations: number
  /** All liquidations on `to`. */
  readonly of: number
  /** Debt that the caused ones repaid, USD. */
  readonly repaid: number
  /** The one that repaid most, with its cause; null when there is none. */
  readonly largest: Crossing | null
}

/** Count the liquidations that crossed from each protocol to each other one; none with one protocol. */
export function crossingCounts(world: World): readonly CrossingCount[] {
  const { instance, x } = world.trace.columns
  const lenders = namedLenders(world)
  const crossings = lenders.length < 2 ? [] : crossingsOf(world.trace)
  const liquidations = eventsOf(world.trace, 'liquidation')
  return lenders.flatMap((to) =>
    lenders
      .filter((from) => from !== to)
      .map((from): CrossingCount => {
        const own = crossings.filter(
          ({ event, cause }) => instance[event] === to.self && instance[cause] === from.self,
        )
        return {
          ...{ from: from.name, to: to.name, liquidations: own.length },
          of: liquidations.filter((e) => instance[e] === to.self).length,
          repaid: own.reduce((sum, { event }) => sum + x[event]!, 0),
          largest: own.reduce<Crossing | null>(
            (best, c) => (best === null || x[c.event]! > x[best.event]! ? c : best),
            null,
          ),
        }
      }),
  )
}
