import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { venueConformance } from '../../../../test/conformance/venue.ts'
import { rewind, snapshot } from '../../../engine/index.ts'
import type { World } from '../../../world/index.ts'
import { USD, type Venue } from '../../../world/index.ts'
import { referenceMarket } from '../../prices/index.ts'
import { concentrated } from '../concentrated/model.ts'
import { realPools, tableOf } from '../concentrated/tables.conformance.ts'
import { constantProduct } from '../constantProduct/model.ts'
import { BTC, ETH, testWorld, USDC, USDT } from '../testWorld.conformance.ts'
import { router } from './model.ts'
import { findRoutes, planOrder } from './routes.ts'

const tables = realPools().map(tableOf)
const NAMES = ['market', 'v2', 'v3', 'deep', 'bitcoin', 'tether'] as const

function make(stableDepth = 80e6): World {
  const depth = [
    { asset: ETH, value: 20e6 },
    { asset: BTC, value: 30e6 },
    { asset: USDC, value: stableDepth },
    { asset: USDT, value: stableDepth },
  ]
  return testWorld({
    market: [referenceMarket, { drivers: [], depth, fee: 0.0005 }],
    v2: [constantProduct, { base: ETH, quote: USDC, baseReserve: 4000, fee: 0.001 }],
    v3: [concentrated, { ticks: tables[0], base: USDC, quote: ETH }],
    deep: [concentrated, { ticks: tables[2], base: USDC, quote: ETH }],
    bitcoin: [concentrated, { ticks: tables[5], base: BTC, quote: ETH }],
    tether: [concentrated, { ticks: tables[6], base: ETH, quote: USDT }],
    router: [router, { venues: NAMES }],
  })
}

function venuesOf(world: World): Record<(typeof NAMES)[number] | 'router', Venue> {
  const venue = (name: string): Venue => world.port('venue', name)
  const entries = [...NAMES, 'router'].map((name) => [name, venue(name)] as const)
  return Object.fromEntries(entries) as ReturnType<typeof venuesOf>
}

venueConformance('router', () => {
  const world = make()
  return {
    world,
    venue: world.port('venue', 'router'),
    pairs: [
      [ETH, USD],
      [USD, ETH],
      [ETH, USDC],
      [USDC, BTC],
      [USDT, USDC],
    ],
    sizes: (sell) =>
      [0.001, 1, 100, 1000, 5000].map(
        (x) => (x * 2500) / ({ [ETH]: 2500, [BTC]: 60_000 }[sell] ?? 1),
      ),
    impossible: () => [Number.POSITIVE_INFINITY],
    spotTolerance: 1e-4,
  }
})

describe('router', () => {
  it('goes round a venue that is halted, as if it were not there', () => {
    const pools = { base: ETH, quote: USDC, baseReserve: 1000 } as const
    const build = (venues: readonly string[]): World =>
      testWorld({
        near: [constantProduct, pools],
        far: [constantProduct, { ...pools, baseReserve: 300 }],
        router: [router, { venues }],
      })
    const both = build(['near', 'far'])
    const open = both.port('venue', 'router').quote(ETH, USDC, 50)
    both.port('governed', 'near').setTerm('trading', -1, 0)
    const venue = both.port('venue', 'router')
    const alone = build(['far']).port('venue', 'router')
    expect(venue.quote(ETH, USDC, 50)).toBe(alone.quote(ETH, USDC, 50))
    expect(venue.quote(ETH, USDC, 50)).toBeLessThan(open)
    expect(venue.spot(ETH, USDC)).toBe(alone.spot(ETH, USDC))
    expect(both.port('pool', 'near').price()).toBe(2500)
  })

  it('offers pairs over as few assets as it takes, and none that nothing connects', () => {
    const world = testWorld({
      one: [constantProduct, { base: ETH, quote: USDC, baseReserve: 10 }],
      two: [constantProduct, { base: BTC, quote: ETH, baseReserve: 10 }],
      three: [constantProduct, { base: BTC, quote: USDT, baseReserve: 10 }],
      router: [router, { venues: ['one', 'two', 'three'] }],
    })
    const [venue, one, two, three] = ['router', 'one', 'two', 'three'].map((n) =>
      world.port('venue', n),
    )
    expect([venue!.has(USDC, BTC), venue!.has(USDC, USDT), venue!.has(ETH, ETH)]).toEqual([
      true,
      true,
      false,
    ])
    const bitcoin = two!.quote(ETH, BTC, one!.quote(USDC, ETH, 1000))
    expect(venue!.quote(USDC, BTC, 1000)).toBe(bitcoin)
    expect(venue!.quote(USDC, USDT, 1000)).toBe(three!.quote(BTC, USDT, bitcoin))
    expect([venue!.has(USDC, USD), venue!.spot(USDC, USD), venue!.quote(USDC, USD, 1)]).toEqual([
      false,
      0,
      0,
    ])
    expect(venue!.amountTo(USDC, USD, 0.1)).toBe(0)
    expect(venue!.swap(USDC, USD, 1, world.ledger.holders - 1, -1)).toBe(0)
  })

  it.each([
    ['counted', 2e6, 1e-9],
    ['taken as still', 1e12, 1e-4],
  ])('makes marginal prices equal, second legs %s', (_, stableDepth, tolerance) => {
    for (const size of [50, 1000, 20_000]) {
      const world = make(stableDepth)
      const v = venuesOf(world)
      const before = [v.market.spot(ETH, USD)]
      expect(v.router.swap(ETH, USD, size, world.ledger.holders - 1, -1)).toBeGreaterThan(0)
      const usdc = v.market.spot(USDC, USD)
      const routes = {
        market: v.market.spot(ETH, USD),
        v3: v.v3.spot(ETH, USDC) * usdc,
        deep: v.deep.spot(ETH, USDC) * usdc,
        bitcoin: v.bitcoin.spot(ETH, BTC) * v.market.spot(BTC, USD),
        tether: v.tether.spot(ETH, USDT) * v.market.spot(USDT, USD),
      }
      const common = Math.max(...Object.values(routes))
      const { trace } = world
      for (const [name, price] of Object.entries(routes)) {
        const self = world.instances.find((i) => i.name === name)!.self
        const { instance, asset } = trace.columns
        let used = false
        for (let id = 0; id < trace.length; id++)
          used ||= instance[id] === self && asset[id] === ETH
        if (used) expect(Math.abs(price / common - 1), name).toBeLessThanOrEqual(tolerance)
        else expect(price).toBeLessThanOrEqual(common)
      }
      expect(common).toBeLessThan(before[0]!)
    }
  })

  it('buys at least as much as any single route and any other split', () => {
    const single = (v: ReturnType<typeof venuesOf>, x: readonly number[]): number => {
      const usdc =
        v.v2.quote(ETH, USDC, x[1]!) + v.v3.quote(ETH, USDC, x[2]!) + v.deep.quote(ETH, USDC, x[3]!)
      return (
        v.market.quote(ETH, USD, x[0]!) +
        v.market.quote(USDC, USD, usdc) +
        v.market.quote(BTC, USD, v.bitcoin.quote(ETH, BTC, x[4]!)) +
        v.market.quote(USDT, USD, v.tether.quote(ETH, USDT, x[5]!))
      )
    }
    const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 6,
      maxLength: 6,
    })
    for (const depth of [1e6, 80e6, 1e12]) {
      const v = venuesOf(make(depth))
      fc.assert(
        fc.property(shares, fc.double({ min: 0.01, max: 20_000, noNaN: true }), (cut, amount) => {
          const best = v.router.quote(ETH, USD, amount) * (1 + 1e-8)
          for (let i = 0; i < 6; i++) {
            const x = Array.from({ length: 6 }, (_, j) => (i === j ? amount : 0))
            expect(single(v, x)).toBeLessThanOrEqual(best)
          }
          const total = cut.reduce((a, b) => a + b, 1e-9)
          expect(
            single(
              v,
              cut.map((c) => (c / total) * amount),
            ),
          ).toBeLessThanOrEqual(best)
        }),
        { numRuns: 60 },
      )
    }
  })

  it('swaps for the same bits as it quoted, at any size', () => {
    const world = make(5e6)
    const { router: venue } = venuesOf(world)
    const start = snapshot(world)
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 30_000, noNaN: true }), (amount) => {
        const quoted = venue.quote(ETH, USD, amount)
        expect(venue.swap(ETH, USD, amount, world.ledger.holders - 1, -1)).toBe(quoted)
        rewind(world, start)
      }),
      { numRuns: 60 },
    )
  })

  it('has an order paid and received by the holder alone, and keeps nothing', () => {
    const world = make()
    const { ledger } = world
    const { router: venue } = venuesOf(world)
    const self = world.instances.find((i) => i.name === 'router')!.self
    const holder = world.instances.find((i) => i.name === 'chain')!.self
    ledger.endow(holder, ETH, 3000)
    const bought = venue.swap(ETH, USD, 3000, holder, -1)
    expect(ledger.balance(holder, USD)).toBe(bought)
    for (const asset of [ETH, USDC, USDT, BTC]) {
      expect(ledger.balance(holder, asset)).toBeLessThanOrEqual(1e-9)
      expect(ledger.balance(self, asset)).toBe(0)
    }
  })
})

/** Three assets in one pool with equal weights: selling one asset moves two of its pairs. */
function sharedPool(reserves: number[]): Venue {
  const quote = (sell: number, buy: number, x: number): number =>
    (reserves[buy]! * x) / (reserves[sell]! + x)
  const { sqrt, max } = Math
  return {
    has: (sell, buy) => sell !== buy,
    spot: (sell, buy) => reserves[buy]! / reserves[sell]!,
    quote,
    amountTo: (sell, buy, target) =>
      max(0, sqrt((reserves[sell]! * reserves[buy]!) / target) - reserves[sell]!),
    swap(sell, buy, x) {
      const bought = quote(sell, buy, x)
      reserves[sell]! += x
      reserves[buy]! -= bought
      return bought
    },
  }
}

describe('a venue whose pairs share a state', () => {
  it('makes a quote too high by no more than its own price impact', () => {
    const venue = sharedPool([1000, 1000, 1000])
    const routes = findRoutes([venue], 3, 0, 1)!
    const quoted = planOrder(routes, 100)
    let swapped = 0
    const parts = Array.from(routes.amount)
    swapped += venue.swap(0, 1, parts[0]!, 0, -1)
    swapped += venue.swap(2, 1, venue.swap(0, 2, parts[1]!, 0, -1), 0, -1)
    const impact = 1 - venue.spot(0, 1)
    expect(swapped).toBeLessThan(quoted)
    expect(swapped).toBeGreaterThan(quoted * (1 - impact))
  })
})
