import { answeredOf, intervalOf, type Sampled, sample } from './curve.ts'
import type { Respond, Search } from './types.ts'

/** How many times its smallest value at an end of the range the response must reach at its peak. */
const RISE = 1.5
/** How often the cells beside the largest response are halved: at most, before a peak is denied, and in vain. */
const HALVINGS = { most: 10, least: 3, vain: 2 } as const
/** How many times as large the response is at half of the way to a peak. */
const SIDES = 1.2
/** Part of the largest response below which that of the next place is too far away to show the peak. */
const NARROW = 0.5
/** How many times the response at the ends a faint peak reaches, and the smaller shocks that tell what it is. */
const FAINT = { rise: 1.005, shocks: [1 / 8, 1 / 64, 1 / 512] } as const
/** How many times as far a faint peak must rise at each smaller shock. */
const SHARPER = 1.5

/** Mean response at each place of a curve. */
export function meansOf(
  { susceptibility }: Sampled,
  { summary = intervalOf }: Search,
): readonly number[] {
  return susceptibility.map((own) => summary(own).value)
}

/** How far the places beside one are from it: the farther of the two. */
export function spacing(x: Float64Array, place: number): number {
  const [before = x[place]!, after = x[place]!] = [x[place - 1], x[place + 1]]
  return Math.max(x[place]! - before, after - x[place]!)
}

/** Index of the largest response. */
function largest(means: readonly number[]): number {
  return means.reduce((most, value, k) => (value > means[most]! ? k : most), 0)
}

/** Why no peak stands out, and the end of the range at which the response is largest, if it is at one. */
export type NoPeak = { readonly note: string; readonly end: 'low' | 'high' | null }

const without = (note: string): NoPeak => ({ note, end: null })

/**
 * Find the place of the largest response on a grid, when it stands out inside of the range.
 * @returns its index, or why there is none.
 */
function standsOut(grid: Sampled, search: Search): number | NoPeak {
  const { summary = intervalOf } = search
  const means = meansOf(grid, search)
  const last = means.length - 1
  const best = largest(means)
  if (!(means[best]! > 0))
    return without('the measure does not answer to the shock anywhere in this range')
  if (means[best]! < RISE * Math.min(...means))
    return without('the response to a small extra shock is about the same everywhere in this range')
  if (best === 0 || best === last)
    return {
      note: 'the response to a small extra shock is largest at an end',
      end: best === 0 ? 'low' : 'high',
    }
  const ends = Math.max(means[0]!, means[last]!)
  if (means[best]! < RISE * ends)
    return without(
      `the response to a small extra shock rises nowhere above ${RISE} times that at the ends`,
    )
  const peak = summary(grid.susceptibility[best]!)
  const rest = [0, last].map((k) => summary(grid.susceptibility[k]!))
  if (rest.some((end) => peak.low <= end.high))
    return without(
      'the response to a small extra shock has a peak, but no larger one than chance makes',
    )
  return best
}

/** Whether the response at one place is more than a multiple of that at another, on the same paths, beyond chance. */
function exceeds(a: Float64Array, b: Float64Array, times: number, search: Search): boolean {
  const { value, low } = (search.summary ?? intervalOf)(a.map((own, k) => own - times * b[k]!))
  return Number.isNaN(low) ? value > 0 : low > 0
}

/** Whether the responses differ over the range, and the largest hardly from those at the ends. */
function isNearEnd(means: readonly number[]): boolean {
  const most = means[largest(means)]!
  const ends = Math.max(means[0]!, means.at(-1)!)
  return most >= RISE * Math.min(...means) && most < RISE * ends
}

/** The places beside the largest response, when more between them can tell what it is. */
function unclear(grid: Sampled, halved: number, search: Search): readonly number[] {
  const { x, susceptibility } = grid
  const means = meansOf(grid, search)
  const best = largest(means)
  if (!(means[best]! > 0)) return []
  const beside = [best - 1, best + 1].filter((k) => k >= 0 && k < x.length)
  const isNarrow = beside.some((k) =>
    exceeds(susceptibility[best]!, susceptibility[k]!, 1 / NARROW, search),
  )
  return isNarrow || (halved < HALVINGS.least && isNearEnd(means)) ? beside : []
}

/** A curve with some places more, in order. */
function merge(a: Sampled, b: Sampled): Sampled {
  const x = [...a.x, ...b.x]
  const by = [...x.keys()].sort((i, j) => x[i]! - x[j]!)
  const pick = <T>(all: readonly T[]): readonly T[] => by.map((k) => all[k]!)
  return {
    x: Float64Array.from(pick(x)),
    order: pick([...a.order, ...b.order]),
    susceptibility: pick([...a.susceptibility, ...b.susceptibility]),
  }
}

/**
 * Halve the cells beside the largest response until they show what it is, as a peak in one cell does not. The
 * sides of a peak rise as they get nearer; those of a spike, as one account makes it, stay as they were.
 */
async function refine(
  respond: Respond,
  grid: Sampled,
  shock: number,
  search: Search,
): Promise<Sampled> {
  let all = grid
  let vain = 0
  for (let halved = 0; halved < HALVINGS.most && vain < HALVINGS.vain; halved++) {
    const beside = unclear(all, halved, search)
    if (beside.length === 0) return all
    const means = meansOf(all, search)
    const best = largest(means)
    const x = Float64Array.from(beside, (k) => (all.x[k]! + all.x[best]!) / 2)
    const halves = await sample(respond, x, shock, search, spacing(all.x, best) / 2)
    const between = answeredOf(halves)
    if (between.x.length === 0) return all
    const rise = Math.max(...meansOf(between, search)) / Math.max(...beside.map((k) => means[k]!))
    vain = rise >= SIDES ? 0 : vain + 1
    all = merge(all, between)
  }
  return all
}

/** How many times that at the ends the largest response is, when it is inside and beyond chance; else 1. */
function contrastOf(grid: Sampled, search: Search): number {
  const means = meansOf(grid, search)
  const last = means.length - 1
  const best = largest(means)
  if (best === 0 || best === last || !(means[best]! > 0)) return 1
  const [own, ...ends] = [best, 0, last].map((k) => grid.susceptibility[k]!)
  if (!ends.every((end) => exceeds(own!, end, 1, search))) return 1
  return means[best]! / Math.max(means[0]!, means[last]!)
}

/** A peak that stands out, and the multiple of the scenario's shock at which it does. */
export type Standing = { readonly grid: Sampled; readonly place: number; readonly shock: number }

/**
 * Find the peak of the response that stands out; a faint one is looked at with smaller shocks. Where a
 * transition is they make it sharper; a bump of any other kind stays as it is.
 * @returns why there is none, when there is none.
 */
export async function findPeak(
  respond: Respond,
  coarse: Sampled,
  search: Search,
): Promise<Standing | NoPeak> {
  const grid = await refine(respond, answeredOf(coarse), 1, search)
  const told = standsOut(grid, search)
  if (typeof told === 'number') return { grid, place: told, shock: 1 }
  if (search.isShock) return told
  let contrast = contrastOf(grid, search)
  if (contrast < FAINT.rise) return told
  for (const shock of FAINT.shocks) {
    const weaker = answeredOf(await sample(respond, grid.x, shock, search))
    const closer = await refine(respond, weaker, shock, search)
    const place = standsOut(closer, search)
    if (typeof place === 'number') return { grid: closer, place, shock }
    const now = contrastOf(closer, search)
    if (now - 1 < SHARPER * (contrast - 1)) return told
    contrast = now
  }
  return told
}
