import type { Built, Lender, PriceSource, Venue, World } from '../world/index.ts'

/** What measures look at: which asset is shocked, who states its price, where it is sold. */
export type Focus = {
  /** Index of the shocked asset; -1 when the scenario names none. */
  readonly asset: number
  readonly source: PriceSource | null
  readonly venue: Venue | null
}

/** Facts of the opening state, before anybody acts. */
export type Opening = {
  /** Debt of all lenders at reference prices, USD. */
  readonly totalDebt: number
  /** Share of that debt that would be liquidatable if the scheduled shocks came at once. */
  readonly liquidatableShare: number
  /** Rows that owe something. */
  readonly debtors: number
  /** Price of the focus asset at the focus source, USD; NaN when there is none. */
  readonly focusPrice: number
}

/** One finished path, as measures see it. */
export type PathView = {
  readonly world: World
  readonly focus: Focus
  /** Place of the path in its run, from 0; seed and place make it again. */
  readonly path: number
  readonly opening: Opening
  /** Sum over accounts of max(0, debt - full collateral value) before the first block, USD. */
  readonly openingBadDebt: number
  /** Loop gains sampled along the path. */
  readonly gains: readonly number[]
}

/** A named number per path. */
export type Measure = {
  readonly name: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly doc: string
  /** @returns the number, or null when the path has none (for example no liquidation to average). */
  readonly value: (view: PathView) => number | null
}

/** All lenders of a world. */
export function lendersOf(world: World): readonly Lender[] {
  return world.all('lender').map((i) => i.instance.ports!.lender!)
}

/**
 * Fill `out` with reference prices: the reference market's, or a lender's oracle's where there is none.
 * @param out length = number of assets, overwritten, USD.
 */
export function referencePrices(world: World, out: Float64Array): Float64Array {
  const market = world.all('referenceMarket')[0]?.instance.ports?.referenceMarket
  const lender = lendersOf(world)[0]
  for (let a = 0; a < out.length; a++) {
    const price = market ? market.price(a) : lender?.price(a)
    out[a] = price === undefined || Number.isNaN(price) ? world.spec.assets[a]!.price : price
  }
  return out
}

function venueOf(world: World): Venue | null {
  const trader = world.ordered.find(
    (i: Built) => i.model.phase === 'agent' && typeof i.spec.params.venue === 'string',
  )
  return trader ? world.port('venue', trader.spec.params.venue as string) : null
}

/**
 * Find what the measures look at.
 * @param asset index of the shocked asset, or -1.
 * @param source name of the price source to watch; '' = the reference market, else the lender's oracle.
 */
export function focusOf(world: World, asset: number, source: string): Focus {
  const fallback = world.all('referenceMarket')[0] ?? world.all('priceSource')[0]
  const name = source || fallback?.name
  return {
    asset,
    source: name === undefined ? null : world.port('priceSource', name),
    venue: venueOf(world),
  }
}
