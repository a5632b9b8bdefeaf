import { pow } from '../../../math/index.ts'

/** How blocks are used: all in one bundle, one block's end, or the ends of as many as the mean has. */
export type Mode = 'atomic' | 'single' | 'multi'

/** Lowest factor: a push down leaves some price. */
const LEAST = 1e-9

/**
 * Compute the factor by which a price must be pushed so that its mean over a window moves by `goal`.
 *
 * Arithmetic: (h m + n - h) / n = goal; geometric: m^(h / n) = goal, over n blocks of which h are pushed.
 * @param goal wanted mean over the price before, > 0.
 * @param window n, blocks, >= 1.
 * @param pushed h, blocks, 1 .. n.
 * @returns m, at least 1e-9: an arithmetic mean cannot be pushed below (n - h) / n.
 * Source: Mackinga et al., eprint 2022/445.
 */
export function pushFactor(
  goal: number,
  window: number,
  pushed: number,
  mean: 'arithmetic' | 'geometric',
): number {
  const share = window / pushed
  return Math.max(LEAST, mean === 'arithmetic' ? 1 + (goal - 1) * share : pow(goal, share))
}
