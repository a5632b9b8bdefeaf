/**
 * Prices at ticks: sqrt(1.0001^tick) in integers. Source: Uniswap/v3-core v1.0.0
 * contracts/libraries/TickMath.sol (the twenty factors, the roundings and the limits).
 */
import { log } from '../../../math/index.ts'
import { divUp, MAX_UINT256, need, Q96 } from './exactMath.ts'

/** Lowest and highest tick. */
export const MIN_TICK = -887272
export const MAX_TICK = 887272
/** Square roots of the price (times 2^96) at the lowest and the highest tick. */
export const MIN_SQRT_RATIO = 4295128739n
export const MAX_SQRT_RATIO = 1461446703485210103287273052203988822378723970342n

/** Number i is 1.0001^(-2^i / 2), times 2^128. */
const FACTORS: readonly bigint[] = [
  0xfffcb933bd6fad37aa2d162d1a594001n,
  0xfff97272373d413259a46990580e213an,
  0xfff2e50f5f656932ef12357cf3c7fdccn,
  0xffe5caca7e10e4e61c3624eaa0941cd0n,
  0xffcb9843d60f6159c9db58835c926644n,
  0xff973b41fa98c081472e6896dfb254c0n,
  0xff2ea16466c96a3843ec78b326b52861n,
  0xfe5dee046a99a2a811c461f1969c3053n,
  0xfcbe86c7900a88aedcffc83b479aa3a4n,
  0xf987a7253ac413176f2b074cf7815e54n,
  0xf3392b0822b70005940c7a398e4b70f3n,
  0xe7159475a2c29b7443b29c7fa6e889d9n,
  0xd097f3bdfd2022b8845ad8f792aa5825n,
  0xa9f746462d870fdf8a65dc1f90e061e5n,
  0x70d869a156d2a1b890bb3df62baf32f7n,
  0x31be135f97d08fd981231505542fcfa6n,
  0x9aa508b5b7a84e1c677de54f3e99bc9n,
  0x5d6af8dedb81196699c329225ee604n,
  0x2216e584f5fa1ea926041bedfe98n,
  0x48a170391f7dc42444e8fa2n,
]

/** ln(1.0001) / 2: half the logarithm of the price ratio between neighbouring ticks. */
const HALF_TICK = 4.999750016665417e-5

/**
 * Compute the square root of the price at a tick, times 2^96.
 *
 * The factors of the bits of |tick| are multiplied, each product cut to 128 places; for positive ticks
 * the reciprocal is cut; the last 32 places are rounded up.
 * @throws {Refusal} `T` beyond the highest tick.
 */
export function sqrtRatioAtTick(tick: number): bigint {
  const distance = Math.abs(tick)
  need(distance <= MAX_TICK, 'T')
  let ratio = 1n << 128n
  for (let i = 0; distance >> i > 0; i++) {
    if ((distance >> i) & 1) ratio = (ratio * FACTORS[i]!) >> 128n
  }
  if (tick > 0) ratio = MAX_UINT256 / ratio
  return divUp(ratio, 1n << 32n)
}

/**
 * Find the highest tick whose price is not above a price.
 *
 * The contract takes a logarithm in fixed point and decides between two candidates by
 * `sqrtRatioAtTick`; the answer is the same as here, where the candidate comes from a float.
 * @param sqrtPriceX96 square root of the price, times 2^96.
 * @throws {Refusal} `R` outside of [MIN_SQRT_RATIO, MAX_SQRT_RATIO).
 */
export function tickAtSqrtRatio(sqrtPriceX96: bigint): number {
  need(sqrtPriceX96 >= MIN_SQRT_RATIO && sqrtPriceX96 < MAX_SQRT_RATIO, 'R')
  let tick = Math.floor(log(Number(sqrtPriceX96) / Number(Q96)) / HALF_TICK)
  tick = Math.min(Math.max(tick, MIN_TICK), MAX_TICK - 1)
  while (sqrtRatioAtTick(tick) > sqrtPriceX96) tick--
  while (sqrtRatioAtTick(tick + 1) <= sqrtPriceX96) tick++
  return tick
}
