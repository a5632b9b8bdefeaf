import { log } from '../../../math/index.ts'
import { type Basket, type Context, latestBefore, type Pool } from '../../../world/index.ts'
import { exchange, isTradable, pairOf } from '../pool.ts'
import { amountOut, amountTo, bendOf, priceAt } from './kernel.ts'

/** A pool's coins and terms; `rate` is what one coin is worth at the pool's own reckoning. */
export type Coins = {
  readonly assets: readonly number[]
  readonly rate: Float64Array
  readonly ann: number
  readonly fee: number
  readonly adminFee: number
}

export type Columns = {
  readonly adminFees: Float64Array
  /** By two coins: the last swap that made the first cheaper in the second, and its log move. */
  readonly lastSwap: Int32Array
  readonly lastMove: Float64Array
  readonly trading: Uint8Array
}

/** Offer a pool of several coins as a venue, whose pairs can be seen as pools. */
export function basketOf(coins: Coins, s: Columns, context: Context): Basket {
  const { assets, rate, fee } = coins
  const { ledger, trace, self } = context
  const n = assets.length
  const kept = 1 - fee
  const place = new Int32Array(context.assets.length).fill(-1)
  assets.forEach((asset, k) => {
    place[asset] = k
  })
  const [x, before, after] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  const has = (sell: number, buy: number): boolean =>
    sell !== buy && place[sell]! >= 0 && place[buy]! >= 0
  const takes = (sell: number, buy: number): boolean => s.trading[0] === 1 && has(sell, buy)
  /** Read the coins times their rates into `x`. @returns the bend of the curve; NaN without a coin. */
  function read(): number {
    for (let k = 0; k < n; k++) {
      x[k] = rate[k]! * (ledger.balance(self, assets[k]!) - s.adminFees[k]!)
      if (!(x[k]! > 0)) return Number.NaN
    }
    return bendOf(x, coins.ann)
  }
  /** Overwrite `out` with what the curve gives for one of each coin, in one unit. */
  function slopes(out: Float64Array): void {
    const bend = read()
    for (let k = 0; k < n; k++) out[k] = 1 + bend / x[k]!
  }
  /** Price at the margin without fee, whole `buy` per whole `sell`. */
  function price(sell: number, buy: number): number {
    const bend = read()
    const [i, j] = [place[sell]!, place[buy]!]
    return (priceAt(x[i]!, x[j]!, bend) * rate[i]!) / rate[j]!
  }
  function spot(sell: number, buy: number): number {
    return takes(sell, buy) ? kept * price(sell, buy) || 0 : 0
  }
  function quoteFor(sell: number, buy: number, amount: number): number {
    if (!takes(sell, buy) || !isTradable(amount)) return 0
    const bend = read()
    const [i, j] = [place[sell]!, place[buy]!]
    return (kept * amountOut(x[i]!, x[j]!, bend, rate[i]! * amount)) / rate[j]! || 0
  }
  function toTarget(sell: number, buy: number, target: number): number {
    if (!takes(sell, buy) || !(target > 0)) return 0
    const bend = read()
    const [i, j] = [place[sell]!, place[buy]!]
    return amountTo(x[i]!, x[j]!, bend, (target * rate[j]!) / (rate[i]! * kept)) / rate[i]!
  }
  function swap(sell: number, buy: number, amount: number, holder: number, cause: number): number {
    const bought = quoteFor(sell, buy, amount)
    if (!(bought > 0)) return 0
    slopes(before)
    if (!exchange(context, holder, sell, amount, buy, bought)) return 0
    const [i, j] = [place[sell]!, place[buy]!]
    s.adminFees[j]! += (bought / kept) * fee * coins.adminFee
    slopes(after)
    const moved = (base: number, quote: number): number =>
      log((after[base]! / before[base]!) * (before[quote]! / after[quote]!))
    const event = trace.add('swap', {
      instance: self,
      parent: cause,
      asset: sell,
      other: buy,
      x: amount,
      y: bought,
      z: moved(i, j),
    })
    for (let base = 0; base < n; base++)
      for (let quote = 0; quote < n; quote++) {
        const move = moved(base, quote)
        if (!(move < 0)) continue
        s.lastSwap[base * n + quote] = event
        s.lastMove[base * n + quote] = move
      }
    return bought
  }
  function share(asset: number): number {
    read()
    let sum = 0
    for (let k = 0; k < n; k++) sum += x[k]!
    return x[place[asset]!]! / sum
  }
  const basket: Basket = {
    assets,
    share,
    has,
    spot,
    quote: quoteFor,
    amountTo: toTarget,
    swap,
    pair,
  }
  function pair(base: number, quote: number): Pool {
    const down = place[base]! * n + place[quote]!
    const up = place[quote]! * n + place[base]!
    const own = pairOf(base, quote, s.trading)
    return {
      has: own.has,
      spot: (sell, buy) => (own.has(sell, buy) ? spot(sell, buy) : 0),
      quote: (sell, buy, amount) => (own.has(sell, buy) ? quoteFor(sell, buy, amount) : 0),
      amountTo: (sell, buy, target) => (own.has(sell, buy) ? toTarget(sell, buy, target) : 0),
      swap: (sell, buy, amount, holder, cause) =>
        own.has(sell, buy) ? swap(sell, buy, amount, holder, cause) : 0,
      assets: [base, quote],
      fee,
      self,
      price: () => price(base, quote),
      lastSwap: (direction) => s.lastSwap[direction < 0 ? down : up]!,
      moveOf(event) {
        if (event >= 0 && event === s.lastSwap[down]) return s.lastMove[down]!
        return event >= 0 && event === s.lastSwap[up] ? -s.lastMove[up]! : 0
      },
      // No other event names its move.
      moverBefore: (event) => latestBefore(event, s.lastSwap[down]!, s.lastSwap[up]!),
    }
  }
  return basket
}
