import { exp, expm1, inversePositive, log, minimise, philoxDraws } from '../math/index.ts'
import {
  type HestonLaw,
  matchVariance,
  stepLogPrice,
  stepVariance,
  type VarianceStep,
} from '../mechanisms/prices/heston/kernel.ts'
import type { Check, Fitted, Parameter } from './fit.ts'
import { correlations, pairsOf } from './gbm.ts'
import { outerProduct } from './likelihood.ts'
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

/** Error of the mean of rows, with Bartlett weights up to twice the cube root of their number. */
function longRunError(column: Float64Array, mean: number): number {
  const rows = column.length
  const reach = Math.floor(2 * exp(log(rows) / 3))
  let total = 0
  for (let lag = 0; lag <= reach; lag++) {
    const weight = (lag === 0 ? 1 : 2) * (1 - lag / (reach + 1))
    let sum = 0
    for (let t = lag; t < rows; t++) sum += (column[t]! - mean) * (column[t - lag]! - mean)
    total += weight * sum
  }
  return Math.sqrt(total) / rows
}

function pointOf(x: ArrayLike<number>): Point {
  return { theta: exp(x[0]!), s2: exp(x[1]!), k: exp(x[2]!), link: x[3]! }
}

type Moments = {
  readonly found: Float64Array
  /** Rough errors of the moments, as weights. */
  readonly scale: Float64Array
  readonly perDay: number
}

function momentsOf(days: Days): Moments {
  const columns = momentRows(days)
  const found = Float64Array.from(columns, (c) => c.reduce((a, b) => a + b, 0) / c.length)
  const scale = found.map((mean, i) => longRunError(columns[i]!, mean))
  return { found, scale, perDay: days.perDay }
}

/**
 * Parameters by generalised moments with diagonal weights (moments of daily variances are too entangled
 * for the optimal ones in a few years), started from three speeds.
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

/** Records simulated for the scatter of moments. */
const RECORDS = 199

function lawAt({ theta, s2, k, link }: Point) {
  const vol = Math.sqrt(theta)
  const volOfVariance = Math.sqrt((2 * k * s2) / theta)
  const leverage = Math.max(-0.999, Math.min(0.999, link / volOfVariance))
  return { vol, speed: k, volOfVariance, leverage }
}

/** Daily sums of one simulated record of the same length. */
function simulateDays(law: HestonLaw, { count, perDay }: Days, record: number): Days {
  const draws = philoxDraws(RECORDS, record, 'calibration of heston')
  const years = DAY / YEAR / perDay
  const out: VarianceStep = { isQuadratic: true, a: 0, b: 0, p: 0, beta: 0 }
  const [variance, move] = [new Float64Array(count), new Float64Array(count)]
  let v = law.vol * law.vol
  // The first fifty days only let the variance find its own law.
  for (let day = -50; day < count; day++)
    for (let step = 0; step < perDay; step++) {
      const at = (day + 50) * perDay + step
      matchVariance(law, v, years, out)
      const next = stepVariance(out, draws.normal(at, 0))
      const x = stepLogPrice(law, out, v, next, years, draws.normal(at, 1))
      v = next
      if (day < 0) continue
      variance[day]! += x * x
      move[day]! += x
    }
  return { variance, move, count, perDay }
}

/**
 * Moments of simulated records around their mean, one column per moment. Moments of variances with a
 * long memory scatter far more over a few years than any estimate from the same few years tells.
 */
function simulatedMoments(law: HestonLaw, days: Days): readonly Float64Array[] {
  const records = Array.from({ length: RECORDS }, (_, record) =>
    momentRows(simulateDays(law, days, record)).map((c) => c.reduce((a, b) => a + b, 0) / c.length),
  )
  return records[0]!.map((_, i) => {
    const column = Float64Array.from(records, (record) => record[i]!)
    const mean = column.reduce((a, b) => a + b, 0) / RECORDS
    return column.map((value) => value - mean)
  })
}

/** Errors of the searched parameters, and the misfit beside that of simulated records. */
function inference(
  m: Moments,
  { gap, slopes, n }: ReturnType<typeof solve>,
  law: HestonLaw,
  days: Days,
) {
  const k = slopes.length
  const inverse = inversePositive(outerProduct(slopes), k)
  if (!inverse) return null
  const noise = simulatedMoments(law, days).map((column, i) => column.map((x) => x / m.scale[i]!))
  const records = Array.from({ length: RECORDS }, (_, r) => noise.map((column) => column[r]!))
  // How estimates answer to moments: (G'G)^-1 G'.
  const answers = records.map((record) => {
    const pull = slopes.map((s) => s.reduce((a, x, i) => a + x * record[i]!, 0))
    return Float64Array.from({ length: k }, (_, a) =>
      pull.reduce((total, x, j) => total + inverse[a * k + j]! * x, 0),
    )
  })
  const covariance = new Float64Array(k * k)
  for (const answer of answers)
    for (let a = 0; a < k; a++)
      for (let b = 0; b < k; b++)
        covariance[a * k + b]! += (answer[a]! * answer[b]!) / (RECORDS - 1)
  const misfit = (record: ArrayLike<number>, answer: Float64Array): number => {
    let total = 0
    for (let i = 0; i < n; i++) {
      const left = record[i]! - slopes.reduce((a, s, j) => a + s[i]! * answer[j]!, 0)
      total += left * left
    }
    return total
  }
  const own = misfit(gap, new Float64Array(k))
  const others = records.map((record, r) => misfit(record, answers[r]!))
  const worse = others.filter((other) => other >= own).length
  const mean = others.reduce((a, b) => a + b, 0) / RECORDS
  return {
    covariance,
    // On the scale of the degrees of freedom that are left.
    ...{ statistic: (own / mean) * (n - k), degrees: n - k, pValue: (1 + worse) / (1 + RECORDS) },
  }
}

type HestonFit = {
  readonly asset: string
  readonly named: readonly Parameter[]
  readonly check: Check
  readonly law: HestonLaw
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

/** Parameters with errors by the delta method; `c` is the covariance of (ln theta, ln s2, ln k, link). */
function parametersAt(
  asset: string,
  law: HestonLaw,
  c: Float64Array | undefined,
): readonly Parameter[] {
  const { vol, speed, volOfVariance: xi, leverage } = law
  const error = (slope: readonly number[]): number => {
    if (!c) return Number.NaN
    let total = 0
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) total += slope[i]! * c[i * 4 + j]! * slope[j]!
    return Math.sqrt(total)
  }
  const named = [
    ['vol', vol, '1/sqrt(year)', [vol / 2, 0, 0, 0]],
    ['speed', speed, '1/year', [0, 0, speed, 0]],
    ['volOfVariance', xi, '1/year', [-xi / 2, xi / 2, xi / 2, 0]],
    ['leverage', leverage, 'fraction', [leverage / 2, -leverage / 2, -leverage / 2, 1 / xi]],
  ] as const
  return named.map(([name, value, unit, slope]) => ({
    ...{ name: `${asset}.${name}`, value, error: error(slope), unit },
  }))
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
  const law = lawAt(pointOf(solution.x))
  const result = inference(m, solution, law, days)
  const { statistic, degrees, pValue } = result ?? { statistic: Number.NaN, degrees: 1, pValue: 0 }
  return {
    ...{ asset, law, days: days.count, named: parametersAt(asset, law, result?.covariance) },
    check: { asset, name: 'moments', statistic, degrees, pValue },
  }
}

type Pair = { readonly a: string; readonly b: string; readonly correlation: number }

/** Correlation of the parts of two prices that their variances do not move, so that returns have theirs. */
function freeCorrelation({ a, b, correlation }: Pair, fits: readonly HestonFit[]): number {
  const free = [a, b].map((name) => {
    const leverage = fits.find(({ asset }) => asset === name)!.law.leverage
    return Math.sqrt(1 - leverage * leverage)
  })
  return Math.max(-0.99, Math.min(0.99, correlation / (free[0]! * free[1]!)))
}

/**
 * Fit Heston's model to moments of daily realised variances: mean, variance, covariances at lags of 1 to
 * 32 days, and the covariance of a day's return with the next day's variance. Errors and the check come
 * from records simulated with the fitted parameters.
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
        const isFast = law.speed > 0.98 * FASTEST
        const at = isFast ? '; speed at its bound: the variance moves within the day' : ''
        return `${asset}: ${days} whole days${at}`
      }),
    ],
  }
}
