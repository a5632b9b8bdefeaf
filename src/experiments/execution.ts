import type { Chunk, ChunkResult } from './plan.ts'

/** How far the work is: paths that are done, and ticks of the one that is being run. */
export type Reached = { readonly paths: number; readonly tick: number }

/** What the asker of an execution is told, and may say. */
export type Execution = {
  /** Takes numbers as they are finished, in any order; a chunk may come in parts. */
  readonly keep: (result: ChunkResult) => void
  /** Told of a chunk whose run cannot be prepared; without it the execution rejects. */
  readonly refuse?: (chunk: Chunk, reason: string) => void
  /** Stops the work within a few ticks; what is finished is kept. */
  readonly signal?: AbortSignal
  readonly onProgress?: (reached: Reached) => void
}

/**
 * Runs chunks of an experiment's runs, here or anywhere: whoever does gives the same numbers.
 * `execute` resolves when all are kept or refused, or when the signal is aborted.
 */
export type Executor = {
  readonly execute: (chunks: readonly Chunk[], execution: Execution) => Promise<void>
  readonly close: () => Promise<void>
}

/** Work of one hand-over, s: short enough to share evenly, long enough to cost nothing. */
const PART_SECONDS = 0.25

/** Most paths of one hand-over. */
const PART_PATHS = 256

/** Paths to take next when one path took this long, leaving some for the others. */
export function partSize(seconds: number, left: number, workers: number): number {
  const even = Math.ceil(left / (2 * workers))
  return Math.max(1, Math.min(Math.floor(PART_SECONDS / seconds), even, PART_PATHS))
}
