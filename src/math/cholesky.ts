const PIVOT_TOLERANCE = 1e-12

/**
 * Factor a symmetric positive semi-definite matrix into L times its transpose.
 *
 * A pivot within 1e-12 times the largest diagonal entry of zero counts as zero: its column of L is
 * zero, which needs the remaining entries below it to vanish too (within 1e-6 times that entry,
 * the most a pivot of that size allows).
 *
 * @param matrix n x n, row-major; only the lower triangle is read.
 * @param n number of rows, >= 0.
 * @param out n x n, row-major, overwritten with L (zero above the diagonal); may be `matrix` itself.
 * @returns false, with `out` unusable, when the matrix is not positive semi-definite or holds NaN.
 */
export function cholesky(matrix: Float64Array, n: number, out: Float64Array): boolean {
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, matrix[i * n + i]!)
  const zero = PIVOT_TOLERANCE * largest
  const rest = Math.sqrt(PIVOT_TOLERANCE) * largest
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const value = matrix[i * n + j]! - dotRows(out, n, i, j)
      const pivot = out[j * n + j]!
      if (pivot === 0 && !(Math.abs(value) <= rest)) return false
      out[i * n + j] = pivot === 0 ? 0 : value / pivot
    }
    const value = matrix[i * n + i]! - dotRows(out, n, i, i)
    if (!(value >= -zero)) return false
    out[i * n + i] = value <= zero ? 0 : Math.sqrt(value)
    out.fill(0, i * n + i + 1, (i + 1) * n)
  }
  return true
}

/** Sum over k < j of L[i,k] L[j,k]. */
function dotRows(factor: Float64Array, n: number, i: number, j: number): number {
  let total = 0
  for (let k = 0; k < j; k++) total += factor[i * n + k]! * factor[j * n + k]!
  return total
}
