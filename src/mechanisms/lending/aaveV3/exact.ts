/**
 * Aave v3.0.2 in integers, wei for wei: one pool of reserves, its tokens, its interest strategies and
 * its access control. Reasons are the contract's own revert texts (Errors.sol numbers), `Panic(n)` of
 * the compiler's checks, or `empty`. Verbs either happen whole or change nothing but, through
 * `Block.tokens`, the caller's tokens, which the caller puts back.
 *
 * Source: aave/aave-v3-core @ 782f51917056, which is @aave/core-v3 1.19.3; units in README.md.
 */
export {
  type AccountData,
  accountData,
  borrowsAny,
  isolatedCollateral,
  isSequencerUp,
  siloedDebt,
  unitOf,
  userAccountData,
} from './exactAccount.ts'
export {
  type Fee,
  type Limit,
  type Switch,
  setAssetEMode,
  setCollateral,
  setEModeCategory,
  setFee,
  setLimit,
  setPoolPause,
  setStrategy,
  setSwitch,
  type Terms,
} from './exactAdmin.ts'
export {
  approveDelegation,
  type Borrow,
  borrow,
  type Repayment,
  rebalanceStableBorrowRate,
  repay,
  swapBorrowRateMode,
} from './exactBorrow.ts'
export {
  type Callback,
  type FlashLoan,
  flashLoan,
  flashLoanSimple,
  mintToTreasury,
  type SimpleFlashLoan,
} from './exactFlash.ts'
export { type Liquidation, type LiquidationCall, liquidate } from './exactLiquidation.ts'
export {
  compoundedInterest,
  linearInterest,
  MAX_UINT256,
  percentMulHalfUp,
  RAY,
  rayMulHalfUp,
  WAD,
} from './exactMath.ts'
export {
  askStrategy,
  interestRates,
  normalizedDebt,
  normalizedIncome,
  owedBy,
  type Rates,
  type RatesQuery,
  scaledOf,
  suppliedBy,
  totalDebt,
  totalSupply,
} from './exactReserve.ts'
export {
  addReserve,
  type Block,
  categoryOf,
  createPool,
  type Done,
  decodeConfig,
  type EModeCategory,
  encodeConfig,
  type Pool,
  type Reserve,
  type ReserveConfig,
  type Role,
  type Sentinel,
  type Strategy,
  type Tokens,
  userOf,
} from './exactState.ts'
export {
  type Approval,
  approve,
  backUnbacked,
  judgeSignature,
  mintUnbacked,
  type Order,
  setUseAsCollateral,
  setUserEMode,
  supply,
  transfer,
  transferFrom,
  withdraw,
} from './exactSupply.ts'
