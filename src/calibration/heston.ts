import { chiSquareTail, exp, expm1, inversePositive, log, minimise } from '../math/index.ts'
import type { Check, Fitted, Parameter } from './fit.ts'
import { correlations, pairsOf } from './gbm.ts'
import { CalibrationError, type Sample, YEAR } from './sample.ts'

const DAY = 86400
/** Lags, in days, at which the covariance of daily variances is matched. */
const LAGS: readonly number[] = [1, 2, 4, 8, 16, 32]
const FEWEST_DAYS = 120
/** A half-life of 17 hours, 1/year. */
const FASTEST = 365

/** Realised variances and returns of whole days: sums over the steps of each. */
type Days = {
  readonly variance: Float64Array
  readonly move: Float64Array
  /** Fourth-power sums, for the noise of the realised variance. */
  readonly count: number
  readonly perDay: number
}

function daysOf(move: Float64Array, follows: Uint8Array, step: number): Days {
  const perDay = Math.round(DAY / step)
  const [variance, moves]: [number[], number[]] = [[], []]
  let mean = 0
  for (const x of move) mean += x / move.length
  // Days without a gap in them; what stands between two stretches is taken as adjacent.
  let [square, total, length] = [0, 0, 0]
  for (let k = 0; k < move.length; k++) {
    if (follows[k] === 0) [square, total, length] = [0, 0, 0]
    const x = move[k]! - mean
    square += x * x
    total += x
    if (++length === perDay) {
      variance.push(square)
      moves.push(total)
      ;[square, total, length] = [0, 0, 0]
    }
  }
  const count = variance.length
  return { variance: Float64Array.from(variance), move: Float64Array.from(moves), count, perDay }
}

/** theta = mean variance; s2 = variance of the variance; k = speed; link = leverage x volOfVariance. */
type Point = {
  readonly theta: number
  readonly s2: number
  readonly k: number
  readonly link: number
}

/** Expected daily moments: mean, variance, covariances at the lags, leverage. */
function momentsAt({ theta, s2, k, link }: Point, perDay: number): Float64Array {
  const day = DAY / YEAR
  const whole = (length: number): number => (2 * s2 * (expm1(-k * length) + k * length)) / (k * k)
  const gone = -expm1(-k * day) / k
  const small = day / perDay
  // Squares of steps scatter around the integrated variance: 2 E(variance of a step)^2 each.
  const noise = 2 * perDay * (whole(small) + theta * theta * small * small)
  const covariance = (lag: number): number => s2 * gone * gone * exp(-k * day * (lag - 1))
  return Float64Array.of(
    theta * day,
    whole(day) + noise,
    ...LAGS.map(covariance),
    // Price shocks of a day with the variance of the next.
    link * theta * gone * gone,
  )
}

/** The same moments of the data, one row per day, so that their errors can be told. */
function momentRows({ variance, move, count }: Days): readonly Float64Array[] {
  let mean = 0
  for (const x of variance) mean += x / count
  const centred = variance.map((x) => x - mean)
  const first = Math.max(...LAGS)
  const rows = count - first
  const column = (f: (t: number) => number): Float64Array =>
    Float64Array.from({ length: rows }, (_, t) => f(t + first))
  return [
    column((t) => variance[t]!),
    column((t) => centred[t]! * centred[t]!),
    ...LAGS.map((lag) => column((t) => centred[t]! * centred[t - lag]!)),
    column((t) => move[t - 1]! * centred[t]!),
  ]
}

/** Covariance of the means of the rows, with Bartlett weights up to the cube root rule. */
function longRunCovariance(columns: readonly Float64Array[], means: Float64Array): Float64Array {
  const n = columns.length
  const rows = columns[0]!.length
  const reach = Math.floor(2 * exp(log(rows) / 3))
  const matrix = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let lag = -reach; lag <= reach; lag++) {
        const weight = 1 - Math.abs(lag) / (reach + 1)
        let total = 0
        for (let t = Math.max(0, lag); t < rows + Math.min(0, lag); t++)
          total += (columns[i]![t]! - means[i]!) * (columns[j]![t - lag]! - means[j]!)
        matrix[i * n + j]! += (weight * total) / (rows * rows)
      }
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++)
      matrix[i * n + j] = matrix[j * n + i] = (matrix[i * n + j]! + matrix[j * n + i]!) / 2
  return matrix
}

function pointOf(x: ArrayLike<number>): Point {
  return { theta: exp(x[0]!), s2: exp(x[1]!), k: exp(x[2]!), link: x[3]! }
}

type Moments = {
  readonly found: Float64Array
  readonly covariance: Float64Array
  readonly scale: Float64Array
  readonly perDay: number
}

function momentsOf(days: Days): Moments {
  const columns = momentRows(days)
  const found = Float64Array.from(columns, (c) => c.reduce((a, b) => a + b, 0) / c.length)
  const covariance = longRunCovariance(columns, found)
  const n = found.length
  const scale = found.map((_, i) => Math.sqrt(covariance[i * n + i]!))
  return { found, covariance, scale, perDay: days.perDay }
}

/**
 * Parameters by generalised moments with diagonal weights (moments of daily variances are too entangled
 * for the optimal ones in a few years), their covariance, and the misfit with its own distribution.
 */
function solve(m: Moments, start: readonly number[]) {
  const n = m.found.length
  const gap = (x: ArrayLike<number>): Float64Array =>
    momentsAt(pointOf(x), m.perDay).map((value, i) => (m.found[i]! - value) / m.scale[i]!)
  const cost = (x: Float64Array): number => {
    const point = pointOf(x)
    // Slower than the record can tell, or gone within the day that variances are taken of.
    if (!(point.k > 0.5 && point.k < FASTEST)) return Number.NaN
    return gap(x).reduce((a, g) => a + g * g, 0)
  }
  const starts = [5, 20, 80].map((k) => [start[0]!, start[1]!, log(k), start[3]!])
  const found = starts.map((s) => minimise(cost, s, { tolerance: 1e-10 }))
  const best = found.reduce((a, b) => (b.value < a.value ? b : a))
  const slopes = Array.from({ length: 4 }, (_, j) => {
    const at = Float64Array.from(best.x)
    const h = 1e-4 * Math.max(1, Math.abs(at[j]!))
    at[j]! += h
    const above = gap(at)
    at[j]! -= 2 * h
    return above.map((value, i) => (value - gap(at)[i]!) / (2 * h))
  })
  return { x: best.x, gap: gap(best.x), slopes, n }
}

/** Errors of the searched parameters, and Hansen's test for weights that are not optimal. */
function inference(m: Moments, { gap, slopes, n }: ReturnType<typeof solve>) {
  const k = slopes.length
  const inner = new Float64Array(k * k)
  for (let i = 0; i < k; i++)
    for (let j = 0; j < k; j++)
      inner[i * k + j] = slopes[i]!.reduce((a, s, r) => a + s * slopes[j]![r]!, 0)
  const inverse = inversePositive(inner, k)
  if (!inverse) return null
  const scaled = (i: number, j: number): number =>
    m.covariance[i * n + j]! / (m.scale[i]! * m.scale[j]!)
  // How estimates answer to moments: A = (G'G)^-1 G'; what is left of moments: M = I - G A.
  const answer = Array.from({ length: k }, (_, a) =>
    Float64Array.from({ length: n }, (_, r) =>
      slopes.reduce((total, s, j) => total + inverse[a * k + j]! * s[r]!, 0),
    ),
  )
  const quadratic = (p: ArrayLike<number>, q: ArrayLike<number>): number => {
    let total = 0
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) total += p[i]! * scaled(i, j) * q[j]!
    return total
  }
  const covariance = new Float64Array(k * k)
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++) covariance[a * k + b] = quadratic(answer[a]!, answer[b]!)
  const left = Array.from({ length: n }, (_, r) =>
    Float64Array.from(
      { length: n },
      (_, c) =>
        (r === c ? 1 : 0) - slopes.reduce((total, s, j) => total + s[r]! * answer[j]![c]!, 0),
    ),
  )
  // The misfit is a sum of n weighted chi-squares of which n - k count; matched by mean and variance.
  let [mean, square] = [0, 0]
  for (let r = 0; r < n; r++) {
    mean += quadratic(left[r]!, left[r]!)
    for (let c = 0; c < n; c++) square += quadratic(left[r]!, left[c]!) ** 2
  }
  const misfit = gap.reduce((a, g) => a + g * g, 0)
  const degrees = (mean * mean) / square
  return { covariance, statistic: (misfit * degrees) / mean, degrees }
}

type HestonFit = {
  readonly asset: string
  readonly named: readonly Parameter[]
  readonly check: Check
  readonly law: Readonly<Record<string, number>>
  readonly days: number
}

function firstGuess({ found, perDay }: Moments): readonly number[] {
  const day = DAY / YEAR
  const theta = found[0]! / day
  const noise = (2 * theta * theta * day * day) / perDay
  const s2 = Math.max(
    (found[1]! - noise) / (day * day),
    found[2]! / (day * day),
    0.01 * theta * theta,
  )
  return [log(theta), log(s2), 0, found.at(-1)! / (theta * day * day)]
}

function fitOne(sample: Sample): HestonFit {
  const [asset] = sample.assets as [string]
  const days = daysOf(sample.moves[0]!, sample.follows, sample.step)
  if (days.count < FEWEST_DAYS || days.perDay < 4)
    throw new CalibrationError(
      `${asset}: ${days.count} whole days of ${days.perDay} returns; the heston fit needs ${FEWEST_DAYS} days of at least 4: use a longer record`,
    )
  const m = momentsOf(days)
  const solution = solve(m, firstGuess(m))
  const result = inference(m, solution)
  const { theta, s2, k, link } = pointOf(solution.x)
  const vol = Math.sqrt(theta)
  const volOfVariance = Math.sqrt((2 * k * s2) / theta)
  const leverage = Math.max(-0.999, Math.min(0.999, link / volOfVariance))
  const c = result?.covariance
  const error = (slope: readonly number[]): number => {
    if (!c) return Number.NaN
    let total = 0
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) total += slope[i]! * c[i * 4 + j]! * slope[j]!
    return Math.sqrt(total)
  }
  const named = [
    ['vol', vol, '1/sqrt(year)', error([vol / 2, 0, 0, 0])],
    ['speed', k, '1/year', error([0, 0, k, 0])],
    [
      'volOfVariance',
      volOfVariance,
      '1/year',
      error([-0.5, 0.5, 0.5, 0].map((w) => w * volOfVariance)),
    ],
    [
      'leverage',
      leverage,
      'fraction',
      error([0.5 * leverage, -0.5 * leverage, -0.5 * leverage, 1 / volOfVariance]),
    ],
  ] as const
  const { statistic, degrees } = result ?? { statistic: Number.POSITIVE_INFINITY, degrees: 1 }
  return {
    asset,
    named: named.map(([name, value, unit, e]) => ({
      name: `${asset}.${name}`,
      value,
      error: e,
      unit,
    })),
    check: {
      asset,
      name: 'moments',
      statistic,
      degrees,
      pValue: chiSquareTail(statistic, degrees),
    },
    law: { vol, speed: k, volOfVariance, leverage },
    days: days.count,
  }
}

type Pair = { readonly a: string; readonly b: string; readonly correlation: number }

/** Correlation of the parts of two prices that their variances do not move, so that returns have theirs. */
function freeCorrelation({ a, b, correlation }: Pair, fits: readonly HestonFit[]): number {
  const free = [a, b].map((name) => {
    const leverage = fits.find(({ asset }) => asset === name)!.law.leverage!
    return Math.sqrt(1 - leverage * leverage)
  })
  return Math.max(-0.99, Math.min(0.99, correlation / (free[0]! * free[1]!)))
}

/**
 * Fit Heston's model to moments of daily realised variances: mean, variance, covariances at lags of 1 to
 * 32 days, and the covariance of a day's return with the next day's variance.
 * Source: Bollerslev and Zhou, Journal of Econometrics 109 (2002), for the moments.
 */
export function fitHeston(sample: Sample, singles: readonly Sample[]): Fitted {
  const fits = singles.map(fitOne)
  const { parameters, pairs } = pairsOf(correlations(sample))
  return {
    process: 'heston',
    parameters: [...fits.flatMap(({ named }) => named), ...parameters],
    logLikelihood: null,
    counted: 4 * fits.length,
    checks: fits.map(({ check }) => check),
    settings: {
      laws: Object.fromEntries(fits.map(({ asset, law }) => [asset, law])),
      pairs: pairs.map((pair) => ({ ...pair, correlation: freeCorrelation(pair, fits) })),
    },
    notes: [
      'returns alone hardly tell speed and volOfVariance apart: mind the errors',
      'by moments, so without likelihood; correlations are those of returns',
      ...fits.map(({ asset, days, law }) => {
        const isFast = law.speed! > 0.98 * FASTEST
        const at = isFast ? '; speed at its bound: the variance moves within the day' : ''
        return `${asset}: ${days} whole days${at}`
      }),
    ],
  }
}
