import { log } from '../../../math/index.ts'
import {
  asset,
  type Context,
  fraction,
  i32,
  type Model,
  model,
  number,
  type Pool,
} from '../../../world/index.ts'
import { exchange, isTradable, recordSwap, startPrice } from '../pool.ts'
import { amountOut, amountTo, spotAfterFee } from './kernel.ts'

const params = {
  base: asset('asset that the price is of'),
  quote: asset('asset that the price is in'),
  baseReserve: number('base asset in the pool at the start', 'tokens', { min: 1e-9 }),
  price: number('quote per base at the start; 0: ratio of the start prices', 'quote/base', {
    default: 0,
    min: 0,
  }),
  fee: fraction('fee on the amount sold', { default: 0.003, max: 0.999 }),
}

type Setup = { readonly base: number; readonly quote: number; readonly fee: number }

function poolOf({ base, quote, fee }: Setup, last: Int32Array, context: Context): Pool {
  const { ledger, self } = context
  const reserve = (of: number): number => ledger.balance(self, of)
  const has = (sell: number, buy: number): boolean =>
    (sell === base && buy === quote) || (sell === quote && buy === base)
  function quoteFor(sell: number, buy: number, amount: number): number {
    if (!has(sell, buy) || !isTradable(amount)) return 0
    return amountOut(reserve(sell), reserve(buy), amount, fee)
  }
  function swap(sell: number, buy: number, amount: number, holder: number, cause: number): number {
    const bought = quoteFor(sell, buy, amount)
    if (!(bought > 0)) return 0
    const before = reserve(buy) / reserve(sell)
    if (!exchange(context, holder, sell, amount, buy, bought)) return 0
    const move = log(reserve(buy) / reserve(sell) / before)
    recordSwap(context, last, sell === base ? 0 : 1, cause, sell, amount, buy, bought, move)
    return bought
  }
  return {
    assets: [base, quote],
    fee,
    price: () => reserve(quote) / reserve(base),
    self: context.self,
    lastSwap: (direction) => last[direction < 0 ? 0 : 1]!,
    has,
    spot: (sell, buy) => (has(sell, buy) ? spotAfterFee(reserve(sell), reserve(buy), fee) : 0),
    quote: quoteFor,
    amountTo: (sell, buy, target) =>
      has(sell, buy) && target > 0 ? amountTo(reserve(sell), reserve(buy), target, fee) : 0,
    swap,
  }
}

/** A pool whose reserves' product stays constant but for fees (Uniswap v2). */
export const constantProduct: Model = model({
  kind: 'liquidity/constantProduct',
  phase: 'venue',
  doc: 'pool of two assets with a constant product of reserves (Uniswap v2)',
  params,
  columns: () => ({ lastSwap: i32(2, 'event id', -1) }),
  create(p, s, context) {
    const { ledger, self, assets } = context
    ledger.endow(self, p.base, p.baseReserve)
    ledger.endow(self, p.quote, p.baseReserve * startPrice(p.price, p.base, p.quote, assets))
    const pool = poolOf(p, s.lastSwap, context)
    return { ports: { venue: pool, pool } }
  },
})
