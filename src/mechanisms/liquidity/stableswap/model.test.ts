import { describe, expect, it } from 'vitest'
import { modelConformance } from '../../../../test/conformance/model.ts'
import { venueConformance } from '../../../../test/conformance/venue.ts'
import { seller } from '../../agents/index.ts'
import { spot } from '../../oracles/index.ts'
import { PairAssetError, pair } from '../pair.ts'
import { router } from '../router/model.ts'
import { BTC, ETH, testWorld, USDC, USDT } from '../testWorld.conformance.ts'
import { bendOf, priceAt } from './kernel.ts'
import { StableSwapCoinsError, stableswap } from './model.ts'

const three = {
  assets: [USDT, USDC, BTC],
  a: 2000,
  size: 510e6,
  shares: [{ asset: USDT, value: 0.07 }],
  fee: 0.0001,
  adminFee: 0.5,
} as const

function make(params: Readonly<Record<string, unknown>> = {}) {
  const world = testWorld({
    pool: [stableswap, { ...three, ...params }],
    view: [pair, { pool: 'pool', base: USDC, quote: USDT }],
    oracle: [spot, { pool: 'view', asset: USDC }],
  })
  const self = world.instances.find(({ name }) => name === 'pool')!.self
  return {
    world,
    self,
    venue: world.port('venue', 'pool'),
    pool: world.port('pool', 'pool'),
    view: world.port('pool', 'view'),
    oracle: world.port('priceSource', 'oracle'),
    outside: world.ledger.holders - 1,
  }
}

const sizes = () => [1e5, 1e6, 1e7, 3e7, 1e8]

venueConformance('stableswap of three coins', () => ({
  ...make(),
  pairs: [
    [USDT, USDC],
    [USDC, USDT],
    [BTC, USDT],
    [USDC, BTC],
  ],
  sizes,
  impossible: () => [Number.POSITIVE_INFINITY],
  spotTolerance: 2e-3,
}))

venueConformance('stableswap without a fee, with rates', () => {
  const rates = [{ asset: ETH, value: 1.13 }]
  const own = { assets: [ETH, BTC], a: 70, fee: 0, shares: [], rates }
  const world = testWorld({
    pool: [stableswap, { ...three, ...own }],
    idle: [stableswap, { ...three, ...own }],
  })
  return {
    world,
    venue: world.port('venue', 'pool'),
    pairs: [
      [ETH, BTC],
      [BTC, ETH],
    ],
    sizes,
  }
})

venueConformance('a pair of a stableswap pool', () => {
  const { world, view } = make()
  return {
    world,
    venue: view,
    pairs: [
      [USDT, USDC],
      [USDC, USDT],
    ],
    sizes,
    spotTolerance: 2e-3,
  }
})

modelConformance(
  'a stableswap pool that somebody sells into',
  () =>
    testWorld({
      pool: [stableswap, three],
      seller: [seller, { venue: 'pool', asset: USDC, buy: USDT, amount: 1e7, over: 600 }],
    }),
  { isRandom: false },
)

describe('stableswap', () => {
  it('starts with the shares that are stated, the others sharing the rest', () => {
    const { world, self, pool } = make()
    const held = [USDT, USDC, BTC].map((asset) => world.ledger.balance(self, asset))
    expect(held).toEqual([510e6 * 0.07, expect.closeTo(510e6 * 0.465, 1), held[1]])
    // Validation F9.
    expect(pool.price()).toBeCloseTo(1.00494, 5)
  })

  it('starts with the balances that are stated', () => {
    const balances = [USDT, USDC, BTC].map((asset, k) => ({ asset, value: 1000 * (k + 1) }))
    const { world, self } = make({ size: 0, shares: [], balances })
    expect(world.ledger.balance(self, BTC)).toBe(3000)
  })

  it('counts coins at their rates', () => {
    const rates = [{ asset: ETH, value: 1.13 }]
    const own = { assets: [ETH, BTC], size: 1e6, shares: [], rates }
    const world = testWorld({ pool: [stableswap, { ...three, ...own }] })
    expect(world.port('pool', 'pool').price()).toBeCloseTo(1.13, 12)
  })

  it('keeps prices consistent over all its pairs', () => {
    const { pool, view } = make()
    expect(view.price() * pool.price()).toBeCloseTo(1, 12)
    expect(view.assets).toEqual([USDC, USDT])
    expect(view.fee).toBe(0.0001)
  })

  it('pays its fee into the curve but for the share of the DAO', () => {
    const { world, self, venue, outside } = make()
    const bought = venue.swap(USDC, USDT, 1e6, outside, -1)
    const fee = (bought / 0.9999) * 0.0001
    expect([...world.columns['pool/adminFees']!]).toEqual([expect.closeTo(fee / 2, 9), 0, 0])
    const left = 510e6 * 0.07 - bought
    expect(world.ledger.balance(self, USDT)).toBeCloseTo(left, 6)
    const dai = 510e6 * 0.465
    const usdt = left - fee / 2
    const bend = bendOf(Float64Array.of(usdt, dai + 1e6, dai), 6000)
    expect(venue.spot(USDT, USDC) / 0.9999).toBeCloseTo(priceAt(usdt, dai + 1e6, bend), 12)
  })

  it('tells oracles which swap moved the price of a pair', () => {
    const { world, self, venue, view, oracle, outside } = make()
    const before = oracle.price(USDC)
    expect(before).toBeCloseTo(0.999 / 1.00494, 5)
    venue.swap(USDC, USDT, 1e7, outside, -1)
    const event = oracle.cause(USDC, -1)
    expect(world.trace.columns.instance[event]).toBe(self)
    expect(oracle.moveOf(event, USDC)).toBeCloseTo(Math.log(oracle.price(USDC) / before), 9)
    expect(oracle.cause(USDC, 1)).toBe(-1)
    expect(view.lastSwap(-1)).toBe(event)
    venue.swap(USDT, USDC, 1e6, outside, -1)
    expect(view.lastSwap(1)).toBe(event + 1)
  })

  it('tells oracles of a swap with a third coin what it did to their pair', () => {
    const { world, venue, view, oracle, outside } = make()
    const before = oracle.price(USDC)
    // USDT becomes scarce: dearer in USDC, too.
    venue.swap(BTC, USDT, 1e7, outside, -1)
    const event = oracle.cause(USDC, -1)
    expect(event).toBe(world.trace.length - 1)
    const move = Math.log(oracle.price(USDC) / before)
    expect(move).toBeLessThan(-0.001)
    expect(oracle.moveOf(event, USDC)).toBeCloseTo(move, 12)
    expect(world.trace.columns.z[event]).not.toBeCloseTo(move, 5)
    expect(view.lastSwap(1)).toBe(-1)
    expect(oracle.moveOf(event - 1, USDC)).toBe(0)
  })

  it('sells nothing of what a pair does not trade through the pair', () => {
    const { view, outside } = make()
    expect(view.has(USDC, BTC)).toBe(false)
    expect([view.spot(USDC, BTC), view.quote(USDC, BTC, 1), view.amountTo(USDC, BTC, 0.1)]).toEqual(
      [0, 0, 0],
    )
    expect(view.swap(USDC, BTC, 1, outside, -1)).toBe(0)
  })

  it('refuses coins that make no pool', () => {
    for (const wrong of [
      { assets: [USDT] },
      { shares: [{ asset: ETH, value: 0.1 }] },
      { shares: [{ asset: USDT, value: 1 }] },
      { size: 0 },
      { size: 0, balances: [{ asset: USDT, value: 10 }] },
    ])
      expect(() => make(wrong), JSON.stringify(wrong)).toThrow(StableSwapCoinsError)
    const other = { pool: 'pool', base: ETH, quote: USDT }
    expect(() => testWorld({ pool: [stableswap, three], view: [pair, other] })).toThrow(
      PairAssetError,
    )
  })

  it('shares an order with pools beside it, when a router sees one pair of it', () => {
    const world = testWorld({
      pool: [stableswap, { ...three, fee: 0 }],
      view: [pair, { pool: 'pool', base: USDC, quote: USDT }],
      other: [stableswap, { assets: [USDC, USDT], a: 100, size: 50e6, fee: 0 }],
      router: [router, { venues: ['view', 'other'] }],
    })
    const [all, pool, other] = ['router', 'pool', 'other'].map((n) => world.port('venue', n))
    const outside = world.ledger.holders - 1
    const quoted = all!.quote(USDC, USDT, 2e7)
    expect(quoted).toBeGreaterThan(pool!.quote(USDC, USDT, 2e7))
    expect(quoted).toBeGreaterThan(other!.quote(USDC, USDT, 2e7))
    expect(all!.swap(USDC, USDT, 2e7, outside, -1) / quoted).toBeCloseTo(1, 9)
    expect(pool!.spot(USDC, USDT)).toBeCloseTo(other!.spot(USDC, USDT), 6)
  })
})
