import { describe, expect, it } from 'vitest'
import type { World } from '../src/world/index.ts'
import {
  aave,
  accounts,
  compared,
  filler,
  type Managed,
  managed,
  payer,
  swings,
} from './riskManagers.conformance.ts'

describe('volatility-scaled bonus', () => {
  const bonus = (more = ''): string =>
    `{ kind: controls/volatilityTerms, targets: [lender], assets: [X], source: market, vol: 0.5, ${more} }`
  const restless = swings(0.08, 9)
  const only = 'terms: [liquidationBonus]'

  it('helps where the usual bonus does not pay for the gas', async () => {
    const run = await compared({
      ...{ bonus: 0.02, liquidationGas: 500_000, accounts: accounts(700, 1.5, 10), days: 10.5 },
      defences: { bonus: bonus(only) },
      moves: [...restless, [0.14, 9.2], [0.3, 9.6]],
    })
    expect(run.without.get('liquidations')).toBe(0)
    expect(run.without.get('badDebt')).toBeGreaterThan(500)
    expect(run.with.get('badDebt')).toBe(0)
    expect(run.with.get('loss')).toBeLessThan(run.without.get('loss'))
  })

  it('harms where liquidations would have paid anyway: borrowers lose more, then lenders do', async () => {
    const run = await compared({
      ...{ accounts: accounts(600, 6, 20), days: 10.5 },
      defences: { bonus: bonus(`${only}, bonusHigh: 0.3, bonusStep: 0.05`) },
      moves: [...restless, [0.25, 9.2]],
    })
    expect(run.with.get('badDebt')).toBeGreaterThan(5 * run.without.get('badDebt'))
    expect(run.with.get('loss')).toBeGreaterThan(2 * run.without.get('loss'))
  })

  it('costs gas while nothing is wrong', async () => {
    const calm = { defences: { bonus: bonus() }, accounts: accounts(400, 0, 1), vol: 0.9 }
    const run = await compared(calm)
    expect([run.without.get('loss'), run.with.get('loss')]).toEqual([0, 0])
    expect(run.with.get('controlGas')).toBeGreaterThan(0)
  })

  describe('and close factor', () => {
    const own: Managed = {
      ...{ close: 0.1, accounts: accounts(700, 1.5, 10), days: 10.5 },
      defences: { close: bonus('terms: [closeFactor], closeLow: 0.1') },
    }
    const soon = 9.2 + 2.5 / 144

    it('helps where one fall follows the other: more is repaid between them', async () => {
      const run = await compared({ ...own, moves: [...restless, [0.14, 9.2], [0.25, soon]] })
      expect(run.with.get('badDebt')).toBeLessThan(0.9 * run.without.get('badDebt'))
      expect(run.with.get('loss')).toBeLessThan(run.without.get('loss'))
    })

    it('harms where the fall was a moment: borrowers lose more of what they would have kept', async () => {
      const back = 1 - 1 / 0.86
      const run = await compared({ ...own, moves: [...restless, [0.14, 9.2], [back, soon]] })
      expect([run.without.get('badDebt'), run.with.get('badDebt')]).toEqual([0, 0])
      expect(run.with.get('loss')).toBeGreaterThan(1.2 * run.without.get('loss'))
    })
  })

  it('keeps bonus and close factor within their bounds', async () => {
    const { world } = await managed(
      {
        ...{ bonus: 0.08, accounts: accounts(100, 0, 1), moves: restless },
        defences: { bonus: bonus('bonusHigh: 0.1, closeLow: 0.4, closeHigh: 0.9') },
      },
      'all',
    )
    const governed = world.port('governed', 'lender')
    // Less than a smallest step of 0.5 % is left out.
    for (const [term, asset, bound] of [
      ['liquidationBonus', 1, 0.1],
      ['closeFactor', -1, 0.9],
    ] as const) {
      expect(governed.term(term, asset)).toBeLessThanOrEqual(bound)
      expect(governed.term(term, asset)).toBeGreaterThan(0.99 * bound)
    }
  })
})

describe('caps that follow their use', () => {
  const caps = (more = ''): string =>
    `{ kind: controls/capUpdater, targets: [lender], assets: [X], terms: [supplyCap], minDelay: 259200, ${more} }`
  const capped = (cap: number): string =>
    aave(`supplyCap: ${cap}`, 'cash: 1.0e+6, slope1: 0, slope2: 0')
  const topUps =
    'borrowers: { kind: agents/borrowers, lender: lender, venue: market, alert: 1.1, target: 1.25, perHour: 0.5, unwindShare: 0, gas: 0 }'
  const threatened: Pick<Managed, 'accounts' | 'more'> = {
    ...{ accounts: accounts(600, 5, 20), more: [topUps] },
  }

  it('help borrowers who must add collateral under a cap that is used up', async () => {
    const run = await compared({
      ...{ ...threatened, lender: capped(1005), defences: { caps: caps() }, days: 6 },
      moves: [[0.2, 1, 3]],
    })
    expect(run.without.get('liquidations')).toBeGreaterThan(0)
    expect(run.with.get('liquidations')).toBe(0)
  })

  it('harm them when lowered below what is supplied, which the floor forbids', async () => {
    const hasty = 'above: 1, below: 0.99'
    const own = (room: number): Managed => ({
      ...{ ...threatened, lender: capped(1300), moves: [[0.2, 4, 3]], days: 8 },
      defences: { caps: caps(`${hasty}, room: ${room}`) },
    })
    const breach = await compared(own(0))
    expect(breach.without.get('liquidations')).toBe(0)
    expect(breach.with.get('liquidations')).toBeGreaterThan(0)
    expect((await managed(own(1.1), 'all')).get('liquidations')).toBe(0)
  })

  it('run away with whoever fills them with collateral that is worth less than its price', async () => {
    const run = await compared({
      ...{ lender: capped(1100), oracle: 'feed', stuck: [0.9, 30], days: 9, moves: [[0.5, 1]] },
      defences: { caps: caps() },
      accounts: [
        [0.01, 0.1],
        [10, 500],
      ],
      agents: { filler: filler(0, 0.74) },
    })
    expect(run.without.get('badDebt')).toBeGreaterThan(1000)
    expect(run.with.get('badDebt')).toBeGreaterThan(5 * run.without.get('badDebt'))
  })

  it('cost gas while nothing is wrong', async () => {
    const calm = { lender: capped(1100), defences: { caps: caps() }, accounts: accounts(500, 0, 1) }
    const { get } = await managed(calm, 'all')
    expect(get('loss')).toBe(0)
    expect(get('controlGas')).toBeGreaterThan(0)
  })
})

describe('a slope that follows utilization', () => {
  const rates =
    '{ kind: controls/rateManager, targets: [lender], assets: [USD], high: 10, maxStep: 0, maxChange: 0.5, minDelay: 28800 }'
  const steep = (cash: number): string =>
    aave('', `cash: ${cash}, optimalUtilization: 0.8, slope1: 0.04, slope2: 0.4`)

  it('lets suppliers out where borrowers heed the rate', async () => {
    const run = await compared({
      ...{ lender: steep(10), defences: { rates }, accounts: accounts(500, 0, 3) },
      agents: { payer: payer(0, 0.8, 100) },
    })
    expect(run.without.get('lockedFunds')).toBeGreaterThan(1000)
    expect(run.with.get('lockedFunds')).toBe(0)
    expect(run.with.get('timeToExit')).toBeLessThan(0.2 * run.without.get('timeToExit'))
  })

  it('drives those who do not heed it into liquidation, at a price that stands still', async () => {
    const own = { lender: steep(20), defences: { rates }, days: 20 }
    const run = await compared({ ...own, accounts: [...accounts(740, -40, 2), [10, 500]] })
    expect(run.without.get('liquidations')).toBe(0)
    expect(run.with.get('liquidations')).toBeGreaterThan(0)
    expect(run.with.get('loss')).toBeGreaterThan(50)
  })

  it('costs gas and interest while nothing is wrong', async () => {
    const run = await compared({
      ...{ lender: steep(20), defences: { rates }, accounts: accounts(500, 0, 3) },
    })
    expect(run.with.get('controlGas')).toBeGreaterThan(0)
    const owed = (world: World): number => world.port('lender', 'lender').claims(0)
    expect(owed(run.with.world)).toBeGreaterThan(1.01 * owed(run.without.world))
  })
})
