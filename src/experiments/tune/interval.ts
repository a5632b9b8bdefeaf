import { philoxDraws } from '../../math/index.ts'
import { measureInfo } from '../../measures/index.ts'
import type { Objective } from '../condition.ts'
import { type Estimate, exactly, without } from '../estimate.ts'
import { createPairedSum, type PairedTerm } from '../paired.ts'
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

/** The terms of an objective at one point. */
function termsAt({ terms }: Objective, values: Values, sign: 1 | -1): readonly PairedTerm[] {
  return terms.map(({ weight, measure, name }) => ({
    ...{ weight: sign * weight, statistic: name, values: values(measure) },
    better: measureInfo(measure)?.better ?? 'lower',
  }))
}

/** Estimate a sum of statistics: its value by the paths that each has, its interval by those that have all. */
function summed(terms: readonly PairedTerm[], value: number): Estimate {
  const paths = terms[0]!.values.length
  if (Number.isNaN(value)) return without('a term has no value', paths)
  const isWhole = terms[0]!.values.map((_, k) =>
    terms.some(({ values }) => Number.isNaN(values[k]!)) ? 0 : 1,
  )
  const whole = terms.map((term) => ({ ...term, values: term.values.filter((_, k) => isWhole[k]) }))
  const { low, high, ...found } = createPairedSum(0)(whole)
  const moved = (end: number | null): number | null =>
    end === null || found.value === null ? null : end + (value - found.value)
  return { ...found, value, low: moved(low), high: moved(high) }
}

/**
 * Estimate an objective with its 95 % interval: Student's where it is a sum of means, that of the
 * statistic where it is one term, else as `createPairedSum` does.
 */
export function estimateOf(objective: Objective, values: Values): Estimate {
  const { terms } = objective
  if (terms.length === 1) {
    const { weight, measure, statistic } = terms[0]!
    return scaled(statistic(values(measure)), weight)
  }
  const column = perPath(objective, values)
  return column
    ? meanOf(column)
    : summed(termsAt(objective, values, 1), valueOrNaN(objective, values))
}

function less(a: number, b: number): number {
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b)) ? 0 : a - b
}

/** Estimate what an objective is more at one point than at another, on the same paths. */
export function differenceOf(objective: Objective, values: Values, than: Values): Estimate {
  const [a, b] = [perPath(objective, values), perPath(objective, than)]
  if (a && b) return meanOf(a.map((v, k) => less(v, b[k]!)))
  const value = less(valueOrNaN(objective, values), valueOrNaN(objective, than))
  return summed([...termsAt(objective, values, 1), ...termsAt(objective, than, -1)], value)
}

/** Value of an objective; NaN where a measure has none. */
export function valueOrNaN({ terms }: Objective, values: Values): number {
  let sum = 0
  for (const { weight, measure, statistic } of terms)
    sum += weight * (statistic(values(measure)).value ?? Number.NaN)
  return sum
}
