import { fastLength, philoxDraws } from '../../math/index.ts'
import { gaussianDetrend } from './detrend.ts'
import {
  type IndicatorName,
  rollingCrossCorrelation,
  rollingIndicators,
  type Windows,
} from './indicators.ts'
import { kendallTrend } from './kendall.ts'
import { ar1Surrogates, phaseSurrogates, type Surrogate, type SurrogateKind } from './surrogates.ts'

/** Options of `earlyWarning`. */
export type WarningOptions = {
  /** Standard deviation of the detrending kernel as a share of the series; default 0.1. */
  readonly bandwidth?: number
  /** Length of a rolling window as a share of the series; default 0.5. */
  readonly window?: number
  /** Twins of each kind; default 199, of which the smallest p-value is 1 in 200. */
  readonly surrogates?: number
  readonly seed?: number
}

/** The trend of one indicator. */
export type IndicatorTrend = {
  readonly name: IndicatorName | 'crossCorrelation'
  /** Value in the first and in the last window. */
  readonly first: number
  readonly last: number
  /** Kendall's rank correlation with time; NaN when the indicator does not change. */
  readonly tau: number
  /** Share of twins without a trend whose tau is at least as large, by kind of twin. */
  readonly p: Readonly<Record<SurrogateKind, number>>
}

/** Trends of indicators in rolling windows of the time before an event. */
export type Trends = {
  /** Empty when there was too little to look at. */
  readonly indicators: readonly IndicatorTrend[]
  /** Ticks that were looked at, of a window, and of the kernel. */
  readonly ticks: number
  readonly window: number
  readonly bandwidth: number
}

/** Indicators window by window. */
export type IndicatorLines = {
  /** Ticks from the start of the series to the end of each window. */
  readonly ends: Int32Array
  readonly values: readonly (readonly [name: IndicatorTrend['name'], values: Float64Array])[]
}

/** What the time before an event tells. */
export type EarlyWarning = Trends & {
  /**
   * `warning`: variance and lag-1 autocorrelation both rise more than in 95 % of the twins of either kind, which
   * is what slowing down looks like. `no warning`: they do not. `cannot tell`: too little was seen.
   */
  readonly verdict: 'warning' | 'no warning' | 'cannot tell'
  readonly note: string
}

/** Shorter series say nothing. */
const LEAST = 60
/** Windows that are looked at, at most. */
const WINDOWS = 300
const LEVEL = 0.05

type Rolled = IndicatorLines['values']

function rolled(series: readonly Float64Array[], windows: Windows): Rolled {
  const { variance, autocorrelation, skewness } = rollingIndicators(series[0]!, windows)
  return [
    ['variance', variance],
    ['autocorrelation', autocorrelation],
    ['skewness', skewness],
    ...(series.length > 1
      ? ([['crossCorrelation', rollingCrossCorrelation(series, windows)]] as const)
      : []),
  ]
}

/** Share of twins, the series itself counted among them, whose trend is at least that of the series. */
function sharesOf(
  taus: readonly number[],
  twin: Surrogate,
  windows: Windows,
  count: number,
): readonly number[] {
  const above = taus.map(() => 1)
  for (let draw = 0; draw < count; draw++)
    rolled(twin(draw), windows).forEach(([, values], k) => {
      if (!(kendallTrend(values) < taus[k]!)) above[k]!++
    })
  return above.map((many) => many / (count + 1))
}

/** Judge trends: do variance and lag-1 autocorrelation rise together, more than chance makes? */
export function judgeTrends({
  indicators,
  ticks,
}: Pick<Trends, 'indicators' | 'ticks'>): Pick<EarlyWarning, 'verdict' | 'note'> {
  if (indicators.length === 0) {
    const short = `only ${ticks} ticks before it, of ${LEAST} that any indicator needs`
    return { verdict: 'cannot tell', note: ticks < LEAST ? short : 'nothing fluctuates before it' }
  }
  const rises = (name: IndicatorTrend['name']): boolean => {
    const { p } = indicators.find((i) => i.name === name)!
    return Math.max(p.ar1, p.phase) < LEVEL
  }
  const [variance, autocorrelation] = [rises('variance'), rises('autocorrelation')]
  if (variance && autocorrelation)
    return { verdict: 'warning', note: 'variance and lag-1 autocorrelation rose together' }
  const one = variance ? 'variance' : autocorrelation ? 'lag-1 autocorrelation' : null
  const note =
    one === null
      ? 'neither variance nor lag-1 autocorrelation rose more than chance makes'
      : `${one} rose alone, which is not what slowing down looks like`
  return { verdict: 'no warning', note }
}

/**
 * Measure the trends of indicators of what is left after detrending, in rolling windows, and how many twins
 * without a trend have one as large.
 * @param series as in `earlyWarning`.
 * @returns the trends, and the indicators window by window; none from too few ticks, or where nothing fluctuates.
 * @throws {RangeError} when window or bandwidth is not inside 0..1.
 */
export function trendsOf(
  series: readonly Float64Array[],
  options: WarningOptions = {},
): Trends & { readonly lines: IndicatorLines } {
  const { bandwidth = 0.1, window = 0.5, surrogates = 199, seed = 0 } = options
  if (!(bandwidth > 0 && bandwidth < 1 && window > 0 && window < 1))
    throw new RangeError(
      `window is '${window}' and bandwidth '${bandwidth}'; use shares of the series inside 0..1`,
    )
  const all = series[0]!.length
  const none = { indicators: [], ticks: all, window: 0, bandwidth: 0 }
  const nothing = { ...none, lines: { ends: new Int32Array(0), values: [] } }
  if (all < LEAST) return nothing
  const n = fastLength(all)
  const width = bandwidth * n
  // The start is cut off, not the end: what happens last matters most.
  const residuals = series.map((x) => gaussianDetrend(x.subarray(all - n), width))
  const varying = residuals.filter((x, k) => k === 0 || x.some((v) => v !== 0))
  if (varying[0]!.every((v) => v === 0)) return nothing
  const length = Math.max(3, Math.round(window * n))
  const windows = { length, stride: Math.max(1, Math.ceil((n - length) / WINDOWS)) }
  const found = rolled(varying, windows)
  const taus = found.map(([, values]) => kendallTrend(values))
  const shares = (kind: SurrogateKind, make: typeof ar1Surrogates): readonly number[] =>
    sharesOf(taus, make(varying, philoxDraws(seed, 0, `earlyWarning/${kind}`)), windows, surrogates)
  const ar1 = shares('ar1', ar1Surrogates)
  const phase = shares('phase', phaseSurrogates)
  const indicators = found.map(
    ([name, values], k): IndicatorTrend => ({
      ...{ name, first: values[0]!, last: values.at(-1)!, tau: taus[k]! },
      p: { ar1: ar1[k]!, phase: phase[k]! },
    }),
  )
  const ends = Int32Array.from(found[0]![1], (_, w) => all - n + w * windows.stride + length)
  return {
    ...{ indicators, ticks: n, window: length, bandwidth: width },
    lines: { ends, values: found },
  }
}

/**
 * Look for signs of critical slowing down in the time before an event: indicators of what is left after
 * detrending, in rolling windows, and whether they rise more than in twins without a trend.
 *
 * @param series the watched one, and others that only count for cross-correlation; one value per tick, all of
 * the same length, ending before the event; not changed.
 * @throws {RangeError} when window or bandwidth is not inside 0..1.
 * Source: Dakos et al., "Methods for detecting early warnings of critical transitions in time series" (2012).
 */
export function earlyWarning(
  series: readonly Float64Array[],
  options: WarningOptions = {},
): EarlyWarning {
  const { lines: _, ...trends } = trendsOf(series, options)
  return { ...judgeTrends(trends), ...trends }
}
