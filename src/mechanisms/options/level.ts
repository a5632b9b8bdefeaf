import { addGreeks, type BookColumns, type BookTerms } from './book.ts'
import {
  addChebyshev,
  collapse,
  SPOT_NODES,
  SPOT_ROOTS,
  TIME_NODES,
  TIME_ROOTS,
  toCoefficients,
} from './chebyshev.ts'

const NODES = SPOT_NODES * TIME_NODES
/** Checks lie at corners, where a polynomial errs most, and between nodes: (spot, time) in -1..1. */
const CHECKS: Float64Array = Float64Array.from([
  -1, -1, 1, -1, -1, 1, 1, 1, -0.7, 0.65, 0.72, -0.65, 0.05, 0.98, 0.38, 0.05,
])

/** Evaluations of its rows that building a level costs. */
export const BUILD_COST: number = NODES + CHECKS.length / 2

/** The sums over some rows of a book as polynomials over a window of ln(spot) and time. */
export type Level = {
  logSpot: number
  time: number
  halfWidth: number
  /** seconds */
  readonly duration: number
  count: number
  readonly rows: Int32Array
  /** largest errors at the checks, in the sums' own units */
  readonly error: Float64Array
  /** three sheets of coefficients, and their slice at the time `slicedAt` */
  readonly grid: Float64Array
  readonly slice: Float64Array
  slicedAt: number
}

/** Make room for the polynomials of up to `n` rows. */
export function emptyLevel(n: number, duration: number): Level {
  return {
    logSpot: 0,
    time: 0,
    halfWidth: 0,
    duration,
    count: 0,
    rows: new Int32Array(n),
    error: new Float64Array(3),
    grid: new Float64Array(3 * NODES),
    slice: new Float64Array(3 * SPOT_NODES),
    slicedAt: Number.NaN,
  }
}

/** Tell whether a point lies in the window; its end belongs to the next. */
export function covers(level: Level, logSpot: number, time: number): boolean {
  const away = logSpot - level.logSpot
  const later = time - level.time
  return Math.abs(away) <= level.halfWidth && later >= 0 && later < level.duration
}

/** Evaluate the rows at the nodes, fit the polynomials and measure `error` at the checks. */
export function fitLevel(level: Level, book: BookColumns, terms: BookTerms): void {
  const { grid, slice, error } = level
  const sums = new Float64Array(3)
  const read = new Float64Array(3)
  for (let k = 0; k < TIME_NODES; k++) {
    for (let j = 0; j < SPOT_NODES; j++) {
      exactAt(level, book, terms, SPOT_ROOTS[j]!, TIME_ROOTS[k]!, sums)
      for (let sheet = 0; sheet < 3; sheet++)
        grid[sheet * NODES + k * SPOT_NODES + j] = sums[sheet]!
    }
  }
  toCoefficients(grid)
  error.fill(0)
  for (let i = 0; i < CHECKS.length; i += 2) {
    exactAt(level, book, terms, CHECKS[i]!, CHECKS[i + 1]!, sums)
    collapse(grid, CHECKS[i + 1]!, slice)
    read.fill(0)
    addChebyshev(slice, CHECKS[i]!, read)
    for (let k = 0; k < 3; k++) error[k] = Math.max(error[k]!, Math.abs(read[k]! - sums[k]!))
  }
  level.slicedAt = Number.NaN
}

/** The formulas at a point given in -1..1 of the window. */
function exactAt(
  level: Level,
  book: BookColumns,
  terms: BookTerms,
  x: number,
  t: number,
  sums: Float64Array,
): void {
  const logSpot = level.logSpot + level.halfWidth * x
  const time = level.time + 0.5 * level.duration * (1 + t)
  sums.fill(0)
  addGreeks(book, terms, level.rows, level.count, logSpot, time, sums)
}

/** Add the interpolated sums at a point of the window to `out`. */
export function addLevel(level: Level, logSpot: number, time: number, out: Float64Array): void {
  if (time !== level.slicedAt) {
    collapse(level.grid, (2 * (time - level.time)) / level.duration - 1, level.slice)
    level.slicedAt = time
  }
  addChebyshev(level.slice, (logSpot - level.logSpot) / level.halfWidth, out)
}
