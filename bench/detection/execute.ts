import type { DetectionBook } from '../workloads/books.ts'

/** Terms of a liquidation, see `FrozenDetection`. */
export type LiquidationTerms = {
  readonly closeFactor: number
  readonly liquidationBonus: number
}

/** Where the entries of a row are, and their amounts. */
export type Rows = {
  readonly start: Int32Array
  readonly count: Int32Array
  readonly coordinate: Int32Array
  readonly amount: Float64Array
}

/**
 * Liquidate a row as simply as can be: repay the close factor of its largest debt, or as much as its
 * largest collateral pays for, and take that collateral with the bonus.
 * @param rows `amount` is written.
 * @param threshold per entry, in the same places.
 * @param values USD per coordinate.
 */
export function liquidate(
  rows: Rows,
  threshold: Float64Array,
  row: number,
  values: Float64Array,
  terms: LiquidationTerms,
): void {
  const { start, count, coordinate, amount } = rows
  let debtAt = -1
  let heldAt = -1
  let least = 0
  let most = 0
  for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
    const value = amount[k]! * values[coordinate[k]!]!
    if (value < least) {
      least = value
      debtAt = k
    } else if (value > most) {
      most = value
      heldAt = k
    }
  }
  if (debtAt < 0 || heldAt < 0) return
  const incentive = 1 + terms.liquidationBonus
  const repaid = Math.min(-least * terms.closeFactor, most / threshold[heldAt]! / incentive)
  amount[debtAt]! += repaid / values[coordinate[debtAt]!]!
  const taken = (repaid * incentive * threshold[heldAt]!) / values[coordinate[heldAt]!]!
  amount[heldAt] = Math.max(0, amount[heldAt]! - taken)
}

/** Split the entries of a book into those of the liabilities' coordinates and the others. */
export function liabilityOf({ assets }: DetectionBook): Uint8Array {
  return Uint8Array.from({ length: 2 * assets.length }, (_, c) => (c < assets.length ? 1 : 0))
}
