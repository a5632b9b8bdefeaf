import { log } from '../../../math/index.ts'
import {
  addGreeks,
  type BookColumns,
  type BookTerms,
  bookColumns,
  DELTA,
  GAMMA,
  VEGA,
} from '../book.ts'
import { createBookTable } from '../bookTable.ts'
import type { DealerColumns, DealerParams } from './params.ts'
import { constantGamma, rowsOf, slopeOf } from './rows.ts'

/** Rows from which on a table is faster than the formulas. */
const TABLED = 200

/** Relative step of the difference quotient that is the gamma of vols that move. */
const STEP = 1e-6

/** A dealer's book with its columns. */
export type Exposure = {
  readonly book: BookColumns
  readonly terms: BookTerms
  /** Units of all rows regardless of sign at the opening, or of a constant gamma per unit of log price. */
  readonly size: number
  /** Times of expiry, ascending, each once, s. */
  readonly expiries: Float64Array
  /** Write delta, gamma and vega by the table; its state is written too. */
  hedged(price: number, time: number, out: Float64Array): void
  /** Write the same by the formulas; nothing else is written. */
  exact(price: number, time: number, out: Float64Array): void
}

/**
 * Make a dealer's exposure over its columns.
 * @param spot opening price, USD, where vols hold.
 * @param interval seconds between hedges.
 * @throws {OptionInputError} when a term is outside what the formulas cover.
 */
export function createExposure(
  p: DealerParams,
  s: Pick<DealerColumns, 'quantity' | 'table' | 'version'>,
  spot: number,
  interval: number,
): Exposure {
  const laid = bookColumns(rowsOf(p, spot))
  s.quantity.set(laid.quantity)
  const book: BookColumns = { ...laid, quantity: s.quantity }
  const terms: BookTerms = { rate: p.rate, dividend: p.yield, volSpot: spot }
  const slope = slopeOf(p)
  const always = constantGamma(p, spot)
  const n = book.vol.length
  const table = createBookTable(
    book,
    () => terms,
    () => s.version[0]!,
    { interval },
  )
  const size = laid.quantity.reduce((sum, q) => sum + Math.abs(q), Math.abs(always))
  /** Add what follows from vols that answer to the price, and the constant gamma. */
  function complete(price: number, out: Float64Array): void {
    out[DELTA]! += (out[VEGA]! * slope) / price - always * log(price / spot)
    out[GAMMA]! -= always / price
  }
  function formulas(price: number, time: number, out: Float64Array): void {
    out.fill(0, 0, 3)
    addGreeks(book, terms, null, n, log(price), time, out)
    complete(price, out)
  }
  const side = new Float64Array(3)
  /** Gamma along the path of vols: the formulas' is at vols that stand still. */
  function bend(price: number, time: number, out: Float64Array): void {
    if (slope === 0 || n === 0) return
    formulas(price * (1 + STEP), time, side)
    const above = side[DELTA]!
    formulas(price * (1 - STEP), time, side)
    out[GAMMA] = (above - side[DELTA]!) / (2 * STEP * price)
  }
  return {
    ...{ book, terms, size },
    expiries: Float64Array.from(new Set(laid.expiresAt)).sort(),
    hedged(price, time, out) {
      if (n < TABLED) {
        formulas(price, time, out)
        return
      }
      table.greeks(price, time, s.table, out)
      complete(price, out)
    },
    exact(price, time, out) {
      formulas(price, time, out)
      bend(price, time, out)
    },
  }
}
