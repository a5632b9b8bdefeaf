/** No root was found; `reason` says whether the bracket or the iteration count was at fault. */
export class RootError extends Error {
  override readonly name = 'RootError'
  readonly reason: 'bracket' | 'convergence'

  constructor(reason: 'bracket' | 'convergence', message: string) {
    super(message)
    this.reason = reason
  }
}

/** `tolerance`: absolute, in the unit of the argument; 4 ulp of the root are added to it. */
export type RootOptions = {
  readonly tolerance?: number
  readonly maxIterations?: number
}

const DEFAULT_TOLERANCE = 1e-12
const EPSILON = 2.220446049250313e-16

/**
 * Find a root by Brent's method: inverse quadratic or linear steps, bisection where they stall.
 *
 * @param f continuous function; its signs at lo and hi must differ (or one value be 0).
 * @param lo one end of the bracket, finite; hi the other, either order.
 * @param options tolerance (default 1e-12, in the unit of x), maxIterations (default 100).
 * @returns x within the tolerance of a sign change of f.
 * @throws {RootError} when not bracketed, when f gives NaN, or when not converged.
 * Source: Brent, "Algorithms for Minimization without Derivatives" (1973), chapter 4.
 */
export function brent(
  f: (x: number) => number,
  lo: number,
  hi: number,
  options: RootOptions = {},
): number {
  const { tolerance = DEFAULT_TOLERANCE, maxIterations = 100 } = options
  let [a, b, fa, fb] = bracket(f, lo, hi)
  let [c, fc] = [a, fa]
  let step = b - a
  let before = step
  for (let i = 0; i < maxIterations; i++) {
    if (Math.abs(fc) < Math.abs(fb)) {
      ;[a, b, c] = [b, c, b]
      ;[fa, fb, fc] = [fb, fc, fb]
    }
    const slack = 2 * EPSILON * Math.abs(b) + tolerance / 2
    const half = (c - b) / 2
    if (fb === 0 || Math.abs(half) <= slack) return b
    const trial = Math.abs(fa) > Math.abs(fb) ? interpolate(a, b, c, fa, fb, fc) : NaN
    const limit = Math.min(3 * Math.abs(half) - slack, Math.abs(before))
    const accepted = trial > 0 === half > 0 && 2 * Math.abs(trial) < limit
    before = accepted ? step : half
    step = accepted ? trial : half
    ;[a, fa] = [b, fb]
    b += Math.abs(step) > slack ? step : half > 0 ? slack : -slack
    fb = valueAt(f, b)
    if (fb > 0 === fc > 0) {
      ;[c, fc] = [a, fa]
      step = b - a
      before = step
    }
  }
  throw notConverged(maxIterations, b, fb)
}

/** Step from b to the root of the inverse parabola (the secant when only two points differ). */
function interpolate(a: number, b: number, c: number, fa: number, fb: number, fc: number): number {
  const s = fb / fa
  if (a === c) return ((c - b) * s) / (s - 1)
  const q = fa / fc
  const r = fb / fc
  const top = s * ((c - b) * q * (q - r) - (b - a) * (r - 1))
  return -top / ((q - 1) * (r - 1) * (s - 1))
}

/**
 * Find a root by halving the bracket.
 *
 * @param f function whose signs at lo and hi differ (or one value is 0); need not be continuous.
 * @param lo one end of the bracket, finite; hi the other, either order.
 * @param options tolerance (default 1e-12, in the unit of x), maxIterations (default 2000).
 * @returns x within the tolerance of a sign change of f.
 * @throws {RootError} when not bracketed, when f gives NaN, or when not converged.
 */
export function bisect(
  f: (x: number) => number,
  lo: number,
  hi: number,
  options: RootOptions = {},
): number {
  const { tolerance = DEFAULT_TOLERANCE, maxIterations = 2000 } = options
  let [a, b, fa, fb] = bracket(f, lo, hi)
  for (let i = 0; i < maxIterations; i++) {
    const middle = a + (b - a) / 2
    if (fa === 0) return a
    if (fb === 0) return b
    if (Math.abs(b - a) <= tolerance + 4 * EPSILON * Math.abs(middle)) return middle
    const value = valueAt(f, middle)
    if (value > 0 === fb > 0) [b, fb] = [middle, value]
    else [a, fa] = [middle, value]
  }
  throw notConverged(maxIterations, b, fb)
}

function bracket(
  f: (x: number) => number,
  lo: number,
  hi: number,
): [a: number, b: number, fa: number, fb: number] {
  const fa = valueAt(f, lo)
  const fb = valueAt(f, hi)
  if (fa > 0 === fb > 0 && fa !== 0 && fb !== 0) {
    throw new RootError(
      'bracket',
      `f(${lo}) = '${fa}' and f(${hi}) = '${fb}' have the same sign; widen the bracket`,
    )
  }
  return [lo, hi, fa, fb]
}

function valueAt(f: (x: number) => number, x: number): number {
  const value = f(x)
  if (Number.isNaN(value)) {
    throw new RootError('bracket', `f(${x}) is NaN; choose a bracket inside the domain of f`)
  }
  return value
}

function notConverged(iterations: number, x: number, value: number): RootError {
  return new RootError(
    'convergence',
    `no root after '${iterations}' iterations, last f(${x}) = '${value}'; raise maxIterations or tolerance`,
  )
}
