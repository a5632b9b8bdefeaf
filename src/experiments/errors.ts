/** Thrown when a run is stopped before its first path is finished. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

/** Thrown when seed, paths, workers or the like cannot be used. */
export class RunOptionError extends Error {
  override readonly name = 'RunOptionError'
}
