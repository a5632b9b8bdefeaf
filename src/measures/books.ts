import { createSum, type Sum } from '../math/index.ts'
import type { Book, Lender } from '../world/index.ts'

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

/** Sums under way. */
type Tally = {
  readonly debt: Sum
  readonly liquidatable: Sum
  readonly bad: Sum
  debtors: number
  insolvent: number
}

/** Add up the rows of one book; margins have the order and the bits of the book's own scan. */
function addRows(
  { start, count, coordinate, amount, rows }: Book,
  thresholds: Float64Array,
  values: Float64Array,
  into: Tally,
): void {
  for (let row = 0; row < rows; row++) {
    const end = start[row]! + count[row]!
    let owed = 0
    let margin = 0
    let worth = 0
    for (let k = start[row]!; k < end; k++) {
      const value = amount[k]! * values[coordinate[k]!]!
      if (value < 0) owed -= value
      worth += value
      margin += amount[k]! * thresholds[coordinate[k]!]!
    }
    if (owed === 0) continue
    into.debtors++
    into.debt.add(owed)
    if (margin < 0) into.liquidatable.add(owed)
    if (worth < 0) into.insolvent++
    into.bad.add(worth < 0 ? -worth : 0)
  }
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
  const tally: Tally = {
    ...{ debt: createSum(), liquidatable: createSum(), bad: createSum() },
    ...{ debtors: 0, insolvent: 0 },
  }
  for (const lender of lenders) {
    const { book } = lender
    const thresholds = new Float64Array(book.coordinates)
    const values = new Float64Array(book.coordinates)
    lender.coordinatesAt(trigger, 'threshold', thresholds)
    lender.coordinatesAt(value, 'value', values)
    addRows(book, thresholds, values, tally)
    for (const asset of assetsOf(lender)) {
      const deficit = lender.deficit(asset)
      if (deficit > 0) tally.bad.add(deficit * value[asset]!)
    }
  }
  const { debt, liquidatable, bad, debtors, insolvent } = tally
  return {
    ...{ debt: debt.value(), liquidatable: liquidatable.value(), bad: bad.value() },
    ...{ debtors, insolvent },
  }
}

/** Rounding of sums that cancel, as a share of what suppliers are owed. */
const ROUNDING = 1e-9

/**
 * Work out the bad debt of a lender beyond its reserves, which its suppliers bear.
 *
 * Reserves less deficits are cash + debt - claims where claims stay when a deficit is booked. Where a
 * deficit is taken off the claims at once, suppliers have borne it, and cash + debt - claims is zero.
 * @param totals of this lender alone.
 * @param prices USD per token at which `totals` counts.
 * @returns USD, 0 when reserves cover all of it.
 */
export function shortfallOf(
  lender: Lender,
  { bad, debt }: DebtTotals,
  prices: ArrayLike<number>,
): number {
  let equity = debt
  let claims = 0
  let deficit = 0
  for (const asset of assetsOf(lender)) {
    equity += (lender.cash(asset) - lender.claims(asset)) * prices[asset]!
    claims += lender.claims(asset) * prices[asset]!
    deficit += Math.max(0, lender.deficit(asset)) * prices[asset]!
  }
  const slack = ROUNDING * (claims + debt)
  const uncovered = bad - deficit - equity
  const isBorne = deficit > slack && Math.abs(equity) <= slack
  const total = uncovered + (isBorne ? deficit : 0)
  return total > slack ? total : 0
}
