import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Venue } from '../../../world/index.ts'
import { fillLegs, type Leg, splitOrder } from './kernel.ts'

/** A venue whose marginal price falls from `price` by `slope` per unit; it ends at half its price. */
function line(price: number, slope: number): Venue {
  const end = slope > 0 ? price / 2 / slope : Infinity
  return {
    has: () => true,
    spot: () => price,
    quote: (_sell, _buy, x) => (x > end ? 0 : price * x - (slope * x * x) / 2),
    amountTo: (_sell, _buy, target) =>
      target >= price ? 0 : Math.min(slope > 0 ? (price - target) / slope : Infinity, end),
    swap: () => 0,
  }
}

function legs(...venues: Venue[]): Leg[] {
  return venues.map((venue) => ({ venue, sell: 0, buy: 1 }))
}

function split(all: readonly Leg[], amount: number): number[] | null {
  const out = new Float64Array(all.length)
  const spare = new Float64Array(all.length)
  const spots = Float64Array.from(all, (leg) => leg.venue.spot(0, 1))
  const fill = (price: number, limit: number, to: Float64Array): number =>
    fillLegs(all, price, limit, to, 0)
  return splitOrder(fill, spots, amount, all.length, out, spare) ? Array.from(out) : null
}

function worth(all: readonly Leg[], parts: readonly number[]): number {
  return all.reduce((sum, { venue }, i) => sum + venue.quote(0, 1, parts[i]!), 0)
}

const venues = fc.array(
  fc.record({
    price: fc.double({ min: 0.9, max: 1.1, noNaN: true }),
    slope: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  }),
  { minLength: 2, maxLength: 6 },
)

describe('splitOrder', () => {
  it('makes the marginal prices of used legs equal and leaves worse ones unused', () => {
    fc.assert(
      fc.property(venues, fc.double({ min: 1e-6, max: 0.9, noNaN: true }), (given, part) => {
        const all = legs(...given.map((v) => line(v.price, v.slope)))
        const most = given.reduce((sum, v) => sum + v.price / 2 / v.slope, 0)
        // Below half the best price some legs are used up: their price stops being the common one.
        const amount = part * Math.min(most, ...given.map((v) => 0.3 / v.slope))
        const parts = split(all, amount)!
        const margins = given.map((v, i) => v.price - v.slope * parts[i]!)
        const common = Math.max(...margins)
        margins.forEach((margin, i) => {
          if (parts[i]! > 0) expect(Math.abs(margin / common - 1)).toBeLessThanOrEqual(1e-9)
          else expect(margin).toBeLessThanOrEqual(common * (1 + 1e-9))
        })
        expect(parts.reduce((sum, x) => sum + x, 0) / amount).toBeCloseTo(1, 14)
      }),
    )
  })

  it('buys at least as much as any single leg and any other split', () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 6,
      maxLength: 6,
    })
    fc.assert(
      fc.property(
        venues,
        cuts,
        fc.double({ min: 0.001, max: 0.4, noNaN: true }),
        (given, cut, part) => {
          const all = legs(...given.map((v) => line(v.price, v.slope)))
          const amount = part / Math.max(...given.map((v) => v.slope))
          const best = worth(all, split(all, amount)!) * (1 + 1e-12)
          for (const { venue } of all) expect(venue.quote(0, 1, amount)).toBeLessThanOrEqual(best)
          const total = all.reduce((sum, _, i) => sum + cut[i]!, 0)
          const other = all.map((_, i) =>
            total > 0 ? (cut[i]! / total) * amount : amount / all.length,
          )
          expect(worth(all, other)).toBeLessThanOrEqual(best)
        },
      ),
    )
  })

  it('gives a leg without impact what the better ones leave', () => {
    const parts = split(legs(line(1.01, 0.001), line(1, 0), line(0.99, 0.1)), 1000)!
    expect(parts[0]).toBeCloseTo(10, 9)
    expect(parts[1]).toBeCloseTo(990, 9)
    expect(parts[2]).toBe(0)
    expect(split(legs(line(1, 0), line(1, 0)), 7)!.reduce((a, b) => a + b)).toBe(7)
  })

  it('drops legs without liquidity and fills whole or not at all', () => {
    const dead: Venue = { ...line(1, 1), spot: () => 0, quote: () => 0, amountTo: () => 0 }
    expect(split(legs(dead, line(1, 0.01)), 10)).toEqual([0, 10])
    expect(split(legs(line(1, 1), line(1, 1)), 1.01)).toBeNull()
    expect(split(legs(dead, dead), 1)).toBeNull()
  })

  it.each([1e-12, 1e-6, 1, 1e6])('meets an order of %f of the depth to the last bit', (size) => {
    const amount = 0.1 * size
    const all = legs(line(1, 1 / size), line(1.0001, 2 / size), line(0.9, 3 / size))
    expect(split(all, amount)!.reduce((a, b) => a + b) / amount).toBeCloseTo(1, 15)
    const tiny = split(all, amount * 1e-13)!
    expect(tiny.reduce((a, b) => a + b) / amount / 1e-13).toBeCloseTo(1, 15)
  })
})
