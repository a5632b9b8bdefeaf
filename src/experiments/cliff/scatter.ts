import { philoxDraws } from '../../math/index.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { relativeSdOf, type Sampled } from './curve.ts'

/** Least number of paths from which a scatter can be told. */
const LEAST = 8
const RESAMPLES = 200

/** Place of the largest standard deviation over mean; between places by a parabola through three. */
function peakOf(x: Float64Array, scatter: readonly number[]): number {
  const known = scatter.map((v) => (Number.isNaN(v) ? Number.NEGATIVE_INFINITY : v))
  const best = known.indexOf(Math.max(...known))
  const [a, b, c] = [known[best - 1]!, known[best]!, known[best + 1]!]
  if (best === 0 || best === x.length - 1) return x[best]!
  const bend = a - 2 * b + c
  if (!(Number.isFinite(bend) && bend < 0)) return x[best]!
  return x[best]! + ((a - c) / (2 * bend)) * (x[1]! - x[0]!)
}

/**
 * Find where the order parameter scatters most for its size, which marks a transition of a finite system;
 * its interval by resampling paths, the same at every place.
 * @returns null for few paths, without scatter, or when it is largest at an end of the range.
 */
export function scatterPeakOf({ x, order }: Sampled): Interval | null {
  const paths = order[0]!.length
  if (paths < LEAST || x.length < 3) return null
  const value = peakOf(x, order.map(relativeSdOf))
  if (!order.some((own) => relativeSdOf(own) > 0) || value <= x[0]! || value >= x.at(-1)!)
    return null
  const draws = philoxDraws(0, 0, 'scatter')
  const places = Float64Array.from({ length: RESAMPLES }, (_, r) => {
    const rows = Array.from({ length: paths }, (_, k) => Math.floor(draws.uniform(r, k) * paths))
    return peakOf(
      x,
      order.map((own) => relativeSdOf(rows.map((row) => own[row]!))),
    )
  }).toSorted()
  return {
    value,
    low: places[Math.floor(0.025 * RESAMPLES)]!,
    high: places[Math.ceil(0.975 * RESAMPLES) - 1]!,
  }
}
