import { describe, expect, it } from 'vitest'
import { type RunOutcome, runScenario } from '../src/experiments/index.ts'
import { eventsOf } from '../src/measures/index.ts'
import { loadScenario } from '../src/scenario/index.ts'

const scenario = (name: string) =>
  loadScenario(new URL(`../scenarios/${name}.yaml`, import.meta.url).pathname)

const measured = ({ document }: RunOutcome, name: string): number =>
  document.measures.find((m) => m.name === name)!.value!

describe('Inverse Frontier as found', () => {
  it('has the bad debt of the data when nobody acts', async () => {
    const found = await runScenario(scenario('frontier-insolvency'), { checked: true })
    const { spec } = found.view!.world
    expect(spec.ticks).toBe(0)
    expect(measured(found, 'totalDebt') / 1e6).toBeCloseTo(18.06, 2)
    expect(measured(found, 'badDebt') / 1e6).toBeCloseTo(16.19, 2)
    expect(measured(found, 'badDebt[frontier]')).toBe(measured(found, 'badDebt'))
    expect(measured(found, 'accountsInsolvent')).toBe(58)
    expect(measured(found, 'liquidations')).toBe(0)
    expect(measured(found, 'loss')).toBe(0)
    const [remark] = found.document.remarks
    expect(remark).toMatch(/insolvent accounts owe 7\.20 M DOLA/)
    expect(remark).toMatch(/8\.26 M: 1\.06 M of it stands on 80 accounts/)
  })

  it('hardly changes when liquidators may act: almost nothing is left to seize', async () => {
    const set = { hours: 2, cashShare: 0.1 }
    const acted = await runScenario(scenario('frontier-insolvency'), { set, checked: true })
    expect(measured(acted, 'liquidations')).toBeGreaterThan(0)
    expect(measured(acted, 'badDebt') / 1e6).toBeCloseTo(16.19, 2)
  })
})

describe('ETH falls over two protocols with one pool', () => {
  it('makes each lose more than alone, by more than chance', async () => {
    // All paths of the scenario: common jumps make them differ too much for four to tell.
    const run = await runScenario(scenario('coupled-eth-crash'))
    for (const name of ['couplingLoss', 'couplingLoss[aave]', 'couplingLoss[compound]']) {
      const { low, note } = run.document.measures.find((m) => m.name === name)!
      expect(low, `${name}: ${note}`).toBeGreaterThan(0)
    }
    const whole = run.values('couplingLoss')
    const parts = ['aave', 'compound'].map((lender) => run.values(`couplingLoss[${lender}]`))
    whole.forEach((value, k) => {
      expect(parts[0]![k]! + parts[1]![k]!).toBeCloseTo(value, 3)
    })
    expect(crossings(run)).toEqual(new Set(['aave > compound', 'compound > aave']))
  })
})

/** Pairs of protocols of which a liquidation in the first led to one in the second, in the last path. */
function crossings({ view }: RunOutcome): Set<string> {
  const { trace, instances } = view!.world
  const { parent, instance } = trace.columns
  const liquidations = new Set(eventsOf(trace, 'liquidation'))
  const found = new Set<string>()
  for (const e of liquidations) {
    let above = parent[e]!
    while (above >= 0 && !liquidations.has(above)) above = parent[above]!
    if (above < 0 || instance[above] === instance[e]) continue
    found.add(`${instances[instance[above]!]!.name} > ${instances[instance[e]!]!.name}`)
  }
  return found
}

describe('stETH loses its peg over two looped books', () => {
  const runWith = (feed: string, discount: number) =>
    runScenario(scenario('steth-loops'), { set: { feed, discount }, compare: false, checked: true })

  it('liquidates early by the market feed, and finds bad debt late by the exchange rate', async () => {
    const market = await runWith('marketFeed', 0.4)
    const rate = await runWith('exchangeRateFeed', 0.4)
    expect(measured(market, 'liquidatedDebt')).toBeGreaterThan(1e8)
    expect(measured(rate, 'liquidatedDebt')).toBe(0)
    expect(measured(rate, 'badDebt')).toBeGreaterThan(2 * measured(market, 'badDebt'))
    // What lenders lose without a warning is more than all lose with one.
    expect(measured(rate, 'loss')).toBeGreaterThan(measured(market, 'loss'))
  })

  it('costs more by the market feed while the discount is small: sales move what it reads', async () => {
    const market = await runWith('marketFeed', 0.1)
    const rate = await runWith('exchangeRateFeed', 0.1)
    expect(measured(market, 'loss')).toBeGreaterThan(measured(rate, 'loss'))
    expect(measured(market, 'endogenousShare')).toBeGreaterThan(0.2)
    expect(measured(rate, 'maxPriceImpact')).toBe(0)
  })
})
