import { describe, expect, it } from 'vitest'
import { venueConformance } from '../../../../test/conformance/venue.ts'
import { BTC, ETH, testWorld, USDC } from '../testWorld.conformance.ts'
import { concentrated } from './model.ts'
import { realPools, tableOf } from './tables.conformance.ts'

const tables = realPools().map(tableOf)

/** USDC/WETH 0.05 %, 1,415 ticks: token 0 is USDC. */
function make(params = {}) {
  const world = testWorld({
    pool: [concentrated, { ticks: tables[2], base: USDC, quote: ETH, ...params }],
  })
  return { world, venue: world.port('venue', 'pool'), pool: world.port('pool', 'pool') }
}

const pairs = [
  [ETH, USDC],
  [USDC, ETH],
] as const
const sizes = (sell: number): readonly number[] =>
  [0.001, 1, 100, 1000, 5000].map((x) => (sell === ETH ? x : x * 2500))

venueConformance('concentrated', () => ({
  ...make(),
  pairs,
  sizes,
  impossible: () => [1e60, Number.POSITIVE_INFINITY],
}))

venueConformance('concentrated, WBTC as token 0', () => {
  const world = testWorld({ pool: [concentrated, { ticks: tables[5], base: BTC, quote: ETH }] })
  return {
    world,
    venue: world.port('venue', 'pool'),
    pairs: [
      [ETH, BTC],
      [BTC, ETH],
    ],
    sizes: (sell: number) => [0.01, 1, 20, 100].map((x) => (sell === BTC ? x : x * 24)),
  }
})

describe('concentrated', () => {
  it('starts at the ratio of the start prices, or at the price stated', () => {
    expect(make().pool.price()).toBeCloseTo(1 / 2500, 15)
    expect(make({ price: 1 / 1900 }).pool.price()).toBeCloseTo(1 / 1900, 15)
  })

  it('takes the fee of the table unless another is stated', () => {
    expect(make().pool.fee).toBe(0.0005)
    expect(make({ fee: 0 }).pool.fee).toBe(0)
    expect(make({ fee: 0 }).pool.spot(ETH, USDC)).toBeCloseTo(2500, 9)
  })

  it('holds in the ledger what its curve can pay, and fees on top', () => {
    const { world, pool } = make()
    const outside = world.ledger.holders - 1
    const [usdc, eth] = [world.ledger.balance(1, USDC), world.ledger.balance(1, ETH)]
    expect(usdc).toBeGreaterThan(1e6)
    expect(eth).toBeGreaterThan(1e3)
    const bought = pool.swap(ETH, USDC, 1000, outside, -1)
    const back = pool.swap(USDC, ETH, bought, outside, -1)
    // v3 keeps fees beside the curve: the way back starts where the way there ended.
    expect(back / 1000).toBeCloseTo((1 - 0.0005) ** 2, 4)
    expect(world.ledger.balance(1, ETH)).toBeCloseTo(eth + 1000 - back, 8)
    expect(world.ledger.balance(1, USDC)).toBeCloseTo(usdc, 6)
  })

  it('can be drained to its last unit on one side, and traded back', () => {
    const { world, pool } = make()
    const outside = world.ledger.holders - 1
    const all = pool.amountTo(ETH, USDC, 1e-9)
    expect(pool.swap(ETH, USDC, all, outside, -1)).toBeGreaterThan(0)
    expect(pool.spot(ETH, USDC)).toBeCloseTo(1e-9, 15)
    expect(pool.swap(USDC, ETH, pool.amountTo(USDC, ETH, 1 / 2500), outside, -1)).toBeGreaterThan(0)
    expect(pool.spot(USDC, ETH) * 2500).toBeCloseTo(1, 9)
  })

  it('says which swap moved its price down and which up', () => {
    const { world, pool } = make()
    const outside = world.ledger.holders - 1
    const start = pool.price()
    pool.swap(USDC, ETH, 1000, outside, -1)
    expect(pool.price()).toBeLessThan(start)
    expect([pool.lastSwap(-1), pool.lastSwap(1)]).toEqual([0, -1])
    pool.swap(ETH, USDC, 10, outside, -1)
    expect(pool.price()).toBeGreaterThan(start)
    expect([pool.lastSwap(-1), pool.lastSwap(1)]).toEqual([0, 1])
    expect(world.trace.columns.z[0]).toBeLessThan(0)
    expect(world.trace.columns.z[1]).toBeLessThan(0)
  })
})
