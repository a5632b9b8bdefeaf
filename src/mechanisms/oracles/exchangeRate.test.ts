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
import { EVENT_NAMES, moverOf, USD, type World } from '../../world/index.ts'
import { follow, gbm, referenceMarket, schedule } from '../prices/index.ts'
import { exchangeRate, RateBaseError } from './exchangeRate.ts'
import { feed } from './feed.ts'
import { median } from './median.ts'

const STETH = 4
const WSTETH = 5
const ASSETS = [
  ...TEST_ASSETS,
  { name: 'stETH', price: 2000, kind: 'volatile' as const },
  { name: 'wstETH', price: 2300, kind: 'volatile' as const },
]

type Given = Readonly<Record<string, unknown>>

const shock = (assets: readonly number[], drop: number, at: number, over = 0): Given => ({
  assets,
  drop,
  scale: 1,
  at,
  over,
})

/** ETH and its derivatives fall and rise together; stETH alone loses a tenth at 240 s. */
function make(given: Given = {}, members: Readonly<Record<string, Member>> = {}): World {
  return smallWorld(
    {
      moves: [schedule, { shocks: [shock([ETH], 0.3, 60), shock([ETH], -0.2, 180, 60)] }],
      depeg: [schedule, { shocks: [shock([STETH, WSTETH], 0.1, 240)] }],
      tied: [follow, { drivers: ['moves'], base: ETH, assets: [STETH, WSTETH] }],
      market: [referenceMarket, { drivers: ['moves', 'depeg', 'tied'] }],
      rated: [exchangeRate, { source: 'market', base: ETH, asset: WSTETH, rate: 1.15, ...given }],
      ...members,
    },
    { assets: ASSETS },
  )
}

// The suite knows events of the priced asset only; what a derivative makes of its base's is below.
priceSourceConformance('an exchange rate of one', () => {
  const world = make({ asset: ETH, rate: 1 })
  return { world, source: world.port('priceSource', 'rated'), asset: ETH, stranger: BTC }
})

modelConformance('an exchange rate that grows, and feeds that read it', () => {
  const source: Member = [
    exchangeRate,
    { source: 'market', base: ETH, asset: WSTETH, rate: 1.15, growth: 40 },
  ]
  const reader: Member = [feed, { source: 'source', assets: [WSTETH], deviation: 1e-5, gas: 0 }]
  return smallWorld(
    {
      noise: [gbm, { assets: [ETH], vol: 2 }],
      market: [referenceMarket, { drivers: ['noise'] }],
      source,
      early: reader,
      zlate: reader,
    },
    { assets: ASSETS },
  )
})

describe('an exchange rate', () => {
  it('over ETH does not see a discount of the derivative, over stETH it does', () => {
    const world = make(
      {},
      {
        marketRated: [exchangeRate, { source: 'market', base: STETH, asset: WSTETH, rate: 1.15 }],
      },
    )
    stepWorld(world, 30)
    const eth = world.port('priceSource', 'market').price(ETH)
    expect(world.port('priceSource', 'rated').price(WSTETH)).toBeCloseTo(1.15 * eth, 9)
    expect(world.port('priceSource', 'marketRated').price(WSTETH)).toBeCloseTo(1.15 * 0.9 * eth, 9)
  })

  it('grows at the stated rate, and is the same for all who step in one tick', () => {
    const reader: Member = [
      feed,
      { source: 'rated', assets: [WSTETH], deviation: 0, latency: 0, gas: 0 },
    ]
    const world = make({ growth: 0.04 }, { a: reader, z: reader })
    stepWorld(world, 100)
    const eth = world.port('priceSource', 'market').price(ETH)
    const years = 1200 / (365 * 86400)
    const rate = world.port('priceSource', 'rated').price(WSTETH) / eth
    expect((rate / 1.15 - 1) / (0.04 * years)).toBeCloseTo(1, 5)
    const answer = world.port('priceSource', 'a').price(WSTETH)
    expect(world.port('priceSource', 'z').price(WSTETH)).toBe(answer)
  })

  it('names the news of its base and says how far it moved the price', () => {
    const world = make()
    stepWorld(world, 5)
    const source = world.port('priceSource', 'rated')
    const event = source.cause(WSTETH, -1)
    const { kind, asset } = world.trace.columns
    expect([EVENT_NAMES[kind[event]!], asset[event]]).toEqual(['news', ETH])
    expect(source.moveOf(event, WSTETH)).toBeCloseTo(Math.log(0.7), 12)
    expect(source.moveOf(event, ETH)).toBe(0)
  })

  it('joins feeds of other assets in a median, which a lender then reads as one source', () => {
    const world = make(
      {},
      {
        others: [feed, { source: 'market', assets: [ETH, USDC], latency: 0, gas: 0 }],
        all: [median, { sources: ['others', 'rated'] }],
      },
    )
    stepWorld(world, 10)
    const all = world.port('priceSource', 'all')
    expect([ETH, USDC, WSTETH, USD].map((a) => all.covers(a))).toEqual([true, true, true, true])
    expect(all.price(ETH)).toBeCloseTo(1400, 9)
    expect(all.price(WSTETH)).toBeCloseTo(1.15 * 1400, 9)
    expect([all.price(USDC), all.price(USD)]).toEqual([1, 1])
    expect(all.covers(BTC)).toBe(false)
  })

  it('is the lower of two sources of one asset in a median of both', () => {
    const world = make(
      {},
      {
        marketRated: [exchangeRate, { source: 'market', base: STETH, asset: WSTETH, rate: 1.15 }],
        both: [median, { sources: ['rated', 'marketRated'] }],
      },
    )
    stepWorld(world, 30)
    const [both, low] = ['both', 'marketRated'].map((n) => world.port('priceSource', n))
    expect(both!.price(WSTETH)).toBe(low!.price(WSTETH))
    expect(both!.cause(WSTETH, -1)).toBe(low!.cause(WSTETH, -1))
  })

  it('takes the rate that a market pays, over a base that is late, and says how far events moved it', () => {
    const late: Member = [feed, { source: 'market', assets: [ETH], latency: 60, gas: 0 }]
    const paid = { source: 'late', market: 'market' }
    const world = make(paid, { late })
    const source = world.port('priceSource', 'rated')
    const [market, base] = ['market', 'late'].map((n) => world.port('priceSource', n))
    const open = source.price(WSTETH)
    expect(open).toBe(1.15 * 2000)
    for (let tick = 0; tick < 30; tick++) {
      stepWorld(world, 1)
      const rate = (1.15 * (market!.price(WSTETH) / 2300)) / (market!.price(ETH) / 2000)
      expect(source.price(WSTETH)).toBeCloseTo(rate * base!.price(ETH), 9)
    }
    expect(source.price(WSTETH)).toBeCloseTo(1.15 * 0.9 * base!.price(ETH), 9)
    const { length } = world.trace
    let moved = 0
    for (let event = 0; event < length; event++) moved += source.moveOf(event, WSTETH)
    expect(moved).toBeCloseTo(Math.log(source.price(WSTETH) / open), 12)
    // Every event that moved it is met on the way back, and the last fall was the discount's.
    const met: number[] = []
    for (let e = moverOf(source, length, WSTETH); e >= 0; e = moverOf(source, e, WSTETH))
      met.push(e)
    const movers = Array.from({ length }, (_, e) => e).filter((e) => source.moveOf(e, WSTETH) !== 0)
    expect(met).toEqual(expect.arrayContaining(movers))
    const fall = source.cause(WSTETH, -1)
    expect(world.trace.columns.asset[fall]).toBe(WSTETH)
    // In the same tick ETH rises for the last time, which is another event.
    expect(source.moveOf(fall, WSTETH)).toBeLessThan(-0.05)
  })

  it('is the stated rate to the bit where the market pays that', () => {
    const plain = make()
    const market = make({ market: 'market' })
    for (let tick = 0; tick < 19; tick++) {
      for (const world of [plain, market]) stepWorld(world, 1)
      const [one, other] = [plain, market].map((w) => w.port('priceSource', 'rated').price(WSTETH))
      expect(other).toBe(one)
    }
  })

  it('is refused when nobody prices its base', () => {
    const feeds: Member = [feed, { source: 'market', assets: [BTC], latency: 0, gas: 0 }]
    expect(() => make({ source: 'feeds' }, { feeds })).toThrow(RateBaseError)
  })
})
