/**
 * Arithmetic of Morpho Blue in integers: 256-bit words that refuse to overflow, factors scaled by
 * 1e18 (WAD), claims counted in shares. Source: morpho-org/morpho-blue v1.0.0 src/libraries/
 * MathLib.sol, SharesMathLib.sol, UtilsLib.sol; the checks are those of Solidity 0.8.
 */

/** One, scaled as all factors are. */
export const WAD: bigint = 10n ** 18n
/** Largest unsigned word. */
export const MAX_UINT256: bigint = (1n << 256n) - 1n
/** Largest total, debt or collateral that the contract stores. */
export const MAX_UINT128: bigint = (1n << 128n) - 1n

const VIRTUAL_SHARES = 1_000_000n
const VIRTUAL_ASSETS = 1n
const INT256_LIMIT = 1n << 255n
const OVERFLOW = 'Panic(17)'
const DIVISION_BY_ZERO = 'Panic(18)'

/** Inside the exact model only: ends a verb with the contract's reason. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly reason: string
  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** Refuse unless a condition holds. @throws {Refusal} */
export function check(condition: boolean, reason: string): void {
  if (!condition) throw new Refusal(reason)
}

/** Add. @throws {Refusal} beyond `limit`, the largest number of the word that holds the sum. */
export function add(x: bigint, y: bigint, limit: bigint = MAX_UINT256): bigint {
  const sum = x + y
  if (sum > limit) throw new Refusal(OVERFLOW)
  return sum
}

/** Subtract. @throws {Refusal} below zero. */
export function sub(x: bigint, y: bigint): bigint {
  if (y > x) throw new Refusal(OVERFLOW)
  return x - y
}

/** Multiply. @throws {Refusal} beyond 256 bits. */
export function mul(x: bigint, y: bigint): bigint {
  const product = x * y
  if (product > MAX_UINT256) throw new Refusal(OVERFLOW)
  return product
}

/** Check that a number is one of 128 bits. @throws {Refusal} */
export function toUint128(x: bigint): bigint {
  if (x > MAX_UINT128) throw new Refusal('max uint128 exceeded')
  return x
}

/** Check that a signed result fits its word. @throws {Refusal} beyond 256 bits. */
export function int256(x: bigint): bigint {
  if (x >= INT256_LIMIT || x < -INT256_LIMIT) throw new Refusal(OVERFLOW)
  return x
}

/** Compute x y / d rounded down. @throws {Refusal} */
export function mulDivDown(x: bigint, y: bigint, d: bigint): bigint {
  const product = mul(x, y)
  if (d === 0n) throw new Refusal(DIVISION_BY_ZERO)
  return product / d
}

/** Compute x y / d rounded up. @throws {Refusal} */
export function mulDivUp(x: bigint, y: bigint, d: bigint): bigint {
  return add(mul(x, y), sub(d, 1n)) / d
}

/** Compute x y / 1e18 rounded down. @throws {Refusal} */
export function wMulDown(x: bigint, y: bigint): bigint {
  return mulDivDown(x, y, WAD)
}

/** Compute 1e18 x / y rounded down. @throws {Refusal} */
export function wDivDown(x: bigint, y: bigint): bigint {
  return mulDivDown(x, WAD, y)
}

/** Compute 1e18 x / y rounded up. @throws {Refusal} */
export function wDivUp(x: bigint, y: bigint): bigint {
  return mulDivUp(x, WAD, y)
}

/**
 * Compute e^(rate seconds) - 1 by the first three terms of its series, each rounded down.
 * @param rate per second, scaled by 1e18.
 * @returns factor scaled by 1e18. @throws {Refusal}
 */
export function wTaylorCompounded(rate: bigint, seconds: bigint): bigint {
  const first = mul(rate, seconds)
  const second = mulDivDown(first, first, 2n * WAD)
  const third = mulDivDown(second, first, 3n * WAD)
  return add(add(first, second), third)
}

/** Subtract, stopping at zero. */
export function zeroFloorSub(x: bigint, y: bigint): bigint {
  return x > y ? x - y : 0n
}

/** Convert assets to shares of a total, rounded down. @throws {Refusal} */
export function toSharesDown(assets: bigint, totalAssets: bigint, totalShares: bigint): bigint {
  return mulDivDown(assets, add(totalShares, VIRTUAL_SHARES), add(totalAssets, VIRTUAL_ASSETS))
}

/** Convert assets to shares of a total, rounded up. @throws {Refusal} */
export function toSharesUp(assets: bigint, totalAssets: bigint, totalShares: bigint): bigint {
  return mulDivUp(assets, add(totalShares, VIRTUAL_SHARES), add(totalAssets, VIRTUAL_ASSETS))
}

/** Convert shares of a total to assets, rounded down. @throws {Refusal} */
export function toAssetsDown(shares: bigint, totalAssets: bigint, totalShares: bigint): bigint {
  return mulDivDown(shares, add(totalAssets, VIRTUAL_ASSETS), add(totalShares, VIRTUAL_SHARES))
}

/** Convert shares of a total to assets, rounded up. @throws {Refusal} */
export function toAssetsUp(shares: bigint, totalAssets: bigint, totalShares: bigint): bigint {
  return mulDivUp(shares, add(totalAssets, VIRTUAL_ASSETS), add(totalShares, VIRTUAL_SHARES))
}
