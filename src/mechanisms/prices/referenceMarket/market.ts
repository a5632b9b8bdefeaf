import { exp } from '../../../math/index.ts'
import {
  type Context,
  eventCode,
  moverBefore,
  type ReferenceMarket,
  USD,
} from '../../../world/index.ts'
import { bought, proceeds, soldTo, spentTo } from './kernel.ts'

const NEWS = eventCode('news')
const IMPACT = eventCode('impact')

/** State columns; `cause` holds falls at 2 x asset and rises at 2 x asset + 1. */
export type MarketColumns = {
  /** Log move of the drivers since the start. */
  readonly fundamental: Float64Array
  /** Log impact that stays, and that which decays. */
  readonly permanent: Float64Array
  readonly transient: Float64Array
  /** USD. */
  readonly price: Float64Array
  /** The fundamental when news was last recorded. */
  readonly reported: Float64Array
  /** The last event that moved the price, by direction. */
  readonly cause: Int32Array
  /** 1 while it trades; halted, it still has prices. */
  readonly trading: Uint8Array
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
 * Make the function that gives fundamental prices, USD per token. Several ask for the same one in every
 * block, so the last is kept beside the log move that it belongs to.
 */
function fundamentalOf({ columns: s, context }: Market): (asset: number) => number {
  const moves = new Float64Array(context.assets.length).fill(Number.NaN)
  const prices = new Float64Array(context.assets.length)
  return (a) => {
    const move = s.fundamental[a]!
    if (moves[a] !== move) {
      moves[a] = move
      prices[a] = context.assets[a]!.price * exp(move)
    }
    return prices[a]!
  }
}

/** The last event that moved a price either way; -1 when nothing has. */
function lastMove({ cause }: Market['columns'], a: number): number {
  return Math.max(cause[2 * a]!, cause[2 * a + 1]!)
}

/** Record what has moved the fundamental since the last news, once it is large enough. */
function report({ columns: s, context, newsMove }: Market, a: number): void {
  const move = s.fundamental[a]! - s.reported[a]!
  if (Math.abs(move) < newsMove || move === 0) return
  const { trace, self } = context
  s.reported[a] = s.fundamental[a]!
  s.cause[2 * a + (move < 0 ? 0 : 1)] = trace.add('news', {
    instance: self,
    parent: -1,
    previous: lastMove(s, a),
    asset: a,
    x: s.price[a]!,
    y: move,
  })
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
  s.cause[2 * a + (move < 0 ? 0 : 1)] = context.trace.add('impact', {
    instance: context.self,
    parent,
    previous: lastMove(s, a),
    asset: a,
    x: s.price[a]!,
    y: move,
    z: amount,
    w: s.permanent[a]! + s.transient[a]!,
  })
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

function takes({ columns }: Market, sell: number, buy: number): boolean {
  return columns.trading[0] === 1 && has(sell, buy)
}

function quote(market: Market, sell: number, buy: number, amount: number): number {
  if (!(amount > 0 && amount < Infinity) || !takes(market, sell, buy)) return 0
  const { columns, lambda, fee } = market
  return buy === USD
    ? (1 - fee) * proceeds(columns.price[sell]!, lambda[sell]!, amount)
    : bought(columns.price[buy]!, lambda[buy]!, (1 - fee) * amount)
}

/** Exchange tokens with a holder and record it. @returns the swap event; -1 when it cannot be paid. */
function exchange(
  { ledger, trace, self }: Context,
  sell: number,
  buy: number,
  amount: number,
  out: number,
  move: number,
  holder: number,
  cause: number,
): number {
  if (!(out > 0) || !ledger.transfer(holder, self, sell, amount)) return -1
  ledger.transfer(self, holder, buy, out)
  return trace.add('swap', {
    instance: self,
    parent: cause,
    asset: sell,
    other: buy,
    x: amount,
    y: out,
    z: move,
  })
}

function swap(
  market: Market,
  sell: number,
  buy: number,
  amount: number,
  holder: number,
  cause: number,
): number {
  const out = quote(market, sell, buy, amount)
  const asset = buy === USD ? sell : buy
  const sold = buy === USD ? amount : -out
  const move = -market.lambda[asset]! * Math.abs(sold)
  const event = exchange(market.context, sell, buy, amount, out, move, holder, cause)
  if (event < 0) return 0
  press(market, asset, sold, event)
  return out
}

function spot(market: Market, sell: number, buy: number): number {
  if (!takes(market, sell, buy)) return 0
  const { columns: s, fee } = market
  return buy === USD ? s.price[sell]! * (1 - fee) : (1 - fee) / s.price[buy]!
}

function follow(
  market: Market,
  sell: number,
  buy: number,
  amount: number,
  holder: number,
  cause: number,
): number {
  const out = amount * spot(market, sell, buy)
  return exchange(market.context, sell, buy, amount, out, 0, holder, cause) < 0 ? 0 : out
}

/** Offer a market's ports: its prices, and trades against USD. */
export function portOf(market: Market): ReferenceMarket {
  const { columns: s, context, lambda, fee } = market
  const keep = 1 - fee
  return {
    covers: () => true,
    price: (a) => s.price[a]!,
    fundamental: fundamentalOf(market),
    cause: (a, direction) => s.cause[2 * a + (direction < 0 ? 0 : 1)]!,
    moveOf(event, a) {
      const { instance, asset, kind, y } = context.trace.columns
      const isOwn = instance[event] === context.self && asset[event] === a
      return isOwn && (kind[event] === NEWS || kind[event] === IMPACT) ? y[event]! : 0
    },
    moverBefore: (event, a) => moverBefore(context.trace, lastMove(s, a), event),
    has,
    spot: (sell, buy) => spot(market, sell, buy),
    follow: (sell, buy, amount, holder, cause) => follow(market, sell, buy, amount, holder, cause),
    quote: (sell, buy, amount) => quote(market, sell, buy, amount),
    amountTo(sell, buy, target) {
      if (!takes(market, sell, buy)) return 0
      return buy === USD
        ? soldTo(s.price[sell]! * keep, lambda[sell]!, target)
        : spentTo(s.price[buy]!, lambda[buy]!, keep / target) / keep
    },
    swap: (sell, buy, amount, holder, cause) => swap(market, sell, buy, amount, holder, cause),
  }
}
