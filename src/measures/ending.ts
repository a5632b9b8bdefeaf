import type { World } from '../world/index.ts'
import { debtTotals } from './books.ts'
import { eventsOf, forestOf } from './forest.ts'
import { type Ending, namedLenders, referencePrices } from './view.ts'

/** Work something out when it is first asked for, per lender or, with no name, for all. */
function perLender<T>(make: (only?: string) => T): (only?: string) => T {
  const known = new Map<string | undefined, T>()
  return (only) => {
    const before = known.get(only)
    if (before !== undefined) return before
    const made = make(only)
    known.set(only, made)
    return made
  }
}

/** Look at a world at the end of its path; what is asked for first must be asked before it moves on. */
export function endingOf(world: World): Ending {
  const prices = perLender(() => referencePrices(world, new Float64Array(world.spec.assets.length)))
  const all = perLender(() => eventsOf(world.trace, 'liquidation'))
  return {
    prices,
    forest: perLender(() => forestOf(world.trace)),
    totals: perLender((only) => {
      const lenders = namedLenders(world, only).map(({ lender }) => lender)
      return debtTotals(lenders, prices(), prices())
    }),
    liquidations: perLender((only) => {
      if (only === undefined) return all()
      const selves = namedLenders(world, only).map(({ self }) => self)
      return all().filter((e) => selves.includes(world.trace.columns.instance[e]!))
    }),
  }
}
