import type { Context, Outcome } from '../../../world/index.ts'
import { type Desk, openDesk, type Protocol, unitsOf } from '../desk.ts'
import { PositionError, rethreshold } from '../layout.ts'
import { REFUSALS, SLACK } from '../refusals.ts'
import { openRules } from '../rules.ts'
import {
  freeCeiling,
  isolatedReserve,
  mayBorrow,
  maySupply,
  mayWithdraw,
  unlessPaused,
} from './guards.ts'
import { closeLimit, feeShare, withoutDust } from './kernel.ts'
import {
  type Aave,
  add,
  fund,
  holding,
  owing,
  peek,
  type ReserveColumns,
  settle,
  updateRates,
} from './state.ts'
import { AAVE_REFUSALS, type AaveTerms } from './terms.ts'

/**
 * Burn what a row without collateral still owes, in all reserves, and book it as their deficit; each
 * is recorded as an event caused by `event`.
 * Source: LiquidationLogic._burnBadDebt, _burnDebtTokens (v3.3).
 */
function bookDeficit(aave: Aave, row: number, event: number): void {
  const { desk, columns } = aave
  const { book, layout, asset, fresh, context, oracle } = desk
  book.write(row)
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    if (layout.liability[c] !== 1 || book.amount[k] === 0) continue
    const m = layout.market[c]!
    peek(aave, m)
    settle(aave, m)
    const units = -book.amount[k]!
    const tokens = units * fresh.owing[m]!
    book.amount[k] = 0
    add(columns.scaledDebt, m, -units)
    columns.deficit[m]! += tokens
    updateRates(aave, m)
    context.trace.add('deficit', {
      instance: context.self,
      parent: event,
      row,
      other: asset[m]!,
      x: tokens * oracle.price(asset[m]!),
      w: tokens,
    })
  }
}

function protocolOf(aave: Aave): Protocol {
  const { columns, terms, desk } = aave
  const { layout } = desk
  const { rules } = terms
  return {
    owing: (m) => owing(columns, m),
    holding: (m) => holding(columns, m),
    peek: (m) => peek(aave, m),
    settle: (m) => settle(aave, m),
    touched: (m) => updateRates(aave, m),
    supplied: (m, units) => add(columns.scaledSupply, m, units),
    borrowed: (m, _, units) => add(columns.scaledDebt, m, units),
    seized(m, units, kept) {
      add(columns.scaledSupply, m, -units)
      columns.treasury[m]! += kept
    },
    reopen: (m, before, after, row) => reopen(aave, m, before - after, row),
    close: (deal) => closeLimit(rules, deal, columns.closeFactor[0]!),
    within: (deal, repay) => withoutDust(rules, deal, deal.incentive, repay),
    keeps: (c, incentive) => keptOf(aave, c, incentive),
    claims: (m) => columns.scaledSupply[m]! * holding(columns, m),
    deficit: (m) => columns.deficit[m]!,
    coverDeficit(m, amount, holder) {
      const paid = Math.min(amount, columns.deficit[m]!)
      return coverDeficit(aave, m, paid, holder) === null ? paid : 0
    },
    maySupply: (row, c, amount) => maySupply(aave, row, c, amount),
    mayWithdraw: (row, c) => mayWithdraw(aave, row, c),
    mayBorrow: (row, c, amount) => mayBorrow(aave, row, c, amount),
    mayRepay: (_, c) => unlessPaused(aave, layout.market[c]!),
    mayLiquidate: (debt, collateral) => unlessPaused(aave, collateral) ?? unlessPaused(aave, debt),
    lent(row, _, tokens) {
      const isolated = rules.hasControls ? isolatedReserve(aave, row) : -1
      if (isolated >= 0) columns.isolatedDebt[isolated]! += tokens
    },
    repaid: (row, _, tokens, seized) => freeCeiling(aave, row, tokens, seized),
    stranded(row, event) {
      if (rules.booksDeficit) bookDeficit(aave, row, event)
    },
  }
}

/** Owe more (or less, negative) units of a debt from the start on. */
function reopen(aave: Aave, m: number, more: number, row: number): void {
  const { columns } = aave
  const isolated = isolatedReserve(aave, row)
  if (isolated >= 0) add(columns.isolatedDebt, isolated, more)
  add(columns.scaledDebt, m, more)
  fund(aave, m)
  updateRates(aave, m)
}

/** Share of seized collateral that the treasury keeps. */
function keptOf({ desk, terms, reserves }: Aave, coordinate: number, incentive: number): number {
  if (!terms.rules.hasControls) return 0
  return feeShare(incentive, reserves[desk.layout.market[coordinate]!]!.liquidationProtocolFee)
}

/** Threshold of a reserve's collateral in a variant; what is none outside its eMode is none inside. */
function thresholdOf(terms: AaveTerms, own: number, variant: number): number {
  if (own === 0 || variant === 0) return own
  return terms.eModes.find(({ category }) => category === variant)?.liquidationThreshold ?? own
}

/**
 * Fill what is derived from today's terms: thresholds, incentives, fees and borrow limits of
 * coordinates, of their reserve or their eMode, and interest strategies.
 */
export function remake(aave: Aave): void {
  const { desk, terms, columns, strategies, reserves, ltv } = aave
  const { layout, incentive, kept, seizable } = desk
  rethreshold(
    layout,
    (m, variant) => thresholdOf(terms, terms.reserves[m]!.value.liquidationThreshold, variant),
    (m, variant) => thresholdOf(terms, columns.liquidationThreshold[m]!, variant),
  )
  for (let c = reserves.length; c < layout.market.length; c++) {
    const m = layout.market[c]!
    const eMode = terms.eModes.find(({ category }) => category === layout.variant[c])
    const isFrozen = terms.rules.freezesLtv && columns.frozen[m] === 1
    const own = isFrozen ? 0 : columns.ltv[m]!
    incentive[c] = 1 + (eMode?.liquidationBonus ?? columns.liquidationBonus[m]!)
    kept[c] = keptOf(aave, c, incentive[c]!)
    seizable[c] = layout.factor[c]! > 0 ? 1 : 0
    ltv[c] = own === 0 ? 0 : (eMode?.ltv ?? own)
  }
  reserves.forEach((own, m) => {
    const { optimalUtilization, baseRate, slope1 } = own
    strategies[m] = { optimalUtilization, baseRate, slope1, slope2: columns.slope2[m]! }
  })
}

/** Set the terms to their opening values. */
function openTerms({ terms, columns }: Aave): void {
  columns.closeFactor[0] = terms.rules.closeFactor
  terms.reserves.forEach(({ value }, m) => {
    columns.ltv[m] = value.ltv
    columns.liquidationThreshold[m] = value.liquidationThreshold
    columns.liquidationBonus[m] = value.liquidationBonus
    columns.supplyCap[m] = value.supplyCap
    columns.borrowCap[m] = value.borrowCap
    columns.debtCeiling[m] = value.debtCeiling
    columns.slope2[m] = value.slope2
  })
}

function openReserves(aave: Aave): void {
  const { desk, columns, reserves } = aave
  columns.liquidityIndex.fill(1)
  columns.variableBorrowIndex.fill(1)
  columns.scaledDebt.set(unitsOf(desk, 'debt'))
  for (let row = 0; row < desk.book.rows; row++) {
    const isolated = isolatedReserve(aave, row)
    if (isolated >= 0) columns.isolatedDebt[isolated]! += debtUnits(desk, row)
  }
  reserves.forEach(({ cash }, m) => {
    desk.context.ledger.endow(desk.context.self, desk.asset[m]!, cash)
    fund(aave, m)
    updateRates(aave, m)
  })
}

function debtUnits({ book }: Desk, row: number): number {
  let units = 0
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
    units += Math.max(0, -book.amount[k]!)
  return units
}

/** Check that every account's eMode exists under these rules. */
function checkCategories({ positions, eModes, rules }: AaveTerms): void {
  positions.category?.forEach((category, row) => {
    if (category === 0) return
    const account = positions.accounts[row] ?? `row ${row}`
    if (!rules.hasControls)
      throw new PositionError(`${account}: eMode ${category}, but rules "v2" have none; use "v3"`)
    if (!eModes.some((eMode) => eMode.category === category))
      throw new PositionError(`${account}: eMode ${category} is not in eModes; add it`)
  })
}

/** Variant of a row's collateral: the row's eMode where the reserve belongs to it. */
function variantOf({ positions, reserves }: AaveTerms, row: number, m: number): number {
  const category = positions.category?.[row] ?? 0
  return category !== 0 && category === reserves[m]!.value.eMode ? category : 0
}

/**
 * Open a pool over its state columns: lay out the positions, register their book, set the columns'
 * opening values, endow the opening cash, set the opening rates. Indices start at 1.
 * @throws {PositionError} when a position refers to an asset without a reserve, or to no eMode.
 * @throws {MarketFundingError} when a reserve cannot fund the positions' collateral.
 */
export function openPool(terms: AaveTerms, columns: ReserveColumns, context: Context): Aave {
  checkCategories(terms)
  const reserves = terms.reserves.map(({ value }) => value)
  const desk = openDesk(context, terms.positions, {
    asset: terms.reserves.map(({ asset }) => asset),
    openingRate: new Float64Array(reserves.length).fill(1),
    threshold: (m, variant) => thresholdOf(terms, reserves[m]!.liquidationThreshold, variant),
    variant: (row, m) => variantOf(terms, row, m),
  })
  const aave: Aave = {
    desk,
    terms,
    columns,
    reserves,
    strategies: [...reserves],
    ltv: new Float64Array(desk.layout.market.length),
    openingUnits: unitsOf(desk, 'collateral'),
    accrued: new Float64Array(reserves.length),
  }
  desk.protocol = protocolOf(aave)
  openRules(desk, columns, terms)
  openTerms(aave)
  remake(aave)
  openReserves(aave)
  return aave
}

/**
 * Cover a reserve's deficit in the asset itself: what suppliers are owed stays, the cash grows.
 * @param coordinate of the reserve's debt. @param amount whole tokens, at most the deficit.
 * @returns null, or why nothing was changed.
 * Source: LiquidationLogic.executeEliminateDeficit (v3.3), where the payer's own supply is burnt: here
 *   the payer supplies `amount`, which is burnt at once.
 */
export function coverDeficit(
  aave: Aave,
  coordinate: number,
  amount: number,
  holder: number,
): Outcome {
  const { desk, columns } = aave
  const { layout, context, asset } = desk
  if (layout.liability[coordinate] !== 1) return REFUSALS.entry
  if (!(amount > 0 && amount < Infinity)) return REFUSALS.amount
  const m = layout.market[coordinate]!
  if (amount > columns.deficit[m]! * (1 + SLACK)) return AAVE_REFUSALS.deficit
  if (!context.ledger.transfer(holder, context.self, asset[m]!, amount)) return REFUSALS.payer
  peek(aave, m)
  settle(aave, m)
  add(columns.deficit, m, -amount)
  updateRates(aave, m)
  return null
}
