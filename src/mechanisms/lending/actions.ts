import type { ActionHandler, Lender } from '../../world/index.ts'

/**
 * Offer a lender's verbs to others as actions; the sender pays and receives.
 * @returns handlers by kind of action, for a model's `actions`.
 */
export function actionsOf(lender: Lender): Readonly<Record<string, ActionHandler>> {
  const result = { repaid: 0, seized: 0, event: -1 }
  return {
    liquidate: {
      doc: 'repay debt and seize collateral: row, debt, collateral, repay',
      execute: ([row, debt, collateral, repay], sender) =>
        lender.liquidate(row!, debt!, collateral!, repay!, sender, result),
    },
    supply: {
      doc: 'add collateral: row, collateral, amount',
      protective: true,
      execute: ([row, collateral, amount], sender) =>
        lender.supply(row!, collateral!, amount!, sender),
    },
    withdraw: {
      doc: 'take collateral: row, collateral, amount',
      execute: ([row, collateral, amount], sender) =>
        lender.withdraw(row!, collateral!, amount!, sender),
    },
    borrow: {
      doc: 'borrow more: row, debt, amount',
      execute: ([row, debt, amount], sender) => lender.borrow(row!, debt!, amount!, sender),
    },
    repay: {
      doc: 'repay debt: row, debt, amount',
      protective: true,
      execute: ([row, debt, amount], sender) => lender.repay(row!, debt!, amount!, sender),
    },
  }
}
