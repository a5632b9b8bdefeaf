import { measureInfo } from '../../measures/index.ts'
import { loadScenario, type Scenario } from '../../scenario/index.ts'
import { measuresOf } from '../names.ts'
import type { SurveyOptions } from '../survey.ts'
import { PACKAGE_VERSION } from '../version.ts'
import { BASELINE_VERSION, unstored } from './baseline.ts'
import { type Judged, judge, LEVEL, verdictsOf } from './judge.ts'
import { observe } from './observe.ts'
import {
  type Baseline,
  type BaselineEntry,
  CheckError,
  type Checked,
  type CheckedScenario,
  type CheckRow,
} from './types.ts'

/** Options of a check; those of runs mean the same. */
export type CheckOptions = Omit<SurveyOptions, 'measures' | 'cuts'> & {
  /** Measures that are compared; default: those of the baseline; for a new one the scenario's, or the usual ones. */
  readonly measures?: readonly string[]
  /** Default: those of the baseline; for a new one the scenario's, and at least 16 where they differ. */
  readonly paths?: number
  /** `full` (default), or the scenario's `short` form. */
  readonly form?: 'full' | 'short'
}

/** Load scenarios, each name once. @throws {CheckError} when two have the same name. */
function loadAll(from: readonly (Scenario | string)[]): readonly Scenario[] {
  const all = from.map((one) => (typeof one === 'string' ? loadScenario(one) : one))
  const twice = all.find(({ name }, k) => all.findIndex((s) => s.name === name) !== k)
  if (twice)
    throw new CheckError(
      `two scenarios are named "${twice.name}" (${twice.path}); a baseline knows them by name: rename one`,
    )
  return all
}

function checkMeasures(scenario: Scenario, measures: readonly string[], remedy: string): void {
  const known = measuresOf(scenario)
  for (const name of measures)
    if (!known.includes(name))
      throw new CheckError(`${scenario.path} has no measure "${name}"; ${remedy}`)
}

/** What a scenario that lists no measures is watched by, where it has a number. */
const USUAL = ['loss', 'badDebt', 'liquidatedDebt', 'accountsInsolvent', 'dealerLoss', 'trough']

function ownMeasures({ measures, order }: Scenario): readonly string[] {
  return [...new Set([...(measures.length > 0 ? measures : USUAL), order.measure])]
}

/** A baseline without the usual measures that have no number on any path: nobody lends, or keeps options. */
function withNumbers(entry: BaselineEntry, { measures, order }: Scenario): BaselineEntry {
  const asked = new Set([...measures, order.measure])
  const kept = Object.entries(entry.measures).filter(
    ([name, numbers]) => asked.has(name) || numbers.some((n) => !Number.isNaN(unstored(n))),
  )
  return { ...entry, measures: Object.fromEntries(kept) }
}

/**
 * Run scenarios and keep their numbers as a baseline.
 * @param before other scenarios of it stay as they are; null for none.
 * @throws {CheckError} when a measure is unknown or two scenarios have one name, and what `openSurvey` throws.
 */
export async function makeBaseline(
  from: readonly (Scenario | string)[],
  options: CheckOptions = {},
  before: Baseline | null = null,
): Promise<Baseline> {
  const { measures, paths, form, ...rest } = options
  const entries: [string, BaselineEntry][] = []
  const all = loadAll(from)
  for (const scenario of all)
    checkMeasures(scenario, measures ?? [], `there are ${measuresOf(scenario).join(', ')}`)
  for (const scenario of all) {
    const asked = { measures: measures ?? ownMeasures(scenario), paths: paths ?? null }
    const entry = await observe(scenario, { ...asked, short: form === 'short' }, rest)
    entries.push([scenario.name, measures ? entry : withNumbers(entry, scenario)])
  }
  return {
    ...{ breakwater: PACKAGE_VERSION, baseline: BASELINE_VERSION },
    scenarios: { ...before?.scenarios, ...Object.fromEntries(entries) },
  }
}

/** Find the baseline of a scenario. @throws {CheckError} when there is none, or it is of another run. */
function entryOf(scenario: Scenario, baseline: Baseline, options: CheckOptions): BaselineEntry {
  const entry = baseline.scenarios[scenario.name]
  if (!entry) {
    const names = Object.keys(baseline.scenarios).join(', ') || 'none'
    throw new CheckError(
      `the baseline has no scenario "${scenario.name}" (${scenario.path}), there are: ${names}; add it with --update`,
    )
  }
  const where = `the baseline of "${scenario.name}"`
  const seed = options.seed ?? scenario.seed
  if (seed !== entry.seed)
    throw new CheckError(
      `${where} was made with seed ${entry.seed}, this is seed ${seed}; run with --seed ${entry.seed}, or make it anew with --update`,
    )
  if ((options.paths ?? entry.paths) !== entry.paths)
    throw new CheckError(
      `${where} has ${entry.paths} paths, not ${options.paths}; leave --paths out, or make it anew with --update`,
    )
  if ((options.form === 'short') !== entry.short)
    throw new CheckError(
      `${where} was made ${entry.short ? 'with' : 'without'} --short; run it so, or make it anew with --update`,
    )
  for (const name of options.measures ?? [])
    if (!(name in entry.measures))
      throw new CheckError(
        `${where} has no measure "${name}", there are ${Object.keys(entry.measures).join(', ')}; add it with --update`,
      )
  checkMeasures(
    scenario,
    Object.keys(entry.measures),
    'it is in the baseline: make that anew with --update',
  )
  return entry
}

/** Why paths did not meet the same draws, in words; null when they did. */
function unpairedBecause(before: BaselineEntry, now: BaselineEntry): string | null {
  const [a, b] = [before.draws, now.draws]
  if (a.engine !== b.engine) return `engine ${a.engine} is now ${b.engine}`
  if (a.tickSeconds !== b.tickSeconds)
    return `a tick of ${a.tickSeconds} s is now one of ${b.tickSeconds} s`
  for (const [name, kind] of Object.entries(a.drivers)) {
    const other = b.drivers[name]
    if (other !== kind) return `"${name}" of kind ${kind} is ${other ? `now ${other}` : 'gone'}`
  }
  return null
}

function notesOf(before: BaselineEntry, now: BaselineEntry): readonly string[] {
  const because = unpairedBecause(before, now)
  const [then, today] = [before.set, now.set].map((set) => JSON.stringify(set))
  return [
    ...(before.hash === now.hash ? [] : ['the scenario file changed']),
    ...(then === today ? [] : [`set: ${then} is now ${today}`]),
    ...(because ? [`unpaired: ${because}, so that paths meet other draws`] : []),
  ]
}

type Compared = { readonly about: CheckedScenario; readonly rows: readonly (Judged & RowName)[] }
type RowName = Pick<CheckRow, 'scenario' | 'measure' | 'unit' | 'better'>

function compare(scenario: Scenario, before: BaselineEntry, now: BaselineEntry): Compared {
  const isPaired = unpairedBecause(before, now) === null
  const isCertain = before.isCertain && now.isCertain
  // Failed paths are counted for themselves.
  const failed = (entry: BaselineEntry): readonly number[] =>
    isPaired ? [...before.failedPaths, ...now.failedPaths] : entry.failedPaths
  const numbers = (entry: BaselineEntry, name: string): Float64Array => {
    const dropped = new Set(failed(entry))
    return Float64Array.from(entry.measures[name]!, unstored).filter((_, k) => !dropped.has(k))
  }
  return {
    about: {
      ...{ scenario: scenario.name, seed: now.seed, paths: now.paths },
      notes: notesOf(before, now),
      failedBefore: before.failedPaths.length,
      failedNow: now.failedPaths.length,
    },
    rows: Object.keys(now.measures).map((measure) => {
      const { unit = '', better = 'lower', none = Number.NaN } = measureInfo(measure) ?? {}
      const sides = { before: numbers(before, measure), after: numbers(now, measure) }
      const judged = judge({ ...sides, better, none, isPaired, isCertain })
      return { scenario: scenario.name, measure, unit, better, ...judged }
    }),
  }
}

function methodOf(rows: readonly CheckRow[]): string {
  const hasInterval = rows.some(({ low, high }) => low !== high)
  const rule = `worse or better where a mean that differs so much, either way, has a chance below ${LEVEL} for all ${rows.length} comparisons together (Holm)`
  return hasInterval ? `${rule}; intervals are 95 %, each alone` : rule
}

/**
 * Compare scenarios as they are now with a baseline: does any measure worsen beyond what chance makes?
 * @throws {CheckError} when the baseline lacks one or is of another seed, and what `openSurvey` throws.
 * @example const { worse } = await checkScenarios(['risk/crash.yaml'], readBaseline('risk/baseline.json')!)
 */
export async function checkScenarios(
  from: readonly (Scenario | string)[],
  baseline: Baseline,
  options: CheckOptions = {},
): Promise<Checked> {
  const all = loadAll(from).map((scenario) => ({
    scenario,
    entry: entryOf(scenario, baseline, options),
  }))
  const { measures, paths: _, form: __, ...rest } = options
  const compared: Compared[] = []
  for (const { scenario, entry } of all) {
    const asked = { measures: measures ?? Object.keys(entry.measures), paths: entry.paths }
    const now = await observe(scenario, { ...asked, short: entry.short }, rest)
    compared.push(compare(scenario, entry, now))
  }
  const judged = compared.flatMap(({ rows }) => rows)
  const verdicts = verdictsOf(judged)
  const rows = judged.map(({ isSame: _, pLost: __, ...row }, k): CheckRow => {
    return { ...row, ...verdicts[k]! }
  })
  const scenarios = compared.map(({ about }) => about)
  const failing = scenarios.filter(({ failedBefore, failedNow }) => failedNow > failedBefore)
  return {
    ...{ breakwater: PACKAGE_VERSION, experiment: 'check', method: methodOf(rows) },
    ...{ scenarios, rows },
    worse: rows.filter(({ verdict }) => verdict === 'worse').length + failing.length,
  }
}
