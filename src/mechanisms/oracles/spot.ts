import {
  asset,
  eventCode,
  type Model,
  model,
  optionalRef,
  type Pool,
  type PriceSource,
  ref,
  USD,
} from '../../world/index.ts'

const SWAP = eventCode('swap')

/** Thrown when a spot oracle reads a pool that does not trade its asset. */
export class SpotAssetError extends Error {
  override readonly name = 'SpotAssetError'
}

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
  create(p, _, { name, assets, trace }) {
    let pool: Pool
    let quotes: PriceSource | undefined
    let isBase = true
    let other = USD
    return {
      ports: {
        priceSource: {
          covers: (a) => a === p.asset || a === USD,
          price(a) {
            if (a !== p.asset) return a === USD ? 1 : Number.NaN
            const quotePrice = quotes ? quotes.price(other) : assets[other]!.price
            return (isBase ? pool.price() : 1 / pool.price()) * quotePrice
          },
          cause(a, direction) {
            if (a !== p.asset) return -1
            const swap = pool.lastSwap(isBase ? direction : direction < 0 ? 1 : -1)
            return Math.max(swap, quotes ? quotes.cause(other, direction) : -1)
          },
          moveOf(event, a) {
            if (a !== p.asset) return 0
            const { instance, kind, asset: sold, z } = trace.columns
            if (kind[event] !== SWAP || instance[event] !== pool.self)
              return quotes ? quotes.moveOf(event, other) : 0
            return sold[event] === a ? z[event]! : -z[event]!
          },
        },
      },
      link(use) {
        pool = use('pool', p.pool)
        isBase = pool.assets[0] === p.asset
        other = pool.assets[isBase ? 1 : 0]
        if (!isBase && pool.assets[1] !== p.asset)
          throw new SpotAssetError(
            `"${name}" prices ${assets[p.asset]!.name}, which pool "${p.pool}" does not trade; ` +
              'name another pool or asset',
          )
        if (p.quotePrice) quotes = use('priceSource', p.quotePrice)
      },
    }
  },
})
