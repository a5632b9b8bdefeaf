import { exp } from '../../math/index.ts'
import {
  asset,
  f64,
  InputError,
  type Model,
  model,
  moverOf,
  number,
  type PriceSource,
  ref,
  USD,
} from '../../world/index.ts'

/** Seconds in a year of 365 days. */
const YEAR = 365 * 86400

/** Thrown when an exchange-rate oracle's source has no price for its base. */
export class RateBaseError extends InputError {
  override readonly name = 'RateBaseError'
}

/**
 * Price of a share in a pool of another asset: the rate that its contract states, times a price of
 * that asset. Over ETH it is blind to a discount of the share in the market; over a price of stETH
 * it follows it.
 */
export const exchangeRate: Model = model({
  kind: 'oracles/exchangeRate',
  phase: 'oracle',
  doc: "a contract's exchange rate times the price of its base, such as wstETH over ETH or stETH",
  params: {
    source: ref('priceSource', 'what prices the base'),
    base: asset('asset that the rate is in'),
    asset: asset('the asset that is priced'),
    rate: number('base per asset at the start', 'base/asset', { min: 1e-12 }),
    growth: number('growth of the rate, compounded continuously', '1/year', { default: 0 }),
  },
  columns: (p) => ({ rate: f64(1, 'base/asset', p.rate) }),
  create(p, s, { name, assets }) {
    let source: PriceSource
    return {
      ports: {
        priceSource: {
          covers: (a) => a === p.asset || a === USD,
          price(a) {
            if (a === p.asset) return s.rate[0]! * source.price(p.base)
            return a === USD ? 1 : Number.NaN
          },
          cause: (a, direction) => (a === p.asset ? source.cause(p.base, direction) : -1),
          moveOf: (event, a) => (a === p.asset ? source.moveOf(event, p.base) : 0),
          moverBefore: (event, a) => (a === p.asset ? moverOf(source, event, p.base) : -1),
          age: (a) => (a === p.asset ? (source.age?.(p.base) ?? 0) : 0),
        },
      },
      link(use) {
        source = use('priceSource', p.source)
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
