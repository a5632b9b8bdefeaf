import type { Lender } from '../../../world/index.ts'
import { largestPair, type Prospect } from './kernel.ts'

/** Rows that were liquidatable at the prices seen; entries 0 .. count - 1 are valid, in row order. */
export type Candidates = {
  count: number
  row: Int32Array
  /** Coordinates of the largest debt and the largest collateral of each row. */
  debt: Int32Array
  collateral: Int32Array
  /** That debt at oracle prices, USD; 0 when the row has nothing to seize. */
  owed: Float64Array
}

/** What a watcher sees of one lender. */
export type Watch = {
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

/**
 * Watch a lender through prices of the past. The book is scanned again only when the prices seen
 * or the book have changed since the last look.
 * @param seen state column: ring of (lag + 1) x lenders x assets oracle prices.
 */
export function createWatch(lender: Lender, seen: Float64Array, place: Place): Watch {
  const { book } = lender
  const { lag, assets, at, of } = place
  const thresholds = new Float64Array(book.coordinates)
  const scanned = new Float64Array(book.coordinates)
  const values = new Float64Array(book.coordinates)
  const priced = [...new Set(Array.from({ length: book.coordinates }, (_, c) => lender.assetOf(c)))]
  const pair: Prospect = { debt: 0, collateral: 0, owed: 0, repay: 0, cost: 0, gain: 0 }
  let found = candidates(book.rows)
  let version = -1

  function slot(number: number): Float64Array {
    const k = ((number % (lag + 1)) * of + at) * assets
    return seen.subarray(k, k + assets)
  }
  function isSame(): boolean {
    if (version !== book.version) return false
    for (let c = 0; c < scanned.length; c++) if (scanned[c] !== thresholds[c]) return false
    return true
  }
  function scan(now: Float64Array): void {
    lender.coordinatesAt(now, 'value', values)
    if (found.row.length < book.rows) found = candidates(book.rows * 2)
    found.count = book.below(thresholds, found.row)
    for (let j = 0; j < found.count; j++) {
      const isPair = largestPair(lender, values, found.row[j]!, pair)
      found.debt[j] = pair.debt
      found.collateral[j] = pair.collateral
      found.owed[j] = isPair ? pair.owed : 0
    }
    scanned.set(thresholds)
    version = book.version
  }
  return {
    look(number) {
      const now = slot(number)
      for (const a of priced) now[a] = lender.price(a) || 0
      lender.coordinatesAt(slot(Math.max(0, number - lag)), 'threshold', thresholds)
      if (!isSame()) scan(now)
      return found
    },
    forget() {
      version = -1
    },
  }
}
