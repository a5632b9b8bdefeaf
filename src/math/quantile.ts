/**
 * Copy values and sort them in ascending order.
 *
 * @param values any length, any unit; not changed. NaN sorts last.
 * @returns a new array of the same length.
 */
export function sortedCopy(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort()
}

/**
 * Interpolate a quantile of sorted values.
 *
 * @param sorted length >= 1, ascending; not changed.
 * @param p level in 0..1.
 * @returns the value at position (n - 1) p, linear between neighbours, in the unit of the values.
 * @throws {RangeError} when there are no values or p is outside 0..1.
 * Source: Hyndman and Fan, "Sample quantiles in statistical packages" (1996), definition 7.
 */
export function quantile(sorted: Float64Array, p: number): number {
  if (sorted.length === 0) throw new RangeError('quantile of no values; pass at least one')
  if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile level is '${p}'; use a level in 0..1`)
  const position = (sorted.length - 1) * p
  const index = Math.floor(position)
  const low = sorted[index]!
  const weight = position - index
  if (weight === 0) return low
  const high = sorted[index + 1]!
  return low === high ? low : low + weight * (high - low)
}

/**
 * Take the quantile of a sample as a distribution has it: the smallest value that at least a share p of
 * the values do not exceed. It is always one of the values, between lumps too.
 *
 * @param sorted length >= 1, ascending; not changed.
 * @param p level in 0..1; 0 takes the smallest value.
 * @returns inf{x: F(x) >= p} of the empirical distribution F, in the unit of the values.
 * @throws {RangeError} when there are no values or p is outside 0..1.
 * Source: Hyndman and Fan, "Sample quantiles in statistical packages" (1996), definition 1.
 */
export function sampleQuantile(sorted: Float64Array, p: number): number {
  const n = sorted.length
  if (n === 0) throw new RangeError('quantile of no values; pass at least one')
  if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile level is '${p}'; use a level in 0..1`)
  // 300 * 0.07 is 21.000000000000004 in floating point; taken from the top as expected shortfall does.
  const worse = Math.floor(Number((n * (1 - p)).toPrecision(12)))
  return sorted[Math.max(0, n - 1 - worse)]!
}

/**
 * Take the median.
 *
 * @param values length >= 1, any order; not changed.
 * @returns the middle value, or the mean of the two middle values.
 * @throws {RangeError} when there are no values.
 */
export function median(values: ArrayLike<number>): number {
  return quantile(sortedCopy(values), 0.5)
}
