import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  selfOf,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../../test/conformance/model.ts'
import { priceSourceConformance } from '../../../../test/conformance/priceSource.ts'
import { venueConformance } from '../../../../test/conformance/venue.ts'
import { EVENT_NAMES, USD, type World } from '../../../world/index.ts'
import { feed } from '../../oracles/index.ts'
import { gbm } from '../gbm.ts'
import { schedule } from '../schedule.ts'
import { dealer } from '../testWorld.conformance.ts'
import { referenceMarket } from './model.ts'

const depth = [
  { asset: ETH, value: 1e6 },
  { asset: BTC, value: 5e6 },
]

/** A fall of ETH and a rise after it. */
const swing: Member = [
  schedule,
  {
    shocks: [
      { assets: [ETH], drop: 0.2, scale: 1, at: 60, over: 0 },
      { assets: [ETH], drop: -0.3, scale: 1, at: 180, over: 60 },
    ],
  },
]

type Trade = readonly [tick: number, sell: number, buy: number, amount: number]

type Options = {
  readonly market?: Readonly<Record<string, unknown>>
  readonly trades?: readonly Trade[]
  readonly members?: Readonly<Record<string, Member>>
  readonly drivers?: readonly string[]
}

function make({ market = {}, trades = [], members = {}, drivers = [] }: Options = {}) {
  const world = smallWorld({
    ...members,
    market: [referenceMarket, { drivers, depth, ...market }],
    dealer: [
      dealer,
      {
        venue: 'market',
        trades: trades.map(([tick, sell, buy, amount]) => ({ tick, sell, buy, amount })),
      },
    ],
    oracle: [feed, { source: 'market', assets: [ETH], deviation: 0.01, latency: 0, gas: 0 }],
  })
  return { world, market: world.port('referenceMarket', 'market') }
}

function eventsOf(world: World, name: string): number[] {
  const ids = Array.from({ length: world.trace.length }, (_, id) => id)
  return ids.filter((id) => EVENT_NAMES[world.trace.columns.kind[id]!] === name)
}

priceSourceConformance('the reference market', () => {
  const { world, market } = make({ members: { swing }, drivers: ['swing'] })
  return { world, source: market, asset: ETH }
})

venueConformance('the reference market', () => {
  const world = smallWorld({
    market: [referenceMarket, { drivers: [], depth, fee: 0.002 }],
    poor: [schedule, { shocks: [] }],
  })
  return {
    world,
    venue: world.port('venue', 'market'),
    pairs: [
      [ETH, USD],
      [USD, ETH],
      [BTC, USD],
      [USD, BTC],
      [USDC, USD],
    ],
    sizes: (sell) => [1, 1e3, 1e5, 1e7].map((usd) => usd / world.spec.assets[sell]!.price),
    impossible: () => [Number.POSITIVE_INFINITY],
  }
})

modelConformance('a reference market with trades', () => {
  const trades: Trade[] = Array.from({ length: 20 }, (_, k) => [k + 1, ETH, USD, 10 + k])
  const noise: Member = [gbm, { assets: [ETH, BTC], vol: 0.8 }]
  return make({ trades, members: { noise }, drivers: ['noise'] }).world
})

describe('the reference market', () => {
  it('takes its impact per USD where that is stated, in place of the unit of depth', () => {
    const trades: Trade[] = [[1, ETH, USD, 100]]
    const priceIn = (market: Readonly<Record<string, unknown>>): number => {
      const made = make({ market, trades })
      stepWorld(made.world, 2)
      return made.market.price(ETH)
    }
    expect(priceIn({ impact: 0.01 / 3, depthUnit: 7 })).toBeCloseTo(priceIn({ depthUnit: 3 }), 9)
    expect(priceIn({ impact: 0.01 / 3 })).not.toBeCloseTo(priceIn({}), 3)
  })

  it('sums the moves of its drivers', () => {
    const shock = (drop: number): Member => [
      schedule,
      { shocks: [{ assets: [ETH], drop, scale: 1, at: 0, over: 0 }] },
    ]
    const { world, market } = make({
      members: { a: shock(0.2), b: shock(0.5) },
      drivers: ['a', 'b'],
    })
    stepWorld(world, 1)
    expect(market.price(ETH)).toBeCloseTo(800, 9)
    expect(market.fundamental(ETH)).toBeCloseTo(800, 9)
    expect(market.price(BTC)).toBe(30_000)
  })

  it('moves by 1 % for a sale of the depth, of which the stated share stays', () => {
    const { world, market } = make({ trades: [[1, ETH, USD, 500]], market: { permanent: 0.4 } })
    stepWorld(world, 1)
    expect(Math.log(market.price(ETH) / 2000)).toBeCloseTo(-0.01, 14)
    expect(market.fundamental(ETH)).toBe(2000)
    stepWorld(world, 100_000 / 12)
    expect(Math.log(market.price(ETH) / 2000)).toBeCloseTo(-0.004, 12)
  })

  it('forgets half of its transient impact in a half-life, and no permanent one', () => {
    const sale: Trade = [1, ETH, USD, 500]
    const { world, market } = make({
      trades: [sale],
      market: { permanent: 0.4, halfLife: 120 },
    })
    stepWorld(world, 1)
    for (const halvings of [1, 2, 3]) {
      stepWorld(world, 10)
      const left = 0.004 + 0.006 / 2 ** halvings
      expect(Math.log(market.price(ETH) / 2000)).toBeCloseTo(-left, 14)
    }
  })

  it('earns nothing by a round trip, at once or later', () => {
    for (const wait of [0, 1, 50]) {
      const { world, market } = make()
      const outside = world.ledger.holders - 1
      const usd = market.swap(ETH, USD, 1000, outside, -1)
      stepWorld(world, wait)
      const back = market.swap(USD, ETH, usd, outside, -1)
      if (wait === 0) expect(Math.abs(back - 1000)).toBeLessThan(1e-9)
      else expect(back).toBeLessThan(1000)
    }
    for (const wait of [0, 50]) {
      const { world, market } = make({ market: { fee: 0.001 } })
      const outside = world.ledger.holders - 1
      const eth = market.swap(USD, ETH, 1e6, outside, -1)
      stepWorld(world, wait)
      expect(market.swap(ETH, USD, eth, outside, -1)).toBeLessThan(1e6 * 0.9981)
    }
  })

  it('does not care into how many sales a sale is cut', () => {
    const [whole, cut] = [make(), make()]
    const usd = whole.market.swap(ETH, USD, 3000, whole.world.ledger.holders - 1, -1)
    const outside = cut.world.ledger.holders - 1
    let sum = 0
    for (const part of [1000, 500, 1500]) sum += cut.market.swap(ETH, USD, part, outside, -1)
    expect(Math.abs(sum - usd)).toBeLessThan(1e-9 * usd)
    expect(cut.market.price(ETH)).toBeCloseTo(whole.market.price(ETH), 9)
  })

  it('trades against dollars only', () => {
    const { world, market } = make()
    const outside = world.ledger.holders - 1
    expect(market.has(ETH, BTC)).toBe(false)
    expect(market.spot(ETH, BTC)).toBe(0)
    expect(market.quote(ETH, BTC, 1)).toBe(0)
    expect(market.amountTo(ETH, BTC, 1)).toBe(0)
    expect(market.swap(ETH, BTC, 1, outside, -1)).toBe(0)
    expect(market.swap(USD, USD, 1, outside, -1)).toBe(0)
  })

  it('has no impact for assets without a depth', () => {
    const { market, world } = make()
    market.swap(USDC, USD, 1e9, world.ledger.holders - 1, -1)
    expect(market.price(USDC)).toBe(1)
    expect(eventsOf(world, 'impact')).toEqual([])
  })

  it('multiplies every depth by the unit', () => {
    const { world, market } = make({ market: { depthUnit: 10 } })
    market.swap(ETH, USD, 500, world.ledger.holders - 1, -1)
    expect(Math.log(market.price(ETH) / 2000)).toBeCloseTo(-0.001, 14)
  })
})

describe('a forced sale', () => {
  const sale: Trade = [2, ETH, USD, 1000]

  function answers(trades: readonly Trade[]) {
    const { world, market } = make({ trades })
    const oracle = world.port('priceSource', 'oracle')
    const seen: number[] = []
    for (let tick = 1; tick <= 4; tick++) {
      stepWorld(world, 1)
      seen.push(oracle.price(ETH))
    }
    return { world, market, oracle, seen }
  }

  it('moves the state that the oracle reads in the next block; without it the answer stays', () => {
    const halfLife = 1800
    const { seen } = answers([sale])
    const impact = -0.02 * (0.3 + 0.7 * 0.5 ** (12 / halfLife))
    expect(seen.slice(0, 2)).toEqual([2000, 2000])
    expect(seen[2]).toBeCloseTo(2000 * Math.exp(impact), 9)
    expect(answers([]).seen).toEqual([2000, 2000, 2000, 2000])
  })

  it('is the cause of that answer: answer <- impact <- swap', () => {
    const { world, oracle } = answers([sale])
    const { parent, instance } = world.trace.columns
    const answer = oracle.cause(ETH, -1)
    expect(eventsOf(world, 'answer')).toEqual([answer])
    const impact = parent[answer]!
    expect(eventsOf(world, 'impact')).toEqual([impact])
    const swap = parent[impact]!
    expect(eventsOf(world, 'swap')).toEqual([swap])
    expect(instance[swap]).toBe(selfOf(world, 'market'))
  })
})

describe('the blame for a price', () => {
  const drift = (drop: number, over: number, at = 0): Member => [
    schedule,
    { shocks: [{ assets: [ETH], drop, scale: 1, at, over }] },
  ]
  const name = (world: World, event: number) => EVENT_NAMES[world.trace.columns.kind[event]!]

  it('stays with a sale through noise that is too small to be news', () => {
    const { world, market } = make({
      trades: [[1, ETH, USD, 500]],
      members: { noise: drift(0.0008, 1200) },
      drivers: ['noise'],
    })
    stepWorld(world, 1)
    const impact = market.cause(ETH, -1)
    expect(name(world, impact)).toBe('impact')
    stepWorld(world, 50)
    expect(market.cause(ETH, -1)).toBe(impact)
  })

  it('goes to the last recorded move in that direction, news or trade', () => {
    const { world, market } = make({
      trades: [
        [1, ETH, USD, 500],
        [3, ETH, USD, 500],
      ],
      members: { fall: drift(0.002, 0, 24) },
      drivers: ['fall'],
    })
    const blamed = [1, 2, 3].map(() => {
      stepWorld(world, 1)
      return name(world, market.cause(ETH, -1))
    })
    expect(blamed).toEqual(['impact', 'news', 'impact'])
  })

  it('says how far each event moved the price', () => {
    const { world, market } = make({
      trades: [[1, ETH, USD, 500]],
      members: { fall: drift(0.05, 0, 24) },
      drivers: ['fall'],
    })
    stepWorld(world, 2)
    const [impact] = eventsOf(world, 'impact')
    const [news] = eventsOf(world, 'news')
    const [swap] = eventsOf(world, 'swap')
    expect(market.moveOf(impact!, ETH)).toBe(world.trace.columns.y[impact!])
    expect(market.moveOf(news!, ETH)).toBeCloseTo(Math.log(0.95), 12)
    expect([market.moveOf(swap!, ETH), market.moveOf(news!, USD)]).toEqual([0, 0])
  })

  it('keeps falls and rises apart', () => {
    const { world, market } = make({
      trades: [
        [1, ETH, USD, 500],
        [2, USD, ETH, 1e5],
      ],
    })
    stepWorld(world, 2)
    const [fall, rise] = eventsOf(world, 'impact')
    expect([market.cause(ETH, -1), market.cause(ETH, 1)]).toEqual([fall, rise])
  })

  it('records outside moves as news once they have added up', () => {
    const { world } = make({ members: { crash: drift(0.1, 1200) }, drivers: ['crash'] })
    stepWorld(world, 100)
    const { y, x, parent } = world.trace.columns
    const news = eventsOf(world, 'news')
    expect(news.length).toBe(100)
    expect(news.every((id) => parent[id] === -1 && -y[id]! >= 0.001)).toBe(true)
    expect(news.reduce((sum, id) => sum + y[id]!, 0)).toBeCloseTo(Math.log(0.9), 12)
    expect(x[news[99]!]).toBeCloseTo(1800, 9)
    const coarse = make({
      members: { crash: drift(0.1, 1200) },
      drivers: ['crash'],
      market: { newsMove: 0.05 },
    })
    stepWorld(coarse.world, 100)
    expect(eventsOf(coarse.world, 'news').length).toBe(2)
  })

  it('has prices but no trades while it is halted', () => {
    const { world, market } = make({ members: { swing }, drivers: ['swing'] })
    const outside = world.ledger.holders - 1
    world.port('governed', 'market').setTerm('trading', -1, 0)
    stepWorld(world, 6)
    expect(market.price(ETH)).toBeCloseTo(1600, 9)
    expect(market.follow(ETH, USD, 1, outside, -1)).toBe(0)
    expect(market.swap(ETH, USD, 1, outside, -1)).toBe(0)
    world.port('governed', 'market').setTerm('trading', -1, 1)
    expect(market.follow(ETH, USD, 1, outside, -1)).toBeCloseTo(1600, 9)
  })
})
