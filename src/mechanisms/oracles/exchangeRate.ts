import { exp } from '../../math/index.ts'
import {
  asset,
  eventCode,
  f64,
  InputError,
  type Model,
  model,
  moverOf,
  number,
  optionalRef,
  type PriceSource,
  type ReferenceMarket,
  ref,
  USD,
} from '../../world/index.ts'

/** Seconds in a year of 365 days. */
const YEAR = 365 * 86400

/** Rounding of a ratio of two prices: a rate that differs by no more is the same rate. */
const ROUNDING = 1e-9

const NEWS = eventCode('news')

/** Thrown when an exchange-rate oracle's source has no price for its base. */
export class RateBaseError extends InputError {
  override readonly name = 'RateBaseError'
}

/**
 * Price of a share in a pool of another asset: the rate that its contract states, times a price of
 * that asset. Over ETH it is blind to a discount of the share in the market; over a price of stETH, or
 * with the rate that a `market` pays, it follows it.
 */
export const exchangeRate: Model = model({
  kind: 'oracles/exchangeRate',
  phase: 'oracle',
  doc: "a contract's exchange rate times the price of its base, such as wstETH over ETH or stETH",
  // The base stays as late as it is.
  correct(_, p, { market, moves }) {
    if (!moves(p.asset) && moves(p.base)) return null
    return { assets: [p.asset], kind: 'oracles/exchangeRate', params: { ...p, market } }
  },
  params: {
    source: ref('priceSource', 'what prices the base'),
    base: asset('asset that the rate is in'),
    asset: asset('the asset that is priced'),
    rate: number('base per asset at the start', 'base/asset', { min: 1e-12 }),
    growth: number('growth of the rate, compounded continuously', '1/year', { default: 0 }),
    market: optionalRef(
      'referenceMarket',
      "whose fundamental prices make the rate; '' = it is the contract's",
    ),
  },
  columns: (p) => ({ rate: f64(1, 'base/asset', p.rate) }),
  create(p, s, { name, assets, trace }) {
    let source: PriceSource
    let market: ReferenceMarket | null = null
    function rateNow(): number {
      const stated = s.rate[0]!
      if (market === null) return stated
      const paid = market.fundamental(p.asset) / market.fundamental(p.base)
      return Math.abs(paid - stated) <= ROUNDING * stated ? stated : paid
    }
    /** Log move of the rate: news of the asset, less what of it is news of the base. */
    function rateMove(event: number): number {
      if (market === null || trace.columns.kind[event] !== NEWS) return 0
      return market.moveOf(event, p.asset) - market.moveOf(event, p.base)
    }
    function cause(direction: -1 | 1): number {
      const ofBase = source.cause(p.base, direction)
      return market === null ? ofBase : Math.max(ofBase, market.cause(p.asset, direction))
    }
    function moverBefore(event: number): number {
      const ofBase = moverOf(source, event, p.base)
      if (market === null) return ofBase
      return Math.max(ofBase, moverOf(market, event, p.asset), moverOf(market, event, p.base))
    }
    return {
      ports: {
        priceSource: {
          covers: (a) => a === p.asset || a === USD,
          price(a) {
            if (a === p.asset) return rateNow() * source.price(p.base)
            return a === USD ? 1 : Number.NaN
          },
          cause: (a, direction) => (a === p.asset ? cause(direction) : -1),
          moveOf: (event, a) =>
            a === p.asset ? source.moveOf(event, p.base) + rateMove(event) : 0,
          moverBefore: (event, a) => (a === p.asset ? moverBefore(event) : -1),
          age: (a) => (a === p.asset ? (source.age?.(p.base) ?? 0) : 0),
        },
      },
      link(use) {
        source = use('priceSource', p.source)
        if (p.market) market = use('referenceMarket', p.market)
      },
      refresh(cause) {
        if (cause === 'build' && !source.covers(p.base))
          throw new RateBaseError(
            `"${name}" needs a price of "${assets[p.base]!.name}", which source "${p.source}" does ` +
              'not cover; name another source or base',
          )
      },
      // After all have stepped, so that feeds read one rate in a tick whatever their names.
      observe({ time }) {
        s.rate[0] = p.rate * exp((p.growth * time) / YEAR)
      },
    }
  },
})
