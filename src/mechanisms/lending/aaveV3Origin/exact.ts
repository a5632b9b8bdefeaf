/**
 * Aave v3.6 in integers, wei for wei: one pool of reserves, its tokens, its interest strategy and its
 * access control. Reasons are the contract's own errors (`InvalidAmount`), `Panic(n)` of the
 * compiler's checks, or `empty`. Verbs either happen whole or change nothing but, through
 * `Block.tokens`, the caller's tokens, which the caller puts back.
 *
 * Source: aave-dao/aave-v3-origin 3.6.0 (POOL_REVISION 10), npm @aave-dao/aave-v3-origin; what is the
 * same in v3.0.2 comes from ../aaveV3. Units in README.md.
 */
export {
  type AccountData,
  borrowsAny,
  isolatedCollateral,
  isSequencerUp,
  siloedDebt,
  unitOf,
} from '../aaveV3/exactAccount.ts'
export type { Terms } from '../aaveV3/exactAdmin.ts'
export type { Callback, FlashLoan, SimpleFlashLoan } from '../aaveV3/exactFlash.ts'
export { MAX_UINT256, RAY, WAD } from '../aaveV3/exactMath.ts'
export { normalizedIncome, scaledOf } from '../aaveV3/exactReserve.ts'
export { type Block, type Done, type Role, type Tokens, userOf } from '../aaveV3/exactState.ts'
export type { Order } from '../aaveV3/exactSupply.ts'
export { accountData, collateralTerms, userAccountData } from './exactAccount.ts'
export {
  type Bitmap,
  endGracePeriod,
  type Limit,
  type Switch,
  setAssetEMode,
  setCollateral,
  setEModeCategory,
  setFlashPremium,
  setFreeze,
  setLimit,
  setLtvzero,
  setPause,
  setPoolPause,
  setRates,
  setSwitch,
} from './exactAdmin.ts'
export {
  approveDelegation,
  type Borrow,
  borrow,
  eliminateDeficit,
  type Repayment,
  repay,
} from './exactBorrow.ts'
export { flashLoan, flashLoanSimple, mintToTreasury } from './exactFlash.ts'
export { type Liquidation, type LiquidationCall, liquidate } from './exactLiquidation.ts'
export { compoundedInterest, rayMulDown, rayMulUp } from './exactMath.ts'
export {
  askStrategy,
  interestRates,
  normalizedDebt,
  owedBy,
  type Rates,
  type RatesQuery,
  suppliedBy,
  totalDebt,
  totalSupply,
} from './exactReserve.ts'
export {
  addReserve,
  categoryOf,
  createPool,
  type EModeCategory,
  encodeConfig,
  type Pool,
  type RateData,
  type Reserve,
  type ReserveConfig,
} from './exactState.ts'
export {
  type Approval,
  approve,
  type CollateralChoice,
  isManager,
  setManager,
  setUseAsCollateral,
  setUserEMode,
  supply,
  transfer,
  transferFrom,
  withdraw,
} from './exactSupply.ts'
