import { createStepper, startPath } from '../engine/index.ts'
import {
  createLoopGain,
  createWatched,
  endingOf,
  type Focus,
  type MeasureColumn,
  openingOf,
  type PathView,
} from '../measures/index.ts'
import type { World } from '../world/index.ts'

/** How many times along a path the loop gain is sampled. */
const PROBES = 60

/** Ticks of a stretch, in which nothing is waited for. */
const STRETCH = 16

/** Called between stretches; may wait (to let the process breathe) and may throw to stop the path. */
export type OnTick = (tick: number) => Promise<void> | void

/** Measures the loop gain now; null where there is none, or nobody asks. */
export type LoopGain = () => number | null

/**
 * Run one path to its end.
 * @param onTick called every 16 ticks and after the last, with the ticks that are done.
 * @param loopGain what is sampled as such along the path; nothing where it returns null.
 * @returns what measures look at; valid until the world's next path.
 */
export async function runPath(
  world: World,
  focus: Focus,
  seed: number,
  path: number,
  onTick: OnTick,
  loopGain: LoopGain = createLoopGain(world, focus),
): Promise<PathView> {
  startPath(world, seed, path)
  return followPath(world, focus, path, onTick, loopGain)
}

/**
 * Run a path on from where its world stands, for as long as a whole one takes.
 * @param onTick and loopGain as in `runPath`.
 */
export async function followPath(
  world: World,
  focus: Focus,
  path: number,
  onTick: OnTick,
  loopGain: LoopGain = createLoopGain(world, focus),
): Promise<PathView> {
  const step = createStepper(world)
  const { ticks } = world.spec
  const opening = openingOf(world, focus)
  const watch = createWatched(world, focus)
  const gains: number[] = []
  const sample = (): void => {
    const gain = loopGain()
    if (gain !== null) gains.push(gain)
  }
  const probeEvery = Math.max(1, Math.ceil(ticks / PROBES))
  sample()
  watch.look(0)
  for (let tick = 1; tick <= ticks; tick++) {
    step()
    watch.look(tick)
    if (tick % probeEvery === 0) sample()
    if (tick % STRETCH !== 0 && tick !== ticks) continue
    const waiting = onTick(tick)
    if (waiting) await waiting
  }
  return { world, focus, path, opening, watched: watch.result(), ending: endingOf(world), gains }
}

/**
 * Measure a finished path.
 * @param out one number per column, NaN where the path has none.
 */
export function measurePath(
  view: PathView,
  columns: readonly MeasureColumn[],
  out: Float64Array,
): void {
  for (let m = 0; m < columns.length; m++) out[m] = columns[m]!.value(view) ?? Number.NaN
}
