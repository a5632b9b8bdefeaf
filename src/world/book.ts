/**
 * Positions as columns: row i owns `count[i]` entries from `start[i]` on; entry k is a signed
 * amount (collateral > 0, debt < 0) times the coordinate `coordinate[k]`. The margin of a row is
 * the sum of amount x coordinate value: below zero means liquidatable when the coordinates carry
 * thresholds, under water when they carry full values.
 *
 * Structure is shared; amounts are the lane's working copy and are written only after
 * `write(row)`, which saves the row once per epoch in an undo log.
 */
export type Book = {
  readonly rows: number
  readonly coordinates: number
  /** First entry of a row. */
  readonly start: Int32Array
  /** Number of entries of a row. */
  readonly count: Int32Array
  /** Coordinate of an entry. */
  readonly coordinate: Int32Array
  /** Grows with every saved, undone or added row: equal versions mean equal amounts. */
  readonly version: number
  /** Signed amount of an entry; call `write(row)` before changing it. */
  readonly amount: Float64Array
  /** 1 where a coordinate carries debt. */
  readonly liability: Uint8Array
  /** What happened to rows, for those who keep something per row. */
  readonly journal: Journal
  /** Save a row's amounts for undo, once per epoch. */
  write(row: number): void
  /** Close the epoch; `undo(mark)` returns to this moment. */
  mark(): number
  undo(mark: number): void
  /**
   * Rows whose margin is negative at these coordinate values, in row order, found by a scan of all
   * rows: for those who ask once. Who asks again and again keeps `createTriggers`, with equal answers.
   * @param values length `coordinates`.
   * @param out length >= rows, overwritten from 0.
   * @param minDebt least debt, and `minCollateral` least collateral, as the values weigh them; absent:
   *   rows of any size.
   * @returns how many rows were written.
   */
  below(values: Float64Array, out: Int32Array, minDebt?: number, minCollateral?: number): number
  /** Add a row after the others; row numbers are stable. Undone with the epoch. */
  append(coordinate: ArrayLike<number>, amount: ArrayLike<number>): number
}

/**
 * Rows in the order in which they were written, undone, added (~row) or dropped (~row). Only the
 * newest are kept: a reader who has fallen behind by more than `rows.length` knows nothing.
 */
export type Journal = {
  /** Entries ever made; entry j is at `rows[j % rows.length]`. */
  readonly size: number
  readonly rows: Int32Array
}

/** Rows of positions as plain columns, before they become a book. */
export type BookRows = {
  /** Length rows + 1; entries of row i are start[i] .. start[i + 1] - 1. */
  readonly start: ArrayLike<number>
  readonly coordinate: ArrayLike<number>
  readonly amount: ArrayLike<number>
}

/** Thrown when rows do not form a book. */
export class BookError extends Error {
  override readonly name = 'BookError'
}

/** Rows with the same number of entries, kept together so that the scan's inner loop has no branch. */
type Group = { readonly length: number; rows: Int32Array; size: number }

type Arrays = {
  rows: number
  entries: number
  start: Int32Array
  count: Int32Array
  coordinate: Int32Array
  amount: Float64Array
  savedEpoch: Int32Array
}

function checkRows(source: BookRows, liability: Uint8Array): void {
  const rows = source.start.length - 1
  if (rows < 0 || source.coordinate.length !== source.amount.length)
    throw new BookError('rows need start of length rows + 1 and one amount per coordinate')
  for (let i = 0; i <= rows; i++)
    if (!(source.start[i]! >= (i === 0 ? 0 : source.start[i - 1]!)))
      throw new BookError(`row ${i} starts at ${source.start[i]}; starts must not fall`)
  if (source.start[0] !== 0 || source.start[rows] !== source.amount.length)
    throw new BookError(`starts must run from 0 to ${source.amount.length}, the number of entries`)
  for (let k = 0; k < source.amount.length; k++) {
    const c = source.coordinate[k]!
    const amount = source.amount[k]!
    if (!(c >= 0 && c < liability.length))
      throw new BookError(`entry ${k}: coordinate ${c} of ${liability.length}`)
    if (!Number.isFinite(amount) || (liability[c] === 1 ? amount > 0 : amount < 0))
      throw new BookError(`entry ${k}: amount ${amount}; collateral is >= 0, debt is <= 0`)
  }
}

function copyRows(source: BookRows, liability: Uint8Array): Arrays {
  checkRows(source, liability)
  const rows = source.start.length - 1
  const start = Int32Array.from(source.start)
  const count = new Int32Array(rows)
  for (let i = 0; i < rows; i++) count[i] = start[i + 1]! - start[i]!
  return {
    rows,
    entries: source.amount.length,
    start,
    count,
    coordinate: Int32Array.from(source.coordinate),
    amount: Float64Array.from(source.amount),
    savedEpoch: new Int32Array(rows).fill(-1),
  }
}

function grown<A extends Int32Array | Float64Array>(array: A, length: number): A {
  if (array.length >= length) return array
  const bigger = new (array.constructor as new (n: number) => A)(Math.max(length, array.length * 2))
  bigger.set(array as never)
  return bigger
}

function pushRow(groups: Group[], length: number, row: number): void {
  let group = groups.find((g) => g.length === length)
  if (!group) {
    group = { length, rows: new Int32Array(16), size: 0 }
    groups.push(group)
  }
  group.rows = grown(group.rows, group.size + 1)
  group.rows[group.size++] = row
}

function hasLiability(a: Arrays, liability: Uint8Array, row: number): boolean {
  for (let k = a.start[row]!; k < a.start[row]! + a.count[row]!; k++)
    if (liability[a.coordinate[k]!] === 1) return true
  return false
}

/** Collect the rows of one group whose margin is negative; sums run in storage order. */
function scanGroup(
  group: Group,
  a: Arrays,
  values: Float64Array,
  out: Int32Array,
  from: number,
): number {
  const { start, coordinate, amount } = a
  const { rows, length, size } = group
  let n = from
  for (let j = 0; j < size; j++) {
    const row = rows[j]!
    const first = start[row]!
    let margin = amount[first]! * values[coordinate[first]!]!
    for (let k = first + 1; k < first + length; k++) margin += amount[k]! * values[coordinate[k]!]!
    if (margin < 0) out[n++] = row
  }
  return n
}

/** Keep only those rows that are large enough, in place. */
function filterBySize(
  a: Arrays,
  values: Float64Array,
  rows: Int32Array,
  n: number,
  minDebt: number,
  minCollateral: number,
): number {
  const { start, count, coordinate, amount } = a
  let kept = 0
  for (let j = 0; j < n; j++) {
    const row = rows[j]!
    const end = start[row]! + count[row]!
    let debt = 0
    let collateral = 0
    for (let k = start[row]!; k < end; k++) {
      const value = amount[k]! * values[coordinate[k]!]!
      if (amount[k]! < 0) debt -= value
      else collateral += value
    }
    if (debt >= minDebt && collateral >= minCollateral) rows[kept++] = row
  }
  return kept
}

/** Make a journal that holds about as many entries as there are rows. */
function createJournal({ rows }: Arrays) {
  const journal = { size: 0, rows: new Int32Array(rows + 1024) }
  return {
    journal,
    note(entry: number): void {
      journal.rows[journal.size++ % journal.rows.length] = entry
    },
  }
}

/** Saved amounts of rows, newest last; restoring backwards returns to any earlier mark. */
function undoLog(a: Arrays) {
  let rows = new Int32Array(64)
  let at = new Int32Array(64)
  let values = new Float64Array(256)
  let size = 0
  let used = 0
  let epoch = 0
  return {
    save(row: number): void {
      if (a.savedEpoch[row] === epoch) return
      a.savedEpoch[row] = epoch
      rows = grown(rows, size + 1)
      at = grown(at, size + 1)
      const first = a.start[row]!
      const count = a.count[row]!
      values = grown(values, used + count)
      for (let k = 0; k < count; k++) values[used + k] = a.amount[first + k]!
      rows[size] = row
      at[size++] = used
      used += count
    },
    /** An appended row is undone by dropping it. */
    added(): void {
      rows = grown(rows, size + 1)
      at = grown(at, size + 1)
      rows[size] = -1
      at[size++] = used
    },
    mark(): number {
      epoch++
      return size
    },
    undo(mark: number, drop: () => void, note: (entry: number) => void): void {
      while (size > mark) {
        const row = rows[--size]!
        used = at[size]!
        if (row < 0) drop()
        else {
          for (let k = 0; k < a.count[row]!; k++) a.amount[a.start[row]! + k] = values[used + k]!
          note(row)
        }
      }
      epoch++
    },
  }
}

/**
 * Make a book from rows.
 * @param source the rows; copied.
 * @param liability length = number of coordinates; 1 where a coordinate carries debt. Entries on
 *   such coordinates are <= 0, all others >= 0. Rows without liabilities are never scanned.
 * @throws {BookError} when a row refers to an unknown coordinate, or an amount is not finite or has
 *   the wrong sign.
 */
export function createBook(source: BookRows, liability: Uint8Array): Book {
  const a = copyRows(source, liability)
  const groups: Group[] = []
  let version = 0
  for (let i = 0; i < a.rows; i++)
    if (hasLiability(a, liability, i)) pushRow(groups, a.count[i]!, i)
  const log = undoLog(a)
  const { journal, note } = createJournal(a)
  function append(coordinate: ArrayLike<number>, amount: ArrayLike<number>): number {
    checkRows({ start: [0, amount.length], coordinate, amount }, liability)
    const row = a.rows++
    a.start = grown(a.start, row + 2)
    a.count = grown(a.count, row + 1)
    a.savedEpoch = grown(a.savedEpoch, row + 1)
    a.coordinate = grown(a.coordinate, a.entries + amount.length)
    a.amount = grown(a.amount, a.entries + amount.length)
    a.start[row] = a.entries
    a.count[row] = amount.length
    a.savedEpoch[row] = -1
    for (let k = 0; k < amount.length; k++) {
      a.coordinate[a.entries] = coordinate[k]!
      a.amount[a.entries++] = amount[k]!
    }
    a.start[row + 1] = a.entries
    if (hasLiability(a, liability, row)) pushRow(groups, amount.length, row)
    log.added()
    note(~row)
    version++
    return row
  }
  function drop(): void {
    const row = --a.rows
    a.entries = a.start[row]!
    const group = groups.find((g) => g.length === a.count[row])
    if (group && group.rows[group.size - 1] === row) group.size--
    note(~row)
  }
  return {
    get rows() {
      return a.rows
    },
    coordinates: liability.length,
    get start() {
      return a.start
    },
    get count() {
      return a.count
    },
    get coordinate() {
      return a.coordinate
    },
    get amount() {
      return a.amount
    },
    get version() {
      return version
    },
    liability,
    journal,
    write(row) {
      version++
      note(row)
      log.save(row)
    },
    mark: log.mark,
    undo(mark) {
      version++
      log.undo(mark, drop, note)
    },
    below(values, out, minDebt = Number.NEGATIVE_INFINITY, minCollateral = minDebt) {
      let n = 0
      for (const group of groups) n = scanGroup(group, a, values, out, n)
      if (minDebt > Number.NEGATIVE_INFINITY || minCollateral > Number.NEGATIVE_INFINITY)
        n = filterBySize(a, values, out, n, minDebt, minCollateral)
      return groups.length > 1 ? sortRows(out, n) : n
    },
    append,
  }
}

function sortRows(out: Int32Array, n: number): number {
  out.subarray(0, n).sort()
  return n
}

/**
 * Compute the margin of one row in storage order, with the same bits as `below`.
 * @param values length `book.coordinates`.
 */
export function margin(book: Book, values: Float64Array, row: number): number {
  const first = book.start[row]!
  const end = first + book.count[row]!
  let total = 0
  for (let k = first; k < end; k++) {
    const value = book.amount[k]! * values[book.coordinate[k]!]!
    total = k === first ? value : total + value
  }
  return total
}
