import { createBook, createTriggers } from '../../src/world/index.ts'
import type { PackedGroup } from '../reference/layout.ts'
import { collectBelow } from '../reference/scanKernel.ts'
import type { DetectionBook } from '../workloads/books.ts'
import { type LiquidationTerms, liabilityOf, liquidate } from './execute.ts'

/** Somebody who finds the rows that can be liquidated, and liquidates them. */
export type Side = {
  /** Put the opening amounts back. */
  reset(): void
  /**
   * Find all rows whose margin is negative and whose sides are at least `floor`, in row order.
   * @param out length >= rows, overwritten.
   */
  find(values: Float64Array, out: Int32Array): number
  liquidate(row: number, values: Float64Array): void
  /** Amounts of a row's entries, for comparison. */
  amountsOf(row: number): Float64Array
}

/** How a side is made; shared by all. */
export type SideOptions = {
  /** USD; least debt and least weighted collateral of a hit. */
  readonly floor: number
  readonly terms: LiquidationTerms
  /** Coordinate whose value all others are measured in, where ratios matter. */
  readonly numeraire?: number
  readonly weights?: ArrayLike<number>
}

/** Rows by their number of entries, entries of a group next to each other. */
function packRows({ start, coordinate, amount, threshold }: DetectionBook) {
  const rows = start.length - 1
  const members = new Map<number, number[]>()
  for (let row = 0; row < rows; row++) {
    const length = start[row + 1]! - start[row]!
    const list = members.get(length)
    if (list) list.push(row)
    else members.set(length, [row])
  }
  const groups: PackedGroup[] = []
  const packed = {
    start: new Int32Array(rows),
    count: new Int32Array(rows),
    coordinate: new Int32Array(coordinate.length),
    amount: new Float64Array(amount.length),
    threshold: new Float64Array(amount.length),
  }
  let k = 0
  for (const length of [...members.keys()].sort((a, b) => a - b)) {
    const list = Int32Array.from(members.get(length)!)
    groups.push({ length, from: k, rows: list })
    for (const row of list) {
      packed.start[row] = k
      packed.count[row] = length
      for (let j = start[row]!; j < start[row + 1]!; j++, k++) {
        packed.coordinate[k] = coordinate[j]!
        packed.amount[k] = amount[j]!
        packed.threshold[k] = threshold[j]!
      }
    }
  }
  return { groups, ...packed }
}

/** The base: a scan of all rows, grouped by length, then a filter by size and a sort of what is left. */
export function createScanSide(book: DetectionBook, { floor, terms }: SideOptions): Side {
  const packed = packRows(book)
  const { groups, start, count, coordinate, amount, threshold } = packed
  const opening = amount.slice()
  const assets = book.assets.length

  function isLarge(row: number, values: Float64Array): boolean {
    let debt = 0
    let collateral = 0
    for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
      const c = coordinate[k]!
      const value = amount[k]! * values[c]!
      if (c < assets) debt -= value
      else collateral += value
    }
    return debt >= floor && collateral >= floor
  }

  return {
    reset() {
      amount.set(opening)
    },
    find(values, out) {
      const below = collectBelow(groups, coordinate, amount, values, out)
      let n = 0
      for (let j = 0; j < below; j++) if (isLarge(out[j]!, values)) out[n++] = out[j]!
      if (n > 1) out.subarray(0, n).sort()
      return n
    },
    liquidate: (row, values) => liquidate(packed, threshold, row, values, terms),
    amountsOf: (row) => amount.slice(start[row]!, start[row]! + count[row]!),
  }
}

/** Finds rows by triggers. */
export type TriggerSide = Side & {
  /** Bytes of the structure that finds them, without the book's own. */
  readonly bytes: number
  /** Rows looked at so far. */
  readonly looks: number
}

/** Box triggers behind a book, the one that models use. */
export function createTriggerSide(from: DetectionBook, options: SideOptions): TriggerSide {
  const { floor, terms, ...shape } = options
  const book = createBook(from, liabilityOf(from))
  const opening = book.mark()
  const triggers = createTriggers(book, shape)
  return {
    reset: () => book.undo(opening),
    find: (values, out) => triggers.hits(values, out, floor, floor),
    liquidate(row, values) {
      book.write(row)
      liquidate(book, from.threshold, row, values, terms)
    },
    amountsOf: (row) => book.amount.slice(book.start[row]!, book.start[row]! + book.count[row]!),
    get bytes() {
      return triggers.bytes
    },
    get looks() {
      return triggers.looks
    },
  }
}
