import { describe, expect, it } from 'vitest'
import { venueConformance } from '../../../../test/conformance/venue.ts'
import { BTC, ETH, testWorld, USDC } from '../testWorld.conformance.ts'
import { constantProduct } from './model.ts'

function make(fee = 0.003, feesTo = 'pool') {
  const params = { base: ETH, quote: USDC, baseReserve: 1000, fee, feesTo }
  const world = testWorld({ pool: [constantProduct, params] })
  return { world, venue: world.port('venue', 'pool'), pool: world.port('pool', 'pool') }
}

venueConformance('constantProduct', () => ({
  ...make(),
  pairs: [
    [ETH, USDC],
    [USDC, ETH],
  ],
  sizes: (sell) => [0.001, 1, 30, 500, 20_000].map((x) => (sell === ETH ? x : x * 2500)),
  impossible: () => [Number.POSITIVE_INFINITY],
  spotTolerance: 3e-4,
}))

describe('constantProduct', () => {
  it('starts at the ratio of the start prices, or at the price stated', () => {
    expect(make().pool.price()).toBe(2500)
    const params = { base: BTC, quote: ETH, baseReserve: 10, price: 25 }
    const world = testWorld({ pool: [constantProduct, params] })
    expect(world.port('pool', 'pool').price()).toBe(25)
    expect(world.ledger.balance(world.port('pool', 'pool').assets.length - 1, ETH)).toBe(250)
  })

  it('says which swap moved its price down and which up', () => {
    const { world, pool } = make()
    const outside = world.ledger.holders - 1
    expect([pool.lastSwap(-1), pool.lastSwap(1)]).toEqual([-1, -1])
    pool.swap(ETH, USDC, 1, outside, -1)
    expect(pool.price()).toBeLessThan(2500)
    pool.swap(USDC, ETH, 7500, outside, -1)
    expect(pool.price()).toBeGreaterThan(2500)
    expect([pool.lastSwap(-1), pool.lastSwap(1)]).toEqual([0, 1])
    expect(world.trace.columns.x[1]).toBe(7500)
    expect(world.trace.columns.z[0]).toBeLessThan(0)
    expect(world.trace.columns.z[1]).toBeLessThan(0)
  })

  it('keeps the fee in its reserves', () => {
    const { world, pool } = make()
    const outside = world.ledger.holders - 1
    const back = pool.swap(USDC, ETH, pool.swap(ETH, USDC, 100, outside, -1), outside, -1)
    expect(back).toBeLessThan(100 * 0.997)
    expect(world.ledger.balance(1, ETH)).toBeCloseTo(1100 - back, 9)
  })

  it('keeps its product where fees go outside, and pays them there', () => {
    const { world, pool } = make(0.01, 'outside')
    const outside = world.ledger.holders - 1
    world.ledger.endow(0, ETH, 100)
    const before = world.ledger.balance(outside, ETH)
    const product = (): number => world.ledger.balance(1, ETH) * world.ledger.balance(1, USDC)
    const opening = product()
    expect(pool.swap(ETH, USDC, 100, 0, -1)).toBeCloseTo((2.5e6 * 99) / 1099, 6)
    expect(product() / opening).toBeCloseTo(1, 12)
    expect(world.ledger.balance(outside, ETH) - before).toBeCloseTo(1, 12)
    expect(world.ledger.balance(0, ETH)).toBe(0)
  })

  it.each([0.003, 0.3])('shows the target after an order to it, at a fee of %f', (fee) => {
    for (const [sell, buy] of [
      [ETH, USDC],
      [USDC, ETH],
    ] as const)
      for (const part of [0.99, 0.5, 0.04]) {
        const { world, pool } = make(fee)
        const target = pool.spot(sell, buy) * part
        const last = pool.amountTo(sell, buy, target)
        const amount = pool.amountToSpot!(sell, buy, target)
        expect(amount).toBeLessThan(last)
        pool.swap(sell, buy, amount, world.ledger.holders - 1, -1)
        expect(pool.spot(sell, buy) / target).toBeCloseTo(1, 12)
      }
  })

  it('shows the price of the last unit where fees go outside', () => {
    const { world, pool } = make(0.01, 'outside')
    const target = pool.spot(ETH, USDC) * 0.8
    pool.swap(ETH, USDC, pool.amountTo(ETH, USDC, target), world.ledger.holders - 1, -1)
    expect(pool.spot(ETH, USDC) / target).toBeCloseTo(1, 12)
  })
})
