import type { Lender } from '../../../world/index.ts'
import { largestPair, type Prospect } from './kernel.ts'

/** Rows that were liquidatable at the prices seen; entries 0 .. count - 1 are valid, in row order. */
export type Candidates = {
  count: number
  row: Int32Array
  /** Coordinates of the largest debt and the largest collateral of each row. */
  debt: Int32Array
  collateral: Int32Array
  /** That debt when last touched, whole tokens; 0 when the row has nothing to seize. */
  owed: Float64Array
}

/** What a watcher sees of one lender. */
export type Watch = {
  /** Take the prices of the opening for all that was seen before the first block. */
  open(): void
  /**
   * Record the prices of block `number` and look at those of `lag` blocks before.
   * @returns the watch's own columns: read them before the next look.
   */
  look(number: number): Candidates
  /** Drop what is remembered between looks, after a rewind. */
  forget(): void
}

/** Where this lender's prices are kept in the shared ring of seen prices. */
type Place = {
  readonly lag: number
  readonly assets: number
  readonly at: number
  readonly of: number
}

function candidates(n: number): Candidates {
  return {
    count: 0,
    row: new Int32Array(n),
    debt: new Int32Array(n),
    collateral: new Int32Array(n),
    owed: new Float64Array(n),
  }
}

/** Remember what was looked at, so that the same is not looked at twice. */
function createMemory(length: number) {
  const last = new Float64Array(length)
  let version = -1
  return {
    holds(values: Float64Array, bookVersion: number): boolean {
      if (version !== bookVersion) return false
      for (let c = 0; c < length; c++) if (last[c] !== values[c]) return false
      return true
    },
    keep(values: Float64Array, bookVersion: number): void {
      last.set(values)
      version = bookVersion
    },
    forget(): void {
      version = -1
    },
  }
}

/** Assets behind a lender's coordinates, each once. */
function pricedAssets(lender: Lender): readonly number[] {
  const { coordinates } = lender.book
  return [...new Set(Array.from({ length: coordinates }, (_, c) => lender.assetOf(c)))]
}

/**
 * Watch a lender through prices of the past. The book is scanned again only when the values seen
 * or the book have changed since the last look, so what is found depends on them alone.
 * @param seen state column: ring of (lag + 1) x lenders x assets oracle prices.
 */
export function createWatch(lender: Lender, seen: Float64Array, place: Place): Watch {
  const { book } = lender
  const { lag, assets, at, of } = place
  const n = book.coordinates
  const values = new Float64Array(2 * n)
  const thresholds = values.subarray(0, n)
  const full = values.subarray(n)
  const memory = createMemory(2 * n)
  const priced = pricedAssets(lender)
  const pair: Prospect = { debt: 0, collateral: 0, owed: 0, repay: 0, cost: 0, gain: 0 }
  let found = candidates(book.rows)

  function slot(number: number): Float64Array {
    const k = ((number % (lag + 1)) * of + at) * assets
    return seen.subarray(k, k + assets)
  }
  function scan(past: Float64Array): void {
    if (found.row.length < book.rows) found = candidates(book.rows * 2)
    found.count = book.below(thresholds, found.row)
    for (let j = 0; j < found.count; j++) {
      const isPair = largestPair(lender, full, found.row[j]!, pair)
      found.debt[j] = pair.debt
      found.collateral[j] = pair.collateral
      found.owed[j] = isPair ? pair.owed / past[lender.assetOf(pair.debt)]! : 0
    }
  }
  function record(now: Float64Array): void {
    for (const a of priced) now[a] = lender.price(a) || 0
  }
  return {
    open() {
      for (let k = 0; k <= lag; k++) record(slot(k))
    },
    look(number) {
      record(slot(number))
      // The oldest of the ring.
      const past = slot(number + 1)
      lender.coordinatesAt(past, 'threshold', thresholds)
      lender.coordinatesAt(past, 'value', full)
      if (!memory.holds(values, book.version)) {
        scan(past)
        memory.keep(values, book.version)
      }
      return found
    },
    forget: memory.forget,
  }
}
