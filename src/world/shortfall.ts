import type { Lender } from './ports.ts'

/** Debt of a lender's accounts, and what of it exceeds all their collateral, USD. */
export type Owed = { owed: number; short: number }

/**
 * Make a function that adds up the debt of a lender's accounts and what of it is not covered.
 * @returns a function of prices (USD per token, one per asset of the world) and of a debt asset, or -1
 *   for all. An account's uncovered part is shared over its debts by value; booked deficits are not in
 *   it. Its result is overwritten by the next call.
 */
export function createOwed(
  lender: Lender,
): (prices: ArrayLike<number>, asset: number) => Readonly<Owed> {
  const { book, assetOf } = lender
  const values = new Float64Array(book.coordinates)
  const total: Owed = { owed: 0, short: 0 }
  return (prices, asset) => {
    lender.coordinatesAt(prices, 'value', values)
    const { start, count, coordinate, amount, rows } = book
    total.owed = 0
    total.short = 0
    for (let row = 0; row < rows; row++) {
      let worth = 0
      let owed = 0
      let own = 0
      for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
        const c = coordinate[k]!
        const value = amount[k]! * values[c]!
        worth += value
        if (value >= 0) continue
        owed -= value
        if (asset < 0 || assetOf(c) === asset) own -= value
      }
      total.owed += own
      if (worth < 0) total.short -= worth * (own / owed)
    }
    return total
  }
}
