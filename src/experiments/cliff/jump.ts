import type { Interval } from '../sensitivity/ranges.ts'
import { intervalOf, type Sampled } from './curve.ts'
import type { Respond, Search, Step } from './types.ts'

/** Halvings of a cell of the grid: the last bracket is 1/4096 of it, or 1/64. */
const HALVINGS = { full: 12, coarse: 6 } as const
/** Paths on which a jump is looked for, each on its own. */
const WITNESSES = 4
/** Least part of the whole range of the order parameter that a jump makes. */
const PART = 0.1
/** Least part of a cell's change that is left in the last bracket of a jump: few accounts fall in steps. */
const LEFT = 0.25

/** A path's steepest cell, and the values at its ends. */
type Bracket = { low: number; high: number; atLow: number; atHigh: number }

function steepest({ x, order }: Sampled, path: number): Bracket {
  const change = (k: number): number => Math.abs(order[k + 1]![path]! - order[k]![path]!)
  let best = 0
  for (let k = 1; k + 1 < x.length; k++) if (change(k) > change(best)) best = k
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

/**
 * Look for a jump: on each of a few paths the steepest cell is halved again and again, keeping the
 * half that changes more. A slope loses half of its change every time; a jump keeps it.
 * @returns null when at most half of the paths jump.
 */
export async function findJump(
  respond: Respond,
  grid: Sampled,
  search: Search,
): Promise<Jump | null> {
  const isStatistic = search.summary !== undefined && search.summary !== intervalOf
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
  const jumps = brackets.filter(isJump)
  const [first] = jumps
  if (!first || jumps.length * 2 <= witnesses) return null
  const { low: from, high: to, atLow: below, atHigh: above } = first
  const share = jumps.length / witnesses
  const path = brackets.indexOf(first)
  return { at: placeOf(jumps, search), share, step: { path, from, to, below, above } }
}
