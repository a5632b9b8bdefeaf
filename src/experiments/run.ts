import { buildWorld } from '../engine/index.ts'
import { focusOf, MEASURES, type PathView } from '../measures/index.ts'
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
import { documentOf, type RunDocument } from './document.ts'
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

/**
 * Run a scenario and keep its last path standing for reports.
 * @throws {ScenarioError} when an override is wrong, {SourceError} when data are,
 *   {InterruptedError} when stopped before the first path is finished.
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
  const { spec, order } = resolved
  const world: World = buildWorld(spec, MODELS, { seed, checked: options.checked ?? false })
  const asset = order.asset === undefined ? -1 : assetIndex(spec.assets, order.asset)
  const focus = focusOf(world, asset, order.source ?? '')
  const pulse = createPulse(options, spec.ticks, paths)
  const rows: Float64Array[] = []
  const failures: string[] = []
  let view: PathView | null = null
  let interrupted = false
  for (let path = 0; path < paths && !interrupted; path++) {
    try {
      if (options.signal?.aborted) throw new InterruptedError('interrupted')
      view = await runPath(world, focus, seed, path, pulse(path))
      const row = new Float64Array(MEASURES.length)
      measurePath(view, row)
      rows.push(row)
      options.onProgress?.({ path: path + 1, paths, tick: 0, ticks: spec.ticks })
    } catch (error) {
      // The world no longer stands at the end of the path that was finished last.
      view = null
      if (!(error instanceof InterruptedError)) {
        if (paths === 1 || (path === paths - 1 && rows.length === 0)) throw error
        failures.push(`path ${path} failed: ${error instanceof Error ? error.message : error}`)
      } else if (rows.length === 0) throw error
      else interrupted = true
    }
  }
  const values = MEASURES.map((_, m) => Float64Array.from(rows, (row) => row[m]!))
  const document = documentOf({
    scenario: loaded,
    resolved,
    seed,
    set,
    values,
    failures,
    warnings: interrupted ? [`interrupted after ${rows.length} of ${paths} paths`] : [],
    ordering: world.chains.map((chain) => `${chain.name}: ${chain.order}`).join(', '),
  })
  return {
    document,
    scenario: loaded,
    resolved,
    values: (name) => values[MEASURES.findIndex((m) => m.name === name)]!,
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
