import {
  asset,
  type Model,
  model,
  optionalRef,
  type Pool,
  type PriceSource,
  ref,
  USD,
} from '../../world/index.ts'

/** A pool's marginal price read at the moment of use: no lag, and open to whoever trades before. */
export const spot: Model = model({
  kind: 'oracles/spot',
  phase: 'oracle',
  doc: 'marginal price of a pool, without lag',
  params: {
    pool: ref('pool', 'the pool that is read'),
    asset: asset('the asset that is priced'),
    quotePrice: optionalRef(
      'priceSource',
      "USD price of the pool's other asset; '' = its start price",
    ),
  },
  create(p, _, { assets }) {
    let pool: Pool
    let quotes: PriceSource | undefined
    let isBase = true
    function other(): number {
      return pool.assets[isBase ? 1 : 0]
    }
    const quotePrice = (): number =>
      quotes ? quotes.price(other()) : (assets[other()]?.price ?? Number.NaN)
    return {
      ports: {
        priceSource: {
          covers: (a) => a === p.asset || a === USD,
          price: (a) => (a === USD ? 1 : (isBase ? pool.price() : 1 / pool.price()) * quotePrice()),
          cause: (_a, direction) => pool.lastSwap(isBase ? direction : direction < 0 ? 1 : -1),
        },
      },
      link(use) {
        pool = use('pool', p.pool)
        isBase = pool.assets[0] === p.asset
        if (p.quotePrice) quotes = use('priceSource', p.quotePrice)
      },
    }
  },
})
