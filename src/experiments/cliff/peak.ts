import { studentQuantile } from '../../math/index.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { intervalOf, type Sampled, sample, steps } from './curve.ts'
import type { Respond, Search } from './types.ts'

/** How many times its smallest value at an end of the range the response must reach at its peak. */
const RISE = 1.5
/** Cells of a window around a peak, and what each window is of the one before. */
const CELLS = 8
const ZOOM = 0.35
const WINDOWS = { full: 3, coarse: 2 } as const
/** Multiples of the shock whose peaks are carried on to none. */
const SHOCKS = { full: [1, 0.5, 0.25], coarse: [1] } as const

/** Mean response at each place of a curve. */
function meansOf({ susceptibility }: Sampled, { summary = intervalOf }: Search): readonly number[] {
  return susceptibility.map((own) => summary(own).value)
}

/**
 * Find the place of the largest response on a grid, when it stands out inside of the range.
 * @returns its index, or why there is none.
 */
export function standsOut(grid: Sampled, search: Search): number | string {
  const { summary = intervalOf } = search
  const means = meansOf(grid, search)
  const last = means.length - 1
  let best = 0
  for (let k = 1; k <= last; k++) if (means[k]! > means[best]!) best = k
  if (!(means[best]! > 0)) return 'the measure does not answer to the shock anywhere in this range'
  if (means[best]! < RISE * Math.min(...means))
    return 'the response to a small extra shock is about the same everywhere in this range'
  if (best === 0 || best === last)
    return 'the response to a small extra shock is largest at an end of the range: widen it'
  const ends = Math.max(means[0]!, means[last]!)
  if (means[best]! < RISE * ends)
    return `the response to a small extra shock rises nowhere above ${RISE} times that at the ends`
  const peak = summary(grid.susceptibility[best]!)
  const rest = [0, last].map((k) => summary(grid.susceptibility[k]!))
  if (rest.some((end) => peak.low <= end.high))
    return 'the response to a small extra shock has a peak, but no larger one than chance makes'
  return best
}

/** Vertex of the parabola through values by least squares, with its standard error from the scatter. */
function vertexOf(x: Float64Array, y: readonly number[]): { at: number; error: number } | null {
  const n = x.length
  const middle = (x[0]! + x[n - 1]!) / 2
  const half = (x[n - 1]! - x[0]!) / 2
  const t = Array.from(x, (at) => (at - middle) / half)
  const s2 = t.reduce((sum, v) => sum + v * v, 0)
  const s4 = t.reduce((sum, v) => sum + v ** 4, 0)
  const sy = y.reduce((sum, v) => sum + v, 0)
  const sty = t.reduce((sum, v, k) => sum + v * y[k]!, 0)
  const st2y = t.reduce((sum, v, k) => sum + v * v * y[k]!, 0)
  const det = n * s4 - s2 * s2
  const [c, b, a] = [(s4 * sy - s2 * st2y) / det, sty / s2, (n * st2y - s2 * sy) / det]
  if (!(a < 0)) return null
  const left = t.reduce((sum, v, k) => sum + (y[k]! - c - b * v - a * v * v) ** 2, 0)
  const variance = left / (n - 3)
  const ratio = b / (2 * a)
  const error = Math.sqrt(
    (variance / s2) * (1 / (4 * a * a)) + (ratio * ratio * variance * n) / det / (a * a),
  )
  return { at: middle - ratio * half, error: error * half }
}

/**
 * Close in on the peak of the response.
 * @returns where it is at this shock; null when a window shows no peak.
 */
async function closeIn(
  respond: Respond,
  from: number,
  width: number,
  shock: number,
  search: Search,
): Promise<Interval | null> {
  let at = from
  let half = width
  let found: Interval | null = null
  for (let i = 0; i < WINDOWS[search.effort ?? 'full']; i++, half *= ZOOM) {
    const low = Math.max(search.low, at - half)
    const high = Math.min(search.high, at + half)
    const window = await sample(respond, steps(low, high, CELLS), shock, search)
    const vertex = vertexOf(window.x, meansOf(window, search))
    if (!vertex || vertex.at < low || vertex.at > high) return found
    // A peak that leans moves as the window narrows: how far it still did is part of the error.
    const shift = i === 0 ? half : Math.abs(vertex.at - at)
    const reach = studentQuantile(0.975, CELLS - 2) * vertex.error + shift
    at = vertex.at
    found = { value: at, low: at - reach, high: at + reach }
  }
  return found
}

/**
 * Locate the peak of the response and carry it to a vanishing shock.
 * @param k place on the grid around which it stands out.
 * @returns null when no window shows a peak.
 */
export async function locatePeak(
  respond: Respond,
  grid: Sampled,
  k: number,
  search: Search,
): Promise<Interval | null> {
  const cell = grid.x[1]! - grid.x[0]!
  const shocks = search.isShock ? ([1] as const) : SHOCKS[search.effort ?? 'full']
  const found: Interval[] = []
  let from = grid.x[k]!
  for (const shock of shocks) {
    const peak = await closeIn(respond, from, 1.5 * cell, shock, search)
    if (!peak) break
    found.push(peak)
    from = peak.value
  }
  if (found.length === 0) return null
  const last = found.at(-1)!
  if (found.length === 1) return last
  // Straight through the last two: what is left out of the way to no shock is part of the error.
  const before = found.at(-2)!
  const value = 2 * last.value - before.value
  const reach = (last.high - last.low) / 2 + Math.abs(value - last.value)
  return { value, low: value - reach, high: value + reach }
}
