import type { Sampled } from './curve.ts'
import type { Respond } from './types.ts'

/** Least part of the whole range of the order parameter that a jump makes. */
const PART = 0.1
/** Least part of a cell's change that is left in the last bracket of a jump: few accounts fall in steps. */
const LEFT = 0.25
/** Where a bracket is divided; the next where the path has no value at the one before. */
const DIVISIONS = [0.5, 0.25, 0.75] as const

/** The part of a cell of the grid in which a path is looked into, and the values at its ends. */
export type Bracket = {
  /** Index of the cell. */
  readonly cell: number
  /** Change in it before it was halved. */
  readonly before: number
  low: number
  high: number
  atLow: number
  atHigh: number
}

export const middleOf = ({ low, high }: Bracket): number => (low + high) / 2

export const changeOf = ({ atLow, atHigh }: Pick<Bracket, 'atLow' | 'atHigh'>): number =>
  Math.abs(atHigh - atLow)

/** A whole cell of the grid on one path. */
export function cellOf({ x, order }: Sampled, path: number, cell: number): Bracket {
  const [atLow, atHigh] = [order[cell]![path]!, order[cell + 1]![path]!]
  const before = changeOf({ atLow, atHigh })
  return { cell, before, low: x[cell]!, high: x[cell + 1]!, atLow, atHigh }
}

/** The cell whose change exceeds that of the cells beside it most: growth alone is steep in all of them. */
export function steepest(grid: Sampled, path: number): Bracket {
  const { x, order } = grid
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
  return cellOf(grid, path, best)
}

/** By how much the order parameter of a path changes over a grid; -Infinity where it has no value. */
export function rangeOf({ order }: Sampled, path: number): number {
  const values = order.map((own) => own[path]!).filter((value) => !Number.isNaN(value))
  return Math.max(...values) - Math.min(...values)
}

/** Least change that is a jump of a path. */
export const leastJump = (grid: Sampled, path: number): number => PART * rangeOf(grid, path)

/** Whether a bracket of a path has kept enough of its cell's change to be no slope. */
export function isJump(grid: Sampled, path: number, own: Bracket): boolean {
  const change = changeOf(own)
  return change >= LEFT * own.before && change > leastJump(grid, path)
}

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
export async function halve(
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
