import {
  asset,
  type Context,
  eventCode,
  InputError,
  type Model,
  model,
  moverOf,
  optionalRef,
  type Pool,
  type PriceSource,
  ref,
  USD,
} from '../../world/index.ts'
import { fundamentalOf } from './correct.ts'

const SWAP = eventCode('swap')
const DRAIN = eventCode('drain')

/** Thrown when a spot oracle reads a pool that does not trade its asset. */
export class SpotAssetError extends InputError {
  override readonly name = 'SpotAssetError'
}

/**
 * Find the side of a pool on which an asset is priced.
 * @returns whether the pool's price is of `asset`, and the pool's other asset.
 * @throws {SpotAssetError} when the pool does not trade the asset.
 */
export function sideOf(
  pool: Pool,
  asset: number,
  { name, assets }: Context,
  poolName: string,
): { readonly isBase: boolean; readonly other: number } {
  const [base, quote] = pool.assets
  if (asset === base) return { isBase: true, other: quote }
  if (asset === quote) return { isBase: false, other: base }
  throw new SpotAssetError(
    `"${name}" prices ${assets[asset]!.name}, which pool "${poolName}" does not trade; ` +
      'name another pool or asset',
  )
}

/** A pool's marginal price read at the moment of use: no lag, and open to whoever trades before. */
export const spot: Model = model({
  kind: 'oracles/spot',
  phase: 'oracle',
  doc: 'marginal price of a pool, without lag',
  correct: (own, { asset }, truth) => fundamentalOf(own, [asset], truth),
  params: {
    pool: ref('pool', 'the pool that is read'),
    asset: asset('the asset that is priced'),
    quotePrice: optionalRef(
      'priceSource',
      "USD price of the pool's other asset; '' = its start price",
    ),
  },
  create(p, _, context) {
    const { assets, trace } = context
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
            const isOwn = kind[event] === SWAP || kind[event] === DRAIN
            if (!isOwn || instance[event] !== pool.self)
              return quotes ? quotes.moveOf(event, other) : 0
            if (pool.moveOf) return (isBase ? 1 : -1) * pool.moveOf(event)
            return sold[event] === a ? z[event]! : -z[event]!
          },
          moverBefore(event, a) {
            if (a !== p.asset) return -1
            const moved = pool.moverBefore?.(event) ?? event - 1
            return quotes ? Math.max(moved, moverOf(quotes, event, other)) : moved
          },
        },
      },
      link(use) {
        pool = use('pool', p.pool)
        ;({ isBase, other } = sideOf(pool, p.asset, context, p.pool))
        if (p.quotePrice) quotes = use('priceSource', p.quotePrice)
      },
    }
  },
})
