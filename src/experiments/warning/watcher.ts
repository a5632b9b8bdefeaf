import {
  BRANCHING_METHODS,
  type Branching,
  type Focus,
  fitHawkes,
  type IndicatorLines,
  type IndicatorTrend,
  momentBranching,
  type Trends,
  trendsOf,
  type WarningOptions,
} from '../../measures/index.ts'
import type { World } from '../../world/index.ts'
import { FOUND_BY } from './onset.ts'
import type { Onset } from './types.ts'
import { type Watched, watchedAssets, watchPath } from './watch.ts'

/** Numbers at ticks of a path. */
export type TickLine = { readonly ticks: readonly number[]; readonly values: readonly number[] }

/** What was watched of a path, as far as it is told. */
export type Signs = {
  readonly onset: Onset | null
  readonly liquidations: number
  readonly trends: Trends
  readonly branching: { readonly likelihood: Branching | null; readonly moment: Branching | null }
  /** Logarithm of the watched price, as long after the event as before it. */
  readonly price: TickLine
  /** Indicators at the ends of their windows. */
  readonly lines: readonly (TickLine & { readonly name: IndicatorTrend['name'] })[]
}

/** Watches paths in a lane: a path is a row of numbers, as those of measures are. */
export type Watcher = {
  readonly names: readonly string[]
  /**
   * Run a path and watch it.
   * @param out one number per name, overwritten.
   */
  readonly watch: (
    path: number,
    onTick: (tick: number) => Promise<void> | void,
    out: Float64Array,
  ) => Promise<void>
}

const INDICATORS = ['variance', 'autocorrelation', 'skewness', 'crossCorrelation'] as const
const RATIOS = ['likelihood', 'moment'] as const
const BOUNDS = ['value', 'low', 'high'] as const
/** Places of a line of prices, and of indicators, at most: what a chart can show. */
const PRICES = 161
const WINDOWS = 81
/** Ticks of the price that are told, where the path has as many, however early its event. */
const LEAST = 60

function placed(name: string, most: number): readonly string[] {
  return Array.from({ length: most }, (_, k) => `${name}[${k}]`)
}

/** Names of a path's numbers. */
const NAMES: readonly string[] = [
  ...['onset', 'foundBy', 'liquidations', 'ticks', 'window', 'bandwidth'],
  ...RATIOS.flatMap((ratio) => BOUNDS.map((bound) => `${ratio}.${bound}`)),
  ...INDICATORS.flatMap((name) =>
    ['first', 'last', 'tau', 'ar1', 'phase'].map((what) => `${name}.${what}`),
  ),
  ...[...placed('priceTick', PRICES), ...placed('price', PRICES), ...placed('end', WINDOWS)],
  ...INDICATORS.flatMap((name) => placed(name, WINDOWS)),
]

/** Places of at most so many of n numbers, evenly spread, both ends among them. */
function thinned(n: number, most: number): readonly number[] {
  const many = Math.min(n, most)
  return Array.from({ length: many }, (_, k) =>
    many === 1 ? 0 : Math.round((k * (n - 1)) / (many - 1)),
  )
}

type Pair = readonly [name: string, value: number]

function trendPairs({ indicators, ticks, window, bandwidth }: Trends): readonly Pair[] {
  return [
    ...([
      ['ticks', ticks],
      ['window', window],
      ['bandwidth', bandwidth],
    ] as const),
    ...indicators.flatMap(({ name, first, last, tau, p }) =>
      Object.entries({ first, last, tau, ...p }).map(
        ([what, value]): Pair => [`${name}.${what}`, value],
      ),
    ),
  ]
}

function linePairs(price: Float64Array, { ends, values }: IndicatorLines): readonly Pair[] {
  const windows = thinned(ends.length, WINDOWS)
  return [
    ...thinned(price.length, PRICES).flatMap((tick, k): readonly Pair[] => [
      [`priceTick[${k}]`, tick],
      [`price[${k}]`, price[tick]!],
    ]),
    ...windows.map((w, k): Pair => [`end[${k}]`, ends[w]!]),
    ...values.flatMap(([name, line]) => windows.map((w, k): Pair => [`${name}[${k}]`, line[w]!])),
  ]
}

function ratioPairs(times: Float64Array, seconds: number): readonly Pair[] {
  const found = {
    likelihood: fitHawkes(times, seconds)?.branching ?? null,
    moment: momentBranching(times, seconds),
  }
  return RATIOS.flatMap((ratio) => {
    const own = found[ratio]
    return own ? BOUNDS.map((bound): Pair => [`${ratio}.${bound}`, own[bound]]) : []
  })
}

/** Look for signs in what was watched. */
function pairsOf(
  { series, onset, liquidations }: Watched,
  path: number,
  seconds: number,
  options: WarningOptions,
): readonly Pair[] {
  // The tick of the onset itself is not before it.
  const before = onset ? series.map((own) => own.subarray(0, onset.tick)) : series
  const { lines, ...trends } = trendsOf(before, options)
  return [
    ['onset', onset?.tick ?? Number.NaN],
    ['foundBy', (FOUND_BY as readonly string[]).indexOf(onset?.by ?? '')],
    ['liquidations', liquidations.length],
    ...trendPairs(trends),
    // As long after the event as before it: later on the price tells nothing of it.
    ...linePairs(
      onset ? series[0]!.subarray(0, Math.max(2 * onset.tick, LEAST) + 1) : series[0]!,
      lines,
    ),
    // A fit to many events takes long, and one path is told of.
    ...(path === 0 ? ratioPairs(liquidations, seconds) : []),
  ]
}

/**
 * Make what watches the paths of a world.
 * @throws {WarningError} when the scenario names no asset to watch.
 */
export function createWatcher(
  world: World,
  focus: Focus,
  options: WarningOptions & { readonly seed: number },
): Watcher {
  const { seed } = options
  const assets = watchedAssets(world, focus)
  const seconds = world.spec.ticks * world.spec.tickSeconds
  return {
    names: NAMES,
    async watch(path, onTick, out) {
      const watched = await watchPath({ world, focus, assets, seed }, path, onTick)
      const numbers = new Map(pairsOf(watched, path, seconds, options))
      NAMES.forEach((name, k) => {
        out[k] = numbers.get(name) ?? Number.NaN
      })
    },
  }
}

/**
 * Read a path's row of numbers.
 * @param of a number of the path by its name.
 */
export function signsOf(of: (name: string) => number): Signs {
  const branchingOf = (ratio: (typeof RATIOS)[number]): Branching | null => {
    const [value, low, high] = BOUNDS.map((bound) => of(`${ratio}.${bound}`)) as [
      number,
      number,
      number,
    ]
    return Number.isNaN(value) ? null : { value, low, high, method: BRANCHING_METHODS[ratio] }
  }
  const lineOf = (at: string, name: string, most: number): TickLine => {
    const ticks = placed(at, most)
      .map(of)
      .filter((tick) => !Number.isNaN(tick))
    return { ticks, values: placed(name, ticks.length).map(of) }
  }
  // Of an indicator that was looked at every share is a number.
  const names = INDICATORS.filter((name) => !Number.isNaN(of(`${name}.ar1`)))
  const by = FOUND_BY[of('foundBy')]
  return {
    onset: by === undefined ? null : { tick: of('onset'), by },
    liquidations: of('liquidations'),
    trends: {
      indicators: names.map((name) => ({
        name,
        ...{ first: of(`${name}.first`), last: of(`${name}.last`), tau: of(`${name}.tau`) },
        p: { ar1: of(`${name}.ar1`), phase: of(`${name}.phase`) },
      })),
      ...{ ticks: of('ticks'), window: of('window'), bandwidth: of('bandwidth') },
    },
    branching: { likelihood: branchingOf('likelihood'), moment: branchingOf('moment') },
    price: lineOf('priceTick', 'price', PRICES),
    lines: names.map((name) => ({ name, ...lineOf('end', name, WINDOWS) })),
  }
}
