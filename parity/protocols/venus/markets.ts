import type { ExactJumpRate } from '../../../src/mechanisms/lending/compoundV2/exact.ts'

/** Seconds per block. */
export const BLOCK_TIME = 3n

const E = (digits: number): bigint => 10n ** BigInt(digits)

/** How a market is deployed; its token is `t` and the market's number. */
export type MarketSetup = {
  readonly token: string
  readonly decimals: number
  /** USD mantissa times 10^(18 - decimals). */
  readonly price: bigint
  /** Units of underlying that every user and the admin start with. */
  readonly opening: bigint
  readonly initialExchangeRate: bigint
  readonly isListed: boolean
  readonly collateralFactor: bigint
  readonly liquidationThreshold: bigint
  readonly liquidationIncentive: bigint
  readonly supplyCap: bigint
  readonly borrowCap: bigint
  readonly reserveFactor: bigint
  readonly reduceReservesBlockDelta: bigint
  readonly rates: string
}

/** Three markets of different decimals and prices, and one that is not listed. */
export const MARKETS: Readonly<Record<string, MarketSetup>> = {
  v0: {
    token: 't0',
    decimals: 18,
    price: E(18),
    opening: 1_000_000n * E(18),
    initialExchangeRate: 2n * E(26),
    isListed: true,
    collateralFactor: 75n * E(16),
    liquidationThreshold: 80n * E(16),
    liquidationIncentive: 110n * E(16),
    supplyCap: 5_000_000n * E(18),
    borrowCap: 3_000_000n * E(18),
    reserveFactor: 10n * E(16),
    reduceReservesBlockDelta: 300n,
    rates: 'rate0',
  },
  v1: {
    token: 't1',
    decimals: 6,
    price: E(30),
    opening: 1_000_000n * E(6),
    initialExchangeRate: 2n * E(14),
    isListed: true,
    collateralFactor: 825n * E(15),
    liquidationThreshold: 85n * E(16),
    liquidationIncentive: 105n * E(16),
    supplyCap: 4_000_000n * E(6),
    borrowCap: 4_000_000n * E(6),
    reserveFactor: 25n * E(16),
    reduceReservesBlockDelta: 1_000_000n,
    rates: 'rate1',
  },
  v2: {
    token: 't2',
    decimals: 18,
    price: 2000n * E(18),
    opening: 500n * E(18),
    initialExchangeRate: 2n * E(26),
    isListed: true,
    collateralFactor: 60n * E(16),
    liquidationThreshold: 60n * E(16),
    liquidationIncentive: 108n * E(16),
    supplyCap: 3_000n * E(18),
    borrowCap: 1_000n * E(18),
    reserveFactor: 50n * E(16),
    reduceReservesBlockDelta: 1_000_000n,
    rates: 'rate0',
  },
  v3: {
    token: 't3',
    decimals: 8,
    price: 30_000n * E(28),
    opening: 100n * E(8),
    initialExchangeRate: 2n * E(16),
    isListed: false,
    collateralFactor: 0n,
    liquidationThreshold: 0n,
    liquidationIncentive: 0n,
    supplyCap: 0n,
    borrowCap: 0n,
    reserveFactor: 0n,
    reduceReservesBlockDelta: 50n,
    rates: 'rate1',
  },
}

/** A rate model's constructor: mantissas per year, and its blocks per year. */
export type YearlyRates = ExactJumpRate & { readonly blocksPerYear: bigint }

/** Rates are high, so that few blocks show; `rate2` passes the contract's maximum at high utilization. */
export const RATES: Readonly<Record<string, YearlyRates>> = {
  rate0: {
    base: 5n * E(16),
    multiplier: 50n * E(16),
    jumpMultiplier: 6n * E(18),
    kink: 80n * E(16),
    blocksPerYear: 400_000n,
  },
  rate1: {
    base: 123_456_789_012_345n,
    multiplier: 10n * E(16),
    jumpMultiplier: E(18),
    kink: 90n * E(16),
    blocksPerYear: 1_000_001n,
  },
  rate2: {
    base: 0n,
    multiplier: 50n * E(16),
    jumpMultiplier: 10n * E(18),
    kink: 50n * E(16),
    blocksPerYear: 400_000n,
  },
}

/** Share of a debt that one liquidation may repay at the start, mantissa. */
export const CLOSE_FACTOR: bigint = 5n * E(17)
/** Name of a fact about a market as deployed: `block`, `reduced` (blocks) or `index` (mantissa). */
export const factOf = (market: string, what: 'block' | 'reduced' | 'index'): string =>
  `${market} ${what}`
