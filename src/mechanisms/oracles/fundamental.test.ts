import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  modelConformance,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import { priceSourceConformance } from '../../../test/conformance/priceSource.ts'
import { EVENT_NAMES, moverOf, USD, type World } from '../../world/index.ts'
import { gbm, referenceMarket, schedule } from '../prices/index.ts'
import { dealer } from '../prices/testWorld.conformance.ts'
import { feed } from './feed.ts'
import { fundamental } from './fundamental.ts'
import { eventsOf } from './testWorld.conformance.ts'

type Trade = readonly [tick: number, sell: number, buy: number, amount: number]

const depth = [
  { asset: ETH, value: 1e6 },
  { asset: BTC, value: 1e6 },
]

/** ETH falls by a fifth at 60 s and rises at 180 s; trades move it as well. */
function make(trades: readonly Trade[] = []): World {
  const shocks = [
    { assets: [ETH], drop: 0.2, scale: 1, at: 60, over: 0 },
    { assets: [ETH], drop: -0.3, scale: 1, at: 180, over: 60 },
  ]
  return smallWorld({
    moves: [schedule, { shocks }],
    market: [referenceMarket, { drivers: ['moves'], depth }],
    dealer: [
      dealer,
      {
        venue: 'market',
        trades: trades.map(([tick, sell, buy, amount]) => ({ tick, sell, buy, amount })),
      },
    ],
    feed: [feed, { source: 'market', assets: [BTC], deviation: 0.01, latency: 0, gas: 0 }],
    fair: [fundamental, { market: 'market', assets: [ETH], otherwise: 'feed' }],
    // Steps before the source that it reads.
    early: [feed, { source: 'fair', assets: [ETH, BTC], deviation: 0.01, latency: 0, gas: 0 }],
  })
}

const sales: readonly Trade[] = Array.from({ length: 30 }, (_, k) => [k + 1, ETH, USD, 20])

priceSourceConformance('the fundamental of a traded asset', () => {
  const world = make(sales)
  return { world, source: world.port('priceSource', 'fair'), asset: ETH, stranger: USDC }
})

modelConformance('fundamentals beside noise and trades', () =>
  smallWorld({
    noise: [gbm, { assets: [ETH, BTC], vol: 3 }],
    market: [referenceMarket, { drivers: ['noise'], depth }],
    fair: [fundamental, { market: 'market', assets: [ETH], otherwise: 'market' }],
    reader: [feed, { source: 'fair', assets: [ETH, BTC], deviation: 1e-4, latency: 0, gas: 0 }],
  }),
)

describe('a fundamental price', () => {
  it('is the same with and without sales, while the market falls', () => {
    const [calm, sold] = [make(), make(sales)]
    for (let tick = 0; tick < 30; tick++) {
      for (const world of [calm, sold]) stepWorld(world, 1)
      const fair = (world: World): number => world.port('priceSource', 'fair').price(ETH)
      expect(fair(sold)).toBe(fair(calm))
    }
    const market = (world: World): number => world.port('priceSource', 'market').price(ETH)
    expect(market(sold)).toBeLessThan(0.99 * market(calm))
    expect(market(calm)).toBe(calm.port('priceSource', 'fair').price(ETH))
  })

  it('passes other assets through, with their lag and causes', () => {
    const world = make([[1, BTC, USD, 50]])
    stepWorld(world, 3)
    const [fair, feeds, market] = ['fair', 'feed', 'market'].map((n) =>
      world.port('priceSource', n),
    )
    expect(fair!.price(BTC)).toBe(feeds!.price(BTC))
    expect(fair!.price(BTC)).toBeLessThan(30_000)
    expect(market!.price(BTC)).not.toBe(fair!.price(BTC))
    const cause = fair!.cause(BTC, -1)
    expect(EVENT_NAMES[world.trace.columns.kind[cause]!]).toBe('answer')
    expect(fair!.moveOf(cause, BTC)).toBe(feeds!.moveOf(cause, BTC))
    expect(fair!.moveOf(cause, BTC)).toBeLessThan(0)
  })

  it('is moved by news and by no trade, in whatever order names step', () => {
    const world = make(sales)
    const fair = world.port('priceSource', 'fair')
    stepWorld(world, 4)
    expect(fair.cause(ETH, -1)).toBe(-1)
    for (const event of eventsOf(world, 'impact')) expect(fair.moveOf(event, ETH)).toBe(0)
    stepWorld(world, 1)
    const [news] = eventsOf(world, 'news')
    expect(fair.cause(ETH, -1)).toBe(news)
    expect(fair.moveOf(news!, ETH)).toBeCloseTo(Math.log(0.8), 12)
    const [answer] = eventsOf(world, 'answer')
    expect(world.trace.columns.parent[answer!]).toBe(news)
    stepWorld(world, 30)
    expect(fair.cause(ETH, -1)).toBe(news)
    expect(fair.cause(ETH, 1)).toBe(eventsOf(world, 'news').at(-1))
  })

  it('leaves no mover out, of its own assets or of others', () => {
    const world = make([...sales, [3, BTC, USD, 50]])
    stepWorld(world, 40)
    const fair = world.port('priceSource', 'fair')
    for (const asset of [ETH, BTC]) {
      const { length } = world.trace
      const all = Array.from({ length }, (_, e) => e)
      const movers = all.filter((e) => fair.moveOf(e, asset) !== 0)
      const met = all.filter((e) => moverOf(fair, e + 1, asset) === e)
      expect(movers.length).toBeGreaterThan(0)
      expect(met).toEqual(expect.arrayContaining(movers))
      expect(met.length).toBeLessThan(length)
    }
  })
})
