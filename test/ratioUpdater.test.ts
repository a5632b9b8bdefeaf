import { describe, expect, it } from 'vitest'
import { runScenario } from '../src/experiments/index.ts'
import { eventsOf } from '../src/measures/index.ts'
import { parseScenario } from '../src/scenario/index.ts'
import { EVENT_NAMES, TERM_NAMES } from '../src/world/index.ts'

/** What a test changes; times in days. */
type Change = {
  readonly defences?: string
  /** Rate of the contract, and its growth a year. */
  readonly rate?: number
  readonly rateGrowth?: number
  /** Snapshot at the start: ratio, age and growth of its cap. */
  readonly ratio?: number
  readonly age?: number
  readonly growth?: number
  readonly maxRise?: number
  readonly lookback?: number
  readonly validate?: 'cap' | 'none'
  readonly rules?: string
  readonly days?: number
  readonly highest?: number
  readonly seed?: number
  readonly borrowRate?: number
}

const ACCOUNTS = 100
const YEAR = 365

/** Looped accounts with evenly spread healthFactors at the true rate, under a capped price. */
function textOf(c: Change): string {
  const { rate = 1.228, ratio = 1.1572, age = 240, growth = 0.0968, lookback = 7 } = c
  return `
name: ratio-updater
title: a manager of a ratio cap
time: { tick: 600, duration: { days: ${c.days ?? 7.5} } }
assets:
  ETH: { price: 2000 }
  wstETH: { price: '@loops.prices.wstETH' }
sources:
  loops: { kind: healthLadder, accounts: ${ACCOUNTS}, lowest: 1.001, highest: ${c.highest ?? 1.101}, collateral: 500,
    collateralAsset: wstETH, debtAsset: ETH, rate: ${rate}, threshold: 0.955, category: 1, debtPrice: 2000 }
chains: { main: { gasPrice: 20, native: ETH } }
instances:
  quiet: { kind: prices/schedule, shocks: [] }
  market: { kind: prices/referenceMarket, drivers: [quiet], depthUnit: 1.0e+9, depth: { ETH: 1, wstETH: 1 } }
  rate: { kind: oracles/exchangeRate, source: market, base: ETH, asset: wstETH, rate: ${rate}, growth: ${c.rateGrowth ?? 0} }
  capped: { kind: oracles/capped, source: rate, base: market, snapshotDelay: { days: ${lookback} },
    caps: [{ asset: wstETH, base: ETH, ratio: ${ratio}, time: ${-86400 * age}, growth: ${growth} }] }
  eth: { kind: oracles/direct, source: market, assets: [ETH] }
  prices: { kind: oracles/median, sources: [eth, capped] }
  aave:
    kind: lending/aaveV3
    rules: v3.3
    oracle: prices
    reserves:
      ETH: { ltv: 0.805, liquidationThreshold: 0.83, eMode: 1, cash: 100000, baseRate: ${c.borrowRate ?? 0}, slope1: 0, slope2: 0 }
      wstETH: { ltv: 0.785, liquidationThreshold: 0.81, eMode: 1, cash: 10000000, slope1: 0, slope2: 0 }
    eModes: [{ category: 1, ltv: 0.935, liquidationThreshold: 0.955, liquidationBonus: 0.01 }]
    positions: '@loops.positions'
  liquidators: { kind: agents/liquidator, lenders: [aave], venue: market, capital: 1.0e+9, gas: 0, minProfit: 0 }
defences:
  agent: { kind: controls/ratioUpdater, target: capped, asset: wstETH, source: rate, base: ETH, bases: market,
    lookback: { days: ${lookback} }, maxRise: ${c.maxRise ?? 0.03}, validate: ${c.validate ?? 'none'}, ${c.rules ?? ''} }
order: { measure: liquidatedDebt, asset: wstETH, source: prices }
`
}

async function outcome(change: Change) {
  const { defences = 'all', seed = 1 } = change
  const scenario = parseScenario(textOf(change), 'ratio-updater.yaml')
  const { document, view } = await runScenario(scenario, { set: { defences }, seed, workers: 1 })
  const { trace } = view!.world
  const rows = new Set(eventsOf(trace, 'liquidation').map((e) => trace.columns.row[e]!))
  const { kind, parent } = trace.columns
  const causes = eventsOf(trace, 'liquidation').map((e) => EVENT_NAMES[kind[parent[e]!]!])
  return {
    get: (name: string) => document.measures.find((m) => m.name === name)!.value ?? Number.NaN,
    rows: [...rows].sort((a, b) => a - b),
    kinds: [...new Set(causes)],
    changes: eventsOf(trace, 'term'),
    world: view!.world,
  }
}

/** Rows whose healthFactor at the true rate lies below a bound. */
function below(bound: number, lowest = 1.001, highest = 1.101): readonly number[] {
  const health = (k: number) => lowest + ((k + 0.5) / ACCOUNTS) * (highest - lowest)
  return Array.from({ length: ACCOUNTS }, (_, k) => k).filter((k) => health(k) < bound)
}

const MISSTEP = { rate: 1.228, ratio: 1.1572, growth: 0.0968 }

describe('a manager of a ratio cap', () => {
  it.each([
    // The update of 10 March 2026: a step of 3 % with the time of the whole ratio.
    MISSTEP,
    { rate: 1.3, ratio: 1.2, growth: 0.15, maxRise: 0.05 },
    { rate: 1.3, ratio: 1.2, growth: 0.15, maxRise: 0.02, lookback: 1, days: 2 },
  ])('out of step sets the cap to the formula and liquidates below it: %o', async (change) => {
    const { rate, ratio, growth, maxRise, lookback } = { maxRise: 0.03, lookback: 7, ...change }
    const published = ratio * (1 + maxRise) * (1 + (growth * lookback) / YEAR)
    const { rows, kinds, get } = await outcome(change)
    expect(rows.length).toBeGreaterThan(5)
    expect(rows).toEqual(below(rate / published))
    expect(get('loss')).toBeGreaterThan(0)
    expect(kinds[0]).toBe('term')
  })

  it('comes out within 0.05 % of the cap that was published in March 2026, without bad debt', async () => {
    const { world, get } = await outcome(MISSTEP)
    const cap = world.port('priceSource', 'capped').price(2) / 2000
    expect(Math.abs(cap / 1.1939 - 1)).toBeLessThan(5e-4)
    expect(get('badDebt')).toBe(0)
  })

  it('harms nobody where the time waits until the ratio is in', async () => {
    const { rows, changes } = await outcome({ ...MISSTEP, validate: 'cap' })
    expect(rows).toEqual([])
    expect(changes.length).toBeGreaterThan(0)
  })

  it('lets the cap down while only one of two transactions is in, when that is the time', async () => {
    const landed = new Set<string>()
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const rules = 'latency: { hours: 1 }, latencySpread: 1'
      const { rows, changes, world } = await outcome({ ...MISSTEP, maxRise: 0, rules, seed })
      const { other, time } = world.trace.columns
      const [first, second] = changes
      if (time[first!] === time[second!]) continue
      const name = TERM_NAMES[other[first!]!]!
      landed.add(name)
      const cap = MISSTEP.ratio * (1 + (MISSTEP.growth * 7) / YEAR)
      expect(rows).toEqual(name === 'ratioTime' ? below(MISSTEP.rate / cap) : [])
    }
    expect([...landed].sort()).toEqual(['ratio', 'ratioTime'])
  })

  it('helps where the cap grows too slowly for the rate', async () => {
    const slow = { rate: 1.2, rateGrowth: 0.5, ratio: 1.2, age: 0, growth: 0, highest: 1.011 }
    const rules = 'minDelay: { days: 1 }'
    const own = { ...slow, borrowRate: 0.4, lookback: 0.25, days: 10, rules }
    const alone = await outcome({ ...own, defences: 'none' })
    const kept = await outcome({ ...own, validate: 'cap' })
    expect(alone.get('loss')).toBeGreaterThan(0)
    expect(kept.get('loss')).toBeLessThan(alone.get('loss') / 4)
  })

  it('costs gas while nothing is wrong', async () => {
    const calm = { rate: 1.2, ratio: 1.2, age: 30, rateGrowth: 0.03, lookback: 1, days: 8 }
    const { get, rows } = await outcome({ ...calm, validate: 'cap' })
    const alone = await outcome({ ...calm, defences: 'none' })
    expect([...rows, ...alone.rows]).toEqual([])
    expect(get('controlGas')).toBeGreaterThan(0)
  })
})
