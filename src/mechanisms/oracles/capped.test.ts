import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  smallWorld,
  stepWorld,
  TEST_ASSETS,
  USDC,
} from '../../../test/conformance/model.ts'
import { priceSourceConformance } from '../../../test/conformance/priceSource.ts'
import { EVENT_NAMES, TERM_NAMES, USD, type World } from '../../world/index.ts'
import { gbm, referenceMarket, schedule } from '../prices/index.ts'
import { CapSourceError, capOf, capped } from './capped.ts'
import { exchangeRate } from './exchangeRate.ts'
import { feed } from './feed.ts'
import { eventsOf } from './testWorld.conformance.ts'

const YEAR = 365 * 86400
const WEEK = 7 * 86400
const WSTETH = 4
const ASSETS = [...TEST_ASSETS, { name: 'wstETH', price: 2456, kind: 'volatile' as const }]
const RATE = 1.228

type Given = Readonly<Record<string, unknown>>
type Snapshot = { readonly ratio?: number; readonly time?: number; readonly growth?: number }

/** ETH falls by a tenth at 60 s; wstETH is capped, by default far above its rate. */
function make(
  snapshot: Snapshot,
  given: Given = {},
  options: { readonly rate?: Given; readonly members?: Readonly<Record<string, Member>> } = {},
): World {
  const shocks = [{ assets: [ETH], drop: 0.1, scale: 1, at: 60, over: 0 }]
  const caps = [{ asset: WSTETH, base: ETH, ratio: RATE, time: 0, growth: 0, ...snapshot }]
  return smallWorld(
    {
      moves: [schedule, { shocks }],
      market: [referenceMarket, { drivers: ['moves'] }],
      rated: [
        exchangeRate,
        { source: 'market', base: ETH, asset: WSTETH, rate: RATE, ...options.rate },
      ],
      oracle: [capped, { source: 'rated', base: 'market', caps, gas: 0, ...given }],
      ...options.members,
    },
    { assets: ASSETS },
  )
}

const oracleOf = (world: World) => world.port('priceSource', 'oracle')
const governedOf = (world: World) => world.port('governed', 'oracle')
const ratioOf = (world: World): number =>
  oracleOf(world).price(WSTETH) / world.port('priceSource', 'market').price(ETH)

priceSourceConformance('a capped price that never meets its cap', () => {
  const shocks = [
    { assets: [ETH], drop: 0.2, scale: 1, at: 60, over: 0 },
    { assets: [ETH], drop: -0.3, scale: 1, at: 180, over: 60 },
  ]
  const world = smallWorld({
    moves: [schedule, { shocks }],
    market: [referenceMarket, { drivers: ['moves'] }],
    oracle: [
      capped,
      {
        source: 'market',
        base: 'market',
        caps: [{ asset: ETH, base: USD, ratio: 3000, time: 0, growth: 0 }],
      },
    ],
  })
  return { world, source: oracleOf(world), asset: ETH, stranger: BTC }
})

modelConformance('a capped rate with updates, and a feed that reads it', () =>
  smallWorld(
    {
      noise: [gbm, { assets: [ETH], vol: 2 }],
      market: [referenceMarket, { drivers: ['noise'] }],
      rated: [exchangeRate, { source: 'market', base: ETH, asset: WSTETH, rate: RATE, growth: 40 }],
      oracle: [
        capped,
        {
          source: 'rated',
          base: 'market',
          caps: [{ asset: WSTETH, base: ETH, ratio: RATE, time: -60, growth: 20 }],
          snapshotDelay: 0,
          updates: [60, 120, 180].map((at) => ({ asset: WSTETH, at, ratio: RATE, age: 24 })),
        },
      ],
      reader: [feed, { source: 'oracle', assets: [WSTETH], deviation: 1e-6, gas: 0 }],
    },
    { assets: ASSETS },
  ),
)

describe('a cap', () => {
  const ratio = fc.double({ min: 0.5, max: 5, noNaN: true })
  const growth = fc.double({ min: 0, max: 1, noNaN: true })
  const elapsed = fc.double({ min: 0, max: 10 * YEAR, noNaN: true })

  it('grows linearly by a share of the snapshot, not compounded', () => {
    expect(capOf(1.2, 0.0968, YEAR)).toBeCloseTo(1.2 * 1.0968, 14)
    expect(capOf(1.2, 0.0968, 2 * YEAR)).toBeCloseTo(1.2 * (1 + 2 * 0.0968), 14)
    fc.assert(
      fc.property(ratio, growth, elapsed, (r, g, t) => {
        expect(capOf(r, g, 0)).toBe(r)
        expect(capOf(r, g, t)).toBeGreaterThanOrEqual(r)
        expect(capOf(r, g, t) - r).toBeCloseTo((capOf(r, g, 2 * t) - r) / 2, 9)
      }),
      { seed: 1 },
    )
  })

  it('bounds the price, whatever the rate: min(rate, cap) x base', () => {
    fc.assert(
      fc.property(ratio, growth, elapsed, ratio, (r, g, t, rate) => {
        const world = make({ ratio: r, growth: g, time: -t }, {}, { rate: { rate } })
        stepWorld(world, 1)
        expect(ratioOf(world)).toBeCloseTo(Math.min(rate, capOf(r, g, t + 12)), 12)
      }),
      { seed: 2, numRuns: 50 },
    )
  })

  it('takes what a rate that jumps would add, and gives way as it grows', () => {
    // The rate grows by 8 % a year too fast for a cap of 4 %.
    const world = make({ growth: 0.04 }, {}, { rate: { growth: 0.12 } })
    stepWorld(world, 100)
    expect(ratioOf(world)).toBeCloseTo(capOf(RATE, 0.04, 1200), 13)
  })

  it('on a stable asset is a fixed price, which does not bind below', () => {
    const shock = (drop: number, at: number): Given => ({
      assets: [USDC],
      drop,
      scale: 1,
      at,
      over: 0,
    })
    const world = smallWorld({
      moves: [schedule, { shocks: [shock(-0.3, 12), shock(0.3, 24)] }],
      market: [referenceMarket, { drivers: ['moves'] }],
      oracle: [
        capped,
        {
          source: 'market',
          base: 'market',
          caps: [{ asset: USDC, base: USD, ratio: 1.04, time: 0, growth: 0 }],
        },
      ],
    })
    stepWorld(world, 1)
    expect(oracleOf(world).price(USDC)).toBe(1.04)
    expect(oracleOf(world).cause(USDC, 1)).toBe(-1)
    stepWorld(world, 1)
    expect(oracleOf(world).price(USDC)).toBeCloseTo(0.91, 12)
    expect(oracleOf(world).cause(USDC, -1)).toBe(eventsOf(world, 'news').at(-1))
  })
})

describe('an update of a cap', () => {
  const updates = (ratio: number, age = 0): Given => ({
    snapshotDelay: 0,
    updates: [{ asset: WSTETH, at: 24, ratio, age }],
  })

  it('sets the cap below the market when ratio and time do not belong together (J16)', () => {
    const world = make({ growth: 0.0968, time: -WEEK }, updates(1.1939))
    stepWorld(world, 1)
    expect(ratioOf(world)).toBeCloseTo(RATE, 14)
    stepWorld(world, 1)
    expect(ratioOf(world)).toBeCloseTo(1.1939, 14)
    expect(1 - ratioOf(world) / RATE).toBeCloseTo(0.0278, 4)
    stepWorld(world, 10)
    expect(ratioOf(world)).toBeCloseTo(capOf(1.1939, 0.0968, 120), 13)
  })

  it('comes from its manager and nobody else', () => {
    const world = make({ growth: 0.0968, time: -WEEK }, updates(1.1939))
    stepWorld(world, 1)
    const { actions } = world.instances.find(({ instance }) => instance.actions?.update)!.instance
    const stranger = world.instances.find(({ instance }) => !instance.actions?.update)!.self
    expect(actions!.update!.execute([0], stranger)).toBe('not the manager of the caps')
    expect(ratioOf(world)).toBeCloseTo(RATE, 14)
  })

  it('is the event that moved the price, and says how far; then the base moves it', () => {
    const world = make({ growth: 0.0968, time: -WEEK }, updates(1.1939))
    stepWorld(world, 3)
    const source = oracleOf(world)
    const event = source.cause(WSTETH, -1)
    const { kind, other, x, y } = world.trace.columns
    expect([EVENT_NAMES[kind[event]!], TERM_NAMES[other[event]!], x[event], y[event]]).toEqual([
      'term',
      'ratio',
      RATE,
      1.1939,
    ])
    const both = eventsOf(world, 'term').map((id) => source.moveOf(id, WSTETH))
    // With its time first: the cap comes down to the rate, which it does not bind.
    expect(both[0]).toBe(0)
    expect(both[1]).toBeCloseTo(Math.log(1.1939 / RATE), 12)
    stepWorld(world, 3)
    const news = source.cause(WSTETH, -1)
    expect(EVENT_NAMES[kind[news]!]).toBe('news')
    expect(source.moveOf(news, WSTETH)).toBeCloseTo(Math.log(0.9), 12)
  })

  it('does no harm when ratio and time belong together', () => {
    const world = make({ growth: 0.0968, time: -2 * WEEK }, updates(RATE, WEEK))
    stepWorld(world, 4)
    expect(ratioOf(world)).toBeCloseTo(RATE, 14)
    expect(governedOf(world).term('ratioTime', WSTETH)).toBe(24 - WEEK)
  })

  it('is refused as the contract does, once, and nothing has changed', () => {
    const refused = (given: Given, at: Snapshot = {}): readonly [number, number] => {
      const world = make({ growth: 0.0968, time: -WEEK, ...at }, given)
      stepWorld(world, 6)
      expect(governedOf(world).term('ratio', WSTETH)).toBe(RATE)
      return [eventsOf(world, 'failed').length, eventsOf(world, 'term').length]
    }
    expect(refused(updates(0))).toEqual([1, 0])
    expect(refused(updates(-1))).toEqual([1, 0])
    // Younger than the delay, not younger than the stored one, older than 180 days.
    expect(
      refused({ ...updates(1.2, WEEK - 1), snapshotDelay: WEEK }, { time: -2 * WEEK }),
    ).toEqual([1, 0])
    expect(refused(updates(1.2, 24 + WEEK))).toEqual([1, 0])
    expect(refused(updates(1.2, 181 * 86400), { time: -YEAR })).toEqual([1, 0])
  })

  it('is open to whoever governs it, one term at a time, per asset', () => {
    const world = make({ growth: 0.05 }, { snapshotDelay: 0 })
    stepWorld(world, 3)
    const governed = governedOf(world)
    expect(governed.setTerm('ratio', WSTETH, 1.1)).toBeNull()
    expect(ratioOf(world)).toBeCloseTo(capOf(1.1, 0.05, 36), 13)
    expect(governed.setTerm('ratioGrowth', WSTETH, 0)).toBeNull()
    expect(governed.setTerm('ratioTime', WSTETH, 30)).toBeNull()
    expect(ratioOf(world)).toBeCloseTo(1.1, 13)
    expect(governed.setTerm('ratioGrowth', WSTETH, -0.1)).toMatch(/cannot fall/)
    expect(governed.setTerm('ratio', ETH, 1)).toMatch(/no cap/)
    expect(governed.setTerm('ratio', -1, 1)).toMatch(/no cap/)
    expect(governed.setTerm('borrowing', WSTETH, 0)).toMatch(/no term/)
    expect([governed.term('ratio', ETH), governed.term('borrowing', WSTETH)]).toEqual([NaN, NaN])
  })
})

describe('a capped price', () => {
  it('has no answer while its base or its asset has none, and is as old as its source', () => {
    const late: Member = [
      feed,
      { source: 'market', assets: [ETH], opening: 'none', latency: 24, heartbeat: 1e6, gas: 0 },
    ]
    const members: Readonly<Record<string, Member>> = {
      late,
      lateRate: [exchangeRate, { source: 'late', base: ETH, asset: WSTETH, rate: RATE }],
    }
    const world = make({ ratio: 1.1 }, { source: 'lateRate', base: 'late' }, { members })
    stepWorld(world, 1)
    expect(oracleOf(world).price(WSTETH)).toBeNaN()
    stepWorld(world, 3)
    expect(oracleOf(world).price(WSTETH)).toBeCloseTo(2200, 9)
    expect(oracleOf(world).age!(WSTETH)).toBe(12)
  })

  it('is refused without a price of its asset or of its base', () => {
    const others: Member = [feed, { source: 'market', assets: [BTC], gas: 0 }]
    expect(() => make({}, { source: 'others' }, { members: { others } })).toThrow(CapSourceError)
    expect(() => make({}, { base: 'others' }, { members: { others } })).toThrow(CapSourceError)
  })
})
