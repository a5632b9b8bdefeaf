import {
  asset,
  type Block,
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
} from '../../world/index.ts'
import { accountOf, type OwnAccount } from './account.ts'

/** Rounding of times that are multiples of the tick, s. */
const SLACK = 1e-6

/** Share of a tranche below which what is left is rounding. */
const RESIDUE = 1e-6

const params = {
  lender: ref('lender', 'where it borrows'),
  account: text('its account there, with an entry for each of the two assets'),
  collateral: asset('what it has minted without backing'),
  debt: asset('what it borrows'),
  forged: number('how much it has minted', 'tokens', { min: 0 }),
  tranche: number('how much of it is deposited at a time', 'tokens', { min: 0 }),
  share: fraction('what it borrows against each, share of the value at oracle prices', {
    default: 0.7,
  }),
  at: seconds('time of the first deposit', { default: 0 }),
  every: { ...seconds('time between deposits', { default: 12 }), min: 0.001 },
  gas: number('gas per deposit', 'gas', { default: 600_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 5, min: 0 }),
}

/** Deposits that are due up to a time: one at `at`, and one every `every` seconds after it. */
export function dueBy(time: number, at: number, every: number): number {
  return time < at - SLACK ? 0 : Math.floor((time - at + SLACK) / every) + 1
}

/**
 * Somebody who has minted tokens without backing, deposits them in tranches and borrows against each
 * what the oracle says they are worth, as far as there is cash. It stops when all is deposited; a
 * tranche that is refused, as in a freeze, is tried again when the next one is due.
 */
export const forger: Model = model({
  kind: 'agents/forger',
  phase: 'agent',
  doc: 'deposits tokens minted without backing in tranches and borrows against them',
  external: true,
  params,
  columns: () => ({ deposited: f64(1, 'tokens') }),
  create(p, s, { chain, name, self }) {
    let lender: Lender
    let account: OwnAccount
    const due = ({ time }: Block): number => {
      const before = time - chain.blockSeconds
      return dueBy(time, p.at, p.every) - (before > 0 ? dueBy(before, p.at, p.every) : 0)
    }
    function take(amount: number): Outcome {
      const { row, collateral, debt } = account
      const worth = (amount * p.share * lender.price(p.collateral)) / lender.price(p.debt)
      const loan = Math.min(worth, lender.cash(p.debt))
      if (!(loan > 0)) return 'nothing is left to borrow'
      s.deposited[0]! += amount
      return lender.supply(row, collateral, amount, self) ?? lender.borrow(row, debt, loan, self)
    }
    return {
      link(use) {
        lender = use('lender', p.lender)
        account = accountOf(lender, p, name)
      },
      observe(block, submit) {
        const left = p.forged - s.deposited[0]!
        const amount = block.round === 0 ? Math.min(left, due(block) * p.tranche) : 0
        const isRounding = left <= RESIDUE * Math.min(p.tranche, p.forged)
        if (!(amount > 0) || isRounding || !(lender.cash(p.debt) > 0)) return
        const actions = [{ kind: 'take', args: [amount], gas: p.gas }]
        submit({ actions, bid: p.bid, key: account.row })
      },
      actions: {
        take: {
          doc: 'args [amount]; deposit that much and borrow against it',
          execute: ([amount], sender) => (sender === self ? take(amount!) : 'not an own account'),
        },
      },
    }
  },
})
