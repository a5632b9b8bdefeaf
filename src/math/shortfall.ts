import type { Moments } from './moments.ts'

/** Mean of the worst (1 - level) share of a sample, the largest being worst, and what it rests on. */
export type Shortfall = {
  readonly value: number
  /** Values that the mean is taken over, n (1 - level): not whole when one counts in part. */
  readonly worst: number
  /** Values above the level-quantile: fewer than `worst` where many values are equal. */
  readonly beyond: number
  /** Of quantile + max(0, x - quantile) / (1 - level), whose mean the value is to first order. */
  readonly moments: Moments
}

/**
 * Average the worst (1 - level) share of sorted values; the value on the line counts in part.
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
  const excess = [0, 0, 0]
  let beyond = 0
  for (let k = n - 1; k >= 0 && sorted[k]! > line; k--) {
    const x = (sorted[k]! - line) / (1 - level)
    beyond++
    excess[0]! += x / n
    excess[1]! += (x * x) / n
    excess[2]! += (x * x * x) / n
  }
  const [m1, m2, m3] = excess as [number, number, number]
  const variance = Math.max(0, m2 - m1 * m1)
  const third = m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1
  return {
    ...{ value: line + m1, worst, beyond },
    moments: {
      ...{ n, mean: line + m1, sd: n > 1 ? Math.sqrt((variance * n) / (n - 1)) : 0 },
      skewness: variance > 0 ? third / (variance * Math.sqrt(variance)) : 0,
    },
  }
}
