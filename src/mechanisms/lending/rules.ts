import { f64, InputError, number, type ParamSpec } from '../../world/index.ts'
import type { Desk, LiquidationRules } from './desk.ts'
import { common, type Levers, leverOf } from './governed.ts'
import { healthFactor, repayToHealthOf } from './kernel.ts'
import { EQUALITY } from './layout.ts'

/** Parameters of a lender that has these rules. */
export const ruleParams: Readonly<Record<keyof LiquidationRules, ParamSpec<number>>> = {
  targetHealth: number(
    'healthFactor that one liquidation restores at most (staged liquidation); 0 = not staged',
    'ratio',
    { default: 0, min: 0 },
  ),
  bonusPerShortfall: number(
    'bonus per unit of 1 - healthFactor, up to liquidationBonus (Dutch auction); 0 = fixed bonus',
    'ratio',
    { default: 0, min: 0 },
  ),
  stopAtFrontier: number(
    '1: debt beyond collateral / (1 + bonus) is not liquidated, because that makes it worse; 0: it is',
    'flag',
    { default: 0, min: 0, max: 1, integer: true },
  ),
}

/** State columns of these rules. */
export const ruleColumns = (): Record<keyof LiquidationRules, ReturnType<typeof f64>> => ({
  targetHealth: f64(1, 'ratio'),
  bonusPerShortfall: f64(1, 'ratio'),
  stopAtFrontier: f64(1, 'flag'),
})

/** A target below 1 would leave a position liquidatable and forbid the next liquidation. */
function unfitTarget(_: number, value: number): string | null {
  return value === 0 || value >= 1
    ? null
    : `a target healthFactor of ${value} leaves positions liquidatable; it is 0 or at least 1`
}

/** Thrown when a staged liquidation is to restore less than health. */
export class TargetHealthError extends InputError {
  override readonly name = 'TargetHealthError'
}

/** Opening values of the rules; absent ones are 0. */
export type RuleValues = { readonly [R in keyof LiquidationRules]?: number }

/**
 * Set a desk's rules to their opening values.
 * @param columns become the desk's rules; overwritten.
 * @throws {TargetHealthError} when the target healthFactor is between 0 and 1.
 */
export function openRules(desk: Desk, columns: LiquidationRules, opening: RuleValues): void {
  const { targetHealth = 0, bonusPerShortfall = 0, stopAtFrontier = 0 } = opening
  const refused = unfitTarget(0, targetHealth)
  if (refused !== null) throw new TargetHealthError(`${desk.context.name}: ${refused}`)
  columns.targetHealth[0] = targetHealth
  columns.bonusPerShortfall[0] = bonusPerShortfall
  columns.stopAtFrontier[0] = stopAtFrontier
  desk.rules = columns
}

/** Terms by which controls change a desk's rules. */
export function ruleLevers({ rules }: Desk): Levers {
  return {
    targetHealth: common(leverOf(rules.targetHealth, unfitTarget)),
    bonusPerShortfall: common(leverOf(rules.bonusPerShortfall)),
    stopAtFrontier: common(leverOf(rules.stopAtFrontier)),
  }
}

/**
 * Compute what a liquidation seizes per unit of value repaid: the coordinate's incentive, or in a Dutch
 * auction as much of it as the shortfall has earned.
 * Source of the auction: Euler v1, Liquidation.computeLiqOpp (the discount grows with 1 - healthFactor).
 */
export function incentiveAt(
  { rules, incentive }: Desk,
  collateral: number,
  health: number,
): number {
  const most = incentive[collateral]!
  const slope = rules.bonusPerShortfall[0]!
  if (slope === 0) return most
  const earned = 1 + Math.max(0, slope * (1 - health))
  return earned < most ? earned : most
}

/** Write what the liquidation under examination pays, from the row's health in `deal.health`. */
export function priceDeal(desk: Desk, collateral: number): void {
  const { deal, incentive, kept, protocol } = desk
  deal.incentive = incentiveAt(desk, collateral, deal.health)
  deal.kept =
    deal.incentive === incentive[collateral]
      ? kept[collateral]!
      : (protocol.keeps?.(collateral, deal.incentive) ?? kept[collateral]!)
}

/** Whether a liquidation of a row would raise its loan-to-value: debt beyond collateral / incentive. */
export function isToxic({ deal }: Desk, collateral: number): boolean {
  return deal.debt * deal.incentive > collateral
}

/**
 * Compute the largest repayment that staged liquidation allows, in units of `deal.priceDebt`.
 * @returns Infinity where liquidation is not staged, or no repayment reaches the target.
 */
export function stageLimit({ rules, layout, deal }: Desk): number {
  const target = rules.targetHealth[0]!
  if (target === 0) return Infinity
  // At the contract's own threshold, so that the result is healthy at the widened one.
  const threshold = layout.factor[deal.collateral]! / EQUALITY
  const weighted = (deal.health * deal.debt) / EQUALITY
  const value = repayToHealthOf(weighted, deal.debt, threshold, deal.incentive - 1, target)
  return value === null ? Infinity : Math.max(0, value) / deal.priceDebt
}

/** Compute the largest repayment that the protocol's close factor and the stage allow. */
export function closeLimitOf(desk: Desk): number {
  const close = desk.protocol.close(desk.deal)
  const stage = stageLimit(desk)
  return stage < close ? stage : close
}

/** Sum a row's debt and its healthFactor at other values into the deal. @returns collateral in full. */
export function weighAt(
  { book, layout, deal, seizable }: Desk,
  row: number,
  values: Float64Array,
): number {
  let debt = 0
  let weighted = 0
  let collateral = 0
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    const value = book.amount[k]! * values[c]!
    if (layout.liability[c] === 1) debt -= value
    else {
      weighted += value * layout.factor[c]!
      if (seizable[c] === 1) collateral += value
    }
  }
  deal.debt = debt
  deal.health = healthFactor(weighted, debt)
  return collateral
}
