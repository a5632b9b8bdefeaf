import {
  asset,
  f64,
  fraction,
  type Lender,
  type Model,
  model,
  number,
  type Outcome,
  ref,
  seconds,
  text,
  USD,
  usd,
  type Venue,
} from '../../world/index.ts'
import { accountOf, type OwnAccount } from './account.ts'

const params = {
  lender: ref('lender', 'where it borrows'),
  account: text('its account there, with an entry for each of the two assets'),
  collateral: asset('what it buys and pledges'),
  debt: asset('what it borrows, and pays with'),
  venue: ref('venue', 'where it buys the collateral'),
  capital: number('own money at the start', 'debt asset', { min: 0 }),
  share: fraction('what it borrows, share of the value at oracle prices', { default: 0.9 }),
  margin: fraction('least gain on what it spends', { default: 0.001 }),
  from: seconds('when it starts to look', { default: 0 }),
  gas: number('gas of one round', 'gas', { default: 800_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 2, min: 0 }),
  gasMoney: usd('money for the gas', { default: 10_000 }),
}

/**
 * Somebody who buys what an oracle prices above the market, pledges it and borrows more than it cost, with
 * no wish to repay: round after round, as long as it gains and there is cash.
 */
export const overborrower: Model = model({
  kind: 'agents/overborrower',
  phase: 'agent',
  doc: 'pledges what an oracle overvalues and borrows more than it cost',
  params,
  columns: () => ({ borrowed: f64(1, 'tokens') }),
  create(p, s, { ledger, name, self }) {
    let lender: Lender
    let venue: Venue
    let account: OwnAccount
    ledger.endow(self, p.debt, p.capital)
    ledger.endow(self, USD, p.gasMoney)
    /** Borrowed per unit spent, at the margin of the venue. */
    function gain(): number {
      const worth = lender.price(p.collateral) / lender.price(p.debt)
      return p.share * worth * venue.spot(p.debt, p.collateral)
    }
    /** What it spends: no more than it has, and than the cash left pays back. */
    function stake(): number {
      return Math.min(ledger.balance(self, p.debt), lender.cash(p.debt) / gain())
    }
    function round(): Outcome {
      const spent = stake()
      const bought = spent > 0 ? venue.swap(p.debt, p.collateral, spent, self, -1) : 0
      if (!(bought > 0)) return 'nothing to be bought'
      const worth = (bought * lender.price(p.collateral)) / lender.price(p.debt)
      const loan = Math.min(p.share * worth, lender.cash(p.debt))
      if (!(loan > spent * (1 + p.margin))) return 'does not pay'
      s.borrowed[0]! += loan
      return (
        lender.supply(account.row, account.collateral, bought, self) ??
        lender.borrow(account.row, account.debt, loan, self)
      )
    }
    return {
      link(use) {
        lender = use('lender', p.lender)
        venue = use('venue', p.venue)
        account = accountOf(lender, p, name)
      },
      observe({ time }, submit) {
        if (time < p.from || !(gain() > 1 + p.margin) || !(stake() > 1e-6 * p.capital)) return
        submit({ actions: [{ kind: 'round', args: [], gas: p.gas }], bid: p.bid, key: account.row })
      },
      actions: {
        round: {
          doc: 'buy, pledge and borrow with all that it has',
          execute: (_, sender) => (sender === self ? round() : 'not an own account'),
        },
      },
    }
  },
})
