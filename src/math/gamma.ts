import { exp, log } from './elementary.ts'

/** Coefficients of Lanczos' series for g = 7, nine terms (Godfrey 2001). */
const LANCZOS: Float64Array = Float64Array.from([
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
  12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
])
const HALF_LOG_2PI = 0.9189385332046727

/**
 * Evaluate the logarithm of the gamma function.
 *
 * @param x positive.
 * @returns ln Gamma(x), absolute or relative error (the larger allowance) below 1e-13; NaN at 0 and below.
 * Source: Lanczos, SIAM Journal on Numerical Analysis B 1 (1964).
 */
export function logGamma(x: number): number {
  if (!(x > 0)) return NaN
  let series = LANCZOS[0]!
  for (let i = 1; i < LANCZOS.length; i++) series += LANCZOS[i]! / (x + i - 1)
  const t = x + 6.5
  return HALF_LOG_2PI + (x - 0.5) * log(t) - t + log(series)
}

const MAX_TERMS = 100_000

/** Lower part by its power series; converges fast for x < a + 1. */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let total = term
  for (let n = 1; n < MAX_TERMS; n++) {
    term *= x / (a + n)
    total += term
    if (term < total * 1e-17) break
  }
  return total * exp(a * log(x) - x - logGamma(a))
}

/** Upper part by its continued fraction with Lentz's recurrence; converges fast for x > a + 1. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1e300
  let d = 1 / b
  let value = d
  for (let n = 1; n < MAX_TERMS; n++) {
    const an = -n * (n - a)
    b += 2
    d = 1 / (an * d + b)
    c = b + an / c
    value *= c * d
    if (Math.abs(c * d - 1) < 1e-16) break
  }
  return value * exp(a * log(x) - x - logGamma(a))
}

/**
 * Evaluate the regularised upper incomplete gamma function, P(G > x) of a gamma variable of shape a.
 *
 * @param a shape, positive; x >= 0.
 * @returns probability; relative error below 1e-11 for a up to 1e4. NaN outside the domain.
 * Source: DLMF 8.11.4, 8.9.2.
 */
export function gammaTail(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) return NaN
  if (x === 0) return 1
  if (x === Infinity) return 0
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x)
}

/** P(G <= x): see `gammaTail`; keeps its relative accuracy near 0. */
export function gammaCdf(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) return NaN
  if (x === 0) return 0
  return x < a + 1 ? lowerSeries(a, x) : 1 - upperFraction(a, x)
}

/**
 * Evaluate P(X > x) of a chi-square variable.
 *
 * @param x any number; df degrees of freedom, positive.
 */
export function chiSquareTail(x: number, df: number): number {
  return x <= 0 ? 1 : gammaTail(df / 2, x / 2)
}

/**
 * Invert the chi-square distribution.
 *
 * @param p lower probability, strictly inside 0..1; `upper` = 1 - p, given apart so that neither tail
 * loses its digits.
 * @param df degrees of freedom, positive.
 * @returns x with P(X <= x) = p, relative error below 1e-10.
 */
export function chiSquareQuantile(p: number, upper: number, df: number): number {
  const a = df / 2
  const isLow = p < 0.5
  const target = log(isLow ? p : upper)
  // Newton on the logarithms of argument and probability, kept inside a bracket.
  let [low, high] = [-800, log(a + 800)]
  let u = log(a)
  for (let i = 0; i < 200; i++) {
    const x = exp(u)
    const share = isLow ? gammaCdf(a, x) : gammaTail(a, x)
    const gap = log(share) - target
    if (gap > 0 === isLow) high = u
    else low = u
    const density = exp(a * u - x - logGamma(a))
    const step = ((isLow ? -1 : 1) * gap * share) / density
    const trial = u + step
    const next = trial > low && trial < high ? trial : (low + high) / 2
    if (Math.abs(next - u) < 1e-13) return 2 * exp(next)
    u = next
  }
  return 2 * exp(u)
}
