import { createSum } from '../math/index.ts'
import type { World } from '../world/index.ts'
import { type Book, margin } from '../world/index.ts'
import { lendersOf } from './view.ts'

/** Debt of one row at coordinate values, USD, as a positive number. */
function debtOf(book: Book, values: Float64Array, row: number): number {
  let debt = 0
  const end = book.start[row]! + book.count[row]!
  for (let k = book.start[row]!; k < end; k++) {
    const value = book.amount[k]! * values[book.coordinate[k]!]!
    if (value < 0) debt -= value
  }
  return debt
}

/** Debts of one world at stated prices. */
export type DebtTotals = {
  readonly debt: number
  /** Debt of rows below their thresholds, USD. */
  readonly liquidatable: number
  /** Sum over rows of max(0, debt - full collateral value), USD. */
  readonly bad: number
  readonly debtors: number
}

/**
 * Add up the debts of all lenders.
 * @param trigger USD per token that decide who is liquidatable.
 * @param value USD per token at which debts and collateral are counted.
 */
export function debtTotals(
  world: World,
  trigger: ArrayLike<number>,
  value: ArrayLike<number>,
): DebtTotals {
  const debt = createSum()
  const liquidatable = createSum()
  const bad = createSum()
  let debtors = 0
  for (const lender of lendersOf(world)) {
    const { book } = lender
    const thresholds = new Float64Array(book.coordinates)
    const values = new Float64Array(book.coordinates)
    lender.coordinatesAt(trigger, 'threshold', thresholds)
    lender.coordinatesAt(value, 'value', values)
    for (let row = 0; row < book.rows; row++) {
      const owed = debtOf(book, values, row)
      if (owed === 0) continue
      debtors++
      debt.add(owed)
      if (margin(book, thresholds, row) < 0) liquidatable.add(owed)
      bad.add(Math.max(0, -margin(book, values, row)))
    }
  }
  return { debt: debt.value(), liquidatable: liquidatable.value(), bad: bad.value(), debtors }
}
