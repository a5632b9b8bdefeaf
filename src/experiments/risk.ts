import { clopperPearson, type TailIndex } from '../math/index.ts'
import {
  type Estimate,
  type EstimateOptions,
  inPercent,
  type Statistic,
  statistic,
} from './estimate.ts'
import { type Sample, sampleOf } from './sample.ts'
import { tailIndexOf } from './shortfall.ts'
import { expectedShortfallOf, quantileOf, valueAtRiskOf } from './statistics.ts'

/** Options of the risk measures: confidence of the interval (0.95), and which end is good (`lower`). */
export type RiskOptions = Pick<EstimateOptions, 'confidence' | 'better'>

function asFloats(values: ArrayLike<number>): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values)
}

/**
 * Estimate the value at risk: the loss that a share `level` of the paths do not exceed, with its exact
 * order-statistics interval.
 *
 * @param values one number per path, large ones bad (small ones with `better: 'higher'`); NaN = none.
 * @param level share inside 0..1, such as 0.99.
 * @returns value and interval in the unit and with the sign of the values; low and high are null where
 *   the paths are too few, and `method` says how many are needed.
 * @throws {RangeError} when level or confidence is not inside 0..1.
 * @example valueAtRisk(losses, 0.99) // { value, low, high, method, n, approximate }
 */
export function valueAtRisk(
  values: ArrayLike<number>,
  level: number,
  options: RiskOptions = {},
): Estimate {
  return valueAtRiskOf(level)(asFloats(values), options)
}

/**
 * Estimate the expected shortfall: the mean of the worst (1 - level) share of the paths.
 *
 * Its interval is approximate where the tail is heavy (tail index below 2.5): docs/coverage.md.
 * @param values one number per path, large ones bad (small ones with `better: 'higher'`); NaN = none.
 * @param level share inside 0..1, such as 0.99.
 * @returns value and interval in the unit and with the sign of the values; low and high are null with
 *   fewer than five paths in the tail.
 * @throws {RangeError} when level or confidence is not inside 0..1.
 */
export function expectedShortfall(
  values: ArrayLike<number>,
  level: number,
  options: RiskOptions = {},
): Estimate {
  return expectedShortfallOf(level)(asFloats(values), options)
}

/**
 * Estimate the liquidations at risk: the liquidated debt that a share `level` of the paths do not exceed.
 *
 * @param liquidatedDebt USD per path, the measure `liquidatedDebt`; NaN = none.
 * @param level share inside 0..1, such as 0.99.
 * @throws {RangeError} when level or confidence is not inside 0..1.
 */
export function liquidationsAtRisk(
  liquidatedDebt: ArrayLike<number>,
  level: number,
  options: RiskOptions = {},
): Estimate {
  return valueAtRiskOf(level)(asFloats(liquidatedDebt), options)
}

/**
 * Estimate the probability of insolvency: the share of paths whose bad debt is beyond reserves and junior
 * capital, with the exact interval of a share.
 *
 * @param badDebt USD per path, or the measure `insolvent` (0 or 1; reserves taken
 *   off) with no capital; NaN = none.
 * @param capital reserves and junior capital that bear losses first, USD >= 0; default 0.
 * @throws {RangeError} when the capital is no number >= 0 or the confidence not inside 0..1.
 */
export function probabilityOfInsolvency(
  badDebt: ArrayLike<number>,
  capital: number = 0,
  options: Pick<EstimateOptions, 'confidence'> = {},
): Estimate {
  if (!(capital >= 0)) throw new RangeError(`capital is '${capital}'; use USD, 0 or more`)
  return shareOf((v) => v > capital)(asFloats(badDebt), options)
}

function shareOf(holds: (value: number) => boolean): Statistic {
  return statistic(({ values, n }, { confidence }) => ({
    ...clopperPearson(values.filter(holds).length, n, confidence),
    ...{ method: `${inPercent(confidence)} Clopper-Pearson`, n, approximate: false },
  }))
}

/** Quantile of times of which some are only known to be longer than they were seen. */
function censoredQuantile(seen: Sample, longest: Sample, level: number): Estimate {
  const below = quantileOf(level)(seen)
  const { value, high } = quantileOf(level)(longest)
  const isKnown = value !== null && Number.isFinite(value)
  if (isKnown && high !== null && Number.isFinite(high)) return { ...below, high }
  const method = isKnown ? below.method : `at least; ${below.method}`
  return high === null && below.low === null
    ? { ...below, method }
    : { ...below, high: null, method: `${method}; the upper end lies beyond the end of the run` }
}

/** An estimate at a level. */
export type AtLevel = Estimate & { readonly level: number }

/** The distribution of times of which some were still running at the end. */
export type ExitTimes = {
  /** Median, 95 % and 99 % quantile, s. */
  readonly quantiles: readonly AtLevel[]
  /** Share of the paths on which it still lasted at the end: their time is a lower bound. */
  readonly censored: Estimate
}

/**
 * Estimate the distribution of times to exit. Nothing is assumed about how long the locks go on that
 * lasted at the end: lower ends take them as ended then, upper ends as never ending.
 *
 * @param times s per path, the measure `timeToExit`. @param lasting 1 where it lasted at the end, the
 *   measure `lockedAtEnd`; same length.
 */
export function exitTimes(times: ArrayLike<number>, lasting: ArrayLike<number>): ExitTimes {
  const seen = sampleOf(asFloats(times))
  const longest = sampleOf(Float64Array.from(times, (t, k) => (lasting[k] === 1 ? Infinity : t)))
  return {
    quantiles: [0.5, 0.95, 0.99].map((level) => ({
      level,
      ...censoredQuantile(seen, longest, level),
    })),
    censored: probabilityOfInsolvency(lasting),
  }
}

/** Paths that failed, and the numbers with every one of them counted as worse than all others. */
export type FailedPaths = {
  readonly count: number
  /** Value null where it is beyond all paths that did not fail. */
  readonly valueAtRisk: readonly AtLevel[]
  readonly probabilityOfInsolvency: Estimate
}

/** What a run of several paths says of its risk: at 95 and 99 %, with 95 % intervals. */
export type Risk = {
  /** Measure that value at risk and expected shortfall are of: the scenario's main one if in USD, else badDebt. */
  readonly measure: string
  readonly unit: string
  readonly valueAtRisk: readonly AtLevel[]
  readonly expectedShortfall: readonly AtLevel[]
  /** Of the debt that liquidators repay, USD. */
  readonly liquidationsAtRisk: readonly AtLevel[]
  /** Bad debt is beyond reserves and junior capital at the end, whenever it arose. */
  readonly probabilityOfInsolvency: Estimate
  /** Bad debt beyond reserves arose in the run. */
  readonly probabilityOfNewInsolvency: Estimate
  /** Failed paths, which no statistic counts, and what would change if they were the worst; null without any. */
  readonly failed: FailedPaths | null
  readonly timeToExit: ExitTimes
  /** Tail index of the measure over its worst 5 %; null when too few paths differ. */
  readonly tailIndex: TailIndex | null
}

/** Levels that are reported. */
const LEVELS = [0.95, 0.99]

function atLevels(make: (level: number) => Statistic, sample: Sample, options: EstimateOptions) {
  return LEVELS.map((level) => ({ level, ...make(level)(sample, options) }))
}

function known(v: number | null): number | null {
  return v !== null && Number.isFinite(v) ? v : null
}

/** Count failed paths as the worst. @param main of the measure, NaN where a path failed. */
function failedOf(
  main: Float64Array,
  better: EstimateOptions['better'],
  badDebt: Float64Array,
  insolvent: Float64Array,
): FailedPaths | null {
  // Every path that did not fail has bad debt, be it 0.
  const isFailed = (k: number): boolean => Number.isNaN(badDebt[k]!)
  const count = badDebt.filter(Number.isNaN).length
  if (count === 0) return null
  const worst = better === 'higher' ? -Infinity : Infinity
  const sample = sampleOf(main.map((v, k) => (isFailed(k) ? worst : v)))
  const ends = atLevels(valueAtRiskOf, sample, better === undefined ? {} : { better })
  return {
    count,
    valueAtRisk: ends.map((at) => ({
      ...at,
      ...{ value: known(at.value), low: known(at.low), high: known(at.high) },
    })),
    probabilityOfInsolvency: probabilityOfInsolvency(
      insolvent.map((v, k) => (isFailed(k) ? 1 : v)),
    ),
  }
}

/**
 * Summarise the risk of a run.
 * @param main measure that value at risk and expected shortfall are of.
 * @param values numbers per path of any measure by name; NaN where a path has none.
 */
export function riskOf(
  main: { readonly name: string; readonly unit: string; readonly better: 'lower' | 'higher' },
  values: (measure: string) => Float64Array,
): Risk {
  const { name, unit, better } = main
  const sample = sampleOf(values(name))
  const liquidated = sampleOf(values('liquidatedDebt'))
  const tail =
    better === 'lower'
      ? sample.sorted()
      : sample
          .sorted()
          .map((v) => 0 - v)
          .reverse()
  return {
    ...{ measure: name, unit },
    valueAtRisk: atLevels(valueAtRiskOf, sample, { better }),
    expectedShortfall: atLevels(expectedShortfallOf, sample, { better }),
    liquidationsAtRisk: atLevels(valueAtRiskOf, liquidated, {}),
    probabilityOfInsolvency: probabilityOfInsolvency(values('insolvent')),
    probabilityOfNewInsolvency: probabilityOfInsolvency(values('newlyInsolvent')),
    failed: failedOf(values(name), better, values('badDebt'), values('insolvent')),
    timeToExit: exitTimes(values('timeToExit'), values('lockedAtEnd')),
    tailIndex: sample.n === 0 ? null : tailIndexOf(tail, 0.05 * sample.n),
  }
}
