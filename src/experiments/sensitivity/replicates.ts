import { exp, log, studentQuantile } from '../../math/index.ts'
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

/** Degrees of freedom of an interval over the replicates. */
export function freedomOf(samples: number): number {
  return sizesOf(samples).length - 1
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

/**
 * Estimate from all replicates, with its error from leaving each out (jackknife). Shares are ratios of sums
 * of squares and lean to the right, the more the fewer the samples: of a positive one every end is the
 * farther of that on its own scale and that on the scale of its logarithm, which no share takes beyond 1.
 *
 * Measured on Ishigami, g and linear functions, 400 seeds each: 95 % intervals cover 91 to 98 % with 16 base
 * samples, 90 to 99 % with 32, 92 to 99 % with 64; without the logarithm 80 to 95, 88 to 97, 91 to 97 %. Of a
 * step, 1 where x + .3 y + .1 z > .7: 76 to 84 % of x and y with 16, 88 to 98 % with 32, 96 to 98 % with 64; of z
 * 42, 66 and 88 %, because an effect so rare that no sample meets it is not seen: [0, 0].
 */
export function jackknife(
  parts: readonly Float64Array[],
  estimate: (sums: Float64Array) => number,
): Interval {
  const all = addUp(parts)
  const value = estimate(all)
  const left = parts.map((part) => estimate(all.map((sum, k) => sum - part[k]!)))
  const t = studentQuantile(LEVEL, parts.length - 1)
  const half = t * Math.sqrt(jackknifeVariance(left))
  const plain = { value, low: value - half, high: value + half }
  if (!(value > 0 && left.every((x) => x > 0))) return plain
  const factor = exp(t * Math.sqrt(jackknifeVariance(left.map(log))))
  return {
    value,
    low: Math.min(plain.low, value / factor),
    high: Math.max(plain.high, Math.min(1, value * factor)),
  }
}

/**
 * Widen an interval over samples of the parameters by the error over paths, as if both were independent:
 * Student's t with the degrees of freedom of Satterthwaite, and never narrower than it was.
 * @param freedom degrees of freedom of the interval, at least 1.
 * @param left the estimate with one group of paths left out each: none where no group can be left out, NaN
 *   where one has no estimate: then the error is not known.
 */
export function widened(at: Interval, freedom: number, left: readonly number[]): Interval {
  if (left.length < 2) return at
  if (left.some(Number.isNaN)) return { value: at.value, low: Number.NaN, high: Number.NaN }
  const t = studentQuantile(LEVEL, freedom)
  const paths = jackknifeVariance(left)
  const reach = (half: number): number => {
    const own = (half / t) ** 2
    const both = own + paths
    if (!(both > 0)) return half
    const joint = (both * both) / ((own * own) / freedom + (paths * paths) / (left.length - 1))
    return Math.max(half, studentQuantile(LEVEL, Math.max(1, joint)) * Math.sqrt(both))
  }
  const { value } = at
  return { value, low: value - reach(value - at.low), high: value + reach(at.high - value) }
}
