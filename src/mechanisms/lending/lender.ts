import type { Lender } from '../../world/index.ts'
import type { Desk } from './desk.ts'
import { coordinates, coordinatesAt, triggerOf, unitValue } from './health.ts'
import { liquidate, maxRepay, seizable, seizeFor } from './liquidation.ts'
import { borrow, cover, repay, scaleDebt, supply, withdraw } from './verbs.ts'

/**
 * Offer a desk as the port that agents and measures know.
 * @returns closures over the desk; nothing is copied.
 */
export function lenderOf(desk: Desk): Lender {
  const { book, layout, asset, positions, context, protocol } = desk
  // First market of each asset, asked for in every block; -1 where there is none.
  const marketOf = context.assets.map((_, a) => asset.indexOf(a))
  return {
    book,
    canSeize: desk.seizable,
    liability: layout.liability,
    get closeFactor() {
      return protocol.closeFactor ?? 1
    },
    get revision() {
      return desk.revision
    },
    assetOf: (c) => asset[layout.market[c]!]!,
    account: (row) => positions.accounts[row] ?? '',
    coordinates: () => coordinates(desk),
    coordinatesAt: (price, kind, out) => coordinatesAt(desk, price, kind, out),
    price: (a) => desk.oracle.price(a),
    trigger: (row) => triggerOf(desk, row),
    value: (c) => unitValue(desk, c),
    maxRepay: (row, debt, collateral) => maxRepay(desk, row, debt, collateral),
    seizable: (row, debt, c, values) => seizable(desk, row, debt, c, values),
    seizeFor: (amount, debt, collateral, row = -1) => seizeFor(desk, amount, debt, collateral, row),
    liquidate: (row, debt, collateral, amount, holder, result, cause) =>
      liquidate(desk, row, debt, collateral, amount, holder, result, cause),
    supply: (row, c, amount, holder) => supply(desk, row, c, amount, holder),
    withdraw: (row, c, amount, holder, cause) => withdraw(desk, row, c, amount, holder, cause),
    borrow: (row, c, amount, holder, cause) => borrow(desk, row, c, amount, holder, cause),
    repay: (row, c, amount, holder) => repay(desk, row, c, amount, holder),
    cover(a, amount, holder) {
      const market = marketOf[a]!
      return market < 0 ? 0 : cover(desk, market, amount, holder)
    },
    scaleDebt: (row, factor) => scaleDebt(desk, row, factor),
    claims(a) {
      const market = marketOf[a]!
      return market < 0 ? 0 : protocol.claims(market)
    },
    cash: (a) => context.ledger.balance(context.self, a),
    deficit(a) {
      const market = marketOf[a]!
      return market < 0 ? 0 : (protocol.deficit?.(market) ?? 0)
    },
  }
}
