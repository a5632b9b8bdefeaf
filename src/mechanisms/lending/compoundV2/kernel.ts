/**
 * The contracts' formulas in floats. Each function is one step of the contract with the same
 * inputs, so that an exact twin can tie to it; where the contract truncates, nothing is rounded.
 * Source: compound-finance/compound-protocol @ a3214f67b733 (BaseJumpRateModelV2.sol, CToken.sol,
 * Comptroller.sol).
 */

/** Highest borrow rate per block that `accrueInterest` accepts (`borrowRateMaxMantissa`). */
export const MAX_BORROW_RATE = 5e-6

/** A jump rate model's numbers per block, as its constructor stores them. */
export type JumpRate = {
  readonly base: number
  /** Slope below the kink, per unit of utilization. */
  readonly multiplier: number
  /** Slope above the kink, per unit of utilization. */
  readonly jumpMultiplier: number
  /** Utilization at which the slope changes, fraction. */
  readonly kink: number
}

/**
 * Convert yearly numbers to numbers per block as the constructor does: the yearly multiplier is the
 * rise from utilization 0 to the kink, so it is divided by the kink.
 * @param yearly rates per year; fractions.
 * @param blocksPerYear the model's constant, 2,102,400 in the contract, whatever the chain does.
 * @returns a new record; `multiplier` is 0 for kink 0, where the contract could not be deployed.
 * Source: BaseJumpRateModelV2.updateJumpRateModelInternal.
 */
export function ratesPerBlock(yearly: JumpRate, blocksPerYear: number): JumpRate {
  const { base, multiplier, jumpMultiplier, kink } = yearly
  return {
    base: base / blocksPerYear,
    multiplier: kink > 0 ? multiplier / (blocksPerYear * kink) : 0,
    jumpMultiplier: jumpMultiplier / blocksPerYear,
    kink,
  }
}

/**
 * Compute the utilization of a market; 0 without borrows.
 * @param cash whole tokens held. @param borrows whole tokens owed. @param reserves whole tokens.
 * Source: BaseJumpRateModelV2.utilizationRate.
 */
export function utilization(cash: number, borrows: number, reserves: number): number {
  return borrows === 0 ? 0 : borrows / (cash + borrows - reserves)
}

/**
 * Compute the borrow rate at a utilization.
 * @param u utilization, fraction (above 1 when reserves exceed cash).
 * @returns rate per block.
 * Source: BaseJumpRateModelV2.getBorrowRateInternal.
 */
export function borrowRate(u: number, rate: JumpRate): number {
  if (u <= rate.kink) return u * rate.multiplier + rate.base
  return (u - rate.kink) * rate.jumpMultiplier + (rate.kink * rate.multiplier + rate.base)
}

/**
 * Compute the rate that suppliers earn.
 * @param reserveFactor share of interest that goes to reserves, fraction.
 * @returns rate per block.
 * Source: BaseJumpRateModelV2.getSupplyRate.
 */
export function supplyRate(u: number, rate: JumpRate, reserveFactor: number): number {
  return u * (borrowRate(u, rate) * (1 - reserveFactor))
}

/** What accrual changes in a market. Overwritten by `accrue`. */
export type Accrued = { borrows: number; reserves: number; index: number }

/**
 * Accrue simple interest over the blocks since the last touch: factor = rate x blocks; borrows and
 * index grow by it, and reserves take their share of the interest.
 * @param ratePerBlock borrow rate at the market's state before.
 * @param blocks blocks since the last accrual, >= 0.
 * @param reserveFactor fraction.
 * @param now the market's borrows and reserves (whole tokens) and borrow index; overwritten.
 * Source: CToken.accrueInterest.
 */
export function accrue(
  ratePerBlock: number,
  blocks: number,
  reserveFactor: number,
  now: Accrued,
): void {
  const factor = ratePerBlock * blocks
  const interest = factor * now.borrows
  now.borrows = interest + now.borrows
  now.reserves = reserveFactor * interest + now.reserves
  now.index = factor * now.index + now.index
}

/**
 * Compute underlying tokens per cToken.
 * @param supply cTokens in existence; without any the rate is `initial`.
 * Source: CToken.exchangeRateStoredInternal.
 */
export function exchangeRate(
  cash: number,
  borrows: number,
  reserves: number,
  supply: number,
  initial: number,
): number {
  return supply === 0 ? initial : (cash + borrows - reserves) / supply
}

/**
 * Compute a debt with interest from its principal at the index of its last change.
 * Source: CToken.borrowBalanceStoredInternal.
 */
export function borrowBalance(principal: number, index: number, interestIndex: number): number {
  return (principal * index) / interestIndex
}

/**
 * Compute what a cToken counts for in the liquidity test, USD.
 * @param price USD per whole underlying token.
 * @param factor collateralFactor, fraction.
 * Source: Comptroller.getHypotheticalAccountLiquidityInternal (tokensToDenom).
 */
export function tokenValue(price: number, rate: number, factor: number): number {
  return price * rate * factor
}

/**
 * Compute an account's shortfall; it may be liquidated only if this is above 0.
 * @param collateral sum of cTokens x `tokenValue`, USD.
 * @param debt sum of debts x price, USD.
 * @returns 0 when collateral covers the debt, equality included.
 * Source: Comptroller.getHypotheticalAccountLiquidityInternal.
 */
export function shortfall(collateral: number, debt: number): number {
  return collateral > debt ? 0 : debt - collateral
}

/**
 * Compute the largest part of a debt that one liquidation may repay, whole tokens.
 * Source: Comptroller.liquidateBorrowAllowed.
 */
export function maxClose(debt: number, closeFactor: number): number {
  return closeFactor * debt
}

// Seizing is the same in all protocols that pay with a bonus; the family's kernel has it.
// Source: Comptroller.liquidateCalculateSeizeTokens.
export { repayForTokens, seizeTokens } from '../kernel.ts'

/**
 * Compute the seized cTokens that are burnt, their underlying going to reserves.
 * @param share protocolSeizeShare, fraction.
 * Source: CToken.seizeInternal.
 */
export function protocolTokens(tokens: number, share: number): number {
  return tokens * share
}

/**
 * Compute the underlying that cTokens redeem for. The caller checks that cash covers it.
 * Source: CToken.redeemFresh.
 */
export function redeemAmount(tokens: number, rate: number): number {
  return rate * tokens
}

/**
 * Compute the cTokens minted for, or redeemed to obtain, an amount of underlying.
 * Source: CToken.mintFresh, CToken.redeemFresh.
 */
export function tokensFor(amount: number, rate: number): number {
  return amount / rate
}
