import { philoxDraws, studentQuantile } from '../../math/index.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { intervalOf, isMean, type Sampled, sample, steps } from './curve.ts'
import type { Respond, Search } from './types.ts'

/** How many times its smallest value at an end of the range the response must reach at its peak. */
const RISE = 1.5
/** Cells of a window around a peak, and what each window is of the one before. */
const CELLS = 8
const ZOOM = 0.35
const WINDOWS = { full: 6, coarse: 2 } as const
/** Part of the range within which a peak is known well enough. */
const PRECISE = 1e-3
/** Multiples of the shock whose peaks are carried on to none. */
const SHOCKS = { full: [1, 0.5, 0.25], coarse: [1] } as const
/** How many times the response at the ends a faint peak reaches, and the smaller shocks that tell what it is. */
const FAINT = { rise: 1.02, shocks: [1 / 8, 1 / 64, 1 / 512] } as const
/** Least number of different responses in a window that has a shape. */
const LEAST_LEVELS = 5
const RESAMPLES = 100

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

/**
 * Whether the response peaks inside of the range, though by less than tells. Where a transition is, a smaller
 * shock makes a sharper peak; a bump of any other kind stays as it is.
 */
function isFaint(grid: Sampled, search: Search): boolean {
  const { summary = intervalOf } = search
  const all = grid.susceptibility.map(summary)
  const last = all.length - 1
  const best = all.reduce((most, { value }, k) => (value > all[most]!.value ? k : most), 0)
  if (best === 0 || best === last || !(all[best]!.value > 0)) return false
  return [all[0]!, all[last]!].every(
    (end) => all[best]!.value >= FAINT.rise * end.value && !(all[best]!.low <= end.high),
  )
}

/** A peak that stands out, and the multiple of the scenario's shock at which it does. */
export type Standing = { readonly grid: Sampled; readonly place: number; readonly shock: number }

/**
 * Find the peak of the response that stands out on a grid; a faint one is looked at with smaller shocks.
 * @returns why there is none, when there is none.
 */
export async function findPeak(
  respond: Respond,
  grid: Sampled,
  search: Search,
): Promise<Standing | string> {
  const best = standsOut(grid, search)
  if (typeof best === 'number') return { grid, place: best, shock: 1 }
  if (search.isShock || !isFaint(grid, search)) return best
  for (const shock of FAINT.shocks) {
    const closer = await sample(respond, grid.x, shock, search)
    const place = standsOut(closer, search)
    if (typeof place === 'number') return { grid: closer, place, shock }
  }
  return best
}

/** Vertex of a parabola through values, with its standard error from what the parabola leaves. */
type Vertex = { readonly at: number; readonly error: number }

/** Fit a parabola by least squares. @returns null when it opens upwards, or is no more bent than chance makes. */
function vertexOf(x: Float64Array, y: readonly number[]): Vertex | null {
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
  const left = t.reduce((sum, v, k) => sum + (y[k]! - c - b * v - a * v * v) ** 2, 0)
  const variance = left / (n - 3)
  if (!(a < -studentQuantile(0.975, n - 3) * Math.sqrt((variance * n) / det))) return null
  const ratio = b / (2 * a)
  const error = Math.sqrt(
    (variance / s2) * (1 / (4 * a * a)) + (ratio * ratio * variance * n) / det / (a * a),
  )
  return { at: middle - ratio * half, error: error * half }
}

/** Mean responses of a window as other paths would have had them: resamples, the same at every place. */
function resampled({ susceptibility }: Sampled, search: Search): readonly (readonly number[])[] {
  const n = susceptibility[0]!.length
  // Of a statistic the values of a place are its resamples, behind itself.
  if (!isMean(search))
    return Array.from({ length: n - 1 }, (_, r) => susceptibility.map((own) => own[r + 1]!))
  if (n < 2) return []
  const draws = philoxDraws(2, 0, 'peak')
  return Array.from({ length: RESAMPLES }, (_, r) => {
    const rows = Array.from({ length: n }, (_, k) => Math.floor(draws.uniform(r, k) * n))
    return susceptibility.map((own) => intervalOf(Float64Array.from(rows, (k) => own[k]!)).value)
  })
}

/** Half of the 95 % interval of a window's vertex that other paths would have made; 0 for one path. */
function chanceOf(window: Sampled, search: Search): number {
  const { x, susceptibility } = window
  const paths = susceptibility[0]!.length
  const [low, high] = [x[0]!, x[x.length - 1]!]
  const places = resampled(window, search).map((y) => {
    const at = vertexOf(x, y)?.at ?? (y[0]! > y[y.length - 1]! ? low : high)
    return Math.min(high, Math.max(low, at))
  })
  if (places.length === 0) return 0
  const mean = places.reduce((a, b) => a + b) / places.length
  const variance = places.reduce((sum, at) => sum + (at - mean) ** 2, 0) / (places.length - 1)
  if (!isMean(search)) return studentQuantile(0.975, places.length - 1) * Math.sqrt(variance)
  // Resamples of few paths scatter too little, by n - 1 in n.
  return studentQuantile(0.975, paths - 1) * Math.sqrt((variance * paths) / (paths - 1))
}

/** Whether responses are a few steps of one height, as a book of few accounts makes them: those have no shape. */
function isCoarse(y: readonly number[]): boolean {
  const unit = 1e-9 * Math.max(...y.map(Math.abs))
  return new Set(y.map((v) => Math.round(v / unit))).size < LEAST_LEVELS
}

/** What one window says: its vertex, how far other paths and the misfit carry it; null when it has no shape. */
function readWindow(window: Sampled, search: Search) {
  const y = meansOf(window, search)
  const vertex = isCoarse(y) ? null : vertexOf(window.x, y)
  const [low, high] = [window.x[0]!, window.x[CELLS]!]
  const top = window.x[y.indexOf(Math.max(...y))]!
  if (!vertex || vertex.at < low || vertex.at > high) return { top, peak: null }
  const misfit = studentQuantile(0.975, CELLS - 2) * vertex.error
  return { top, peak: { at: vertex.at, misfit, chance: chanceOf(window, search) } }
}

/** A peak at one shock, and half of its 95 % interval: by chance, and by how it was looked for. */
type Peak = {
  readonly at: number
  readonly chance: number
  readonly error: number
  /** Half the width of the first window in which it had a shape. */
  readonly seen: number
}

const reachOf = ({ chance, error }: Peak): number => Math.hypot(chance, error)

/**
 * Close in on the peak of the response.
 * @param known the same peak at a larger shock; null at the first.
 * @returns where it is at this shock, from the window that tells best; null when none shows a peak.
 */
async function closeIn(
  respond: Respond,
  { from, width, shock }: { readonly from: number; readonly width: number; readonly shock: number },
  known: Peak | null,
  search: Search,
): Promise<Peak | null> {
  let at = from
  let half = width
  let best: Peak | null = null
  for (let i = 0; i < WINDOWS[search.effort ?? 'full']; i++, half *= ZOOM) {
    const low = Math.max(search.low, at - half)
    const high = Math.min(search.high, at + half)
    const window = await sample(respond, steps(low, high, CELLS), shock, search)
    const { top, peak } = readWindow(window, search)
    // A peak much narrower than the window has its shape further in; one that was seen twice is lost in steps.
    if (!peak && (known || (best && best.error < best.seen))) break
    // A peak that leans moves as the window narrows: how far it still did is part of the error.
    const shift: number = best || known ? Math.abs((peak?.at ?? top) - at) : half
    at = peak?.at ?? top
    if (!peak) continue
    const { chance, misfit } = peak
    const found: Peak = { at, chance, error: misfit + shift, seen: best?.seen ?? half }
    // From where chance, or the few accounts of a book, decide, narrower windows tell less.
    if (best && reachOf(found) >= reachOf(best)) break
    best = found
    if (chance > found.error || reachOf(best) < PRECISE * (search.high - search.low)) break
  }
  return best
}

/** An interval inside of the range that was searched, as far as its value is. */
function inside({ value, low, high }: Interval, search: Search): Interval {
  return {
    value,
    low: Math.max(low, Math.min(value, search.low)),
    high: Math.min(high, Math.max(value, search.high)),
  }
}

/**
 * Locate the peak of the response and carry it to a vanishing shock.
 * @param peak place on a grid around which it stands out.
 * @returns null when no window shows a peak.
 */
export async function locatePeak(
  respond: Respond,
  { grid, place, shock }: Standing,
  search: Search,
): Promise<Interval | null> {
  const cell = grid.x[1]! - grid.x[0]!
  const multiples = search.isShock ? ([1] as const) : SHOCKS[search.effort ?? 'full']
  const found: Peak[] = []
  for (const multiple of multiples) {
    const known = found.at(-1) ?? null
    const [from, width] = known ? [known.at, known.seen] : [grid.x[place]!, 1.5 * cell]
    const peak = await closeIn(respond, { from, width, shock: shock * multiple }, known, search)
    if (!peak) break
    found.push(peak)
  }
  const last = found.at(-1)
  if (!last) return null
  const around = (value: number, reach: number): Interval =>
    inside({ value, low: value - reach, high: value + reach }, search)
  const before = found.at(-2)
  if (!before) return around(last.at, reachOf(last))
  // Straight through the last two: what is left out of the way to no shock is part of the error.
  const value = 2 * last.at - before.at
  const error = Math.hypot(2 * last.error, before.error) + Math.abs(value - last.at)
  // The same paths were met at both shocks.
  return around(value, Math.hypot(last.chance, error))
}
