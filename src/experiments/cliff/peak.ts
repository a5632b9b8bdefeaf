import { philoxDraws, studentQuantile } from '../../math/index.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { hasValue, isMean, meansOver, type Sampled, sample, steps } from './curve.ts'
import { grow } from './growth.ts'
import { meansOf, type Standing, spacing } from './standing.ts'
import type { Respond, Search } from './types.ts'

/** Cells of a window around a peak, and what each window is of the one before. */
const CELLS = 8
const ZOOM = 0.35
const WINDOWS = { full: 6, coarse: 2 } as const
/** How much wider a window is that follows a peak, or its chance, out of the one before. */
const WIDER = 2
/** Share of resamples with the vertex outside of a window from which on it is too narrow to tell chance. */
const SPILLED = 0.1
/** Cells between the largest response and a vertex from which on the parabola fits something else. */
const FAR = 1.5
/** How much narrower a peak is at half of the shock: a transition's width goes with its root. */
const SHARPER = Math.SQRT1_2
/** Part of the range within which a peak is known well enough. */
const PRECISE = 1e-3
/** Multiples of the shock whose peaks are carried on to none. */
const SHOCKS = { full: [1, 0.5, 0.25], coarse: [1] } as const
/** Least number of different responses in a window that has a shape. */
const LEAST_LEVELS = 5
const RESAMPLES = 100

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
    return [...meansOver(susceptibility, rows)]
  })
}

/** Where other paths would have made a window's vertex, and the share of those that would at its ends or beyond. */
type Chance = { readonly reach: number; readonly spilled: number }

/** Half of the 95 % interval of a window's vertex that other paths would have made; 0 for one path. */
function chanceOf(window: Sampled, search: Search): Chance {
  const { x, susceptibility } = window
  const paths = susceptibility[0]!.length
  const [low, high] = [x[0]!, x[x.length - 1]!]
  const places = resampled(window, search).map((y) => {
    const at = vertexOf(x, y)?.at ?? (y[0]! > y[y.length - 1]! ? low : high)
    return Math.min(high, Math.max(low, at))
  })
  if (places.length === 0) return { reach: 0, spilled: 0 }
  const isOut = (at: number): boolean =>
    (at === low && low > search.low) || (at === high && high < search.high)
  const spilled = places.filter(isOut).length / places.length
  const mean = places.reduce((a, b) => a + b) / places.length
  const variance = places.reduce((sum, at) => sum + (at - mean) ** 2, 0) / (places.length - 1)
  if (!isMean(search))
    return { spilled, reach: studentQuantile(0.975, places.length - 1) * Math.sqrt(variance) }
  // Resamples of few paths scatter too little, by n - 1 in n.
  const sd = Math.sqrt((variance * paths) / (paths - 1))
  return { spilled, reach: studentQuantile(0.975, paths - 1) * sd }
}

/** Whether responses are a few steps of one height, as a book of few accounts makes them: those have no shape. */
function isCoarse(y: readonly number[]): boolean {
  const unit = 1e-9 * Math.max(...y.map(Math.abs))
  return new Set(y.map((v) => Math.round(v / unit))).size < LEAST_LEVELS
}

/** What one window says: its vertex, how far other paths and the misfit carry it; null when it has no shape. */
function readWindow(window: Sampled, search: Search) {
  const { x } = window
  const y = meansOf(window, search)
  const index = y.indexOf(Math.max(...y))
  const said = { top: x[index]!, isEdge: index === 0 || index === CELLS, peak: null }
  const vertex = isCoarse(y) ? null : vertexOf(x, y)
  if (!vertex || vertex.at < x[0]! || vertex.at > x[CELLS]!) return said
  const misfit = studentQuantile(0.975, CELLS - 2) * vertex.error
  const { reach: chance, spilled } = chanceOf(window, search)
  // A narrow peak in a wide window drags the parabola along, to where the response is not large.
  const isFar = Math.abs(vertex.at - said.top) > Math.max(FAR * (x[1]! - x[0]!), misfit + chance)
  return isFar ? said : { ...said, peak: { at: vertex.at, misfit, chance, spilled } }
}

/**
 * Sample a window, or the part of it around its largest response in which all places have one.
 * @returns null when places without one are left all the same.
 */
async function sampleWindow(
  respond: Respond,
  [low, high]: readonly [number, number],
  shock: number,
  search: Search,
): Promise<Sampled | null> {
  const whole = await sample(respond, steps(low, high, CELLS), shock, search)
  const isWhole = (own: Sampled): boolean => own.susceptibility.every(hasValue)
  if (isWhole(whole)) return whole
  const means = meansOf(whole, search)
  const top = means.indexOf(Math.max(...means.filter((v) => !Number.isNaN(v))))
  if (top < 0) return null
  const from = means.findLastIndex((v, k) => k < top && Number.isNaN(v)) + 1
  const next = means.findIndex((v, k) => k > top && Number.isNaN(v))
  const to = next < 0 ? CELLS : next - 1
  if (from === to) return null
  const part = steps(whole.x[from]!, whole.x[to]!, CELLS)
  const again = await sample(respond, part, shock, search)
  return isWhole(again) ? again : null
}

/** A peak at one shock, and half of its 95 % interval: by chance, and by how it was looked for. */
type Peak = {
  readonly at: number
  readonly chance: number
  readonly error: number
  /** The part of the error by which it moved as windows narrowed. */
  readonly lean: number
  /** Half the width of the window that told it, and of the first in which it had a shape. */
  readonly half: number
  readonly seen: number
}

const reachOf = ({ chance, error }: Peak): number => Math.hypot(chance, error)

/** How far a peak may still move when windows narrow from here on: as it did at another shock, else all the way. */
const leanAt = (known: Peak | null, half: number): number =>
  known ? known.lean * Math.max(1, half / known.half) : half

/** Where to begin to look for a peak: around the same one at a larger shock, or a place on the grid. */
type Start = { readonly at: number; readonly half: number; readonly known: Peak | null }

/**
 * Close in on the peak of the response.
 * @returns where it is at this shock, from the window that tells best; null when none shows a peak.
 */
async function closeIn(
  respond: Respond,
  shock: number,
  { at: from, half: width, known }: Start,
  search: Search,
): Promise<Peak | null> {
  let [at, half] = [from, width]
  let latest: Peak | null = null
  let best: Peak | null = null
  let hasMoved = false
  for (let i = 0; i < WINDOWS[search.effort ?? 'full']; i++) {
    const ends = [Math.max(search.low, at - half), Math.min(search.high, at + half)] as const
    const window = await sampleWindow(respond, ends, shock, search)
    if (!window) break
    const { top, isEdge, peak } = readWindow(window, search)
    if (!peak) {
      // At another shock it may have moved out of the window.
      const isGone: boolean = known !== null && latest === null && isEdge
      // A peak much narrower than the window has its shape further in; one that was seen twice is lost in steps.
      if (!isGone && (best ? best.error < best.seen : known && !hasMoved)) break
      hasMoved ||= isGone
      at = top
      half *= isGone ? WIDER : ZOOM
      continue
    }
    const { spilled, misfit, ...told } = peak
    // A peak that leans moves as the window narrows: how far it still did is part of the error.
    const moved = Math.abs(peak.at - at)
    const lean: number = latest ? Math.max(moved, ZOOM ** 2 * latest.lean) : leanAt(known, half)
    const seen: number = latest ? latest.seen : half
    latest = { ...told, error: misfit + lean, lean, half, seen }
    at = peak.at
    const isTooNarrow: boolean = spilled > SPILLED && best === null
    half *= isTooNarrow ? WIDER : ZOOM
    if (isTooNarrow) continue
    // From where chance, or the few accounts of a book, decide, narrower windows tell less.
    if (best && reachOf(latest) >= reachOf(best)) break
    best = latest
    const isEnough = reachOf(best) < PRECISE * (search.high - search.low)
    if (isEnough || best.chance > best.error) break
  }
  return best ?? latest
}

const around = (value: number, reach: number): Interval => ({
  ...{ value, low: value - reach, high: value + reach },
})

/** Carry a peak to no shock, from the largest shock to the smallest, each half of the one before. */
function carried(peaks: readonly Peak[]): Interval | null {
  const [last, before] = peaks.toReversed()
  if (!last) return null
  if (!before) return around(last.at, reachOf(last))
  const moved = Math.abs(last.at - before.at)
  if (moved > Math.hypot(last.error, before.error)) {
    const sizes = peaks.map((own, k) => ({ size: 2 ** k, cliff: around(own.at, own.error) }))
    const { limit } = grow(sizes)!
    // The same paths were met at all shocks.
    return around(limit.value, Math.hypot(last.chance, (limit.high - limit.low) / 2))
  }
  // Where it moves by no more than is known, the better of the two is as good without a shock.
  const sure = reachOf(before) < reachOf(last) ? before : last
  return around(sure.at, Math.hypot(sure.chance, sure.error + moved))
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
  const multiples = search.isShock ? ([1] as const) : SHOCKS[search.effort ?? 'full']
  const found: Peak[] = []
  for (const multiple of multiples) {
    const known = found.at(-1) ?? null
    const start: Start = known
      ? { at: known.at, half: Math.max(SHARPER * known.half, 2 * reachOf(known)), known }
      : { at: grid.x[place]!, half: 1.5 * spacing(grid.x, place), known }
    const peak = await closeIn(respond, shock * multiple, start, search)
    if (!peak) break
    found.push(peak)
  }
  const limit = carried(found)
  return (
    limit && {
      ...limit,
      low: Math.max(limit.low, Math.min(limit.value, search.low)),
      high: Math.min(limit.high, Math.max(limit.value, search.high)),
    }
  )
}
