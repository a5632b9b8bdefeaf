import { lendersOf } from '../measures/index.ts'
import type { Book, World } from '../world/index.ts'

/** Debts that went wrong at stated prices, USD. */
export type TroubledDebts = {
  /** Debt of accounts below their thresholds. */
  readonly liquidatable: number
  /** Sum over accounts of max(0, debt - full collateral value). */
  readonly bad: number
}

/** Debt (`what` = 'debt') or what is missing after all collateral, of the first `n` of `rows`, USD. */
function sumRows(
  book: Book,
  values: Float64Array,
  rows: Int32Array,
  n: number,
  what: 'debt' | 'missing',
) {
  // The book's arrays stay the same while nothing is added: read them once.
  const { start, count, coordinate, amount } = book
  let sum = 0
  for (let j = 0; j < n; j++) {
    const first = start[rows[j]!]!
    const end = first + count[rows[j]!]!
    for (let k = first; k < end; k++) {
      const value = amount[k]! * values[coordinate[k]!]!
      if (value < 0 || what === 'missing') sum -= value
    }
  }
  return sum
}

/**
 * Add up what `debtTotals` of the measures adds up, touching only the rows that are in trouble: the
 * report asks hundreds of times.
 * @param trigger USD per token that decide who is liquidatable.
 * @param value USD per token at which debts and collateral are counted.
 */
export function troubledDebts(
  world: World,
  trigger: Float64Array,
  value: Float64Array,
): TroubledDebts {
  let liquidatable = 0
  let bad = 0
  for (const lender of lendersOf(world)) {
    const { book } = lender
    const rows = new Int32Array(book.rows)
    const thresholds = new Float64Array(book.coordinates)
    const values = new Float64Array(book.coordinates)
    lender.coordinatesAt(trigger, 'threshold', thresholds)
    lender.coordinatesAt(value, 'value', values)
    liquidatable += sumRows(book, values, rows, book.below(thresholds, rows), 'debt')
    bad += sumRows(book, values, rows, book.below(values, rows), 'missing')
  }
  return { liquidatable, bad }
}
