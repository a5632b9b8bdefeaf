import { type EventName, InputError, type Outcome } from '../../world/index.ts'
import { cashOf, type Desk } from './desk.ts'
import { entryOf, strandedDebt, weigh } from './health.ts'
import { REFUSALS, SLACK } from './refusals.ts'

/**
 * Lower one debt entry by `repaid` tokens, and the market's debt with it. The caller has saved the
 * row, looked at the market and settled its interest.
 */
export function payDown(desk: Desk, entry: number, market: number, repaid: number): void {
  const { book, fresh, protocol } = desk
  const index = fresh.owing[market]!
  const before = book.amount[entry]!
  const owed = -before * index
  const left = owed - repaid > SLACK * owed ? owed - repaid : 0
  book.amount[entry] = 0 - left / index
  protocol.borrowed(market, left - owed, before - book.amount[entry]!)
}

function isAmount(amount: number): boolean {
  return amount > 0 && amount < Infinity
}

/** Look at one entry of a row and its market. @returns why nothing can be done with it, or null. */
function look(desk: Desk, entry: number, coordinate: number, side: 0 | 1, amount: number): Outcome {
  const { layout, protocol } = desk
  if (entry < 0 || layout.liability[coordinate] !== side) return REFUSALS.entry
  if (!isAmount(amount)) return REFUSALS.amount
  return protocol.peek(layout.market[coordinate]!)
}

/** Record that a row has moved tokens of a market out of the protocol. */
function recordPaid(
  { context, asset, oracle }: Desk,
  kind: EventName,
  row: number,
  market: number,
  tokens: number,
  cause: number,
): void {
  const paid = asset[market]!
  // Who owes nothing may withdraw while there is no price.
  const price = oracle.price(paid) || 0
  context.trace.add(kind, {
    instance: context.self,
    parent: cause,
    row,
    asset: paid,
    x: tokens * price,
    w: tokens,
  })
}

/**
 * Add collateral to a row from `holder`.
 * @param amount whole underlying tokens.
 * @returns null, or why nothing was changed.
 */
export function supply(
  desk: Desk,
  row: number,
  collateral: number,
  amount: number,
  holder: number,
): Outcome {
  const { book, layout, asset, context, fresh, protocol } = desk
  const entry = entryOf(book, row, collateral)
  const refused =
    look(desk, entry, collateral, 0, amount) ??
    protocol.maySupply?.(row, collateral, amount) ??
    null
  if (refused !== null) return refused
  const market = layout.market[collateral]!
  const { ledger, self } = context
  if (!ledger.transfer(holder, self, asset[market]!, amount)) return REFUSALS.payer
  protocol.settle(market)
  book.write(row)
  const units = amount / fresh.holding[market]!
  book.amount[entry]! += units
  protocol.supplied(market, units)
  protocol.touched?.(market)
  return null
}

/**
 * Take collateral from a row to `holder`, if the row keeps no shortfall and cash suffices.
 * @param amount whole underlying tokens; within 1e-12 of all counts as all.
 * @param cause event that made the holder do it; -1 for none.
 * @returns null, or why nothing was changed.
 */
export function withdraw(
  desk: Desk,
  row: number,
  collateral: number,
  amount: number,
  holder: number,
  cause = -1,
): Outcome {
  const { book, layout, asset, context, fresh, protocol } = desk
  const entry = entryOf(book, row, collateral)
  const refused =
    look(desk, entry, collateral, 0, amount) ??
    protocol.mayWithdraw?.(row, collateral, amount) ??
    null
  if (refused !== null) return refused
  const market = layout.market[collateral]!
  const held = book.amount[entry]!
  let units = amount / fresh.holding[market]!
  if (units > held * (1 + SLACK)) return REFUSALS.held
  if (units > held * (1 - SLACK)) units = held
  if (amount > cashOf(desk, market) * (1 + SLACK)) return REFUSALS.cash
  book.write(row)
  book.amount[entry] = held - units
  // What does not count as collateral may go whatever the health.
  const unsafe = desk.seizable[collateral] === 1 ? tested(desk, row, market) : null
  if (unsafe !== null) {
    book.amount[entry] = held
    return unsafe
  }
  protocol.settle(market)
  protocol.supplied(market, -units)
  context.ledger.transfer(context.self, holder, asset[market]!, amount)
  protocol.touched?.(market)
  recordPaid(desk, 'withdrawal', row, market, amount, cause)
  return null
}

/** Test the health of a row after a change in one market. */
function tested(desk: Desk, row: number, market: number): Outcome {
  const margin = weigh(desk, row, market, market)
  if (margin >= 0) return null
  return Number.isNaN(margin) ? REFUSALS.price : REFUSALS.unhealthy
}

/**
 * Repay a row's debt from `holder`.
 * @param amount whole debt tokens; within 1e-12 of all counts as all.
 * @returns null, or why nothing was changed.
 */
export function repay(
  desk: Desk,
  row: number,
  debt: number,
  amount: number,
  holder: number,
): Outcome {
  const { book, layout, asset, context, fresh, protocol } = desk
  const entry = entryOf(book, row, debt)
  const refused = look(desk, entry, debt, 1, amount) ?? protocol.mayRepay?.(row, debt) ?? null
  if (refused !== null) return refused
  const market = layout.market[debt]!
  const owed = -book.amount[entry]! * fresh.owing[market]!
  if (amount > owed * (1 + SLACK)) return REFUSALS.owed
  const { ledger, self } = context
  const paid = Math.min(amount, owed)
  if (!ledger.transfer(holder, self, asset[market]!, paid)) return REFUSALS.payer
  protocol.settle(market)
  book.write(row)
  payDown(desk, entry, market, paid)
  protocol.repaid?.(row, market, paid, -1)
  protocol.touched?.(market)
  return null
}

/**
 * Lend a row more of a debt that it has an entry for, to `holder`.
 * @param amount whole debt tokens.
 * @param cause event that made the holder do it; -1 for none.
 * @returns null, or why nothing was changed: the protocol's own limits, cash, health.
 */
export function borrow(
  desk: Desk,
  row: number,
  debt: number,
  amount: number,
  holder: number,
  cause = -1,
): Outcome {
  const { book, layout, asset, context, fresh, protocol } = desk
  const entry = entryOf(book, row, debt)
  const refused =
    look(desk, entry, debt, 1, amount) ?? protocol.mayBorrow?.(row, debt, amount) ?? null
  if (refused !== null) return refused
  const market = layout.market[debt]!
  if (amount > cashOf(desk, market) * (1 + SLACK)) return REFUSALS.cash
  const before = book.amount[entry]!
  const units = amount / fresh.owing[market]!
  book.write(row)
  book.amount[entry] = before - units
  const unsafe = tested(desk, row, market)
  if (unsafe !== null) {
    book.amount[entry] = before
    return unsafe
  }
  protocol.settle(market)
  protocol.borrowed(market, amount, units)
  protocol.lent?.(row, market, amount)
  context.ledger.transfer(context.self, holder, asset[market]!, amount)
  protocol.touched?.(market)
  recordPaid(desk, 'borrow', row, market, amount, cause)
  return null
}

/** Repay up to `amount` of what a row without collateral owes. @returns tokens used. */
function payStranded(
  desk: Desk,
  row: number,
  debt: number,
  amount: number,
  holder: number,
): number {
  const { book, layout, fresh, protocol } = desk
  const entry = entryOf(book, row, debt)
  if (entry < 0 || book.amount[entry] === 0 || !(strandedDebt(desk, row) > 0)) return 0
  if (protocol.peek(layout.market[debt]!) !== null) return 0
  const owed = -book.amount[entry]! * fresh.owing[layout.market[debt]!]!
  const paid = Math.min(owed, amount)
  return repay(desk, row, debt, paid, holder) === null ? paid : 0
}

/**
 * Pay for bad debt of a market: its booked deficit, as far as the protocol takes money for it, then
 * what rows without collateral owe, in row order.
 * @param amount whole tokens.
 * @returns whole tokens used.
 */
export function cover(desk: Desk, market: number, amount: number, holder: number): number {
  if (!isAmount(amount)) return 0
  let left = amount - (desk.protocol.coverDeficit?.(market, amount, holder) ?? 0)
  for (let row = 0; row < desk.book.rows && left > 0; row++)
    left -= payStranded(desk, row, market, left, holder)
  return amount - left
}

/** Thrown when openings are changed after the first block. */
export class OpeningError extends InputError {
  override readonly name = 'OpeningError'
}

/**
 * Scale a row's debts before the first block. What borrowers owe more (or less), pure suppliers have
 * supplied more (or less): cash, exchange rates and the rows' collateral stay.
 * @param factor >= 0.
 * @throws {OpeningError} when the first block has been produced.
 * @throws {MarketFundingError} when the smaller debts no longer fund the rows' collateral.
 */
export function scaleDebt(desk: Desk, row: number, factor: number): void {
  const { book, layout, context, protocol } = desk
  if (context.chain.number() > 0)
    throw new OpeningError(`${context.name}: debts are scaled before the first block only`)
  if (!(factor >= 0 && factor < Infinity))
    throw new OpeningError(`${context.name}: factor ${factor}; it must be finite and not negative`)
  book.write(row)
  const end = book.start[row]! + book.count[row]!
  for (let k = book.start[row]!; k < end; k++) {
    const c = book.coordinate[k]!
    if (layout.liability[c] !== 1) continue
    const before = book.amount[k]!
    book.amount[k] = before * factor
    protocol.reopen(layout.market[c]!, before, before * factor, row)
  }
}
