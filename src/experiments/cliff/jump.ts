import type { Interval } from '../sensitivity/ranges.ts'
import { intervalOf, isMean, type Sampled } from './curve.ts'
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
/** Least part of the whole range of the order parameter that a jump makes. */
const PART = 0.1
/** Least part of a cell's change that is left in the last bracket of a jump: few accounts fall in steps. */
const LEFT = 0.25
/** Fresh places on either side of the last bracket, a small part of a cell apart. */
const FRESH = { places: 3, apart: 1 / 64 } as const
/** Least part of a jump that is left between the means of fresh places on its sides. */
const STANDS = 0.5

/** The cell of a path that is looked into, and the values at its ends. */
type Bracket = { low: number; high: number; atLow: number; atHigh: number }

/** The cell whose change exceeds that of the cells beside it most: growth alone is steep in all of them. */
function steepest({ x, order }: Sampled, path: number): Bracket {
  const change = (k: number): number =>
    k < 0 || k + 1 >= x.length ? Number.NaN : Math.abs(order[k + 1]![path]! - order[k]![path]!)
  const excess = (k: number): number => {
    const beside = [change(k - 1), change(k + 1)].filter((v) => !Number.isNaN(v))
    return change(k) - (beside.length === 0 ? 0 : beside.reduce((a, b) => a + b) / beside.length)
  }
  let [best, most] = [0, Number.NEGATIVE_INFINITY]
  for (let k = 0; k + 1 < x.length; k++) {
    const own = excess(k)
    if (own > most) [best, most] = [k, own]
  }
  const [low, high] = [x[best]!, x[best + 1]!]
  return { low, high, atLow: order[best]![path]!, atHigh: order[best + 1]![path]! }
}

const changeOf = ({ atLow, atHigh }: Bracket): number => Math.abs(atHigh - atLow)

function rangeOf({ order }: Sampled, path: number): number {
  const values = order.map((own) => own[path]!).filter((value) => !Number.isNaN(value))
  return Math.max(...values) - Math.min(...values)
}

/** Where paths jump, the share of all paths that do, and the jump of the first of them. */
export type Jump = { readonly at: Interval; readonly share: number; readonly step: Step }

/** Places between which paths change and have no value. */
export type Torn = { readonly low: number; readonly high: number }

/** Whether most of the paths jump, so that their jump is that of the system. */
export const isMost = ({ share }: Jump): boolean => share > 0.5

export const isTorn = (found: Jump | Torn): found is Torn => 'low' in found

/** Where a bracket is divided; the next where the path has no value at the one before. */
const DIVISIONS = [0.5, 0.25, 0.75] as const

/** Keep of a bracket the side of a place that changes more. */
function cut(own: Bracket, middle: number, value: number): void {
  if (Math.abs(value - own.atLow) > Math.abs(own.atHigh - value)) {
    own.high = middle
    own.atHigh = value
  } else {
    own.low = middle
    own.atLow = value
  }
}

/** Halve each bracket, and take out those of paths that have no value inside of theirs. */
async function halve(
  respond: Respond,
  brackets: Map<number, Bracket>,
  paths: number,
): Promise<void> {
  let open = [...brackets]
  for (const part of DIVISIONS) {
    const placeIn = ({ low, high }: Bracket): number => (1 - part) * low + part * high
    const unique = [...new Set(open.map(([, own]) => placeIn(own)))]
    if (unique.length === 0) return
    const found = await respond(
      unique.map((x) => ({ x, shock: 1 })),
      paths,
    )
    open = open.filter(([path, own]) => {
      const place = placeIn(own)
      const value = found[unique.indexOf(place)]![path]!
      if (!Number.isNaN(value)) cut(own, place, value)
      return Number.isNaN(value)
    })
  }
  for (const [path] of open) brackets.delete(path)
}

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
  return summary(Float64Array.from(jumps, ({ low, high }) => (low + high) / 2))
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
 * @returns how often they were halved.
 */
async function halveAll(
  respond: Respond,
  brackets: Map<number, Bracket>,
  grid: Sampled,
  search: Search,
): Promise<number> {
  const most = HALVINGS[search.effort ?? 'full']
  let left = ALL * (grid.x.length - 1)
  for (let i = 0; i < most; i++) {
    const all = [...brackets.values()]
    const { low, high } = middlesOf(all, search)
    left -= new Set(all.map((own) => own.low)).size
    if (left < 0 || roundingOf(all) < (ROUNDED * (high - low)) / 2) return i
    await halve(respond, brackets, search.paths)
  }
  return most
}

/**
 * Look for a jump: on each path the steepest cell is halved again and again, keeping the half that changes
 * more. A slope loses half of its change every time; a jump keeps it, and is there at fresh places beside
 * it. A few paths are followed to the end, all others as far as their places together need it.
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
  const brackets = new Map(found.filter(([, own]) => !Number.isNaN(changeOf(own))))
  const before = found.map(([, own]) => changeOf(own))
  const isJump = ([path, own]: readonly [number, Bracket]): boolean => {
    const change = changeOf(own)
    return change >= LEFT * before[path]! && change > PART * rangeOf(grid, path)
  }
  const many = brackets.size
  const rounds = await halveAll(respond, brackets, grid, search)
  const torn = found.filter((own) => !Number.isNaN(changeOf(own[1])) && !brackets.has(own[0]))
  const lost = torn.filter(isJump)
  if (2 * lost.length > many)
    return {
      low: Math.min(...lost.map(([, own]) => own.low)),
      high: Math.max(...lost.map(([, own]) => own.high)),
    }
  const likely = new Map([...brackets].filter(isJump))
  // Resamples share their paths: where the statistic itself, the first, jumps stands for all of them.
  const all = isMean(search)
    ? [...likely].slice(0, WITNESSES)
    : [...likely].filter(([k]) => k === 0)
  if (all.length === 0) return null
  const witnesses = new Map(all)
  const paths = isMean(search) ? Math.max(...witnesses.keys()) + 1 : search.paths
  for (let i = rounds; i < HALVINGS[search.effort ?? 'full']; i++)
    await halve(respond, witnesses, paths)
  const sharp = new Map([...witnesses].filter(isJump))
  const cell = grid.x[1]! - grid.x[0]!
  const sure = await standing(respond, sharp, cell, paths, search)
  const share = (likely.size / many) * (sure.size / all.length)
  if (sure.size * 2 <= all.length || share < SOME) return null
  const jumps = [...likely].filter(([path]) => sure.has(path) || !witnesses.has(path))
  const [path, { low: from, high: to, atLow: below, atHigh: above }] = jumps[0]!
  return {
    at: placeOf(
      jumps.map(([, own]) => own),
      search,
    ),
    share,
    step: { path, from, to, below, above },
  }
}
