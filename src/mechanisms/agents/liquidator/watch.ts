import type { Lender } from '../../../world/index.ts'

/** What a watcher sees of one lender: rows that were liquidatable at prices of `lag` blocks ago. */
export type Watch = {
  /**
   * Record the prices of block `number` and look at those of `lag` blocks before.
   * @returns rows (the first `count` are valid) in row order, and full values per coordinate unit at
   *   current oracle prices. Both are scratch: read before the next look.
   */
  look(number: number): { readonly rows: Int32Array; readonly count: number; readonly values: Float64Array }
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
  let rows = new Int32Array(book.rows)
  let count = 0
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
  return {
    look(number) {
      const now = slot(number)
      for (const a of priced) now[a] = lender.price(a) || 0
      const then = slot(Math.max(0, number - lag))
      lender.coordinatesAt(then, 'threshold', thresholds)
      if (!isSame()) {
        lender.coordinatesAt(now, 'value', values)
        if (rows.length < book.rows) rows = new Int32Array(book.rows * 2)
        count = book.below(thresholds, rows)
        scanned.set(thresholds)
        version = book.version
      }
      return { rows, count, values }
    },
    forget() {
      version = -1
    },
  }
}
