import { createHash } from 'node:crypto'
import type { WarningOptions } from '../measures/index.ts'
import type { Overrides, ResolvedScenario, Scenario } from '../scenario/index.ts'
import { ENGINE_VERSION, PACKAGE_VERSION } from './version.ts'

/** A run as plain data: all that its numbers follow from, so that any process can make any part of it. */
export type RunPlan = {
  readonly scenario: Scenario
  readonly seed: number
  readonly set: Overrides
  /** Check conservation and finiteness after every block. */
  readonly checked: boolean
  /** Names of wanted measures; comparisons among them are made. */
  readonly measures: readonly string[]
  /** Channels to cut by name, `all` for every one. */
  readonly cuts: readonly string[]
  /** The only measures to take, beside those that comparisons need; all when absent. */
  readonly only?: readonly string[]
  /** Instead of measures: the signs that prices show before a path's trouble, and how they are looked for. */
  readonly signs?: WarningOptions
}

/** Paths from .. to - 1 of one run of an experiment, by the place of its plan. */
export type Chunk = { readonly run: number; readonly from: number; readonly to: number }

/** A path that was not finished, and why. */
export type PathFailure = { readonly path: number; readonly reason: string }

/** Numbers of a chunk: the same whoever makes them, and however often. */
export type ChunkResult = Chunk & {
  /** Path by path, one number per column; NaN where there is none. */
  readonly values: Float64Array
  readonly failures: readonly PathFailure[]
  /** Rows at the end, 0 or 1, that were stopped before they were compared with other worlds. */
  readonly uncompared: number
}

/** Hands out chunks in parts whose size the taker chooses. */
export type ChunkQueue = {
  /** Paths that are left. */
  readonly left: () => number
  /** At most `paths` paths of one run; undefined when nothing is left. */
  readonly take: (paths: number) => Chunk | undefined
}

/** Make the queue of some chunks. */
export function queueOf(chunks: readonly Chunk[]): ChunkQueue {
  let left = chunks.reduce((sum, { from, to }) => sum + to - from, 0)
  let place = 0
  let from = chunks[0]?.from ?? 0
  return {
    left: () => left,
    take(paths) {
      const chunk = chunks[place]
      if (!chunk) return undefined
      const part = { run: chunk.run, from, to: Math.min(chunk.to, from + Math.max(1, paths)) }
      left -= part.to - part.from
      from = part.to
      if (from >= chunk.to) from = chunks[++place]?.from ?? 0
      return part
    },
  }
}

/**
 * Name what a run's numbers follow from: version, scenario, values, data, seed and columns, not how
 * many paths there are nor how many workers make them.
 * @param columns names of the numbers of a path.
 * @param path the only path that is run; null for those from 0 on.
 * @returns a SHA-256 in hex.
 */
export function runIdentity(
  plan: RunPlan,
  resolved: ResolvedScenario,
  columns: readonly string[],
  path: number | null,
): string {
  const data = Object.values(resolved.loaded).flatMap((loaded) => loaded.data)
  const parts = [PACKAGE_VERSION, ENGINE_VERSION, plan.scenario.hash, plan.seed, plan.checked]
  const all = [...parts, path, columns, resolved.parameters, data.map((d) => d.sha256), plan.signs]
  return createHash('sha256').update(JSON.stringify(all)).digest('hex')
}
