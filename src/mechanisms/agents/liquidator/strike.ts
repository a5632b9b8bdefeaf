import {
  type Context,
  type Lender,
  type Liquidated,
  type Outcome,
  USD,
  type Venue,
} from '../../../world/index.ts'
import type { Capital } from './capital.ts'
import { costOf } from './kernel.ts'

/** What a liquidator works with; lenders and venue are known only after linking. */
export type Desk = {
  readonly context: Context
  readonly capital: Capital
  /** Gas per liquidation. */
  readonly gas: number
  /** Gwei per gas. */
  readonly bid: number
  /** Least profit after slippage and gas, USD. */
  readonly floor: number
  readonly halvings: number
  lenders: readonly Lender[]
  venue: Venue | null
}

/** One liquidation as it was planned: row, debt and collateral coordinates, debt asset to repay. */
export type Strike = {
  readonly lender: Lender
  readonly row: number
  readonly debt: number
  readonly collateral: number
  readonly repay: number
  /** Event that made the row liquidatable, as seen when planning. */
  readonly cause: number
}

/** Buy what is repaid. @returns debt asset bought, at most `repay`; or why not. */
function buy(desk: Desk, asset: number, repay: number, cause: number): number | string {
  const cost = costOf(desk.venue!, asset, repay)
  if (cost > desk.capital.available()) return 'out of capital'
  if (asset === USD) return repay
  const bought = desk.venue!.swap(USD, asset, cost, desk.context.self, cause)
  return bought > 0 ? Math.min(bought, repay) : 'cannot buy the debt asset'
}

/** Buy the repayment, liquidate, sell what was seized. The engine takes all back on refusal. */
export function strike(desk: Desk, order: Strike, done: Liquidated): Outcome {
  const { context, capital, venue } = desk
  const { ledger, self, chain } = context
  const { lender, row, debt, collateral, cause } = order
  const before = ledger.balance(self, USD)
  const wanted = Math.min(order.repay, lender.maxRepay(row, debt, collateral))
  if (!(wanted > 0)) return 'nothing to repay'
  const repay = buy(desk, lender.assetOf(debt), wanted, cause)
  if (typeof repay === 'string') return repay
  const refused = lender.liquidate(row, debt, collateral, repay, self, done, cause)
  if (refused !== null) return refused
  const asset = lender.assetOf(collateral)
  const proceeds =
    asset === USD ? done.seized : venue!.swap(asset, USD, done.seized, self, done.event)
  if (proceeds === 0 && done.seized > 0) return 'cannot sell the collateral'
  const gain = ledger.balance(self, USD) - before - chain.gasUsd(desk.gas, desk.bid)
  if (gain < desk.floor) return 'unprofitable'
  capital.lock(proceeds)
  return null
}
