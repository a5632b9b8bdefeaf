import { type Correlations, checkCorrelations, subsetPoints } from './copula.ts'
import { drawnOf, type Law } from './laws.ts'
import {
  checkCount,
  checkSeed,
  evaluate,
  type Interval,
  type Response,
  SensitivityError,
} from './ranges.ts'
import { addUp, jackknife, LEAST, scramblingOf, sizesOf } from './replicates.ts'

/** Options of an analysis by Shapley effects. */
export type ShapleyOptions = {
  /** Base samples; the function is evaluated samples x 2^parameters times. */
  readonly samples: number
  readonly seed?: number
  /** Correlations of the parameters' normal scores (Gaussian copula); independent by default. */
  readonly correlations?: Correlations
}

/** Shares of the variance of a function of parameters that may depend on each other. */
export type ShapleyEffects = {
  /** Share of each parameter; they add up to 1, and none is negative but by chance. */
  readonly effects: readonly Interval[]
  /** Share that is left to each parameter once all others are known; equal to the total index when independent. */
  readonly total: readonly Interval[]
  readonly mean: number
  readonly variance: number
  readonly evaluations: number
}

/** Most parameters: 2^10 evaluations per base sample. */
const MOST_SHAPLEY = 10

/** Points at which a function must be evaluated, row by row. */
export type ShapleyDesign = {
  readonly parameters: number
  readonly sizes: readonly number[]
  readonly points: Float64Array
}

/**
 * Lay out the evaluations of an analysis by Shapley effects.
 * @throws {SensitivityError} for laws, correlations or counts that make no sense.
 */
export function shapleyDesign(laws: readonly Law[], options: ShapleyOptions): ShapleyDesign {
  const { samples, seed = 1, correlations } = options
  const d = laws.length
  if (d === 0) throw new SensitivityError('no parameters to vary; give at least one law')
  if (d > MOST_SHAPLEY)
    throw new SensitivityError(
      `${d} parameters have 2^${d} subsets; Shapley effects are of at most ${MOST_SHAPLEY}: leave out what matters least`,
    )
  checkCount('samples', samples, 2 * LEAST)
  checkSeed(seed)
  const independent = laws.map((_, i) => laws.map((__, j) => (i === j ? 1 : 0)))
  const matrix = checkCorrelations(correlations ?? independent, d)
  const sizes = sizesOf(samples)
  const drawn = laws.map((law) => drawnOf(law))
  const points = subsetPoints(drawn, matrix, sizes, (r) => scramblingOf(seed, r))
  return { parameters: d, sizes, points }
}

/** n! */
function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1)
}

/** Bits that are set. */
function countBits(subset: number): number {
  let bits = 0
  for (let rest = subset; rest > 0; rest >>= 1) bits += rest & 1
  return bits
}

/**
 * Shapley value of a player in a game.
 * @param worth of every coalition, by its bits; worth[0] is 0.
 */
export function shapleyValue(worth: ArrayLike<number>, players: number, player: number): number {
  let value = 0
  for (let subset = 0; subset < 1 << players; subset++) {
    if ((subset & (1 << player)) !== 0) continue
    const size = countBits(subset)
    const weight = (factorial(size) * factorial(players - size - 1)) / factorial(players)
    value += weight * (worth[subset | (1 << player)]! - worth[subset]!)
  }
  return value
}

/** Per replicate: summed worth of every subset, then the number of base samples; and the sum of all values. */
function partsOf({ parameters: d, sizes }: ShapleyDesign, values: Float64Array) {
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    throw new SensitivityError(
      `the function is ${values[bad]} at evaluation ${bad}; variances need finite values`,
    )
  const subsets = 1 << d
  let from = 0
  let sum = 0
  const parts = sizes.map((size) => {
    const sums = new Float64Array(subsets + 1)
    sums[subsets] = size
    for (let i = 0; i < size; i++, from += subsets) {
      const base = values[from]!
      sum += base + values[from + subsets - 1]!
      for (let subset = 1; subset < subsets; subset++)
        sums[subset]! += (base - values[from + subset]!) ** 2 / 2
    }
    return sums
  })
  return { parts, sum }
}

const wholeOf = (sums: Float64Array): number => sums[sums.length - 2]!
const effectOf = (sums: Float64Array, d: number, k: number): number =>
  shapleyValue(sums, d, k) / wholeOf(sums)

/**
 * Work out Shapley effects from a function's values at the points of a design.
 *
 * The worth of a subset is the variance that is left once all others are known, E Var(Y | others). A point
 * of the joint law and the same point with the subset drawn anew given the others are two independent
 * draws of Y given the others, so half their squared difference has that mean.
 * Source: Song, Nelson, Staum, SIAM/ASA J. Uncertainty Quantification 4 (2016) 1060; the game is solved
 * over all subsets instead of permutations.
 * @param values one per row of the design. A constant function has no variance to share: NaN.
 * @throws {SensitivityError} when a value is not finite.
 */
export function shapleyFrom(design: ShapleyDesign, values: Float64Array): ShapleyEffects {
  const { parameters: d } = design
  const { parts, sum } = partsOf(design, values)
  const parameters = Array.from({ length: d }, (_, k) => k)
  const all = addUp(parts)
  const count = all[all.length - 1]!
  return {
    effects: parameters.map((k) => jackknife(parts, (sums) => effectOf(sums, d, k))),
    total: parameters.map((k) => jackknife(parts, (sums) => sums[1 << k]! / wholeOf(sums))),
    mean: sum / (2 * count),
    variance: wholeOf(all) / count,
    evaluations: values.length,
  }
}

/** Estimate by how much the effect of one parameter is above that of another, on the same points. */
export function shapleyContrast(
  design: ShapleyDesign,
  values: Float64Array,
  [k, than]: readonly [number, number],
): Interval {
  const { parts } = partsOf(design, values)
  const d = design.parameters
  return jackknife(parts, (sums) => effectOf(sums, d, k) - effectOf(sums, d, than))
}

/**
 * Estimate the Shapley effects of a function of parameters that may depend on each other.
 * @param f called with an array of parameters in the order of `laws`.
 * @throws {SensitivityError} for laws, correlations or counts that make no sense.
 * @example
 * shapleyEffects(([x, y]) => x + y, [[0, 1], [0, 1]], { samples: 1024, correlations: [[1, 0.5], [0.5, 1]] })
 */
export function shapleyEffects(
  f: Response,
  laws: readonly Law[],
  options: ShapleyOptions,
): ShapleyEffects {
  const design = shapleyDesign(laws, options)
  return shapleyFrom(design, evaluate(f, design.points, design.parameters))
}
