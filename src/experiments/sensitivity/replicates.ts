import { studentQuantile } from '../../math/index.ts'
import type { Interval } from './ranges.ts'

/** Independent scramblings of the sequence: their scatter is the error. */
const REPLICATES = 16

/** Fewest base samples that tell anything in a replicate. */
export const LEAST = 2

/** Base samples of each replicate. @param samples in all, at least 2 x `LEAST`. */
export function sizesOf(samples: number): readonly number[] {
  const replicates = Math.min(REPLICATES, Math.floor(samples / LEAST))
  return Array.from(
    { length: replicates },
    (_, r) => Math.floor(((r + 1) * samples) / replicates) - Math.floor((r * samples) / replicates),
  )
}

/**
 * Seed of the scrambling of one replicate, another for every seed and replicate.
 * @param seed any safe integer; where the product is none it would be that of other replicates too.
 */
export function scramblingOf(seed: number, replicate: number): number | string {
  const own = seed * REPLICATES + replicate
  return Number.isSafeInteger(own) ? own : `${seed} replicate ${replicate}`
}

/** Add up the sums of all replicates. */
export function addUp(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts[0]!.length)
  for (const part of parts) for (let k = 0; k < all.length; k++) all[k]! += part[k]!
  return all
}

/** Half of an interval at 95 %. */
const LEVEL = 0.975

/** Squared standard error by the jackknife, from the values with one replicate left out each. */
export function jackknifeVariance(left: readonly number[]): number {
  const r = left.length
  const mean = left.reduce((a, b) => a + b, 0) / r
  const spread = left.reduce((sum, x) => sum + (x - mean) * (x - mean), 0)
  return ((r - 1) / r) * spread
}

/** An estimate from all replicates, and its error from leaving each out (jackknife). */
export function jackknife(
  parts: readonly Float64Array[],
  estimate: (sums: Float64Array) => number,
): Interval {
  const all = addUp(parts)
  const value = estimate(all)
  const left = parts.map((part) => estimate(all.map((sum, k) => sum - part[k]!)))
  const half = studentQuantile(LEVEL, parts.length - 1) * Math.sqrt(jackknifeVariance(left))
  return { value, low: value - half, high: value + half }
}

/**
 * Widen an interval over samples of the parameters by the error over paths, as if both were independent:
 * Student's t with the degrees of freedom of Satterthwaite.
 * @param samples base samples that the interval is made from, as `sizesOf` groups them.
 * @param left the estimate with one group of paths left out each; fewer than two: nothing is known.
 */
export function widened(at: Interval, samples: number, left: readonly number[]): Interval {
  if (left.length < 2) return at
  const r = sizesOf(samples).length - 1
  const own = ((at.high - at.low) / 2 / studentQuantile(LEVEL, r)) ** 2
  const paths = jackknifeVariance(left)
  const both = own + paths
  if (!(both > 0)) return at
  const freedom = (both * both) / ((own * own) / r + (paths * paths) / (left.length - 1))
  const half = studentQuantile(LEVEL, Math.max(1, freedom)) * Math.sqrt(both)
  return { value: at.value, low: at.value - half, high: at.value + half }
}
