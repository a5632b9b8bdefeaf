import {
  asset,
  type Basket,
  InputError,
  type Model,
  model,
  type Pool,
  ref,
} from '../../world/index.ts'

/** Thrown when a pair is taken from a pool that does not trade it. */
export class PairAssetError extends InputError {
  override readonly name = 'PairAssetError'
}

/**
 * Two assets of a pool of several, for those who read or trade pools of two: oracles, arbitrageurs. It
 * has no state of its own; its trades are trades in the pool.
 */
export const pair: Model = model({
  kind: 'liquidity/pair',
  phase: 'venue',
  doc: 'two assets of a pool of several, seen as a pool',
  params: {
    pool: ref('basket', 'the pool of several assets'),
    base: asset('asset that the price is of'),
    quote: asset('asset that the price is in'),
  },
  create({ pool, base, quote }, _, { name, assets, indexOf }) {
    let basket: Basket
    let own: Pool
    const view: Pool = {
      assets: [base, quote],
      get fee() {
        return own.fee
      },
      self: indexOf(pool),
      price: () => own.price(),
      lastSwap: (direction) => own.lastSwap(direction),
      moveOf: (event) => own.moveOf!(event),
      moverBefore: (event) => own.moverBefore!(event),
      has: (sell, buy) => own.has(sell, buy),
      spot: (sell, buy) => own.spot(sell, buy),
      quote: (sell, buy, amount) => own.quote(sell, buy, amount),
      amountTo: (sell, buy, target) => own.amountTo(sell, buy, target),
      swap: (sell, buy, amount, holder, cause) => own.swap(sell, buy, amount, holder, cause),
    }
    return {
      ports: { venue: view, pool: view },
      link(use) {
        basket = use('basket', pool)
        if (!basket.has(base, quote))
          throw new PairAssetError(
            `"${name}" is ${assets[base]!.name} and ${assets[quote]!.name}, which pool "${pool}" ` +
              'does not trade; name two of its assets',
          )
        own = basket.pair(base, quote)
      },
    }
  },
})
