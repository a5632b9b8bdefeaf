import type { Interval } from '../sensitivity/ranges.ts'
import {
  curveOf,
  intervalOf,
  isFalling,
  isMean,
  mirror,
  mirrored,
  type Sampled,
  sample,
  steps,
  stretchOf,
} from './curve.ts'
import { findEdge } from './edge.ts'
import { findJump, isMost } from './jump.ts'
import { locatePeak } from './peak.ts'
import { scatterPeakOf } from './scatter.ts'
import { findPeak } from './standing.ts'
import { CliffError, type Located, type Respond, type Search } from './types.ts'

const NO_PEAK = 'the peak of the response did not stand when it was looked at closely'
/** Least number of places with a value in which a cliff can be told. */
const LEAST = 5
/** Cells of the window in which a cliff is found again. */
const WINDOW_CELLS = 8

/** Part of the range beyond which jumps are too far apart to be one cliff. */
const SCATTERED = 0.5

type Found = Pick<Located, 'cliff' | 'kind' | 'note' | 'step'>

function none(note: string): Found {
  return { cliff: null, kind: null, note, step: null }
}

const UNBOUNDED =
  'unbounded: towards it the measure grows without limit, beyond it there is no finite value'

/** Look for a jump, for an edge, then for a peak of the response, on the part of a grid with values. */
async function findOn(
  respond: Respond,
  all: Sampled,
  grid: Sampled,
  search: Search,
): Promise<Found> {
  const edge = await findEdge(respond, all, grid, search)
  if (edge) return { cliff: edge.at, kind: 0, note: UNBOUNDED, step: null }
  if (grid.x.length < LEAST) return none('too few places to tell')
  const jump = await findJump(respond, grid, search)
  if (jump) {
    const of = isMean(search) ? 'paths' : 'resamples'
    const note = `${Math.round(100 * jump.share)} % of the ${of} jump`
    if (!isMost(jump)) return none(`${note}, the others do not: no place is that of most`)
    if (jump.at.high - jump.at.low > SCATTERED * (search.high - search.low))
      return none(`${note}, but at places all over the range; more paths may tell`)
    return { cliff: jump.at, kind: 1, note, step: jump.step }
  }
  const [answer, curve] = isFalling(grid, search)
    ? [mirrored(respond), mirror(grid)]
    : [respond, grid]
  const peak = await findPeak(answer, curve, search)
  if (typeof peak === 'string') return none(peak)
  const cliff = await locatePeak(answer, peak, search)
  if (!cliff) return none(NO_PEAK)
  return {
    ...{ cliff, kind: 0, step: null },
    note: 'no jump: the response to a small extra shock peaks here',
  }
}

/**
 * Locate the point where loss turns from small to systemic: a jump of the order parameter, or the peak of
 * its response to a small extra shock, which marks a continuous transition; or none of both.
 * @throws {CliffError} when the range is empty or the measure has no value in it.
 */
export async function locate(respond: Respond, search: Search): Promise<Located> {
  const { low, high, cells } = search
  if (!(low < high)) throw new CliffError(`the range ${low} .. ${high} is empty; write low..high`)
  const all = await sample(respond, steps(low, high, cells), 1, search)
  const grid = stretchOf(all)
  const curve = curveOf(all, search)
  const places = grid.x.length
  if (places === 0)
    throw new CliffError(
      'the measure has no value on any path anywhere in the range; choose another with --measure, or another range',
    )
  const whole = places === all.x.length
  const [from, to] = [grid.x[0]!, grid.x[places - 1]!]
  const found = await findOn(respond, all, grid, { ...search, low: from, high: to })
  const note = whole
    ? found.note
    : `${found.note}; the measure has values only from ${from} to ${to}`
  const scatterPeak = isMean(search) ? scatterPeakOf(grid) : null
  return { ...found, note, curve, scatterPeak }
}

/**
 * Find a cliff again near where it was, in another world of the same kind.
 * @param half half the width of the window around it.
 * @returns null when there is none of this kind in the window.
 */
export async function relocate(
  respond: Respond,
  at: number,
  half: number,
  kind: 1 | 0,
  search: Search,
): Promise<Interval | null> {
  const low = Math.max(search.low, at - half)
  const high = Math.min(search.high, at + half)
  const grid = await sample(respond, steps(low, high, WINDOW_CELLS), 1, search)
  if (kind === 1) {
    const jump = await findJump(respond, grid, search)
    return jump && isMost(jump) ? jump.at : null
  }
  const [answer, curve] = isFalling(grid, search)
    ? [mirrored(respond), mirror(grid)]
    : [respond, grid]
  const { summary = intervalOf } = search
  const responses = curve.susceptibility.map((own) => summary(own).value)
  const place = responses.indexOf(Math.max(...responses))
  return place < 0 ? null : locatePeak(answer, { grid: curve, place, shock: 1 }, search)
}
