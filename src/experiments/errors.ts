import { InputError, type World } from '../world/index.ts'

/** Thrown when a run is stopped before its first path is finished. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

/** Thrown when a path that is wanted alone, or every path of a run, cannot be finished. */
export class PathFailedError extends InputError {
  override readonly name = 'PathFailedError'
  /** Number of the path, and the seed of its run. */
  readonly path: number
  readonly seed: number
  readonly reason: string
  /** Its world, standing in the tick in which it failed; null when a world beside it failed. */
  readonly world: World | null

  constructor(
    failed: { path: number; seed: number; reason: string; paths: number; world: World | null },
    options?: ErrorOptions,
  ) {
    const { path, reason, paths, world } = failed
    const { ticks, tickSeconds } = world?.spec ?? { ticks: 0, tickSeconds: 0 }
    const tick = world?.clock[0] ?? 0
    const place = world
      ? ` at tick ${tick} of ${ticks} (${tick * tickSeconds} s)`
      : ' in a world that it is compared with'
    const all = paths > 1 ? `all ${paths} paths failed: ` : ''
    const remedy =
      'change the parameters that drive it there, or run another path or seed; if they are plausible, report it with the command'
    super(`${all}path ${path} failed${place}: ${reason}; ${remedy}`, options)
    ;({ path: this.path, seed: this.seed, reason: this.reason, world: this.world } = failed)
  }
}

/** Thrown when seed, paths, workers or the like cannot be used. */
export class RunOptionError extends InputError {
  override readonly name = 'RunOptionError'
}
