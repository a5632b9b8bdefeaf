import { chiSquareTail, inversePositive } from '../math/index.ts'
import type { Check, CheckName } from './fit.ts'
import { outerProduct } from './likelihood.ts'

/** Legendre polynomials of order 0..6, orthonormal for a uniform on 0..1. */
function legendre(u: number): number[] {
  const x = 2 * u - 1
  const plain = [1, x]
  for (let n = 2; n <= 6; n++)
    plain.push(((2 * n - 1) * x * plain[n - 1]! - (n - 1) * plain[n - 2]!) / n)
  return plain.map((value, n) => Math.sqrt(2 * n + 1) * value)
}

const TAIL = 0.01
const LAGS = 4
const WINDOW = 24

type Columns = Record<Exclude<CheckName, 'moments'>, Float64Array[]>

/** Rows for which the `lag` rows before follow each other without a gap. */
function depths(follows: Uint8Array): Int32Array {
  const depth = new Int32Array(follows.length)
  for (let k = 1; k < follows.length; k++) depth[k] = follows[k] === 1 ? depth[k - 1]! + 1 : 0
  return depth
}

/**
 * Functions of the forecasts' probabilities u that have mean zero, given the past, when the forecasts
 * are right: u is then uniform and independent of the past.
 */
function conditions(u: Float64Array, follows: Uint8Array): Columns {
  const n = u.length
  const p = Array.from(u, legendre)
  const depth = depths(follows)
  const column = (f: (k: number) => number): Float64Array =>
    Float64Array.from({ length: n }, (_, k) => f(k))
  const lagged = (now: number, then: number, lag: number): Float64Array =>
    column((k) => (depth[k]! >= lag ? p[k]![now]! * p[k - lag]![then]! : 0))
  const recent = column((k) => {
    const length = Math.min(WINDOW, depth[k]!)
    let total = 0
    for (let lag = 1; lag <= length; lag++) total += p[k - lag]![2]!
    return total / Math.sqrt(WINDOW)
  })
  const lags = Array.from({ length: LAGS }, (_, i) => i + 1)
  return {
    shape: [1, 2, 3, 4, 5, 6].map((order) => column((k) => p[k]![order]!)),
    tails: [
      column((k) => (u[k]! < TAIL ? 1 - TAIL : -TAIL)),
      column((k) => (u[k]! > 1 - TAIL ? 1 - TAIL : -TAIL)),
    ],
    clustering: [...lags.map((lag) => lagged(2, 2, lag)), column((k) => recent[k]! * p[k]![2]!)],
    memory: lags.map((lag) => lagged(1, 1, lag)),
    leverage: [1, 2].map((lag) => lagged(2, 1, lag)),
  }
}

function meanSquare(values: Float64Array): number {
  let total = 0
  for (const v of values) total += v * v
  return total / values.length
}

/** What is left of a column when its regression on the scores is taken off. */
function project(
  column: Float64Array,
  scores: readonly Float64Array[],
  inverse: Float64Array | null,
): Float64Array {
  if (!inverse) return column
  const k = scores.length
  const products = scores.map((s) => s.reduce((a, x, t) => a + x * column[t]!, 0))
  const out = Float64Array.from(column)
  for (let i = 0; i < k; i++) {
    let weight = 0
    for (let j = 0; j < k; j++) weight += inverse[i * k + j]! * products[j]!
    for (let t = 0; t < out.length; t++) out[t]! -= weight * scores[i]![t]!
  }
  return out
}

/** Scores that carry information of their own, largest first; the rest would make the matrix singular. */
function usable(scores: readonly Float64Array[]): readonly Float64Array[] {
  return scores.filter((s) => meanSquare(s) > 0 && s.every(Number.isFinite))
}

/**
 * Test that conditions have mean zero, allowing for parameters having been fitted to the same data.
 *
 * Each condition is freed from what the fitted scores explain (their sum is zero at the estimate), and
 * the squared sums are weighed with the products of what is left. A condition that the fit has set to
 * zero by itself carries nothing and is left out.
 * Source: Newey, Econometrica 53 (1985); Tauchen, Journal of Econometrics 30 (1985).
 */
function momentTest(
  columns: readonly Float64Array[],
  scores: readonly Float64Array[],
  inverse: Float64Array | null,
): { readonly statistic: number; readonly degrees: number } {
  const kept: Float64Array[] = []
  for (const column of columns) {
    const rest = project(column, scores, inverse)
    if (!(meanSquare(rest) > 1e-3 * meanSquare(column))) continue
    if (inversePositive(outerProduct([...kept, rest]), kept.length + 1)) kept.push(rest)
  }
  const k = kept.length
  const weights = inversePositive(outerProduct(kept), k)
  if (k === 0 || !weights) return { statistic: 0, degrees: 0 }
  const sums = kept.map((column) => column.reduce((a, b) => a + b, 0))
  let statistic = 0
  for (let i = 0; i < k; i++)
    for (let j = 0; j < k; j++) statistic += sums[i]! * weights[i * k + j]! * sums[j]!
  return { statistic, degrees: k }
}

/** What is tested of one asset. */
export type Forecasts = {
  readonly asset: string
  /** Probability that the forecast gave to a move not above the one that came. */
  readonly u: Float64Array
  readonly follows: Uint8Array
  readonly scores: readonly Float64Array[]
}

const ALL: readonly (keyof Columns)[] = ['shape', 'tails', 'clustering', 'memory', 'leverage']

/**
 * Check one-step forecasts: that their probabilities are uniform (Neyman's smooth test of order 6, and
 * exceedances of the tails) and independent of the past (products with lags 1 to 4 and with the mean
 * over 24 rows).
 *
 * @param names checks to make. @returns one check per name, chi-square under the right process.
 */
export function checkForecasts(
  { asset, u, follows, scores }: Forecasts,
  names: readonly (keyof Columns)[] = ALL,
): readonly Check[] {
  const columns = conditions(u, follows)
  const used = usable(scores)
  const inverse = used.length > 0 ? inversePositive(outerProduct(used), used.length) : null
  return names.flatMap((name) => {
    const { statistic, degrees } = momentTest(columns[name], used, inverse)
    if (degrees === 0) return []
    return [{ asset, name, statistic, degrees, pValue: chiSquareTail(statistic, degrees) }]
  })
}
