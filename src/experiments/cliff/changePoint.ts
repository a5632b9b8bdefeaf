import { philoxDraws } from '../../math/index.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { intervalOf, meansOver, type Sampled } from './curve.ts'

/** Least number of paths whose scatter says what is noise. */
const LEAST = 8
/** Places of a break that are tried in a cell. */
const FINE = 8
const RESAMPLES = 200
/** How much chi-squared a break must take away: chance alone, at its best place, rarely takes 12. */
const LEAST_GAIN = 12

/** Where straight lines that meet, or do not, fit better than one line. */
export type ChangePoint = {
  readonly at: Interval
  /** `bend`: the slope changes; `step`: the level does. */
  readonly shape: 'bend' | 'step'
  /** Chi-squared that the break takes away from a straight line. */
  readonly gain: number
}

type Shape = ChangePoint['shape']
type Break = { readonly at: number; readonly shape: Shape; readonly gain: number }

/** What is left of values after their weighted straight line. */
function leftOver(x: Float64Array, y: Float64Array, w: Float64Array): Float64Array {
  let [s, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0]
  for (let k = 0; k < x.length; k++) {
    s += w[k]!
    sx += w[k]! * x[k]!
    sy += w[k]! * y[k]!
    sxx += w[k]! * x[k]! * x[k]!
    sxy += w[k]! * x[k]! * y[k]!
  }
  const slope = (s * sxy - sx * sy) / (s * sxx - sx * sx)
  const level = (sy - slope * sx) / s
  return y.map((v, k) => v - level - slope * x[k]!)
}

/** A break that can be fitted, with its own shape after a straight line is taken off. */
type Candidate = { readonly at: number; readonly shape: Shape; readonly z: Float64Array }

function candidatesOf(x: Float64Array, w: Float64Array): readonly Candidate[] {
  const n = x.length
  const all: Candidate[] = []
  for (let k = 1; k < n - 2; k++)
    for (let i = 0; i < FINE; i++) {
      const at = x[k]! + ((x[k + 1]! - x[k]!) * i) / FINE
      const bend = x.map((v) => Math.max(0, v - at))
      all.push({ at, shape: 'bend', z: leftOver(x, bend, w) })
    }
  for (let k = 1; k < n - 2; k++) {
    const at = (x[k]! + x[k + 1]!) / 2
    const step = x.map((v) => (v > at ? 1 : 0))
    all.push({ at, shape: 'step', z: leftOver(x, step, w) })
  }
  return all
}

/** The break that takes most of the weighted squares away. */
function bestBreak(candidates: readonly Candidate[], left: Float64Array, w: Float64Array): Break {
  let best: Break = { at: Number.NaN, shape: 'bend', gain: -1 }
  for (const { at, shape, z } of candidates) {
    let [zy, zz] = [0, 0]
    for (let k = 0; k < z.length; k++) {
      zy += w[k]! * z[k]! * left[k]!
      zz += w[k]! * z[k]! * z[k]!
    }
    const gain = zz > 0 ? (zy * zy) / zz : 0
    if (gain > best.gain) best = { at, shape, gain }
  }
  return best
}

/**
 * Fit a change point to a noisy curve: a straight line with one bend or one step, against the line alone,
 * weighted by the scatter over paths. Its interval by resampling paths, the same at every place.
 * @returns null for few paths, or when chance may have made the break.
 */
export function changePointOf({ x, order }: Sampled): ChangePoint | null {
  const paths = order[0]!.length
  if (paths < LEAST || x.length < 6) return null
  const reach = order.map((own) => {
    const { low, high } = intervalOf(own)
    return (high - low) / 4
  })
  // A place without scatter is not known without error: it is given the least scatter of the others.
  const least = Math.min(...reach.filter((r) => r > 0))
  if (!Number.isFinite(least)) return null
  const w = Float64Array.from(reach, (r) => 1 / Math.max(r || 0, least) ** 2)
  const candidates = candidatesOf(x, w)
  const breakOf = (rows: readonly number[]): Break =>
    bestBreak(candidates, leftOver(x, meansOver(order, rows), w), w)
  const best = breakOf(Array.from({ length: paths }, (_, k) => k))
  if (best.gain < LEAST_GAIN) return null
  const draws = philoxDraws(1, 0, 'changePoint')
  const places = Float64Array.from({ length: RESAMPLES }, (_, r) => {
    const rows = Array.from({ length: paths }, (_, k) => Math.floor(draws.uniform(r, k) * paths))
    return breakOf(rows).at
  }).toSorted()
  // A break is told no finer than it was tried.
  const cell = (x[1]! - x[0]!) / (best.shape === 'step' ? 2 : 2 * FINE)
  const low = Math.min(best.at, places[Math.floor(0.025 * RESAMPLES)]!) - cell
  const high = Math.max(best.at, places[Math.ceil(0.975 * RESAMPLES) - 1]!) + cell
  return { at: { value: best.at, low, high }, shape: best.shape, gain: best.gain }
}
