import type { Liquidated, Outcome } from '../../../world/index.ts'
import { healthFactor } from '../kernel.ts'
import { entryOf, strandedDebt, triggerOf, weigh } from './health.ts'
import { maxClose, protocolTokens, redeemAmount, repayForTokens, seizeTokens } from './kernel.ts'
import { REFUSALS, SLACK } from './refusals.ts'
import { type Compound, cashOf, peek, settle, storedRate } from './state.ts'
import { payDown } from './verbs.ts'

/** One liquidation under examination; scratch. */
export type Deal = {
  owedEntry: number
  heldEntry: number
  debtMarket: number
  collateralMarket: number
  /** Debt with interest to now, whole tokens. */
  owed: number
  /** CTokens. */
  held: number
  priceDebt: number
  priceCollateral: number
  health: number
  event: {
    readonly instance: number
    parent: number
    row: number
    asset: number
    other: number
    x: number
    y: number
    z: number
    w: number
  }
}

/** Make the scratch space of one lender's liquidations. */
export function newDeal(instance: number): Deal {
  return {
    owedEntry: -1,
    heldEntry: -1,
    debtMarket: -1,
    collateralMarket: -1,
    owed: NaN,
    held: NaN,
    priceDebt: NaN,
    priceCollateral: NaN,
    health: NaN,
    event: { instance, parent: -1, row: -1, asset: -1, other: -1, x: NaN, y: NaN, z: NaN, w: NaN },
  }
}

/** Examine a liquidation: entries, interest to now in both markets, prices, shortfall. */
function open(compound: Compound, deal: Deal, row: number, debt: number, held: number): Outcome {
  const { book, layout, constants, oracle, weight, fresh } = compound
  const owedEntry = entryOf(book, row, debt)
  const heldEntry = entryOf(book, row, held)
  if (owedEntry < 0 || heldEntry < 0) return REFUSALS.entry
  if (layout.liability[debt] !== 1 || layout.liability[held] === 1) return REFUSALS.entry
  const debtMarket = layout.market[debt]!
  const collateralMarket = layout.market[held]!
  const refused = peek(compound, debtMarket) ?? peek(compound, collateralMarket)
  if (refused !== null) return refused
  const margin = weigh(compound, row, debtMarket, collateralMarket)
  if (margin >= 0) return REFUSALS.healthy
  deal.priceDebt = oracle.price(constants.asset[debtMarket]!)
  deal.priceCollateral = oracle.price(constants.asset[collateralMarket]!)
  if (!(margin < 0 && deal.priceDebt > 0 && deal.priceCollateral > 0)) return REFUSALS.price
  deal.owedEntry = owedEntry
  deal.heldEntry = heldEntry
  deal.debtMarket = debtMarket
  deal.collateralMarket = collateralMarket
  deal.owed = -book.amount[owedEntry]! * fresh.index[debtMarket]!
  deal.held = book.amount[heldEntry]!
  deal.health = healthFactor(weight.collateral, weight.debt)
  return null
}

/** Collateral tokens that a liquidator receives per debt token repaid. */
function exchange({ terms }: Compound, priceDebt: number, priceCollateral: number): number {
  const gross = (terms.liquidationIncentive * priceDebt) / priceCollateral
  return gross - protocolTokens(gross, terms.protocolSeizeShare)
}

/** Largest repayment whose proceeds the collateral market's cash covers. */
function cashLimit(compound: Compound, deal: Deal): number {
  const { debtMarket, collateralMarket } = deal
  const received = exchange(compound, deal.priceDebt, deal.priceCollateral)
  const drain = received - (debtMarket === collateralMarket ? 1 : 0)
  return drain > 0 ? cashOf(compound, collateralMarket) / drain : Infinity
}

/**
 * Compute the largest repayment that `liquidate` takes now, whole debt tokens: the close factor's
 * share, what the collateral covers, what the cash redeems. 0 when the liquidation is refused.
 */
export function maxRepay(
  compound: Compound,
  deal: Deal,
  row: number,
  debt: number,
  collateral: number,
): number {
  if (open(compound, deal, row, debt, collateral) !== null) return 0
  const { terms, fresh } = compound
  const { held, priceDebt, priceCollateral } = deal
  const rate = fresh.rate[deal.collateralMarket]!
  return Math.min(
    maxClose(deal.owed, terms.closeFactor),
    repayForTokens(held, terms.liquidationIncentive, priceDebt, priceCollateral, rate),
    cashLimit(compound, deal),
  )
}

/** Compute the collateral that a liquidator receives for `repay`, whole tokens, protocol's share off. */
export function seizeFor(
  { oracle, constants, layout, terms }: Compound,
  repay: number,
  debt: number,
  collateral: number,
): number {
  const priceDebt = oracle.price(constants.asset[layout.market[debt]!]!)
  const priceCollateral = oracle.price(constants.asset[layout.market[collateral]!]!)
  const gross = (repay * terms.liquidationIncentive * priceDebt) / priceCollateral
  return gross - protocolTokens(gross, terms.protocolSeizeShare)
}

/**
 * Compute the collateral that one liquidation of a pair would hand to the liquidator if the row were
 * liquidatable, whole tokens: the close factor's share with the incentive, at most what is there,
 * less the protocol's share. Interest since the last touch and cash are left out.
 * @param values full value per coordinate unit, USD, at any prices.
 */
export function seizable(
  compound: Compound,
  row: number,
  debt: number,
  collateral: number,
  values: Float64Array,
): number {
  const { book, layout, terms } = compound
  const owedEntry = entryOf(book, row, debt)
  const heldEntry = entryOf(book, row, collateral)
  if (owedEntry < 0 || heldEntry < 0) return 0
  const owed = -book.amount[owedEntry]! * values[debt]!
  const held = book.amount[heldEntry]! * values[collateral]!
  const seized = Math.min(maxClose(owed, terms.closeFactor) * terms.liquidationIncentive, held)
  if (!(seized > 0)) return 0
  const rate = storedRate(compound, layout.market[collateral]!)
  const tokens = (seized / held) * redeemAmount(book.amount[heldEntry]!, rate)
  return tokens - protocolTokens(tokens, terms.protocolSeizeShare)
}

/** Write a liquidation that passed all checks, and move its tokens. */
function execute(
  compound: Compound,
  deal: Deal,
  row: number,
  repaid: number,
  tokens: number,
  received: number,
  holder: number,
): Outcome {
  const { book, columns, constants, context, terms, fresh } = compound
  const { debtMarket, collateralMarket } = deal
  const { ledger, self } = context
  if (!ledger.transfer(holder, self, constants.asset[debtMarket]!, repaid)) return REFUSALS.payer
  settle(compound, debtMarket)
  if (collateralMarket !== debtMarket) settle(compound, collateralMarket)
  book.write(row)
  payDown(compound, deal.owedEntry, debtMarket, repaid)
  book.amount[deal.heldEntry] = deal.held - tokens
  const burnt = protocolTokens(tokens, terms.protocolSeizeShare)
  columns.totalReserves[collateralMarket]! += redeemAmount(burnt, fresh.rate[collateralMarket]!)
  columns.totalSupply[collateralMarket] = Math.max(
    0,
    columns.totalSupply[collateralMarket]! - tokens,
  )
  // Covered by the cash test, so this cannot be refused.
  ledger.transfer(self, holder, constants.asset[collateralMarket]!, received)
  return null
}

/** Record a liquidation and, if it left debt without collateral, the insolvency. */
function record(
  compound: Compound,
  deal: Deal,
  row: number,
  repaid: number,
  seized: number,
  cause: number,
): number {
  const { constants, context } = compound
  const { event } = deal
  event.row = row
  event.parent = cause
  event.asset = constants.asset[deal.collateralMarket]!
  event.other = constants.asset[deal.debtMarket]!
  event.x = repaid * deal.priceDebt
  event.y = seized * deal.priceCollateral
  event.z = deal.health
  event.w = seized
  const id = context.trace.add('liquidation', event)
  const stranded = strandedDebt(compound, row)
  if (stranded > 0) {
    event.parent = id
    event.asset = -1
    event.other = -1
    event.x = stranded
    event.y = event.z = event.w = 0
    context.trace.add('insolvent', event)
  }
  return id
}

/**
 * Repay a row's debt, seize its cTokens with the incentive, and redeem the liquidator's share for
 * cash at once: a refusal of the redemption refuses the whole.
 * @param repay whole debt tokens; within 1e-12 of a limit counts as the limit.
 * @param holder pays the debt asset and receives the collateral asset.
 * @param result overwritten on success; `seized` is what the liquidator receives.
 * @param cause event that made the row liquidatable, as the liquidator saw it.
 * @returns null, or why nothing was changed. The event's seized amounts are the borrower's loss:
 *   the liquidator's part and the protocol's share.
 * Source: CToken.liquidateBorrowFresh, seizeInternal, redeemFresh; Comptroller.liquidateBorrowAllowed.
 */
export function liquidate(
  compound: Compound,
  deal: Deal,
  row: number,
  debt: number,
  collateral: number,
  repay: number,
  holder: number,
  result: Liquidated,
  cause: number = triggerOf(compound, row),
): Outcome {
  const refused = open(compound, deal, row, debt, collateral)
  if (refused !== null) return refused
  if (!(repay > 0)) return REFUSALS.amount
  const { terms, fresh } = compound
  const { priceDebt, priceCollateral, collateralMarket, held } = deal
  const close = maxClose(deal.owed, terms.closeFactor)
  if (repay > close * (1 + SLACK)) return REFUSALS.close
  const repaid = Math.min(repay, close)
  const rate = fresh.rate[collateralMarket]!
  const incentive = terms.liquidationIncentive
  let tokens = seizeTokens(repaid, incentive, priceDebt, priceCollateral, rate)
  if (tokens > held * (1 + SLACK)) return REFUSALS.seize
  // What is left of an emptied entry by rounding goes with it.
  if (tokens > held * (1 - SLACK)) tokens = held
  const kept = protocolTokens(tokens, terms.protocolSeizeShare)
  const received = redeemAmount(tokens - kept, rate)
  const paidIn = deal.debtMarket === collateralMarket ? repaid : 0
  if (received > (cashOf(compound, collateralMarket) + paidIn) * (1 + SLACK)) return REFUSALS.cash
  const unpaid = execute(compound, deal, row, repaid, tokens, received, holder)
  if (unpaid !== null) return unpaid
  result.event = record(compound, deal, row, repaid, redeemAmount(tokens, rate), cause)
  result.repaid = repaid
  result.seized = received
  return null
}
