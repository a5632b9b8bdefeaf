import type { PerAsset, PositionTable } from '../../../world/index.ts'
import type { RuleValues } from '../rules.ts'
import { AAVE_V2, AAVE_V3, AAVE_V3_3, type AaveRules, type Strategy } from './kernel.ts'

/** One reserve's terms and opening cash. Amounts are whole tokens. */
export type ReserveTerms = Strategy & {
  /** Borrow limit: share of collateral value. */
  readonly ltv: number
  /** Share of collateral value that counts in the health test; 0: never collateral. */
  readonly liquidationThreshold: number
  /** Collateral seized beyond the value repaid: 0.05 for 5 %. */
  readonly liquidationBonus: number
  /** Share of the bonus that the treasury keeps. */
  readonly liquidationProtocolFee: number
  /** Share of interest that the treasury keeps. */
  readonly reserveFactor: number
  /** 0 for none. */
  readonly supplyCap: number
  /** 0 for none. */
  readonly borrowCap: number
  /** Debt tokens at one USD each; 0 for none, above 0 the reserve is isolated collateral. */
  readonly debtCeiling: number
  /** 1: may be borrowed against isolated collateral; 0: may not. */
  readonly borrowableInIsolation: number
  /** 1: may not be borrowed beside another asset; 0: may. */
  readonly siloedBorrowing: number
  /** Category in which the reserve has the category's terms; 0 for none. */
  readonly eMode: number
  /** Held at the start. */
  readonly cash: number
}

/** An eMode's terms for the reserves of its category. */
export type EModeTerms = {
  readonly category: number
  readonly ltv: number
  readonly liquidationThreshold: number
  readonly liquidationBonus: number
}

/** What one pool is made of. */
export type AaveTerms = RuleValues & {
  readonly rules: AaveRules
  readonly reserves: readonly PerAsset<ReserveTerms>[]
  readonly eModes: readonly EModeTerms[]
  readonly positions: PositionTable
}

/** Rules by the names that scenarios use. */
export const RULES: Readonly<Record<'v2' | 'v3' | 'v3.3', AaveRules>> = {
  v2: AAVE_V2,
  v3: AAVE_V3,
  'v3.3': AAVE_V3_3,
}

/** Why an action is refused, beyond the reasons of all lenders. */
export const AAVE_REFUSALS = {
  supplyCap: 'the supply cap is reached',
  borrowCap: 'the borrow cap is reached',
  isolated: 'isolated collateral stands alone: withdraw the other collateral first',
  notInIsolation: 'the asset cannot be borrowed against isolated collateral',
  debtCeiling: 'the debt ceiling of the isolated collateral is reached',
  eMode: "the asset is outside the account's eMode",
  noCollateral: 'the position has no collateral to borrow against',
  ltv: 'more than the loan-to-value limit allows',
  zeroLtv: 'collateral with loan-to-value 0 must be withdrawn first',
  siloed: 'a siloed asset is borrowed alone',
  deficit: 'the reserve has no such deficit',
  frozen: 'the reserve is frozen',
  paused: 'the reserve is paused',
  borrowing: 'borrowing of the reserve is disabled',
  ltvAboveThreshold: 'the ltv would be above the liquidation threshold: lower the ltv first',
  bonusTooLarge: 'threshold x (1 + bonus) would be above 1',
  noBonus: 'collateral needs a bonus above 0',
  noCollateralReserve: 'the reserve is no collateral, and suppliers would have to enable it',
  suppliers: 'the reserve has suppliers',
  versionTwo: 'Aave v2 has no such term',
} as const
