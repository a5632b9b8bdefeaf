import { exp } from '../../../math/index.ts'
import { type Book, crossing, type Undone } from '../../../world/index.ts'
import { exchangeRate, tokenValue } from './kernel.ts'
import { type Compound, storedRate } from './state.ts'

/** Find a row's entry on a coordinate; -1 when there is none. */
export function entryOf(book: Book, row: number, coordinate: number): number {
  if (!(row >= 0 && row < book.rows)) return -1
  const first = book.start[row]!
  const end = first + book.count[row]!
  const coordinates = book.coordinate
  for (let k = first; k < end; k++) if (coordinates[k] === coordinate) return k
  return -1
}

/**
 * Value a row in the order and with the bits of the book's own scan, touching only its entries.
 * Markets `a` and `b` count as `peek` left them, all others as stored.
 * @returns collateral with thresholds minus debt, USD; NaN when a price is missing. Both sums are
 *   left in `weight`.
 */
export function weigh(compound: Compound, row: number, a: number, b: number): number {
  const { book, layout, constants, columns, fresh, oracle, weight } = compound
  const { coordinate, amount } = book
  const first = book.start[row]!
  const end = first + book.count[row]!
  let total = 0
  let debt = 0
  for (let k = first; k < end; k++) {
    const c = coordinate[k]!
    const m = layout.market[c]!
    const price = oracle.price(constants.asset[m]!)
    const isFresh = m === a || m === b
    let value: number
    if (layout.liability[c] === 1) {
      value = amount[k]! * (price * (isFresh ? fresh.index[m]! : columns.borrowIndex[m]!))
      debt -= value
    } else {
      const rate = isFresh ? fresh.rate[m]! : storedRate(compound, m)
      value = amount[k]! * tokenValue(price, rate, layout.factor[c]!)
    }
    total += value
  }
  weight.debt = debt
  weight.collateral = total + debt
  return total
}

/** Fill coordinate values from `prices`, with thresholds or at full value. */
function fill(compound: Compound, isWeighted: boolean, out: Float64Array): void {
  const { layout, columns, prices, context, constants } = compound
  const { borrowIndex, totalBorrows, totalReserves, totalSupply } = columns
  const { asset, openingRate } = constants
  // Not cashOf() and storedRate(): a book may have a thousand markets, and agents ask every block.
  const { balances, assets } = context.ledger
  const first = context.self * assets
  for (let m = 0; m < prices.length; m++) {
    const price = prices[m]!
    const cash = balances[first + asset[m]!]!
    const supply = totalSupply[m]!
    out[m] = price * borrowIndex[m]!
    prices[m] =
      price * exchangeRate(cash, totalBorrows[m]!, totalReserves[m]!, supply, openingRate[m]!)
  }
  const { market, factor } = layout
  for (let c = prices.length; c < market.length; c++)
    out[c] = isWeighted ? prices[market[c]!]! * factor[c]! : prices[market[c]!]!
}

/**
 * Compute all coordinate values with thresholds at oracle prices, from stored indices and exchange
 * rates, as the contract tests health.
 * @returns the lender's own array, overwritten by the next call.
 */
export function coordinates(compound: Compound): Float64Array {
  const { prices, oracle, constants, values } = compound
  for (let m = 0; m < prices.length; m++) prices[m] = oracle.price(constants.asset[m]!)
  fill(compound, true, values)
  return values
}

/** Compute all coordinate values at given prices; see `Lender.coordinatesAt`. */
export function coordinatesAt(
  compound: Compound,
  price: ArrayLike<number>,
  kind: 'threshold' | 'value',
  out: Float64Array,
): void {
  const { prices, constants } = compound
  for (let m = 0; m < prices.length; m++) prices[m] = price[constants.asset[m]!]!
  fill(compound, kind === 'threshold', out)
}

/** Compute the full value of one coordinate's unit at oracle prices, USD. */
export function unitValue(compound: Compound, coordinate: number): number {
  const { layout, constants, columns, oracle } = compound
  const m = layout.market[coordinate]!
  const price = oracle.price(constants.asset[m]!)
  return (
    price * (layout.liability[coordinate] === 1 ? columns.borrowIndex[m]! : storedRate(compound, m))
  )
}

/** The last event that moved a price of the row the wrong way: collateral down or debt up; or -1. */
function lastMove(compound: Compound, row: number): number {
  const { book, layout, constants, oracle } = compound
  const { coordinate, amount } = book
  const first = book.start[row]!
  const end = first + book.count[row]!
  let latest = -1
  for (let k = first; k < end; k++) {
    if (amount[k] === 0) continue
    const c = coordinate[k]!
    const asset = constants.asset[layout.market[c]!]!
    latest = Math.max(latest, oracle.cause(asset, layout.liability[c] === 1 ? 1 : -1))
  }
  return latest
}

/** Margin of a row at prices from before the moves in `undone`, USD. */
function marginBefore(compound: Compound, row: number): number {
  const { book, layout, columns, constants, oracle, undone } = compound
  const first = book.start[row]!
  let total = 0
  for (let k = first; k < first + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    const m = layout.market[c]!
    const price = oracle.price(constants.asset[m]!) * exp(-undone[m]!)
    const unit =
      layout.liability[c] === 1
        ? price * columns.borrowIndex[m]!
        : tokenValue(price, storedRate(compound, m), layout.factor[c]!)
    total += book.amount[k]! * unit
  }
  return total
}

/** Take an event's move of one of the row's prices back. @returns whether it made one. */
function undoMove(
  { book, layout, constants, oracle, undone }: Compound,
  row: number,
  event: number,
) {
  const first = book.start[row]!
  for (let k = first; k < first + book.count[row]!; k++) {
    const m = layout.market[book.coordinate[k]!]!
    const move = oracle.moveOf(event, constants.asset[m]!)
    if (move === 0) continue
    undone[m]! += move
    return true
  }
  return false
}

/**
 * Find the event that moved a row below its threshold: oracle moves are taken back, newest first,
 * until the row is healthy. Interest since then is not taken back.
 * @returns an event id; -1 when it was below before the first event. For a healthy row, the last
 *   event that moved one of its prices the wrong way.
 */
export function triggerOf(compound: Compound, row: number): number {
  const { context, undone } = compound
  const last = lastMove(compound, row)
  undone.fill(0)
  if (last < 0 || !(marginBefore(compound, row) < 0)) return last
  const undo = (event: number): Undone => {
    if (!undoMove(compound, row, event)) return 'none'
    return marginBefore(compound, row) >= 0 ? 'safe' : 'beyond'
  }
  return crossing(context.trace, undo, last)
}

/** Debt that a row is left with beyond any hope, USD; 0 while it has collateral or no debt. */
export function strandedDebt(compound: Compound, row: number): number {
  const { book, layout } = compound
  const { coordinate, amount } = book
  const first = book.start[row]!
  const end = first + book.count[row]!
  let debt = 0
  let collateral = 0
  for (let k = first; k < end; k++) {
    if (amount[k] === 0) continue
    const c = coordinate[k]!
    const value = amount[k]! * unitValue(compound, c)
    if (layout.liability[c] === 1) debt -= value
    else collateral += value
  }
  return debt > 0 && collateral <= 1e-12 * debt ? debt : 0
}
