import { cholesky } from '../../math/index.ts'
import {
  asset,
  fraction,
  InputError,
  list,
  number,
  type ParamSpec,
  record,
} from '../../world/index.ts'

/** Seconds in a year of 365 days. */
export const YEAR: number = 365 * 86400

/** Thrown when pairwise correlations do not belong to any joint distribution. */
export class CorrelationError extends InputError {
  override readonly name = 'CorrelationError'
}

/** Correlation of every pair of assets, and of single pairs apart. */
export type Correlations = {
  readonly correlation: number
  readonly pairs: readonly {
    readonly a: number
    readonly b: number
    readonly correlation: number
  }[]
}

/** Parameters that state a correlation matrix. */
export const correlationParams: {
  readonly correlation: ParamSpec<number>
  readonly pairs: ParamSpec<Correlations['pairs']>
} = {
  correlation: fraction('correlation of every pair', { default: 0 }),
  pairs: list(
    'correlation of single pairs, instead of correlation',
    record('one pair', {
      a: asset('one asset'),
      b: asset('the other'),
      correlation: number('correlation', 'fraction', { min: -1, max: 1 }),
    }),
    { default: [] },
  ),
}

/** Lower-triangular factor of the correlation matrix of `members`, or null for independence. */
export function correlationOf(
  members: readonly number[],
  { correlation: common, pairs }: Correlations,
): Float64Array | null {
  if (common === 0 && pairs.length === 0) return null
  const n = members.length
  const matrix = new Float64Array(n * n).fill(common)
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1
  for (const { a, b, correlation } of pairs) {
    const i = members.indexOf(a)
    const j = members.indexOf(b)
    if (i < 0 || j < 0 || i === j)
      throw new CorrelationError('a pair needs two different assets that move; correct pairs')
    matrix[i * n + j] = matrix[j * n + i] = correlation
  }
  const lower = new Float64Array(n * n)
  if (!cholesky(matrix, n, lower))
    throw new CorrelationError('the correlations are not positive semi-definite; lower them')
  return lower
}

/** Overwrite independent normal draws with correlated ones: z = L z. */
export function correlate(lower: Float64Array, z: Float64Array): void {
  const n = z.length
  for (let i = n - 1; i >= 0; i--) {
    let total = 0
    for (let j = 0; j <= i; j++) total += lower[i * n + j]! * z[j]!
    z[i] = total
  }
}
