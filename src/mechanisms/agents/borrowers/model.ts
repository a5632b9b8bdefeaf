import { expm1 } from '../../../math/index.ts'
import {
  fraction,
  type Lender,
  type Model,
  margin,
  model,
  number,
  ref,
  USD,
  type Venue,
} from '../../../world/index.ts'
import { topUpTo, unwindTo } from './kernel.ts'

/** What one borrower owes and holds, USD at oracle prices. Overwritten by `inspect`. */
type Account = {
  owed: number
  weighted: number
  debt: number
  collateral: number
  threshold: number
}

/**
 * Borrowers who watch their health: below `alert` they act with a stated chance per hour, by adding
 * collateral from outside or by selling collateral to repay.
 */
export const borrowers: Model = model({
  kind: 'agents/borrowers',
  phase: 'agent',
  doc: 'borrowers near liquidation top up or unwind with a stated probability',
  external: true,
  params: {
    lender: ref('lender', 'whose borrowers'),
    venue: ref('venue', 'where those who unwind sell'),
    alert: number('health factor below which they act', 'ratio', { default: 1.1, min: 1 }),
    target: number('health factor that they restore', 'ratio', { default: 1.25, min: 1 }),
    perHour: number('expected acts of a borrower below the alert', '1/hour', {
      default: 0,
      min: 0,
    }),
    unwindShare: fraction('share that unwinds; the others top up', { default: 0.5 }),
    gas: number('gas per act', 'gas', { default: 350_000, min: 0 }),
    bid: number('priority fee', 'gwei', { default: 1, min: 0 }),
  },
  create(p, _, context) {
    const { draws, trace, self, chain } = context
    const account: Account = { owed: 0, weighted: 0, debt: -1, collateral: -1, threshold: 0 }
    let lender: Lender
    let venue: Venue
    let tightened = new Float64Array(0)
    let rows = new Int32Array(0)

    /** Sum up a row; its largest debt and collateral are the ones it acts on. */
    function inspect(row: number, weights: Float64Array): void {
      const { start, count, coordinate, amount } = lender.book
      Object.assign(account, { owed: 0, weighted: 0, debt: -1, collateral: -1 })
      let largestDebt = 0
      let largestCollateral = 0
      for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
        const c = coordinate[k]!
        const value = amount[k]! * weights[c]!
        if (value < 0) account.owed -= value
        else account.weighted += value
        if (value < largestDebt) {
          largestDebt = value
          account.debt = c
        } else if (value > largestCollateral) {
          largestCollateral = value
          account.collateral = c
          account.threshold = weights[c]! / lender.value(c)
        }
      }
    }
    /** Take funds from outside for the collateral and hand it in. */
    function topUp(row: number): string | null {
      const dollars = topUpTo(p.target, account.weighted, account.owed, account.threshold)
      const asset = lender.assetOf(account.collateral)
      const refused = lender.supply(row, account.collateral, dollars / lender.price(asset), self)
      if (refused === null)
        trace.add('topUp', { instance: self, parent: lender.trigger(row), row, asset, x: dollars })
      return refused
    }
    /** Repay with borrowed dollars, withdraw collateral of equal value, sell it, return the dollars. */
    function unwind(row: number): string | null {
      const dollars = unwindTo(p.target, account.weighted, account.owed, account.threshold)
      if (dollars === null) return 'no repayment restores the target'
      const debt = lender.assetOf(account.debt)
      const asset = lender.assetOf(account.collateral)
      const event = trace.add('unwind', {
        instance: self,
        parent: lender.trigger(row),
        row,
        asset: debt,
        x: dollars,
      })
      const bought = debt === USD ? dollars : venue.swap(USD, debt, dollars, self, event)
      const repaid = lender.repay(row, account.debt, bought, self)
      if (repaid !== null) return repaid
      const amount = dollars / lender.price(asset)
      const withdrawn = lender.withdraw(row, account.collateral, amount, self)
      if (withdrawn !== null) return withdrawn
      const sold = asset === USD || venue.swap(asset, USD, amount, self, event) > 0
      return sold ? null : 'cannot sell the collateral'
    }
    return {
      link(use) {
        lender = use('lender', p.lender)
        venue = use('venue', p.venue)
        tightened = new Float64Array(lender.book.coordinates)
        rows = new Int32Array(lender.book.rows)
      },
      observe({ tick, round }, submit) {
        if (p.perHour === 0 || round > 0) return
        const now = lender.coordinates()
        for (let c = 0; c < now.length; c++)
          tightened[c] = now[c]! * (lender.liability[c] === 1 ? p.alert : 1)
        if (rows.length < lender.book.rows) rows = new Int32Array(lender.book.rows * 2)
        const chance = -expm1((-p.perHour * chain.blockSeconds) / 3600)
        const near = lender.book.below(tightened, rows)
        for (let j = 0; j < near; j++) {
          const row = rows[j]!
          if (draws.uniform(tick, row) >= chance || margin(lender.book, now, row) < 0) continue
          const kind = draws.uniform(0, row) < p.unwindShare ? 'unwind' : 'topUp'
          submit({ actions: [{ kind, args: [row], gas: p.gas }], bid: p.bid, key: row })
        }
      },
      actions: {
        topUp: {
          doc: 'add collateral until health is at the target',
          protective: true,
          execute([row]) {
            inspect(row!, lender.coordinates())
            return account.debt < 0 || account.collateral < 0 ? 'no position left' : topUp(row!)
          },
        },
        unwind: {
          doc: 'sell collateral to repay until health is at the target',
          protective: true,
          execute([row]) {
            inspect(row!, lender.coordinates())
            return account.debt < 0 || account.collateral < 0 ? 'no position left' : unwind(row!)
          },
        },
      },
    }
  },
})
