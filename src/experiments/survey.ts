import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { WarningOptions } from '../measures/index.ts'
import { loadScenario, type Overrides, type Scenario } from '../scenario/index.ts'
import { InputError } from '../world/index.ts'
import { InterruptedError, PathFailedError, RunOptionError } from './errors.ts'
import { openExecutor } from './executor.ts'
import { type Journal, JournalError, openJournal } from './journal.ts'
import { createLane, type Lane } from './lane.ts'
import { type Chunk, type PathFailure, type RunPlan, runIdentity } from './plan.ts'
import { replayCommand } from './replay.ts'
import { createTable, type PathTable } from './table.ts'
import { type RunOptions, taskOf } from './task.ts'

/** How far a survey is. */
export type SurveyProgress = {
  /** Points that were asked for, and paths of them that are finished, of how many. */
  readonly points: number
  readonly paths: number
  readonly of: number
}

/** Options of a survey; those of runs mean the same. */
export type SurveyOptions = Pick<
  RunOptions,
  'seed' | 'set' | 'workers' | 'journal' | 'signal' | 'checked' | 'measures' | 'cuts' | 'cache'
> & {
  /** The only measures that will be read; saves the time to take all others. */
  readonly only?: readonly string[]
  readonly onProgress?: (progress: SurveyProgress) => void
}

/** What is kept of every path: its measures, or the signs that prices show before its trouble. */
export type SurveyKept = { readonly signs?: WarningOptions }

/** The paths of one point. */
export type Sample = {
  /** Names of all that was measured. */
  readonly names: readonly string[]
  /** Values of a measure, path by path; NaN where a path has none or failed. */
  readonly values: (measure: string) => Float64Array
  readonly failures: readonly PathFailure[]
  /** Why no path has a value, where the world is refused or all paths failed. */
  readonly refusal?: InputError
}

/** Runs of one scenario at other values of its parameters: path k meets the same draws everywhere. */
export type Survey = {
  readonly scenario: Scenario
  /**
   * Run points that were not run yet, in parallel.
   * @param points overrides of parameters, beside those of the options.
   * @throws {InterruptedError} when stopped; what is finished is in the journal.
   * @throws {PathFailedError} when every path of a point failed.
   */
  readonly ask: (points: readonly Overrides[], paths: number) => Promise<readonly Sample[]>
  /**
   * The same, where a point may be one at which nothing can be run: its sample has a `refusal`.
   * @throws {InterruptedError} when stopped, and what is wrong whatever the point is.
   */
  readonly askEach: (points: readonly Overrides[], paths: number) => Promise<readonly Sample[]>
  /** Paths that were run for what was asked, now or before, and how many of them the journal gave. */
  readonly counts: () => { readonly run: number; readonly resumed: number }
  readonly close: () => Promise<void>
}

/** One point with the table of its paths. */
type Point = {
  readonly run: number
  readonly names: readonly string[]
  readonly table: PathTable
  readonly paths: number
  readonly journal: Journal | null
}

/** The same for the same values, in whatever order they are given. */
function keyOf(set: Overrides): string {
  return JSON.stringify(Object.entries(set).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Name of a point's folder in the journal. */
function folderOf(identity: string): string {
  return join('points', createHash('sha256').update(identity).digest('hex').slice(0, 16))
}

async function openPoint(
  run: number,
  plans: readonly RunPlan[],
  paths: number,
  lane: Lane,
  journal: string | undefined,
): Promise<Point> {
  const ready = await lane.ready(run)
  const plan = plans[run]!
  const { names } = ready
  const table = createTable(names.length, 0, paths)
  if (journal === undefined) return { run, names, table, paths, journal: null }
  const identity = runIdentity(plan, ready.resolved, ready.names, null)
  const { seed, set, cuts, checked } = plan
  const command = replayCommand({ scenario: plan.scenario.path, seed, set, cuts, checked })
  const own = { identity, width: names.length, command }
  const file = join(journal, folderOf(identity))
  return { run, names, table, paths, journal: openJournal(file, own, table.put) }
}

/**
 * Open a survey of a scenario.
 * @param scenario what `loadScenario` returned, or the path of a scenario file.
 * @throws {ScenarioError}, {SourceError}, {ChannelError}, {RunOptionError}, as `runScenario`.
 */
export function openSurvey(
  from: Scenario | string,
  options: SurveyOptions & SurveyKept = {},
): Survey {
  const scenario = typeof from === 'string' ? loadScenario(from) : from
  const { signal, onProgress, journal, signs, only, ...asked } = options
  const { workers } = asked
  const task = taskOf(scenario, asked)
  const kept = { ...task.plan, ...(only ? { only } : {}) }
  const plan = signs ? { ...kept, measures: [], cuts: [], signs } : kept
  const plans: RunPlan[] = []
  const lane = createLane(plans, options.cache ?? new Map())
  const executor = openExecutor(plans, { lane, workers })
  const known = new Map<string, Point>()
  const refused = new Map<string, InputError>()
  const total = { run: 0, resumed: 0 }

  async function pointOf(set: Overrides, paths: number): Promise<Point> {
    const all = { ...plan.set, ...set }
    const key = keyOf(all)
    const before = known.get(key)
    if (before && before.paths >= paths) return before
    if (signal?.aborted) throw new InterruptedError('interrupted')
    const run = before?.run ?? plans.push({ ...plan, set: all }) - 1
    before?.journal?.close()
    const point = await openPoint(run, plans, paths, lane, journal)
    if (before) point.table.put(rowsOf(before))
    total.resumed += paths - missingOf(point.table, paths) - (before?.paths ?? 0)
    known.set(key, point)
    return point
  }

  /** Prepare a point once. @returns why its world is refused, when it is. */
  async function preparedPoint(set: Overrides, paths: number): Promise<Point | InputError> {
    const key = keyOf({ ...plan.set, ...set })
    const before = refused.get(key)
    if (before) return before
    try {
      return await pointOf(set, paths)
    } catch (error) {
      if (!isOfPoint(error)) throw error
      refused.set(key, error)
      return error
    }
  }

  /** Run what is missing of some points. @throws {InterruptedError} when stopped. */
  async function runAll(unique: readonly Point[], paths: number): Promise<void> {
    const chunks = unique.flatMap(({ run, table }) =>
      table.missing(paths).map((chunk): Chunk => ({ ...chunk, run })),
    )
    const all = chunks.reduce((sum, { from, to }) => sum + to - from, 0)
    const byRun = new Map(unique.map((point) => [point.run, point]))
    await executor.execute(chunks, {
      keep: (result) => {
        const { table, journal: own } = byRun.get(result.run)!
        table.put(result)
        own?.append(result)
        total.run += result.to - result.from
      },
      ...(signal ? { signal } : {}),
      onProgress: ({ paths: done }) => onProgress?.({ points: known.size, paths: done, of: all }),
    })
    if (unique.some(({ table }) => table.finished() < paths))
      throw new InterruptedError('interrupted')
  }

  return {
    scenario,
    async ask(sets, paths) {
      const points: Point[] = []
      for (const set of sets) points.push(await pointOf(set, paths))
      await runAll([...new Set(points)], paths)
      const samples = points.map((point) => sampleOf(point, paths, plan))
      const failed = samples.find(({ refusal }) => refusal)
      if (failed) throw failed.refusal
      return samples
    },
    async askEach(sets, paths) {
      const points: (Point | InputError)[] = []
      for (const set of sets) points.push(await preparedPoint(set, paths))
      await runAll([...new Set(points)].filter(isPoint), paths)
      return points.map((own) =>
        isPoint(own) ? sampleOf(own, paths, plan) : refusedOf(own, paths),
      )
    },
    counts: () => ({ run: total.run + total.resumed, resumed: total.resumed }),
    close: async () => {
      for (const { journal: own } of known.values()) own?.close()
      await executor.close()
    },
  }
}

function missingOf(table: PathTable, paths: number): number {
  return table.missing(paths).reduce((sum, { from, to }) => sum + to - from, 0)
}

/** All finished rows of a point as one chunk. */
function rowsOf({ run, names, table, paths }: Point) {
  const width = names.length
  const to = Math.min(paths, table.finished())
  const values = new Float64Array(to * width)
  for (let k = 0; k < width; k++) {
    const column = table.column(k, to)
    for (let path = 0; path < to; path++) values[path * width + k] = column[path]!
  }
  return { run, from: 0, to, values, failures: table.failures(to), uncompared: 0 }
}

/** Whether an error is that of one point, not of all that is asked for. */
function isOfPoint(error: unknown): error is InputError {
  const isOfAll = error instanceof RunOptionError || error instanceof JournalError
  return error instanceof InputError && !isOfAll
}

const isPoint = (own: Point | InputError): own is Point => !(own instanceof InputError)

/** The paths of a point whose world is refused. */
function refusedOf(refusal: InputError, paths: number): Sample {
  return {
    names: [],
    failures: [],
    refusal,
    values: () => new Float64Array(paths).fill(Number.NaN),
  }
}

function sampleOf({ names, table }: Point, paths: number, { seed, only }: RunPlan): Sample {
  const failures = table.failures(paths)
  const isRefused = failures.length === paths
  return {
    names,
    failures,
    ...(isRefused
      ? { refusal: new PathFailedError({ ...failures[0]!, seed, paths, world: null }) }
      : {}),
    values(measure) {
      const place = names.indexOf(measure)
      if (place < 0 && only && !only.includes(measure))
        throw new Error(`"${measure}" was not asked for; name it among the only measures`)
      return place < 0 ? new Float64Array(paths).fill(Number.NaN) : table.column(place, paths)
    },
  }
}
