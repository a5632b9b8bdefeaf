/**
 * The Compound v2 family in integers, wei for wei: one Comptroller, its markets, their accounts. Venus
 * is checked against its bytecode; where Compound v2 differs it is a parameter, listed in README.md.
 * Reasons are the contracts' own texts; codes are what they answer instead of reverting.
 */
export * from './exactAdmin.ts'
export * from './exactLiquidation.ts'
export {
  COMPTROLLER_ERROR,
  calculateSeizeTokens,
  hypotheticalLiquidity,
  type Liquidity,
  liquidateAllowed,
  NO_CHANGE,
} from './exactLiquidity.ts'
export {
  accountSnapshot,
  borrowBalanceStored,
  exchangeRateStored,
  MARKET_ERROR,
  MAX_BORROW_RATE,
} from './exactMarket.ts'
export { MAX_UINT256, ONE, RefusedError } from './exactMath.ts'
export * from './exactRates.ts'
export * from './exactState.ts'
export * from './exactVerbs.ts'
