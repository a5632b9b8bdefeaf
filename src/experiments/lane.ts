import type { Focus, PathView } from '../measures/index.ts'
import type { SourceCache } from '../scenario/index.ts'
import type { World } from '../world/index.ts'
import { InterruptedError } from './errors.ts'
import { measurePath, runPath } from './path.ts'
import type { Chunk, ChunkResult, PathFailure, RunPlan } from './plan.ts'
import { type Prepared, prepareRun } from './prepare.ts'

/**
 * Called before every path and every few ticks: may wait, to let the process breathe, and may throw
 * {InterruptedError} to stop.
 * @param path place of the path in its run.
 * @param tick ticks of it that are done, those of the worlds it is compared with included.
 */
export type Pause = (path: number, tick: number) => Promise<void> | void

/** Works on one chunk after the other; keeps the world of the run that it worked on last. */
export type Lane = {
  /** The run, ready: its data loaded and its world built when the lane works on it first. */
  readonly ready: (run: number) => Promise<Prepared>
  /** @returns the numbers of the chunk, up to the path before which it was stopped. */
  readonly work: (chunk: Chunk, pause: Pause) => Promise<ChunkResult>
}

/** The measure that is sampled along a path. */
const LOOP_GAIN = 'loopGain'

/** Text of what was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * Run one path of a run, and again with what it is compared with.
 * @param out one number per name, overwritten.
 * @returns false when it was stopped while being compared: the path itself is finished.
 */
async function runRow(
  ready: Prepared,
  path: number,
  pause: Pause,
  out: Float64Array,
): Promise<boolean> {
  const { world, focus, columns, comparer, plan } = ready
  const { ticks } = world.spec
  let done = 0
  const runOne = (own: World, at: Focus): Promise<PathView> => {
    const before = done++ * ticks
    const onTick = (tick: number) => pause(path, before + tick)
    // Nobody reads the loop gain of worlds with something cut.
    const isRead = own === world && columns.some(({ name }) => name === LOOP_GAIN)
    return runPath(own, at, plan.seed, path, onTick, isRead ? undefined : () => null)
  }
  ready.view = null
  if (ready.watcher) {
    await ready.watcher.watch(path, (tick) => pause(path, tick), out)
    return true
  }
  ready.view = await runOne(world, focus)
  measurePath(ready.view, columns, out)
  const own = (name: string): number => out[columns.findIndex((c) => c.name === name)]!
  try {
    out.set(await comparer.compare(runOne, own), columns.length)
    return true
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error
    out.fill(Number.NaN, columns.length)
    return false
  }
}

/** Run a chunk in a world that is ready; a path that fails is a row without numbers. */
async function runChunk(ready: Prepared, chunk: Chunk, pause: Pause): Promise<ChunkResult> {
  const width = ready.names.length
  const values = new Float64Array((chunk.to - chunk.from) * width)
  const failures: PathFailure[] = []
  let to = chunk.from
  let isCompared = true
  while (to < chunk.to && isCompared) {
    const row = values.subarray((to - chunk.from) * width, (to - chunk.from + 1) * width)
    try {
      await pause(to, 0)
      isCompared = await runRow(ready, to, pause, row)
    } catch (error) {
      if (error instanceof InterruptedError) break
      ready.view = null
      row.fill(Number.NaN)
      failures.push({ path: to, reason: reasonOf(error) })
    }
    to++
  }
  const made = to === chunk.to ? values : values.slice(0, (to - chunk.from) * width)
  const range = { run: chunk.run, from: chunk.from, to, uncompared: isCompared ? 0 : 1 }
  return { ...range, values: made, failures }
}

/**
 * Make a lane.
 * @param cache sources that are loaded already; filled.
 */
export function createLane(plans: readonly RunPlan[], cache: SourceCache): Lane {
  let last: { readonly run: number; readonly ready: Promise<Prepared> } | null = null
  function ready(run: number): Promise<Prepared> {
    if (last?.run !== run) last = { run, ready: prepareRun(plans[run]!, cache) }
    return last.ready
  }
  return { ready, work: async (chunk, pause) => runChunk(await ready(chunk.run), chunk, pause) }
}
