import { createSobol, SOBOL_DIMENSIONS } from '../../math/index.ts'
import {
  checkCount,
  checkRanges,
  checkSeed,
  evaluate,
  type Interval,
  place,
  type Ranges,
  type Response,
  SensitivityError,
} from './ranges.ts'
import { addUp, jackknife, LEAST, scramblingOf, sizesOf } from './replicates.ts'

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
  checkSeed(seed)
  const d = ranges.length
  if (2 * d > SOBOL_DIMENSIONS)
    throw new SensitivityError(
      `${d} parameters are varied; Sobol points have room for ${SOBOL_DIMENSIONS / 2}: leave out what matters least`,
    )
  const sizes = sizesOf(samples)
  const points = new Float64Array(samples * (d + 2) * d)
  const unit = new Float64Array(2 * d)
  let at = 0
  sizes.forEach((size, r) => {
    const sequence = createSobol(2 * d, scramblingOf(seed, r))
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

/**
 * Sums over the base samples of one replicate: their number, values and squares of both points, squared
 * changes from one to the other, then per parameter those when it stays and when it alone changes.
 */
type Sums = Float64Array

const [COUNT, SUM, SQUARES, WHOLE, CHANGES] = [0, 1, 2, 3, 4]

/** @param centre near the mean, so that sums of squares keep their digits. */
function sumsOf(values: Float64Array, from: number, size: number, d: number, centre: number): Sums {
  const sums = new Float64Array(CHANGES + 2 * d)
  for (let i = 0, at = from; i < size; i++, at += d + 2) {
    const a = values[at]! - centre
    const b = values[at + 1]! - centre
    sums[COUNT]!++
    sums[SUM]! += a + b
    sums[SQUARES]! += a * a + b * b
    sums[WHOLE]! += (a - b) * (a - b)
    for (let k = 0; k < d; k++) {
      const mixed = values[at + 2 + k]! - centre
      sums[CHANGES + 2 * k]! += (b - mixed) * (b - mixed)
      sums[CHANGES + 2 * k + 1]! += (a - mixed) * (a - mixed)
    }
  }
  return sums
}

const meanOf = (sums: Sums): number => sums[SUM]! / (2 * sums[COUNT]!)

function varianceOf(sums: Sums): number {
  const mean = meanOf(sums)
  return Math.max(0, sums[SQUARES]! / (2 * sums[COUNT]!) - mean * mean)
}

/**
 * Jansen's estimators: the mean square of what changes when all but one, or only one, changes, over that
 * when all do. Twice the variance below the line would be as unbiased, but changes of the same points
 * err together: a parameter that decides alone has exactly 1.
 */
const othersOf = (sums: Sums, k: number): number => sums[CHANGES + 2 * k]! / sums[WHOLE]!
const totalOf = (sums: Sums, k: number): number => sums[CHANGES + 2 * k + 1]! / sums[WHOLE]!

/** Sums of every replicate, and what was taken off all values. */
function partsOf({ parameters: d, sizes }: SobolDesign, values: Float64Array) {
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    throw new SensitivityError(
      `the function is ${values[bad]} at evaluation ${bad}; variances need finite values`,
    )
  const rows = d + 2
  const centre = values[0]!
  let from = 0
  const parts = sizes.map((size) => {
    const part = sumsOf(values, from, size, d, centre)
    from += size * rows
    return part
  })
  return { parts, centre }
}

/**
 * Work out the shares of variance from a function's values at the points of a design.
 * @param values one per row of the design. A constant function has no variance to share: NaN.
 * @throws {SensitivityError} when a value is not finite.
 */
export function sobolFrom(design: SobolDesign, values: Float64Array): SobolIndices {
  const { parts, centre } = partsOf(design, values)
  const all = addUp(parts)
  const parameters = Array.from({ length: design.parameters }, (_, k) => k)
  const shares = (of: (sums: Sums, k: number) => number): readonly Interval[] =>
    parameters.map((k) => jackknife(parts, (sums) => of(sums, k)))
  return {
    first: shares(othersOf).map(({ value, low, high }) => ({
      ...{ value: 1 - value, low: 1 - high, high: 1 - low },
    })),
    total: shares(totalOf),
    mean: centre + meanOf(all),
    variance: varianceOf(all),
    evaluations: values.length,
  }
}

/** Estimate by how much the total index of one parameter is above that of another, on the same points. */
export function sobolContrast(
  design: SobolDesign,
  values: Float64Array,
  [k, than]: readonly [number, number],
): Interval {
  const { parts } = partsOf(design, values)
  return jackknife(parts, (sums) => totalOf(sums, k) - totalOf(sums, than))
}

/**
 * Estimate first-order and total-order Sobol indices of a function of independent, uniform parameters.
 * @param f called with an array of parameters in the order of `ranges`.
 * @returns indices with 95 % intervals (Student's t over independent scramblings; how often they cover:
 *   see `jackknife`); they may lie a little outside 0..1, as estimates do.
 * @throws {SensitivityError} for ranges or counts that make no sense, or a value that is not finite.
 * @example
 * sobolIndices(([x, y]) => x * y, [[0, 1], [0, 1]], { samples: 4096 }).total[0].value
 */
export function sobolIndices(f: Response, ranges: Ranges, options: SobolOptions): SobolIndices {
  const design = sobolDesign(ranges, options)
  return sobolFrom(design, evaluate(f, design.points, design.parameters))
}
