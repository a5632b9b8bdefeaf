import { hallInterval, hill, quantile, shortfall, type TailIndex } from '../math/index.ts'
import { type Estimate, inPercent, type Settings, tooFew, without } from './estimate.ts'
import type { Sample } from './sample.ts'

/** Fewer of the worst paths than this give no interval; see docs/coverage.md. */
export const FEWEST_WORST = 5

/** From this tail index down the interval of expected shortfall covers too little; see docs/coverage.md. */
export const HEAVY_TAIL = 2.5

/** Most values that a tail index is estimated from, and fewest. */
const TAIL_VALUES = { most: 1000, fewest: 10 }

/**
 * Estimate the tail index of the large values as the intervals judge it: of distances from the smallest
 * value, or from the median where there are negative ones, because losses may start anywhere.
 * @param k how many of the largest values are the tail.
 * @returns null when fewer than `FEWEST_WORST` values lie beyond that origin.
 */
export function tailIndexOf(sorted: Float64Array, k: number): TailIndex | null {
  const origin = sorted[0]! < 0 ? quantile(sorted, 0.5) : sorted[0]!
  const first = sorted.findIndex((v) => v > origin)
  const positive = first < 0 ? 0 : sorted.length - first
  if (positive < FEWEST_WORST) return null
  const wanted = Math.min(Math.max(Math.floor(k), TAIL_VALUES.fewest), TAIL_VALUES.most)
  const used = Math.min(wanted, positive - 1)
  return hill(
    sorted.slice(-used - 1).map((v) => v - origin),
    used,
  )
}

/** Why an interval of expected shortfall is only approximate; null when it is not. */
function doubtOf(sorted: Float64Array, worst: number, beyond: number): string | null {
  if (sorted[0] === sorted[sorted.length - 1])
    return `all ${sorted.length} paths are equal; rarer values would not show`
  if (beyond < FEWEST_WORST)
    return `only ${beyond} of the worst ${Math.floor(worst)} paths lie above the quantile`
  const tail = tailIndexOf(sorted, worst)
  if (tail === null) return 'too few paths for a tail index'
  if (tail.index >= HEAVY_TAIL) return null
  const [index, error] = [tail.index, tail.standardError].map((v) => v.toPrecision(2))
  return `approximate: tail index ${index} (s.e. ${error}) is below ${HEAVY_TAIL}`
}

/** Expected shortfall of a sample whose large values are bad. */
export function shortfallEstimate(
  sample: Sample,
  level: number,
  { confidence }: Settings,
): Estimate {
  const { n } = sample
  const sorted = sample.sorted()
  const { value, worst, beyond, moments } = shortfall(sorted, level)
  if (worst < FEWEST_WORST) {
    const needed = Math.ceil(Number((FEWEST_WORST / (1 - level)).toPrecision(12)))
    return without(tooFew(n, needed), n, value)
  }
  if (!Number.isFinite(value)) return without('infinite: no interval', n, value)
  const interval = hallInterval(value, moments, confidence)
  const doubt = doubtOf(sorted, worst, beyond)
  return {
    value,
    // The quantile, and all that is beyond, is not below the smallest value.
    low: Math.max(interval.low, sorted[0]!),
    high: interval.high,
    method: `${inPercent(confidence)} Hall's transformation over the worst ${Math.floor(worst)} of ${n} paths${doubt === null ? '' : `; ${doubt}`}`,
    n,
    approximate: doubt !== null,
  }
}
