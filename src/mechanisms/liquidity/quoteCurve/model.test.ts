import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelConformance, smallWorld, stepWorld } from '../../../../test/conformance/model.ts'
import { venueConformance } from '../../../../test/conformance/venue.ts'
import { rewind, snapshot } from '../../../engine/index.ts'
import type { ImpactTable } from '../../../world/index.ts'
import { feed } from '../../oracles/index.ts'
import { gbm, referenceMarket } from '../../prices/index.ts'
import { dealer } from '../../prices/testWorld.conformance.ts'
import { BTC, ETH, testWorld, USDC } from '../testWorld.conformance.ts'
import { quoteCurve } from './model.ts'

/** Made up: convex at first, then flattening, and one quote out of line. */
const curve: ImpactTable = {
  sell: 'WETH',
  buy: 'USD Coin',
  size: Float64Array.of(10, 100, 500, 600, 2000, 10_000),
  impact: Float64Array.of(0.0002, 0.0015, 0.008, 0.0119, 0.04, 0.15),
  spot: 1960,
}

function make(params: Readonly<Record<string, unknown>> = {}) {
  const world = testWorld({
    market: [referenceMarket, { drivers: [] }],
    silent: [feed, { source: 'market', assets: [ETH, USDC], opening: 'none' }],
    venue: [quoteCurve, { curve, base: ETH, quote: USDC, source: 'market', ...params }],
  })
  return { world, venue: world.port('venue', 'venue'), outside: world.ledger.holders - 1 }
}

for (const fee of [0, 0.003])
  venueConformance(`quoteCurve with a fee of ${fee}`, () => ({
    ...make({ fee }),
    pairs: [
      [ETH, USDC],
      [USDC, ETH],
    ],
    sizes: (sell) => [0.01, 5, 100, 900, 8000].map((q) => (sell === ETH ? q : 2500 * q)),
    impossible: (sell) => [sell === ETH ? 10_001 : 30e6, Number.POSITIVE_INFINITY],
  }))

modelConformance('a quoted curve that is traded while its going price moves', () =>
  smallWorld({
    noise: [gbm, { assets: [1], vol: 1 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    venue: [quoteCurve, { curve, base: 1, quote: 3, source: 'market' }],
    dealer: [
      dealer,
      {
        venue: 'venue',
        trades: Array.from({ length: 20 }, (_, k) =>
          k % 3 === 2
            ? { tick: k + 1, sell: 3, buy: 1, amount: 50_000 }
            : { tick: k + 1, sell: 1, buy: 3, amount: 40 },
        ),
      },
    ],
  }),
)

describe('a quoted curve', () => {
  it('pays the quoted impact on the going price of the world, not on that of the quotes', () => {
    const { venue } = make()
    expect(venue.spot(ETH, USDC)).toBe(2500)
    for (const [size, impact] of [
      [100, 0.0015],
      [2000, 0.04],
      [10_000, 0.15],
    ] as const)
      expect(venue.quote(ETH, USDC, size)).toBeCloseTo(2500 * size * (1 - impact), 4)
    expect(venue.has(ETH, BTC)).toBe(false)
    expect([venue.spot(BTC, USDC), venue.quote(ETH, BTC, 1), venue.amountTo(ETH, BTC, 1)]).toEqual([
      0, 0, 0,
    ])
  })

  it('recovers at its half-life', () => {
    const { world, venue, outside } = make({ halfLife: 600 })
    venue.swap(ETH, USDC, 2000, outside, -1)
    const later = venue.quote(ETH, USDC, 100)
    stepWorld(world, 50)
    const half = make()
    half.venue.swap(ETH, USDC, 1000, half.outside, -1)
    expect(venue.spot(ETH, USDC)).toBeCloseTo(half.venue.spot(ETH, USDC), 8)
    expect(venue.quote(ETH, USDC, 100)).toBeGreaterThan(later)
    stepWorld(world, 5000)
    expect(venue.spot(ETH, USDC)).toBeCloseTo(2500, 9)
    const fast = make({ halfLife: 0 })
    fast.venue.swap(ETH, USDC, 2000, fast.outside, -1)
    stepWorld(fast.world, 1)
    expect(fast.venue.spot(ETH, USDC)).toBe(2500)
  })

  it('does not let a round trip gain: at once from any displacement, or over time from rest', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true })
    const { world, venue, outside } = make()
    const start = snapshot(world)
    fc.assert(
      fc.property(
        fraction,
        fraction,
        fraction,
        fc.integer({ min: 0, max: 20 }),
        (u, v, w, wait) => {
          const amount = 1 + 2000 * w
          const gain = (sell: number, buy: number, size: number, ticks: number): number => {
            const there = venue.swap(sell, buy, size, outside, -1)
            stepWorld(world, ticks)
            return venue.swap(buy, sell, there, outside, -1) / size - 1
          }
          rewind(world, start)
          expect(gain(ETH, USDC, amount, wait)).toBeLessThanOrEqual(1e-9)
          rewind(world, start)
          expect(gain(USDC, ETH, 2500 * amount, wait)).toBeLessThanOrEqual(1e-9)
          venue.swap(ETH, USDC, 3000 * u, outside, -1)
          venue.swap(USDC, ETH, 7e6 * v, outside, -1)
          expect(gain(ETH, USDC, amount, 0)).toBeLessThanOrEqual(1e-9)
          expect(gain(USDC, ETH, 2500 * amount, 0)).toBeLessThanOrEqual(1e-9)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('pays the same for an order in parts', () => {
    const [whole, parts] = [make({ fee: 0.001 }), make({ fee: 0.001 })]
    const usdc = whole.venue.swap(ETH, USDC, 3000, whole.outside, -1)
    let sum = 0
    for (const part of [1, 99, 1400, 1500])
      sum += parts.venue.swap(ETH, USDC, part, parts.outside, -1)
    expect(sum / usdc).toBeCloseTo(1, 12)
    expect(parts.venue.spot(ETH, USDC)).toBeCloseTo(whole.venue.spot(ETH, USDC), 9)
  })

  it('has no impact left when the channel of price impact is cut', () => {
    const cut = quoteCurve.cuts.priceImpact
    const { venue, outside } = make(cut && 'set' in cut ? cut.set : {})
    expect(venue.swap(ETH, USDC, 1e6, outside, -1)).toBeCloseTo(2.5e9, 3)
    expect(venue.spot(ETH, USDC)).toBeCloseTo(2500, 9)
  })

  it('records how far a sale moved the spot, and takes the other side without end', () => {
    const { world, venue, outside } = make()
    const before = venue.spot(ETH, USDC)
    for (let k = 0; k < 20; k++) {
      venue.swap(ETH, USDC, 400, outside, -1)
      stepWorld(world, 1000)
    }
    expect(world.trace.columns.z[0]).toBeLessThan(-0.01)
    expect(world.trace.columns.z[0]).toBeGreaterThan(-0.03)
    expect(before).toBe(2500)
    expect(
      world.ledger.balance(
        world.instances.findIndex((i) => i.name === 'venue'),
        ETH,
      ),
    ).toBe(8000)
  })

  it('has no price while its source has none', () => {
    const { venue } = make({ source: 'silent' })
    expect([
      venue.spot(ETH, USDC),
      venue.quote(ETH, USDC, 1),
      venue.amountTo(ETH, USDC, 1),
    ]).toEqual([0, 0, 0])
  })
})
