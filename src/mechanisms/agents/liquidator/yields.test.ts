import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lender } from '../../../world/index.ts'
import { lendingWorld } from '../../lending/testWorld.conformance.ts'
import { bestMargin, type Spots } from './kernel.ts'
import { createYields } from './yields.ts'

const accounts = [
  { collateral: { ETH: 10, WBTC: 1 }, debt: { USDC: 15_000 } },
  { collateral: { USDC: 9e3, ETH: 1 }, debt: { ETH: 2 } },
]

/** Prices of a venue that differ from the lender's by a factor per asset and side. */
function spotsOf(lender: Lender, buying: readonly number[], selling: readonly number[]): Spots {
  return {
    buy: (a) => buying[a]! / lender.price(a),
    sell: (a) => selling[a]! * lender.price(a),
    reset() {},
  }
}

/** The best of all pairs that can be liquidated, one by one. */
function bestOfAll(lender: Lender, spots: Spots, seen: Float64Array): number {
  const { liability, canSeize, book } = lender
  let best = Number.NEGATIVE_INFINITY
  for (let d = 0; d < book.coordinates; d++)
    for (let c = 0; c < book.coordinates; c++) {
      const price = seen[lender.assetOf(d)]!
      if (liability[d] !== 1 || liability[c] === 1 || canSeize[c] !== 1 || !(price > 0)) continue
      const margin = bestMargin(lender, spots, d, c)
      if (Number.isFinite(margin)) best = Math.max(best, margin / price)
    }
  return best
}

describe('the best margin of a lender', () => {
  it('is that of the best pair and never below it, at any spots, prices seen and asked in turn', () => {
    const { lender, world, setPrice, asset } = lendingWorld({ accounts })
    const yields = createYields(lender)
    const n = world.spec.assets.length
    const factors = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), {
      minLength: n,
      maxLength: n,
    })
    const news = fc.record({ buying: factors, selling: factors, past: factors, eth: fc.nat(3) })
    fc.assert(
      fc.property(news, ({ buying, selling, past, eth }) => {
        setPrice('ETH', [2000, 1500, 0, 1800][eth]!)
        const now = Float64Array.from({ length: n }, (_, a) => lender.price(a) || 0)
        const seen = now.map((price, a) => price * past[a]!)
        const spots = spotsOf(lender, buying, selling)
        const expected = bestOfAll(lender, spots, seen)
        const best = yields.best(spots, now, seen)
        expect(best).toBeGreaterThanOrEqual(expected)
        expect(best - expected).toBeLessThan(1e-9 * (1 + Math.abs(expected)))
        expect(seen[asset('ETH')]! > 0).toBe(eth !== 2)
      }),
      { seed: 4, numRuns: 300 },
    )
  })
})
