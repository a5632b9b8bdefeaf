import { exp, inversePositive, log, minimise, sum } from '../math/index.ts'

/** A parameter as it is searched for; real ones in units of `scale`. */
export type Coordinate = {
  readonly name: string
  readonly unit: string
  readonly kind: 'real' | 'positive' | 'share' | 'correlation'
  readonly scale?: number
}

/** Log densities of the rows given the rows before, as a function of the parameters. */
export type Likelihood = {
  readonly coordinates: readonly Coordinate[]
  /** Natural values at which the search starts. */
  readonly start: readonly number[]
  readonly rows: number
  /** @param out length rows, overwritten; NaN anywhere refuses the parameters. */
  terms(parameters: Float64Array, out: Float64Array): void
}

/** Parameters of the greatest likelihood. */
export type Estimate = {
  readonly parameters: Float64Array
  /** Standard errors that stand when the process is only nearly right (sandwich); NaN: not identified. */
  readonly errors: Float64Array
  readonly logLikelihood: number
  /** Derivatives of the log density of each row, one column per parameter. */
  readonly scores: readonly Float64Array[]
  readonly isConverged: boolean
}

function natural({ kind, scale = 1 }: Coordinate, x: number): number {
  if (kind === 'real') return scale * x
  if (kind === 'positive') return exp(x)
  if (kind === 'share') return 1 / (1 + exp(-x))
  return 2 / (1 + exp(-2 * x)) - 1
}

function searched({ kind, scale = 1 }: Coordinate, value: number): number {
  if (kind === 'real') return value / scale
  if (kind === 'positive') return log(value)
  if (kind === 'share') return log(value / (1 - value))
  return log((1 + value) / (1 - value)) / 2
}

/** Derivative of the natural value by the searched one. */
function slope({ kind, scale = 1 }: Coordinate, value: number): number {
  if (kind === 'real') return scale
  if (kind === 'positive') return value
  if (kind === 'share') return value * (1 - value)
  return 1 - value * value
}

function naturals(l: Likelihood, x: ArrayLike<number>): Float64Array {
  return Float64Array.from(l.coordinates, (c, j) => natural(c, x[j]!))
}

/** Rows' derivatives by the searched parameters, by central differences. */
function scoresAt(l: Likelihood, x: Float64Array): Float64Array[] {
  const at = Float64Array.from(x)
  const [above, below] = [new Float64Array(l.rows), new Float64Array(l.rows)]
  return l.coordinates.map((_, j) => {
    const h = 1e-4
    at[j] = x[j]! + h
    l.terms(naturals(l, at), above)
    at[j] = x[j]! - h
    l.terms(naturals(l, at), below)
    at[j] = x[j]!
    return above.map((value, k) => (value - below[k]!) / (2 * h))
  })
}

/** Minus the second derivatives of the log likelihood by the searched parameters. */
function curvature(value: (x: Float64Array) => number, x: Float64Array): Float64Array {
  const k = x.length
  const h = 1e-3
  const at = Float64Array.from(x)
  const shifted = (i: number, a: number, j: number, b: number): number => {
    at.set(x)
    at[i]! += a * h
    at[j]! += b * h
    return value(at)
  }
  const matrix = new Float64Array(k * k)
  const middle = value(x)
  for (let i = 0; i < k; i++)
    for (let j = 0; j <= i; j++) {
      const second =
        i === j
          ? (shifted(i, 1, i, 0) - 2 * middle + shifted(i, -1, i, 0)) / (h * h)
          : (shifted(i, 1, j, 1) -
              shifted(i, 1, j, -1) -
              shifted(i, -1, j, 1) +
              shifted(i, -1, j, -1)) /
            (4 * h * h)
      matrix[i * k + j] = matrix[j * k + i] = second
    }
  return matrix
}

/** Sum over rows of products of scores. */
export function outerProduct(scores: readonly Float64Array[]): Float64Array {
  const k = scores.length
  const matrix = new Float64Array(k * k)
  for (let i = 0; i < k; i++)
    for (let j = 0; j <= i; j++) {
      let total = 0
      for (let t = 0; t < scores[i]!.length; t++) total += scores[i]![t]! * scores[j]![t]!
      matrix[i * k + j] = matrix[j * k + i] = total
    }
  return matrix
}

/**
 * Diagonal of H^-1 J H^-1. Where H is not positive definite, as for a parameter that ran to the end of its
 * range, that of J^-1; null when that has no inverse either.
 */
function sandwich(hessian: Float64Array, scores: readonly Float64Array[]): Float64Array | null {
  const k = scores.length
  const inverse = inversePositive(hessian, k)
  const outer = outerProduct(scores)
  if (!inverse) {
    const plain = inversePositive(outer, k)
    return plain && Float64Array.from({ length: k }, (_, a) => plain[a * k + a]!)
  }
  return Float64Array.from({ length: k }, (_, a) => {
    let total = 0
    for (let i = 0; i < k; i++)
      for (let j = 0; j < k; j++)
        total += inverse[a * k + i]! * outer[i * k + j]! * inverse[j * k + a]!
    return total
  })
}

/**
 * Find the parameters of the greatest likelihood, from one or several starts.
 *
 * @param starts natural values besides `l.start`.
 */
export function maximise(l: Likelihood, starts: readonly (readonly number[])[] = []): Estimate {
  const out = new Float64Array(l.rows)
  const minus = (x: Float64Array): number => {
    l.terms(naturals(l, x), out)
    return -sum(out)
  }
  const from = [l.start, ...starts].map((values) =>
    values.map((value, j) => searched(l.coordinates[j]!, value)),
  )
  // Several starts race for a few steps; the leader goes on.
  const raced =
    from.length === 1
      ? from[0]!
      : from
          .map((x) => minimise(minus, x, { tolerance: 1e-4, maxIterations: 10 }))
          .reduce((a, b) => (b.value < a.value ? b : a)).x
  const best = minimise(minus, raced, { tolerance: 1e-4 })
  const scores = scoresAt(l, best.x)
  const parameters = naturals(l, best.x)
  const variances = sandwich(curvature(minus, best.x), scores)
  return {
    parameters,
    errors: parameters.map((value, j) =>
      variances ? Math.sqrt(variances[j]!) * slope(l.coordinates[j]!, value) : Number.NaN,
    ),
    logLikelihood: -best.value,
    scores,
    isConverged: best.isConverged,
  }
}

/**
 * Standard errors from products of scores alone, for likelihoods with too many parameters for second
 * derivatives; they stand when the process is right (Berndt, Hall, Hall and Hausman, 1974).
 *
 * @param parameters natural values at the greatest likelihood.
 */
export function outerErrors(
  l: Likelihood,
  parameters: Float64Array,
): { readonly errors: Float64Array; readonly scores: readonly Float64Array[] } {
  const x = Float64Array.from(l.coordinates, (c, j) => searched(c, parameters[j]!))
  const scores = scoresAt(l, x)
  const inverse = inversePositive(outerProduct(scores), scores.length)
  const k = scores.length
  return {
    errors: parameters.map((value, j) =>
      inverse ? Math.sqrt(inverse[j * k + j]!) * slope(l.coordinates[j]!, value) : Number.NaN,
    ),
    scores,
  }
}
