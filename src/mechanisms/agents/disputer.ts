import {
  type Assertions,
  choice,
  f64,
  fraction,
  i32,
  type Model,
  model,
  number,
  type PriceSource,
  ref,
  seconds,
  USD,
  usd,
} from '../../world/index.ts'

/**
 * Watches an optimistic oracle and disputes prices that were wrong when they were asserted, as far as
 * its attention and its money for bonds go; or, as a griefer, whatever is asserted.
 */
export const disputer: Model = model({
  kind: 'agents/disputer',
  phase: 'agent',
  doc: 'disputes wrong assertions within its attention and capital, or all of them',
  params: {
    oracle: ref('assertions', 'what it watches'),
    source: ref('priceSource', 'what it holds for the true price'),
    disputes: choice('wrong prices, or every price', ['wrong', 'all'], 'wrong'),
    tolerance: fraction('relative distance from the true price that it lets pass', {
      default: 0.01,
    }),
    attention: fraction('probability that it looks at an assertion at all', { default: 1 }),
    latency: seconds('time from an assertion to its dispute', { default: 600 }),
    from: seconds('when it begins', { default: 0 }),
    capital: number('bond asset to post bonds from', 'tokens', { default: 100_000, min: 0 }),
    purse: usd('money for gas', { default: 10_000 }),
    gas: number('gas per dispute', 'gas', { default: 250_000, min: 0 }),
    bid: number('priority fee', 'gwei', { default: 2, min: 0 }),
  },
  columns: () => ({
    seen: i32(1, 'assertions'),
    // The true price in the block before this one, and in the block of the assertion.
    before: f64(1, 'USD'),
    fair: f64(1, 'USD'),
  }),
  create(p, s, { ledger, self, draws }) {
    let oracle: Assertions
    let source: PriceSource
    function isWrong(): boolean {
      if (p.disputes === 'all') return true
      return !(Math.abs(oracle.asserted() - s.fair[0]!) <= p.tolerance * s.fair[0]!)
    }
    function wants(time: number): boolean {
      if (oracle.stage() !== 'open' || oracle.asserter() === self) return false
      if (time < p.from || time < oracle.since() + p.latency) return false
      if (ledger.balance(self, oracle.bondAsset) < oracle.bond) return false
      return isWrong() && draws.uniform(0, oracle.number()) < p.attention
    }
    return {
      link(use) {
        oracle = use('assertions', p.oracle)
        source = use('priceSource', p.source)
        ledger.endow(self, oracle.bondAsset, p.capital)
        ledger.endow(self, USD, p.purse)
      },
      observe({ round, time }, submit) {
        if (round !== 0) return
        if (oracle.number() !== s.seen[0]) s.fair[0] = s.before[0]!
        s.seen[0] = oracle.number()
        s.before[0] = source.price(oracle.asset)
        if (!wants(time)) return
        const action = { to: p.oracle, kind: 'dispute', args: [oracle.number()], gas: p.gas }
        submit({ actions: [action], bid: p.bid, key: 0 })
      },
    }
  },
})
