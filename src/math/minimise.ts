/** Where a search for a minimum ended. */
export type Minimum = {
  readonly x: Float64Array
  readonly value: number
  readonly iterations: number
  /** Whether the slope vanished, as far as differences can tell, before the iterations ran out. */
  readonly isConverged: boolean
}

/** `tolerance`: absolute fall of f per iteration at which the search ends. */
export type MinimiseOptions = {
  readonly tolerance?: number
  readonly maxIterations?: number
}

type Target = (x: Float64Array) => number

function gradient(f: Target, x: Float64Array, out: Float64Array): void {
  for (let i = 0; i < x.length; i++) {
    const here = x[i]!
    const h = 1e-5 * Math.max(1, Math.abs(here))
    x[i] = here + h
    const above = f(x)
    x[i] = here - h
    const below = f(x)
    x[i] = here
    out[i] = (above - below) / (2 * h)
    // A wall on one side: walk away from it.
    if (!Number.isFinite(out[i]!)) out[i] = above < below ? -1 : 1
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!
  return total
}

/** Inverse Hessian after the step s that changed the slope by y (BFGS). */
function update(inverse: Float64Array, s: Float64Array, y: Float64Array): void {
  const n = s.length
  const sy = dot(s, y)
  if (!(sy > 1e-12 * Math.sqrt(dot(s, s) * dot(y, y)))) return
  const hy = new Float64Array(n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) hy[i]! += inverse[i * n + j]! * y[j]!
  const factor = (1 + dot(y, hy) / sy) / sy
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      inverse[i * n + j]! += factor * s[i]! * s[j]! - (hy[i]! * s[j]! + s[i]! * hy[j]!) / sy
}

/**
 * Shorten a step until f falls by enough of what its slope promises.
 * @param fall slope along the step. @param trial overwritten with the place that was reached.
 * @returns the share of the step, and f there; Infinity for a step that does not go down.
 */
function search(
  f: Target,
  x: Float64Array,
  value: number,
  step: Float64Array,
  fall: number,
  trial: Float64Array,
): readonly [scale: number, found: number] {
  let scale = 1
  let found = Infinity
  for (let cut = 0; cut < 40 && fall < 0; cut++, scale /= 2.5) {
    for (let i = 0; i < x.length; i++) trial[i] = x[i]! + scale * step[i]!
    found = f(trial)
    if (found <= value + 1e-4 * scale * fall) break
  }
  return [scale, found]
}

/**
 * Find a local minimum by the quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno with
 * central differences and backtracking.
 *
 * @param f smooth where it is finite; NaN and Infinity are walls. Arguments should be scaled so that a
 * change by 1 matters.
 * @param start inside the walls; not changed.
 * @returns the lowest point that was found.
 * Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithm 6.1.
 */
export function minimise(
  f: Target,
  start: ArrayLike<number>,
  options: MinimiseOptions = {},
): Minimum {
  const { tolerance = 1e-8, maxIterations = 200 } = options
  const n = start.length
  const x = Float64Array.from(start)
  const inverse = new Float64Array(n * n)
  const [slope, next] = [new Float64Array(n), new Float64Array(n)]
  const [trial, s, y] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  let value = f(x)
  gradient(f, x, slope)
  const reset = (): void => {
    const size = 0.1 / Math.max(0.1, Math.sqrt(dot(slope, slope)))
    inverse.fill(0)
    for (let i = 0; i < n; i++) inverse[i * n + i] = size
  }
  reset()
  let isFresh = true
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    for (let i = 0; i < n; i++) s[i] = -dot(inverse.subarray(i * n, (i + 1) * n), slope)
    const [scale, found] = search(f, x, value, s, dot(s, slope), trial)
    if (!(value - found >= tolerance)) {
      // A stale curvature can stall the search: try once more down the slope.
      if (isFresh) return { x, value, iterations: iteration, isConverged: true }
      reset()
      isFresh = true
      continue
    }
    isFresh = false
    x.set(trial)
    value = found
    gradient(f, x, next)
    for (let i = 0; i < n; i++) {
      s[i]! *= scale
      y[i] = next[i]! - slope[i]!
    }
    update(inverse, s, y)
    slope.set(next)
  }
  return { x, value, iterations: maxIterations, isConverged: false }
}
