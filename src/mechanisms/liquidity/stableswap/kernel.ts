import { brent, log } from '../../../math/index.ts'

/** Newton steps after which the contract gives up; some ten are needed. */
const MAX_STEPS = 255

/**
 * Compute the invariant D: the value of the pool's coins, at their rates, if it were in balance.
 *
 * Ann S + D = Ann D + D^(n+1) / (n^n prod x), by Newton's method from S, from where it falls.
 * @param x coins times their rates, length n, > 0.
 * @param ann amplification of the contract times n, > 0.
 * @returns D, in the unit of `x`.
 * Source: curvefi/curve-contract @15e303aa contracts/pools/3pool/StableSwap3Pool.vy get_D.
 */
export function invariantOf(x: Float64Array, ann: number): number {
  const n = x.length
  let sum = 0
  for (let k = 0; k < n; k++) sum += x[k]!
  let d = sum
  for (let step = 0; step < MAX_STEPS; step++) {
    const product = productTerm(x, d)
    const next = ((ann * sum + n * product) * d) / ((ann - 1) * d + (n + 1) * product)
    if (!(next < d)) break
    d = next
  }
  return d
}

/** D^(n+1) / (n^n prod x). */
function productTerm(x: Float64Array, d: number): number {
  let product = d
  for (let k = 0; k < x.length; k++) product *= d / (x[k]! * x.length)
  return product
}

/**
 * Compute how much product there is in the curve: D^(n+1) / (n^n prod x) / Ann.
 *
 * With it every pair is a curve of its own: the slope in a coin is in proportion to 1 + bend / x.
 * 0 would be a constant sum; against small coins it is large, and the curve is almost a product.
 * @param x coins times their rates, length n, > 0.
 * @returns coins times their rates.
 */
export function bendOf(x: Float64Array, ann: number): number {
  return productTerm(x, invariantOf(x, ann)) / ann
}

/**
 * Compute the price at the margin, without fee: coins y per coin x, both times their rates.
 * @param bend of the pool with `x` and `y` in it.
 */
export function priceAt(x: number, y: number, bend: number): number {
  return (1 + bend / x) / (1 + bend / y)
}

/**
 * Compute what comes out for an amount put in, without fee.
 *
 * With D kept, y is the root of y^2 + (S' + D / Ann - D) y = c. The old y is a root too, so the
 * difference is one of a quadratic of positive terms: closed, and exact to rounding for any size.
 * The contract takes Newton steps to the same root and rounds against the trader by a unit.
 * @param x coins that are sold, times their rate, in the pool before; > 0.
 * @param y coins that are bought, times their rate, in the pool before; > 0.
 * @param dx put in, times its rate, >= 0.
 * @returns coins y times their rate, < y.
 */
export function amountOut(x: number, y: number, bend: number, dx: number): number {
  const b = y + bend + dx
  const c = dx * y * (1 + bend / (x + dx))
  return (2 * c) / (b + Math.sqrt(Math.max(0, b * b - 4 * c)))
}

/**
 * Compute what is left of a coin once `dx` of another was put in, without fee: the root itself, which
 * keeps its digits where `amountOut` takes almost all.
 * @returns coins y times their rate, > 0.
 */
export function amountLeft(x: number, y: number, bend: number, dx: number): number {
  const m = bend - y + dx
  const c = (bend * y * x) / (x + dx)
  const root = Math.sqrt(m * m + 4 * c)
  return m > 0 ? (2 * c) / (m + root) : (root - m) / 2
}

/** Price at the margin, without fee, of an order whose first part is `dx`. */
function priceAfter(x: number, y: number, bend: number, dx: number): number {
  const left = amountLeft(x, y, bend, dx)
  return priceAt(x + dx, left, (bend * x * y) / ((x + dx) * left))
}

/**
 * Compute the order whose last unit is paid exactly `target`, without fee.
 * @param target coins y per coin x, both times their rates, > 0.
 * @returns coins x times their rate; 0 when the first unit is paid less than `target` already.
 */
export function amountTo(x: number, y: number, bend: number, target: number): number {
  if (!(priceAt(x, y, bend) > target)) return 0
  let high = x / 1024
  while (priceAfter(x, y, bend, high) > target && high < 1e30) high *= 4
  if (!(high < 1e30)) return high
  const gap = (dx: number): number => log(priceAfter(x, y, bend, dx) / target)
  return brent(gap, 0, high, { tolerance: 0, maxIterations: 500 })
}
