import { describe, expect, it } from 'vitest'
import { modelConformance, smallWorld } from '../../../../test/conformance/model.ts'
import { venueConformance } from '../../../../test/conformance/venue.ts'
import { createStepper } from '../../../engine/index.ts'
import { arbitrageur, seller } from '../../agents/index.ts'
import { gbm, referenceMarket } from '../../prices/index.ts'
import { ETH, testWorld, USDC } from '../testWorld.conformance.ts'
import { orderBook } from './model.ts'

const LEVELS = [
  { distance: 0.01, depth: 1e6 },
  { distance: 0.02, depth: 3e6 },
  { distance: 0.05, depth: 5e6 },
]

type Given = Readonly<Record<string, unknown>>

function make(params: Given = {}, position = 0, capital = 1e8) {
  const book = { base: ETH, quote: USDC, source: 'market', bids: LEVELS, asks: LEVELS, capital }
  const world = testWorld({
    market: [referenceMarket, { drivers: [] }],
    book: [orderBook, { ...book, fee: 0.0004, ...params }],
  })
  const pool = world.port('pool', 'book')
  const outside = world.ledger.holders - 1
  if (position > 0) pool.swap(ETH, USDC, position, outside, -1)
  if (position < 0) pool.swap(USDC, ETH, -position, outside, -1)
  return { world, venue: world.port('venue', 'book'), pool, outside }
}

const size = (sell: number, x: number): number => (sell === ETH ? x : x * 2500)

describe.each([
  ['at rest', 0],
  ['sold into', 700],
  ['bought from', -1.5e6],
] as const)('order book %s', (state, position) => {
  venueConformance(`orderBook ${state}`, () => ({
    ...make({}, position),
    pairs: [
      [ETH, USDC],
      [USDC, ETH],
    ],
    sizes: (sell) => [0.01, 1, 100, 350, 900, 1100].map((x) => size(sell, x)),
    impossible: (sell) => [size(sell, 5000), Number.POSITIVE_INFINITY],
  }))
})

/** Makers that cannot pay for what their book shows. */
venueConformance('orderBook of poor makers', () => ({
  ...make({}, 0, 1e6),
  pairs: [
    [ETH, USDC],
    [USDC, ETH],
  ],
  sizes: (sell) => [0.01, 1, 100, 350].map((x) => size(sell, x)),
  impossible: (sell) => [size(sell, 450)],
}))

modelConformance('order books that arbitrage ties', () => {
  const book = { base: 1, quote: 0, source: 'market', bids: LEVELS, asks: LEVELS, capital: 1e7 }
  return smallWorld({
    noise: [gbm, { assets: [1], vol: 3 }],
    market: [referenceMarket, { drivers: ['noise'], depth: [{ asset: 1, value: 1e7 }] }],
    left: [orderBook, { ...book, viewHalfLife: 60 }],
    right: [orderBook, { ...book, halvingVol: 1, fee: 0.001 }],
    seller: [seller, { venue: 'left', asset: 1, buy: 0, amount: 900, at: 60, over: 60 }],
    arbitrageur: [
      arbitrageur,
      { pools: ['left', 'right'], market: 'market', capital: 2e5, gas: 0, minProfit: 0 },
    ],
  })
})

describe('an order book', () => {
  it('fills an order up to its last level and none beyond', () => {
    const { pool, world, outside } = make()
    const all = pool.amountTo(ETH, USDC, 1e-9)
    // 5M USD of bids at 2500.
    expect(all).toBeCloseTo(2000, 8)
    expect(pool.quote(ETH, USDC, all * (1 + 1e-9))).toBe(0)
    expect(pool.swap(ETH, USDC, all, outside, -1)).toBeGreaterThan(0)
    expect(pool.spot(ETH, USDC)).toBe(0)
    expect(pool.price() / 2500).toBeCloseTo(0.95, 12)
    expect(pool.spot(USDC, ETH)).toBeGreaterThan(0)
    expect(world.trace.columns.z[0]).toBeCloseTo(Math.log(0.95), 12)
  })

  it('takes no more than its makers can pay', () => {
    const { pool, world, outside } = make({}, 0, 1e6)
    const most = pool.amountTo(ETH, USDC, 1e-9)
    expect(most).toBeLessThan(2000)
    expect(pool.swap(ETH, USDC, most, outside, -1) / 1e6).toBeCloseTo(1, 9)
    expect(Math.abs(world.ledger.balance(1, USDC))).toBeLessThan(1e-5)
    expect(pool.amountTo(ETH, USDC, 1e-9)).toBeLessThan(1e-6)
  })

  it('comes back at its half-life, up to what its inventory asks for', () => {
    const { pool, world, outside } = make({ halfLife: 24, skew: 0, halvingVol: 1e9 }, 0, 1e12)
    pool.swap(ETH, USDC, 400, outside, -1)
    const gap = Math.log(2500 / pool.price())
    const step = createStepper(world)
    step()
    step()
    expect(Math.log(2500 / pool.price()) / gap).toBeCloseTo(0.5, 6)
    const skewed = make({ halfLife: 0, skew: 0.01, halvingVol: 1e9, capital: 1e7 })
    skewed.pool.swap(ETH, USDC, 400, skewed.outside, -1)
    createStepper(skewed.world)()
    // Long by a tenth of the 4000 that they began with.
    expect(Math.log(2500 / skewed.pool.price())).toBeCloseTo(0.001, 9)
  })

  it('evaporates when the price has moved, and not when makers do not mind', () => {
    const left = (halvingVol: number): number => {
      const { pool, world, outside } = make({ halvingVol, volHalfLife: 120, halfLife: 0, skew: 0 })
      pool.swap(ETH, USDC, 1100, outside, -1)
      createStepper(world)()
      return pool.amountTo(ETH, USDC, 1e-9) / 2000
    }
    // r = ln(0.98) in 12 s at a half-life of 120 s: sigma^2 = (1 - 2^-0.1) r^2 / 12 s.
    const r = Math.log1p(-0.01) + (Math.log(0.98) - Math.log(0.99)) * 0.875
    const vol = Math.abs(r) * Math.sqrt(((1 - 2 ** -0.1) / 12) * 31_536_000)
    expect(left(1e9)).toBeGreaterThan(0.94)
    expect(left(5) / left(1e9)).toBeCloseTo(1 / (1 + (vol / 5) ** 2), 2)
  })

  it.each([0, -0.001, Number.NaN])('refuses a spread of %d', (spread) => {
    expect(() => make({ spread })).toThrow(/best bid is not below the best ask; give a spread/)
  })

  it('refuses levels that do not rise', () => {
    const level = (distance: number, depth: number) => ({ distance, depth })
    for (const bids of [[], [level(0.01, 0)], [level(0, 1)], [...LEVELS, level(0.06, 5e6)]])
      expect(() => make({ bids })).toThrow(/levels|does not follow/)
    expect(() => make({ asks: [...LEVELS].reverse() })).toThrow(/level 2 of asks/)
  })
})
