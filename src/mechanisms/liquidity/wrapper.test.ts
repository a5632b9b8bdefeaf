import { describe, expect, it } from 'vitest'
import { modelConformance, smallWorld } from '../../../test/conformance/model.ts'
import { venueConformance } from '../../../test/conformance/venue.ts'
import { dealer } from '../prices/testWorld.conformance.ts'
import { constantProduct } from './constantProduct/model.ts'
import { router } from './router/model.ts'
import { BTC, ETH, testWorld, USDC, USDT } from './testWorld.conformance.ts'
import { wrapper } from './wrapper.ts'

/** BTC stands for the wrapped token, ETH for what it stands for. */
function make() {
  const world = testWorld({
    wrapper: [wrapper, { wrapped: BTC, underlying: ETH, rate: 1.15 }],
    stable: [constantProduct, { base: USDC, quote: USDT, baseReserve: 1e7 }],
    router: [router, { venues: ['wrapper', 'stable'] }],
  })
  const self = world.instances.findIndex((i) => i.name === 'wrapper')
  return { world, venue: world.port('venue', 'wrapper'), self, outside: world.ledger.holders - 1 }
}

// The suite wants a venue that trades move; a router hands single legs on as they are.
venueConformance('a wrapper beside a pool', () => {
  const { world } = make()
  return {
    world,
    venue: world.port('venue', 'router'),
    pairs: [
      [BTC, ETH],
      [ETH, BTC],
      [USDC, USDT],
    ],
    sizes: () => [0.1, 10, 1e4],
    impossible: () => [Number.POSITIVE_INFINITY],
    spotTolerance: 0.003,
  }
})

modelConformance(
  'a wrapper that is used',
  () =>
    smallWorld({
      wrapper: [wrapper, { wrapped: 2, underlying: 1, rate: 1.15 }],
      dealer: [
        dealer,
        {
          venue: 'wrapper',
          trades: Array.from({ length: 20 }, (_, k) => ({
            tick: k + 1,
            sell: 1 + (k % 2),
            buy: 2 - (k % 2),
            amount: 5 + k,
          })),
        },
      ],
    }),
  { isRandom: false },
)

describe('a wrapper', () => {
  it('mints and burns at its rate, whatever the size', () => {
    const { world, venue, self, outside } = make()
    expect(venue.swap(ETH, BTC, 1150, outside, -1)).toBeCloseTo(1000, 10)
    expect(world.ledger.balance(self, ETH)).toBe(1150)
    expect(world.ledger.balance(self, BTC)).toBeCloseTo(-1000, 10)
    expect(venue.swap(BTC, ETH, 1e7, outside, -1)).toBeCloseTo(1.15e7, 5)
    expect([venue.spot(BTC, ETH), venue.spot(ETH, BTC)]).toEqual([1.15, 1 / 1.15])
    expect([...world.trace.columns.z.subarray(0, 2)]).toEqual([0, 0])
  })

  it('takes any amount above a target below its rate, and nothing at or above it', () => {
    const { venue } = make()
    expect(venue.amountTo(BTC, ETH, 1.1499)).toBe(1e30)
    expect([1.15, 1.2, 0, Number.NaN].map((t) => venue.amountTo(BTC, ETH, t))).toEqual([0, 0, 0, 0])
  })

  it('converts only its own two assets', () => {
    const { venue } = make()
    expect([venue.has(ETH, USDC), venue.has(ETH, ETH), venue.has(BTC, BTC)]).toEqual([
      false,
      false,
      false,
    ])
    expect([venue.spot(ETH, USDC), venue.quote(ETH, USDC, 1)]).toEqual([0, 0])
  })
})
