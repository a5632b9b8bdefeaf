import { cholesky } from './cholesky.ts'

/**
 * Invert a symmetric positive definite matrix.
 *
 * @param matrix n x n, row-major; not changed.
 * @returns the inverse, symmetric; null when the matrix is not positive definite (a pivot within 1e-12
 * of zero, relative to its row's own scale, counts as not).
 */
export function inversePositive(matrix: Float64Array, n: number): Float64Array | null {
  // Scaled to a unit diagonal, so that units do not decide what is singular.
  const scale = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(matrix[i * n + i]!))
  const lower = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) lower[i * n + j] = matrix[i * n + j]! * scale[i]! * scale[j]!
  if (!cholesky(lower, n, lower)) return null
  for (let i = 0; i < n; i++) if (!(lower[i * n + i]! > 0)) return null
  const inverse = new Float64Array(n * n)
  const column = new Float64Array(n)
  for (let c = 0; c < n; c++) {
    column.fill(0)
    column[c] = 1
    solveLower(lower, n, column)
    solveUpper(lower, n, column)
    for (let r = 0; r < n; r++) inverse[r * n + c] = column[r]! * scale[r]! * scale[c]!
  }
  return inverse
}

/** Solve L y = b in place; L lower triangular with a positive diagonal, n x n row-major. */
export function solveLower(lower: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let value = b[i]!
    for (let j = 0; j < i; j++) value -= lower[i * n + j]! * b[j]!
    b[i] = value / lower[i * n + i]!
  }
}

/** Solve L^T x = y in place. */
function solveUpper(lower: Float64Array, n: number, y: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    let value = y[i]!
    for (let j = i + 1; j < n; j++) value -= lower[j * n + i]! * y[j]!
    y[i] = value / lower[i * n + i]!
  }
}
