import {
  type Assertions,
  asset,
  type Block,
  choice,
  f64,
  type Lender,
  type Model,
  model,
  number,
  type Outcome,
  type PriceSource,
  ref,
  type Submit,
  seconds,
  USD,
  u8,
  usd,
} from '../../world/index.ts'

/** Share of what could be borrowed that is, for the rounding of sums of values. */
const NEARLY = 1 - 1e-9

const params = {
  oracle: ref('assertions', 'where it asserts a false price'),
  source: ref('priceSource', 'what it multiplies for the false price'),
  lender: ref('lender', 'whom it borrows from; it reads the oracle'),
  loanAsset: asset('what it borrows'),
  row: number('its account: a row with an entry for both assets', 'row', {
    default: 0,
    min: 0,
    integer: true,
  }),
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

/**
 * Captures an optimistic oracle: it asserts a false price, buys the vote if somebody disputes, and
 * borrows all it can against overvalued collateral in the block in which the price counts. Its gain
 * and its loss are its balances.
 */
export const briber: Model = model({
  kind: 'agents/briber',
  phase: 'agent',
  doc: 'asserts a false price, bribes voters who decide on it, and borrows against it',
  params,
  columns: () => ({ step: u8(1, 'step'), claimed: f64(1, 'USD') }),
  create(p, s, { ledger, self, assets }) {
    let oracle: Assertions
    let answers: PriceSource
    let source: PriceSource
    let lender: Lender
    const coordinateOf = (wanted: number, isDebt: number): number => {
      const all = Array.from(lender.liability, (debt, c) => (debt === isDebt ? c : -1))
      return all.find((c) => c >= 0 && lender.assetOf(c) === wanted) ?? -1
    }
    /** Value of the row with thresholds less its debt, USD at oracle prices. */
    function room(): number {
      const { start, count, coordinate, amount } = lender.book
      const values = lender.coordinates()
      let sum = 0
      for (let k = start[p.row]!; k < start[p.row]! + count[p.row]!; k++)
        sum += amount[k]! * values[coordinate[k]!]!
      return sum
    }
    function drain(): Outcome {
      const held = ledger.balance(self, oracle.asset)
      const pledged = coordinateOf(oracle.asset, 0)
      const refused = held > 0 ? lender.supply(p.row, pledged, held, self) : null
      if (refused !== null) return refused
      const most = (NEARLY * room()) / lender.price(p.loanAsset)
      const amount = Math.min(most, lender.cash(p.loanAsset))
      const cause = answers.cause(oracle.asset, p.factor > 1 ? 1 : -1)
      return lender.borrow(p.row, coordinateOf(p.loanAsset, 1), amount, self, cause)
    }
    /** Submit something that also notes how far the attack is. */
    function act(submit: Submit, step: number, kind: string, args: readonly number[]): void {
      const to = kind === 'drain' ? {} : { to: p.oracle }
      const note = { kind: 'note', args: [step, kind === 'assert' ? args[0]! : 0], gas: 0 }
      submit({ actions: [{ ...to, kind, args, gas: p.gas }, note], bid: p.bid, key: step })
    }
    function next({ time }: Block, submit: Submit): void {
      const stage = oracle.stage()
      const isOwn = oracle.asserter() === self
      const step = s.step[0]!
      const buys = p.bribe > 0 || p.tokens > 0
      if (step === WAITING && p.factor !== 1 && time >= p.at && stage === 'none')
        act(submit, ASSERTED, 'assert', [p.factor * source.price(oracle.asset)])
      else if (step === ASSERTED && isOwn && stage === 'committing' && buys) {
        const isConditional = p.terms === 'conditional' ? 1 : 0
        act(submit, BACKED, 'back', [oracle.number(), p.bribe, p.tokens, isConditional])
      } else if (step !== WAITING && step !== DONE && !isOwn)
        if (answers.price(oracle.asset) === s.claimed[0]) act(submit, DONE, 'drain', [])
    }
    return {
      link(use) {
        oracle = use('assertions', p.oracle)
        answers = use('priceSource', p.oracle)
        source = use('priceSource', p.source)
        lender = use('lender', p.lender)
        ledger.endow(self, oracle.bondAsset, p.capital)
        ledger.endow(self, oracle.votingToken, p.tokens)
        ledger.endow(self, oracle.asset, p.collateral)
        ledger.endow(self, USD, p.purse)
      },
      refresh(cause) {
        if (cause !== 'build') return
        if (coordinateOf(oracle.asset, 0) < 0 || coordinateOf(p.loanAsset, 1) < 0)
          throw new BribedMarketError(
            `"${p.lender}" lends no ${assets[p.loanAsset]!.name} against ` +
              `${assets[oracle.asset]!.name}; name another lender or loanAsset`,
          )
      },
      observe(block, submit) {
        if (block.round === 0) next(block, submit)
      },
      actions: {
        note: {
          doc: 'args [step, price]: how far the attack is, and the price that was asserted',
          execute([step, price], sender) {
            if (sender !== self) return 'not an own note'
            s.step[0] = step!
            if (price! > 0) s.claimed[0] = price!
            return null
          },
        },
        drain: {
          doc: 'pledge all collateral and borrow all that the false price allows',
          execute: (_, sender) => (sender === self ? drain() : 'not an own loan'),
        },
      },
    }
  },
})

/** Thrown when the lender that a briber attacks has no market for its assets. */
export class BribedMarketError extends Error {
  override readonly name = 'BribedMarketError'
}
