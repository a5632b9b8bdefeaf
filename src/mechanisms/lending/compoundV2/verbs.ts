import type { Outcome } from '../../../world/index.ts'
import { entryOf, weigh } from './health.ts'
import { tokensFor } from './kernel.ts'
import { REFUSALS, SLACK } from './refusals.ts'
import { type Compound, cashOf, fund, peek, settle } from './state.ts'

/**
 * Lower one debt entry by `repaid` tokens, and the market's borrows with it. The caller has saved the
 * row and settled interest.
 */
export function payDown(compound: Compound, entry: number, market: number, repaid: number): void {
  const { book, columns } = compound
  const index = columns.borrowIndex[market]!
  const owed = -book.amount[entry]! * index
  const left = owed - repaid > SLACK * owed ? owed - repaid : 0
  book.amount[entry] = 0 - left / index
  // The contract reverts if rounding makes this negative; in floats it stops at zero.
  columns.totalBorrows[market] = Math.max(0, columns.totalBorrows[market]! - (owed - left))
}

function isAmount(amount: number): boolean {
  return amount > 0 && amount < Infinity
}

/**
 * Add collateral to a row from `holder`.
 * @param amount whole underlying tokens.
 * @returns null, or why nothing was changed.
 * Source: CToken.mintFresh.
 */
export function supply(
  compound: Compound,
  row: number,
  collateral: number,
  amount: number,
  holder: number,
): Outcome {
  const { book, layout, columns, constants, context, fresh } = compound
  const entry = entryOf(book, row, collateral)
  if (entry < 0 || layout.liability[collateral] === 1) return REFUSALS.entry
  if (!isAmount(amount)) return REFUSALS.amount
  const market = layout.market[collateral]!
  const refused = peek(compound, market)
  if (refused !== null) return refused
  const { ledger, self } = context
  if (!ledger.transfer(holder, self, constants.asset[market]!, amount)) return REFUSALS.payer
  settle(compound, market)
  book.write(row)
  const tokens = tokensFor(amount, fresh.rate[market]!)
  book.amount[entry]! += tokens
  columns.totalSupply[market]! += tokens
  return null
}

/**
 * Take collateral from a row to `holder`, if the row keeps no shortfall and cash suffices.
 * @param amount whole underlying tokens; within 1e-12 of all counts as all.
 * @returns null, or why nothing was changed.
 * Source: CToken.redeemFresh; Comptroller.redeemAllowedInternal.
 */
export function withdraw(
  compound: Compound,
  row: number,
  collateral: number,
  amount: number,
  holder: number,
): Outcome {
  const { book, layout, columns, constants, context, fresh } = compound
  const entry = entryOf(book, row, collateral)
  if (entry < 0 || layout.liability[collateral] === 1) return REFUSALS.entry
  if (!isAmount(amount)) return REFUSALS.amount
  const market = layout.market[collateral]!
  const refused = peek(compound, market)
  if (refused !== null) return refused
  const held = book.amount[entry]!
  let tokens = tokensFor(amount, fresh.rate[market]!)
  if (tokens > held * (1 + SLACK)) return REFUSALS.held
  if (tokens > held * (1 - SLACK)) tokens = held
  if (amount > cashOf(compound, market) * (1 + SLACK)) return REFUSALS.cash
  book.write(row)
  book.amount[entry] = held - tokens
  const margin = weigh(compound, row, market, market)
  if (!(margin >= 0)) {
    book.amount[entry] = held
    return Number.isNaN(margin) ? REFUSALS.price : REFUSALS.unhealthy
  }
  settle(compound, market)
  columns.totalSupply[market] = Math.max(0, columns.totalSupply[market]! - tokens)
  context.ledger.transfer(context.self, holder, constants.asset[market]!, amount)
  return null
}

/**
 * Repay a row's debt from `holder`.
 * @param amount whole debt tokens; within 1e-12 of all counts as all.
 * @returns null, or why nothing was changed.
 * Source: CToken.repayBorrowFresh.
 */
export function repay(
  compound: Compound,
  row: number,
  debt: number,
  amount: number,
  holder: number,
): Outcome {
  const { book, layout, constants, context, fresh } = compound
  const entry = entryOf(book, row, debt)
  if (entry < 0 || layout.liability[debt] !== 1) return REFUSALS.entry
  if (!isAmount(amount)) return REFUSALS.amount
  const market = layout.market[debt]!
  const refused = peek(compound, market)
  if (refused !== null) return refused
  const owed = -book.amount[entry]! * fresh.index[market]!
  if (amount > owed * (1 + SLACK)) return REFUSALS.owed
  const { ledger, self } = context
  const paid = Math.min(amount, owed)
  if (!ledger.transfer(holder, self, constants.asset[market]!, paid)) return REFUSALS.payer
  settle(compound, market)
  book.write(row)
  payDown(compound, entry, market, paid)
  return null
}

/** Thrown when openings are changed after the first block. */
export class OpeningError extends Error {
  override readonly name = 'OpeningError'
}

/**
 * Scale a row's debts before the first block. What borrowers owe more (or less), pure suppliers have
 * supplied more (or less): cash, exchange rates and the rows' collateral stay.
 * @param factor >= 0.
 * @throws {OpeningError} when the first block has been produced.
 * @throws {MarketFundingError} when the smaller debts no longer fund the rows' collateral.
 */
export function scaleDebt(compound: Compound, row: number, factor: number): void {
  const { book, layout, columns, context } = compound
  if (context.chain.number() > 0)
    throw new OpeningError(`${context.name}: debts are scaled before the first block only`)
  if (!(factor >= 0 && factor < Infinity))
    throw new OpeningError(`${context.name}: factor ${factor}; it must be finite and not negative`)
  book.write(row)
  const end = book.start[row]! + book.count[row]!
  for (let k = book.start[row]!; k < end; k++) {
    const c = book.coordinate[k]!
    if (layout.liability[c] !== 1) continue
    const market = layout.market[c]!
    const before = book.amount[k]!
    book.amount[k] = before * factor
    columns.totalBorrows[market] = Math.max(
      0,
      columns.totalBorrows[market]! + before - before * factor,
    )
    fund(compound, market)
  }
}
