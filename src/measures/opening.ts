import type { Lender, World } from '../world/index.ts'
import { type DebtTotals, debtTotals, shortfallOf } from './books.ts'
import { powerOf } from './borrowingPower.ts'
import { type Focus, namedLenders, type Opening, referencePrices } from './view.ts'

/** Prices after every scheduled shock at once, from `prices`. */
export function shockedPrices(world: World, prices: Float64Array): Float64Array {
  const factors = new Float64Array(prices.length).fill(1)
  for (const i of world.all('shock')) i.instance.ports!.shock!.apply(factors)
  return prices.map((price, a) => price * factors[a]!)
}

/** What all liquidators hold now, USD at stated prices. */
export function liquidatorWealth(world: World, prices: ArrayLike<number>): number {
  let total = 0
  for (const { self, spec } of world.instances) {
    if (spec.kind !== 'agents/liquidator') continue
    for (let a = 0; a < prices.length; a++) total += world.ledger.balance(self, a) * prices[a]!
  }
  return total
}

/** What all dealers in options own now, options included, USD at stated prices. */
export function dealerWealth(world: World, prices: ArrayLike<number>): number {
  const books = world.all('optionBook').map(({ instance }) => instance.ports!.optionBook!)
  return books.reduce((sum, book) => sum + book.wealth(prices[book.asset]!), 0)
}

/** Record the opening of a path, before its first block. */
export function openingOf(world: World, focus: Focus): Opening {
  const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
  const shocked = shockedPrices(world, prices)
  const named = namedLenders(world)
  const lenders = named.map(({ lender }) => lender)
  const all = debtTotals(lenders, shocked, prices)
  const { debt, liquidatable, debtors } = all
  // Debt and bad debt do not depend on triggers, so the only lender's are known by now.
  const totalsOf = (lender: Lender): DebtTotals =>
    named.length === 1 ? all : debtTotals([lender], prices, prices)
  const each = named.map(({ name, lender }) => {
    const totals = totalsOf(lender)
    return { name, totals, shortfall: shortfallOf(lender, totals, prices) }
  })
  return {
    totalDebt: debt,
    liquidatableShare: debt === 0 ? 0 : liquidatable / debt,
    debtors,
    focusPrice: focus.source && focus.asset >= 0 ? focus.source.price(focus.asset) : Number.NaN,
    badDebt: new Map(each.map(({ name, totals }) => [name, totals.bad])),
    shortfall: new Map(each.map(({ name, shortfall }) => [name, shortfall])),
    debt: new Map(each.map(({ name, totals }) => [name, totals.debt])),
    borrowingPower: new Map(named.map(({ name, lender }) => [name, powerOf(lender, prices)])),
    liquidatorWealth: liquidatorWealth(world, prices),
    dealerWealth: dealerWealth(world, prices),
  }
}
