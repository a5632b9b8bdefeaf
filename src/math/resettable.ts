import type { Draws } from './draws.ts'

/** Opens the stream of one instance on one path; `philoxDraws` is the default one. */
export type MakeDraws = (seed: number, path: number, name: string) => Draws

/**
 * Make draws that can be pointed at another path, so that one world serves many paths.
 *
 * @param make opens a stream.
 * @param name the instance's name.
 * @returns draws of seed 0 and path 0, and `reset` to point them elsewhere.
 */
export function resettableDraws(
  make: MakeDraws,
  name: string,
): { readonly draws: Draws; readonly reset: (seed: number, path: number) => void } {
  let current = make(0, 0, name)
  return {
    draws: {
      uniform: (block, slot) => current.uniform(block, slot),
      normal: (block, slot) => current.normal(block, slot),
    },
    reset: (seed, path) => {
      current = make(seed, path, name)
    },
  }
}
