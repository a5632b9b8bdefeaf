import { chiSquareQuantile, exp, log, normalCdf } from '../../../math/index.ts'

/** Degrees of freedom from which on returns are taken as normal. */
export const NORMAL_DEGREES = 1000

/**
 * Transition probabilities of a Markov chain in continuous time: P = exp(Q t), by uniformisation.
 *
 * @param leaving rate at which each regime is left, 1/year; the others are reached in equal shares.
 * @param years length of time, >= 0.
 * @returns n x n row-major, rows sum to 1; exact up to rounding for any length.
 */
export function transitions(leaving: readonly number[], years: number): Float64Array {
  const n = leaving.length
  const fastest = Math.max(...leaving, 0)
  // Halved often enough that the series of one piece needs few terms.
  let squarings = 0
  let mean = fastest * years
  for (; mean > 0.25; mean /= 2) squarings++
  const jump = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const share = fastest > 0 ? leaving[i]! / fastest : 0
      // A single regime has nowhere to go.
      jump[i * n + j] = n === 1 ? 1 : i === j ? 1 - share : share / (n - 1)
    }
  let power: Float64Array = identity(n)
  let weight = exp(-mean)
  let result: Float64Array = power.map((x) => x * weight)
  for (let k = 1; k < 24; k++) {
    power = product(power, jump, n)
    weight *= mean / k
    result = result.map((x, i) => x + weight * power[i]!)
  }
  for (let k = 0; k < squarings; k++) result = product(result, result, n)
  return result
}

function identity(n: number): Float64Array {
  const one = new Float64Array(n * n)
  for (let i = 0; i < n; i++) one[i * n + i] = 1
  return one
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++)
      for (let j = 0; j < n; j++) out[i * n + j]! += a[i * n + k]! * b[k * n + j]!
  return out
}

/**
 * Share of time in each regime in the long run: inverse to the rate of leaving, as others are reached
 * in equal shares. A regime that is never left takes all; without any leaving the first does.
 */
export function stationaryShares(leaving: readonly number[]): Float64Array {
  const trap = leaving.indexOf(0)
  if (trap >= 0) return Float64Array.from(leaving, (_, i) => (i === trap ? 1 : 0))
  const total = leaving.reduce((sum, rate) => sum + 1 / rate, 0)
  return Float64Array.from(leaving, (rate) => 1 / rate / total)
}

/** First place at which the running sum of `shares[from..from+n-1]` reaches u. */
export function pick(shares: Float64Array, from: number, n: number, u: number): number {
  let sum = 0
  for (let i = 0; i < n - 1; i++) {
    sum += shares[from + i]!
    if (u < sum) return i
  }
  return n - 1
}

const REACH = 8.25
const PER_SD = 16

/** Variance that mixes normals to Student's t of unit variance, from a standard normal score. */
export type MixingVariance = (z: number) => number

/**
 * Tabulate (nu - 2) / chi-square(nu) as an increasing function of a normal score, so that one normal draw
 * gives the variance of one period. Interpolated by cubics in its logarithm; relative error below 1e-6
 * within 8 standard deviations.
 *
 * @param degrees nu > 2; `NORMAL_DEGREES` or more: always 1.
 */
export function mixingVariance(degrees: number): MixingVariance {
  if (degrees >= NORMAL_DEGREES) return () => 1
  const table = Float64Array.from({ length: 2 * REACH * PER_SD + 1 }, (_, k) => {
    const z = k / PER_SD - REACH
    // A large score is a small chi-square, so tails of returns are upper tails of the draw.
    return log((degrees - 2) / chiSquareQuantile(normalCdf(-z), normalCdf(z), degrees))
  })
  const last = table.length - 3
  return (z) => {
    const at = (Math.max(-REACH, Math.min(REACH, z)) + REACH) * PER_SD
    const k = Math.max(1, Math.min(last, Math.floor(at)))
    const t = at - k
    const [a, b, c, d] = [table[k - 1]!, table[k]!, table[k + 1]!, table[k + 2]!]
    // Lagrange's cubic through four neighbours.
    const inner = b * (t * t - 1) * (t - 2) * 0.5 - c * t * (t + 1) * (t - 2) * 0.5
    const outer = (d * t * (t * t - 1) - a * t * (t - 1) * (t - 2)) / 6
    return exp(inner + outer)
  }
}
