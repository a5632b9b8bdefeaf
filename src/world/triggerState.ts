import type { Book } from './book.ts'
import { BELOW, createLists, type Pending, type TriggerLists } from './triggerLists.ts'

/** How boxes are shaped; it decides how fast answers come, never what they are. */
export type TriggerOptions = {
  /**
   * Coordinate in whose value all others are measured, so that a book of loops, which moves with the
   * ratio of two prices, rests while they move together. Absent: values are levels themselves.
   */
  readonly numeraire?: number
  /** Per coordinate, 0.05 to 1: how much of a box it needs beside others. Absent: 1. */
  readonly weights?: ArrayLike<number>
}

/** Thrown when boxes are asked for in a shape that they cannot have. */
export class TriggerError extends Error {
  override readonly name = 'TriggerError'
}

/** No floor: rows of any size. */
export const NEVER: number = Number.NEGATIVE_INFINITY

export type State = {
  readonly book: Book
  /** Coordinate of the numeraire; -1: there is none. */
  readonly numeraire: number
  readonly weights: Float64Array
  readonly lists: TriggerLists
  /** Columns of the book as they are in this call: it replaces them when it grows. */
  start: Int32Array
  count: Int32Array
  coordinate: Int32Array
  amount: Float64Array
  /** Values of the last call, their levels in the numeraire, and the levels' buckets. */
  readonly values: Float64Array
  readonly levels: Float64Array
  readonly buckets: Int32Array
  /** USD per unit of level. */
  unit: number
  /** Sizes below which boxes count a row as too small, in levels; at most those asked for. */
  debtFloor: number
  collateralFloor: number
  /** Sizes of the last call. */
  minDebt: number
  minCollateral: number
  /** Rows and entries that boxes are known for. */
  rows: number
  entries: number
  /** Entries of the book's journal that have been read; the first call knows no row at all. */
  read: number
  /** Rows looked at in every call, and where a row stands among them; -1 when it does not. */
  hot: Int32Array
  hotSize: number
  hotAt: Int32Array
  /** 1 where the box holds only while the floors do. */
  small: Uint8Array
  /** Rows to look at in this call. */
  readonly pending: Pending
  looks: number
  /** What the last call answered. */
  found: Int32Array
  foundSize: number
  /** Sums over the row looked at, see `SUMS`. */
  readonly sums: Float64Array
}

export function enqueue({ pending }: State, row: number): void {
  if (pending.mark[row] === pending.tick) return
  pending.mark[row] = pending.tick
  pending.rows[pending.size++] = row
}

export function heat(t: State, row: number): void {
  if (t.hotAt[row]! >= 0) return
  t.hotAt[row] = t.hotSize
  t.hot[t.hotSize++] = row
}

export function cool(t: State, row: number): void {
  const at = t.hotAt[row]!
  if (at < 0) return
  const last = t.hot[--t.hotSize]!
  t.hot[at] = last
  t.hotAt[last] = at
  t.hotAt[row] = -1
}

function enlarged(array: Int32Array, length: number): Int32Array {
  if (array.length >= length) return array
  const bigger = new Int32Array(Math.max(length, Math.ceil(array.length * 1.5))).fill(-1)
  bigger.set(array)
  return bigger
}

/** Make room for the rows and entries that the book has now. */
export function makeRoom(t: State): void {
  const { rows, start } = t.book
  t.lists.nodes = enlarged(t.lists.nodes, 4 * start[rows]!)
  if (t.hotAt.length >= rows) return
  t.hotAt = enlarged(t.hotAt, rows)
  const { length } = t.hotAt
  t.hot = enlarged(t.hot, length)
  t.pending.mark = enlarged(t.pending.mark, length)
  t.pending.rows = enlarged(t.pending.rows, length)
  t.found = enlarged(t.found, length)
  const small = new Uint8Array(length)
  small.set(t.small)
  t.small = small
}

/** Count the bytes of all arrays but the book's. */
export function bytesOf(t: State): number {
  const arrays = [t.values, t.levels, t.weights, t.buckets, t.sums, t.lists.nodes, t.lists.heads]
  const perRow = [t.lists.pageOf, t.hot, t.hotAt, t.small, t.pending.rows, t.pending.mark, t.found]
  return [...arrays, ...perRow].reduce((total, { byteLength }) => total + byteLength, 0)
}

function weightsOf(book: Book, given?: ArrayLike<number>): Float64Array {
  if (!given) return new Float64Array(book.coordinates).fill(1)
  for (let c = 0; c < book.coordinates; c++)
    if (!(given[c]! >= 0.05 && given[c]! <= 1))
      throw new TriggerError(`weight ${given[c]} of coordinate ${c}; weights are 0.05 to 1`)
  return Float64Array.from(given)
}

/** Make the state of a book that no box is known of. */
export function createState(book: Book, { numeraire = -1, weights }: TriggerOptions): State {
  if (!(numeraire >= -1 && numeraire < book.coordinates))
    throw new TriggerError(`numeraire ${numeraire} is none of ${book.coordinates} coordinates`)
  const none = new Int32Array(0)
  return {
    book,
    numeraire,
    weights: weightsOf(book, weights),
    lists: createLists(book.coordinates, 0),
    start: none,
    count: none,
    coordinate: none,
    amount: new Float64Array(0),
    values: new Float64Array(book.coordinates).fill(Number.NaN),
    levels: new Float64Array(book.coordinates).fill(Number.NaN),
    buckets: new Int32Array(book.coordinates).fill(BELOW),
    unit: 1,
    debtFloor: NEVER,
    collateralFloor: NEVER,
    minDebt: NEVER,
    minCollateral: NEVER,
    rows: 0,
    entries: 0,
    read: Number.NEGATIVE_INFINITY,
    hot: none,
    hotSize: 0,
    hotAt: none,
    small: new Uint8Array(0),
    pending: { mark: none, tick: 0, rows: none, size: 0 },
    looks: 0,
    found: none,
    foundSize: 0,
    sums: new Float64Array(5),
  }
}
