/**
 * Amounts and prices within one range of constant liquidity. `root` is the square root of the price
 * (token 1 per token 0) times 2^96. Source: Uniswap/v3-core v1.0.0 contracts/libraries/SqrtPriceMath.sol,
 * SwapMath.sol.
 */
import {
  checkInt256,
  checkUint160,
  checkUint256,
  divUp,
  MAX_UINT256,
  mulDivDown,
  mulDivUp,
  need,
  Q96,
} from './exactMath.ts'

/** Millionths in one: the unit of the swap fee. */
const MILLION = 1_000_000n

/** Compute the token 0 between two roots, L 2^96 (b - a) / b / a, both divisions rounded up. */
export function amount0Up(rootA: bigint, rootB: bigint, liquidity: bigint): bigint {
  const [low, high] = rootA > rootB ? [rootB, rootA] : [rootA, rootB]
  need(low > 0n)
  return divUp(mulDivUp(liquidity * Q96, high - low, high), low)
}

/** Compute the token 0 between two roots, L 2^96 (b - a) / b / a, both divisions rounded down. */
export function amount0Down(rootA: bigint, rootB: bigint, liquidity: bigint): bigint {
  const [low, high] = rootA > rootB ? [rootB, rootA] : [rootA, rootB]
  need(low > 0n)
  return mulDivDown(liquidity * Q96, high - low, high) / low
}

/** Compute the token 1 between two roots, L (b - a) / 2^96, rounded up. */
export function amount1Up(rootA: bigint, rootB: bigint, liquidity: bigint): bigint {
  return mulDivUp(liquidity, rootA > rootB ? rootA - rootB : rootB - rootA, Q96)
}

/** Compute the token 1 between two roots, L (b - a) / 2^96, rounded down. */
export function amount1Down(rootA: bigint, rootB: bigint, liquidity: bigint): bigint {
  return mulDivDown(liquidity, rootA > rootB ? rootA - rootB : rootB - rootA, Q96)
}

/** Compute the token 0 that a change of liquidity between two roots costs; negative when it pays. */
export function amount0Of(rootA: bigint, rootB: bigint, change: bigint): bigint {
  if (change < 0n) return -checkInt256(amount0Down(rootA, rootB, -change))
  return checkInt256(amount0Up(rootA, rootB, change))
}

/** Compute the token 1 that a change of liquidity between two roots costs; negative when it pays. */
export function amount1Of(rootA: bigint, rootB: bigint, change: bigint): bigint {
  if (change < 0n) return -checkInt256(amount1Down(rootA, rootB, -change))
  return checkInt256(amount1Up(rootA, rootB, change))
}

/**
 * Compute the root after token 0 comes in, rounded up: L root / (L + x root), or L / (L / root + x)
 * with the inner division rounded down where the first denominator has more than 256 bits.
 */
export function rootAfterIn0(root: bigint, liquidity: bigint, amount: bigint): bigint {
  need(root > 0n && liquidity > 0n)
  if (amount === 0n) return root
  const scaled = liquidity * Q96
  const product = amount * root
  if (scaled + product <= MAX_UINT256) return mulDivUp(scaled, root, scaled + product)
  return divUp(scaled, checkUint256(scaled / root + amount))
}

/** Compute the root after token 1 comes in, rounded down: root + y / L. */
export function rootAfterIn1(root: bigint, liquidity: bigint, amount: bigint): bigint {
  need(root > 0n && liquidity > 0n)
  return checkUint160(root + mulDivDown(amount, Q96, liquidity))
}

/** Compute the root after token 0 goes out, rounded up: L root / (L - x root). */
export function rootAfterOut0(root: bigint, liquidity: bigint, amount: bigint): bigint {
  need(root > 0n && liquidity > 0n)
  if (amount === 0n) return root
  const scaled = liquidity * Q96
  const product = amount * root
  need(product <= MAX_UINT256 && scaled > product)
  return checkUint160(mulDivUp(scaled, root, scaled - product))
}

/** Compute the root after token 1 goes out, rounded down: root - y / L. */
export function rootAfterOut1(root: bigint, liquidity: bigint, amount: bigint): bigint {
  need(root > 0n && liquidity > 0n)
  const quotient = mulDivUp(amount, Q96, liquidity)
  need(root > quotient)
  return root - quotient
}

/** What one step of a swap does. */
export type SwapStep = {
  readonly root: bigint
  /** Units that come in, without the fee. */
  readonly amountIn: bigint
  readonly amountOut: bigint
  /** Units of the token that comes in. */
  readonly fee: bigint
}

/**
 * Swap within one range, until the target or the end of the order.
 *
 * The fee is x fee / (1 - fee) of what comes in, rounded up; where an order of a given amount in ends
 * before the target, it is all that is left.
 * @param target root at which the range or the swap ends; below `root` token 0 comes in.
 * @param remaining units still to come in (>= 0), or still to go out (< 0).
 * @param fee millionths, below one million.
 */
export function swapStep(
  root: bigint,
  target: bigint,
  liquidity: bigint,
  remaining: bigint,
  fee: bigint,
): SwapStep {
  const down = root >= target
  return remaining >= 0n
    ? stepIn(down ? SELL0 : SELL1, { root, target, liquidity, fee }, remaining)
    : stepOut(down ? SELL0 : SELL1, { root, target, liquidity, fee }, -remaining)
}

type Range = {
  readonly root: bigint
  readonly target: bigint
  readonly liquidity: bigint
  readonly fee: bigint
}

type Amount = (rootA: bigint, rootB: bigint, liquidity: bigint) => bigint

/** Which token comes in: how its amount and that of the other one follow from roots, and back. */
type Direction = {
  readonly into: Amount
  readonly out: Amount
  readonly afterIn: Amount
  readonly afterOut: Amount
}

const SELL0: Direction = {
  into: amount0Up,
  out: amount1Down,
  afterIn: rootAfterIn0,
  afterOut: rootAfterOut1,
}
const SELL1: Direction = {
  into: amount1Up,
  out: amount0Down,
  afterIn: rootAfterIn1,
  afterOut: rootAfterOut0,
}

function stepIn(way: Direction, range: Range, amount: bigint): SwapStep {
  const { root, target, liquidity, fee } = range
  const counted = mulDivDown(amount, MILLION - fee, MILLION)
  const room = way.into(target, root, liquidity)
  const end = counted >= room ? target : way.afterIn(root, liquidity, counted)
  const amountIn = end === target ? room : way.into(end, root, liquidity)
  const amountOut = way.out(end, root, liquidity)
  const paid = end === target ? mulDivUp(amountIn, fee, MILLION - fee) : amount - amountIn
  return { root: end, amountIn, amountOut, fee: paid }
}

function stepOut(way: Direction, range: Range, amount: bigint): SwapStep {
  const { root, target, liquidity, fee } = range
  const room = way.out(target, root, liquidity)
  const end = amount >= room ? target : way.afterOut(root, liquidity, amount)
  const bought = end === target ? room : way.out(end, root, liquidity)
  const amountIn = way.into(end, root, liquidity)
  // Rounding of the price may give more than was asked for.
  const amountOut = bought > amount ? amount : bought
  return { root: end, amountIn, amountOut, fee: mulDivUp(amountIn, fee, MILLION - fee) }
}
