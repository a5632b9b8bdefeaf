/**
 * Integers of the EVM for the pool: 256-bit multiplication and division with named rounding, and the
 * checks whose failure has no reason. Source: Uniswap/v3-core v1.0.0 contracts/libraries/FullMath.sol,
 * UnsafeMath.sol, LowGasSafeMath.sol, SafeCast.sol, LiquidityMath.sol.
 */

/** Largest unsigned number of 128 bits. */
export const MAX_UINT128: bigint = (1n << 128n) - 1n
/** Largest unsigned number of 160 bits. */
export const MAX_UINT160: bigint = (1n << 160n) - 1n
/** Largest unsigned number of 256 bits. */
export const MAX_UINT256: bigint = (1n << 256n) - 1n
/** One, as a fraction with 96 binary places. */
export const Q96: bigint = 1n << 96n
/** One, as a fraction with 128 binary places. */
export const Q128: bigint = 1n << 128n

/** Inside the exact model only: ends a verb with the contract's reason (`empty` where it gives none). */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly reason: string
  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** End the verb unless a condition holds. @throws {Refusal} with the reason, `empty` for none. */
export function need(condition: boolean, reason = 'empty'): void {
  if (!condition) throw new Refusal(reason)
}

/** Compute x y / d rounded down, with a product of 512 bits. @throws {Refusal} beyond 256 bits or for d = 0. */
export function mulDivDown(x: bigint, y: bigint, d: bigint): bigint {
  need(d > 0n)
  const quotient = (x * y) / d
  need(quotient <= MAX_UINT256)
  return quotient
}

/** Compute x y / d rounded up, with a product of 512 bits. @throws {Refusal} beyond 256 bits or for d = 0. */
export function mulDivUp(x: bigint, y: bigint, d: bigint): bigint {
  need(d > 0n)
  const quotient = divUp(x * y, d)
  need(quotient <= MAX_UINT256)
  return quotient
}

/** Divide rounding up; d > 0. */
export function divUp(x: bigint, d: bigint): bigint {
  return (x + d - 1n) / d
}

/** Wrap at 32 bits, as block times do. */
export function uint32(x: bigint): bigint {
  return BigInt.asUintN(32, x)
}

/** Wrap at 128 bits. */
export function uint128(x: bigint): bigint {
  return BigInt.asUintN(128, x)
}

/** Wrap at 160 bits. */
export function uint160(x: bigint): bigint {
  return BigInt.asUintN(160, x)
}

/** Wrap at 256 bits. */
export function uint256(x: bigint): bigint {
  return BigInt.asUintN(256, x)
}

/** Wrap at 56 bits with a sign, as sums of tick x seconds do. */
export function int56(x: bigint): bigint {
  return BigInt.asIntN(56, x)
}

/** Pass a number that fits. @throws {Refusal} beyond 256 bits. */
export function checkUint256(x: bigint): bigint {
  need(x >= 0n && x <= MAX_UINT256)
  return x
}

/** Pass a number that fits. @throws {Refusal} beyond 160 bits. */
export function checkUint160(x: bigint): bigint {
  need(x >= 0n && x <= MAX_UINT160)
  return x
}

/** Pass a number that fits. @throws {Refusal} beyond 128 bits with a sign. */
export function checkInt128(x: bigint): bigint {
  need(BigInt.asIntN(128, x) === x)
  return x
}

/** Pass a number that fits. @throws {Refusal} beyond 256 bits with a sign. */
export function checkInt256(x: bigint): bigint {
  need(BigInt.asIntN(256, x) === x)
  return x
}

/** Change a liquidity by a signed amount. @throws {Refusal} `LS` below zero, `LA` beyond 128 bits. */
export function addLiquidity(liquidity: bigint, change: bigint): bigint {
  const sum = liquidity + change
  need(sum >= 0n, 'LS')
  need(sum <= MAX_UINT128, 'LA')
  return sum
}
