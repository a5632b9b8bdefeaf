/** Nodes in ln(spot) and in time; their products are where a table evaluates the book. */
export const SPOT_NODES = 8
export const TIME_NODES = 4

/** Roots of the Chebyshev polynomials of degree 8 and 4. */
export const SPOT_ROOTS: Float64Array = Float64Array.from([
  0.9807852804032304, 0.8314696123025452, 0.5555702330196022, 0.19509032201612828,
  -0.19509032201612828, -0.5555702330196022, -0.8314696123025452, -0.9807852804032304,
])
export const TIME_ROOTS: Float64Array = Float64Array.from([
  0.9238795325112867, 0.3826834323650898, -0.3826834323650898, -0.9238795325112867,
])

/** Write T_0(x) ... T_(n-1)(x). */
function polynomials(x: number, n: number, out: Float64Array): void {
  out[0] = 1
  out[1] = x
  for (let j = 2; j < n; j++) out[j] = 2 * x * out[j - 1]! - out[j - 2]!
}

/** Values at the roots, `stride` apart from `from` on, become coefficients. */
function transform(grid: Float64Array, from: number, stride: number, roots: Float64Array): void {
  const n = roots.length
  const terms = new Float64Array(n)
  const sums = new Float64Array(n)
  for (let k = 0; k < n; k++) {
    polynomials(roots[k]!, n, terms)
    const value = (2 / n) * grid[from + k * stride]!
    for (let j = 0; j < n; j++) sums[j]! += value * terms[j]!
  }
  sums[0]! *= 0.5
  for (let j = 0; j < n; j++) grid[from + j * stride] = sums[j]!
}

/**
 * Turn values at the nodes into coefficients of products of Chebyshev polynomials.
 *
 * @param grid three sheets of TIME_NODES x SPOT_NODES, the spot running fastest; overwritten.
 */
export function toCoefficients(grid: Float64Array): void {
  for (let row = 0; row < 3 * TIME_NODES; row++) transform(grid, row * SPOT_NODES, 1, SPOT_ROOTS)
  for (let sheet = 0; sheet < 3; sheet++) {
    for (let column = 0; column < SPOT_NODES; column++) {
      transform(grid, sheet * TIME_NODES * SPOT_NODES + column, SPOT_NODES, TIME_ROOTS)
    }
  }
}

/**
 * Hold the time fixed.
 *
 * @param at time in -1..1.
 * @param slice three rows of SPOT_NODES coefficients; overwritten.
 */
export function collapse(grid: Float64Array, at: number, slice: Float64Array): void {
  slice.fill(0)
  let term = 1
  let before = at
  for (let k = 0; k < TIME_NODES; k++) {
    for (let sheet = 0; sheet < 3; sheet++) {
      const from = (sheet * TIME_NODES + k) * SPOT_NODES
      for (let j = 0; j < SPOT_NODES; j++) slice[sheet * SPOT_NODES + j]! += term * grid[from + j]!
    }
    const next = 2 * at * term - before
    before = term
    term = next
  }
}

/**
 * Add the three sums at a spot.
 *
 * @param at ln(spot) in -1..1.
 * @param out length >= 3; added to.
 */
export function addChebyshev(slice: Float64Array, at: number, out: Float64Array): void {
  for (let sheet = 0; sheet < 3; sheet++) {
    const from = sheet * SPOT_NODES
    let last = 0
    let value = 0
    for (let j = SPOT_NODES - 1; j > 0; j--) {
      const next = 2 * at * value - last + slice[from + j]!
      last = value
      value = next
    }
    out[sheet]! += at * value - last + slice[from]!
  }
}
