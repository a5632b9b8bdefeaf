import { clopperPearson } from '../../math/index.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { jumpsBesides, peaksBesides } from './besides.ts'
import {
  curveOf,
  gridOf,
  intervalOf,
  isFalling,
  isMean,
  longestOf,
  mirror,
  mirrored,
  type Sampled,
  sample,
  steps,
  stretchesOf,
} from './curve.ts'
import { findEdge } from './edge.ts'
import { findJump, isMost, isTorn, type Jump } from './jump.ts'
import { locatePeak } from './peak.ts'
import { scatterPeakOf } from './scatter.ts'
import { findPeak } from './standing.ts'
import { CliffError, type Located, type Respond, type Search } from './types.ts'
import { widened } from './wider.ts'

const NO_PEAK = 'the peak of the response did not stand when it was looked at closely'
/** Least number of places with a value in which a cliff can be told. */
const LEAST = 5
/** Cells of the window in which a cliff is found again. */
const WINDOW_CELLS = 8

/** Part of the range beyond which jumps are too far apart to be one cliff. */
const SCATTERED = 0.5

type Found = Pick<Located, 'cliff' | 'kind' | 'note' | 'steps' | 'share' | 'wider'>

const NOTHING = { cliff: null, kind: null, steps: [], share: null, wider: null } as const

function none(note: string): Found {
  return { ...NOTHING, note }
}

const UNBOUNDED =
  'unbounded: towards it the measure grows without limit, beyond it there is no finite value'

/** Look for a peak of the response. @param search of the whole range, of which the grid may be a part. */
async function findContinuous(respond: Respond, grid: Sampled, search: Search): Promise<Found> {
  const own = { ...search, low: grid.x[0]!, high: grid.x.at(-1)! }
  const [answer, curve] = isFalling(grid, search)
    ? [mirrored(respond), mirror(grid)]
    : [respond, grid]
  const peak = await findPeak(answer, curve, own)
  if ('end' in peak)
    return peak.end === null ? none(peak.note) : { ...NOTHING, ...widened(peak, own, search) }
  const cliff = await locatePeak(answer, peak, own)
  if (!cliff) return none(NO_PEAK)
  const cell = (search.high - search.low) / search.cells
  return {
    ...NOTHING,
    ...{ cliff, kind: 0 },
    note: `no jump: the response to a small extra shock peaks here${peaksBesides(peak.grid, cliff, cell, own)}`,
  }
}

/** Look for a jump, for an edge, then for a peak of the response, on a part of a grid with values. */
async function findOn(
  respond: Respond,
  all: Sampled,
  grid: Sampled,
  search: Search,
): Promise<Found> {
  const own = { ...search, low: grid.x[0]!, high: grid.x.at(-1)! }
  const edge = await findEdge(respond, all, grid, own)
  if (edge) return { ...NOTHING, cliff: edge.at, kind: 0, note: UNBOUNDED }
  if (grid.x.length < LEAST) return none('too few places to tell')
  const jump = search.kinds === 'continuous' ? null : await findJump(respond, grid, own)
  if (jump && isTorn(jump)) {
    const found = await findContinuous(respond, grid, search)
    const torn = `most paths change between ${jump.low} and ${jump.high} and have no value inside: whether they jump cannot be told`
    return { ...found, note: `${found.note}; ${torn}` }
  }
  if (!jump) return findContinuous(respond, grid, search)
  const told = toldOf(jump, own)
  if (told.cliff === null) return told
  return { ...told, note: `${told.note}${await jumpsBesides(respond, grid, jump, own)}` }
}

/** The share of paths that jump, with its exact interval; of resamples, and of one path, without. */
function shareOf({ share, of }: Jump, search: Search): Interval {
  if (of < 2 || !isMean(search)) return { value: share, low: Number.NaN, high: Number.NaN }
  return { ...clopperPearson(Math.round(share * of), of), value: share }
}

/** Tell a jump: where most paths jump, together, and where they jump besides. */
function toldOf(jump: Jump, search: Search): Found {
  const { at, share, others } = jump
  const percent = (part: number): string => `${Math.round(100 * part)} %`
  const of = isMean(search) ? 'paths' : 'resamples'
  const also = others.map((own) => `${percent(own.share)} at about ${own.at.value.toPrecision(3)}`)
  const told = `${percent(share)} of the ${of} jump`
  const note = also.length === 0 ? told : `${told} here, ${also.join(', ')}`
  if (!isMost(jump)) return none(`${note}, the others do not: no place is that of most`)
  if (at.high - at.low > SCATTERED * (search.high - search.low))
    return none(`${note}, but at places all over the range; more paths may tell`)
  const isFirst = others.some((own) => isMost(own))
  const first = isFirst ? ', of which this is the first that most of them share' : ''
  return {
    ...NOTHING,
    cliff: at,
    kind: 1,
    note: `${note}${first}`,
    steps: jump.steps,
    share: shareOf(jump, search),
  }
}

/** The jump, or else the continuous cliff, of the longest stretch; null when there is none. */
function foremost(parts: readonly (Found & { readonly grid: Sampled })[]) {
  const ranked = parts
    .filter(({ cliff }) => cliff !== null)
    .toSorted((a, b) => b.kind! - a.kind! || b.grid.x.length - a.grid.x.length)
  return ranked[0] ?? null
}

const spanOf = ({ x }: Sampled): string =>
  x.length === 1 ? `at ${x[0]}` : `from ${x[0]} to ${x.at(-1)}`

/** Take together what was found on the stretches of a range that has places without a value. */
function together(parts: readonly (Found & { readonly grid: Sampled })[]): Found {
  const [only] = parts
  if (parts.length === 1) {
    const { grid, ...found } = only!
    return { ...found, note: `${found.note}; the measure has values only ${spanOf(grid)}` }
  }
  const best = foremost(parts)
  const others = parts.filter((own) => own !== best && own.cliff !== null)
  const notes = best
    ? [best.note, ...others.map(({ cliff }) => `another at ${cliff!.value}`)]
    : parts.map(({ note, grid }) => `${spanOf(grid)} ${note}`)
  const where = `the measure has values only ${parts.map(({ grid }) => spanOf(grid)).join(', ')}: what is between cannot be told`
  const { cliff, kind, steps, share } = best ?? NOTHING
  const wider = best ? null : (parts.find((own) => own.wider)?.wider ?? null)
  return { cliff, kind, steps, share, wider, note: [...notes, where].join('; ') }
}

/**
 * Locate the point where loss turns from small to systemic: a jump of the order parameter, or the peak of
 * its response to a small extra shock, which marks a continuous transition; or none of both. Places without
 * a value part the range into stretches, which are searched one by one.
 * @throws {CliffError} when the range is empty.
 */
export async function locate(respond: Respond, search: Search): Promise<Located> {
  const { low, high } = search
  if (!(low < high)) throw new CliffError(`the range ${low} .. ${high} is empty; write low..high`)
  const all = await sample(respond, gridOf(search), 1, search)
  const curve = curveOf(all, search)
  const stretches = stretchesOf(all)
  const longest = longestOf(stretches)
  if (!longest)
    return {
      ...none('cannot tell: no path has a value anywhere in the range'),
      ...{ curve, scatterPeak: null },
    }
  const parts: (Found & { readonly grid: Sampled })[] = []
  for (const grid of stretches) parts.push({ ...(await findOn(respond, all, grid, search)), grid })
  const { grid: _, ...whole } = parts[0]!
  const found = longest.x.length === all.x.length ? whole : together(parts)
  return { ...found, curve, scatterPeak: isMean(search) ? scatterPeakOf(longest) : null }
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
  const window = await sample(respond, steps(low, high, WINDOW_CELLS), 1, search)
  const grid = longestOf(stretchesOf(window)) ?? window
  if (grid.x.length < LEAST) return null
  if (kind === 1) {
    const jump = await findJump(respond, grid, search)
    return jump && !isTorn(jump) && isMost(jump) ? jump.at : null
  }
  const [answer, curve] = isFalling(grid, search)
    ? [mirrored(respond), mirror(grid)]
    : [respond, grid]
  const { summary = intervalOf } = search
  const responses = curve.susceptibility.map((own) => summary(own).value)
  const place = responses.indexOf(Math.max(...responses))
  return place < 0 ? null : locatePeak(answer, { grid: curve, place, shock: 1 }, search)
}
