import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import { priceSourceConformance } from '../../../test/conformance/priceSource.ts'
import { EVENT_NAMES, USD, type World } from '../../world/index.ts'
import { arbitrageur } from '../agents/index.ts'
import { constantProduct } from '../liquidity/index.ts'
import { gbm, referenceMarket, schedule } from '../prices/index.ts'
import { dealer } from '../prices/testWorld.conformance.ts'
import { feed } from './feed.ts'
import { SpotAssetError } from './spot.ts'
import { eventsOf } from './testWorld.conformance.ts'
import { twap } from './twap.ts'

const pool: Member = [constantProduct, { base: ETH, quote: USDC, baseReserve: 1000, fee: 0 }]

type Given = Readonly<Record<string, unknown>>
type Trade = readonly [tick: number, sell: number, buy: number, amount: number]

function deals(trades: readonly Trade[]): Member {
  const list = trades.map(([tick, sell, buy, amount]) => ({ tick, sell, buy, amount }))
  return [dealer, { venue: 'pool', trades: list }]
}

function make(trades: readonly Trade[], given: Given = {}, chain: Given = {}) {
  const oracle: Member = [twap, { pool: 'pool', asset: ETH, window: 60, ...given }]
  const world = smallWorld({ pool, dealer: deals(trades), oracle }, { chain })
  return { world, source: world.port('priceSource', 'oracle') }
}

/** Answers after every tick. */
function answers({ world, source }: ReturnType<typeof make>, ticks: number, asset = ETH): number[] {
  return Array.from({ length: ticks }, () => {
    stepWorld(world, 1)
    return source.price(asset)
  })
}

/** USDC that moves the pool's price by a factor, and the ETH that one gets for it. */
const paid = (factor: number): number => 2e6 * (Math.sqrt(factor) - 1)
const got = (factor: number): number => 1000 * (1 - 1 / Math.sqrt(factor))

const swing: readonly Trade[] = [
  [5, ETH, USDC, 50],
  [15, USDC, ETH, 300_000],
]
const means = ['arithmetic', 'geometric'] as const
for (const mean of means) {
  priceSourceConformance(`a ${mean} mean`, () => ({
    ...make(swing, { mean }),
    asset: ETH,
    stranger: BTC,
  }))
  priceSourceConformance(`a ${mean} mean of the other side`, () => ({
    ...make(swing, { mean, asset: USDC }),
    asset: USDC,
    stranger: BTC,
  }))
}
modelConformance('means of a pool that follows a market, and a feed that reads them', () => {
  const reader: Member = [feed, { source: 'oracle', assets: [ETH], deviation: 1e-5, gas: 0 }]
  return smallWorld({
    noise: [gbm, { assets: [ETH], vol: 8 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    pool,
    arbitrageur: [arbitrageur, { pools: ['pool'], market: 'market', gas: 0 }],
    oracle: [twap, { pool: 'pool', asset: ETH, window: 50, mean: 'arithmetic' }],
    short: [twap, { pool: 'pool', asset: USDC, window: 70, cardinality: 3, tooOld: 'oldest' }],
    early: reader,
    zlate: reader,
  })
})

describe('a time-weighted mean', () => {
  it.each(means)('ignores what is pushed and restored within one block (%s)', (mean) => {
    const push: Trade[] = [
      [2, USDC, ETH, paid(9)],
      [2, ETH, USDC, got(9)],
    ]
    const { world, source } = make(push, { mean, window: 12 }, { order: 'fifo' })
    const { price } = world.port('pool', 'pool')
    stepWorld(world, 10)
    expect(eventsOf(world, 'swap').length).toBe(2)
    expect(price()).toBeCloseTo(2000, 9)
    expect(source.price(ETH)).toBeCloseTo(2000, 9)
    expect(Math.max(...answers(make(push, { mean, window: 12 }), 6))).toBeLessThan(2000.001)
  })

  it('counts a price that is left standing from the next block on, for as long as it stands', () => {
    // 12 of 60 s at double price, until it leaves the window.
    const path = answers(
      make(
        [
          [2, USDC, ETH, paid(2)],
          [3, ETH, USDC, got(2)],
        ],
        { mean: 'arithmetic' },
      ),
      9,
    )
    const expected = [2000, 2000, 2400, 2400, 2400, 2400, 2400, 2000, 2000]
    expect(path.map((price) => Math.round(price * 1e8) / 1e8)).toEqual(expected)
  })

  // Mackinga et al., eprint 2022/445; validation F7: one block at m = 7 moves a mean of 30 blocks by 20 %.
  it('needs (1 + n eps) in one block of n for eps, or (1 + eps)^n where it is of logs', () => {
    const outside = (trades: readonly Trade[], mean: string): number =>
      answers(make(trades, { mean, window: 360 }), 40).reduce((a, b) => Math.max(a, b))
    const push = (factor: number): Trade[] => [
      [2, USDC, ETH, paid(factor)],
      [3, ETH, USDC, got(factor)],
    ]
    expect(outside(push(1 + 30 * 0.2), 'arithmetic') / 2400).toBeCloseTo(1, 11)
    expect(outside(push(1.2 ** 30), 'geometric') / 2400).toBeCloseTo(1, 11)
    expect(outside(push(7), 'geometric') / 2000).toBeCloseTo(7 ** (1 / 30), 11)
  })

  it('has reciprocal directions where it is of logs, not where it is of prices', () => {
    for (const mean of means) {
      const members = (asset: number): Member => [twap, { pool: 'pool', asset, window: 60, mean }]
      const world = smallWorld({ pool, dealer: deals(swing), a: members(ETH), b: members(USDC) })
      stepWorld(world, 7)
      const [a, b] = ['a', 'b'].map((name) => world.port('priceSource', name))
      const product = (a!.price(ETH) / 1) * (b!.price(USDC) / 2000)
      if (mean === 'geometric') expect(product).toBeCloseTo(1, 12)
      else expect(product).toBeGreaterThan(1 + 1e-4)
    }
  })

  it('rounds to ticks downwards as the pool has them', () => {
    const { world, source } = make([[1, USDC, ETH, paid(1.0005)]], { rounding: 'tick', window: 24 })
    const tick = (price: number): number => Math.log(price) / Math.log(1.0001)
    const low = Math.floor(tick(2000))
    stepWorld(world, 1)
    expect(tick(source.price(ETH))).toBeCloseTo(low, 6)
    // Half of the window 5 ticks higher: 2.5 ticks, down to 2.
    stepWorld(world, 1)
    expect(tick(source.price(ETH))).toBeCloseTo(low + 2, 6)
    stepWorld(world, 1)
    expect(tick(source.price(ETH))).toBeCloseTo(low + 5, 6)
  })

  it('forgets what its few observations do not reach, and then answers nothing or what is left', () => {
    const trades = Array.from({ length: 8 }, (_, k): Trade => [k + 1, USDC, ETH, 1000])
    const none = answers(make(trades, { cardinality: 3, window: 60 }), 14)
    expect(none.map(Number.isNaN)).toEqual([
      ...[false, false, false, true, true, true, true, true, true, true],
      ...[false, false, false, false],
    ])
    const left = answers(make(trades, { cardinality: 3, window: 60, tooOld: 'oldest' }), 14)
    expect(left.every((price) => price > 0)).toBe(true)
    const full = answers(make(trades, { window: 60 }), 14)
    expect(left.slice(0, 3)).toEqual(full.slice(0, 3))
    expect(left.slice(-3)).toEqual(full.slice(-3))
    // Sooner up, because it is the mean of a shorter time.
    expect(left[6]).toBeGreaterThan(full[6]!)
  })

  it('goes on counting while its chain makes no blocks, and answers when it makes one', () => {
    const chain = { outages: [{ from: 24, to: 60 }] }
    const path = answers(make([[2, USDC, ETH, paid(2)]], { mean: 'arithmetic' }, chain), 7)
    const expected = [2000, 2000, 2000, 2000, 2000, 2000 * (1 + 48 / 60), 4000]
    expect(path.map((price) => Math.round(price * 1e8) / 1e8)).toEqual(expected)
  })

  it('names the swap that moved the pool as the cause of every move of the mean', () => {
    const { world, source } = make([[2, USDC, ETH, paid(2)]], { mean: 'arithmetic' })
    stepWorld(world, 4)
    const event = source.cause(ETH, 1)
    const { kind, parent, x, y } = world.trace.columns
    expect(EVENT_NAMES[kind[event]!]).toBe('answer')
    expect(parent[event]).toBe(eventsOf(world, 'swap')[0])
    expect(x[event]).toBeCloseTo(2800, 8)
    expect(y[event]).toBeCloseTo(Math.log(2800 / 2400), 12)
    stepWorld(world, 20)
    expect(eventsOf(world, 'answer').length).toBe(5)
  })

  it('is in dollars by the price of the other asset now', () => {
    const shocks = [{ assets: [USDC], drop: 0.12, scale: 1, at: 0, over: 0 }]
    const world: World = smallWorld({
      pool,
      depeg: [schedule, { shocks }],
      market: [referenceMarket, { drivers: ['depeg'] }],
      oracle: [twap, { pool: 'pool', asset: ETH, quotePrice: 'market' }],
    })
    const source = world.port('priceSource', 'oracle')
    stepWorld(world, 1)
    expect(source.price(ETH)).toBeCloseTo(1760, 9)
    const news = eventsOf(world, 'news')[0]!
    expect(source.cause(ETH, -1)).toBe(news)
    expect(source.moveOf(news, ETH)).toBeCloseTo(Math.log(0.88), 12)
  })

  it('refuses a pool that does not trade its asset', () => {
    expect(() => make([], { asset: BTC })).toThrow(SpotAssetError)
    expect(() => make([], { asset: USD })).toThrow(SpotAssetError)
  })
})
