import { exp } from '../../math/index.ts'
import { type Book, crossing, eventCode, moverOf, type Undone } from '../../world/index.ts'
import type { Desk } from './desk.ts'
import { EQUALITY, type Layout } from './layout.ts'

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
 * Markets `a` and `b` count as `peek` left them, all others as the protocol's health test does.
 * @returns collateral with thresholds minus debt, USD; NaN when a price is missing. Both sums are
 *   left in `weight`.
 */
export function weigh(desk: Desk, row: number, a: number, b: number): number {
  const { book, layout, asset, protocol, fresh, oracle, weight } = desk
  const { coordinate, amount } = book
  const first = book.start[row]!
  const end = first + book.count[row]!
  let total = 0
  let debt = 0
  for (let k = first; k < end; k++) {
    const c = coordinate[k]!
    const m = layout.market[c]!
    const price = oracle.price(asset[m]!)
    const isFresh = m === a || m === b
    let value: number
    if (layout.liability[c] === 1) {
      value = amount[k]! * (price * (isFresh ? fresh.owing[m]! : protocol.owing(m)))
      debt -= value
    } else {
      const rate = isFresh ? fresh.holding[m]! : protocol.holding(m)
      value = amount[k]! * (price * rate * layout.factor[c]!)
    }
    total += value
  }
  weight.debt = debt
  weight.collateral = total + debt
  return total
}

/** Fill coordinate values from `prices`, with thresholds or at full value. */
function fill(desk: Desk, isWeighted: boolean, out: Float64Array): void {
  const { layout, protocol, prices, collaterals } = desk
  const { market, factor } = layout
  const markets = prices.length
  if (protocol.fill) protocol.fill(prices, out, collaterals)
  else
    for (let m = 0; m < markets; m++) {
      out[m] = prices[m]! * protocol.owing(m)
      collaterals[m] = prices[m]! * protocol.holding(m)
    }
  for (let c = markets; c < market.length; c++)
    out[c] = isWeighted ? collaterals[market[c]!]! * factor[c]! : collaterals[market[c]!]!
}

/**
 * Compute all coordinate values with thresholds at oracle prices, as the contract tests health.
 * @returns the lender's own array, overwritten by the next call.
 */
export function coordinates(desk: Desk): Float64Array {
  const { prices, oracle, asset, values } = desk
  for (let m = 0; m < prices.length; m++) prices[m] = oracle.price(asset[m]!)
  fill(desk, true, values)
  return values
}

/** Compute all coordinate values at given prices; see `Lender.coordinatesAt`. */
export function coordinatesAt(
  desk: Desk,
  price: ArrayLike<number>,
  kind: 'threshold' | 'value',
  out: Float64Array,
): void {
  const { prices, asset } = desk
  for (let m = 0; m < prices.length; m++) prices[m] = price[asset[m]!]!
  fill(desk, kind === 'threshold', out)
}

/** Compute the full value of one coordinate's unit at oracle prices, USD. */
export function unitValue({ layout, asset, protocol, oracle }: Desk, coordinate: number): number {
  const m = layout.market[coordinate]!
  const price = oracle.price(asset[m]!)
  return price * (layout.liability[coordinate] === 1 ? protocol.owing(m) : protocol.holding(m))
}

/** The last event that moved a price of the row the wrong way: collateral down or debt up; or -1. */
function lastMove({ book, layout, asset, oracle }: Desk, row: number): number {
  const { coordinate, amount } = book
  const first = book.start[row]!
  const end = first + book.count[row]!
  let latest = -1
  for (let k = first; k < end; k++) {
    if (amount[k] === 0) continue
    const c = coordinate[k]!
    const a = asset[layout.market[c]!]!
    latest = Math.max(latest, oracle.cause(a, layout.liability[c] === 1 ? 1 : -1))
  }
  return latest
}

/** The last event that moved a price of the row either way; or -1. */
function newestMove({ book, layout, asset, oracle }: Desk, row: number): number {
  const { coordinate } = book
  const first = book.start[row]!
  const end = first + book.count[row]!
  let latest = -1
  for (let k = first; k < end; k++) {
    const a = asset[layout.market[coordinate[k]!]!]!
    latest = Math.max(latest, oracle.cause(a, -1), oracle.cause(a, 1))
  }
  return latest
}

/** The newest event before `event` that may have moved a price of the row. */
function moveBefore({ book, layout, asset, oracle }: Desk, row: number, event: number): number {
  const first = book.start[row]!
  let newest = -1
  for (let k = first; k < first + book.count[row]!; k++)
    newest = Math.max(newest, moverOf(oracle, event, asset[layout.market[book.coordinate[k]!]!]!))
  return newest
}

/**
 * Threshold of a coordinate before changes, in the layout's terms.
 * @param rescaled what the market's is multiplied by; negative: what it was, where it is 0 now.
 */
function factorBefore(layout: Layout, coordinate: number, rescaled: number): number {
  const now = layout.factor[coordinate]!
  if (!isOwn(layout, coordinate)) return now
  return rescaled < 0 ? EQUALITY * -rescaled : now * rescaled
}

/** Margin of a row at prices and thresholds from before the changes that are taken back, USD. */
function marginBefore(desk: Desk, row: number): number {
  const { book, layout, protocol, asset, oracle, undone, rescaled } = desk
  const first = book.start[row]!
  let total = 0
  for (let k = first; k < first + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    const m = layout.market[c]!
    const price = oracle.price(asset[m]!) * exp(-undone[m]!)
    const unit =
      layout.liability[c] === 1
        ? price * protocol.owing(m)
        : price * protocol.holding(m) * factorBefore(layout, c, rescaled[m]!)
    total += book.amount[k]! * unit
  }
  return total
}

/** Whether a coordinate's threshold follows its market's, rather than that of a mode. */
function isOwn({ variant }: Layout, coordinate: number): boolean {
  return variant[coordinate] === 0
}

const TERM = eventCode('term')

/** Take an event's change of a threshold of the row back. @returns whether it made one. */
function undoTerm(desk: Desk, row: number, event: number): boolean {
  const { book, layout, asset, context, rescaled, thresholdTerms } = desk
  const { kind, row: target, other, asset: of, x, y } = context.trace.columns
  if (kind[event] !== TERM || target[event] !== context.self) return false
  if (!thresholdTerms.includes(other[event]!)) return false
  const first = book.start[row]!
  for (let k = first; k < first + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    const m = layout.market[c]!
    if (asset[m] !== of[event] || layout.liability[c] === 1 || !isOwn(layout, c)) continue
    rescaled[m] = y[event]! > 0 ? (rescaled[m]! * x[event]!) / y[event]! : -x[event]!
    return true
  }
  return false
}

/** Take an event's move of one of the row's prices back. @returns whether it made one. */
function undoMove({ book, layout, asset, oracle, undone }: Desk, row: number, event: number) {
  const first = book.start[row]!
  for (let k = first; k < first + book.count[row]!; k++) {
    const m = layout.market[book.coordinate[k]!]!
    const move = oracle.moveOf(event, asset[m]!)
    if (move === 0) continue
    undone[m]! += move
    return true
  }
  return false
}

/**
 * Find the event that moved a row below its threshold: oracle moves and changes of thresholds are
 * taken back, newest first, until the row is healthy. Interest since then is not taken back.
 * @returns an event id; -1 when it was below before the first event. For a healthy row, the last
 *   event that moved one of its prices the wrong way.
 */
export function triggerOf(desk: Desk, row: number): number {
  const { context, undone, rescaled, changes } = desk
  const hasChanged = changes[0]! > 0
  const last = lastMove(desk, row)
  undone.fill(0)
  rescaled.fill(1)
  if ((last < 0 && !hasChanged) || !(marginBefore(desk, row) < 0)) return last
  const undo = (event: number): Undone => {
    const isUndone = undoMove(desk, row, event) || (hasChanged && undoTerm(desk, row, event))
    if (!isUndone) return 'none'
    return marginBefore(desk, row) >= 0 ? 'safe' : 'beyond'
  }
  if (hasChanged) return crossing(context.trace, undo, last)
  const before = (event: number): number => moveBefore(desk, row, event)
  return crossing(context.trace, undo, last, newestMove(desk, row), before)
}

/**
 * Compute the debt that a row is left with beyond any hope, USD; 0 while it has collateral or no
 * debt. Collateral that cannot be seized is none.
 */
export function strandedDebt(desk: Desk, row: number): number {
  const { book, layout, seizable } = desk
  const { coordinate, amount } = book
  const first = book.start[row]!
  const end = first + book.count[row]!
  let debt = 0
  let collateral = 0
  for (let k = first; k < end; k++) {
    if (amount[k] === 0) continue
    const c = coordinate[k]!
    const value = amount[k]! * unitValue(desk, c)
    if (layout.liability[c] === 1) debt -= value
    else if (seizable[c] === 1) collateral += value
  }
  return debt > 0 && collateral <= 1e-12 * debt ? debt : 0
}
