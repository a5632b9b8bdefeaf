import type * as Exact from '../../../src/mechanisms/lending/compoundV2/exact.ts'
import type { Random } from '../../random.ts'
import { MARKETS } from './markets.ts'
import { outside, type World } from './world.ts'

export const ONE: bigint = 10n ** 18n
export const MAX_UINT256: bigint = (1n << 256n) - 1n
const NAMES = Object.keys(MARKETS)

/** A market to act on: mostly one that is listed. */
export function anyMarket(w: World, random: Random): string {
  if (w.focus !== null) return w.focus
  const listed = NAMES.filter((name) => w.pool.markets.get(name)!.isListed)
  return listed.length === 0 || random.chance(0.02) ? random.pick(NAMES) : random.pick(listed)
}

/** Somebody else than an account. */
export function other(w: World, random: Random, by: string): string {
  return random.pick(w.users.filter((user) => user !== by))
}

/** An account's debt in a market, 0 when it cannot be computed. */
export function debtOf(w: World, name: string, account: string): bigint {
  return w.exact.accountSnapshot(w.pool.markets.get(name)!, account)[2]
}

/** Market tokens of an account. */
export function tokensOf(w: World, name: string, account: string): bigint {
  return w.pool.markets.get(name)!.tokens.get(account) ?? 0n
}

/** USD that an account may still borrow, mantissa. */
export function room(w: World, account: string): bigint {
  return liquidity(w, account, 'collateralFactor')[1]
}

/** True when an account may be liquidated. */
export function isUnderwater(w: World, account: string): boolean {
  return liquidity(w, account, 'liquidationThreshold')[2] > 0n
}

/** True when an account may not borrow more, but not be liquidated either. */
export function isStretched(w: World, account: string): boolean {
  return liquidity(w, account, 'collateralFactor')[2] > 0n && !isUnderwater(w, account)
}

function liquidity(
  w: World,
  account: string,
  weighting: 'collateralFactor' | 'liquidationThreshold',
): Exact.Liquidity {
  const { attempt, hypotheticalLiquidity, NO_CHANGE } = w.exact
  const done = attempt(w.pool, () =>
    hypotheticalLiquidity(w.pool, outside(w), account, NO_CHANGE, weighting),
  )
  return done.ok ? done.value : [0n, 0n, 0n]
}

/** Most units of underlying that an account may borrow of a market, as stored. */
export function borrowable(w: World, name: string, account: string): bigint {
  const { cash } = w.pool.markets.get(name)!
  const price = w.prices[name]!
  const byValue = price === 0n ? 0n : (room(w, account) * ONE) / price
  return least(byValue, cash, lendable(w, name))
}

/** Most market tokens that may leave an account, as stored. */
export function redeemable(w: World, name: string, account: string): bigint {
  const market = w.pool.markets.get(name)!
  const held = tokensOf(w, name, account)
  if (!market.members.has(account)) return held
  const rate = rateOf(w, name)
  const value = (((market.collateralFactor * rate) / ONE) * w.prices[name]!) / ONE
  return value === 0n ? held : least(held, (room(w, account) * ONE) / value)
}

/** Underlying per market token, as stored. */
export function rateOf(w: World, name: string): bigint {
  const market = w.pool.markets.get(name)!
  const done = w.exact.attempt(w.pool, () => w.exact.exchangeRateStored(market))
  return done.ok ? done.value : ONE
}

/** Units of underlying that the supply cap counts. */
export function supplied(w: World, name: string): bigint {
  return (w.pool.markets.get(name)!.totalSupply * rateOf(w, name)) / ONE
}

/** Most units of underlying that the cap still lets in. */
export function suppliable(w: World, name: string): bigint {
  const { supplyCap } = w.pool.markets.get(name)!
  const now = supplied(w, name)
  return supplyCap > now ? supplyCap - now : 0n
}

/** Most units of underlying that the cap still lets out. */
export function lendable(w: World, name: string): bigint {
  const { borrowCap, totalBorrows } = w.pool.markets.get(name)!
  return borrowCap > totalBorrows ? borrowCap - totalBorrows : 0n
}

export function least(...values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (b < a ? b : a))
}
