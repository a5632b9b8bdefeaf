import type { Basket, World } from '../world/index.ts'
import type { Extremes, Focus, Measure } from './view.ts'

/** Highest price of one asset of a pool in another. */
function dearest({ assets, pair }: Basket): number {
  let most = 0
  for (const base of assets)
    for (const quote of assets) if (base !== quote) most = Math.max(most, pair(base, quote).price())
  return most
}

/**
 * Watch how far the price of the focus asset and pools of several assets go.
 * @returns functions to call at the start and after every tick, and at the end.
 */
export function createExtremesWatch(
  world: World,
  { asset, source }: Focus,
): { readonly look: () => void; readonly result: () => Extremes } {
  const baskets = world.all('basket').map(({ instance }) => instance.ports!.basket!)
  const watched = source ?? world.all('referenceMarket')[0]?.instance.ports?.referenceMarket
  const priceNow = (): number =>
    watched && asset >= 0 && watched.covers(asset) ? watched.price(asset) : Number.NaN
  const start = priceNow()
  let share = baskets.length > 0 ? 1 : Number.NaN
  let price = baskets.length > 0 ? 0 : Number.NaN
  let low = start
  return {
    look() {
      for (const basket of baskets) {
        for (const a of basket.assets) share = Math.min(share, basket.share(a))
        price = Math.max(price, dearest(basket))
      }
      const now = priceNow()
      if (now < low) low = now
    },
    result: () => ({ share, price, low: low / start }),
  }
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)

/** Measures of `createExtremesWatch`. */
export const EXTREME_MEASURES: readonly Measure[] = [
  {
    name: 'drawdown',
    unit: 'fraction',
    better: 'lower',
    doc: 'largest fall of the shocked asset at the watched source below its price at the start, at the end of a tick; none without a source that prices it',
    value: ({ watched }) => orNull(1 - watched.extremes.low),
  },
  {
    name: 'scarceShare',
    unit: 'fraction',
    better: 'higher',
    doc: 'smallest share of an asset in a pool of several, at the end of a tick; none without such a pool',
    value: ({ watched }) => orNull(watched.extremes.share),
  },
  {
    name: 'scarcePrice',
    unit: 'ratio',
    better: 'lower',
    doc: 'highest price of an asset of a pool of several in another of them, at the end of a tick; none without such a pool',
    value: ({ watched }) => orNull(watched.extremes.price),
  },
]
