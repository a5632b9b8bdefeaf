import type { PerAsset, PositionTable } from '../../../world/index.ts'

/** One market's terms and opening totals. Rates are per year, as in the constructor. */
export type MarketTerms = {
  /** Share of collateral value that counts in the liquidity test. */
  readonly collateralFactor: number
  /** Underlying tokens per cToken at the start. */
  readonly exchangeRate: number
  /** Whole tokens that the market holds at the start. */
  readonly cash: number
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
export type CompoundTerms = {
  readonly closeFactor: number
  /** As a factor: 1.08 seizes 8 % more than was repaid. */
  readonly liquidationIncentive: number
  readonly protocolSeizeShare: number
  readonly blocksPerYear: number
  readonly markets: readonly PerAsset<MarketTerms>[]
  readonly positions: PositionTable
}
