import type { Book } from './book.ts'
import { examine } from './triggerBoxes.ts'
import { BELOW, bucketOf, TINY, unlink, walk, ZERO } from './triggerLists.ts'
import {
  bytesOf,
  cool,
  createState,
  enqueue,
  makeRoom,
  NEVER,
  type State,
  type TriggerOptions,
} from './triggerState.ts'

/**
 * Answers of a book to somebody who asks again and again. Every row has a box of values within which
 * its answer provably stays the same; each side of the box is a stop order in lists by level, and only
 * rows whose box is left, or which were written, are looked at again, with the sums of `Book.below`.
 */
export type Triggers = {
  /**
   * What `book.below` answers to the same arguments, at the cost of what has changed since the last
   * call.
   * @param values length `book.coordinates`; only read.
   * @param out length >= book.rows, overwritten from 0, in row order.
   */
  hits(values: Float64Array, out: Int32Array, minDebt?: number, minCollateral?: number): number
  /** Bytes of its own arrays; those of the book are not counted. */
  readonly bytes: number
  /** How often a row has been looked at: the work that was done. */
  readonly looks: number
}

/** Forget the boxes of rows from `row` on: they went, or others came in their places. */
function forgetFrom(t: State, row: number): void {
  const { start } = t.book
  for (let k = start[row]!; k < t.entries; k++) unlink(t.lists, k)
  for (let i = row; i < t.rows; i++) {
    cool(t, i)
    t.small[i] = 0
  }
  t.rows = row
  t.entries = start[row]!
}

/** Queue rows from `row` on that can be hits. */
function enqueueFrom(t: State, row: number): void {
  const { book } = t
  makeRoom(t)
  for (let i = row; i < book.rows; i++) if (owes(book, i)) enqueue(t, i)
  t.rows = book.rows
  t.entries = book.start[book.rows]!
}

/** Whether a row can be a hit at all: it has an entry on a coordinate that carries debt. */
function owes({ start, count, coordinate, liability }: Book, row: number): boolean {
  for (let k = start[row]!; k < start[row]! + count[row]!; k++)
    if (liability[coordinate[k]!] === 1) return true
  return false
}

/** First row that is not the one that boxes are known for. @returns `t.rows` when all are. */
function firstChanged(t: State): number {
  const { rows, size } = t.book.journal
  if (size - t.read > rows.length) return 0
  let first = t.rows
  for (let j = t.read; j < size; j++) {
    const entry = rows[j % rows.length]!
    if (entry < 0 && ~entry < first) first = ~entry
  }
  return first
}

/** Queue what the book's journal has told since the last call. @returns whether there was anything. */
function readJournal(t: State): boolean {
  const { rows, size } = t.book.journal
  if (size === t.read) return false
  const first = firstChanged(t)
  if (first < t.rows) forgetFrom(t, first)
  enqueueFrom(t, first)
  for (let j = Math.max(t.read, size - rows.length); j < size; j++) {
    const row = rows[j % rows.length]!
    if (row >= 0 && row < first && owes(t.book, row)) enqueue(t, row)
  }
  t.read = size
  return true
}

/** Take new values over, and queue the rows whose boxes they leave. @returns whether any changed. */
function move(t: State, values: Float64Array): boolean {
  const { levels, buckets, lists } = t
  let isChanged = false
  for (let c = 0; c < levels.length; c++)
    if (values[c] !== t.values[c]) {
      isChanged = true
      break
    }
  if (!isChanged) return false
  t.values.set(values)
  t.unit = t.numeraire < 0 ? 1 : values[t.numeraire]!
  const isMeasured = t.unit > 0 && t.unit < Infinity
  for (let c = 0; c < levels.length; c++) {
    const value = values[c]!
    const level = isMeasured ? value / t.unit : Number.NaN
    if (level === levels[c] && level !== 0) continue
    levels[c] = level
    let bucket = bucketOf(level)
    // A value that vanishes only in the division is no zero.
    if (bucket === ZERO && value !== 0) bucket = value > 0 ? TINY : BELOW
    const before = buckets[c]!
    if (bucket === before) continue
    buckets[c] = bucket
    walk(lists, c, before, bucket, t.pending)
  }
  // Levels mean nothing now: every row is hot until they do.
  if (!isMeasured) enqueueFrom(t, 0)
  return true
}

/**
 * Keep a floor that is at most what is asked for: it is taken down with room to spare, because every
 * small row is then boxed anew, and up only when that makes a difference.
 */
function floorFor(asked: number, floor: number): number {
  if (!(asked > 0)) return NEVER
  if (!(asked >= floor * (1 + 1e-9))) return asked / 2
  return asked > 8 * floor ? asked * (1 - 1e-6) : floor
}

/** Take sizes over, and queue the rows whose boxes are too large for them. */
function setFloors(t: State, minDebt: number, minCollateral: number): void {
  t.minDebt = minDebt
  t.minCollateral = minCollateral
  const debtFloor = floorFor(minDebt / t.unit, t.debtFloor)
  const collateralFloor = floorFor(minCollateral / t.unit, t.collateralFloor)
  if (debtFloor < t.debtFloor || collateralFloor < t.collateralFloor)
    for (let row = 0; row < t.rows; row++) if (t.small[row] === 1) enqueue(t, row)
  t.debtFloor = debtFloor
  t.collateralFloor = collateralFloor
}

/** Order found rows; there are few of them in almost every call. */
function sort(rows: Int32Array, n: number): void {
  if (n > 32) {
    rows.subarray(0, n).sort()
    return
  }
  for (let j = 1; j < n; j++) {
    const row = rows[j]!
    let at = j
    for (; at > 0 && rows[at - 1]! > row; at--) rows[at] = rows[at - 1]!
    rows[at] = row
  }
}

/** Keep those queued rows that are not looked at anyway. */
function dropHot({ pending, hotAt }: State): void {
  const { rows, size } = pending
  let kept = 0
  for (let j = 0; j < size; j++) if (hotAt[rows[j]!]! < 0) rows[kept++] = rows[j]!
  pending.size = kept
}

/** Look at all hot and queued rows. */
function search(t: State): void {
  const { found, hot } = t
  dropHot(t)
  const { rows, size } = t.pending
  t.looks += t.hotSize + size
  let n = 0
  // Backwards: a row that cools has its place taken by one that was looked at.
  for (let j = t.hotSize - 1; j >= 0; j--) {
    const row = hot[j]!
    if (examine(t, row)) found[n++] = row
  }
  for (let j = 0; j < size; j++) if (examine(t, rows[j]!)) found[n++] = rows[j]!
  t.foundSize = n
  sort(found, n)
}

/**
 * Keep boxes for a book. They follow what is written, undone, added and dropped by its journal, and
 * boxes that are not touched stay valid however values jump: going back costs what changed.
 * @throws {TriggerError} when the numeraire is no coordinate or a weight is not in 0.05 to 1.
 */
export function createTriggers(book: Book, options: TriggerOptions = {}): Triggers {
  const t = createState(book, options)
  return {
    hits(values, out, minDebt = NEVER, minCollateral = minDebt) {
      t.pending.tick = (t.pending.tick + 1) | 0
      t.pending.size = 0
      t.start = book.start
      t.count = book.count
      t.coordinate = book.coordinate
      t.amount = book.amount
      const isTouched = readJournal(t)
      const isMoved = move(t, values)
      const isResized = minDebt !== t.minDebt || minCollateral !== t.minCollateral
      if (isResized || isMoved) setFloors(t, minDebt, minCollateral)
      if (isTouched || isMoved || isResized) search(t)
      const { found, foundSize } = t
      for (let j = 0; j < foundSize; j++) out[j] = found[j]!
      return foundSize
    },
    get bytes() {
      return bytesOf(t)
    },
    get looks() {
      return t.looks
    },
  }
}
