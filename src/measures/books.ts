import { createSum } from '../math/index.ts'
import { type Book, type Lender, margin } from '../world/index.ts'

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

/** Debts of lenders at stated prices. */
export type DebtTotals = {
  readonly debt: number
  /** Debt of rows below their thresholds, USD. */
  readonly liquidatable: number
  /** Deficits booked, and the sum over rows of max(0, debt - full collateral value), USD. */
  readonly bad: number
  readonly debtors: number
  /** Rows that owe more than their full collateral is worth. */
  readonly insolvent: number
}

/** Assets behind a lender's coordinates, each once. */
export function assetsOf({ book, assetOf }: Lender): readonly number[] {
  return [...new Set(Array.from({ length: book.coordinates }, (_, c) => assetOf(c)))]
}

/**
 * Add up the debts of lenders.
 * @param trigger USD per token that decide who is liquidatable.
 * @param value USD per token at which debts and collateral are counted.
 */
export function debtTotals(
  lenders: readonly Lender[],
  trigger: ArrayLike<number>,
  value: ArrayLike<number>,
): DebtTotals {
  const debt = createSum()
  const liquidatable = createSum()
  const bad = createSum()
  let debtors = 0
  let insolvent = 0
  for (const lender of lenders) {
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
      const short = -margin(book, values, row)
      if (short > 0) insolvent++
      bad.add(Math.max(0, short))
    }
    for (const asset of assetsOf(lender)) {
      const deficit = lender.deficit(asset)
      if (deficit > 0) bad.add(deficit * value[asset]!)
    }
  }
  return {
    ...{ debt: debt.value(), liquidatable: liquidatable.value(), bad: bad.value() },
    ...{ debtors, insolvent },
  }
}
