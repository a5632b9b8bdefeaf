import type { Interval } from '../sensitivity/ranges.ts'
import { intervalOf, isMean, type Sampled } from './curve.ts'
import type { Respond, Search, Step } from './types.ts'

/** Halvings of a cell of the grid: the last bracket is 1/4096 of it, or 1/64. */
const HALVINGS = { full: 12, coarse: 6 } as const
/** Paths on which a jump is looked for, each on its own. */
const WITNESSES = 4
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

/** Where paths jump, the share of the witnesses that do, and the jump of the first of them. */
export type Jump = { readonly at: Interval; readonly share: number; readonly step: Step }

/** Keep of each bracket the half that changes more. */
function halve(
  brackets: readonly Bracket[],
  middles: readonly number[],
  valueAt: (x: number, path: number) => number,
): void {
  brackets.forEach((own, path) => {
    const middle = middles[path]!
    const value = valueAt(middle, path)
    if (Math.abs(value - own.atLow) > Math.abs(own.atHigh - value)) {
      own.high = middle
      own.atHigh = value
    } else {
      own.low = middle
      own.atLow = value
    }
  })
}

/** Where the witnesses' jumps are together; of a statistic, where the first one's is. */
function placeOf(jumps: readonly Bracket[], search: Search): Interval {
  const places = Float64Array.from(jumps, ({ low, high }) => (low + high) / 2)
  const half = Math.max(...jumps.map(({ low, high }) => (high - low) / 2))
  const { value, low, high } = (search.summary ?? intervalOf)(places)
  const [least, most] = [low, high].map((bound) => (Number.isNaN(bound) ? value : bound))
  return {
    value,
    low: Math.max(search.low, least! - half),
    high: Math.min(search.high, most! + half),
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
  jumps: readonly (readonly [path: number, own: Bracket])[],
  cell: number,
  paths: number,
  search: Search,
): Promise<typeof jumps> {
  const sides = jumps.map(([, own]) => besides(own, cell, search))
  const places = [...new Set(sides.flat(2))]
  const found = await respond(
    places.map((x) => ({ x, shock: 1 })),
    paths,
  )
  return jumps.filter(([path, own], k) => {
    const [below, above] = sides[k]!.map((side) =>
      side.map((x) => found[places.indexOf(x)]![path]!),
    )
    return stands(below!, above!, own)
  })
}

/**
 * Look for a jump: on each of a few paths the steepest cell is halved again and again, keeping the
 * half that changes more. A slope loses half of its change every time; a jump keeps it, and is there at
 * fresh places beside it.
 * @returns null when at most half of the paths jump.
 */
export async function findJump(
  respond: Respond,
  grid: Sampled,
  search: Search,
): Promise<Jump | null> {
  const isStatistic = !isMean(search)
  // Of a statistic the resamples are free: their jumps are looked for on all of them.
  const witnesses = isStatistic ? grid.order[0]!.length : Math.min(search.paths, WITNESSES)
  const brackets = Array.from({ length: witnesses }, (_, path) => steepest(grid, path))
  const before = brackets.map(changeOf)
  for (let i = 0; i < HALVINGS[search.effort ?? 'full']; i++) {
    const middles = brackets.map(({ low, high }) => (low + high) / 2)
    const unique = [...new Set(middles)]
    const found = await respond(
      unique.map((x) => ({ x, shock: 1 })),
      isStatistic ? search.paths : witnesses,
    )
    halve(brackets, middles, (x, path) => found[unique.indexOf(x)]![path]!)
  }
  const isJump = (own: Bracket, path: number): boolean => {
    const change = changeOf(own)
    return change >= LEFT * before[path]! && change > PART * rangeOf(grid, path)
  }
  const all = [...brackets.entries()].filter(([path, own]) => isJump(own, path))
  if (all.length * 2 <= witnesses) return null
  const cell = grid.x[1]! - grid.x[0]!
  // Resamples share their paths: where the statistic itself jumps stands for all of them.
  const looked = isStatistic ? all.slice(0, 1) : all
  const sure = await standing(respond, looked, cell, isStatistic ? search.paths : witnesses, search)
  const jumps = isStatistic && sure.length > 0 ? all : sure
  const [first] = jumps
  if (!first || jumps.length * 2 <= witnesses) return null
  const [path, { low: from, high: to, atLow: below, atHigh: above }] = first
  return {
    at: placeOf(
      jumps.map(([, own]) => own),
      search,
    ),
    share: jumps.length / witnesses,
    step: { path, from, to, below, above },
  }
}
