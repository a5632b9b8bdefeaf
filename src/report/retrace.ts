import { createStepper, startPath } from '../engine/index.ts'
import type { RunOutcome } from '../experiments/index.ts'
import { endingOf, openingOf, type PathView } from '../measures/index.ts'
import { type AccountRow, accountsOf } from './accounts.ts'
import { type Curve, curveOf, type NoCurve } from './curve.ts'
import { createSampler, type Series } from './series.ts'

/** What one path shows when it is run again and watched. */
export type Retrace = {
  readonly view: PathView
  /** Accounts before the first block and after the last. */
  readonly opening: readonly AccountRow[]
  readonly end: readonly AccountRow[]
  readonly curve: Curve | NoCurve
  readonly series: Series
}

/** Moments sampled along the path that a report is about. */
const SAMPLES = 480

/** Ticks between moments in which signals are let in. */
const BREATH = 64

/** Run a path from where it starts, sampling it about `samples` times. */
async function watchPath({ world, focus }: PathView, samples: number): Promise<Series> {
  const { ticks } = world.spec
  const sampler = createSampler(world, focus)
  const step = createStepper(world)
  const every = Math.max(1, Math.ceil(ticks / samples))
  sampler.sample()
  for (let tick = 1; tick <= ticks; tick++) {
    step()
    if (tick % every === 0 || tick === ticks) sampler.sample()
    if (tick % BREATH === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return sampler.series
}

/**
 * Run the last finished path of a run again, sampling it: engine and draws are deterministic, so the
 * world ends where it ended before. It is not interrupted, because the world must end there.
 * @returns null when no path was finished.
 */
export async function retrace(outcome: RunOutcome): Promise<Retrace | null> {
  const { view, document } = outcome
  if (view === null) return null
  const { world, focus, path } = view
  startPath(world, document.seed, path)
  const opening = accountsOf(world)
  const curve = curveOf(world, focus.asset)
  const series = await watchPath(view, SAMPLES)
  return { view, opening, end: accountsOf(world), curve, series }
}

/**
 * Run any path of a run again in the world of its last one, sampling it about `samples` times.
 * @returns what a story is told of; good until the world's next path. Its locks and gains are not known.
 */
export async function retracePath(
  last: PathView,
  seed: number,
  path: number,
  samples: number,
): Promise<{ readonly view: PathView; readonly series: Series }> {
  const { world, focus } = last
  startPath(world, seed, path)
  const opening = openingOf(world, focus)
  const series = await watchPath(last, samples)
  const unknown = { watched: { ...last.watched, locked: new Map() }, gains: [] }
  return { view: { ...last, ...unknown, path, opening, ending: endingOf(world) }, series }
}
