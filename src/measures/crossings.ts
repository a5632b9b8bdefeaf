import type { Book } from '../world/index.ts'

/** Finds, again and again along a path, the rows that a further move of values takes below zero. */
export type Crossings = {
  /**
   * Find rows whose margin is negative at `then` and is not at `now`, with the sums of a whole scan.
   * @param now values of this moment, length `book.coordinates`.
   * @param then other values at the same moment.
   * @returns rows in their order; overwritten by the next call.
   */
  find(now: Float64Array, then: Float64Array): readonly number[]
}

/** Taken off every allowance: more than rounding of sums and products can take back. */
const HAIR = 1e-9
/** Sums of products so small that they may have lost digits allow nothing. */
const SMALLEST = 1e-200
/** Distance at which allowances start anew. */
const FAR = 1e6

/** Largest relative move of a value; Infinity where there is none to speak of. */
function moveOf(from: Float64Array, to: Float64Array): number {
  let most = 0
  for (let c = 0; c < from.length; c++) {
    if (from[c] === to[c]) continue
    const move = Math.abs(to[c]! / from[c]! - 1)
    if (!(move < Infinity)) return Infinity
    if (move > most) most = move
  }
  return most
}

/** Set the allowance of rows that were written since `read` to nothing. */
function forgetWritten({ journal }: Book, allowed: Float64Array, read: number): void {
  const { rows, size } = journal
  for (let j = read; j < size; j++) {
    const entry = rows[j % rows.length]!
    allowed[entry < 0 ? ~entry : entry] = 0
  }
}

/** Collect the rows that may go less far than `reach`. @returns how many. */
function collectDue(allowed: Float64Array, rows: number, reach: number, out: Int32Array): number {
  let n = 0
  for (let row = 0; row < rows; row++) if (!(reach <= allowed[row]!)) out[n++] = row
  return n
}

/** Look at `n` rows: add those that cross to `found`, and set how far values may go from `gone`. */
function look(
  { start, count, coordinate, amount }: Book,
  rows: Int32Array,
  n: number,
  now: Float64Array,
  then: Float64Array,
  allowed: Float64Array,
  gone: number,
  found: number[],
): void {
  for (let j = 0; j < n; j++) {
    const row = rows[j]!
    const end = start[row]! + count[row]!
    let before = 0
    let after = 0
    let size = 0
    for (let k = start[row]!; k < end; k++) {
      const c = coordinate[k]!
      const value = amount[k]! * now[c]!
      before += value
      size += Math.abs(value)
      after += amount[k]! * then[c]!
    }
    if (after < 0 && !(before < 0)) found.push(row)
    allowed[row] = size > SMALLEST ? gone * (1 + Math.abs(before) / size - HAIR) : 0
  }
}

/**
 * Remember of every row how far values may go before its margin can change sign: while no value has
 * moved by more than |margin| / (sum of |amount x value|), relative, it cannot. Rows that are written
 * and rows that come are looked at again. Make one per path.
 */
export function createCrossings(book: Book): Crossings {
  const last = new Float64Array(book.coordinates).fill(Number.NaN)
  const found: number[] = []
  // Distances are products of 1 + largest move, so that they bound moves in both directions.
  let allowed = new Float64Array(book.rows)
  let due = new Int32Array(book.rows)
  let gone = 1
  let read = 0
  function advance(now: Float64Array): void {
    const { journal, rows } = book
    gone *= 1 + moveOf(last, now)
    last.set(now)
    const isBehind = journal.size - read > journal.rows.length
    if (allowed.length < rows || isBehind || !(gone < FAR)) {
      if (allowed.length < rows) {
        allowed = new Float64Array(2 * rows)
        due = new Int32Array(2 * rows)
      }
      allowed.fill(0)
      gone = 1
    } else forgetWritten(book, allowed, read)
    read = journal.size
  }
  return {
    find(now, then) {
      advance(now)
      found.length = 0
      const reach = gone * (1 + moveOf(now, then))
      const n = collectDue(allowed, book.rows, reach, due)
      look(book, due, n, now, then, allowed, gone, found)
      return found
    },
  }
}
