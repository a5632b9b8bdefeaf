import type { Interval } from '../sensitivity/ranges.ts'
import { type Bracket, changeOf, halve, isJump, middleOf, steepest } from './bracket.ts'
import { intervalOf, isMean, type Sampled } from './curve.ts'
import { type Site, sitesOf } from './sites.ts'
import type { Respond, Search, Step } from './types.ts'

/** Halvings of a cell of the grid: the last bracket is 1/4096 of it, or 1/64. */
const HALVINGS = { full: 12, coarse: 6 } as const
/** Paths whose jump is followed to the last bracket, and must be there beside it. */
const WITNESSES = 4
/** Least share of the paths that must jump for their jumps to be told. */
const SOME = 0.25
/** Places at which all paths may be looked at again, for each cell of the grid, which took three. */
const ALL = 0.75
/** Share of its interval by chance that the rounding of all paths' places may be left at. */
const ROUNDED = 0.3
/** Fresh places on either side of the last bracket, a small part of a cell apart. */
const FRESH = { places: 3, apart: 1 / 64 } as const
/** Least part of a jump that is left between the means of fresh places on its sides. */
const STANDS = 0.5

/** A place where some paths jump, and the share of all paths that do. */
export type Place = { readonly at: Interval; readonly share: number }

/** Where paths jump, with the jumps of those that were followed to the last bracket, and where else paths do. */
export type Jump = Place & {
  readonly steps: readonly Step[]
  readonly others: readonly Place[]
  /** Paths that have values. */
  readonly of: number
}

/** Places between which paths change and have no value. */
export type Torn = { readonly low: number; readonly high: number }

/** Whether most of the paths jump, so that their jump is that of the system. */
export const isMost = ({ share }: Place): boolean => share > 0.5

export const isTorn = (found: Jump | Torn): found is Torn => 'low' in found

/**
 * Half of the 95 % interval that brackets' widths leave to the mean of their middles: an error of their own,
 * uniform, for each bracket; the same for all paths that share one.
 */
function roundingOf(brackets: readonly Bracket[]): number {
  const shared = new Map<number, number>()
  for (const { low, high } of brackets)
    shared.set(low, (shared.get(low) ?? 0) + (high - low) / 2 / brackets.length)
  const most = [...shared.values()].reduce((sum, own) => sum + own, 0)
  return Math.min(most, 1.96 * Math.sqrt([...shared.values()].reduce((s, v) => s + (v * v) / 3, 0)))
}

/** Where jumps are together, by the scatter of their places; NaN bounds for a single one. */
function middlesOf(jumps: readonly Bracket[], { summary = intervalOf }: Search): Interval {
  return summary(Float64Array.from(jumps, middleOf))
}

/** Where jumps are together; of a statistic, where its own is, which is the first. */
function placeOf(jumps: readonly Bracket[], search: Search): Interval {
  const { value, low, high } = middlesOf(jumps, search)
  const rest = isMean(search) || jumps.length === 1 ? jumps : jumps.slice(1)
  const half = Math.hypot(Number.isNaN(low) ? 0 : (high - low) / 2, roundingOf(rest))
  return {
    value,
    low: Math.max(search.low, value - half),
    high: Math.min(search.high, value + half),
  }
}

/** Fresh places beside a bracket: those below it, and those above it. */
function besides({ low, high }: Bracket, cell: number, search: Search): [number[], number[]] {
  const steps = Array.from({ length: FRESH.places }, (_, k) => (k + 1) * FRESH.apart * cell)
  return [
    steps.map((step) => low - step).filter((x) => x >= search.low),
    steps.map((step) => high + step).filter((x) => x <= search.high),
  ]
}

/**
 * Whether a jump stands at fresh places: all on one side beyond all on the other, and by much of it. Where a
 * path is noise the largest difference was found by looking for it, and is gone beside it.
 */
function stands(below: readonly number[], above: readonly number[], own: Bracket): boolean {
  const change = own.atHigh - own.atLow
  const up = change > 0 ? 1 : -1
  const left = below.length > 0 ? below.map((v) => v * up) : [own.atLow * up]
  const right = above.length > 0 ? above.map((v) => v * up) : [own.atHigh * up]
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length
  const isApart = Math.min(...right) > Math.max(...left)
  return isApart && mean(right) - mean(left) >= STANDS * Math.abs(change)
}

/** Keep the paths whose jump stands. */
async function standing(
  respond: Respond,
  jumps: ReadonlyMap<number, Bracket>,
  cell: number,
  paths: number,
  search: Search,
): Promise<ReadonlySet<number>> {
  const sides = new Map([...jumps].map(([path, own]) => [path, besides(own, cell, search)]))
  const places = [...new Set([...sides.values()].flat(2))]
  const found = await respond(
    places.map((x) => ({ x, shock: 1 })),
    paths,
  )
  const isThere = ([path, own]: [number, Bracket]): boolean => {
    const [below, above] = sides.get(path)!.map((side) => {
      const values = side.map((x) => found[places.indexOf(x)]![path]!)
      return values.filter((value) => !Number.isNaN(value))
    })
    return stands(below!, above!, own)
  }
  return new Set([...jumps].filter(isThere).map(([path]) => path))
}

/**
 * Halve the brackets of all paths together, which are cheap while they are the same, until chance decides
 * where the jumps are together, or a quarter of what the grid took is spent.
 * @param done how often they were halved before.
 * @returns how often they were halved.
 */
async function halveAll(
  respond: Respond,
  brackets: Map<number, Bracket>,
  grid: Sampled,
  search: Search,
  done = 0,
): Promise<number> {
  const most = HALVINGS[search.effort ?? 'full']
  let left = ALL * (grid.x.length - 1)
  for (let i = done; i < most; i++) {
    const all = [...brackets.values()]
    const { low, high } = middlesOf(all, search)
    left -= new Set(all.map((own) => own.low)).size
    if (left < 0 || roundingOf(all) < (ROUNDED * (high - low)) / 2) return i
    await halve(respond, brackets, search.paths)
  }
  return most
}

/** Where the paths of a site jump together, and the share of them among all. */
function shared(site: Site, of: number, search: Search): Place {
  return { at: placeOf([...site.values()], search), share: site.size / of }
}

/** Follow a few paths of a site to the last bracket. @returns null when it does not stand for most of them. */
async function confirmed(
  respond: Respond,
  site: Site,
  of: number,
  grid: Sampled,
  search: Search,
): Promise<Pick<Jump, 'at' | 'share' | 'steps'> | null> {
  // Resamples share their paths: where the statistic itself, the first, jumps stands for all of them.
  const all = isMean(search) ? [...site].slice(0, WITNESSES) : [...site].filter(([k]) => k === 0)
  if (all.length === 0) return null
  const witnesses = new Map(all)
  const followed = new Set(witnesses.keys())
  const paths = isMean(search) ? Math.max(...followed) + 1 : search.paths
  const cell = grid.x[1]! - grid.x[0]!
  const narrow = cell * 2 ** -HALVINGS[search.effort ?? 'full']
  const isWide = ({ low, high }: Bracket): boolean => high - low > 1.5 * narrow
  for (let i = 0; i < HALVINGS.full; i++) {
    const wide = new Map([...witnesses].filter(([, own]) => isWide(own)))
    const before = [...wide.keys()]
    await halve(respond, wide, paths)
    for (const path of before) if (!wide.has(path)) witnesses.delete(path)
  }
  const sharp = new Map([...witnesses].filter(([path, own]) => isJump(grid, path, own)))
  const sure = await standing(respond, sharp, cell, paths, search)
  const share = (site.size / of) * (sure.size / all.length)
  if (sure.size * 2 <= all.length || share < SOME) return null
  const jumps = new Map([...site].filter(([path]) => sure.has(path) || !followed.has(path)))
  const steps = [...sure].map((path): Step => {
    const { low: from, high: to, atLow: below, atHigh: above } = site.get(path)!
    return { path, from, to, below, above }
  })
  return { at: placeOf([...jumps.values()], search), share, steps }
}

/**
 * The sites that may be that of the system, in the order in which they are tried: those that most paths share,
 * the first in the direction of the search before others; else that of most paths.
 */
function triedOf(sites: readonly Site[], of: number, { from }: Search): readonly Site[] {
  const many = sites.filter(({ size }) => 2 * size > of)
  if (many.length > 0) return from === 'high' ? many.toReversed() : many
  return sites.toSorted((a, b) => b.size - a.size).slice(0, 1)
}

/** Places between which most paths change, and have no value inside; null when there are none. */
function tornOf(
  before: ReadonlyMap<number, Bracket>,
  after: ReadonlyMap<number, Bracket>,
  grid: Sampled,
): Torn | null {
  const lost = [...before].filter(([k, own]) => !after.has(k) && isJump(grid, k, own))
  if (2 * lost.length <= before.size) return null
  return {
    low: Math.min(...lost.map(([, own]) => own.low)),
    high: Math.max(...lost.map(([, own]) => own.high)),
  }
}

/**
 * Look for a jump: on each path the steepest cell is halved again and again, keeping the half that changes
 * more. A slope loses half of its change every time; a jump keeps it, and is there at fresh places beside
 * it. Paths that jump at different places are asked for each other's. A few paths are followed to the end,
 * all others as far as their places together need it.
 * @returns null when hardly any path jumps; where most paths change between two places and have no value
 *   inside, those.
 */
export async function findJump(
  respond: Respond,
  grid: Sampled,
  search: Search,
): Promise<Jump | Torn | null> {
  const found = Array.from(grid.order[0]!, (_, path) => [path, steepest(grid, path)] as const)
  // Failed paths have no value anywhere.
  const known = new Map(found.filter(([, own]) => !Number.isNaN(changeOf(own))))
  const brackets = new Map(known)
  const rounds = await halveAll(respond, brackets, grid, search)
  const torn = tornOf(known, brackets, grid)
  if (torn) return torn
  const likely = new Map([...brackets].filter(([path, own]) => isJump(grid, path, own)))
  const sites = await sitesOf(respond, likely, brackets, rounds, grid, search)
  for (const site of triedOf(sites, known.size, search)) {
    // Chance decides sooner where a jump is when it is not taken together with others.
    if (sites.length > 1) await halveAll(respond, site, grid, search, rounds)
    const jump = await confirmed(respond, site, known.size, grid, search)
    if (!jump) continue
    const rest = sites.filter((own) => own !== site && own.size >= SOME * known.size)
    for (const own of rest) await halveAll(respond, own, grid, search, rounds)
    const others = rest.map((own) => shared(own, known.size, search))
    return { ...jump, others, of: known.size }
  }
  return null
}
