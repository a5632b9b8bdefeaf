import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { venueConformance } from '../../../../test/conformance/venue.ts'
import { rewind, snapshot } from '../../../engine/index.ts'
import type { Model, Params, World } from '../../../world/index.ts'
import { constantProduct } from '../constantProduct/model.ts'
import { BTC, ETH, testWorld, USDC, USDT } from '../testWorld.conformance.ts'
import { wrapper } from '../wrapper.ts'
import { router } from './model.ts'

// USDT stands for stETH, BTC for wstETH: stETH -> wstETH -> ETH -> USDC.
const STETH = USDT
const WSTETH = BTC

type Members = Readonly<Record<string, readonly [Model, Params]>>

const lido: Members = {
  wrap: [wrapper, { wrapped: WSTETH, underlying: STETH, rate: 1.15 }],
  wsteth: [
    constantProduct,
    { base: WSTETH, quote: ETH, baseReserve: 9000, price: 1.14, fee: 0.0005 },
  ],
  deep: [constantProduct, { base: ETH, quote: USDC, baseReserve: 8000, fee: 0.0005 }],
  thin: [constantProduct, { base: ETH, quote: USDC, baseReserve: 900, fee: 0.003 }],
}
/** A direct way that is shorter: stETH -> ETH -> USDC. */
const curve: Members = {
  curve: [
    constantProduct,
    { base: STETH, quote: ETH, baseReserve: 3000, price: 0.985, fee: 0.0004 },
  ],
}

function make(members: Members, hops = 2) {
  const world = testWorld({ ...members, router: [router, { venues: Object.keys(members), hops }] })
  return { world, venue: world.port('venue', 'router'), outside: world.ledger.holders - 1 }
}

const pairs = [
  [STETH, USDC],
  [USDC, STETH],
] as const

for (const [name, members, hops] of [
  ['alone', lido, 2],
  ['beside a shorter route', { ...lido, curve: curve.curve! }, 3],
] as const)
  venueConformance(`a route of three hops ${name}`, () => ({
    ...make(members, hops),
    pairs,
    sizes: (sell) => [0.01, 1, 50, 800].map((x) => (sell === STETH ? x : 2500 * x)),
    impossible: () => [Number.POSITIVE_INFINITY],
    spotTolerance: 3e-3,
  }))

/** What is left in every pool of a world after a sale, for comparisons. */
function spots(world: World): Readonly<Record<string, number>> {
  const spot = (name: string, sell: number, buy: number): number =>
    world.port('venue', name).spot(sell, buy)
  return {
    short: spot('curve', STETH, ETH),
    long: spot('wrap', STETH, WSTETH) * spot('wsteth', WSTETH, ETH),
  }
}

describe('a route of three hops', () => {
  it('sells stETH for USDC through the wrapper and two pools, the last step split', () => {
    const { world, venue, outside } = make(lido)
    const quoted = venue.quote(STETH, USDC, 500)
    const eth = world.port('venue', 'wsteth').quote(WSTETH, ETH, 500 * (1 / 1.15))
    const parts = ['deep', 'thin'].map((n) => world.port('venue', n))
    let best = 0
    for (let k = 0; k <= 1000; k++) {
      const share = k / 1000
      const usdc = [share, 1 - share].map((s, i) => parts[i]!.quote(ETH, USDC, s * eth))
      best = Math.max(best, usdc[0]! + usdc[1]!)
    }
    expect(quoted).toBeGreaterThanOrEqual(best * (1 - 1e-12))
    expect(quoted / best).toBeCloseTo(1, 6)
    expect(venue.swap(STETH, USDC, 500, outside, -1)).toBe(quoted)
    const thin = parts[1]!.spot(ETH, USDC)
    // Fees stay in the reserves, so the spots afterwards differ by a part of them.
    expect(parts[0]!.spot(ETH, USDC) / thin).toBeCloseTo(1, 3)
  })

  it('finds the order whose last unit is paid a target, whichever step has the impact', () => {
    const size = fc.double({ min: 1, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(size, size, fc.double({ min: 0.5, max: 0.9999, noNaN: true }), (a, b, share) => {
        const { venue } = make({
          wrap: lido.wrap!,
          wsteth: [constantProduct, { base: WSTETH, quote: ETH, baseReserve: a, price: 1.14 }],
          deep: [constantProduct, { base: ETH, quote: USDC, baseReserve: b }],
        })
        const target = share * venue.spot(STETH, USDC)
        const amount = venue.amountTo(STETH, USDC, target)
        const step = 1e-5 * amount
        const [more, less] = [amount + step, amount - step].map((x) => venue.quote(STETH, USDC, x))
        expect((more! - less!) / (2 * step) / target).toBeCloseTo(1, 5)
      }),
      { numRuns: 60 },
    )
  })

  it('converts in a wrapper at the start, in the middle and at the end', () => {
    const reserve = { baseReserve: 5000, fee: 0 }
    const pools: Members = {
      wrap: [wrapper, { wrapped: WSTETH, underlying: STETH, rate: 1.15 }],
      before: [constantProduct, { base: ETH, quote: WSTETH, price: 0.9, ...reserve }],
      after: [constantProduct, { base: STETH, quote: USDC, price: 2400, ...reserve }],
    }
    const { venue } = make(pools)
    for (const [sell, buy] of [
      [ETH, USDC],
      [USDC, ETH],
    ] as const) {
      const target = 0.95 * venue.spot(sell, buy)
      const amount = venue.amountTo(sell, buy, target)
      const gain = venue.quote(sell, buy, amount * 1.00001) - venue.quote(sell, buy, amount)
      expect(gain / (amount * 0.00001) / target).toBeCloseTo(1, 4)
    }
  })

  it('is left alone while a shorter one exists, unless hops says otherwise', () => {
    const members = { ...curve, ...lido }
    const [two, three] = [make(members), make(members, 3)]
    const start = spots(two.world)
    two.venue.swap(STETH, USDC, 1000, two.outside, -1)
    expect(spots(two.world).long).toBe(start.long)
    const usdc = three.venue.swap(STETH, USDC, 1000, three.outside, -1)
    const { short, long } = spots(three.world)
    expect(long).toBeLessThan(start.long!)
    expect(short).toBeLessThan(start.short!)
    const again = make(members)
    expect(usdc).toBeGreaterThan(again.venue.quote(STETH, USDC, 1000))
  })

  it('uses no pair twice, so that what is quoted is what is paid', () => {
    const members = { ...curve, ...lido }
    const { world, venue, outside } = make(members, 4)
    const start = snapshot(world)
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 20_000, noNaN: true }), (amount) => {
        for (const [sell, buy, x] of [
          [STETH, USDC, amount],
          [USDC, WSTETH, 2500 * amount],
          [STETH, ETH, amount],
        ] as const) {
          rewind(world, start)
          const quoted = venue.quote(sell, buy, x)
          expect(venue.swap(sell, buy, x, outside, -1)).toBe(quoted)
        }
      }),
      { numRuns: 50 },
    )
  })
})
