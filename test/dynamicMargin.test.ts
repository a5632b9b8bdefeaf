import { describe, expect, it } from 'vitest'
import { eventsOf } from '../src/measures/index.ts'
import { EVENT_NAMES } from '../src/world/index.ts'
import {
  aave,
  accounts,
  compared,
  hasty,
  type Managed,
  managed,
  swings,
} from './riskManagers.conformance.ts'

const CASH = 'cash: 1.0e+6, slope1: 0, slope2: 0'

describe('dynamic margin', () => {
  const margin = (more = ''): string =>
    `{ kind: controls/dynamicMargin, targets: [lender], assets: [X], source: market,
      ceiling: 0.8, k: 4, ${more} }`
  const threshold = 'terms: [liquidationThreshold]'
  const restless: Managed = {
    defences: { margin: margin(`${threshold}, vol: 0.5`) },
    accounts: accounts(600, 6, 20),
    moves: swings(0.08, 9),
  }

  it('helps where unrest comes before the crash: debts are smaller by then', async () => {
    const run = await compared({ ...restless, moves: [...swings(0.08, 9), [0.35, 9.5]] })
    expect(run.without.get('badDebt')).toBeGreaterThan(1000)
    expect(run.with.get('badDebt')).toBe(0)
    expect(run.with.get('loss')).toBeLessThan(0.6 * run.without.get('loss'))
  })

  it('starts the cascade where no crash comes: raising requirements forces sales', async () => {
    const run = await compared({ ...restless, depth: 2000 })
    expect(run.without.get('liquidations')).toBe(0)
    expect(run.without.get('loss')).toBe(0)
    expect(run.with.get('loss')).toBeGreaterThan(1000)
    // Some that the change itself spared were broken by the sales of others.
    expect(run.with.get('endogenousShare')).toBeGreaterThan(0.2)
  })

  it('is named as the cause of what it liquidates at a price that stands still', async () => {
    // Its opening estimate of volatility asks for 0.58; nothing moves.
    const calm = {
      defences: { margin: margin(`${threshold}, vol: 1.77`) },
      accounts: accounts(700, 10, 10),
    }
    const run = await compared(calm)
    expect(run.without.get('liquidations')).toBe(0)
    expect(run.with.get('liquidations')).toBe(10)
    const { parent, kind } = run.with.world.trace.columns
    const liquidations = eventsOf(run.with.world.trace, 'liquidation')
    expect(EVENT_NAMES[kind[parent[liquidations[0]!]!]!]).toBe('term')
  })

  it('costs borrowing power and gas while nothing is wrong', async () => {
    const calm = { defences: { margin: margin(`${threshold}, vol: 0.8`) }, days: 12 }
    const run = await compared({ ...calm, accounts: accounts(400, 100, 2) })
    expect([run.without.get('loss'), run.with.get('loss')]).toEqual([0, 0])
    expect(run.with.get('controlGas')).toBeGreaterThan(0)
    // At a price that stands still: collateral of 2,000 USD x the fall of the threshold x its time.
    const { trace, spec } = run.with.world
    const { time, x, y } = trace.columns
    const end = spec.ticks * spec.tickSeconds
    const lost = eventsOf(trace, 'term').reduce(
      (sum, e) => sum + (x[e]! - y[e]!) * (end - time[e]!),
      0,
    )
    expect(lost).toBeGreaterThan(0)
    expect(run.with.get('capitalCost')).toBeCloseTo((2000 * lost) / end, 6)
    expect(run.with.get('capitalCost[lender]')).toBe(run.with.get('capitalCost'))
  })

  it('moves in steps of three points at most and a day apart, towards the formula', async () => {
    const { world } = await managed(restless, 'all')
    const { time, x, y } = world.trace.columns
    const events = eventsOf(world.trace, 'term')
    expect(events.length).toBeGreaterThan(5)
    events.forEach((e, k) => {
      expect(Math.abs(y[e]! - x[e]!)).toBeLessThanOrEqual(0.03 + 1e-12)
      if (k > 0) expect(time[e]! - time[events[k - 1]!]!).toBeGreaterThanOrEqual(86_400)
    })
  })

  it('goes on adjusting on a dead feed unless it asks for the age of what it reads', async () => {
    const dead = (more: string): Managed => ({
      ...{ oracle: 'feed', stuck: [1, 9], accounts: accounts(700, 9, 10), days: 11 },
      moves: [
        [0.07, 3],
        [0.2, 9.5],
      ],
      defences: {
        margin: `{ kind: controls/dynamicMargin, targets: [lender], assets: [X], source: feed,
          ${threshold}, vol: 0.7165, lambda: 0.8, k: 4, ceiling: 0.89, ${more} }`,
      },
    })
    const blind = await compared(dead(''))
    const asking = await managed(dead('maxAge: 7200'), 'all')
    expect(blind.with.get('badDebt')).toBeGreaterThan(3 * blind.without.get('badDebt'))
    expect(asking.get('badDebt')).toBeLessThan(0.5 * blind.with.get('badDebt'))
  })

  describe('whose change is seen coming', () => {
    const rush = (more: string, agents: Managed['agents'] = {}): Managed => ({
      lender: aave('', CASH),
      defences: {
        margin: `{ kind: controls/dynamicMargin, targets: [lender], assets: [X], source: market,
          terms: [ltv], vol: 0.5, k: 6, gap: 0, step: 0.2, ceiling: 0.75, interval: 86400, ${more} }`,
      },
      accounts: [
        [100, 1],
        [10, 100],
      ],
      moves: [
        [0.15, 1.5],
        [0.35, 4],
      ],
      ...{ days: 5, agents },
    })
    /** Tick of the first change, and what may be borrowed at 85 USD before it and not after. */
    const firstChange = async (): Promise<{ tick: number; amount: number }> => {
      const { trace } = (await managed(rush(''), 'all')).world
      const { tick, x, y } = trace.columns
      const [first] = eventsOf(trace, 'term')
      return { tick: tick[first!]!, amount: (100 * 85 * (x[first!]! + y[first!]!)) / 2 }
    }

    it('is front-run in its own block by a borrower who bids more', async () => {
      const { tick, amount } = await firstChange()
      const before = await managed(rush('', { hasty: hasty(tick, 10, 0, amount) }), 'all')
      const after = await managed(rush('', { hasty: hasty(tick, 0.5, 0, amount) }), 'all')
      expect(before.get('badDebt')).toBeGreaterThan(500)
      expect(after.get('badDebt')).toBe(0)
    })

    it('is front-run while it waits', async () => {
      const { tick, amount } = await firstChange()
      const agents = { hasty: hasty(tick + 10, 0.5, 0, amount) }
      const slow = await managed(rush('latency: 43200', agents), 'all')
      const quick = await managed(rush('', agents), 'all')
      expect(slow.get('badDebt')).toBeGreaterThan(500)
      expect(quick.get('badDebt')).toBe(0)
    })
  })

  it('shrinks caps as much as the margin grows', async () => {
    const { world } = await managed(
      {
        ...restless,
        lender: aave('supplyCap: 5000', CASH),
        defences: { margin: margin('terms: [supplyCap], vol: 0.5, capStep: 0.05, minStep: 0.001') },
      },
      'all',
    )
    const { x, y } = world.trace.columns
    const events = eventsOf(world.trace, 'term')
    expect(events.length).toBeGreaterThan(3)
    expect(x[events[0]!]).toBe(5000)
    for (const e of events) expect(y[e]! / x[e]!).toBeGreaterThanOrEqual(0.95 - 1e-12)
    expect(y[events.at(-1)!]).toBeLessThan(4000)
  })
})
