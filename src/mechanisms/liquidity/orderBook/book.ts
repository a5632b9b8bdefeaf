import { exp, log } from '../../../math/index.ts'
import type { Context, Pool } from '../../../world/index.ts'
import { exchange, isTradable, pairOf, poolMoverBefore, recordSwap } from '../pool.ts'
import { eat, type Fill, type Ladder } from './kernel.ts'

type Setup = {
  readonly base: number
  readonly quote: number
  readonly fee: number
  readonly spread: number
}

type Columns = {
  readonly view: Float64Array
  readonly position: Float64Array
  readonly share: Float64Array
  readonly lastSwap: Int32Array
  readonly trading: Uint8Array
}

/** Rounding by which an order may exceed the book. */
const ROUNDING = 1e-12

/**
 * Offer a book as a pool. Its own balances bound what it pays: makers cannot buy without money nor
 * sell what they do not hold, and an order beyond that does not fit.
 */
export function bookOf(p: Setup, ladder: Ladder, s: Columns, context: Context): Pool {
  const { ledger, self } = context
  const { base, quote } = p
  const kept = 1 - p.fee
  const half = exp(p.spread / 2)
  const fill: Fill = { position: 0, base: 0, money: 0 }
  const { has, takes } = pairOf(base, quote, s.trading)
  /** Price of the best bid (sell base) or ask at position 0. */
  const top = (sell: number): number => exp(s.view[0]!) * (sell === base ? 1 / half : half)
  /**
   * Sell up to `amount` until a position; `fill` says where it ends.
   * @returns what is bought; `sold` is what is sold.
   */
  function take(sell: number, amount: number, until: number): number {
    const share = s.share[0]!
    const price = top(sell)
    const from = s.position[0]!
    const money = share * price
    if (sell === base) {
      const limit = ledger.balance(self, quote) / (kept * money)
      eat(ladder, from, 1, until, amount / share, limit, fill)
      sold = share * fill.base
      return kept * money * fill.money
    }
    const limit = ledger.balance(self, base) / (kept * share)
    eat(ladder, from, -1, until, limit, amount / money, fill)
    sold = money * fill.money
    return kept * share * fill.base
  }
  let sold = 0
  const end = (sell: number): number => (sell === base ? Infinity : -Infinity)
  function quoteFor(sell: number, buy: number, amount: number): number {
    if (!takes(sell, buy) || !isTradable(amount)) return 0
    const bought = take(sell, amount, end(sell))
    return sold >= amount * (1 - ROUNDING) ? bought : 0
  }
  function spot(sell: number, buy: number): number {
    if (!takes(sell, buy)) return 0
    const position = s.position[0]!
    const { edges } = ladder
    if (sell === base)
      return position < edges.at(-1)! && ledger.balance(self, quote) > 0
        ? kept * top(sell) * exp(-position)
        : 0
    return position > edges[0]! && ledger.balance(self, base) > 0
      ? (kept / top(sell)) * exp(position)
      : 0
  }
  function amountTo(sell: number, buy: number, target: number): number {
    if (!takes(sell, buy) || !(target > 0)) return 0
    const until =
      sell === base ? log((kept * top(sell)) / target) : log((target * top(sell)) / kept)
    take(sell, Infinity, until)
    return sold
  }
  function swap(sell: number, buy: number, amount: number, holder: number, cause: number): number {
    const bought = quoteFor(sell, buy, amount)
    if (!(bought > 0) || !exchange(context, holder, sell, amount, buy, bought)) return 0
    const move = -Math.abs(fill.position - s.position[0]!)
    s.position[0] = fill.position
    const up = sell === base ? 0 : 1
    recordSwap(context, s.lastSwap, up, cause, sell, amount, buy, bought, move)
    return bought
  }
  return {
    assets: [base, quote],
    fee: p.fee,
    price: () => exp(s.view[0]! - s.position[0]!),
    self,
    lastSwap: (direction) => s.lastSwap[direction < 0 ? 0 : 1]!,
    moverBefore: poolMoverBefore(context, s.lastSwap),
    has,
    spot,
    quote: quoteFor,
    amountTo,
    swap,
  }
}
