import { type Draws, exp, log } from '../../math/index.ts'
import type { Route } from './explore.ts'
import { drawMixture, type Mixture, weightOf } from './gaussian.ts'
import { fitMixture, RELATIVES } from './mixture.ts'
import { CHUNK, createRows } from './plain.ts'
import { NONE } from './splitting.ts'
import type { Estimate, Sampler } from './types.ts'

/** Fewer effective failures than this are no estimate. */
const LEAST_SAMPLE = 10

/** One weight with a larger share than this is no estimate. */
const LARGEST_SHARE = 0.5

/** Natural logarithm of the ratio of two estimates that is never held against them. */
const LEAST_DISAGREEMENT = 0.4

/** Weighted samples that failed, as they come. */
export type Sums = { samples: number; sum: number; squares: number; largest: number }

/** No samples yet. */
export function noSums(): Sums {
  return { samples: 0, sum: 0, squares: 0, largest: 0 }
}

/** Count a sample that failed. */
export function addWeight(sums: Sums, weight: number): void {
  sums.sum += weight
  sums.squares += weight * weight
  sums.largest = Math.max(sums.largest, weight)
}

/** Samples that failed, kept with their weights. */
export type Kept = { readonly points: Float64Array[]; readonly weights: number[] }

/**
 * Sample from a mixture.
 * @param first evaluations made before.
 * @param kept if given, gets a copy of every sample that fails.
 */
export function* sampleMixture(
  mixture: Mixture,
  draws: Draws,
  first: number,
  count: number,
  kept?: Kept,
): Sampler<Sums> {
  const rows = createRows(Math.min(CHUNK, count), mixture[0]!.mean.length)
  const sums = noSums()
  while (sums.samples < count) {
    const points = rows.slice(0, Math.min(rows.length, count - sums.samples))
    const from = first + sums.samples
    points.forEach((point, i) => {
      drawMixture(mixture, draws, from + i, point)
    })
    const values = yield { points, first: from }
    points.forEach((point, i) => {
      if (!(values[i]! < 0)) return
      const weight = weightOf(mixture, point)
      addWeight(sums, weight)
      kept?.points.push(point.slice())
      kept?.weights.push(weight)
    })
    sums.samples += points.length
  }
  return sums
}

/** Draw as many points as there are, each as often as its weight says (systematic resampling). */
export function resampled({ points, weights }: Kept, uniform: number): readonly Float64Array[] {
  const total = weights.reduce((a, b) => a + b, 0)
  let place = 0
  let done = weights[0]!
  return points.map((_, i) => {
    const at = ((i + uniform) * total) / points.length
    while (done < at && place < points.length - 1) done += weights[++place]!
    return points[place]!
  })
}

/** Share of what is left that a first sample has, from which the regions are fitted once more. */
const FIRST = 0.25

/**
 * Estimate a probability by importance sampling: a first sample from the regions that the route
 * found, which mends their weights and sees what the route has missed, then the sample that counts.
 * The estimate comes from the second alone and is unbiased.
 * @param budget evaluations that may be made in all, those of the route included.
 * @param fit a stream for the fits.
 */
export function* importanceTail(
  route: Route,
  budget: number,
  draws: Draws,
  fit: Draws,
): Sampler<Estimate> {
  const worth = route.failures.length / RELATIVES
  let mixture = fitMixture(route.failures, worth, fit)
  const first = Math.floor((budget - route.used) * FIRST)
  const kept: Kept = { points: [], weights: [] }
  const { sum, squares } = yield* sampleMixture(mixture, draws, route.used, first, kept)
  const size = squares > 0 ? (sum * sum) / squares : 0
  if (size > worth) mixture = fitMixture(resampled(kept, fit.uniform(1, 0)), size, fit)
  const from = route.used + first
  return disagreement(
    weightedEstimate(yield* sampleMixture(mixture, draws, from, budget - from)),
    route,
  )
}

/** Refuse an estimate that the route's own rough one contradicts: then a region was missed. */
function disagreement(estimate: Estimate, { probability, samples, levels }: Route): Estimate {
  const ratio = Math.abs(log(estimate.probability / probability))
  // A level of n relatives errs by about sqrt(2 RELATIVES / n) of what passes it.
  const limit = 4 * Math.sqrt((6 * levels.length) / samples) + LEAST_DISAGREEMENT
  if (estimate.reason !== '' || ratio < limit) return estimate
  const [one, other] = [estimate.probability, probability].map((p) => p.toPrecision(2))
  return {
    ...estimate,
    reason: `importance sampling says ${one} and splitting ${other}: a region of failure is likely missed`,
  }
}

/** Put weighted failures into an estimate; the interval is symmetric in the logarithm. */
export function weightedEstimate({ samples, sum, squares, largest }: Sums): Estimate {
  if (!(sum > 0)) return { ...NONE, reason: `none of ${samples} weighted samples failed` }
  const probability = sum / samples
  const variance = Math.max(0, squares / samples - probability * probability) / (samples - 1)
  const standardError = Math.sqrt(variance)
  const factor = exp((1.959963984540054 * standardError) / probability)
  const effectiveSampleSize = (sum * sum) / squares
  const maxWeightShare = largest / sum
  return {
    ...{ probability, standardError, effectiveSampleSize, maxWeightShare },
    low: probability / factor,
    high: Math.min(1, probability * factor),
    interval: '95 % normal in the logarithm',
    reason: degeneracyOf(effectiveSampleSize, maxWeightShare),
  }
}

function degeneracyOf(size: number, share: number): string {
  if (size < LEAST_SAMPLE)
    return `the weights have degenerated: an effective sample of ${size.toFixed(1)} failures`
  if (share > LARGEST_SHARE)
    return `the weights have degenerated: one sample has ${(100 * share).toFixed(0)} % of the sum`
  return ''
}
