import { type Context, type Lender, type Outcome, USD, type Venue } from '../../../world/index.ts'
import { costOf } from '../liquidator/kernel.ts'
import { topUpTo, unwindTo } from './kernel.ts'

/** What borrowers act through; lender and venue are known only after linking. */
export type Rescue = {
  readonly context: Context
  /** Health factor to restore. */
  readonly target: number
  lender: Lender | null
  venue: Venue | null
}

/** One row at oracle prices; -1 where it has no debt or no collateral. */
export type Account = {
  /** All debt, and all collateral x threshold, USD. */
  owed: number
  weighted: number
  /** Coordinates of the largest debt and the largest weighted collateral, and their values, USD. */
  debt: number
  largestDebt: number
  collateral: number
  largestCollateral: number
  /** Threshold of that collateral. */
  threshold: number
}

/** Sum up a row; its largest debt and collateral are the ones that are acted on. */
export function inspect({ lender }: Rescue, row: number): Account {
  const { start, count, coordinate, amount } = lender!.book
  const weights = lender!.coordinates()
  const account: Account = {
    owed: 0,
    weighted: 0,
    debt: -1,
    largestDebt: 0,
    collateral: -1,
    largestCollateral: 0,
    threshold: 0,
  }
  for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
    const c = coordinate[k]!
    const value = amount[k]! * weights[c]!
    if (value < 0) account.owed -= value
    else account.weighted += value
    if (-value > account.largestDebt) {
      account.largestDebt = -value
      account.debt = c
    } else if (value > account.largestCollateral) {
      account.largestCollateral = value
      account.collateral = c
    }
  }
  const c = account.collateral
  if (c >= 0) account.threshold = weights[c]! / lender!.value(c)
  return account
}

/** Bring collateral from outside. */
export function topUp(rescue: Rescue, account: Account, row: number): Outcome {
  const { debt, collateral, weighted, owed, threshold } = account
  if (debt < 0 || collateral < 0) return 'no position left'
  const { lender, context } = rescue
  const asset = lender!.assetOf(collateral)
  const x = topUpTo(rescue.target, weighted, owed, threshold)
  const parent = lender!.trigger(row)
  const refused = lender!.supply(row, collateral, x / lender!.price(asset), context.self)
  if (refused === null)
    context.trace.add('topUp', { instance: context.self, parent, row, asset, x })
  return refused
}

/**
 * Repay with dollars from outside, withdraw collateral of equal value, sell it, return the dollars;
 * what the trades cost is paid from outside too. No more is repaid than the largest debt, or than
 * the largest collateral is worth.
 */
export function unwind(rescue: Rescue, account: Account, row: number): Outcome {
  const { debt, collateral, weighted, owed, threshold } = account
  if (debt < 0 || collateral < 0) return 'no position left'
  const whole = unwindTo(rescue.target, weighted, owed, threshold)
  if (whole === null) return 'no repayment restores the target'
  const x = Math.min(whole, account.largestDebt, account.largestCollateral / threshold)
  const { lender, venue, context } = rescue
  const { trace, self: instance } = context
  const asset = lender!.assetOf(debt)
  const parent = lender!.trigger(row)
  const event = trace.add('unwind', { instance, parent, row, asset, x })
  const repay = x / lender!.price(asset)
  const cost = costOf(venue!, asset, repay)
  if (asset !== USD && !(venue!.swap(USD, asset, cost, instance, event) > 0))
    return 'cannot buy the debt asset'
  const unpaid = lender!.repay(row, debt, repay, instance)
  if (unpaid !== null) return unpaid
  const sold = lender!.assetOf(collateral)
  const amount = x / lender!.price(sold)
  const held = lender!.withdraw(row, collateral, amount, instance)
  if (held !== null) return held
  const isSold = sold === USD || venue!.swap(sold, USD, amount, instance, event) > 0
  return isSold ? null : 'cannot sell the collateral'
}
