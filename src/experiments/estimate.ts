import { pow } from '../math/index.ts'
import type { MeasureInfo } from '../measures/index.ts'
import { type Sample, sampleOf } from './sample.ts'

/** A number over paths with its interval, in the unit of the measure. */
export type Estimate = {
  /** Null when no path has a value. */
  readonly value: number | null
  /** Null on one side or both when that side cannot be had; `method` says why. */
  readonly low: number | null
  readonly high: number | null
  /** How value and interval were made, in words. */
  readonly method: string
  /** Paths that have a value. */
  readonly n: number
  /** Whether the interval may cover the truth clearly less often than it says; `method` says why. */
  readonly approximate: boolean
}

/** Options of a statistic. */
export type EstimateOptions = {
  /** Coverage of the interval, inside 0..1; default 0.95. */
  readonly confidence?: number
  /** Which end is good; default `lower`: large values are losses. */
  readonly better?: MeasureInfo['better']
  /** Unit of the values; `probability` says that they are 0 or 1. */
  readonly unit?: string
}

/** Options with their defaults. */
export type Settings = Required<EstimateOptions>

/** A statistic of numbers per path; NaN means that a path has none. */
export type Statistic = (values: Float64Array | Sample, options?: EstimateOptions) => Estimate

/** Write a share in percent with no more digits than needed: 0.995 -> `99.5 %`. */
export function inPercent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`
}

/** Make an estimate without an interval; `method` says why there is none. */
export function without(method: string, n: number, value: number | null = null): Estimate {
  return { value, low: null, high: null, method, n, approximate: false }
}

/** Make an estimate of what does not depend on chance, so that one path tells all. */
export function exactly(value: number | null, n: number): Estimate {
  return { value, low: value, high: value, method: 'no chance: exact', n, approximate: false }
}

/**
 * Chance that n paths all change one way where either way is as likely: how sure it is that what changes
 * alike on all of them does not on others. Source: the sign test.
 */
export function alikeChance(n: number): number {
  return pow(0.5, n)
}

/** Estimate what is the same on all of n paths: sure only where they are as many as a sign test needs. */
export function alike(value: number, n: number, confidence: number): Estimate {
  const isSure = (paths: number): boolean => 2 * alikeChance(paths) <= 1 - confidence
  let needed = 2
  while (!isSure(needed)) needed++
  const method = `all ${n} paths change alike; ${inPercent(confidence)} sign test`
  if (n < needed) return without(`${method} needs ${needed}`, n, value)
  return { value, low: value, high: value, method, n, approximate: true }
}

/** Say why there is no interval. */
export function tooFew(n: number, needed: number): string {
  return `too few paths: ${n} of the ${needed} that an interval needs`
}

/** Read options. @throws {RangeError} when the confidence is not inside 0..1. */
export function settingsOf(options: EstimateOptions = {}): Settings {
  const { confidence = 0.95, better = 'lower', unit = '' } = options
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`confidence is '${confidence}'; use a share inside 0..1, such as 0.95`)
  return { confidence, better, unit }
}

/** Make a statistic of what is worked out from at least one value. */
export function statistic(estimate: (sample: Sample, settings: Settings) => Estimate): Statistic {
  return (values, options) => {
    const settings = settingsOf(options)
    const sample = values instanceof Float64Array ? sampleOf(values) : values
    return sample.n === 0 ? without('no path has a value', 0) : estimate(sample, settings)
  }
}

/** Check a level. @throws {RangeError} when it is not inside 0..1. */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1))
    throw new RangeError(`level is '${level}'; use a share inside 0..1, such as 0.99`)
}
