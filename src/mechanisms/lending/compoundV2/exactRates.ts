/**
 * Jump rate model in integers: every division rounds down.
 * Source: VenusProtocol/venus-protocol 10.3.0 contracts/InterestRateModels/JumpRateModel.sol and
 * compound-finance/compound-protocol @ a3214f67b733 contracts/BaseJumpRateModelV2.sol.
 */
import { demand, MAX_UINT256, ONE, RefusedError } from './exactMath.ts'

/** Numbers per block, as the constructor stores them; mantissas. */
export type ExactJumpRate = {
  readonly base: bigint
  readonly multiplier: bigint
  readonly jumpMultiplier: bigint
  /** Utilization at which the slope changes. */
  readonly kink: bigint
}

/** Numbers per year, as the constructor takes them; mantissas. */
export type YearlyJumpRate = ExactJumpRate

/**
 * Convert yearly numbers as Venus does (and Compound's first jump rate model): the multiplier is the
 * slope below the kink. @param blocksPerYear the model's constant.
 */
export function slopePerBlock(yearly: YearlyJumpRate, blocksPerYear: bigint): ExactJumpRate {
  return {
    base: yearly.base / blocksPerYear,
    multiplier: yearly.multiplier / blocksPerYear,
    jumpMultiplier: yearly.jumpMultiplier / blocksPerYear,
    kink: yearly.kink,
  }
}

/**
 * Convert yearly numbers as Compound's second jump rate model does: the multiplier is the rise of the
 * rate from utilization 0 to the kink. @throws {RangeError} when the kink is 0.
 */
export function risePerBlock(yearly: YearlyJumpRate, blocksPerYear: bigint): ExactJumpRate {
  return {
    ...slopePerBlock(yearly, blocksPerYear),
    multiplier: (yearly.multiplier * ONE) / (blocksPerYear * yearly.kink),
  }
}

/**
 * Compute the utilization of a market, a mantissa; 0 without borrows.
 * @param cash units held. @param borrows units owed. @param reserves units of the protocol.
 * @throws {RefusedError} when reserves exceed cash and borrows, or equal them.
 */
export function utilizationRate(cash: bigint, borrows: bigint, reserves: bigint): bigint {
  if (borrows === 0n) return 0n
  const scaled = product(borrows, ONE)
  const total = sum(cash, borrows)
  demand(reserves <= total, 'SafeMath: subtraction overflow')
  demand(total > reserves, 'SafeMath: division by zero')
  return scaled / (total - reserves)
}

/** Compute the borrow rate per block, a mantissa. Arguments as in `utilizationRate`. @throws {RefusedError} */
export function borrowRatePerBlock(
  rates: ExactJumpRate,
  cash: bigint,
  borrows: bigint,
  reserves: bigint,
): bigint {
  const utilization = utilizationRate(cash, borrows, reserves)
  const { base, multiplier, jumpMultiplier, kink } = rates
  if (utilization <= kink) return sum(product(utilization, multiplier) / ONE, base)
  const normal = sum(product(kink, multiplier) / ONE, base)
  return sum(product(utilization - kink, jumpMultiplier) / ONE, normal)
}

/**
 * Compute what suppliers earn per block, a mantissa.
 * @param reserveFactor mantissa, at most one.
 * @throws {RefusedError}
 */
export function supplyRatePerBlock(
  rates: ExactJumpRate,
  cash: bigint,
  borrows: bigint,
  reserves: bigint,
  reserveFactor: bigint,
): bigint {
  demand(reserveFactor <= ONE, 'SafeMath: subtraction overflow')
  const rate = borrowRatePerBlock(rates, cash, borrows, reserves)
  const toPool = product(rate, ONE - reserveFactor) / ONE
  return product(utilizationRate(cash, borrows, reserves), toPool) / ONE
}

function product(a: bigint, b: bigint): bigint {
  if (a * b > MAX_UINT256) throw new RefusedError('SafeMath: multiplication overflow')
  return a * b
}

function sum(a: bigint, b: bigint): bigint {
  if (a + b > MAX_UINT256) throw new RefusedError('SafeMath: addition overflow')
  return a + b
}
