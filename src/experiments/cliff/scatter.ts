import { philoxDraws } from '../../math/index.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { relativeSdOf, type Sampled } from './curve.ts'

/** Least number of paths from which a scatter can be told. */
const LEAST = 8
const RESAMPLES = 200
/** Part of the largest number of a curve up to which paths differ by rounding and by ties, not by what happens. */
const ROUNDING = 1e-6

/** Index of the largest known scatter. */
function largest(scatter: readonly number[]): number {
  const known = scatter.map((v) => (Number.isNaN(v) ? Number.NEGATIVE_INFINITY : v))
  return known.indexOf(Math.max(...known))
}

/** Vertex of the parabola through the largest scatter and those beside it. */
function vertexOf(x: Float64Array, scatter: readonly number[], best: number): number {
  const [a, b, c] = [scatter[best - 1]!, scatter[best]!, scatter[best + 1]!]
  const bend = a - 2 * b + c
  if (!(Number.isFinite(bend) && bend < 0)) return x[best]!
  return x[best]! + ((a - c) / (2 * bend)) * (x[1]! - x[0]!)
}

/** Largest number of a curve. */
const sizeOf = (order: readonly Float64Array[]): number =>
  order.flatMap((own) => [...own]).reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0)

/** Standard deviation over mean of some values; NaN where it is unknown, 0 up to rounding of numbers of a size. */
function scatterOf(values: ArrayLike<number>, size: number): number {
  const known = Array.from(values).filter((v) => !Number.isNaN(v))
  const isSame = Math.max(...known) - Math.min(...known) <= ROUNDING * size
  return isSame && known.length > 1 ? 0 : relativeSdOf(values)
}

/** Whether paths differ by more than rounding at any of some places. */
export function isScattered(order: readonly Float64Array[]): boolean {
  const size = sizeOf(order)
  return order.some((own) => scatterOf(own, size) !== 0)
}

/**
 * Find where the order parameter scatters most for its size, which marks a transition of a finite system;
 * its interval by resampling paths, the same at every place, and by the cells beside them.
 * @returns null for few paths, without scatter, or when it is largest at an end of the range.
 */
export function scatterPeakOf({ x, order }: Sampled): Interval | null {
  const paths = order[0]!.length
  if (paths < LEAST || x.length < 3) return null
  const size = sizeOf(order)
  const scatter = order.map((own) => scatterOf(own, size))
  const best = largest(scatter)
  if (!(scatter[best]! > 0) || best === 0 || best === x.length - 1) return null
  const draws = philoxDraws(0, 0, 'scatter')
  const places = Float64Array.from({ length: RESAMPLES }, (_, r) => {
    const rows = Array.from({ length: paths }, (_, k) => Math.floor(draws.uniform(r, k) * paths))
    return x[
      largest(
        order.map((own) =>
          scatterOf(
            rows.map((row) => own[row]!),
            size,
          ),
        ),
      )
    ]!
  }).toSorted()
  // It may be anywhere in the cells beside the largest: where paths jump, it is at an end of one.
  const cell = x[1]! - x[0]!
  const [least, most] = [0.025, 0.975].map((q) => places[Math.ceil(q * RESAMPLES) - 1]!)
  return {
    value: vertexOf(x, scatter, best),
    low: Math.max(x[0]!, Math.min(x[best]!, least!) - cell),
    high: Math.min(x.at(-1)!, Math.max(x[best]!, most!) + cell),
  }
}
