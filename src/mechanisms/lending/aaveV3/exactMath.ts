/**
 * Integer arithmetic of Aave v3.0.2: checked 256-bit numbers, rays (1e27), wads (1e18), basis points
 * and interest. The name says how a function rounds; plain division rounds down, as the EVM's does.
 * Source: aave/aave-v3-core @ 782f51917056 contracts/protocol/libraries/math (WadRayMath,
 * PercentageMath, MathUtils); a year has 365 days.
 */

/** Largest number of the EVM; as an amount it means everything. */
export const MAX_UINT256: bigint = (1n << 256n) - 1n
/** One, with 27 digits. */
export const RAY: bigint = 10n ** 27n
/** One, with 18 digits. */
export const WAD: bigint = 10n ** 18n
/** One, in basis points. */
export const PERCENTAGE_FACTOR = 10_000n
/** Seconds in the contracts' year. */
export const SECONDS_PER_YEAR: bigint = 365n * 86_400n

const HALF_RAY = RAY / 2n
/** A ray is 2^27 x 5^27; dividing by one word of 64 bits is cheaper than by two. */
const FIVES = 5n ** 27n
const HALF_PERCENT = PERCENTAGE_FACTOR / 2n
const WAD_RAY_RATIO = 1_000_000_000n
const MAX_UINT128 = (1n << 128n) - 1n

/** Inside the exact model only: ends a verb with the contract's reason. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly reason: string
  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** Refuse for a reason unless a condition holds. @throws {Refusal} */
export function must(condition: boolean, reason: string): void {
  if (!condition) throw new Refusal(reason)
}

/** Add. @throws {Refusal} beyond 256 bits. */
export function add(x: bigint, y: bigint): bigint {
  return checked(x + y)
}

/** Subtract. @throws {Refusal} below zero. */
export function sub(x: bigint, y: bigint): bigint {
  if (y > x) throw new Refusal('Panic(17)')
  return x - y
}

/** Multiply. @throws {Refusal} beyond 256 bits. */
export function mul(x: bigint, y: bigint): bigint {
  return checked(x * y)
}

/** Divide rounding down. @throws {Refusal} by zero. */
export function divDown(x: bigint, y: bigint): bigint {
  if (y === 0n) throw new Refusal('Panic(18)')
  return x / y
}

/** Add to a number that is stored in 128 bits. @throws {Refusal} beyond them. */
export function add128(x: bigint, y: bigint): bigint {
  if (x + y > MAX_UINT128) throw new Refusal('Panic(17)')
  return x + y
}

/** Pass a number that fits into 128 bits. @throws {Refusal} */
export function toUint128(x: bigint): bigint {
  if (x > MAX_UINT128) throw new Refusal("SafeCast: value doesn't fit in 128 bits")
  return x
}

/** Multiply by a ray, rounded half up. @throws {Refusal} beyond 256 bits. */
export function rayMulHalfUp(x: bigint, y: bigint): bigint {
  if (x === 0n || y === 0n) return 0n
  return (fits(x * y + HALF_RAY) >> 27n) / FIVES
}

/** Divide by a ray, rounded half up. @throws {Refusal} by zero or beyond 256 bits. */
export function rayDivHalfUp(x: bigint, y: bigint): bigint {
  return divHalfUp(x * RAY, y)
}

/** Divide by a wad, rounded half up. @throws {Refusal} by zero or beyond 256 bits. */
export function wadDivHalfUp(x: bigint, y: bigint): bigint {
  return divHalfUp(x * WAD, y)
}

/** Give a number nine more digits. @throws {Refusal} beyond 256 bits. */
export function wadToRay(x: bigint): bigint {
  return fits(x * WAD_RAY_RATIO)
}

/** Take basis points of a number, rounded half up. @throws {Refusal} beyond 256 bits. */
export function percentMulHalfUp(x: bigint, basisPoints: bigint): bigint {
  return fits(x * basisPoints + HALF_PERCENT) / PERCENTAGE_FACTOR
}

/** Divide by basis points, rounded half up. @throws {Refusal} by zero or beyond 256 bits. */
export function percentDivHalfUp(x: bigint, basisPoints: bigint): bigint {
  return divHalfUp(x * PERCENTAGE_FACTOR, basisPoints)
}

/**
 * Compute the growth of a liquidity index: simple interest, the year's part rounded down.
 * @param rate per year, ray. @param last @param now timestamps, seconds.
 * @returns factor, ray.
 */
export function linearInterest(rate: bigint, last: bigint, now: bigint): bigint {
  return RAY + mul(rate, sub(now, last)) / SECONDS_PER_YEAR
}

/**
 * Compute the growth of a borrow index: the terms of (1 + rate / year)^seconds up to the third power.
 *
 * The powers of the rate are rounded half up, then down by the year; every term is rounded down.
 * @param rate per year, ray. @param last @param now timestamps, seconds.
 * @returns factor, ray.
 */
export function compoundedInterest(rate: bigint, last: bigint, now: bigint): bigint {
  const seconds = sub(now, last)
  if (seconds === 0n) return RAY
  const less1 = seconds - 1n
  const less2 = seconds > 2n ? seconds - 2n : 0n
  const square = rayMulHalfUp(rate, rate) / (SECONDS_PER_YEAR * SECONDS_PER_YEAR)
  const cube = rayMulHalfUp(square, rate) / SECONDS_PER_YEAR
  const pairs = seconds * less1
  const second = mul(pairs, square) / 2n
  const third = mul(pairs * less2, cube) / 6n
  return add(RAY + mul(rate, seconds) / SECONDS_PER_YEAR + second, third)
}

function divHalfUp(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new Refusal('empty')
  if (numerator === 0n) return 0n
  return fits(numerator + (denominator >> 1n)) / denominator
}

function checked(x: bigint): bigint {
  if (x > MAX_UINT256) throw new Refusal('Panic(17)')
  return x
}

/** The contracts' own libraries refuse an overflow without a reason. */
function fits(x: bigint): bigint {
  if (x > MAX_UINT256) throw new Refusal('empty')
  return x
}
