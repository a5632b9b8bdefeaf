/**
 * Integer arithmetic that Aave v3.6 has beside that of v3.0.2 (../aaveV3/exactMath.ts): divisions and
 * products that round in a named direction, compound interest, and limits of 120 and 128 bits.
 * Source: aave-dao/aave-v3-origin 3.6.0 src/contracts/protocol/libraries/math (WadRayMath,
 * PercentageMath, MathUtils), libraries/helpers/TokenMath.sol.
 */
import {
  MAX_UINT256,
  mul,
  PERCENTAGE_FACTOR,
  RAY,
  Refusal,
  rayMulHalfUp,
  SECONDS_PER_YEAR,
  sub,
} from '../aaveV3/exactMath.ts'

/** Multiply by a ray, rounded down. @throws {Refusal} beyond 256 bits. */
export function rayMulDown(x: bigint, y: bigint): bigint {
  return fits(x * y) / RAY
}

/** Multiply by a ray, rounded up. @throws {Refusal} beyond 256 bits. */
export function rayMulUp(x: bigint, y: bigint): bigint {
  return up(fits(x * y), RAY)
}

/** Divide by a ray, rounded down. @throws {Refusal} by zero or beyond 256 bits. */
export function rayDivDown(x: bigint, y: bigint): bigint {
  return fits(x * RAY) / divisor(y)
}

/** Divide by a ray, rounded up. @throws {Refusal} by zero or beyond 256 bits. */
export function rayDivUp(x: bigint, y: bigint): bigint {
  return up(fits(x * RAY), divisor(y))
}

/** Take basis points of a number, rounded down. @throws {Refusal} beyond 256 bits. */
export function percentMulDown(x: bigint, basisPoints: bigint): bigint {
  return fits(x * basisPoints) / PERCENTAGE_FACTOR
}

/** Take basis points of a number, rounded up. @throws {Refusal} beyond 256 bits. */
export function percentMulUp(x: bigint, basisPoints: bigint): bigint {
  return up(fits(x * basisPoints), PERCENTAGE_FACTOR)
}

/** Divide by basis points, rounded up. @throws {Refusal} by zero or beyond 256 bits. */
export function percentDivUp(x: bigint, basisPoints: bigint): bigint {
  return up(fits(x * PERCENTAGE_FACTOR), divisor(basisPoints))
}

/** Compute x * y / z, rounded up. @throws {Refusal} by zero or beyond 256 bits. */
export function mulDivUp(x: bigint, y: bigint, z: bigint): bigint {
  return up(fits(x * y), divisor(z))
}

/**
 * Compute the growth of a borrow index: e^x up to the third power, x = rate x seconds / year.
 *
 * x is rounded down, its square and cube half up, their halves and sixths down.
 * @param rate per year, ray. @param last @param now timestamps, seconds.
 * @returns factor, ray.
 */
export function compoundedInterest(rate: bigint, last: bigint, now: bigint): bigint {
  const x = mul(rate, sub(now, last)) / SECONDS_PER_YEAR
  return RAY + x + rayMulHalfUp(x, x / 2n + rayMulHalfUp(x, x / 6n))
}

/** Pass a number that fits into 128 bits. @throws {Refusal} */
export function toUint128(x: bigint): bigint {
  return narrow(x, 128n)
}

/** Pass a number that fits into 120 bits, as balances do. @throws {Refusal} */
export function toUint120(x: bigint): bigint {
  return narrow(x, 120n)
}

/** Add to a number that is stored in 120 bits. @throws {Refusal} beyond them. */
export function add120(x: bigint, y: bigint): bigint {
  if (x + y >= 1n << 120n) throw new Refusal('Panic(17)')
  return x + y
}

function narrow(x: bigint, bits: bigint): bigint {
  if (x < 1n << bits) return x
  throw new Refusal(`SafeCastOverflowedUintDowncast(${bits},${x})`)
}

function up(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator
}

function divisor(x: bigint): bigint {
  if (x === 0n) throw new Refusal('empty')
  return x
}

/** The contracts' own libraries refuse an overflow without a reason. */
function fits(x: bigint): bigint {
  if (x > MAX_UINT256) throw new Refusal('empty')
  return x
}
