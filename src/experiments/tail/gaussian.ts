import { type Draws, exp, log, symmetricEigen } from '../../math/index.ts'
import { drawPoint } from './plain.ts'

/**
 * A normal law: variance `spread` in every direction but the `axes` (unit vectors), which have
 * `variances` of their own.
 */
export type Gaussian = {
  readonly weight: number
  readonly mean: Float64Array
  readonly spread: number
  readonly axes: readonly Float64Array[]
  readonly variances: readonly number[]
  /** log of weight / sqrt(determinant of the covariance). */
  readonly logScale: number
}

/** A mixture of normal laws. */
export type Mixture = readonly Gaussian[]

/**
 * No variance is below this: above 1/2 the weights of the nominal law have a finite variance in any
 * dimension, however narrow the region of failure is.
 */
const LEAST_VARIANCE = 0.6

/**
 * Dimensions up to which regions are told apart and their shapes looked at beyond a mean width: in
 * more, families of points that descend from one look like regions of their own.
 */
export const SHAPED_UP_TO = 20

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!
  return total
}

/** Make a normal law. */
export function gaussian(
  weight: number,
  mean: Float64Array,
  spread: number = 1,
  axes: readonly Float64Array[] = [],
  variances: readonly number[] = [],
): Gaussian {
  let logDet = (mean.length - axes.length) * log(spread)
  for (const variance of variances) logDet += log(variance)
  return { weight, mean, spread, axes, variances, logScale: log(weight) - logDet / 2 }
}

/** Choose a place with a probability in proportion to its weight; `uniform` in 0..1 decides. */
export function chooseIndex(weights: ArrayLike<number>, uniform: number): number {
  let left = 0
  for (let i = 0; i < weights.length; i++) left += weights[i]!
  left *= uniform
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!
    if (left < 0) return i
  }
  return weights.length - 1
}

/** Draw a point of a mixture: evaluation `number` of the stream. @param out overwritten. */
export function drawMixture(
  mixture: Mixture,
  draws: Draws,
  number: number,
  out: Float64Array,
): void {
  drawPoint(draws, number, out)
  const weights = mixture.map(({ weight }) => weight)
  const chosen = mixture[chooseIndex(weights, draws.uniform(number, 0xfffffffe))]!
  const root = Math.sqrt(chosen.spread)
  const along = chosen.axes.map((axis) => dot(axis, out))
  for (let i = 0; i < out.length; i++) out[i] = chosen.mean[i]! + root * out[i]!
  chosen.axes.forEach((axis, k) => {
    const extra = (Math.sqrt(chosen.variances[k]!) - root) * along[k]!
    for (let i = 0; i < out.length; i++) out[i]! += extra * axis[i]!
  })
}

/** Log density of one law times its weight, but for the constant (2 pi)^(-d/2). */
function logDensity(law: Gaussian, x: Float64Array): number {
  const { mean, spread, axes, variances } = law
  let form = 0
  for (let i = 0; i < x.length; i++) form += (x[i]! - mean[i]!) * (x[i]! - mean[i]!)
  form /= spread
  for (let k = 0; k < axes.length; k++) {
    const axis = axes[k]!
    let along = 0
    for (let i = 0; i < x.length; i++) along += axis[i]! * (x[i]! - mean[i]!)
    form += along * along * (1 / variances[k]! - 1 / spread)
  }
  return law.logScale - form / 2
}

/** Weight of a point: density of the standard normal law over that of the mixture. */
export function weightOf(mixture: Mixture, x: Float64Array): number {
  const nominal = -dot(x, x) / 2
  let total = 0
  for (const law of mixture) total += exp(logDensity(law, x) - nominal)
  return 1 / total
}

/** Covariance of weighted points around their mean, row-major. */
function covarianceOf(
  points: readonly Float64Array[],
  shares: Float64Array,
  mean: Float64Array,
): Float64Array {
  const n = mean.length
  const out = new Float64Array(n * n)
  let total = 0
  points.forEach((point, p) => {
    const share = shares[p]!
    total += share
    for (let i = 0; i < n; i++) {
      const x = share * (point[i]! - mean[i]!)
      for (let j = 0; j <= i; j++) out[i * n + j]! += x * (point[j]! - mean[j]!)
    }
  })
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) out[i * n + j] = out[j * n + i] = out[i * n + j]! / total
  return out
}

function meanSquare(points: readonly Float64Array[], shares: Float64Array, mean: Float64Array) {
  let total = 0
  let squares = 0
  points.forEach((point, p) => {
    total += shares[p]!
    for (let i = 0; i < mean.length; i++) squares += shares[p]! * (point[i]! - mean[i]!) ** 2
  })
  return squares / total / mean.length
}

/**
 * Common variance of the eigenvalues that noise alone explains, and which of them it does not:
 * with n points in d dimensions, noise spreads equal variances over (1 -+ sqrt(d/n))^2.
 */
function bulkOf(values: Float64Array, points: number): { spread: number; isOut: boolean[] } {
  const width = Math.sqrt(Math.min(1, values.length / points))
  let spread = values[values.length >> 1]!
  let isOut: boolean[] = []
  for (let pass = 0; pass < 4; pass++) {
    const [low, high] = [(1 - width) ** 2 * spread, (1 + width) ** 2 * spread]
    isOut = Array.from(values, (value) => value < low || value > high)
    const inside = values.filter((_, k) => !isOut[k])
    if (inside.length > 0) spread = inside.reduce((a, b) => a + b, 0) / inside.length
  }
  return { spread, isOut }
}

/**
 * Fit a normal law to weighted points, with the directions in which its width differs beyond noise.
 * @param shares weight of each point.
 * @param worth number of independent points that all are worth.
 */
export function fitGaussian(
  weight: number,
  mean: Float64Array,
  points: readonly Float64Array[],
  shares: Float64Array,
  worth: number,
): Gaussian {
  const n = mean.length
  const size = (worth * shares.reduce((a, b) => a + b, 0)) / points.length
  const clip = (variance: number): number => Math.max(LEAST_VARIANCE, variance)
  if (n > SHAPED_UP_TO || size < 2 * n)
    return gaussian(weight, mean, clip(meanSquare(points, shares, mean)))
  const { values, vectors } = symmetricEigen(covarianceOf(points, shares, mean), n)
  const { spread, isOut } = bulkOf(values, size)
  const out = [...values.keys()].filter((k) => isOut[k] && clip(values[k]!) !== clip(spread))
  const axes = out.map((k) => vectors.slice(k * n, (k + 1) * n))
  const variances = out.map((k) => clip(values[k]!))
  return gaussian(weight, mean, clip(spread), axes, variances)
}
