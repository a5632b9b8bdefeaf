import type { Liquidated, Outcome } from '../../world/index.ts'
import { cashOf, type Desk } from './desk.ts'
import { entryOf, strandedDebt, triggerOf, weigh } from './health.ts'
import { healthFactor, repayForTokens, seizeTokens } from './kernel.ts'
import { REFUSALS, SLACK } from './refusals.ts'
import { closeLimitOf, isToxic, priceDeal, weighAt } from './rules.ts'
import { payDown } from './verbs.ts'

/** Examine a liquidation: entries, interest to now in both markets, prices, shortfall. */
function open(desk: Desk, row: number, debt: number, held: number): Outcome {
  const { book, layout, asset, oracle, weight, fresh, protocol, deal } = desk
  const owedEntry = entryOf(book, row, debt)
  const heldEntry = entryOf(book, row, held)
  if (owedEntry < 0 || heldEntry < 0) return REFUSALS.entry
  if (layout.liability[debt] !== 1 || layout.liability[held] === 1) return REFUSALS.entry
  if (desk.seizable[held] !== 1) return REFUSALS.notCollateral
  const debtMarket = layout.market[debt]!
  const collateralMarket = layout.market[held]!
  const refused =
    protocol.mayLiquidate?.(debtMarket, collateralMarket) ??
    protocol.peek(debtMarket) ??
    protocol.peek(collateralMarket)
  if (refused !== null) return refused
  const margin = weigh(desk, row, debtMarket, collateralMarket)
  if (margin >= 0) return REFUSALS.healthy
  deal.priceDebt = oracle.price(asset[debtMarket]!)
  deal.priceCollateral = oracle.price(asset[collateralMarket]!)
  if (!(margin < 0 && deal.priceDebt > 0 && deal.priceCollateral > 0)) return REFUSALS.price
  deal.owedEntry = owedEntry
  deal.heldEntry = heldEntry
  deal.debtMarket = debtMarket
  deal.collateralMarket = collateralMarket
  deal.collateral = held
  deal.owed = -book.amount[owedEntry]! * fresh.owing[debtMarket]!
  deal.held = book.amount[heldEntry]!
  deal.heldValue = deal.held * fresh.holding[collateralMarket]! * deal.priceCollateral
  deal.health = healthFactor(weight.collateral, weight.debt)
  deal.debt = weight.debt
  priceDeal(desk, held)
  if (desk.rules.stopAtFrontier[0] !== 1) return null
  return isToxic(desk, collateralOf(desk, row)) ? REFUSALS.toxic : null
}

/** Value of a row's collateral that can be seized, USD, with interest to now where it was looked at. */
function collateralOf(desk: Desk, row: number): number {
  const { book, layout, seizable, protocol, fresh, oracle, asset, deal } = desk
  let total = 0
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    if (layout.liability[c] === 1 || seizable[c] !== 1) continue
    const m = layout.market[c]!
    const isFresh = m === deal.debtMarket || m === deal.collateralMarket
    const rate = isFresh ? fresh.holding[m]! : protocol.holding(m)
    total += book.amount[k]! * (oracle.price(asset[m]!) * rate)
  }
  return total
}

/** Largest repayment whose proceeds the collateral market's cash covers. */
function cashLimit(desk: Desk): number {
  const { debtMarket, collateralMarket, incentive, kept, priceDebt, priceCollateral } = desk.deal
  const gross = (incentive * priceDebt) / priceCollateral
  const received = gross - gross * kept
  const drain = received - (debtMarket === collateralMarket ? 1 : 0)
  return drain > 0 ? cashOf(desk, collateralMarket) / drain : Infinity
}

/**
 * Compute the largest repayment that `liquidate` takes now, whole debt tokens: what the protocol's
 * rules allow, what the collateral covers, what the cash pays out. 0 when the liquidation is refused.
 */
export function maxRepay(desk: Desk, row: number, debt: number, collateral: number): number {
  if (open(desk, row, debt, collateral) !== null) return 0
  const { deal, protocol, fresh } = desk
  const { held, incentive, priceDebt, priceCollateral } = deal
  const rate = fresh.holding[deal.collateralMarket]!
  const covered = repayForTokens(held, incentive, priceDebt, priceCollateral, rate)
  const limit = Math.min(closeLimitOf(desk), covered, cashLimit(desk))
  return protocol.within ? protocol.within(deal, limit) : limit
}

/**
 * Compute the collateral that a liquidator receives for `repay`, whole tokens, protocol's share off.
 * @param row whose liquidation it is, while it is liquidatable; otherwise the most that any row gives.
 */
export function seizeFor(
  desk: Desk,
  repay: number,
  debt: number,
  collateral: number,
  row: number,
): number {
  const { oracle, asset, layout, incentive, kept, rules, deal } = desk
  const priceDebt = oracle.price(asset[layout.market[debt]!]!)
  const priceCollateral = oracle.price(asset[layout.market[collateral]!]!)
  // Only in a Dutch auction do rows differ.
  const isOwn = rules.bonusPerShortfall[0] !== 0 && open(desk, row, debt, collateral) === null
  const paid = isOwn ? deal.incentive : incentive[collateral]!
  const gross = (repay * paid * priceDebt) / priceCollateral
  return gross - gross * (isOwn ? deal.kept : kept[collateral]!)
}

/**
 * Compute the collateral that one liquidation of a pair would hand to the liquidator if the row were
 * liquidatable, whole tokens: the largest repayment with the incentive, at most what is there, less
 * the protocol's share. Interest since the last touch and cash are left out.
 * @param values full value per coordinate unit, USD, at any prices.
 */
export function seizable(
  desk: Desk,
  row: number,
  debt: number,
  collateral: number,
  values: Float64Array,
): number {
  const { book, layout, deal, protocol } = desk
  const owedEntry = entryOf(book, row, debt)
  const heldEntry = entryOf(book, row, collateral)
  if (owedEntry < 0 || heldEntry < 0 || desk.seizable[collateral] !== 1) return 0
  const full = weighAt(desk, row, values)
  priceDeal(desk, collateral)
  if (desk.rules.stopAtFrontier[0] === 1 && isToxic(desk, full)) return 0
  const { incentive } = deal
  deal.priceDebt = 1
  deal.collateral = collateral
  deal.owed = -book.amount[owedEntry]! * values[debt]!
  deal.heldValue = book.amount[heldEntry]! * values[collateral]!
  const held = deal.heldValue
  let seized = Math.min(closeLimitOf(desk) * incentive, held)
  if (protocol.within)
    seized = Math.min(seized, protocol.within(deal, seized / incentive) * incentive)
  if (!(seized > 0)) return 0
  const rate = protocol.holding(layout.market[collateral]!)
  const tokens = (seized / held) * (rate * book.amount[heldEntry]!)
  return tokens - tokens * deal.kept
}

/** Write a liquidation that passed all checks, and move its tokens. */
function execute(desk: Desk, row: number, repaid: number, holder: number): Outcome {
  const { book, asset, context, protocol, deal } = desk
  const { debtMarket, collateralMarket, collateral, units } = deal
  const { ledger, self } = context
  if (!ledger.transfer(holder, self, asset[debtMarket]!, repaid)) return REFUSALS.payer
  protocol.settle(debtMarket)
  if (collateralMarket !== debtMarket) protocol.settle(collateralMarket)
  book.write(row)
  payDown(desk, deal.owedEntry, debtMarket, repaid)
  book.amount[deal.heldEntry] = deal.held - units
  protocol.seized(collateralMarket, units, units * deal.kept)
  // Covered by the cash test, so this cannot be refused.
  ledger.transfer(self, holder, asset[collateralMarket]!, deal.received)
  protocol.repaid?.(row, debtMarket, repaid, collateral)
  protocol.touched?.(debtMarket)
  if (collateralMarket !== debtMarket) protocol.touched?.(collateralMarket)
  return null
}

/** Record a liquidation and, if it left debt without collateral, the insolvency. */
function record(desk: Desk, row: number, repaid: number, seized: number, cause: number): number {
  const { asset, context, deal, protocol } = desk
  const { event } = deal
  event.row = row
  event.parent = cause
  event.asset = asset[deal.collateralMarket]!
  event.other = asset[deal.debtMarket]!
  event.x = repaid * deal.priceDebt
  event.y = seized * deal.priceCollateral
  event.z = deal.health
  event.w = seized
  const id = context.trace.add('liquidation', event)
  const stranded = strandedDebt(desk, row)
  if (stranded > 0) {
    event.parent = id
    event.asset = -1
    event.other = -1
    event.x = stranded
    event.y = event.z = event.w = 0
    const insolvent = context.trace.add('insolvent', event)
    protocol.stranded?.(row, insolvent)
  }
  return id
}

/**
 * Find what a repayment seizes and pays out, into `deal.units` and `deal.received`.
 * @returns why it cannot be; null when it can.
 */
function settleable(desk: Desk, repaid: number): Outcome {
  const { deal, fresh, protocol } = desk
  const { held, collateralMarket, incentive, priceDebt, priceCollateral } = deal
  const rate = fresh.holding[collateralMarket]!
  let units = seizeTokens(repaid, incentive, priceDebt, priceCollateral, rate)
  if (units > held * (1 + SLACK)) return REFUSALS.seize
  // What is left of an emptied entry by rounding goes with it.
  if (units > held * (1 - SLACK)) units = held
  if (protocol.within && protocol.within(deal, repaid) < repaid * (1 - SLACK)) return REFUSALS.dust
  deal.units = units
  deal.received = rate * (units - units * deal.kept)
  const paidIn = deal.debtMarket === collateralMarket ? repaid : 0
  const cash = cashOf(desk, collateralMarket) + paidIn
  return deal.received > cash * (1 + SLACK) ? REFUSALS.cash : null
}

/**
 * Repay a row's debt, seize its collateral with the incentive, and pay the liquidator's part out in
 * cash at once: a refusal of the payment refuses the whole.
 * @param repay whole debt tokens; within 1e-12 of a limit counts as the limit.
 * @param holder pays the debt asset and receives the collateral asset.
 * @param result overwritten on success; `seized` is what the liquidator receives.
 * @param cause event that made the row liquidatable, as the liquidator saw it.
 * @returns null, or why nothing was changed. The event's seized amounts are the borrower's loss:
 *   the liquidator's part and the protocol's share.
 */
export function liquidate(
  desk: Desk,
  row: number,
  debt: number,
  collateral: number,
  repay: number,
  holder: number,
  result: Liquidated,
  cause: number = triggerOf(desk, row),
): Outcome {
  const refused = open(desk, row, debt, collateral)
  if (refused !== null) return refused
  if (!(repay > 0)) return REFUSALS.amount
  const { deal, fresh } = desk
  const close = closeLimitOf(desk)
  if (repay > close * (1 + SLACK)) return REFUSALS.close
  const repaid = Math.min(repay, close)
  const refusedToo = settleable(desk, repaid) ?? execute(desk, row, repaid, holder)
  if (refusedToo !== null) return refusedToo
  const rate = fresh.holding[deal.collateralMarket]!
  result.event = record(desk, row, repaid, rate * deal.units, cause)
  result.repaid = repaid
  result.seized = deal.received
  return null
}
