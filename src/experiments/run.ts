import type { PathView } from '../measures/index.ts'
import { loadScenario, type ResolvedScenario, type Scenario } from '../scenario/index.ts'
import { type ChannelValues, documentOf, type RunDocument } from './document.ts'
import { InterruptedError, PathFailedError } from './errors.ts'
import type { Executor } from './execution.ts'
import { openExecutor } from './executor.ts'
import { type Journal, type JournalRun, openJournal } from './journal.ts'
import { createLane, reasonOf } from './lane.ts'
import { runPath } from './path.ts'
import { type ChunkResult, type PathFailure, runIdentity } from './plan.ts'
import type { Prepared } from './prepare.ts'
import { replayCommand } from './replay.ts'
import { createTable, type PathTable } from './table.ts'
import { countsOf, type RunOptions, type Task, taskOf } from './task.ts'

/** A run with what a report needs beyond the document. */
export type RunOutcome = {
  readonly document: RunDocument
  readonly scenario: Scenario
  readonly resolved: ResolvedScenario
  /** Names of the numbers of a path: measures, and `cut.<channel>` for channels that are cut. */
  readonly names: readonly string[]
  /**
   * Values of a measure: one per path from 0 on (or of the only path), NaN where a path has none or
   * failed.
   */
  readonly values: (measure: string) => Float64Array
  /** Paths that failed, in order. */
  readonly failures: readonly PathFailure[]
  /** The last finished path, its world still standing at its end; null when there is none. */
  readonly view: PathView | null
  readonly interrupted: boolean
  /** Paths that were taken from the journal. */
  readonly resumed: number
}

/** Values by name over the first paths. */
function valuesOver(ready: Prepared, table: PathTable, count: number) {
  return (name: string): Float64Array => {
    const place = ready.names.indexOf(name)
    return place < 0 ? new Float64Array(0) : table.column(place, count)
  }
}

function openOwnJournal(
  task: Task,
  ready: Prepared,
  options: RunOptions,
  keep: (result: ChunkResult) => void,
): Journal | null {
  if (options.journal === undefined) return null
  const { plan, first, paths } = task
  const path = options.path === undefined ? null : first
  const { seed, set, cuts, checked } = plan
  const replayed = { scenario: plan.scenario.path, seed, set, cuts, checked }
  const own: JournalRun = {
    identity: runIdentity(plan, ready.resolved, ready.names, path),
    width: ready.names.length,
    command: replayCommand(path === null ? replayed : { ...replayed, path }),
  }
  const journal = openJournal(options.journal, own, keep)
  // One path is no work to keep, but its results must not end up among those of another run.
  return paths > 1 ? journal : { ...journal, append: () => undefined }
}

/** Numbers of a run: the finished paths, and how it ended. */
type Finished = {
  readonly count: number
  readonly reached: boolean
  readonly interrupted: boolean
  readonly resumed: number
}

async function runPaths(
  task: Task,
  ready: Prepared,
  table: PathTable,
  executor: Executor,
  options: RunOptions,
): Promise<Finished> {
  const { signal, onProgress } = options
  const { ticks } = ready.world.spec
  const all = ticks * (1 + ready.comparer.worlds)
  const journal = openOwnJournal(task, ready, options, table.put)
  const missingOf = (count: number): number =>
    table.missing(count).reduce((sum, { from, to }) => sum + to - from, 0)
  const resumed = task.paths - missingOf(task.paths)
  const keep = (result: ChunkResult): void => {
    table.put(result)
    journal?.append(result)
  }
  try {
    for (const count of countsOf(task)) {
      const before = count - missingOf(count)
      const tell = (path: number, tick: number): void =>
        onProgress?.({ path, paths: count, tick, ticks: all })
      tell(before, 0)
      await executor.execute(table.missing(count), {
        keep,
        ...(signal ? { signal } : {}),
        onProgress: ({ paths, tick }) => tell(before + paths, tick),
      })
      const done = Math.min(count, table.finished())
      const interrupted = done < count
      const reached =
        task.rule !== null && done > 0 && task.rule.reached(valuesOver(ready, table, done))
      if (interrupted || reached || count === task.paths)
        return { count: done, reached, interrupted, resumed: Math.min(resumed, done) }
    }
    throw new Error('a run has at least one count')
  } finally {
    journal?.close()
  }
}

/** Ticks between looks at the signal while the last path is run again. */
const BREATH = 64

/** Run a path once more, looking at the signal now and then. */
function runAgain(
  { plan }: Task,
  ready: Prepared,
  path: number,
  signal: AbortSignal | undefined,
): Promise<PathView> {
  return runPath(ready.world, ready.focus, plan.seed, path, (tick) => {
    if (signal?.aborted) throw new InterruptedError('interrupted')
    if (tick % BREATH === 0) return new Promise((resolve) => setImmediate(resolve))
  })
}

/**
 * Make the error of a run without a finished path: its world stands where the first of them failed.
 * @throws {InterruptedError} when it was stopped meanwhile.
 */
async function failureOf(
  task: Task,
  ready: Prepared,
  { path, reason }: PathFailure,
  signal: AbortSignal | undefined,
): Promise<PathFailedError> {
  const failed = { path, seed: task.plan.seed, paths: task.paths }
  try {
    await runAgain(task, ready, path, signal)
    // The path itself ends well: what failed is a world that it is compared with.
    return new PathFailedError({ ...failed, reason, world: null })
  } catch (cause) {
    if (cause instanceof InterruptedError) throw cause
    return new PathFailedError(
      { ...failed, reason: reasonOf(cause), world: ready.world },
      { cause },
    )
  }
}

/**
 * Make the world stand at the end of the last path that did not fail; there is one.
 * @returns null when it was stopped.
 */
async function standAtLast(
  task: Task,
  ready: Prepared,
  finished: Finished,
  failures: readonly PathFailure[],
  signal: AbortSignal | undefined,
): Promise<PathView | null> {
  const failed = new Set(failures.map(({ path }) => path))
  let path = task.first + finished.count - 1
  while (failed.has(path)) path--
  if (ready.view?.path === path) return ready.view
  try {
    return await runAgain(task, ready, path, signal)
  } catch (error) {
    if (error instanceof InterruptedError) return null
    throw error
  }
}

function documentFor(
  task: Task,
  ready: Prepared,
  finished: Finished,
  table: PathTable,
  options: RunOptions,
): RunDocument {
  const { plan, rule, paths } = task
  const { resolved, world, infos, comparer } = ready
  const { count, interrupted, reached } = finished
  const column = (k: number): Float64Array => table.column(k, count)
  const channels = comparer.channels.map(
    ({ channel, reason }, k): ChannelValues => ({
      ...{ name: channel.name, doc: channel.doc, reason },
      values: column(infos.length + k),
    }),
  )
  return documentOf({
    ...{ scenario: plan.scenario, resolved, seed: plan.seed, set: plan.set },
    ...{ cuts: plan.cuts, checked: plan.checked },
    ...{ infos, values: infos.map((_, k) => column(k)), channels, paths: count },
    path: options.path ?? null,
    until: rule === null || interrupted ? null : { rule: rule.text, reached, paths },
    failures: table.failures(count),
    warnings: interrupted ? [`interrupted after ${count} of ${paths} paths`] : [],
    ordering: world.chains.map((chain) => `${chain.name}: ${chain.order}`).join(', '),
  })
}

/**
 * Run a scenario and keep its last path standing for reports.
 * @throws {ScenarioError} when an override is wrong, {SourceError} when data are, {ChannelError} when
 *   a cut is, {RunOptionError} when an option is, {ConditionError} when the rule of `until` is,
 *   {JournalError} when the journal is of another run, {InterruptedError} when stopped before the
 *   first path is finished, {PathFailedError} when every path failed.
 */
export async function runScenario(
  scenario: Scenario | string,
  options: RunOptions = {},
): Promise<RunOutcome> {
  const loaded = typeof scenario === 'string' ? loadScenario(scenario) : scenario
  const task = taskOf(loaded, options)
  const plans = [task.plan]
  const lane = createLane(plans, options.cache ?? new Map())
  const ready = await lane.ready(0)
  const table = createTable(ready.names.length, task.first, task.paths)
  const executor = openExecutor(plans, { lane, workers: options.workers })
  try {
    const finished = await runPaths(task, ready, table, executor, options)
    const { count, interrupted, resumed } = finished
    const failures = table.failures(count)
    if (interrupted && failures.length === count) throw new InterruptedError('interrupted')
    if (failures.length === count) throw await failureOf(task, ready, failures[0]!, options.signal)
    const view = interrupted
      ? null
      : await standAtLast(task, ready, finished, failures, options.signal)
    return {
      document: documentFor(task, ready, finished, table, options),
      ...{ scenario: loaded, resolved: ready.resolved, names: ready.names },
      ...{ values: valuesOver(ready, table, count), failures, view, interrupted, resumed },
    }
  } finally {
    await executor.close()
  }
}

/**
 * Run a scenario: the same document that `breakwater run --json` prints.
 * @param scenario what `loadScenario` returned, or the path of a scenario file.
 * @example const { measures } = await run(loadScenario('scenarios/compound-v2-eth-crash.yaml'), { seed: 1 })
 */
export async function run(
  scenario: Scenario | string,
  options: RunOptions = {},
): Promise<RunDocument> {
  return (await runScenario(scenario, options)).document
}
