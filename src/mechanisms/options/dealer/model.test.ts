import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  selfOf,
  smallWorld,
  stepWorld,
} from '../../../../test/conformance/model.ts'
import { optionBookConformance } from '../../../../test/conformance/optionBook.ts'
import { EVENT_NAMES, USD, type World } from '../../../world/index.ts'
import { gbm, referenceMarket, schedule } from '../../prices/index.ts'
import { blackScholes } from '../blackScholes.ts'
import { OptionInputError } from '../errors.ts'
import { dealer } from './model.ts'

type Given = Readonly<Record<string, unknown>>

const MINUTE = 1 / 1440
const option = (type: 'call' | 'put', strike: number, days: number, quantity: number): Given => ({
  ...{ type, strike, days, quantity },
  vol: 0,
})

/** Options that expire after 2 and 3 minutes, and some that stay. */
const BOOK = [
  option('call', 2000, 2 * MINUTE, -50),
  option('put', 1990, 3 * MINUTE, -80),
  option('call', 2100, 7, -400),
  option('put', 1900, 30, 150),
]

/** Enough options to be interpolated. */
const MANY = Array.from({ length: 500 }, (_, k) => {
  const days = [4 * MINUTE, 9 * MINUTE, 1, 7, 30][k % 5]!
  return option(k % 2 === 0 ? 'call' : 'put', 1500 + 2 * k, days, k % 3 === 0 ? 3 : -2)
})

const noise: Member = [gbm, { assets: [ETH], vol: 0.8 }]
const market: Member = [
  referenceMarket,
  { drivers: ['noise'], depth: [{ asset: ETH, value: 1e7 }], permanent: 1, newsMove: 1 },
]

function make(given: Given = {}, members: Readonly<Record<string, Member>> = {}) {
  const own: Member = [
    dealer,
    { asset: ETH, venue: 'market', source: 'market', options: BOOK, ...given },
  ]
  const world = smallWorld(
    { noise, market, dealer: own, ...members },
    { chain: { rounds: 30, gasLimit: 1e15 } },
  )
  return { world, book: world.port('optionBook', 'dealer') }
}

function seen(world: World, name: string) {
  const { kind, tick, parent, x, y, z } = world.trace.columns
  const ids = Array.from({ length: world.trace.length }, (_, id) => id)
  return ids
    .filter((id) => EVENT_NAMES[kind[id]!] === name)
    .map((id) => ({ tick: tick[id]!, parent: parent[id]!, x: x[id]!, y: y[id]!, z: z[id]! }))
}

function hedgeOf(world: World): number {
  return world.ledger.balance(selfOf(world, 'dealer'), ETH)
}

for (const volRule of ['stickyStrike', 'stickyDelta', 'spotVol'] as const)
  optionBookConformance(`a dealer with ${volRule} vols`, () => ({
    ...make({ volRule, skew: -0.2, volSlope: -0.5 }),
    prices: [1700, 1850, 2003, 2100, 2400],
  }))

optionBookConformance('a dealer with a generated book beside its own', () => ({
  ...make({ gammaNotional: 2e5, daysToExpiry: 3 }),
  prices: [1700, 2003, 2400],
}))

const SOON = MANY.map((row) => ({ ...row, days: (row.days as number) / 2 }))

optionBookConformance('a dealer whose book is interpolated', () => ({
  ...make({ options: SOON, minTrade: 0 }),
  prices: [1700, 2003, 2400],
}))

modelConformance('a dealer whose book is interpolated', () => make({ options: SOON }).world)

modelConformance('a dealer', () => make({ minTrade: 0 }).world)

modelConformance('a dealer with customers', () => make({ minTrade: 0, ordersPerDay: 3000 }).world)

describe('a dealer', () => {
  it('hedges the delta of the formulas within the block', () => {
    const { world, book } = make()
    const { market: source } = { market: world.port('referenceMarket', 'market') }
    for (let k = 0; k < 20; k++) {
      stepWorld(world, 1)
      // What is left is less than the smallest trade of 1 USD, before or after the last one.
      const gap = -book.delta(source.price(ETH)) - hedgeOf(world)
      expect(Math.abs(gap) * source.price(ETH)).toBeLessThan(1.01)
    }
    expect(seen(world, 'hedge').length).toBeGreaterThan(19)
  })

  it('hedges a book that is interpolated as it would one by the formulas, across expiries', () => {
    const options = MANY
    const { world, book } = make({ options, minTrade: 1e-6 })
    const calls = options.reduce((sum, { type, quantity }) => {
      return sum + (type === 'call' ? (quantity as number) : 0)
    }, 0)
    const source = world.port('referenceMarket', 'market')
    for (let k = 0; k < 60; k++) {
      stepWorld(world, 1)
      const gap = -book.delta(source.price(ETH)) - hedgeOf(world)
      expect(Math.abs(gap)).toBeLessThan(1e-6 * Math.abs(calls))
    }
    expect(book.expiries().length).toBe(3)
  })

  it('starts hedged at no gain, or unhedged on request', () => {
    const terms = { spot: 2000, rate: 0, dividend: 0, vol: 0.6 } as const
    const delta = BOOK.reduce((sum, row) => {
      const { type, strike, days, quantity } = row as never as Record<string, number> & {
        type: 'call' | 'put'
      }
      const expiry = days! / 365
      return sum + quantity! * blackScholes({ ...terms, type, strike: strike!, expiry }).delta
    }, 0)
    const { world, book } = make()
    expect(book.delta(2000)).toBeCloseTo(delta, 9)
    expect(hedgeOf(world)).toBeCloseTo(-delta, 9)
    expect(world.ledger.balance(selfOf(world, 'dealer'), USD)).toBeCloseTo(2000 * delta, 6)
    expect(hedgeOf(make({ opening: 'unhedged' }).world)).toBe(0)
  })

  it('settles in cash at the price of the first block at or after expiry', () => {
    const { world } = make({ policy: 'interval', every: 1e9, opening: 'unhedged' })
    const { price } = { price: () => world.port('priceSource', 'market').price(ETH) }
    stepWorld(world, 10)
    const paid = 50 * Math.max(0, price() - 2000)
    stepWorld(world, 5)
    const late = 80 * Math.max(0, 1990 - price())
    const settled = seen(world, 'settlement')
    expect(settled.map(({ tick, z }) => [tick, z])).toEqual([
      [10, 1],
      [15, 1],
    ])
    expect(settled[0]!.x).toBeCloseTo(paid, 9)
    expect(settled[1]!.x).toBeCloseTo(late, 9)
  })

  it('asks for the gamma that was asked of it', () => {
    for (const gammaNotional of [3e6, -1e6]) {
      const { book } = make({ options: [], gammaNotional, strikes: 5, daysToExpiry: 2 })
      expect(-book.gamma(2000) * 2000 * 2000 * 0.01).toBeCloseTo(gammaNotional, 3)
      const always = make({ options: [], gammaNotional, spread: 'constant' }).book
      expect(-always.gamma(2000) * 2000 * 2000 * 0.01).toBeCloseTo(gammaNotional, 3)
      expect(always.gamma(3000) * 3000).toBeCloseTo(always.gamma(1000) * 1000, 6)
    }
  })

  it('hedges at intervals, and less often within a band, the wider the band', () => {
    const ticks = (given: Given): number[] => {
      const { world } = make({ ...given, options: BOOK.slice(2) })
      stepWorld(world, 50)
      return [...new Set(seen(world, 'hedge').map(({ tick }) => tick))]
    }
    expect(ticks({ policy: 'interval', every: 120 })).toEqual([1, 11, 21, 31, 41])
    const [always, narrow, wide] = [
      ticks({ policy: 'block' }),
      ticks({ policy: 'band', band: 0.002 }),
      ticks({ policy: 'band', band: 0.01 }),
    ]
    expect(narrow!.length).toBeLessThan(always!.length)
    expect(wide!.length).toBeLessThan(narrow!.length)
    const calm = ticks({ policy: 'costAware', riskAversion: 1e-6 })
    const anxious = ticks({ policy: 'costAware', riskAversion: 1 })
    expect(calm.length).toBeLessThan(anxious.length)
  })

  it('keeps its hedge within its inventory limit', () => {
    const { world } = make({ opening: 'unhedged', maxInventory: 20_000 })
    stepWorld(world, 10)
    expect(seen(world, 'hedge').length).toBeGreaterThan(0)
    expect(hedgeOf(world)).toBeGreaterThan(9)
    expect(hedgeOf(world)).toBeLessThan(10.1)
  })

  it('stops hedging once it has lost what it may lose', () => {
    const crash: Member = [
      schedule,
      { shocks: [{ assets: [ETH], drop: 0.2, scale: 1, at: 60, over: 0 }] },
    ]
    const falling: Member = [referenceMarket, { drivers: ['crash'], depth: [] }]
    const run = (maxLoss: number) => {
      const { world, book } = make({ maxLoss }, { crash, market: falling })
      stepWorld(world, 20)
      return { hedges: seen(world, 'hedge').filter(({ tick }) => tick > 4).length, book }
    }
    const [limited, free] = [run(100), run(0)]
    expect([limited.hedges, limited.book.isHedged()]).toEqual([0, false])
    expect(free.hedges).toBeGreaterThan(0)
    expect(free.book.isHedged()).toBe(true)
  })

  it('says that there is no equilibrium, and stops, when its hedges feed themselves', () => {
    const short = { options: [], spread: 'constant', gammaNotional: 1.3e7 }
    const { world, book } = make(short)
    stepWorld(world, 5)
    const gaps = seen(world, 'noEquilibrium')
    expect(gaps[0]!.x).toBeCloseTo(1.3, 6)
    expect(book.isHedged()).toBe(false)
    const calm = make({ ...short, gammaNotional: 9e6 })
    stepWorld(calm.world, 5)
    expect(seen(calm.world, 'noEquilibrium')).toEqual([])
  })

  it('sees that two dealers feed each other though neither does itself', () => {
    const other: Member = [
      dealer,
      {
        ...{ asset: ETH, venue: 'market', source: 'market' },
        ...{ spread: 'constant', gammaNotional: 7e6 },
      },
    ]
    const { world } = make({ options: [], spread: 'constant', gammaNotional: 7e6 }, { other })
    stepWorld(world, 200)
    expect(seen(world, 'noEquilibrium').length).toBeGreaterThan(0)
  })

  it('trades with customers, who leave as its spread widens with volatility and inventory', () => {
    const flow = { ordersPerDay: 7200, orderSize: 5, buyers: 1, volSpread: 0.02, vol: 0.8 }
    const sold = (given: Given, members = {}) => {
      const { world, book } = make({ options: BOOK.slice(2), ...flow, ...given }, members)
      stepWorld(world, 100)
      const trades = seen(world, 'optionTrade')
      expect(trades.every(({ x, y }) => x === -5 && y > 0)).toBe(true)
      return { count: trades.length, vega: Math.abs(book.vega(2000)), trades }
    }
    const free = sold({})
    expect(free.count).toBeGreaterThan(50)
    const wild: Member = [gbm, { assets: [ETH], vol: 4 }]
    expect(sold({ volHalfLife: 60 }, { noise: wild }).count).toBeLessThan(0.6 * free.count)
    const limit = 1.3 * make({ options: BOOK.slice(2), vol: 0.8 }).book.vega(2000)
    const bound = sold({ vegaLimit: Math.abs(limit) })
    expect(bound.count).toBeLessThan(0.6 * free.count)
    expect(Math.max(...bound.trades.map(({ z }) => z))).toBeGreaterThan(0.03)
    expect(sold({ reservation: 0.019 }).count).toBe(0)
  })

  it.each([
    ['a negative vol', { vol: -0.6 }],
    ['a negative vol of one option', { options: [{ ...BOOK[0], vol: -0.1 }] }],
    ['an expiry of zero', { options: [option('call', 2000, 0, 1)] }],
    ['a generated book without time', { gammaNotional: 1e6, daysToExpiry: 0 }],
    ['a strike of zero', { options: [option('call', 0, 1, 1)] }],
    ['an asset that nobody prices against USD', { asset: USD }],
  ])('refuses %s with what to do', (_, given) => {
    expect(() => make(given)).toThrow(OptionInputError)
    expect(() => make(given)).toThrow(/^"dealer".*(;|give|name|take)/s)
  })

  it('hedges several assets in worlds of several dealers', () => {
    const other: Member = [
      dealer,
      { asset: BTC, venue: 'market', source: 'market', gammaNotional: 1e5, daysToExpiry: 1 },
    ]
    const { world } = make({}, { other })
    expect(world.port('optionBook', 'other').asset).toBe(BTC)
    stepWorld(world, 5)
  })
})
