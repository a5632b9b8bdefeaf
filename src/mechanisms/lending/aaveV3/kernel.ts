/**
 * The contracts' formulas in floats; each function is one step of a contract, nothing is rounded.
 * Sources: aave-dao/aave-v3-origin @ 5431379f8beb (v3.3.0), aave/aave-v3-core @ 782f51917056 (v1.19,
 * which is v3.0.2), aave/protocol-v2 @ ce53c4a8c862.
 */

import { SLACK } from '../refusals.ts'

/** Seconds in the contracts' year (`MathUtils.SECONDS_PER_YEAR`). */
export const SECONDS_PER_YEAR: number = 365 * 86400

/** A reserve's interest strategy; rates per year. */
export type Strategy = {
  /** Utilization at which the slope changes, fraction. */
  readonly optimalUtilization: number
  readonly baseRate: number
  /** Rise of the rate from utilization 0 to the optimal one. */
  readonly slope1: number
  /** Rise of the rate from the optimal utilization to 1. */
  readonly slope2: number
}

/** What distinguishes the versions of the protocol. */
export type AaveRules = {
  /** Share of a debt that one liquidation may repay. */
  readonly closeFactor: number
  /** HealthFactor at or below which all of a debt may be repaid; 0 for never. */
  readonly fullCloseHealth: number
  /** The close factor counts debts of all reserves together, not each alone. */
  readonly closesOverPosition: boolean
  /** Debt or collateral of a pair below this, USD, may be closed in full. */
  readonly smallPair: number
  /** What a liquidation must leave of debt and of collateral unless it takes all of one, USD. */
  readonly leastLeft: number
  /** Debt that is left without collateral is burnt and booked as the reserve's deficit. */
  readonly booksDeficit: boolean
  /** A liquidation lowers the isolated debt by its collateral, also when it takes all of it. */
  readonly freesCeiling: boolean
  /** Caps, isolation, siloed borrowing, eModes and the protocol's fee on liquidations exist. */
  readonly hasControls: boolean
  /** Freezing a reserve also sets its ltv to 0; changing its rates settles interest first. */
  readonly freezesLtv: boolean
}

/** Aave v2: LendingPoolCollateralManager. */
export const AAVE_V2: AaveRules = {
  closeFactor: 0.5,
  fullCloseHealth: 0,
  closesOverPosition: false,
  smallPair: 0,
  leastLeft: 0,
  booksDeficit: false,
  freesCeiling: false,
  hasControls: false,
  freezesLtv: false,
}

/** Aave v3.0.2: LiquidationLogic. */
export const AAVE_V3: AaveRules = { ...AAVE_V2, fullCloseHealth: 0.95, hasControls: true }

/** Aave v3.3: LiquidationLogic. */
export const AAVE_V3_3: AaveRules = {
  ...AAVE_V3,
  closesOverPosition: true,
  smallPair: 2000,
  leastLeft: 1000,
  booksDeficit: true,
  freesCeiling: true,
  freezesLtv: true,
}

/**
 * Compute the share of a reserve's liquidity that is lent out; 0 without debt.
 * @param cash whole tokens held. @param debt whole tokens owed.
 * @param deficit bad debt booked, whole tokens: 0 for the borrowers' rate, counted for the suppliers'.
 * Source: DefaultReserveInterestRateStrategyV2.calculateInterestRates (borrow and supply usage ratio).
 */
export function utilization(cash: number, debt: number, deficit: number): number {
  return debt === 0 ? 0 : debt / (cash + debt + deficit)
}

/**
 * Compute the variable borrow rate, per year.
 * @param used utilization without deficit, fraction.
 * Source: DefaultReserveInterestRateStrategyV2.calculateInterestRates.
 */
export function borrowRate(used: number, strategy: Strategy): number {
  const { optimalUtilization: optimal, baseRate, slope1, slope2 } = strategy
  if (used > optimal) return baseRate + slope1 + slope2 * ((used - optimal) / (1 - optimal))
  return optimal > 0 ? baseRate + (slope1 * used) / optimal : baseRate
}

/**
 * Compute the rate that suppliers earn, per year.
 * @param rate borrow rate per year. @param used utilization with the deficit, fraction.
 * @param reserveFactor share of interest that goes to the treasury, fraction.
 * Source: DefaultReserveInterestRateStrategyV2.calculateInterestRates.
 */
export function liquidityRate(rate: number, used: number, reserveFactor: number): number {
  return rate * used * (1 - reserveFactor)
}

/**
 * Compute the growth of the liquidity index: simple interest.
 * @param rate per year. @param seconds >= 0 since the last touch.
 * @returns factor >= 1. Source: MathUtils.calculateLinearInterest.
 */
export function linearInterest(rate: number, seconds: number): number {
  return 1 + (rate * seconds) / SECONDS_PER_YEAR
}

/** Cut to the contract's 27 digits; the powers of a rate per second are so small that it is felt. */
function cut(x: number): number {
  return Math.floor(x * 1e27) / 1e27
}

/**
 * Compute the growth of the variable borrow index: the first four terms of (1 + rate / year)^seconds,
 * with the contract's cut powers of the rate per second: over a year untouched that is worth 5e-6.
 * @param rate per year. @param seconds >= 0 since the last touch.
 * @returns factor >= 1, a little less than the power. Source: MathUtils.calculateCompoundedInterest.
 */
export function compoundedInterest(rate: number, seconds: number): number {
  const x = rate / SECONDS_PER_YEAR
  const n1 = seconds > 1 ? seconds - 1 : 0
  const n2 = seconds > 2 ? seconds - 2 : 0
  const square = cut(x * x)
  const cube = cut(square * x)
  return 1 + seconds * x + (seconds * n1 * square) / 2 + (seconds * n1 * n2 * cube) / 6
}

/**
 * Compute the scaled amount that the treasury is owed of interest on debts.
 * @param scaledDebt of the reserve. @param before @param after its borrow index.
 * @param liquidityIndex after. @param reserveFactor fraction.
 * Source: ReserveLogic._accrueToTreasury.
 */
export function treasuryAccrual(
  scaledDebt: number,
  before: number,
  after: number,
  liquidityIndex: number,
  reserveFactor: number,
): number {
  return (scaledDebt * (after - before) * reserveFactor) / liquidityIndex
}

/**
 * Compute the part of seized collateral that goes to the treasury: a share of the bonus alone.
 * @param incentive 1 + liquidationBonus. @param fee liquidationProtocolFee, fraction of the bonus.
 * @returns fraction of all that is seized.
 * Source: LiquidationLogic._calculateAvailableCollateralToLiquidate.
 */
export function feeShare(incentive: number, fee: number): number {
  return fee * (1 - 1 / incentive)
}

/** A debt and a collateral of an account, as a liquidation sees them. */
export type PairValues = {
  /** The account's debt in the reserve, whole tokens. */
  readonly owed: number
  /** USD per debt token. */
  readonly priceDebt: number
  /** The account's collateral in the reserve, USD. */
  readonly heldValue: number
  /** HealthFactor of the account, and all its debts, USD. */
  readonly health: number
  readonly debt: number
}

/**
 * Compute the largest part of a debt that one liquidation may repay, whole tokens.
 * @param closeFactor where it is not the contract's constant.
 * Source: LiquidationLogic._calculateDebt (v3.0.2), executeLiquidationCall (v3.3);
 * LendingPoolCollateralManager.liquidationCall (v2).
 */
export function closeLimit(
  rules: AaveRules,
  pair: PairValues,
  closeFactor: number = rules.closeFactor,
): number {
  const { owed, priceDebt, heldValue, health, debt } = pair
  const { fullCloseHealth, smallPair } = rules
  if (fullCloseHealth > 0 && health <= fullCloseHealth * (1 + SLACK)) return owed
  if (!rules.closesOverPosition) return closeFactor * owed
  const least = smallPair * (1 - SLACK)
  if (heldValue < least || owed * priceDebt < least) return owed
  return Math.min(owed, (closeFactor * debt) / priceDebt)
}

/**
 * Compute the largest repayment up to `repay` that leaves no dust: all of the debt, all of the
 * collateral, or at least `leastLeft` of both.
 * @param incentive 1 + liquidationBonus. @param repay whole debt tokens.
 * @returns `repay` where it is allowed; 0 where no smaller one is.
 * Source: LiquidationLogic.executeLiquidationCall (MUST_NOT_LEAVE_DUST), v3.3.
 */
export function withoutDust(
  { leastLeft }: AaveRules,
  { owed, priceDebt, heldValue }: PairValues,
  incentive: number,
  repay: number,
): number {
  const seized = repay * priceDebt * incentive
  if (leastLeft === 0) return repay
  if (repay >= owed * (1 - SLACK) || seized >= heldValue * (1 - SLACK)) return repay
  const debtLimit = owed - leastLeft / priceDebt
  const heldLimit = (heldValue - leastLeft) / (priceDebt * incentive)
  const limit = Math.min(debtLimit, heldLimit)
  return repay <= limit + SLACK * owed ? repay : Math.max(0, limit)
}
