import {
  type MeasureResult,
  type RunOptions,
  type RunOutcome,
  replayCommand,
} from '../experiments/index.ts'
import { clopperPearson, exp, log, pow } from '../math/index.ts'
import { type Bin, binsOf } from './bins.ts'
import { retracePath } from './retrace.ts'
import type { Series } from './series.ts'
import { storyOfPath } from './story.ts'

/** Paths that end with values in one stretch. */
export type LossBin = { readonly from: number; readonly to: number; readonly count: number }

/** One point of the tail: how many paths end with at least `value`, with its 95 % interval. */
export type TailPoint = {
  readonly value: number
  readonly share: number
  readonly low: number
  readonly high: number
}

/** A path that stands at a percentile of the losses. */
export type PickedPath = {
  /** Percentiles that it stands at: `p1`, `p50`, `worst`; several where paths are equal. */
  readonly at: readonly string[]
  /** Number of the path, from 0. */
  readonly path: number
  readonly value: number
  /** Measures of this path alone; null where it has none. */
  readonly measures: readonly {
    readonly name: string
    readonly unit: string
    readonly value: number | null
  }[]
  readonly story: readonly string[]
  /** The command that runs this path alone, with its whole trace and report. */
  readonly replay: string
  readonly series: Series
  readonly bins: readonly Bin[]
}

/** Value at risk or expected shortfall, as a chart marks it. */
export type RiskMark = {
  readonly kind: 'VaR' | 'ES'
  /** `95 %` or `99 %`. */
  readonly level: string
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/** The distribution of the losses of a run of many paths. */
export type Distribution = {
  /** What is drawn: the measure of the run's risk; where all paths have the same, another that differs. */
  readonly measure: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  /** Paths that have a value. */
  readonly n: number
  /** A value that many paths share; null when no value is shared by a twentieth of them. */
  readonly lump: { readonly value: number; readonly count: number } | null
  /** The other paths in stretches of equal length, or of equal ratio; empty when all are equal. */
  readonly bins: readonly LossBin[]
  readonly scale: 'linear' | 'log'
  /** How often a value is reached or passed, from the most usual to the worst. */
  readonly tail: readonly TailPoint[]
  readonly marks: readonly RiskMark[]
  readonly picks: readonly PickedPath[]
}

/** Fewer paths have no distribution worth drawing. */
export const FEWEST_PATHS = 20

/** A value that so many paths share is a lump. */
const LUMP = 0.05

/** Where the largest value is more than so many times the median, the scale is logarithmic. */
const WIDE = 20

const TAIL_POINTS = 90
const MOST_BINS = 48
const PICK_SAMPLES = 160
const PICK_MEASURES = 12
const PICKS = [0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1]

/** Runs of equal values of a sorted list. */
function runsOf(sorted: Float64Array): { readonly value: number; readonly count: number }[] {
  const runs: { value: number; count: number }[] = []
  for (const value of sorted) {
    const last = runs[runs.length - 1]
    if (last?.value === value) last.count++
    else runs.push({ value, count: 1 })
  }
  return runs
}

function lumpOf(sorted: Float64Array): Distribution['lump'] {
  const most = runsOf(sorted).reduce((a, b) => (b.count > a.count ? b : a))
  return most.count > 1 && most.count >= LUMP * sorted.length ? most : null
}

/**
 * Sort values into stretches: by the width of Freedman and Diaconis, at most 48, of the logarithms when
 * the scale is logarithmic. The last stretch has both its ends.
 */
export function lossBins(sorted: Float64Array, scale: 'linear' | 'log'): readonly LossBin[] {
  const n = sorted.length
  if (n === 0) return []
  const to = scale === 'log' ? log : (v: number): number => v
  const back = scale === 'log' ? exp : (v: number): number => v
  const [first, last] = [to(sorted[0]!), to(sorted[n - 1]!)]
  if (!(last > first)) return [{ from: sorted[0]!, to: sorted[0]!, count: n }]
  const quarter = to(sorted[Math.floor(0.75 * (n - 1))]!) - to(sorted[Math.floor(0.25 * (n - 1))]!)
  const wanted = quarter > 0 ? ((last - first) * pow(n, 1 / 3)) / (2 * quarter) : MOST_BINS
  const count = Math.min(MOST_BINS, Math.max(8, Math.ceil(wanted)))
  const counts = new Array<number>(count).fill(0)
  for (const value of sorted) {
    const place = Math.floor(((to(value) - first) / (last - first)) * count)
    counts[Math.min(count - 1, Math.max(0, place))]!++
  }
  const edge = (k: number): number => back(first + ((last - first) * k) / count)
  return counts.map((found, k) => ({ from: edge(k), to: edge(k + 1), count: found }))
}

/** Share of paths that reach each value or pass it, at values spread evenly over the logarithm of the share. */
export function tailOf(losses: Float64Array): readonly TailPoint[] {
  const n = losses.length
  const ranks = new Set<number>()
  for (let k = 0; k < TAIL_POINTS; k++) ranks.add(Math.round(pow(n, 1 - k / (TAIL_POINTS - 1))))
  const points: TailPoint[] = []
  for (const rank of [...ranks].sort((a, b) => b - a)) {
    const value = losses[n - rank]!
    // Of equal values the whole lump reaches them.
    let reached = rank
    while (reached < n && losses[n - reached - 1] === value) reached++
    const before = points[points.length - 1]
    if (before?.value === value) continue
    const { value: share, low, high } = clopperPearson(reached, n)
    points.push({ value, share, low, high })
  }
  return points
}

/** Paths at percentiles of the losses, the worst last; each path once, with all that it stands for. */
export function pickPaths(
  values: Float64Array,
  better: 'lower' | 'higher',
): readonly Pick<PickedPath, 'at' | 'path' | 'value'>[] {
  const sign = better === 'lower' ? 1 : -1
  const order = Array.from(values.keys())
    .filter((path) => !Number.isNaN(values[path]!))
    .sort((a, b) => sign * (values[a]! - values[b]!) || a - b)
  const picked = new Map<number, { at: string[]; path: number; value: number }>()
  for (const level of PICKS) {
    const rank = Math.max(0, Math.ceil(Number((level * order.length).toPrecision(12))) - 1)
    const value = values[order[rank]!]!
    // The first of the paths with this value stands for all of them.
    const path = order.find((p) => values[p] === value)!
    const found = picked.get(path) ?? { at: [], path, value }
    found.at.push(level === 1 ? 'worst' : `p${level * 100}`)
    picked.set(path, found)
  }
  return [...picked.values()]
}

/** Six digits are enough for a drawing. */
function rounded(series: Series): Series {
  const digits = (v: number): number => Number(v.toPrecision(6))
  const list = (values: readonly number[]): number[] => values.map(digits)
  return {
    ...series,
    prices: series.prices.map((line) => ({
      ...line,
      values: line.values.map((v) => (v === null ? null : digits(v))),
    })),
    ...{ liquidatable: list(series.liquidatable), badDebt: list(series.badDebt) },
    ...{ repaid: list(series.repaid), baseFee: list(series.baseFee) },
  }
}

/** Run the paths at the percentiles again. */
async function runPicks(
  outcome: RunOutcome,
  measure: string,
  picks: ReturnType<typeof pickPaths>,
  options: RunOptions,
): Promise<readonly PickedPath[]> {
  const { view, document, scenario } = outcome
  if (view === null) return []
  const shown = document.measures
    .filter(({ name, n }) => n > 0 && (scenario.measures.includes(name) || !name.includes('[')))
    .slice(0, PICK_MEASURES)
  const { seed } = document
  const found: PickedPath[] = []
  for (const { at, path } of picks) {
    if (options.signal?.aborted) break
    const again = await retracePath(view, seed, path, PICK_SAMPLES)
    const { trace, spec } = again.view.world
    found.push({
      ...{ at, path, value: outcome.values(measure)[path]! },
      measures: shown.map(({ name, unit }) => {
        const own = outcome.values(name)[path]!
        return { name, unit, value: Number.isFinite(own) ? own : null }
      }),
      story: storyOfPath(again.view).map(({ text }) => text),
      replay: replayCommand({
        ...{ scenario: scenario.path, seed, path },
        ...{ set: options.set ?? {}, cuts: options.cuts ?? [], checked: options.checked ?? false },
      }),
      series: rounded(again.series),
      bins: binsOf(trace, spec.ticks * spec.tickSeconds, spec.tickSeconds),
    })
  }
  return found
}

/** Measures that are drawn instead where all paths have the same loss. */
const INSTEAD = ['loss', 'liquidatedDebt']

/** Smaller differences than this share of the largest value are rounding: they are drawn as none. */
const NOISE = 1e-9

function withoutNoise(values: Float64Array): Float64Array {
  const step = NOISE * values.reduce((most, v) => (Math.abs(v) > most ? Math.abs(v) : most), 0)
  return step > 0 ? values.map((v) => Math.round(v / step) * step) : values
}

/** The measure that is drawn. */
function drawnMeasure({ document, values }: RunOutcome, main: string): MeasureResult {
  const differs = (name: string): boolean => {
    const known = withoutNoise(values(name).filter((v) => !Number.isNaN(v)))
    return known.some((v) => v !== known[0])
  }
  const name = [main, ...INSTEAD].find(differs) ?? main
  return document.measures.find((m) => m.name === name)!
}

function marksOf({ statistics }: MeasureResult): readonly RiskMark[] {
  return (['VaR', 'ES'] as const).flatMap((kind) =>
    ['95', '99'].flatMap((level) => {
      const { value, low, high } = statistics![`${kind.toLowerCase()}${level}`]!
      return value === null ? [] : [{ kind, level: `${level} %`, value, low, high }]
    }),
  )
}

function mirrored(sorted: Float64Array): readonly TailPoint[] {
  const losses = sorted.map((v) => 0 - v).reverse()
  return tailOf(losses).map((point) => ({ ...point, value: 0 - point.value }))
}

/**
 * Gather the distribution of a run's losses and run the paths at its percentiles again. The world of
 * `outcome.view` stands at the end of another path afterwards.
 * @returns null with fewer than 20 paths that have a value.
 */
export async function distributionOf(
  outcome: RunOutcome,
  options: RunOptions,
): Promise<Distribution | null> {
  const { risk } = outcome.document
  if (risk === null) return null
  const drawn = drawnMeasure(outcome, risk.measure)
  const { name, unit, better } = drawn
  const values = withoutNoise(outcome.values(name))
  const sorted = values.filter((v) => !Number.isNaN(v)).sort()
  if (sorted.length < FEWEST_PATHS) return null
  const lump = lumpOf(sorted)
  const rest = lump === null ? sorted : sorted.filter((v) => v !== lump.value)
  const middle = rest[rest.length >> 1] ?? 0
  const isWide = rest.length > 0 && rest[0]! > 0 && rest[rest.length - 1]! > WIDE * middle
  const scale = isWide ? 'log' : 'linear'
  return {
    ...{ measure: name, unit, better, n: sorted.length, lump, scale, marks: marksOf(drawn) },
    bins: lossBins(rest, scale),
    // Losses rise towards the bad end, whichever end that is.
    tail: better === 'lower' ? tailOf(sorted) : mirrored(sorted),
    picks: await runPicks(outcome, name, pickPaths(values, better), options),
  }
}
