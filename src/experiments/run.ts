import { buildWorld } from '../engine/index.ts'
import {
  columnsOf,
  type Focus,
  focusOf,
  type MeasureInfo,
  namedLenders,
  type PathView,
} from '../measures/index.ts'
import { MODELS } from '../mechanisms/index.ts'
import {
  loadScenario,
  type ResolvedScenario,
  resolveScenario,
  type Scenario,
  type SourceCache,
} from '../scenario/index.ts'
import type { World } from '../world/index.ts'
import { assetIndex } from '../world/index.ts'
import { createComparer } from './compare.ts'
import { type ChannelValues, documentOf, type RunDocument } from './document.ts'
import { measurePath, runPath } from './path.ts'

/** How far a run is. */
export type Progress = {
  readonly path: number
  readonly paths: number
  readonly tick: number
  readonly ticks: number
}

/** Options of a run; the scenario file gives the defaults of seed and paths. */
export type RunOptions = {
  readonly seed?: number
  readonly paths?: number
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

/** A run with what a report needs beyond the document. */
export type RunOutcome = {
  readonly document: RunDocument
  readonly scenario: Scenario
  readonly resolved: ResolvedScenario
  /** Values per path of a measure, NaN where a path has none. */
  readonly values: (measure: string) => Float64Array
  /** The last finished path, its world still standing at its end; null when none finished. */
  readonly view: PathView | null
  readonly interrupted: boolean
}

/** Thrown when a run is stopped before its first path is finished. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

/** Thrown when seed or paths cannot be used. */
export class RunOptionError extends Error {
  override readonly name = 'RunOptionError'
}

function checkOptions(seed: number, paths: number): void {
  if (!Number.isSafeInteger(seed)) throw new RunOptionError(`seed ${seed}: use a whole number`)
  if (!Number.isSafeInteger(paths) || paths < 1)
    throw new RunOptionError(`paths ${paths}: use a whole number from 1 on`)
}

/** Ticks between looks at the clock; each look may report progress and let signals in. */
const LOOK_EVERY = 16

/** Longest time without letting signals in, ms. */
const BREATH = 50

function createPulse(options: RunOptions, ticks: number, paths: number) {
  const { signal, onProgress } = options
  let last = Date.now()
  return (path: number) => (tick: number) => {
    if (tick % LOOK_EVERY !== 0 && tick !== ticks) return
    if (signal?.aborted) throw new InterruptedError('interrupted')
    const now = Date.now()
    if (now - last < BREATH) return
    last = now
    onProgress?.({ path, paths, tick, ticks })
    return new Promise<void>((resolve, reject) => {
      setImmediate(() =>
        signal?.aborted ? reject(new InterruptedError('interrupted')) : resolve(),
      )
    })
  }
}

/** A world that is ready to run, with what is measured in it. */
function prepare(
  scenario: Scenario,
  resolved: ResolvedScenario,
  seed: number,
  options: RunOptions,
) {
  const { spec, order } = resolved
  const checked = options.checked ?? false
  const asset = order.asset === undefined ? -1 : assetIndex(spec.assets, order.asset)
  const focusIn = (world: World): Focus => focusOf(world, asset, order.source ?? '')
  const world = buildWorld(spec, MODELS, { seed, checked })
  const lenders = namedLenders(world).map(({ name }) => name)
  const isCompared = options.compare ?? true
  const comparer = createComparer(spec, MODELS, lenders, {
    measures: isCompared ? [...scenario.measures, ...(options.measures ?? [])] : [],
    cuts: isCompared ? (options.cuts ?? []) : [],
    ...{ seed, checked, focusOf: focusIn },
  })
  const columns = columnsOf(lenders)
  const infos: readonly MeasureInfo[] = [...columns, ...comparer.columns]
  return { world, focus: focusIn(world), columns, comparer, infos }
}

/** Numbers of a run: per path, one for every measure, then one for every channel that is cut. */
type Numbers = {
  readonly rows: Float64Array[]
  readonly failures: string[]
  view: PathView | null
  interrupted: boolean
}

async function runPaths(
  ready: ReturnType<typeof prepare>,
  paths: number,
  seed: number,
  options: RunOptions,
): Promise<Numbers> {
  const { world, focus, columns, comparer } = ready
  const { ticks } = world.spec
  const pulse = createPulse(options, ticks * (1 + comparer.worlds), paths)
  const out: Numbers = { rows: [], failures: [], view: null, interrupted: false }
  for (let path = 0; path < paths && !out.interrupted; path++) {
    try {
      if (options.signal?.aborted) throw new InterruptedError('interrupted')
      const tick = pulse(path)
      let done = 0
      const runOne = async (own: World, at: Focus): Promise<PathView> => {
        const before = done++ * ticks
        return runPath(own, at, seed, path, (t) => tick(before + t))
      }
      out.view = await runOne(world, focus)
      const values = new Float64Array(columns.length)
      measurePath(out.view, columns, values)
      const own = (name: string): number => values[columns.findIndex((c) => c.name === name)]!
      const compared = await comparer.compare(runOne, own).catch((error: unknown) => {
        // The path itself is finished: only what it would be compared with is not.
        if (!(error instanceof InterruptedError)) throw error
        out.interrupted = true
        return new Float64Array(comparer.columns.length + comparer.channels.length).fill(Number.NaN)
      })
      out.rows.push(Float64Array.from([...values, ...compared]))
      options.onProgress?.({ path: path + 1, paths, tick: 0, ticks })
    } catch (error) {
      // The world no longer stands at the end of the path that was finished last.
      out.view = null
      if (out.rows.length === 0 && (error instanceof InterruptedError || path === paths - 1))
        throw error
      keepGoing(error, out, path)
    }
  }
  return out
}

/** Note why a path was not finished. */
function keepGoing(error: unknown, out: Numbers, path: number): void {
  if (error instanceof InterruptedError) out.interrupted = true
  else out.failures.push(`path ${path} failed: ${error instanceof Error ? error.message : error}`)
}

/**
 * Run a scenario and keep its last path standing for reports.
 * @throws {ScenarioError} when an override is wrong, {SourceError} when data are, {ChannelError} when
 *   a cut is, {InterruptedError} when stopped before the first path is finished.
 */
export async function runScenario(
  scenario: Scenario | string,
  options: RunOptions = {},
): Promise<RunOutcome> {
  const loaded = typeof scenario === 'string' ? loadScenario(scenario) : scenario
  const seed = options.seed ?? loaded.seed
  const paths = options.paths ?? loaded.paths
  checkOptions(seed, paths)
  const set = options.set ?? {}
  const resolved = await resolveScenario(loaded, {
    set,
    ...(options.cache ? { cache: options.cache } : {}),
  })
  const ready = prepare(loaded, resolved, seed, options)
  const { infos, comparer, world } = ready
  const { rows, failures, view, interrupted } = await runPaths(ready, paths, seed, options)
  const column = (k: number): Float64Array => Float64Array.from(rows, (row) => row[k]!)
  const values = infos.map((_, m) => column(m))
  const channels = comparer.channels.map(
    ({ channel, reason }, k): ChannelValues => ({
      ...{ name: channel.name, doc: channel.doc, reason },
      values: column(infos.length + k),
    }),
  )
  const document = documentOf({
    ...{ scenario: loaded, resolved, seed, set, infos, values, channels, failures },
    cuts: options.cuts ?? [],
    warnings: interrupted ? [`interrupted after ${rows.length} of ${paths} paths`] : [],
    ordering: world.chains.map((chain) => `${chain.name}: ${chain.order}`).join(', '),
  })
  return {
    document,
    scenario: loaded,
    resolved,
    values: (name) => values[infos.findIndex((m) => m.name === name)] ?? new Float64Array(0),
    view: interrupted ? null : view,
    interrupted,
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
