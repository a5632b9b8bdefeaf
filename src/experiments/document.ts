import { meanInterval } from '../math/index.ts'
import { MEASURES } from '../measures/index.ts'
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
  readonly measures: readonly MeasureResult[]
  readonly replay: string
}

/** Version of the arithmetic: same engine, scenario and seed give identical bytes. */
const ENGINE_VERSION = '1'

/**
 * Summarise the values of one measure.
 * @param values one number per path, NaN where the path has none.
 */
function summarise(index: number, values: Float64Array): MeasureResult {
  const { name, unit, better, doc } = MEASURES[index]!
  const known = values.filter((v) => !Number.isNaN(v))
  const common = { name, unit, better, n: known.length, note: doc }
  if (known.length === 0) return { ...common, value: null, low: null, high: null, interval: null }
  const { mean, low, high } = meanInterval(known, 0.95)
  const interval = low === null ? null : '95 % Student t of the mean over paths'
  return { ...common, value: mean, low, high, interval }
}

/** Measures in the scenario's order, then the others. */
function orderedNames(first: readonly string[]): readonly number[] {
  const rank = (m: number): number => {
    const place = first.indexOf(MEASURES[m]!.name)
    return place < 0 ? first.length + m : place
  }
  return MEASURES.map((_, m) => m).sort((a, b) => rank(a) - rank(b))
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
): string {
  const sets = Object.entries(set).map(([k, v]) => `--set ${shellWord(`${k}=${v}`)}`)
  return ['breakwater run', shellWord(path), `--seed ${seed}`, `--paths ${paths}`, ...sets].join(
    ' ',
  )
}

/** What `documentOf` needs beside the scenario. */
export type DocumentInput = {
  readonly scenario: Scenario
  readonly resolved: ResolvedScenario
  readonly seed: number
  readonly set: Readonly<Record<string, number | string>>
  /** Per measure in the order of `MEASURES`, one number per finished path. */
  readonly values: readonly Float64Array[]
  readonly failures: readonly string[]
  readonly warnings: readonly string[]
  readonly ordering: string
}

/** Make the document of a run. */
export function documentOf(input: DocumentInput): RunDocument {
  const { scenario, resolved, seed, set, values, failures } = input
  const finished = values[0]?.length ?? 0
  const paths = finished + failures.length
  const replay = replayCommand(scenario.path, seed, paths, set)
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
    measures: orderedNames(scenario.measures).map((m) => summarise(m, values[m]!)),
    replay,
  }
}
