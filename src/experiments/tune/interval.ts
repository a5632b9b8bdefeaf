import { philoxDraws } from '../../math/index.ts'
import type { Objective } from '../condition.ts'
import { type Estimate, exactly, without } from '../estimate.ts'
import { meanOf } from '../statistics.ts'

/** Values per measure, one number per path. */
export type Values = (measure: string) => Float64Array

/** Resamples of the paths from which an error is told. */
export const RESAMPLES = 200

/** Draw the same rows of n paths for every measure; the paths themselves for r = 0. */
export function resampled(values: Values, r: number): Values {
  if (r === 0) return values
  const draws = philoxDraws(r, 0, 'resample')
  let rows: Int32Array | null = null
  return (measure) => {
    const own = values(measure)
    const n = own.length
    rows ??= Int32Array.from({ length: n }, (_, k) =>
      Math.min(n - 1, Math.floor(draws.uniform(k, 0) * n)),
    )
    return own.map((_, k) => own[rows![k]!]!)
  }
}

/**
 * Numbers per path of an objective that is a sum of means; null of any other, and where a path lacks a
 * number, because each mean is over the paths that have its own.
 */
function perPath({ terms }: Objective, values: Values): Float64Array | null {
  if (terms.some(({ name }) => name !== 'mean')) return null
  const columns = terms.map(({ measure }) => values(measure))
  if (columns.some((column) => column.some(Number.isNaN))) return null
  return columns[0]!.map((_, k) =>
    terms.reduce((sum, { weight }, t) => sum + weight * columns[t]![k]!, 0),
  )
}

/** Spread a number over resamples of the paths. @param at the number of one resample. */
export function bootstrapped(at: (r: number) => number, paths: number): Estimate {
  const value = at(0)
  if (Number.isNaN(value)) return without('a term has no value', paths)
  if (paths < 2) return without('one path: no interval', paths, value)
  const all = Array.from({ length: RESAMPLES }, (_, k) => at(k + 1)).filter(Number.isFinite)
  if (all.length < RESAMPLES / 2) return without('too few resamples have a value', paths, value)
  const mean = all.reduce((sum, v) => sum + v, 0) / all.length
  const squares = all.reduce((sum, v) => sum + (v - mean) ** 2, 0)
  const reach = 1.96 * Math.sqrt(squares / (all.length - 1))
  const method = `95 % normal, error from ${all.length} resamples of the paths`
  return { value, low: value - reach, high: value + reach, n: paths, method, approximate: true }
}

/** Share by which numbers of equal worlds may differ, by the order of sums. */
const ROUNDING = 1e-12

/** Take an estimate as it is where paths differ, and for exact where they do not. */
export function settled(estimate: Estimate, differ: boolean): Estimate {
  return differ ? estimate : exactly(estimate.value, estimate.n)
}

function scaled({ value, low, high, ...rest }: Estimate, weight: number): Estimate {
  const times = (v: number | null): number | null => (v === null ? null : v * weight)
  const [a, b] = weight < 0 ? [high, low] : [low, high]
  return { value: times(value), low: times(a), high: times(b), ...rest }
}

/**
 * Estimate an objective with its 95 % interval: Student's where it is a sum of means, that of the
 * statistic where it is one term, else from resamples of the paths.
 */
export function estimateOf(objective: Objective, values: Values): Estimate {
  const { terms } = objective
  if (terms.length === 1) {
    const { weight, measure, statistic } = terms[0]!
    return scaled(statistic(values(measure)), weight)
  }
  const column = perPath(objective, values)
  if (column) return meanOf(column)
  const paths = values(terms[0]!.measure).length
  return bootstrapped((r) => valueOrNaN(objective, resampled(values, r)), paths)
}

function less(a: number, b: number): number {
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b)) ? 0 : a - b
}

/** Estimate what an objective is more at one point than at another, on the same paths. */
export function differenceOf(objective: Objective, values: Values, than: Values): Estimate {
  const [a, b] = [perPath(objective, values), perPath(objective, than)]
  if (a && b) return meanOf(a.map((v, k) => less(v, b[k]!)))
  const paths = values(objective.terms[0]!.measure).length
  return bootstrapped(
    (r) =>
      less(valueOrNaN(objective, resampled(values, r)), valueOrNaN(objective, resampled(than, r))),
    paths,
  )
}

/** Value of an objective; NaN where a measure has none. */
export function valueOrNaN({ terms }: Objective, values: Values): number {
  let sum = 0
  for (const { weight, measure, statistic } of terms)
    sum += weight * (statistic(values(measure)).value ?? Number.NaN)
  return sum
}
