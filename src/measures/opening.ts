import type { World } from '../world/index.ts'
import { debtTotals } from './books.ts'
import { type Focus, type Opening, referencePrices } from './view.ts'

/** Prices after every scheduled shock at once, from `prices`. */
export function shockedPrices(world: World, prices: Float64Array): Float64Array {
  const factors = new Float64Array(prices.length).fill(1)
  for (const i of world.all('shock')) i.instance.ports!.shock!.apply(factors)
  return prices.map((price, a) => price * factors[a]!)
}

/** Record the opening of a path, before its first block. */
export function openingOf(world: World, focus: Focus): Opening {
  const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
  const { debt, liquidatable, debtors } = debtTotals(world, shockedPrices(world, prices), prices)
  return {
    totalDebt: debt,
    liquidatableShare: debt === 0 ? 0 : liquidatable / debt,
    debtors,
    focusPrice: focus.source && focus.asset >= 0 ? focus.source.price(focus.asset) : Number.NaN,
  }
}
