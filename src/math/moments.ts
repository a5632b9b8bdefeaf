import { pow } from './elementary.ts'
import { inverseNormalCdf } from './normal.ts'
import { sum } from './sum.ts'

/** An estimate with its interval, in the unit of the values. */
export type Interval = { readonly value: number; readonly low: number; readonly high: number }

/** Mean, standard deviation (n - 1) and skewness of a sample. */
export type Moments = {
  readonly n: number
  readonly mean: number
  readonly sd: number
  /** Third central moment over the cube of the standard deviation; see `skewnessOf`. */
  readonly skewness: number
}

/**
 * Divide a third central moment by the cube of the standard deviation.
 * @returns 0 when nothing varies, or by so little that a number cannot hold the cube: 0 / 0 is no skewness.
 */
export function skewnessOf(variance: number, third: number): number {
  const cube = variance * Math.sqrt(variance)
  return cube > 1e-300 ? third / cube : 0
}

/** Measure mean, spread and skewness of values, any length; not changed. */
export function momentsOf(values: Float64Array): Moments {
  const n = values.length
  const mean = n === 0 ? Number.NaN : sum(values) / n
  let square = 0
  let cube = 0
  for (const v of values) {
    const away = v - mean
    square += (away * away) / n
    cube += (away * away * away) / n
  }
  return {
    ...{ n, mean, sd: n > 1 ? Math.sqrt((square * n) / (n - 1)) : 0 },
    skewness: skewnessOf(square, cube),
  }
}

/** Cube root with its sign. */
function cubeRoot(x: number): number {
  return x < 0 ? -pow(-x, 1 / 3) : pow(x, 1 / 3)
}

/**
 * Enclose a mean, or what is one to first order, by Hall's transformation of the t statistic, which takes
 * out the skewness of the sample: both sides err about equally often, where Student's interval of a
 * skewed sample errs on one side.
 *
 * @param value the estimate that is enclosed.
 * @param moments of the numbers whose mean it is.
 * @param level coverage, strictly inside 0..1.
 * @returns low and high around the value; both equal to it when nothing varies.
 * Source: Hall, "On the removal of skewness by transformation" (1992), equation 2.4.
 */
export function hallInterval(value: number, moments: Moments, level: number): Interval {
  const { n, sd, skewness: g } = moments
  if (sd === 0) return { value, low: value, high: value }
  const z = inverseNormalCdf(0.5 + level / 2)
  const root = Math.sqrt(n)
  // Inverse of t + g t^2 / 3 + g^2 t^3 / 27 + g / (6 n), t in units of sd; the straight line at g = 0.
  const back = (y: number): number => {
    const x = y / root - g / (6 * n)
    return Math.abs(g * x) < 1e-5 ? x - (g * x * x) / 3 : (3 / g) * (cubeRoot(1 + g * x) - 1)
  }
  return { value, low: value - sd * back(z), high: value - sd * back(-z) }
}
