import { cholesky, createSobol, inverseNormalCdf, normalCdf } from '../../math/index.ts'
import type { Drawn } from './laws.ts'
import { SensitivityError } from './ranges.ts'

/** Correlations of normal scores (Gaussian copula), row by row: symmetric, 1 on the diagonal. */
export type Correlations = readonly (readonly number[])[]

/** @throws {SensitivityError} when they are no correlation matrix of `d` parameters. */
export function checkCorrelations(rows: Correlations, d: number): Float64Array {
  const isSquare = rows.length === d && rows.every((row) => row.length === d)
  if (!isSquare)
    throw new SensitivityError(`correlations of ${d} parameters are ${d} rows of ${d} numbers`)
  const matrix = Float64Array.from(rows.flat())
  rows.forEach((row, i) => {
    row.forEach((value, j) => {
      const isSound = i === j ? value === 1 : Math.abs(value) <= 1 && value === rows[j]![i]
      if (!isSound)
        throw new SensitivityError(
          `correlation ${i}, ${j} is ${value}; use 1 on the diagonal and equal values in -1..1 beside it`,
        )
    })
  })
  if (!cholesky(matrix, d, new Float64Array(d * d)))
    throw new SensitivityError('no parameters can be correlated like that; make some weaker')
  return matrix
}

/** Which parameters are drawn anew, and how, given the others. */
type Redraw = {
  /** Parameters in the order of `factor`: the given ones first. */
  readonly order: readonly number[]
  readonly given: number
  /** Cholesky factor of the correlations in that order, row-major. */
  readonly factor: Float64Array
}

function redrawOf(matrix: Float64Array, d: number, subset: number): Redraw {
  const all = Array.from({ length: d }, (_, k) => k)
  const given = all.filter((k) => (subset & (1 << k)) === 0)
  const order = [...given, ...all.filter((k) => (subset & (1 << k)) !== 0)]
  const factor = new Float64Array(d * d)
  order.forEach((a, i) => {
    order.forEach((b, j) => {
      factor[i * d + j] = matrix[a * d + b]!
    })
  })
  cholesky(factor, d, factor)
  return { order, given: given.length, factor }
}

/**
 * Draw scores of a subset anew, given those of the others: z = L e, where e of the given ones follows
 * from their scores.
 * @param fresh independent normal scores, one per parameter.
 * @param out length d, overwritten with the scores of all.
 */
function redraw(
  { order, given, factor }: Redraw,
  scores: Float64Array,
  fresh: Float64Array,
  out: Float64Array,
): void {
  const d = order.length
  const e = new Float64Array(d)
  for (let i = 0; i < d; i++) {
    const k = order[i]!
    let mean = 0
    for (let j = 0; j < i; j++) mean += factor[i * d + j]! * e[j]!
    const pivot = factor[i * d + i]!
    if (i < given) e[i] = pivot > 0 ? (scores[k]! - mean) / pivot : 0
    else e[i] = fresh[k]!
    out[k] = i < given ? scores[k]! : mean + pivot * e[i]!
  }
}

/**
 * Points at which a function must be evaluated to tell the conditional variances of all subsets: per base
 * sample a point of the joint law, then, for every subset 1 .. 2^d - 1 (bit k: parameter k), the same
 * point with that subset drawn anew given the others.
 * @param sizes base samples of each scrambled sequence. @param seedOf scrambling of each.
 * @returns rows of d columns, in the laws' units.
 */
export function subsetPoints(
  laws: readonly Drawn[],
  matrix: Float64Array,
  sizes: readonly number[],
  seedOf: (replicate: number) => number | string,
): Float64Array {
  const d = laws.length
  const subsets = Array.from({ length: 1 << d }, (_, subset) => redrawOf(matrix, d, subset))
  const samples = sizes.reduce((a, b) => a + b, 0)
  const points = new Float64Array(samples * subsets.length * d)
  const unit = new Float64Array(2 * d)
  const [base, first, fresh, scores] = [0, 1, 2, 3].map(() => new Float64Array(d)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  let at = 0
  sizes.forEach((size, r) => {
    const sequence = createSobol(2 * d, seedOf(r))
    for (let i = 0; i < size; i++) {
      sequence.point(i, unit)
      for (let k = 0; k < d; k++) {
        first[k] = inverseNormalCdf(unit[k]!)
        fresh[k] = inverseNormalCdf(unit[d + k]!)
      }
      redraw(subsets.at(-1)!, first, first, base)
      for (const subset of subsets) {
        redraw(subset, base, fresh, scores)
        for (let k = 0; k < d; k++) points[at++] = laws[k]!.quantile(normalCdf(scores[k]!))
      }
    }
  })
  return points
}
