/**
 * Morpho Blue's formulas in floats: one function per step of the contracts; only rates are rounded. Amounts
 * are whole tokens, rates per second, factors plain. `exact.ts` is the same in integers. Sources:
 * morpho-org/morpho-blue v1.0.0 (Morpho.sol, MathLib.sol, SharesMathLib.sol), morpho-org/
 * morpho-blue-irm @ a1a87fd (AdaptiveCurveIrm.sol, ExpLib.sol, ConstantsLib.sol).
 */
import { pow } from '../../../math/index.ts'

/** Seconds in the contracts' year. */
export const SECONDS_PER_YEAR: number = 365 * 86_400

const LIQUIDATION_CURSOR = 0.3
const MAX_LIQUIDATION_INCENTIVE_FACTOR = 1.15
const LN_2 = Math.LN2
/** Where the contract's exponential stops being computed: ln 1e-18, and its largest argument. */
const EXP_LOW = -41.44653167389282
const EXP_HIGH = 93.8594676950004
const EXP_OF_HIGH = 5.771608916155894e40

/** An adaptive curve; rates per second. */
export type AdaptiveCurve = {
  /** Utilization at which the borrow rate is the rate at target, fraction. */
  readonly targetUtilization: number
  /** Borrow rate at utilization 1 over the rate at target, and that over the rate at utilization 0. */
  readonly curveSteepness: number
  /** Growth of the logarithm of the rate at target per second at utilization 1. */
  readonly adjustmentSpeed: number
  readonly minRateAtTarget: number
  readonly maxRateAtTarget: number
}

/**
 * Convert a yearly rate to one per second as the contract's constants are: rounded down to 1e-18.
 * @param yearly per year, below 1e6.
 */
export function perSecond(yearly: number): number {
  return Math.floor((yearly * 1e18) / SECONDS_PER_YEAR) / 1e18
}

/** The deployed curve: target 0.9, steepness 4, 50 a year, 0.1 % to 200 % a year. */
export const ADAPTIVE_CURVE: AdaptiveCurve = {
  targetUtilization: 0.9,
  curveSteepness: 4,
  adjustmentSpeed: perSecond(50),
  minRateAtTarget: perSecond(0.001),
  maxRateAtTarget: perSecond(2),
}

/** Rate at target of a market that nobody has touched: 4 % a year, per second. */
export const INITIAL_RATE_AT_TARGET: number = perSecond(0.04)

/**
 * Compute the liquidation incentive factor: min(1.15, 1 / (1 - 0.3 (1 - lltv))).
 * @param lltv fraction below 1.
 * Source: Morpho.liquidate.
 */
export function liquidationIncentiveFactor(lltv: number): number {
  return Math.min(MAX_LIQUIDATION_INCENTIVE_FACTOR, 1 / (1 - LIQUIDATION_CURSOR * (1 - lltv)))
}

/** Compute the utilization of a market; 0 without supply. Source: AdaptiveCurveIrm._borrowRate. */
export function utilization(supplyAssets: number, borrowAssets: number): number {
  return supplyAssets > 0 ? borrowAssets / supplyAssets : 0
}

/**
 * Compute the distance of a utilization from target, relative to the room on its side: -1 at
 * utilization 0, 0 at target, 1 at utilization 1.
 * Source: AdaptiveCurveIrm._borrowRate.
 */
export function targetError(used: number, { targetUtilization }: AdaptiveCurve): number {
  const room = used > targetUtilization ? 1 - targetUtilization : targetUtilization
  return (used - targetUtilization) / room
}

/**
 * Compute the borrow rate on the curve through a rate at target.
 * @param error of `targetError`.
 * @returns per second: rate / steepness at error -1, rate at 0, rate x steepness at 1.
 * Source: AdaptiveCurveIrm._curve.
 */
export function curveRate(
  rateAtTarget: number,
  error: number,
  { curveSteepness }: AdaptiveCurve,
): number {
  const slope = error < 0 ? 1 - 1 / curveSteepness : curveSteepness - 1
  return (slope * error + 1) * rateAtTarget
}

/**
 * Compute the contract's exponential: 2^q (1 + r + r^2 / 2) with x = q ln 2 + r, |r| <= ln 2 / 2. It
 * is up to 0.9 % off e^x, which is part of the rule, not an error of this function.
 * Source: ExpLib.wExp.
 */
export function curveExp(x: number): number {
  if (x < EXP_LOW) return 0
  if (x >= EXP_HIGH) return EXP_OF_HIGH
  const q = Math.trunc((x + (x < 0 ? -LN_2 / 2 : LN_2 / 2)) / LN_2)
  const r = x - q * LN_2
  return (1 + r + (r * r) / 2) * pow(2, q)
}

/** Borrow rate and rate at target, per second. Overwritten by `adapt`. */
export type Rates = { borrowRate: number; rateAtTarget: number }

/**
 * Compute the average borrow rate since the last touch, and the rate at target now: it has grown by
 * the exponential of speed x error x seconds; the average is the trapezoid rule over two halves.
 * @param used utilization after the last touch, fraction.
 * @param seconds since then.
 * @param rates `rateAtTarget` after the last touch; both overwritten.
 * Source: AdaptiveCurveIrm._borrowRate.
 */
export function adapt(used: number, seconds: number, curve: AdaptiveCurve, rates: Rates): void {
  const error = targetError(used, curve)
  const drift = curve.adjustmentSpeed * error * seconds
  const start = rates.rateAtTarget
  if (drift === 0) {
    rates.borrowRate = curveRate(start, error, curve)
    return
  }
  const end = moved(start, drift, curve)
  const middle = moved(start, drift / 2, curve)
  rates.borrowRate = curveRate((start + end + 2 * middle) / 4, error, curve)
  rates.rateAtTarget = end
}

/**
 * The rate at target after a drift, rounded down to 1e-18 per second as it is stored: at its floor
 * that is 3e-8 of the rate, which stays in it while the rate grows a thousandfold.
 */
function moved(rateAtTarget: number, drift: number, curve: AdaptiveCurve): number {
  const rate = Math.floor(rateAtTarget * curveExp(drift) * 1e18) / 1e18
  return Math.max(curve.minRateAtTarget, Math.min(curve.maxRateAtTarget, rate))
}

/**
 * Compute e^(rate seconds) - 1 by the first three terms of its series.
 * Source: MathLib.wTaylorCompounded.
 */
export function compounded(rate: number, seconds: number): number {
  const x = rate * seconds
  return x + (x * x) / 2 + (x * x * x) / 6
}

/** What accrual changes in a market; whole tokens and shares. Overwritten by `accrue`. */
export type Accrued = { supplyAssets: number; supplyShares: number; borrowAssets: number }

/**
 * Add interest to debt and supply, and the fee's shares to the supply.
 * @param growth interest over debt, of `compounded`.
 * @param fee share of interest, fraction.
 * @param unit smallest amount of the loan asset, whole tokens.
 * @param now overwritten.
 * @returns shares of the fee.
 * Source: Morpho._accrueInterest.
 */
export function accrue(growth: number, fee: number, unit: number, now: Accrued): number {
  const interest = now.borrowAssets * growth
  now.borrowAssets += interest
  now.supplyAssets += interest
  const amount = interest * fee
  const shares = toShares(amount, now.supplyAssets - amount, now.supplyShares, unit)
  now.supplyShares += shares
  return shares
}

/**
 * Convert assets to shares of a total that holds one virtual unit of both.
 *
 * The contract's 10^6 virtual shares belong to one virtual asset; counted in millions of its share
 * units times `unit`, both are one `unit` here, and an untouched market's share is worth one token.
 * @param unit smallest amount of the asset, whole tokens.
 * Source: SharesMathLib.toSharesDown, toSharesUp.
 */
export function toShares(
  assets: number,
  totalAssets: number,
  totalShares: number,
  unit: number,
): number {
  return (assets * (totalShares + unit)) / (totalAssets + unit)
}

/** Compute what one share of a total is worth, whole tokens. Source: SharesMathLib.toAssetsDown. */
export function sharePrice(totalAssets: number, totalShares: number, unit: number): number {
  return (totalAssets + unit) / (totalShares + unit)
}

/**
 * Compute what a position may owe: collateral x price x lltv.
 * @param price loan tokens per collateral token.
 * Source: Morpho._isHealthy; a position is healthy as long as it owes no more.
 */
export function maxBorrow(collateral: number, price: number, lltv: number): number {
  return collateral * price * lltv
}

// Seizing is the same in all protocols that pay with a bonus; the family's kernel has it.
// Source: Morpho.liquidate.
export { repayForTokens, seizeTokens } from '../kernel.ts'

/**
 * Compute what suppliers lose when a position without collateral is written off.
 * @param owed by the position. @param borrowAssets all debt of the market.
 * @returns whole tokens, taken off both totals.
 * Source: Morpho.liquidate.
 */
export function socialised(owed: number, borrowAssets: number): number {
  return Math.min(owed, borrowAssets)
}
