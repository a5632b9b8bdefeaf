/** What the proposals read off the model's state: who holds what, how much is left to do. */
import type { Market, Position } from '../../../src/mechanisms/lending/morphoBlue/exact.ts'
import { MARKETS, PRICES } from './markets.ts'
import type { World } from './world.ts'

/** An account's position in a market. */
export type Held = {
  readonly m: string
  readonly name: string
  readonly market: Market
  readonly position: Position
}

const WAD = 10n ** 18n
const PRICE = 10n ** 36n

/** All positions. */
export function holders({ morpho }: World): Held[] {
  return [...morpho.markets].flatMap(([m, market]) =>
    [...market.positions].map(([name, position]) => ({ m, name, market, position })),
  )
}

/** Largest amount that users usually move: dust, usual or close to 128 bits, by the number of the case. */
export function scale({ number }: World, m: string, token: string = MARKETS[m]!.loanToken): bigint {
  const size = number % 4
  const units = size === 1 ? 3000n : size === 3 ? 3n * 10n ** 31n : 10n ** 12n
  if (token !== 'coll') return units
  return size === 3 ? units : (units * PRICE) / PRICES.feed0!
}

/** Supply that nobody has borrowed. */
export function available({ totalSupplyAssets, totalBorrowAssets }: Market): bigint {
  return totalSupplyAssets > totalBorrowAssets ? totalSupplyAssets - totalBorrowAssets : 0n
}

/** What an account could withdraw but for liquidity. */
export function suppliedAssets(market: Market, name: string): bigint {
  const shares = market.positions.get(name)?.supplyShares ?? 0n
  return (shares * (market.totalSupplyAssets + 1n)) / (market.totalSupplyShares + 1_000_000n)
}

/** What an account owes, rounded up. */
export function borrowedAssets(market: Market, name: string): bigint {
  const shares = market.positions.get(name)?.borrowShares ?? 0n
  const total = market.totalBorrowShares + 1_000_000n
  return (shares * (market.totalBorrowAssets + 1n) + total - 1n) / total
}

/** What an account could borrow more but for liquidity. */
export function free(
  w: World,
  held: Omit<Held, 'position'> & { position: Position | undefined },
): bigint {
  const { market, position, name } = held
  const price = w.prices[market.params.oracle] ?? 0n
  const worth = ((((position?.collateral ?? 0n) * price) / PRICE) * market.params.lltv) / WAD
  const debt = borrowedAssets(market, name)
  return worth > debt ? worth - debt : 0n
}

/** Whether an account may be liquidated, interest since the last touch aside. */
export function isUnhealthy(w: World, { market, position, name }: Held): boolean {
  if (position.borrowShares === 0n) return false
  const price = w.prices[market.params.oracle]
  if (price === undefined) return false
  const worth = (((position.collateral * price) / PRICE) * market.params.lltv) / WAD
  return worth < borrowedAssets(market, name)
}

/** The lowest price at which a position is healthy. */
export function atThreshold({ market, position, name }: Held): bigint {
  const debt = borrowedAssets(market, name)
  const worth =
    market.params.lltv === 0n ? 0n : (debt * WAD + market.params.lltv - 1n) / market.params.lltv
  return (worth * PRICE + position.collateral - 1n) / position.collateral
}

export function least(x: bigint, y: bigint): bigint {
  return x < y ? x : y
}
