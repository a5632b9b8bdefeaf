import type { MeasureInfo } from '../measures/index.ts'
import type { ResolvedScenario, Scenario } from '../scenario/index.ts'
import type { Estimate } from './estimate.ts'
import type { PathFailure } from './plan.ts'
import { replayCommand } from './replay.ts'
import { type Risk, riskOf } from './risk.ts'
import { type Sample, sampleOf } from './sample.ts'
import { meanOf, statisticOf } from './statistics.ts'
import type { TailResult } from './tail/types.ts'
import { ENGINE_VERSION, PACKAGE_VERSION } from './version.ts'

/** One measure over the paths of a run. */
export type MeasureResult = {
  readonly name: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  /** Mean over paths; null when no path has a value. */
  readonly value: number | null
  /** Interval of the mean; null with fewer than two paths. */
  readonly low: number | null
  readonly high: number | null
  /** How the interval was made; null when there is none. */
  readonly interval: string | null
  /** Paths that have a value. */
  readonly n: number
  readonly note: string
  /**
   * Other statistics over the paths, by the names that conditions use, each with its 95 % interval; null
   * with fewer than two paths that have a value.
   */
  readonly statistics: Readonly<Record<string, Omit<Estimate, 'n'>>> | null
}

/** What a channel of contagion carries: the loss less what is left of it with the channel cut. */
export type ChannelResult = {
  readonly name: string
  /** What stands in its place when it is cut. */
  readonly doc: string
  /** Mean over paths of the loss that goes when it is cut, USD; null when it cannot be cut. */
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly interval: string | null
  readonly n: number
  /** Why it cannot be cut; '' when it can. */
  readonly note: string
}

/** Numbers of a channel before they are summarised. */
export type ChannelValues = {
  readonly name: string
  readonly doc: string
  readonly reason: string
  /** One number per path, NaN where there is none. */
  readonly values: Float64Array
}

/** What a run prints with `--json`: everything needed to read it and to repeat it. */
export type RunDocument = {
  readonly schema: 'breakwater/run/1'
  readonly breakwater: string
  readonly engine: string
  readonly command: string
  readonly scenario: { readonly name: string; readonly hash: string }
  readonly data: readonly {
    readonly source: string
    readonly date: string
    readonly sha256: string
  }[]
  readonly seed: number
  /** Finished paths, failed ones included. */
  readonly paths: number
  /** The only path that was run, counted from 0; null when those from 0 on were. */
  readonly path: number | null
  readonly failedPaths: number
  /** The rule that may stop a run of many paths, and whether these paths reach it; null without one. */
  readonly until: { readonly rule: string; readonly reached: boolean } | null
  readonly ordering: string
  readonly parameters: Readonly<Record<string, number | string>>
  readonly assumptions: ResolvedScenario['assumptions']
  readonly warnings: readonly string[]
  /** What the data say that a reader of the numbers must know. */
  readonly remarks: readonly string[]
  readonly measures: readonly MeasureResult[]
  /** Value at risk and its kin; null with fewer than two paths. */
  readonly risk: Risk | null
  /** Channels that were cut, in a run that was told to. */
  readonly channels: readonly ChannelResult[]
  /** Probabilities of rare events, in a run that was told to find them. */
  readonly tails?: readonly TailResult[]
  readonly replay: string
}

type Summary = Pick<MeasureResult, 'value' | 'low' | 'high' | 'interval' | 'n'>

/** Mean and interval of numbers per path; of outcomes (0 or 1) the interval of a share. */
function summarise(sample: Sample, unit: string): Summary {
  const { value, low, high, n } = meanOf(sample, { unit })
  if (n < 2) return { value, low: null, high: null, interval: null, n }
  const name = unit === 'probability' ? 'Clopper-Pearson' : 'Student t'
  return { value, low, high, interval: `95 % ${name} of the mean over paths`, n }
}

/** Statistics that a document has of every measure. */
const STATISTICS = [
  ...['mean', 'sd', 'min', 'p5', 'p50', 'p95', 'p99', 'max'],
  ...['var95', 'var99', 'es95', 'es99'],
]

function statisticsOf(sample: Sample, { unit, better }: MeasureInfo): MeasureResult['statistics'] {
  if (sample.n < 2) return null
  return Object.fromEntries(
    STATISTICS.map((name) => {
      const { n: _, ...estimate } = statisticOf(name)!(sample, { unit, better })
      return [name, estimate]
    }),
  )
}

function measureResult(info: MeasureInfo, values: Float64Array): MeasureResult {
  const { name, unit, better, doc } = info
  const sample = sampleOf(values)
  return {
    ...{ name, unit, better, ...summarise(sample, unit), note: doc },
    statistics: statisticsOf(sample, info),
  }
}

function channelResult({ name, doc, reason, values }: ChannelValues): ChannelResult {
  return { name, doc, ...summarise(sampleOf(values), 'USD'), note: reason }
}

/** Measures in the scenario's order, then the others. */
function ordered(results: readonly MeasureResult[], first: readonly string[]): MeasureResult[] {
  const rank = ({ name }: MeasureResult): number => {
    const place = first.indexOf(name)
    return place < 0 ? first.length : place
  }
  return [...results].sort((a, b) => rank(a) - rank(b))
}

/** What `documentOf` needs beside the scenario. */
export type DocumentInput = {
  readonly scenario: Scenario
  readonly resolved: ResolvedScenario
  readonly seed: number
  readonly set: Readonly<Record<string, number | string>>
  readonly cuts: readonly string[]
  readonly checked: boolean
  readonly infos: readonly MeasureInfo[]
  readonly paths: number
  readonly path: number | null
  /** The rule of `until`, whether it is reached, and the paths that it may take; null without one. */
  readonly until: {
    readonly rule: string
    readonly reached: boolean
    readonly paths: number
  } | null
  /** Per measure in the order of `infos`, one number per finished path; NaN where it has none. */
  readonly values: readonly Float64Array[]
  readonly channels: readonly ChannelValues[]
  readonly failures: readonly PathFailure[]
  readonly warnings: readonly string[]
  readonly ordering: string
}

/** Failed paths that are told one by one. */
const TOLD_FAILURES = 20

function failureWarnings(failures: readonly PathFailure[]): readonly string[] {
  const told = failures
    .slice(0, TOLD_FAILURES)
    .map(({ path, reason }) => `path ${path} failed: ${reason}`)
  const more = failures.length - told.length
  return more > 0 ? [...told, `${more} more paths failed`] : told
}

function replayOf(input: DocumentInput): string {
  const { scenario, seed, set, cuts, checked, paths, path, until } = input
  const run = { scenario: scenario.path, seed, set, cuts, checked }
  if (path !== null) return replayCommand({ ...run, path })
  if (until === null) return replayCommand({ ...run, paths })
  return replayCommand({ ...run, paths: until.paths, until: until.rule })
}

function riskFor({ scenario, infos, values }: DocumentInput): Risk {
  const place = (name: string): number => infos.findIndex((info) => info.name === name)
  const main = infos[place(scenario.order.measure)]
  return riskOf(
    main?.unit === 'USD' ? main : infos[place('badDebt')]!,
    (name) => values[place(name)]!,
  )
}

/** Make the document of a run. */
export function documentOf(input: DocumentInput): RunDocument {
  const { scenario, resolved, seed, paths, path, until, values, failures } = input
  const replay = replayOf(input)
  return {
    schema: 'breakwater/run/1',
    breakwater: PACKAGE_VERSION,
    engine: ENGINE_VERSION,
    command: replay,
    scenario: { name: scenario.name, hash: scenario.hash },
    data: Object.values(resolved.loaded).flatMap((loaded) => loaded.data),
    seed,
    paths,
    path,
    failedPaths: failures.length,
    until: until === null ? null : { rule: until.rule, reached: until.reached },
    ordering: input.ordering,
    parameters: resolved.parameters,
    assumptions: resolved.assumptions,
    warnings: [...resolved.warnings, ...input.warnings, ...failureWarnings(failures)],
    remarks: Object.values(resolved.loaded).flatMap((loaded) => loaded.remarks ?? []),
    measures: ordered(
      input.infos.map((info, m) => measureResult(info, values[m]!)),
      scenario.measures,
    ),
    risk: paths - failures.length < 2 ? null : riskFor(input),
    channels: input.channels.map(channelResult),
    replay,
  }
}
