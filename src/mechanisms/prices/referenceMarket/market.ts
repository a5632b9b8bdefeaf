import { exp } from '../../../math/index.ts'
import { type Context, type ReferenceMarket, USD } from '../../../world/index.ts'
import { bought, proceeds, soldTo, spentTo } from './kernel.ts'

/** State columns; those of both directions hold a fall at 2 x asset and a rise at 2 x asset + 1. */
export type MarketColumns = {
  /** Log move of the drivers since the start. */
  readonly fundamental: Float64Array
  /** Log impact that stays, and that which decays. */
  readonly permanent: Float64Array
  readonly transient: Float64Array
  /** USD. */
  readonly price: Float64Array
  /** The fundamental when news was last recorded, and the move recorded then. */
  readonly reported: Float64Array
  readonly news: Float64Array
  /** Size of the impact of trades by direction: since the last news, and between it and the one before. */
  readonly recent: Float64Array
  readonly earlier: Float64Array
  /** The event to blame, by direction. */
  readonly cause: Int32Array
}

/** What the functions of a reference market share. */
export type Market = {
  readonly columns: MarketColumns
  readonly context: Context
  /** Log move per token sold, by asset. */
  readonly lambda: Float64Array
  /** Share of the impact that never decays. */
  readonly permanent: number
  readonly fee: number
  /** Smallest outside log move that is recorded as one event. */
  readonly newsMove: number
}

/** Compute the price of an asset, USD per token: exactly its start price while nothing has moved it. */
function priceOf({ columns: s, context }: Market, a: number): number {
  return context.assets[a]!.price * exp(s.fundamental[a]! + s.permanent[a]! + s.transient[a]!)
}

/**
 * Record what has moved the fundamental since the last news, if it is large enough, and blame it if
 * it is larger than what trades did before it.
 */
function report({ columns: s, context, newsMove }: Market, a: number): void {
  const move = s.fundamental[a]! - s.reported[a]!
  if (Math.abs(move) < newsMove || move === 0) return
  const { trace, self } = context
  const event = trace.add('news', { instance: self, parent: -1, asset: a, x: s.price[a]!, y: move })
  s.reported[a] = s.fundamental[a]!
  s.news[a] = move
  for (const k of [2 * a, 2 * a + 1]) {
    s.earlier[k] = s.recent[k]!
    s.recent[k] = 0
  }
  const k = 2 * a + (move < 0 ? 0 : 1)
  if (Math.abs(move) > s.earlier[k]! || s.cause[k] === -1) s.cause[k] = event
}

/**
 * Blame a trade for the price's move, if trades have moved it at least as far as news since the news
 * before last: an impact is remembered until news outweighs it, and a small one does not hide news.
 */
function blame({ columns: s }: Market, a: number, move: number, event: number): void {
  const k = 2 * a + (move < 0 ? 0 : 1)
  s.recent[k]! += Math.abs(move)
  const outside = s.news[a]! + s.fundamental[a]! - s.reported[a]!
  const isLarger = s.earlier[k]! + s.recent[k]! >= (move < 0 ? -outside : outside)
  if (isLarger || s.cause[k] === -1) s.cause[k] = event
}

/** Move the price by `amount` tokens sold (negative: bought) and tell the trace. */
function press(market: Market, a: number, amount: number, parent: number): void {
  const { columns: s, context, lambda, permanent } = market
  const move = -lambda[a]! * amount
  const before = s.price[a]!
  s.permanent[a]! += permanent * move
  s.transient[a]! += (1 - permanent) * move
  s.price[a] = priceOf(market, a)
  if (s.price[a] === before) return
  const event = context.trace.add('impact', {
    instance: context.self,
    parent,
    asset: a,
    x: s.price[a]!,
    y: move,
    z: amount,
    w: s.permanent[a]! + s.transient[a]!,
  })
  blame(market, a, move, event)
}

/**
 * Advance an asset by one tick.
 * @param fundamental log move of the drivers since the start.
 * @param left share of the transient impact that is left.
 */
export function advance(market: Market, a: number, fundamental: number, left: number): void {
  const { columns: s } = market
  s.fundamental[a] = fundamental
  s.transient[a]! *= left
  s.price[a] = priceOf(market, a)
  report(market, a)
}

function has(sell: number, buy: number): boolean {
  return (sell === USD) !== (buy === USD)
}

function quote(market: Market, sell: number, buy: number, amount: number): number {
  if (!(amount > 0 && amount < Infinity) || !has(sell, buy)) return 0
  const { columns, lambda, fee } = market
  return buy === USD
    ? (1 - fee) * proceeds(columns.price[sell]!, lambda[sell]!, amount)
    : bought(columns.price[buy]!, lambda[buy]!, (1 - fee) * amount)
}

function swap(
  market: Market,
  sell: number,
  buy: number,
  amount: number,
  holder: number,
  cause: number,
): number {
  const { ledger, trace, self } = market.context
  const out = quote(market, sell, buy, amount)
  if (out === 0 || !ledger.transfer(holder, self, sell, amount)) return 0
  ledger.transfer(self, holder, buy, out)
  const asset = buy === USD ? sell : buy
  const sold = buy === USD ? amount : -out
  const z = -market.lambda[asset]! * Math.abs(sold)
  const event = trace.add('swap', {
    instance: self,
    parent: cause,
    asset: sell,
    other: buy,
    x: amount,
    y: out,
    z,
  })
  press(market, asset, sold, event)
  return out
}

/** Offer a market's ports: its prices, and trades against USD. */
export function portOf(market: Market): ReferenceMarket {
  const { columns: s, context, lambda, fee } = market
  const keep = 1 - fee
  return {
    covers: () => true,
    price: (a) => s.price[a]!,
    fundamental: (a) => context.assets[a]!.price * exp(s.fundamental[a]!),
    cause: (a, direction) => s.cause[2 * a + (direction < 0 ? 0 : 1)]!,
    has,
    spot(sell, buy) {
      if (!has(sell, buy)) return 0
      return buy === USD ? s.price[sell]! * keep : keep / s.price[buy]!
    },
    quote: (sell, buy, amount) => quote(market, sell, buy, amount),
    amountTo(sell, buy, target) {
      if (!has(sell, buy)) return 0
      return buy === USD
        ? soldTo(s.price[sell]! * keep, lambda[sell]!, target)
        : spentTo(s.price[buy]!, lambda[buy]!, keep / target) / keep
    },
    swap: (sell, buy, amount, holder, cause) => swap(market, sell, buy, amount, holder, cause),
  }
}
