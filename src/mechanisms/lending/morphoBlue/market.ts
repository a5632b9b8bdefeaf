import type { Context } from '../../../world/index.ts'
import { cashOf, type Desk, openDesk, type Protocol, unitsOf } from '../desk.ts'
import { fundedUnits } from '../funding.ts'
import { entryOf } from '../health.ts'
import { PositionError } from '../layout.ts'
import {
  type Accrued,
  accrue,
  adapt,
  compounded,
  liquidationIncentiveFactor,
  type Rates,
  sharePrice,
  socialised,
  utilization,
} from './kernel.ts'
import type { MorphoTerms } from './terms.ts'

/** Market numbers of the desk: what is lent, and what is collateral. */
export const LOAN = 0
export const COLLATERAL = 1

/** State columns of length 1. Cash and collateral are what the instance holds in the ledger. */
export type MarketColumns = {
  /** Whole loan tokens that suppliers are owed. */
  readonly totalSupplyAssets: Float64Array
  readonly totalSupplyShares: Float64Array
  /** Whole loan tokens. */
  readonly totalBorrowAssets: Float64Array
  readonly totalBorrowShares: Float64Array
  /** Shares of the supply that are the fee recipient's. */
  readonly feeShares: Float64Array
  /** Per second. */
  readonly rateAtTarget: Float64Array
  /** Bad debt taken off the suppliers so far, whole loan tokens. */
  readonly deficit: Float64Array
  /** Seconds since the start. */
  readonly lastUpdate: Float64Array
  /** Seconds since the start. */
  readonly clock: Float64Array
}

/** One market: the shared desk, and what is Morpho's own. All functions here act on it. */
type Morpho = {
  readonly desk: Desk
  readonly terms: MorphoTerms
  readonly columns: MarketColumns
  /** What accrual to now leaves, as the last `preview` found; scratch, not state. */
  readonly accrued: Accrued
  readonly rates: Rates
  readonly fee: { shares: number }
  /** Supply shares of all rows at the start. */
  readonly openingShares: number
}

/** Work out the totals with interest to now; the state stays. Source: Morpho._accrueInterest. */
function preview({ terms, columns, accrued, rates, fee }: Morpho): void {
  accrued.supplyAssets = columns.totalSupplyAssets[0]!
  accrued.supplyShares = columns.totalSupplyShares[0]!
  accrued.borrowAssets = columns.totalBorrowAssets[0]!
  rates.rateAtTarget = columns.rateAtTarget[0]!
  fee.shares = 0
  const seconds = columns.clock[0]! - columns.lastUpdate[0]!
  if (!(seconds > 0) || terms.curve === null) return
  adapt(utilization(accrued.supplyAssets, accrued.borrowAssets), seconds, terms.curve, rates)
  fee.shares = accrue(compounded(rates.borrowRate, seconds), terms.fee, terms.unit, accrued)
}

/** Loan tokens per share of debt, as the last preview found it. */
function owing({ columns, accrued, terms }: Morpho): number {
  return sharePrice(accrued.borrowAssets, columns.totalBorrowShares[0]!, terms.unit)
}

/** Loan tokens per share of supply, as the last preview found it. */
function holding({ accrued, terms }: Morpho): number {
  return sharePrice(accrued.supplyAssets, accrued.supplyShares, terms.unit)
}

function peek(morpho: Morpho, market: number): null {
  const { owing: debts, holding: supplies } = morpho.desk.fresh
  const isLoan = market === LOAN
  if (isLoan) preview(morpho)
  debts[market] = isLoan ? owing(morpho) : 1
  supplies[market] = isLoan ? holding(morpho) : 1
  return null
}

/** Write what accrual to now leaves in the market. */
function settle(morpho: Morpho): void {
  preview(morpho)
  const { columns, accrued, rates, fee } = morpho
  columns.totalSupplyAssets[0] = accrued.supplyAssets
  columns.totalSupplyShares[0] = accrued.supplyShares
  columns.totalBorrowAssets[0] = accrued.borrowAssets
  columns.feeShares[0]! += fee.shares
  columns.rateAtTarget[0] = rates.rateAtTarget
  columns.lastUpdate[0] = columns.clock[0]!
}

/** Rounding may leave a total a few units below zero; it stops there, as the contract's does. */
function add(total: Float64Array, change: number): void {
  total[0] = Math.max(0, total[0]! + change)
}

function supplied(morpho: Morpho, market: number, units: number): void {
  const { columns, desk } = morpho
  if (market === LOAN) {
    add(columns.totalSupplyShares, units)
    add(columns.totalSupplyAssets, units * desk.fresh.holding[LOAN]!)
    return
  }
  // Taking collateral accrues interest, adding it does not.
  if (units < 0) settle(morpho)
}

/**
 * Write off what a row without collateral owes: debt and supply lose the same, so every share of the
 * supply is worth less at once.
 * Source: Morpho.liquidate.
 */
function writeOff({ desk, columns, terms }: Morpho, row: number, event: number): void {
  const { book, context, oracle, asset } = desk
  const entry = entryOf(book, row, LOAN)
  const shares = -book.amount[entry]!
  const { totalBorrowAssets, totalBorrowShares, totalSupplyAssets, deficit } = columns
  const price = sharePrice(totalBorrowAssets[0]!, totalBorrowShares[0]!, terms.unit)
  const tokens = socialised(shares * price, totalBorrowAssets[0]!)
  book.write(row)
  book.amount[entry] = 0
  add(totalBorrowAssets, -tokens)
  add(totalBorrowShares, -shares)
  add(totalSupplyAssets, -tokens)
  deficit[0]! += tokens
  context.trace.add('deficit', {
    instance: context.self,
    parent: event,
    row,
    other: asset[LOAN]!,
    x: tokens * oracle.price(asset[LOAN]!),
    w: tokens,
  })
}

function protocolOf(morpho: Morpho): Protocol {
  const { desk, columns } = morpho
  const { totalBorrowAssets, totalBorrowShares } = columns
  return {
    owing(m) {
      if (m !== LOAN) return 1
      preview(morpho)
      return owing(morpho)
    },
    holding(m) {
      if (m !== LOAN) return 1
      preview(morpho)
      return holding(morpho)
    },
    peek: (m) => peek(morpho, m),
    settle(m) {
      if (m === LOAN) settle(morpho)
    },
    supplied: (m, units) => supplied(morpho, m, units),
    borrowed(_, tokens, units) {
      add(totalBorrowAssets, tokens)
      add(totalBorrowShares, units)
    },
    seized() {
      // The collateral leaves the ledger; nothing else of it is stored.
    },
    reopen: (_, before, after) => reopen(morpho, before - after),
    close: (deal) => deal.owed,
    claims(m) {
      if (m !== LOAN) return cashOf(desk, m)
      preview(morpho)
      return morpho.accrued.supplyAssets
    },
    deficit: (m) => (m === LOAN ? columns.deficit[0]! : 0),
    stranded: (row, event) => writeOff(morpho, row, event),
  }
}

/** Owe more (or less, negative) shares of debt from the start on; pure suppliers have supplied it. */
function reopen(morpho: Morpho, shares: number): void {
  const { columns, terms } = morpho
  settle(morpho)
  const { totalBorrowAssets, totalBorrowShares } = columns
  const { totalSupplyAssets, totalSupplyShares } = columns
  const debt = sharePrice(totalBorrowAssets[0]!, totalBorrowShares[0]!, terms.unit)
  const rate = sharePrice(totalSupplyAssets[0]!, totalSupplyShares[0]!, terms.unit)
  add(totalBorrowAssets, shares * debt)
  add(totalBorrowShares, shares)
  fund(morpho, rate)
}

/** Set the supply: cash and debts belong to the suppliers, whose shares are worth `rate`. */
function fund({ desk, columns, openingShares }: Morpho, rate: number): void {
  const cash = cashOf(desk, LOAN)
  const owned = cash + columns.totalBorrowAssets[0]!
  columns.totalSupplyShares[0] = fundedUnits(desk, LOAN, owned, cash, rate, openingShares)
  columns.totalSupplyAssets[0] = owned
}

/** Check that positions are what one market can hold. */
function checkPositions(
  { positions, loanAsset, collateralAsset, lltv }: MorphoTerms,
  context: Context,
): void {
  const { name, assets } = context
  if (loanAsset === collateralAsset)
    throw new PositionError(
      `${name}: loanAsset and collateralAsset are both ${assets[loanAsset]!.name}; name two`,
    )
  const loan = positions.assets.indexOf(assets[loanAsset]!.name)
  for (let k = 0; k < positions.amount.length; k++) {
    const isLoan = positions.asset[k] === loan
    const threshold = positions.threshold[k]!
    if (positions.debt[k] === 1 && !isLoan)
      throw new PositionError(
        `${name}, entry ${k}: debt of ${positions.assets[positions.asset[k]!]}; this market lends ${assets[loanAsset]!.name} only`,
      )
    if (positions.debt[k] !== 1 && threshold >= 0 && threshold !== (isLoan ? 0 : lltv))
      throw new PositionError(
        `${name}, entry ${k}: threshold ${threshold}; a market has one lltv (${lltv}), so leave the threshold out or make another market`,
      )
  }
}

function open(morpho: Morpho, collateral: number): void {
  const { desk, terms, columns } = morpho
  const { ledger, self } = desk.context
  const debt = unitsOf(desk, 'debt')[LOAN]!
  columns.totalBorrowAssets[0] = debt
  columns.totalBorrowShares[0] = debt
  columns.rateAtTarget[0] = terms.rateAtTarget
  ledger.endow(self, terms.loanAsset, terms.cash)
  ledger.endow(self, terms.collateralAsset, collateral)
  fund(morpho, 1)
}

/**
 * Open a market over its state columns: lay the positions out, register their book, set the opening
 * totals, endow cash and collateral. Shares of supply and of debt are worth one token at the start.
 * @throws {PositionError} when a position does not fit one isolated market.
 * @throws {MarketFundingError} when cash and debts do not cover what rows have supplied.
 */
export function openMarket(terms: MorphoTerms, columns: MarketColumns, context: Context): Desk {
  checkPositions(terms, context)
  const desk = openDesk(context, terms.positions, {
    asset: [terms.loanAsset, terms.collateralAsset],
    openingRate: [1, 1],
    threshold: (m) => (m === COLLATERAL ? terms.lltv : 0),
  })
  const units = unitsOf(desk, 'collateral')
  const morpho: Morpho = {
    desk,
    terms,
    columns,
    accrued: { supplyAssets: NaN, supplyShares: NaN, borrowAssets: NaN },
    rates: { borrowRate: 0, rateAtTarget: NaN },
    fee: { shares: 0 },
    openingShares: units[LOAN]!,
  }
  desk.protocol = protocolOf(morpho)
  desk.incentive.fill(liquidationIncentiveFactor(terms.lltv))
  for (let c = 0; c < desk.seizable.length; c++)
    desk.seizable[c] = desk.layout.market[c] === COLLATERAL ? 1 : 0
  open(morpho, units[COLLATERAL]!)
  return desk
}
