import { log } from '../../math/index.ts'
import {
  type ActionHandler,
  type Assets,
  type Context,
  choice,
  type Ledger,
  moverBefore,
  type ParamSpec,
  type Pool,
  u8,
} from '../../world/index.ts'

/** Shortfall that the ledger forgives, relative to the amount moved. */
const LEDGER_TOLERANCE = 1e-12

/**
 * Choose a pool's price at the start.
 * @param price the scenario's own, whole `quote` per whole `base`; 0 when it states none.
 * @returns `price`, or the ratio of the two assets' start prices.
 */
export function startPrice(price: number, base: number, quote: number, assets: Assets): number {
  return price > 0 ? price : assets[base]!.price / assets[quote]!.price
}

/** Tells whether a venue has to do with an ordered pair of assets. */
type Pairs = (sell: number, buy: number) => boolean

/** State column of a venue that may be halted: 1 while it trades. */
export const tradingFlag = (): ReturnType<typeof u8> => u8(1, 'flag', 1)

/**
 * Make the tests of which orders a venue of two assets takes.
 * @param trading length 1, the column of `tradingFlag`.
 * @returns `has`, whether it is one of the venue's pairs; `takes`, whether it also trades now.
 */
export function pairOf(
  base: number,
  quote: number,
  trading: Uint8Array,
): { readonly has: Pairs; readonly takes: Pairs } {
  const has: Pairs = (sell, buy) =>
    (sell === base && buy === quote) || (sell === quote && buy === base)
  return { has, takes: (sell, buy) => trading[0] === 1 && has(sell, buy) }
}

/** Tell whether an amount is one that can be traded: positive and finite. */
export function isTradable(amount: number): boolean {
  return amount > 0 && amount < Infinity
}

/**
 * Tell whether a holder can pay an amount, as `ledger.transfer` would decide.
 * @param amount whole tokens, >= 0 and finite.
 */
export function canPay(ledger: Ledger, holder: number, asset: number, amount: number): boolean {
  if (ledger.external[holder] === 1) return true
  return amount - ledger.balance(holder, asset) <= LEDGER_TOLERANCE * amount
}

/**
 * Exchange two amounts between a trader and the pool that owns `context`, or nothing.
 * @param sold whole tokens of `sell`, from `holder` to the pool, > 0.
 * @param bought whole tokens of `buy`, from the pool to `holder`, > 0.
 * @returns false, and nothing moved, when one side cannot pay.
 */
export function exchange(
  { ledger, self }: Context,
  holder: number,
  sell: number,
  sold: number,
  buy: number,
  bought: number,
): boolean {
  if (!canPay(ledger, holder, sell, sold) || !canPay(ledger, self, buy, bought)) return false
  return ledger.transfer(holder, self, sell, sold) && ledger.transfer(self, holder, buy, bought)
}

/** The last event that moved a pool's price either way; -1 when none has. */
function lastMove(last: Int32Array): number {
  return Math.max(last[0]!, last[1]!)
}

/**
 * Make the function that finds what moved a pool's price before an event.
 * @param last as `recordSwap` and `drainOf` keep it.
 */
export function poolMoverBefore(
  { trace }: Context,
  last: Int32Array,
): NonNullable<Pool['moverBefore']> {
  return (event) => moverBefore(trace, lastMove(last), event)
}

/**
 * Record a swap in a pool of two assets and remember it as the last one of its direction.
 * @param last length 2: last swap event that moved the pool's price down, up. Overwritten at `up`.
 * @param up 0 when the swap moved the pool's price (assets[1] per assets[0]) down, 1 when up.
 * @param move log move of the spot price of the asset sold, <= 0.
 */
export function recordSwap(
  { trace, self }: Context,
  last: Int32Array,
  up: 0 | 1,
  cause: number,
  sell: number,
  sold: number,
  buy: number,
  bought: number,
  move: number,
): void {
  last[up] = trace.add('swap', {
    instance: self,
    parent: cause,
    previous: lastMove(last),
    asset: sell,
    other: buy,
    x: sold,
    y: bought,
    z: move,
  })
}

/** Describe what the code of a pool lets a stranger do. */
export const defect = (): ParamSpec<'none' | 'drain'> =>
  choice('what the code lets a stranger do: nothing, or take reserves', ['none', 'drain'], 'none')

/**
 * Make the action by which a stranger takes reserves out of a pool of two assets.
 * @param last length 2: last event that moved the pool's price down, up. Overwritten.
 */
export function drainOf(
  { ledger, trace, self }: Context,
  pool: Pool,
  code: 'none' | 'drain',
  last: Int32Array,
): ActionHandler {
  return {
    doc: 'args [asset, amount]: take reserves, where the code has that defect',
    execute([asset = -1, amount = 0], sender) {
      const side = pool.assets.indexOf(asset)
      if (code === 'none') return 'the code of the pool has no such defect'
      if (side < 0 || !isTradable(amount)) return 'no reserves of the pool'
      const held = ledger.balance(self, asset)
      if (!(amount < held)) return 'the pool does not hold more than that'
      const before = pool.price()
      ledger.transfer(self, sender, asset, amount)
      last[side === 0 ? 1 : 0] = trace.add('drain', {
        instance: self,
        parent: -1,
        previous: lastMove(last),
        row: sender,
        asset,
        other: pool.assets[side === 0 ? 1 : 0],
        x: amount,
        y: amount / held,
        z: Math.abs(log(pool.price() / before)),
      })
      return null
    },
  }
}
