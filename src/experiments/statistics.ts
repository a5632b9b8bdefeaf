import {
  clopperPearson,
  meanInterval,
  quantile,
  quantileRanks,
  sortedCopy,
  valuesForQuantile,
} from '../math/index.ts'
import type { MeasureInfo } from '../measures/index.ts'

/** A number over paths with its interval, in the unit of the measure. */
export type Estimate = {
  /** Null when no path has a value. */
  readonly value: number | null
  /** Null on both sides, or on one, when that side cannot be had; `method` says why. */
  readonly low: number | null
  readonly high: number | null
  /** How value and interval were made, in words. */
  readonly method: string
  /** Paths that have a value. */
  readonly n: number
  /** Whether the interval may cover the truth less often than it says. */
  readonly approximate: boolean
}

/** Options of a statistic. */
export type EstimateOptions = {
  /** Coverage of the interval, inside 0..1; default 0.95. */
  readonly confidence?: number
  /** Which end of the measure is bad; default `lower`: the smaller the better, large values are losses. */
  readonly better?: MeasureInfo['better']
  /** `probability`: values are 0 or 1 and the mean has the exact interval of a share. */
  readonly unit?: string
}

/** A statistic of numbers per path; NaN means that a path has none. */
export type Statistic = (values: Float64Array, options?: EstimateOptions) => Estimate

const CONFIDENCE = 0.95

/** Percent with no more digits than needed. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`
}

function knownOf(values: Float64Array): Float64Array {
  return values.filter((v) => !Number.isNaN(v))
}

function none(method: string, n: number, value: number | null = null): Estimate {
  return { value, low: null, high: null, method, n, approximate: false }
}

const NOTHING = 'no path has a value'

/** Wrap a statistic of known values, at least one. */
function known(
  estimate: (values: Float64Array, confidence: number, options: EstimateOptions) => Estimate,
): Statistic {
  return (values, options = {}) => {
    const confidence = options.confidence ?? CONFIDENCE
    if (!(confidence > 0 && confidence < 1))
      throw new RangeError(`confidence is '${confidence}'; use a level inside 0..1, such as 0.95`)
    const numbers = knownOf(values)
    return numbers.length === 0 ? none(NOTHING, 0) : estimate(numbers, confidence, options)
  }
}

/** Mean over paths: Student t; the exact interval of a share when values are outcomes. */
export const meanOf: Statistic = known((values, confidence, { unit }) => {
  const n = values.length
  const { mean, low, high } = meanInterval(values, confidence)
  if (unit === 'probability') {
    const share = clopperPearson(Math.round(mean * n), n, confidence)
    return { ...share, method: `${percent(confidence)} Clopper-Pearson`, n, approximate: false }
  }
  if (low === null) return none('one path: no interval', n, mean)
  return {
    ...{ value: mean, low, high, n },
    method: `${percent(confidence)} Student t`,
    approximate: false,
  }
})

/** Sample standard deviation (n - 1). */
export const deviationOf: Statistic = known((values) =>
  none('sample standard deviation; no interval', values.length, meanInterval(values).sd),
)

function extremeOf(side: 'smallest' | 'largest'): Statistic {
  return known((values) => {
    const n = values.length
    const value = sortedCopy(values)[side === 'smallest' ? 0 : n - 1]!
    return none(`${side} of ${n} paths; one more path goes beyond with chance 1/${n + 1}`, n, value)
  })
}

/** Quantile of the values at a level inside 0..1. */
export function quantileOf(level: number): Statistic {
  checkLevel(level)
  return known((values, confidence) => {
    const n = values.length
    const sorted = sortedCopy(values)
    const value = quantile(sorted, level)
    const ranks = quantileRanks(n, level, confidence)
    if (ranks === null) {
      const needed = valuesForQuantile(level, confidence)
      return none(`${n} paths: a ${percent(confidence)} interval needs ${needed}`, n, value)
    }
    return {
      ...{ value, low: sorted[ranks.low - 1]!, high: sorted[ranks.high - 1]!, n },
      method: `${percent(confidence)} order statistics ${ranks.low} and ${ranks.high} of ${n} (binomial)`,
      approximate: false,
    }
  })
}

function checkLevel(level: number): void {
  if (!(level > 0 && level < 1))
    throw new RangeError(`level is '${level}'; use a share inside 0..1, such as 0.99`)
}

/** Mean of the worst (1 - level) share of sorted values; the one that straddles the line counts in part. */
function tailMean(sorted: Float64Array, level: number): number {
  const share = sorted.length * (1 - level)
  let total = 0
  let left = share
  for (let k = sorted.length - 1; k >= 0 && left > 0; k--) {
    total += sorted[k]! * Math.min(1, left)
    left -= 1
  }
  return total / share
}

/** Turn a measure so that large values are bad, take a statistic, and turn back. */
function mirrored(statistic: Statistic): Statistic {
  return (values, options = {}) => {
    if (options.better !== 'higher') return statistic(values, options)
    const { value, low, high, ...rest } = statistic(
      values.map((v) => -v),
      options,
    )
    const back = (v: number | null): number | null => (v === null ? null : 0 - v)
    return { ...{ value: back(value), low: back(high), high: back(low) }, ...rest }
  }
}

function shortfallOf(level: number): Statistic {
  checkLevel(level)
  return mirrored(
    known((values) => none('no interval yet', values.length, tailMean(sortedCopy(values), level))),
  )
}

/**
 * Find a statistic by name: mean, sd, min, max, pNN, varNN, esNN (NN in percent, may have decimals).
 * @returns null when the name is none of these.
 */
export function statisticOf(name: string): Statistic | null {
  if (name === 'mean') return meanOf
  if (name === 'sd') return deviationOf
  if (name === 'min') return extremeOf('smallest')
  if (name === 'max') return extremeOf('largest')
  const match = /^(p|var|es)(\d+(?:\.\d+)?)$/.exec(name)
  const level = match ? Number(match[2]) / 100 : Number.NaN
  if (!match || !(level > 0 && level < 1)) return null
  if (match[1] === 'es') return shortfallOf(level)
  return match[1] === 'p' ? quantileOf(level) : mirrored(quantileOf(level))
}
