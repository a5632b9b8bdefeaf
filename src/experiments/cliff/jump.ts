import { meanInterval } from '../../math/index.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import type { Sampled } from './curve.ts'
import type { Respond, Search } from './types.ts'

/** Halvings of a cell of the grid: the last bracket is 1/4096 of it. */
const HALVINGS = 12
/** Paths on which a jump is looked for, each on its own. */
const WITNESSES = 4
/** Least part of the whole range of the order parameter that a jump makes. */
const PART = 0.1
/** Least part of a cell's change that is left in the last bracket of a jump. */
const LEFT = 0.5

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

/** Where paths jump, and the share of the witnesses that do; null bounds for one path. */
export type Jump = { readonly at: Interval; readonly share: number }

/**
 * Look for a jump: on each of a few paths the steepest cell is halved again and again, keeping the
 * half that changes more. A slope loses half of its change every time; a jump keeps it.
 * @returns null when at most half of the paths jump.
 */
export async function findJump(
  respond: Respond,
  grid: Sampled,
  { paths }: Search,
): Promise<Jump | null> {
  const witnesses = Math.min(paths, WITNESSES)
  const brackets = Array.from({ length: witnesses }, (_, path) => steepest(grid, path))
  const before = brackets.map(changeOf)
  for (let i = 0; i < HALVINGS; i++) {
    const middles = brackets.map(({ low, high }) => (low + high) / 2)
    const unique = [...new Set(middles)]
    const found = await respond(
      unique.map((x) => ({ x, shock: 1 })),
      witnesses,
    )
    brackets.forEach((own, path) => {
      const middle = middles[path]!
      const value = found[unique.indexOf(middle)]![path]!
      if (Math.abs(value - own.atLow) > Math.abs(own.atHigh - value)) {
        own.high = middle
        own.atHigh = value
      } else {
        own.low = middle
        own.atLow = value
      }
    })
  }
  const isJump = (own: Bracket, path: number): boolean => {
    const change = changeOf(own)
    return change >= LEFT * before[path]! && change > PART * rangeOf(grid, path)
  }
  const jumps = brackets.filter(isJump)
  if (jumps.length * 2 <= witnesses) return null
  const places = jumps.map(({ low, high }) => (low + high) / 2)
  const half = Math.max(...jumps.map(({ low, high }) => (high - low) / 2))
  const { mean, low, high } = meanInterval(places)
  return {
    at: { value: mean, low: (low ?? mean) - half, high: (high ?? mean) + half },
    share: jumps.length / witnesses,
  }
}
