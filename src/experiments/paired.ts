import {
  hallInterval,
  type Interval,
  inverseNormalCdf,
  momentsOf,
  philoxDraws,
  sampleQuantile,
  shortfall,
  sortedCopy,
  studentQuantile,
  sum,
} from '../math/index.ts'
import { alike, type Estimate, inPercent, without } from './estimate.ts'
import { statisticOf } from './statistics.ts'

/** A statistic of numbers of the same paths as those of other terms, times a weight. */
export type PairedTerm = {
  readonly weight: number
  /** `mean`, `sd`, `pNN`, `varNN` or `esNN`; `min` and `max` have no interval. */
  readonly statistic: string
  /** Which end of the numbers is good. */
  readonly better: 'lower' | 'higher'
  /** One number per path, none of them NaN; all terms equally long. */
  readonly values: Float64Array
}

/** Times that the paths are drawn again: the error of a standard error from it is 4 %. */
const RESAMPLES = 300

/** The statistic of one term as a mean over paths, to first order, and the paths that it rests on. */
type Influence = { readonly values: Float64Array; readonly tail: number }

function levelOf(statistic: string): number {
  return Number(statistic.replace(/^\D+/, '')) / 100
}

/** Whole number of paths in a share of n. */
function countOf(n: number, share: number): number {
  // 100 (1 - 0.95) is 5.000000000000004 in floating point, and 100 (1 - 0.9) is 9.999999999999998.
  return Math.floor(Number((n * share).toPrecision(12)))
}

/**
 * The influence of paths on a quantile q: (level - [x <= q]) / density, where the density is the one at which
 * the normal interval is as wide as the exact one of order statistics.
 */
function ofQuantile(values: Float64Array, level: number, width: number, z: number): Float64Array {
  const n = values.length
  const q = sampleQuantile(sortedCopy(values), level)
  const scale = width / (2 * z * Math.sqrt((level * (1 - level)) / n))
  return values.map((v) => scale * ((v > q ? 1 : 0) - (1 - level)))
}

/** Source: Rockafellar and Uryasev (2002), as `shortfall`: the mean of these is expected shortfall. */
function ofShortfall(values: Float64Array, level: number): Float64Array {
  const line = sampleQuantile(sortedCopy(values), level)
  return values.map((v) => Math.max(0, v - line) / (1 - level))
}

/** @returns null for a statistic without an interval. */
function influenceOf(term: PairedTerm, confidence: number, own: Estimate): Influence | null {
  const { statistic, values } = term
  const n = values.length
  if (own.low === null || own.high === null || n < 2) return null
  if (statistic === 'mean') return { values, tail: n - 1 }
  if (statistic === 'sd') {
    const { mean, sd } = momentsOf(values)
    const squares = values.map((v) => (sd === 0 ? 0 : ((v - mean) * (v - mean)) / (2 * sd)))
    return { values: squares, tail: n - 1 }
  }
  const level = levelOf(statistic)
  const turn = term.better === 'higher' && !statistic.startsWith('p') ? -1 : 1
  const turned = turn === 1 ? values : values.map((v) => -v)
  const z = inverseNormalCdf(0.5 + confidence / 2)
  const isTail = statistic.startsWith('es')
  const found = isTail
    ? ofShortfall(turned, level)
    : ofQuantile(turned, level, own.high - own.low, z)
  const tail = countOf(n, isTail ? 1 - level : Math.min(level, 1 - level))
  return { values: turn === 1 ? found : found.map((v) => -v), tail: Math.max(1, tail) }
}

function sumOf(terms: readonly PairedTerm[], columns: readonly Float64Array[]): Float64Array {
  return columns[0]!.map((_, k) =>
    terms.reduce((total, { weight }, t) => total + weight * columns[t]![k]!, 0),
  )
}

/** The statistic alone, which is asked for again and again. */
function pointOf({ statistic, better, values }: PairedTerm): number {
  if (statistic === 'mean') return sum(values) / values.length
  if (statistic === 'sd') return momentsOf(values).sd
  const turn = better === 'higher' && !statistic.startsWith('p') ? -1 : 1
  const sorted = sortedCopy(turn === 1 ? values : values.map((v) => -v))
  const level = levelOf(statistic)
  const isTail = statistic.startsWith('es')
  return turn * (isTail ? shortfall(sorted, level).value : sampleQuantile(sorted, level))
}

/** Estimates sums of statistics over the same paths. */
export type PairedSum = (terms: readonly PairedTerm[], confidence?: number) => Estimate

/** Statistics of paths drawn again, the same draws for all terms; worked out once for the same numbers. */
function createReplicas(seed: number) {
  const known = new WeakMap<Float64Array, Map<string, Float64Array>>()
  const { uniform } = philoxDraws(seed, 0, 'experiments/paired')
  return (term: PairedTerm): Float64Array => {
    const { values, statistic, better } = term
    const own = known.get(values) ?? new Map<string, Float64Array>()
    known.set(values, own)
    const key = `${statistic} ${better}`
    const before = own.get(key)
    if (before) return before
    const n = values.length
    const drawn = new Float64Array(n)
    const replicas = Float64Array.from({ length: RESAMPLES }, (_, draw) => {
      for (let k = 0; k < n; k++) drawn[k] = values[Math.floor(uniform(draw, k) * n)]!
      return pointOf({ ...term, values: drawn })
    })
    own.set(key, replicas)
    return replicas
  }
}

/** The farthest ends of intervals, each stretched from the value. */
function hullOf(value: number, intervals: readonly Interval[], stretch: number): Interval {
  const low = Math.min(...intervals.map((own) => own.low))
  const high = Math.max(...intervals.map((own) => own.high))
  return { value, low: value - stretch * (value - low), high: value + stretch * (high - value) }
}

/**
 * Make the estimator of sums of statistics over the same paths, such as of the differences of tails of two
 * worlds. To first order such a sum is a mean over paths, of the influence of each; its interval is the wider
 * of Hall's and the normal one of that mean, and of one from paths drawn again where there are quantiles,
 * whose order statistics scatter where the influences of two worlds cancel. It is stretched by Student's t of
 * the paths in the smallest tail. Coverage: paired.test.ts.
 * @param seed of the draws of paths.
 */
export function createPairedSum(seed: number): PairedSum {
  const replicasOf = createReplicas(seed)
  return (terms, confidence = 0.95) => {
    const n = terms[0]!.values.length
    if (n === 0) return without('no path has a value in all worlds', 0)
    const levels = terms.map(({ statistic, better, values }) =>
      statisticOf(statistic)!(values, { better, confidence }),
    )
    const value = terms.reduce((total, { weight }, t) => total + weight * levels[t]!.value!, 0)
    const parts: Influence[] = []
    for (const [t, term] of terms.entries()) {
      const part = influenceOf(term, confidence, levels[t]!)
      if (part === null)
        return without(n === 1 ? 'one path: no interval' : levels[t]!.method, n, value)
      parts.push(part)
    }
    const column = sumOf(
      terms,
      parts.map(({ values }) => values),
    )
    const moments = momentsOf(column)
    const z = inverseNormalCdf(0.5 + confidence / 2)
    const around = (error: number) => ({ value, low: value - z * error, high: value + z * error })
    const intervals = [hallInterval(value, moments, confidence), around(moments.sd / Math.sqrt(n))]
    if (terms.some(({ statistic }) => /^(p|var)\d/.test(statistic)))
      intervals.push(around(momentsOf(sumOf(terms, terms.map(replicasOf))).sd))
    const tail = Math.min(...parts.map((part) => part.tail))
    const stretch = studentQuantile(0.5 + confidence / 2, tail) / z
    const { low, high } = hullOf(value, intervals, stretch)
    // What all paths of the tail share may be theirs alone.
    if (low === high && value !== 0) return { ...alike(value, tail, confidence), n }
    const method = `${inPercent(confidence)} by the influence of ${n} paths, ${tail} of them in the tail`
    return { value, low, high, method, n, approximate: true }
  }
}
