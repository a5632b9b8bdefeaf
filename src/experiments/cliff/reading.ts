import { philoxDraws, studentQuantile } from '../../math/index.ts'
import type { Scenario } from '../../scenario/index.ts'
import type { Estimate } from '../estimate.ts'
import { createPairedSum } from '../paired.ts'
import { quantityOf } from '../quantity.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { intervalOf } from './curve.ts'
import { CliffError, type Summary } from './types.ts'

/** Resamples of the paths from which the error of a statistic is told, beside the paths themselves. */
const RESAMPLES = 24

/** How an order parameter is read off the paths of one place. */
export type Reading = {
  /** Name of the measure, and the statistic over paths behind a dot. */
  readonly text: string
  readonly measure: string
  readonly unit: string
  /** True when it has one value per resample, not per path. */
  readonly isStatistic: boolean
  readonly read: (values: Float64Array) => Float64Array
  /** Of what is read, as the search goes by it. */
  readonly summary: Summary
  /** Of the paths themselves, with the interval of the statistic: NaN ends where it has none. */
  readonly level: Summary
  /** Interval of the difference of the statistic at two places by the paths themselves, as `level`. */
  readonly change: (from: Float64Array, to: Float64Array) => Interval
  /** Paths at a place when nothing says otherwise and they differ. */
  readonly paths: number
  /** Why so many paths that differ say nothing about the error; null when they do. */
  readonly doubt: (paths: number) => string | null
}

/** Paths for a mean; and for a statistic, as many of these as its interval needs, else the fewest. */
const MEAN_PATHS = 8
const STATISTIC_PATHS = [64, 72, 100] as const

/** Value of the statistic itself, with Student's interval from the scatter of its resamples. */
function resampled(values: Float64Array): ReturnType<Summary> {
  const value = values[0]!
  const known = values.subarray(1).filter((v) => !Number.isNaN(v))
  const mean = known.reduce((sum, v) => sum + v, 0) / known.length
  const squares = known.reduce((sum, v) => sum + (v - mean) ** 2, 0)
  const df = known.length - 1
  const reach = df > 0 ? studentQuantile(0.975, df) * Math.sqrt(squares / df) : Number.NaN
  return { value, low: value - reach, high: value + reach }
}

/** Rows of resample r of n paths: the paths themselves for r = 0; the same at every place. */
function resample(values: Float64Array, r: number): Float64Array {
  if (r === 0) return values
  const draws = philoxDraws(r, 0, 'resample')
  const n = values.length
  return values.map((_, k) => values[Math.min(n - 1, Math.floor(draws.uniform(k, 0) * n))]!)
}

const orNaN = (value: number | null): number => value ?? Number.NaN

function told({ value, low, high }: Estimate): Interval {
  return { value: orNaN(value), low: orNaN(low), high: orNaN(high) }
}

/**
 * Read `measure` or `measure.statistic`: mean over paths when no statistic is named.
 * @throws {CliffError} when one of both is unknown in this scenario.
 */
export function readingOf(scenario: Scenario, asked: string): Reading {
  const { text, measure, unit, better, name, statistic } = quantityOf(scenario, asked, CliffError)
  if (name === 'mean') {
    const plain = { text, measure, unit, isStatistic: false }
    const doubt = (paths: number) => (paths > 1 ? null : 'one path does not tell how far others go')
    const read = (values: Float64Array) => values
    const change: Reading['change'] = (from, to) => intervalOf(to.map((v, path) => v - from[path]!))
    const told = { summary: intervalOf, level: intervalOf, change }
    return { ...plain, read, ...told, paths: MEAN_PATHS, doubt }
  }
  const of = (values: Float64Array): number => orNaN(statistic(values).value)
  // Whether an interval can be had depends on how many paths there are alone.
  const doubt = (paths: number): string | null => {
    const { low, method } = statistic(Float64Array.from({ length: paths }, (_, k) => k))
    return low === null ? `${name}: ${method}` : null
  }
  return {
    ...{ text, measure, unit, isStatistic: true, summary: resampled, doubt },
    level: (values) => told(statistic(values)),
    change: (from, to) => {
      const isWhole = (_: number, path: number) => !Number.isNaN(from[path]! + to[path]!)
      const term = { statistic: name, better }
      return told(
        createPairedSum(0)([
          { ...term, weight: 1, values: to.filter(isWhole) },
          { ...term, weight: -1, values: from.filter(isWhole) },
        ]),
      )
    },
    paths: STATISTIC_PATHS.find((n) => doubt(n) === null) ?? STATISTIC_PATHS[0],
    read: (values) =>
      Float64Array.from({ length: RESAMPLES + 1 }, (_, r) => of(resample(values, r))),
  }
}
