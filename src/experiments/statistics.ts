import {
  clopperPearson,
  hallInterval,
  type Moments,
  momentsOf,
  quantileRanks,
  sampleQuantile,
  valuesForQuantile,
} from '../math/index.ts'
import {
  checkLevel,
  type Estimate,
  inPercent,
  type Statistic,
  statistic,
  tooFew,
  without,
} from './estimate.ts'
import { type Sample, sampleOf, turned } from './sample.ts'
import { shortfallEstimate } from './shortfall.ts'

/** Cochran's rule: Student's interval of a mean needs 25 times the squared skewness of values. */
const COCHRAN = 25

function equalPaths({ n }: Sample): string {
  return `all ${n} paths are equal; rarer values would not show`
}

/** Say how an interval was made, and why it may be doubted. */
function judged(method: string, doubt: string | null): Pick<Estimate, 'method' | 'approximate'> {
  return { method: doubt === null ? method : `${method}; ${doubt}`, approximate: doubt !== null }
}

function skewDoubt({ n, skewness }: Moments): string | null {
  const needed = Math.ceil(COCHRAN * skewness * skewness)
  return n >= needed
    ? null
    : `approximate: skewness ${skewness.toPrecision(2)} needs ${needed} paths (Cochran's rule)`
}

/** Mean over paths: Student t; the exact interval of a share when values are 0 or 1. */
export const meanOf: Statistic = statistic((sample, { confidence, unit }) => {
  const { n } = sample
  const { mean: value, sd, low, high } = sample.mean(confidence)
  if (unit === 'probability') {
    const share = clopperPearson(Math.round(value * n), n, confidence)
    const method = `${inPercent(confidence)} Clopper-Pearson`
    return { ...share, method, n, approximate: false }
  }
  if (low === null) return without('one path: no interval', n, value)
  const method = `${inPercent(confidence)} Student t`
  const doubt = sd === 0 ? equalPaths(sample) : skewDoubt(momentsOf(sample.values))
  return { value, low, high, n, ...judged(method, doubt) }
})

/** Sample standard deviation (n - 1), its interval by Hall's transformation of the squared distances. */
export const deviationOf: Statistic = statistic((sample, { confidence }) => {
  const { n, values } = sample
  const { mean, sd } = sample.mean(confidence)
  if (n === 1) return without('one path: no interval', n, sd)
  const moments = momentsOf(values.map((v) => (v - mean) * (v - mean)))
  const { low, high } = hallInterval(sd * sd, moments, confidence)
  const doubt = sd === 0 ? equalPaths(sample) : skewDoubt(moments)
  return {
    ...{ value: sd, low: Math.sqrt(Math.max(0, low)), high: Math.sqrt(high), n },
    ...judged(`${inPercent(confidence)} Hall's transformation of the variance`, doubt),
  }
})

function extremeOf(side: 'smallest' | 'largest'): Statistic {
  return statistic((sample) => {
    const { n } = sample
    const value = sample.sorted()[side === 'smallest' ? 0 : n - 1]!
    const chance = `one more path goes beyond with a chance of at most 1 in ${n + 1}`
    return without(`${side} of ${n} paths: ${chance}`, n, value)
  })
}

/**
 * Make the statistic of a quantile: the smallest number that at least a share `level` of the paths do not
 * exceed, so always the number of a path. Interval by order statistics: exact whatever the distribution,
 * lumps included.
 * @throws {RangeError} when the level is not inside 0..1.
 */
export function quantileOf(level: number): Statistic {
  checkLevel(level)
  return statistic((sample, { confidence }) => {
    const { n } = sample
    const sorted = sample.sorted()
    const value = sampleQuantile(sorted, level)
    const ranks = quantileRanks(n, level, confidence)
    if (ranks === null) {
      const needed = valuesForQuantile(level, confidence)
      return without(tooFew(n, needed), n, value)
    }
    return {
      ...{ value, low: sorted[ranks.low - 1]!, high: sorted[ranks.high - 1]!, n },
      method: `${inPercent(confidence)} order statistics ${ranks.low} and ${ranks.high} of ${n}`,
      approximate: false,
    }
  })
}

/** Turn a measure of which more is better, so that large values are losses, and its statistic back. */
function ofLosses(estimate: Statistic): Statistic {
  return (values, options = {}) => {
    if (options.better !== 'higher') return estimate(values, options)
    const sample = values instanceof Float64Array ? sampleOf(values) : values
    const { value, low, high, ...rest } = estimate(turned(sample), options)
    const back = (v: number | null): number | null => (v === null ? null : 0 - v)
    return { value: back(value), low: back(high), high: back(low), ...rest }
  }
}

/**
 * Make the statistic of a value at risk: the smallest loss that at least a share `level` of the paths do
 * not exceed, in the unit and with the sign of the measure; of profits it is the profit that such a share
 * of the paths reach. Expected shortfall is the mean of the losses from it on.
 * @throws {RangeError} when the level is not inside 0..1.
 */
export function valueAtRiskOf(level: number): Statistic {
  return ofLosses(quantileOf(level))
}

/**
 * Make the statistic of an expected shortfall: the mean of the worst (1 - level) share of the paths.
 * @throws {RangeError} when the level is not inside 0..1.
 */
export function expectedShortfallOf(level: number): Statistic {
  checkLevel(level)
  return ofLosses(statistic((sample, settings) => shortfallEstimate(sample, level, settings)))
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
  if (match[1] === 'es') return expectedShortfallOf(level)
  return match[1] === 'p' ? quantileOf(level) : valueAtRiskOf(level)
}
