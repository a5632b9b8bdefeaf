import type { PositionTable } from '../../../world/index.ts'
import type { AdaptiveCurve } from './kernel.ts'

/** One market's terms, opening totals and positions. */
export type MorphoTerms = {
  /** World asset that is lent. */
  readonly loanAsset: number
  /** World asset that is collateral. */
  readonly collateralAsset: number
  /** Share of collateral value that may be owed; above it a position is liquidatable. */
  readonly lltv: number
  /** Share of interest that the fee recipient gets. */
  readonly fee: number
  /** Whole loan tokens that nobody has borrowed at the start. */
  readonly cash: number
  /** Smallest amount of the loan asset, whole tokens: the virtual asset and share. */
  readonly unit: number
  /** Rates per second; null for a market without interest. */
  readonly curve: AdaptiveCurve | null
  /** At the start, per second. */
  readonly rateAtTarget: number
  readonly positions: PositionTable
}
