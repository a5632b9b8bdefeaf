import { meanInterval } from '../math/index.ts'
import type { MeasureInfo } from '../measures/index.ts'
import type { ResolvedScenario, Scenario } from '../scenario/index.ts'
import { PACKAGE_VERSION } from './version.ts'

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
  readonly paths: number
  readonly failedPaths: number
  readonly ordering: string
  readonly parameters: Readonly<Record<string, number | string>>
  readonly assumptions: ResolvedScenario['assumptions']
  readonly warnings: readonly string[]
  /** What the data say that a reader of the numbers must know. */
  readonly remarks: readonly string[]
  readonly measures: readonly MeasureResult[]
  /** Channels that were cut, in a run that was told to. */
  readonly channels: readonly ChannelResult[]
  readonly replay: string
}

/** Version of the arithmetic: same engine, scenario and seed give identical bytes. */
const ENGINE_VERSION = '1'

type Summary = Pick<MeasureResult, 'value' | 'low' | 'high' | 'interval' | 'n'>

/** Mean and interval of numbers per path, NaN where a path has none. */
function summarise(values: Float64Array): Summary {
  const known = values.filter((v) => !Number.isNaN(v))
  const n = known.length
  if (n === 0) return { value: null, low: null, high: null, interval: null, n }
  const { mean, low, high } = meanInterval(known, 0.95)
  const interval = low === null ? null : '95 % Student t of the mean over paths'
  return { value: mean, low, high, interval, n }
}

function measureResult({ name, unit, better, doc }: MeasureInfo, values: Float64Array) {
  return { name, unit, better, ...summarise(values), note: doc }
}

function channelResult({ name, doc, reason, values }: ChannelValues): ChannelResult {
  return { name, doc, ...summarise(values), note: reason }
}

/** Measures in the scenario's order, then the others. */
function ordered(results: readonly MeasureResult[], first: readonly string[]): MeasureResult[] {
  const rank = ({ name }: MeasureResult): number => {
    const place = first.indexOf(name)
    return place < 0 ? first.length : place
  }
  return [...results].sort((a, b) => rank(a) - rank(b))
}

/** Quote what a shell would split. */
function shellWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** The command that repeats a run exactly. */
export function replayCommand(
  path: string,
  seed: number,
  paths: number,
  set: Readonly<Record<string, number | string>>,
  cuts: readonly string[] = [],
): string {
  const sets = Object.entries(set).map(([k, v]) => `--set ${shellWord(`${k}=${v}`)}`)
  const told = [...sets, ...cuts.map((name) => `--cut ${name}`)]
  return ['breakwater run', shellWord(path), `--seed ${seed}`, `--paths ${paths}`, ...told].join(
    ' ',
  )
}

/** What `documentOf` needs beside the scenario. */
export type DocumentInput = {
  readonly scenario: Scenario
  readonly resolved: ResolvedScenario
  readonly seed: number
  readonly set: Readonly<Record<string, number | string>>
  readonly cuts: readonly string[]
  readonly infos: readonly MeasureInfo[]
  /** Per measure in the order of `infos`, one number per finished path. */
  readonly values: readonly Float64Array[]
  readonly channels: readonly ChannelValues[]
  readonly failures: readonly string[]
  readonly warnings: readonly string[]
  readonly ordering: string
}

/** Make the document of a run. */
export function documentOf(input: DocumentInput): RunDocument {
  const { scenario, resolved, seed, set, values, failures } = input
  const finished = values[0]?.length ?? 0
  const paths = finished + failures.length
  const replay = replayCommand(scenario.path, seed, paths, set, input.cuts)
  return {
    schema: 'breakwater/run/1',
    breakwater: PACKAGE_VERSION,
    engine: ENGINE_VERSION,
    command: replay,
    scenario: { name: scenario.name, hash: scenario.hash },
    data: Object.values(resolved.loaded).flatMap((loaded) => loaded.data),
    seed,
    paths,
    failedPaths: failures.length,
    ordering: input.ordering,
    parameters: resolved.parameters,
    assumptions: resolved.assumptions,
    warnings: [...resolved.warnings, ...input.warnings, ...failures],
    remarks: Object.values(resolved.loaded).flatMap((loaded) => loaded.remarks ?? []),
    measures: ordered(
      input.infos.map((info, m) => measureResult(info, values[m]!)),
      scenario.measures,
    ),
    channels: input.channels.map(channelResult),
    replay,
  }
}
