import { type Moments, skewnessOf } from './moments.ts'

/** Mean of the worst (1 - level) share of a sample, the largest being worst, and what it rests on. */
export type Shortfall = {
  readonly value: number
  /** Level-quantile of the sample, the smallest of the values that the mean is taken over. */
  readonly line: number
  /** Values that the mean is taken over, n (1 - level): not whole when one counts in part. */
  readonly worst: number
  /** Values above the level-quantile: fewer than `worst` where many values are equal. */
  readonly beyond: number
  /** Of quantile + max(0, x - quantile) / (1 - level), whose mean the value is to first order. */
  readonly moments: Moments
}

/**
 * Take the moments of line + max(0, x - line) / (1 - level) over a sample. Its mean is the expected
 * shortfall when the line is the quantile, and not below it whatever the line is.
 *
 * @param sorted length >= 1, ascending; not changed.
 * @param line in the unit of the values.
 * @param level strictly inside 0..1.
 * Source: Rockafellar and Uryasev, "Conditional value-at-risk for general loss distributions" (2002).
 */
export function excessMoments(sorted: Float64Array, line: number, level: number): Moments {
  const n = sorted.length
  let [m1, m2, m3] = [0, 0, 0]
  for (let k = n - 1; k >= 0 && sorted[k]! > line; k--) {
    const x = (sorted[k]! - line) / (1 - level)
    m1 += x / n
    m2 += (x * x) / n
    m3 += (x * x * x) / n
  }
  const variance = Math.max(0, m2 - m1 * m1)
  const third = m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1
  return {
    ...{ n, mean: line + m1, sd: n > 1 ? Math.sqrt((variance * n) / (n - 1)) : 0 },
    skewness: skewnessOf(variance, third),
  }
}

/**
 * Average the worst (1 - level) share of sorted values; the value on the line, the level-quantile of
 * `sampleQuantile`, counts in part.
 *
 * @param sorted length >= 1, ascending; not changed.
 * @param level strictly inside 0..1.
 * @throws {RangeError} when there are no values or the level is outside.
 * Source: Rockafellar and Uryasev, "Conditional value-at-risk for general loss distributions" (2002).
 */
export function shortfall(sorted: Float64Array, level: number): Shortfall {
  const n = sorted.length
  if (n === 0) throw new RangeError('expected shortfall of no values; pass at least one')
  if (!(level > 0 && level < 1)) throw new RangeError(`level is '${level}'; use one inside 0..1`)
  // 2,000 (1 - 0.99) is 20.000000000000018 in floating point; the value on the line must not move.
  const worst = Number((n * (1 - level)).toPrecision(12))
  const line = sorted[Math.max(0, n - 1 - Math.floor(worst))]!
  let beyond = 0
  while (beyond < n && sorted[n - 1 - beyond]! > line) beyond++
  const moments = excessMoments(sorted, line, level)
  return { value: moments.mean, line, worst, beyond, moments }
}
