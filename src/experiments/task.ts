import type { Scenario, SourceCache } from '../scenario/index.ts'
import { parseStopRule, type StopRule } from './condition.ts'
import { RunOptionError } from './errors.ts'
import { measuresOf } from './names.ts'
import type { RunPlan } from './plan.ts'

/** How far a run is. */
export type Progress = {
  /** Finished paths. */
  readonly path: number
  /** Paths to finish; with a rule to stop by, those before it is looked at next. */
  readonly paths: number
  /** Blocks of the path that is being run, of how many; 0 when several are. */
  readonly tick: number
  readonly ticks: number
}

/** Options of a run; the scenario file gives the defaults of seed and paths. */
export type RunOptions = {
  readonly seed?: number
  /** Number of paths; with `until` the most of them. */
  readonly paths?: number
  /** Run this path only, counted from 0: its numbers and its trace are those it has among many. */
  readonly path?: number
  /** Stop at 1,000 x 2^k paths when this holds, for example "badDebt.p99 within 5%". */
  readonly until?: string
  /** Worker threads; 1 uses none. Without it there are as many as are worth their start. */
  readonly workers?: number
  /** Folder whose `journal` keeps finished paths of this run, and gives those of an earlier start. */
  readonly journal?: string
  /** Overrides of parameters. */
  readonly set?: Readonly<Record<string, number | string>>
  /** Stops the run between ticks; what is finished is kept. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  /** Check conservation and finiteness after every block. */
  readonly checked?: boolean
  /** Measures that are wanted beside the scenario's own; comparisons such as couplingLoss cost runs. */
  readonly measures?: readonly string[]
  /** Channels of contagion to cut in a second run of every path, by name; `all` for every one. */
  readonly cuts?: readonly string[]
  /** False: no comparison and no cut, whatever the scenario lists. */
  readonly compare?: boolean
  /** Loaded sources to use again, for runs of one scenario with other parameters. */
  readonly cache?: SourceCache
}

/** Most paths of a run that has a rule to stop by and no other limit. */
const UNTIL_PATHS = 64_000

/** First count at which a rule is looked at; it doubles from there. */
const FIRST_LOOK = 1000

/** Most worker threads that may be asked for. */
const MOST_WORKERS = 256

/** What is run, read from the options. */
export type Task = {
  readonly plan: RunPlan
  /** Number of the first path, and how many there are at most. */
  readonly first: number
  readonly paths: number
  readonly rule: StopRule | null
}

function requireWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`
  throw new RunOptionError(`${name} ${value}: use a whole number ${range}`)
}

function checkOptions(options: RunOptions): void {
  const { seed = 0, paths, path = 0, workers = 1 } = options
  const { MAX_SAFE_INTEGER } = Number
  if (!Number.isSafeInteger(seed)) throw new RunOptionError(`seed ${seed}: use a whole number`)
  requireWhole('paths', paths ?? 1, 1, MAX_SAFE_INTEGER)
  requireWhole('path', path, 0, MAX_SAFE_INTEGER)
  requireWhole('workers', workers, 1, MOST_WORKERS)
  if (paths !== undefined && path >= paths)
    throw new RunOptionError(`path ${path}: with ${paths} paths they are 0 to ${paths - 1}`)
  if (options.path !== undefined && options.until !== undefined)
    throw new RunOptionError(
      `path ${path} with until "${options.until}": a rule stops a run of many paths; leave one of both out`,
    )
}

/**
 * Read what is to be run.
 * @throws {RunOptionError} when an option cannot be used, {ConditionError} when the rule cannot be read.
 */
export function taskOf(scenario: Scenario, options: RunOptions): Task {
  checkOptions(options)
  const { until, path } = options
  const rule = until === undefined ? null : parseStopRule(until, measuresOf(scenario))
  const compare = options.compare ?? true
  const wanted = [...scenario.measures, ...(options.measures ?? []), ...(rule?.measures ?? [])]
  const plan: RunPlan = {
    ...{ scenario, seed: options.seed ?? scenario.seed, set: options.set ?? {} },
    checked: options.checked ?? false,
    measures: compare ? wanted : [],
    cuts: compare ? (options.cuts ?? []) : [],
  }
  const many = options.paths ?? (rule ? UNTIL_PATHS : scenario.paths)
  return { plan, rule, first: path ?? 0, paths: path === undefined ? many : 1 }
}

/** Path counts at which a run may end: a rule is looked at where 1,000 x 2^k paths are finished. */
export function countsOf({ paths, rule }: Task): readonly number[] {
  const counts: number[] = []
  if (rule) for (let count = FIRST_LOOK; count < paths; count *= 2) counts.push(count)
  return [...counts, paths]
}
