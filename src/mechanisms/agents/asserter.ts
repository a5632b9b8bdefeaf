import {
  type Assertions,
  f64,
  fraction,
  type Model,
  model,
  number,
  type PriceSource,
  ref,
  seconds,
  USD,
  usd,
} from '../../world/index.ts'

/** Asserts the true price whenever the oracle's answer is too far from it or too old. */
export const asserter: Model = model({
  kind: 'agents/asserter',
  phase: 'agent',
  doc: 'keeps an optimistic oracle up to date by honest assertions',
  params: {
    oracle: ref('assertions', 'where it asserts'),
    source: ref('priceSource', 'the price that it asserts'),
    deviation: fraction('relative distance of the answer at which it asserts', { default: 0.01 }),
    heartbeat: seconds('age of the answer at which it asserts', { default: 86_400 }),
    capital: number('bond asset to post bonds from', 'tokens', { default: 100_000, min: 0 }),
    purse: usd('money for gas', { default: 10_000 }),
    gas: number('gas per assertion', 'gas', { default: 200_000, min: 0 }),
    bid: number('priority fee', 'gwei', { default: 2, min: 0 }),
  },
  // Time of the last assertion or answer that it saw.
  columns: () => ({ fresh: f64(1, 's') }),
  create(p, s, { ledger, self }) {
    let oracle: Assertions
    let answers: PriceSource
    let source: PriceSource
    return {
      link(use) {
        oracle = use('assertions', p.oracle)
        answers = use('priceSource', p.oracle)
        source = use('priceSource', p.source)
        ledger.endow(self, oracle.bondAsset, p.capital)
        ledger.endow(self, USD, p.purse)
      },
      observe({ round, time }, submit) {
        if (round !== 0) return
        if (oracle.stage() !== 'none') s.fresh[0] = time
        if (oracle.stage() !== 'none' || ledger.balance(self, oracle.bondAsset) < oracle.bond)
          return
        const price = source.price(oracle.asset)
        const answer = answers.price(oracle.asset)
        const isFar = !(Math.abs(price - answer) < p.deviation * answer) && price !== answer
        if (!(price > 0) || !(isFar || time - s.fresh[0]! >= p.heartbeat)) return
        const action = { to: p.oracle, kind: 'assert', args: [price], gas: p.gas }
        submit({ actions: [action], bid: p.bid, key: 0 })
      },
    }
  },
})
