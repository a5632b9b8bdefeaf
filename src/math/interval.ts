import { betaFraction } from './beta.ts'
import { exp, log, log1p } from './elementary.ts'
import { inverseNormalCdf } from './normal.ts'
import { sum } from './sum.ts'

/**
 * Mean of a sample with its confidence interval, in the unit of the values. `sd` is the sample
 * standard deviation (n - 1), 0 for one value; `low` and `high` are null for one value.
 */
export type MeanInterval = {
  readonly mean: number
  readonly sd: number
  readonly low: number | null
  readonly high: number | null
  readonly n: number
}

const INVERSE_SQRT_PI = 0.5641895835477563
const NORMAL_FROM = 1e5

/**
 * Estimate the mean of independent values with a Student-t interval.
 *
 * @param values length >= 1, any unit; not changed.
 * @param level coverage, strictly inside 0..1; default 0.95.
 * @returns mean, sample standard deviation, interval and count.
 * @throws {RangeError} when there are no values or the level is outside 0..1.
 */
export function meanInterval(values: ArrayLike<number>, level: number = 0.95): MeanInterval {
  const n = values.length
  if (n === 0) throw new RangeError('mean of no values; pass at least one')
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`confidence level is '${level}'; use a level inside 0..1`)
  }
  const mean = sum(values) / n
  if (n === 1) return { mean, sd: 0, low: null, high: null, n }
  const squares = new Float64Array(n)
  for (let i = 0; i < n; i++) squares[i] = (values[i]! - mean) * (values[i]! - mean)
  const sd = Math.sqrt(sum(squares) / (n - 1))
  const half = (studentQuantile(0.5 + level / 2, n - 1) * sd) / Math.sqrt(n)
  return { mean, sd, low: mean - half, high: mean + half, n }
}

/**
 * Invert Student's t distribution function.
 *
 * @param p probability in 0..1.
 * @param df degrees of freedom, >= 1, need not be an integer; Infinity is the normal distribution.
 * @returns t with P(T <= t) = p, relative error below 1e-12 for p from 1e-100 up; -Infinity at 0,
 * Infinity at 1, NaN outside.
 * @throws {RangeError} when df is below 1 or NaN.
 */
export function studentQuantile(p: number, df: number): number {
  if (!(df >= 1)) throw new RangeError(`degrees of freedom are '${df}'; use a number >= 1`)
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN
  if (p === 0.5) return 0
  const start = inverseNormalCdf(p)
  if (df > NORMAL_FROM) return expandAroundNormal(start, df)
  const size = solve(p < 0.5 ? p : 1 - p, df, Math.abs(start))
  return p < 0.5 ? -size : size
}

/**
 * Evaluate Student's t distribution function.
 *
 * @param t any number.
 * @param df degrees of freedom, >= 1, need not be an integer.
 * @returns P(T <= t), relative error below 1e-11; NaN for NaN.
 */
export function studentCdf(t: number, df: number): number {
  if (t === 0 || Number.isNaN(t)) return t === 0 ? 0.5 : NaN
  const share = tail(Math.abs(t), df, gammaRatio(df / 2) * INVERSE_SQRT_PI)
  return t < 0 ? share : 1 - share
}

/** Source: Abramowitz and Stegun, 26.7.5 (Fisher and Cornish). */
function expandAroundNormal(z: number, df: number): number {
  const s = z * z
  const g1 = (s + 1) / 4
  const g2 = ((5 * s + 16) * s + 3) / 96
  const g3 = (((3 * s + 19) * s + 17) * s - 15) / 384
  const g4 = ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) / 92160
  return z * (1 + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df)
}

/**
 * t > 0 with P(T > t) = q: Newton on logarithms of t and of the probability, where both ends are
 * nearly straight; the half between 0 and t is matched instead of the tail when it is smaller.
 */
function solve(q: number, df: number, start: number): number {
  const fromCentre = q > 0.25
  const target = log(fromCentre ? 0.5 - q : q)
  const scale = gammaRatio(df / 2) * INVERSE_SQRT_PI
  let u = log(start)
  for (let i = 0; i < 60; i++) {
    const t = exp(u)
    const share = fromCentre ? between(t, df, scale) : tail(t, df, scale)
    const density = (scale / Math.sqrt(df)) * exp((-(df + 1) / 2) * log1p((t * t) / df))
    const slope = (t * density) / share
    const move = ((log(share) - target) / slope) * (fromCentre ? -1 : 1)
    u += move
    if (Math.abs(move) < 1e-15) break
  }
  return exp(u)
}

/** P(T > t) = I_x(df/2, 1/2) / 2 with x = df / (df + t^2). */
function tail(t: number, df: number, scale: number): number {
  const x = 1 / (1 + (t * t) / df)
  if (x > (df / 2 + 1) / (df / 2 + 2.5)) return 0.5 - between(t, df, scale)
  const front = exp((-df / 2) * log1p((t * t) / df)) * (t / Math.sqrt(df + t * t)) * scale
  return front / df / betaFraction(x, df / 2, 0.5)
}

/** P(0 < T < t) = I_x(1/2, df/2) / 2 with x = t^2 / (df + t^2). */
function between(t: number, df: number, scale: number): number {
  const x = (t * t) / (df + t * t)
  if (x > 1.5 / (df / 2 + 2.5)) return 0.5 - tail(t, df, scale)
  const front = exp((-df / 2) * log1p((t * t) / df)) * (t / Math.sqrt(df + t * t)) * scale
  return front / betaFraction(x, 0.5, df / 2)
}

/** Gamma(a + 1/2) / Gamma(a): asymptotic series beyond 60, recurrence below (DLMF 5.11.13). */
function gammaRatio(a: number): number {
  let factor = 1
  for (; a < 60; a++) factor *= a / (a + 0.5)
  const h = 1 / a
  const inner = -21 / 32768 + h * (-399 / 262144 + h * (869 / 4194304 + h * (39325 / 33554432)))
  const series = 1 + h * (-1 / 8 + h * (1 / 128 + h * (5 / 1024 + h * inner)))
  return factor * Math.sqrt(a) * series
}
