/**
 * The adaptive curve in integers: a kinked curve through the rate at target utilization, which
 * itself drifts up while utilization is above target and down while it is below. Source:
 * morpho-org/morpho-blue-irm @ a1a87fd src/adaptive-curve-irm/AdaptiveCurveIrm.sol and its
 * libraries ConstantsLib, ExpLib, MathLib. Signed divisions round towards zero, as BigInt's do.
 */
import { int256, sub, WAD, wDivDown } from './exactMath.ts'

const YEAR = 365n * 86_400n
const TARGET_UTILIZATION = (9n * WAD) / 10n
const CURVE_STEEPNESS = 4n * WAD
const ADJUSTMENT_SPEED = (50n * WAD) / YEAR
const MIN_RATE_AT_TARGET = WAD / 1000n / YEAR
const MAX_RATE_AT_TARGET = (2n * WAD) / YEAR
const LN_2 = 693_147_180_559_945_309n
const LN_WEI = -41_446_531_673_892_822_312n
const EXP_LIMIT = 93_859_467_695_000_404_319n
const EXP_OF_LIMIT = 57_716_089_161_558_943_949_701_069_502_944_508_345_128_422_502_756_744_429_568n

/** Rate at target of a market that nobody has touched: 4 % a year, per second, scaled by 1e18. */
export const INITIAL_RATE_AT_TARGET: bigint = (4n * WAD) / 100n / YEAR

/** What the curve looks at. Assets in the token's smallest unit, time in seconds. */
export type CurveInput = {
  readonly totalSupplyAssets: bigint
  readonly totalBorrowAssets: bigint
  readonly lastUpdate: bigint
  /** Rate at target after the last touch, per second, scaled by 1e18; 0 before the first. */
  readonly rateAtTarget: bigint
}

/** Rates per second, scaled by 1e18. */
export type CurveRates = {
  /** Average borrow rate since the last touch. */
  readonly borrowRate: bigint
  readonly rateAtTarget: bigint
}

/**
 * Compute the borrow rate since the last touch and the rate at target now.
 *
 * The rate at target grows as e^(speed error seconds); its average is taken by the trapezoid rule
 * over two halves.
 * @param time block timestamp, seconds.
 * @throws {Refusal} where a number leaves its word.
 */
export function borrowRate(input: CurveInput, time: bigint): CurveRates {
  const { totalSupplyAssets, totalBorrowAssets, lastUpdate, rateAtTarget } = input
  const utilization =
    totalSupplyAssets > 0n ? int256(wDivDown(totalBorrowAssets, totalSupplyAssets)) : 0n
  const distance = utilization - TARGET_UTILIZATION
  const scale = distance > 0n ? WAD - TARGET_UTILIZATION : TARGET_UTILIZATION
  const error = int256(distance * WAD) / scale
  if (rateAtTarget === 0n) {
    return {
      borrowRate: curve(INITIAL_RATE_AT_TARGET, error),
      rateAtTarget: INITIAL_RATE_AT_TARGET,
    }
  }
  const speed = wMulToZero(ADJUSTMENT_SPEED, error)
  const drift = int256(speed * sub(time, lastUpdate))
  if (drift === 0n) return { borrowRate: curve(rateAtTarget, error), rateAtTarget }
  const end = moved(rateAtTarget, drift)
  const middle = moved(rateAtTarget, drift / 2n)
  return { borrowRate: curve((rateAtTarget + end + 2n * middle) / 4n, error), rateAtTarget: end }
}

/** The curve at a relative distance from target, -1 to 1: a quarter of the rate at -1, four times at 1. */
function curve(rateAtTarget: bigint, error: bigint): bigint {
  const slope = error < 0n ? WAD - (WAD * WAD) / CURVE_STEEPNESS : CURVE_STEEPNESS - WAD
  return wMulToZero(int256(wMulToZero(slope, error) + WAD), rateAtTarget)
}

/** The rate at target after a drift of its logarithm, within its bounds. */
function moved(rateAtTarget: bigint, drift: bigint): bigint {
  const rate = wMulToZero(rateAtTarget, wExp(drift))
  if (rate < MIN_RATE_AT_TARGET) return MIN_RATE_AT_TARGET
  return rate > MAX_RATE_AT_TARGET ? MAX_RATE_AT_TARGET : rate
}

/**
 * Compute e^x as 2^q e^r with |r| <= ln 2 / 2 and e^r by the first three terms of its series.
 * @param x scaled by 1e18. @returns scaled by 1e18; 0 below ln 1e-18, constant from about 93.86 on.
 */
export function wExp(x: bigint): bigint {
  if (x < LN_WEI) return 0n
  if (x >= EXP_LIMIT) return EXP_OF_LIMIT
  const half = x < 0n ? -(LN_2 / 2n) : LN_2 / 2n
  const q = (x + half) / LN_2
  const r = x - q * LN_2
  const power = WAD + r + (r * r) / WAD / 2n
  return q >= 0n ? power << q : power >> -q
}

function wMulToZero(x: bigint, y: bigint): bigint {
  return int256(x * y) / WAD
}
