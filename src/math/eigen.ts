/** Eigenvalues in descending order; vector k is row k of `vectors`, n x n row-major, of length one. */
export type Eigen = { readonly values: Float64Array; readonly vectors: Float64Array }

/** Sweeps after which the rotations stop whatever is left; ten do for any size met in practice. */
const SWEEPS = 50

/** Rotate rows and columns p and q so that entry (p, q) of `a` vanishes; rows of `v` follow. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q]!
  if (off === 0) return
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * off)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < n; k++) {
    const x = a[k * n + p]!
    const y = a[k * n + q]!
    a[k * n + p] = c * x - s * y
    a[k * n + q] = s * x + c * y
  }
  for (const m of [a, v]) {
    for (let k = 0; k < n; k++) {
      const x = m[p * n + k]!
      const y = m[q * n + k]!
      m[p * n + k] = c * x - s * y
      m[q * n + k] = s * x + c * y
    }
  }
}

/** Sum of squares beside the diagonal, and on it. */
function squares(a: Float64Array, n: number): { readonly off: number; readonly on: number } {
  let off = 0
  let on = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const square = a[i * n + j]! * a[i * n + j]!
      if (i === j) on += square
      else off += square
    }
  return { off, on }
}

/**
 * Decompose a symmetric matrix into eigenvalues and orthonormal eigenvectors.
 *
 * @param matrix n x n, row-major, symmetric; not changed.
 * @param n number of rows, >= 0.
 * @returns values with an error of about 1e-15 times the largest of them.
 * Source: Jacobi's cyclic rotations; Golub and Van Loan, "Matrix Computations", section 8.5.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice(0, n * n)
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const { off, on } = squares(a, n)
    if (!(off > 1e-32 * on)) break
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q)
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]!)
  const values = Float64Array.from(order, (i) => a[i * n + i]!)
  const vectors = new Float64Array(n * n)
  order.forEach((i, k) => {
    vectors.set(v.subarray(i * n, (i + 1) * n), k * n)
  })
  return { values, vectors }
}
