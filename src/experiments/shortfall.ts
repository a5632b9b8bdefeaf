import {
  excessMoments,
  hallInterval,
  hill,
  type Interval,
  quantile,
  quantileRanks,
  type Shortfall,
  shortfall,
  type TailIndex,
} from '../math/index.ts'
import { type Estimate, inPercent, type Settings, tooFew, without } from './estimate.ts'
import type { Sample } from './sample.ts'

/** Fewer of the worst paths than this give no interval; see docs/coverage.md. */
export const FEWEST_WORST = 5

/** From this tail index down the interval of expected shortfall covers too little; see docs/coverage.md. */
export const HEAVY_TAIL = 2.5

/** Standard errors by which an end may move with the line before all lines count; across a gap it is more. */
const STEADY = 2

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

/** Places, from 0, of the values of the sample that the true quantile may lie at or between. */
function linesOf(sorted: Float64Array, level: number, confidence: number): readonly number[] {
  const n = sorted.length
  const ranks = quantileRanks(n, level, confidence) ?? { low: 1, high: n }
  let below = ranks.low - 1
  for (let k = below; k < ranks.high - 1; k++)
    if (sorted[k + 1]! - sorted[k]! > sorted[below + 1]! - sorted[below]!) below = k
  return [ranks.low - 1, below, Math.min(below + 1, n - 1), ranks.high - 1]
}

/**
 * Enclose expected shortfall when it matters where the quantile lies, such as on one side or the other of
 * a gap between small losses and crashes: the intervals of the lines that it may be, together.
 *
 * The interval hardly depends on the line while values lie close, and is as good as exact there.
 * @param plain interval at the quantile of the sample.
 * @returns null when it does not matter.
 */
function aroundQuantile(
  sorted: Float64Array,
  level: number,
  confidence: number,
  { moments }: Shortfall,
  plain: Interval,
): Interval | null {
  const all = linesOf(sorted, level, confidence).map((k) => {
    const at = excessMoments(sorted, sorted[k]!, level)
    return hallInterval(at.mean, at, confidence)
  })
  const low = Math.min(plain.low, ...all.map((interval) => interval.low))
  const high = Math.max(plain.high, ...all.map((interval) => interval.high))
  const error = moments.sd / Math.sqrt(moments.n)
  const isFar = plain.low - low > STEADY * error || high - plain.high > STEADY * error
  return isFar ? { value: plain.value, low, high } : null
}

/** Expected shortfall of a sample whose large values are bad. */
export function shortfallEstimate(
  sample: Sample,
  level: number,
  { confidence }: Settings,
): Estimate {
  const { n } = sample
  const sorted = sample.sorted()
  const found = shortfall(sorted, level)
  const { value, worst, beyond, moments } = found
  if (worst < FEWEST_WORST) {
    const needed = Math.ceil(Number((FEWEST_WORST / (1 - level)).toPrecision(12)))
    return without(tooFew(n, needed), n, value)
  }
  if (!Number.isFinite(value)) return without('infinite: no interval', n, value)
  const plain = hallInterval(value, moments, confidence)
  const wide = aroundQuantile(sorted, level, confidence, found, plain)
  const { low, high } = wide ?? plain
  const lines = wide === null ? '' : ', for all places that the quantile may have'
  const doubt = doubtOf(sorted, worst, beyond)
  return {
    value,
    // The quantile, and all that is beyond, is not below the smallest value.
    low: Math.max(low, sorted[0]!),
    high,
    method: `${inPercent(confidence)} Hall's transformation over the worst ${Math.floor(worst)} of ${n} paths${lines}${doubt === null ? '' : `; ${doubt}`}`,
    n,
    approximate: doubt !== null,
  }
}
