import type { Outcome } from '../../../world/index.ts'
import { weigh } from '../health.ts'
import { REFUSALS, SLACK } from '../refusals.ts'
import { type Aave, add } from './state.ts'
import { AAVE_REFUSALS } from './terms.ts'

/**
 * Find the isolated collateral that a row borrows against.
 * @returns its reserve; -1 when the row has other collateral or none.
 * Source: UserConfiguration.getIsolationModeState.
 */
export function isolatedReserve({ desk, columns }: Aave, row: number): number {
  const { book, layout, seizable } = desk
  let found = -1
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    if (layout.liability[c] === 1 || seizable[c] !== 1 || book.amount[k] === 0) continue
    if (found >= 0) return -1
    found = layout.market[c]!
  }
  return found >= 0 && columns.debtCeiling[found]! > 0 ? found : -1
}

/** Lower the isolated debt of a row's collateral, if it is isolated. Source: IsolationModeLogic. */
export function freeCeiling(aave: Aave, row: number, tokens: number, seized: number): void {
  const { terms, desk, columns } = aave
  if (!terms.rules.hasControls) return
  const ofPair = seized >= 0 && terms.rules.freesCeiling ? desk.layout.market[seized]! : -1
  const m = ofPair >= 0 ? ofPair : isolatedReserve(aave, row)
  if (m >= 0 && columns.debtCeiling[m]! > 0) add(columns.isolatedDebt, m, -tokens)
}

/** Whether more of a collateral that a row has none of would count. Source: ValidationLogic.validateUseAsCollateral. */
function standsAlone({ desk, columns }: Aave, row: number, coordinate: number): Outcome {
  const { book, layout, seizable } = desk
  if (seizable[coordinate] !== 1) return null
  const isIsolated = columns.debtCeiling[layout.market[coordinate]!]! > 0
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    if (layout.liability[c] === 1 || seizable[c] !== 1 || book.amount[k] === 0) continue
    if (c === coordinate) return null
    if (isIsolated || columns.debtCeiling[layout.market[c]!]! > 0) return AAVE_REFUSALS.isolated
  }
  return null
}

/** Whether anything of a reserve may move. Aave v2 pauses all of a pool. Source: setReservePause. */
export function unlessPaused({ terms, columns }: Aave, m: number): Outcome {
  return columns.paused[terms.rules.hasControls ? m : 0] === 1 ? AAVE_REFUSALS.paused : null
}

/** Whether a reserve may grow. Source: ValidationLogic.validateSupply, validateBorrow. */
function unlessFrozen(aave: Aave, m: number): Outcome {
  return unlessPaused(aave, m) ?? (aave.columns.frozen[m] === 1 ? AAVE_REFUSALS.frozen : null)
}

/** Test flags, the supply cap and isolation. Source: ValidationLogic.validateSupply. */
export function maySupply(aave: Aave, row: number, coordinate: number, amount: number): Outcome {
  const { terms, desk, columns, accrued } = aave
  const m = desk.layout.market[coordinate]!
  const halted = unlessFrozen(aave, m)
  if (halted !== null || !terms.rules.hasControls) return halted
  const supplyCap = columns.supplyCap[m]!
  const supplied = (columns.scaledSupply[m]! + accrued[m]!) * desk.fresh.holding[m]!
  if (supplyCap > 0 && supplied + amount > supplyCap * (1 + SLACK)) return AAVE_REFUSALS.supplyCap
  return standsAlone(aave, row, coordinate)
}

/** Let collateral with a borrow limit go only after such without. Source: ValidationLogic.validateHFAndLtv. */
export function mayWithdraw(aave: Aave, row: number, coordinate: number): Outcome {
  const { terms, desk, ltv } = aave
  const { book, layout, seizable } = desk
  const halted = unlessPaused(aave, layout.market[coordinate]!)
  if (halted !== null) return halted
  if (!terms.rules.hasControls || ltv[coordinate] === 0 || seizable[coordinate] !== 1) return null
  let hasDebt = false
  let hasZeroLtv = false
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    if (book.amount[k] === 0) continue
    if (layout.liability[c] === 1) hasDebt = true
    else if (seizable[c] === 1 && ltv[c] === 0) hasZeroLtv = true
  }
  return hasDebt && hasZeroLtv ? AAVE_REFUSALS.zeroLtv : null
}

/** Test borrow cap, isolation and eMode of one reserve. */
function reserveAllows(aave: Aave, row: number, m: number, amount: number): Outcome {
  const { desk, columns, reserves, terms } = aave
  const { borrowableInIsolation, eMode } = reserves[m]!
  const borrowCap = columns.borrowCap[m]!
  const owed = columns.scaledDebt[m]! * desk.fresh.owing[m]!
  if (borrowCap > 0 && owed + amount > borrowCap * (1 + SLACK)) return AAVE_REFUSALS.borrowCap
  const isolated = isolatedReserve(aave, row)
  if (isolated >= 0) {
    if (borrowableInIsolation !== 1) return AAVE_REFUSALS.notInIsolation
    const ceiling = columns.debtCeiling[isolated]! * (1 + SLACK)
    if (columns.isolatedDebt[isolated]! + amount > ceiling) return AAVE_REFUSALS.debtCeiling
  }
  const category = terms.positions.category?.[row] ?? 0
  return category !== 0 && category !== eMode ? AAVE_REFUSALS.eMode : null
}

/** Test that a siloed asset is borrowed alone. Source: UserConfiguration.getSiloedBorrowingState. */
function siloAllows({ desk, reserves }: Aave, row: number, m: number): Outcome {
  const { book, layout } = desk
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    const other = layout.market[c]!
    if (layout.liability[c] !== 1 || book.amount[k] === 0 || other === m) continue
    if (reserves[m]!.siloedBorrowing === 1 || reserves[other]!.siloedBorrowing === 1)
      return AAVE_REFUSALS.siloed
  }
  return null
}

/** What a row may owe at most, USD: collateral times loan-to-value. */
function borrowLimit({ desk, ltv }: Aave, row: number): number {
  const { book, layout, oracle, asset, seizable, protocol } = desk
  let limit = 0
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    const m = layout.market[c]!
    if (layout.liability[c] === 1 || seizable[c] !== 1 || book.amount[k] === 0) continue
    limit += book.amount[k]! * protocol.holding(m) * oracle.price(asset[m]!) * ltv[c]!
  }
  return limit
}

/** Test all that limits a new debt but cash. Source: ValidationLogic.validateBorrow. */
export function mayBorrow(aave: Aave, row: number, coordinate: number, amount: number): Outcome {
  const { terms, desk } = aave
  const m = desk.layout.market[coordinate]!
  const halted = unlessFrozen(aave, m)
  if (halted !== null) return halted
  if (aave.columns.borrowingDisabled[m] === 1) return AAVE_REFUSALS.borrowing
  if (terms.rules.hasControls) {
    const refused = reserveAllows(aave, row, m, amount) ?? siloAllows(aave, row, m)
    if (refused !== null) return refused
  }
  const margin = weigh(desk, row, m, m)
  const limit = borrowLimit(aave, row)
  const price = desk.oracle.price(desk.asset[m]!)
  if (!(price > 0) || Number.isNaN(margin)) return REFUSALS.price
  if (limit === 0) return AAVE_REFUSALS.noCollateral
  if (margin <= 0) return REFUSALS.unhealthy
  const needed = desk.weight.debt + amount * price
  return needed > limit * (1 + SLACK) ? AAVE_REFUSALS.ltv : null
}
