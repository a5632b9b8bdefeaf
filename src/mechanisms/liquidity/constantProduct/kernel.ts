/**
 * Compute what a constant-product pool pays for an amount sold into it.
 *
 * out = reserveOut g x / (reserveIn + g x) with g = 1 - fee: the fee stays in the reserves.
 * @param reserveIn whole tokens of the asset sold, > 0.
 * @param reserveOut whole tokens of the asset bought, > 0.
 * @param amountIn whole tokens, >= 0.
 * @param fee fraction of the amount in, [0, 1).
 * @returns whole tokens bought. Source: Uniswap/v2-periphery contracts/libraries/
 *   UniswapV2Library.sol getAmountOut, without its rounding down.
 */
export function amountOut(
  reserveIn: number,
  reserveOut: number,
  amountIn: number,
  fee: number,
): number {
  const counted = amountIn * (1 - fee)
  return (reserveOut * counted) / (reserveIn + counted)
}

/**
 * Compute the price of the first unit sold, fee included.
 * @returns whole tokens bought per whole token sold: (1 - fee) reserveOut / reserveIn.
 */
export function spotAfterFee(reserveIn: number, reserveOut: number, fee: number): number {
  return ((1 - fee) * reserveOut) / reserveIn
}

/**
 * Compute the order whose last unit is paid exactly `target`: the derivative of `amountOut` there.
 *
 * g reserveIn reserveOut / (reserveIn + g x)^2 = target, solved for x. The price that the pool shows
 * afterwards lies lower by up to fee x / (reserveIn + x), because v2 puts the fee into the curve; for
 * the order that leaves it at `target` see `amountToSpot`.
 * @param target whole tokens bought per whole token sold, > 0.
 * @returns whole tokens to sell; 0 when the first unit is paid less than `target` already.
 */
export function amountTo(
  reserveIn: number,
  reserveOut: number,
  target: number,
  fee: number,
): number {
  if (!(spotAfterFee(reserveIn, reserveOut, fee) > target)) return 0
  const kept = 1 - fee
  return Math.max(0, (Math.sqrt((kept * reserveIn * reserveOut) / target) - reserveIn) / kept)
}

/**
 * Compute the order after which a pool that keeps its fee shows `target` as `spotAfterFee`.
 *
 * g reserveIn reserveOut / ((reserveIn + g x) (reserveIn + x)) = target: a quadratic in x, its positive
 * root in the form that cancels nothing. Without a fee it is `amountTo`.
 * @param target whole tokens bought per whole token sold, > 0.
 * @returns whole tokens to sell; 0 when the pool shows less than `target` already.
 */
export function amountToSpot(
  reserveIn: number,
  reserveOut: number,
  target: number,
  fee: number,
): number {
  const fall = spotAfterFee(reserveIn, reserveOut, fee) / target
  if (!(fall > 1)) return 0
  const kept = 1 - fee
  return (2 * reserveIn * (fall - 1)) / (1 + kept + Math.sqrt(fee * fee + 4 * kept * fall))
}

/**
 * Compute the loss of a fee-less pool's share against holding, after the price moved by a factor.
 * @param factor price after / price before, > 0.
 * @returns fraction of the value of holding, <= 0: 2 sqrt(k) / (1 + k) - 1.
 */
export function divergenceLoss(factor: number): number {
  return (2 * Math.sqrt(factor)) / (1 + factor) - 1
}
