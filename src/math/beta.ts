import { exp, log, log1p } from './elementary.ts'
import { bisect } from './roots.ts'

const TWO_PI = 6.283185307179586
const SERIES_FROM = 15

/** ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi) / 2), by Stirling's series (DLMF 5.11.1). */
function stirlingRest(x: number): number {
  let rest = 0
  for (; x < SERIES_FROM; x++) rest += (x + 0.5) * log1p(1 / x) - 1
  const h = 1 / (x * x)
  return rest + (1 / 12 - h * (1 / 360 - h * (1 / 1260 - h * (1 / 1680 - h / 1188)))) / x
}

/**
 * Evaluate x^a (1-x)^b / B(a, b). Written around its mode, so that nothing cancels when a and b are
 * the counts of a large sample.
 */
function kernel(a: number, b: number, x: number): number {
  const s = a + b
  const away = x * s - a
  const power = a * log1p(away / a) + b * log1p(-away / b)
  const rest = stirlingRest(s) - stirlingRest(a) - stirlingRest(b)
  return exp(power + rest) * Math.sqrt((a * b) / (TWO_PI * s))
}

/**
 * Evaluate the denominator of the continued fraction of I_x(a, b) by Lentz's recurrence.
 *
 * @param x argument, below about (a + 1) / (a + b + 2) for quick convergence.
 * @returns D with I_x(a, b) = x^a (1-x)^b / (a B(a, b) D).
 * Source: DLMF 8.17.22.
 */
export function betaFraction(x: number, a: number, b: number): number {
  let value = 1
  let c = 1
  let d = 0
  for (let k = 1; k < 20_000; k++) {
    const m = k >> 1
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    const term = (k & 1) === 0 ? even : odd
    d = 1 / (1 + term * d)
    c = 1 + term / c
    value *= c * d
    if (Math.abs(c * d - 1) < 1e-16) break
  }
  return value
}

/**
 * Evaluate the regularised incomplete beta function, the distribution function of Beta(a, b).
 *
 * @param a above 0, up to about 1e8; b likewise.
 * @param x argument in 0..1.
 * @returns I_x(a, b) in 0..1, absolute error below 1e-12.
 * @throws {RangeError} when an argument is outside its range.
 * Source: DLMF 8.17.
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0)) throw new RangeError(`beta of '${a}' and '${b}'; use numbers above 0`)
  if (!(x >= 0 && x <= 1)) throw new RangeError(`beta argument is '${x}'; use one in 0..1`)
  if (x === 0 || x === 1) return x
  if (x > (a + 1) / (a + b + 2)) return 1 - kernel(a, b, x) / b / betaFraction(1 - x, b, a)
  return kernel(a, b, x) / a / betaFraction(x, a, b)
}

/**
 * Add up binomial probabilities: P(X <= k) of X successes in n trials.
 *
 * @param k whole number; below 0 gives 0, from n on 1.
 * @param n trials, whole number >= 1.
 * @param p chance of a success in 0..1.
 */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0
  return k >= n ? 1 : incompleteBeta(n - k, k + 1, 1 - p)
}

/** An interval in 0..1. */
export type Share = { readonly value: number; readonly low: number; readonly high: number }

/**
 * Estimate a probability from independent yes-or-no outcomes, with the exact interval: each side errs
 * with at most half of 1 - level, whatever the probability.
 *
 * @param k how often it happened, 0..n.
 * @param n outcomes, >= 1.
 * @param level coverage, strictly inside 0..1; default 0.95.
 * @throws {RangeError} when an argument is outside its range.
 * Source: Clopper and Pearson, "The use of confidence or fiducial limits" (1934).
 */
export function clopperPearson(k: number, n: number, level: number = 0.95): Share {
  if (!(n >= 1 && k >= 0 && k <= n)) throw new RangeError(`${k} of ${n}; use 0 <= k <= n, n >= 1`)
  if (!(level > 0 && level < 1))
    throw new RangeError(`confidence level is '${level}'; use a level inside 0..1`)
  const side = (1 - level) / 2
  // With no event, or nothing but events, the bound has a closed form.
  const extreme = exp(log(side) / n)
  const solve = (f: (p: number) => number): number => bisect(f, 0, 1, { tolerance: 1e-15 })
  let low = 0
  let high = 1
  if (k === n) low = extreme
  else if (k > 0) low = solve((p) => incompleteBeta(k, n - k + 1, p) - side)
  if (k === 0) high = 1 - extreme
  else if (k < n) high = solve((p) => 1 - side - incompleteBeta(k + 1, n - k, p))
  return { value: k / n, low, high }
}

/** Places of two order statistics, from 1. */
export type Ranks = { readonly low: number; readonly high: number }

/**
 * Find the order statistics that enclose a quantile with a stated probability whatever the
 * distribution is, lumps included: each side errs with at most half of 1 - level.
 *
 * @param n independent values, >= 1.
 * @param p level of the quantile, strictly inside 0..1.
 * @param level coverage, strictly inside 0..1; default 0.95.
 * @returns the ranks, or null where n values are too few (`valuesForQuantile` says how many do).
 * Source: David and Nagaraja, "Order Statistics" (2003), section 7.1.
 */
export function quantileRanks(n: number, p: number, level: number = 0.95): Ranks | null {
  const side = (1 - level) / 2
  /** The smallest k with P(X <= k) above or at the bound, X binomial. */
  const first = (bound: number): number => {
    let [from, to] = [0, n]
    while (from < to) {
      const k = (from + to) >> 1
      if (binomialCdf(k, n, p) >= bound) to = k
      else from = k + 1
    }
    return from
  }
  // P(X_(low) > q) <= P(X < low), P(X_(high) < q) <= P(X >= high).
  const low = binomialCdf(first(side), n, p) > side ? first(side) : first(side) + 1
  const high = first(1 - side) + 1
  return low >= 1 && high <= n ? { low, high } : null
}

/**
 * Count the values that a two-sided interval of a quantile needs (`quantileRanks`): 368 for the 99 %
 * quantile at 95 % confidence.
 *
 * @param p level of the quantile, strictly inside 0..1.
 * @param level coverage, strictly inside 0..1; default 0.95.
 */
export function valuesForQuantile(p: number, level: number = 0.95): number {
  let n = Math.ceil(log((1 - level) / 2) / log(Math.max(p, 1 - p)))
  while (quantileRanks(n, p, level) === null) n++
  while (n > 1 && quantileRanks(n - 1, p, level) !== null) n--
  return n
}
