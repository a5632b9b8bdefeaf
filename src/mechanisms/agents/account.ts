import { InputError, type Lender } from '../../world/index.ts'

/** A row of a lender and the coordinates of the collateral and of the debt that it may have. */
export type OwnAccount = {
  readonly row: number
  readonly collateral: number
  readonly debt: number
}

/** Thrown when an account is not there, or cannot hold what it pledges or owe what it borrows. */
export class LenderAccountError extends InputError {
  override readonly name = 'LenderAccountError'
}

/** Coordinate of an asset in a row, as collateral (0) or debt (1); -1 when there is none. */
function coordinateOf(lender: Lender, row: number, asset: number, side: 0 | 1): number {
  const { start, count, coordinate } = lender.book
  for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
    const c = coordinate[k]!
    if (lender.assetOf(c) === asset && lender.liability[c] === side) return c
  }
  return -1
}

/**
 * Find an account that pledges one asset and borrows another.
 * @param name of who asks, for the message.
 * @throws {LenderAccountError} when it is not there or lacks an entry, which may be 0.
 */
export function accountOf(
  lender: Lender,
  p: { readonly account: string; readonly collateral: number; readonly debt: number },
  name: string,
): OwnAccount {
  for (let row = 0; row < lender.book.rows; row++) {
    if (lender.account(row) !== p.account) continue
    const collateral = coordinateOf(lender, row, p.collateral, 0)
    const debt = coordinateOf(lender, row, p.debt, 1)
    if (collateral >= 0 && debt >= 0) return { row, collateral, debt }
  }
  throw new LenderAccountError(
    `"${name}" needs an account "${p.account}" with an entry, which may be 0, for its collateral ` +
      'and one for its debt; add it to the positions of the lender',
  )
}
