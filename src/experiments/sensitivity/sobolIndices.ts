import { createSobol, studentQuantile } from '../../math/index.ts'
import {
  checkCount,
  checkRanges,
  evaluate,
  type Interval,
  place,
  type Ranges,
  type Response,
  SensitivityError,
} from './ranges.ts'

/** Options of an analysis by variances. */
export type SobolOptions = {
  /** Base sample N; the function is evaluated N (parameters + 2) times. */
  readonly samples: number
  /** Seed of the scrambling; default 1. */
  readonly seed?: number
}

/** Shares of the variance of a function of independent, uniform parameters. */
export type SobolIndices = {
  /** Share that each parameter explains alone, by parameter. */
  readonly first: readonly Interval[]
  /** Share that goes with each parameter, alone and together with others. */
  readonly total: readonly Interval[]
  readonly mean: number
  readonly variance: number
  /** How often the function was evaluated. */
  readonly evaluations: number
}

/** Independent scramblings of the sequence: their scatter is the error. */
const REPLICATES = 16
/** Fewest base samples that tell anything in a replicate. */
const LEAST = 2

/** Points at which a function must be evaluated, row by row. */
export type SobolDesign = {
  readonly parameters: number
  /** Base samples of each replicate. */
  readonly sizes: readonly number[]
  /** N (parameters + 2) rows of `parameters` columns; per base sample A, B, then A with one column of B. */
  readonly points: Float64Array
}

/**
 * Lay out the evaluations of an analysis by variances: scrambled Sobol points, radially from A to B.
 * Source: Saltelli et al., Computer Physics Communications 181 (2010) 259, table 2.
 * @throws {SensitivityError} for ranges or counts that make no sense.
 */
export function sobolDesign(ranges: Ranges, { samples, seed = 1 }: SobolOptions): SobolDesign {
  checkRanges(ranges)
  checkCount('samples', samples, 2 * LEAST)
  const d = ranges.length
  const replicates = Math.min(REPLICATES, Math.floor(samples / LEAST))
  const sizes = Array.from(
    { length: replicates },
    (_, r) => Math.floor(((r + 1) * samples) / replicates) - Math.floor((r * samples) / replicates),
  )
  const points = new Float64Array(samples * (d + 2) * d)
  const unit = new Float64Array(2 * d)
  let at = 0
  sizes.forEach((size, r) => {
    const sequence = createSobol(2 * d, seed * REPLICATES + r)
    for (let i = 0; i < size; i++) {
      sequence.point(i, unit)
      for (let row = 0; row < d + 2; row++, at += d) {
        place(ranges, unit, row === 1 ? d : 0, points, at)
        if (row < 2) continue
        const k = row - 2
        points[at + k] = points[at - (row - 1) * d + k]!
      }
    }
  })
  return { parameters: d, sizes, points }
}

/** Sums over the base samples of one replicate; per parameter in `alone` and `with`. */
type Sums = {
  n: number
  sum: number
  squares: number
  readonly alone: Float64Array
  readonly with: Float64Array
}

const emptySums = (d: number): Sums => ({
  n: 0,
  sum: 0,
  squares: 0,
  alone: new Float64Array(d),
  with: new Float64Array(d),
})

function addTo(total: Sums, part: Sums, sign: 1 | -1): void {
  total.n += sign * part.n
  total.sum += sign * part.sum
  total.squares += sign * part.squares
  for (let k = 0; k < total.alone.length; k++) {
    total.alone[k]! += sign * part.alone[k]!
    total.with[k]! += sign * part.with[k]!
  }
}

/** @param centre near the mean, so that sums of squares keep their digits. */
function sumsOf(values: Float64Array, from: number, size: number, d: number, centre: number): Sums {
  const sums = emptySums(d)
  for (let i = 0, at = from; i < size; i++, at += d + 2) {
    const a = values[at]! - centre
    const b = values[at + 1]! - centre
    sums.n++
    sums.sum += a + b
    sums.squares += a * a + b * b
    for (let k = 0; k < d; k++) {
      const mixed = values[at + 2 + k]! - centre
      sums.alone[k]! += (b - mixed) * (b - mixed)
      sums.with[k]! += (a - mixed) * (a - mixed)
    }
  }
  return sums
}

const meanOf = ({ n, sum }: Sums): number => sum / (2 * n)

function varianceOf(sums: Sums): number {
  const mean = meanOf(sums)
  return Math.max(0, sums.squares / (2 * sums.n) - mean * mean)
}

/** Jansen's estimators: half the mean square of what changes when all but one, or only one, changes. */
const firstOf = (sums: Sums, k: number): number =>
  1 - sums.alone[k]! / (2 * sums.n) / varianceOf(sums)
const totalOf = (sums: Sums, k: number): number => sums.with[k]! / (2 * sums.n) / varianceOf(sums)

/** An estimate from all replicates, and its error from leaving each out (jackknife). */
function jackknife(all: Sums, parts: readonly Sums[], estimate: (sums: Sums) => number): Interval {
  const value = estimate(all)
  const left = parts.map((part) => {
    addTo(all, part, -1)
    const without = estimate(all)
    addTo(all, part, 1)
    return without
  })
  const r = parts.length
  const mean = left.reduce((a, b) => a + b, 0) / r
  const spread = left.reduce((sum, x) => sum + (x - mean) * (x - mean), 0)
  const half = studentQuantile(0.975, r - 1) * Math.sqrt(((r - 1) / r) * spread)
  return { value, low: value - half, high: value + half }
}

/**
 * Work out the shares of variance from a function's values at the points of a design.
 * @param values one per row of the design. A constant function has no variance to share: NaN.
 * @throws {SensitivityError} when a value is not finite.
 */
export function sobolFrom(
  { parameters: d, sizes }: SobolDesign,
  values: Float64Array,
): SobolIndices {
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    throw new SensitivityError(
      `the function is ${values[bad]} at evaluation ${bad}; variances need finite values`,
    )
  const rows = d + 2
  const centre = values[0]!
  const all = emptySums(d)
  let from = 0
  const parts = sizes.map((size) => {
    const part = sumsOf(values, from, size, d, centre)
    from += size * rows
    addTo(all, part, 1)
    return part
  })
  const parameters = Array.from({ length: d }, (_, k) => k)
  const shares = (of: (sums: Sums, k: number) => number): readonly Interval[] =>
    parameters.map((k) => jackknife(all, parts, (sums) => of(sums, k)))
  return {
    first: shares(firstOf),
    total: shares(totalOf),
    mean: centre + meanOf(all),
    variance: varianceOf(all),
    evaluations: values.length,
  }
}

/**
 * Estimate first-order and total-order Sobol indices of a function of independent, uniform parameters.
 * @param f called with an array of parameters in the order of `ranges`.
 * @returns indices with 95 % intervals (Student's t over independent scramblings); they may lie a
 *   little outside 0..1, as estimates do.
 * @throws {SensitivityError} for ranges or counts that make no sense, or a value that is not finite.
 * @example
 * sobolIndices(([x, y]) => x * y, [[0, 1], [0, 1]], { samples: 4096 }).total[0].value
 */
export function sobolIndices(f: Response, ranges: Ranges, options: SobolOptions): SobolIndices {
  const design = sobolDesign(ranges, options)
  return sobolFrom(design, evaluate(f, design.points, design.parameters))
}
