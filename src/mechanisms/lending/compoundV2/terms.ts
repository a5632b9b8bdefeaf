import type { PerAsset, PositionTable } from '../../../world/index.ts'
import type { RuleValues } from '../rules.ts'

/** One market's terms and opening totals. Rates are per year, as in the constructor. */
export type MarketTerms = {
  /** Share of collateral value that counts in the liquidity test. */
  readonly collateralFactor: number
  /** Underlying tokens per cToken at the start. */
  readonly exchangeRate: number
  /** Whole tokens that the market holds at the start. */
  readonly cash: number
  /** Borrowing stops before debts reach this, whole tokens; 0 or absent for no cap. */
  readonly borrowCap?: number
  /** Whole tokens of `cash` that belong to the protocol. */
  readonly reserves: number
  /** Share of interest that goes to reserves. */
  readonly reserveFactor: number
  /** Borrow rate at utilization 0. */
  readonly baseRate: number
  /** Rise of the borrow rate from utilization 0 to the kink. */
  readonly multiplier: number
  /** Slope of the borrow rate above the kink, per unit of utilization. */
  readonly jumpMultiplier: number
  /** Utilization at which the slope changes. */
  readonly kink: number
}

/** What all markets of one Comptroller share, its markets, and its positions. */
export type CompoundTerms = RuleValues & {
  readonly closeFactor: number
  /** As a factor: 1.08 seizes 8 % more than was repaid. */
  readonly liquidationIncentive: number
  readonly protocolSeizeShare: number
  readonly blocksPerYear: number
  readonly markets: readonly PerAsset<MarketTerms>[]
  readonly positions: PositionTable
}

/** Why an action or a change of terms is refused, beyond the reasons of all lenders. */
export const COMPOUND_REFUSALS = {
  mintPaused: 'supplying is paused',
  borrowPaused: 'borrowing is paused',
  seizePaused: 'seizing is paused',
  borrowCap: 'the borrow cap is reached',
  factor: 'a collateral factor is at most 0.9',
  factorPrice: 'an asset without a price cannot have a collateral factor',
  kink: 'a rate model whose kink is at utilization 1 has no slope above it',
} as const
