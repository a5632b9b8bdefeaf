import {
  type Assertions,
  type Attacker,
  asset,
  type Context,
  choice,
  f64,
  type Lender,
  type Model,
  margin,
  model,
  number,
  type Outcome,
  type ParamsOf,
  type PriceSource,
  ref,
  type Submit,
  seconds,
  text,
  USD,
  type Use,
  u8,
  usd,
} from '../../world/index.ts'
import { accountOf, type OwnAccount } from './account.ts'

/** Share of what could be borrowed that is, for the rounding of sums of values. */
const NEARLY = 1 - 1e-9
/** Share of an amount that is tried next when limits stricter than the health test refuse it. */
const LESS = 0.99
const TRIES = 300

const params = {
  oracle: ref('assertions', 'where it asserts a false price'),
  source: ref('priceSource', 'what it multiplies for the false price'),
  lender: ref('lender', 'whom it borrows from; it reads the oracle'),
  loanAsset: asset('what it borrows'),
  account: text('its account there, with an entry for each of the two assets', '0'),
  at: seconds('when it asserts', { default: 0 }),
  factor: number('false price over true price; 1 = no attack', 'ratio', { default: 1, min: 1e-9 }),
  bribe: usd('what it offers to voters when disputed', { default: 0 }),
  terms: choice(
    'when a bribe is paid: if the price is upheld, or when the votes are cast',
    ['conditional', 'upfront'],
    'conditional',
  ),
  tokens: number('voting tokens that it holds and votes with', 'tokens', { default: 0, min: 0 }),
  collateral: number('collateral that it holds', 'tokens', { default: 0, min: 0 }),
  capital: number('bond asset that it holds, for the bond and the bribe', 'tokens', {
    default: 0,
    min: 0,
  }),
  purse: usd('money for gas', { default: 10_000 }),
  gas: number('gas per transaction', 'gas', { default: 400_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 5, min: 0 }),
}

const WAITING = 0
const ASSERTED = 1
const BACKED = 2
const DONE = 3

const columns = (assets: number) => ({
  step: u8(1, 'step'),
  claimed: f64(1, 'USD'),
  taken: f64(assets, 'tokens'),
  outlay: f64(1, 'bond asset'),
  needed: f64(1, 'bond asset'),
  gain: f64(1, 'USD'),
  endedAt: f64(1, 's', -1),
})

type Columns = Readonly<
  Record<'claimed' | 'taken' | 'outlay' | 'needed' | 'gain' | 'endedAt', Float64Array>
> & { readonly step: Uint8Array }

/** What the functions of a briber share; all but the first three are known after linking. */
type Plot = {
  readonly p: ParamsOf<typeof params>
  readonly s: Columns
  readonly context: Context
  oracle: Assertions
  answers: PriceSource
  source: PriceSource
  lender: Lender
  account: OwnAccount
}

/** Pledge all collateral and borrow all that the price lets it. */
function drain({ p, s, context, oracle, answers, source, lender, account }: Plot): Outcome {
  const { ledger, self } = context
  const held = ledger.balance(self, oracle.asset)
  const refused = held > 0 ? lender.supply(account.row, account.collateral, held, self) : null
  if (refused !== null) return refused
  const room = margin(lender.book, lender.coordinates(), account.row)
  const most = (NEARLY * room) / lender.price(p.loanAsset)
  const cause = answers.cause(oracle.asset, p.factor > 1 ? 1 : -1)
  s.taken[oracle.asset]! -= held
  s.gain[0] = held * (lender.price(oracle.asset) - source.price(oracle.asset))
  let amount = Math.min(most, lender.cash(p.loanAsset))
  for (let k = 0; k < TRIES && amount > 0; k++, amount *= LESS) {
    if (lender.borrow(account.row, account.debt, amount, self, cause) !== null) continue
    s.taken[p.loanAsset]! += amount
    return null
  }
  return 'nothing to borrow'
}

/** Note how far the attack is, what was asserted, and what was laid out for it. */
function note({ s }: Plot, [step, price, paid, time]: readonly number[]): Outcome {
  s.step[0] = step!
  if (price! > 0) s.claimed[0] = price!
  s.outlay[0]! += paid!
  if (step === DONE) s.endedAt[0] = time!
  return null
}

/** Submit the next step, with a note of it that holds only if the step was taken. */
function proceed(plot: Plot, time: number, submit: Submit): void {
  const { p, s, context, oracle, answers, source } = plot
  const stage = oracle.stage()
  const step = s.step[0]!
  const act = (to: number, kind: string, args: readonly number[], noted: readonly number[]) => {
    const target = kind === 'drain' ? {} : { to: p.oracle }
    const notes = { kind: 'note', args: [to, ...noted, time], gas: 0 }
    submit({ actions: [{ ...target, kind, args, gas: p.gas }, notes], bid: p.bid, key: to })
  }
  const money = context.ledger.balance(context.self, oracle.bondAsset)
  const giveUp = (): void => {
    note(plot, [DONE, 0, 0, time])
  }
  if (step === WAITING && p.factor !== 1 && time >= p.at && stage === 'none') {
    // Nobody gives it more: what it cannot pay now it never can.
    if (money < oracle.bond) {
      giveUp()
      return
    }
    const price = p.factor * source.price(oracle.asset)
    act(ASSERTED, 'assert', [price], [price, oracle.bond])
  } else if (oracle.asserter() === context.self) {
    if (step !== ASSERTED || stage !== 'committing' || !(p.bribe > 0 || p.tokens > 0)) return
    if (money < p.bribe) return
    const isConditional = p.terms === 'conditional' ? 1 : 0
    act(BACKED, 'back', [oracle.number(), p.bribe, p.tokens, isConditional], [0, p.bribe])
  } else if (step === ASSERTED || step === BACKED) {
    // Its assertion is settled: the price counts, or the attack has failed.
    if (answers.price(oracle.asset) === s.claimed[0]) act(DONE, 'drain', [], [0, 0])
    else giveUp()
  }
}

function portOf(plot: () => Plot): Attacker {
  const inUsd = (amount: number): number => {
    const { context, oracle } = plot()
    return amount * context.assets[oracle.bondAsset]!.price
  }
  return {
    accounts: () => [{ lender: plot().lender, row: plot().account.row }],
    outlay: () => inUsd(plot().s.outlay[0]!),
    peakCapital: () => inUsd(plot().s.outlay[0]!),
    capitalNeeded: () => inUsd(plot().s.needed[0]!),
    taken: (a) => plot().s.taken[a]!,
    escrowed: (a) => plot().oracle.escrow(plot().context.self, a),
    paperGain: () => plot().s.gain[0]!,
    endedAt: () => (plot().s.endedAt[0]! >= 0 ? plot().s.endedAt[0]! : Number.NaN),
  }
}

/** Find whom it deals with, and give it what it starts with. */
function linked(p: Plot['p'], s: Columns, context: Context, use: Use): Plot {
  const { ledger, self, name } = context
  const oracle = use('assertions', p.oracle)
  const lender = use('lender', p.lender)
  const own = { account: p.account, collateral: oracle.asset, debt: p.loanAsset }
  ledger.endow(self, oracle.bondAsset, p.capital)
  ledger.endow(self, oracle.votingToken, p.tokens)
  ledger.endow(self, oracle.asset, p.collateral)
  ledger.endow(self, USD, p.purse)
  return {
    ...{ p, s, context, oracle, lender },
    answers: use('priceSource', p.oracle),
    source: use('priceSource', p.source),
    account: accountOf(lender, own, name),
  }
}

/**
 * Captures an optimistic oracle: it asserts a false price, buys the vote if somebody disputes, and
 * borrows all it can against overvalued collateral as soon as the price counts. Its gain and its loss
 * are its balances.
 */
export const briber: Model = model({
  kind: 'agents/briber',
  phase: 'agent',
  doc: 'asserts a false price, bribes voters who decide on it, and borrows against it',
  params,
  columns: (_, assets) => columns(assets.length),
  create(p, s, context) {
    let plot: Plot
    const { ledger, self } = context
    return {
      ports: { attacker: portOf(() => plot) },
      link(use) {
        plot = linked(p, s, context, use)
      },
      observe({ round, time }, submit) {
        if (round !== 0) return
        const money = plot.oracle.bondAsset
        const opening = p.capital + (money === USD ? p.purse : 0)
        const lacking = opening - ledger.balance(self, money)
        s.needed[0] = Math.max(s.needed[0]!, lacking)
        proceed(plot, time, submit)
      },
      actions: {
        note: {
          doc: 'args [step, price, paid, time]: how far the attack is',
          execute: (args, sender) => (sender === self ? note(plot, args) : 'not an own note'),
        },
        drain: {
          doc: 'pledge all collateral and borrow all that the false price allows',
          execute: (_, sender) => (sender === self ? drain(plot) : 'not an own loan'),
        },
      },
    }
  },
})
