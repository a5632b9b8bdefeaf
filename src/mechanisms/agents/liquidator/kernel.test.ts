import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ETH } from '../../../../test/conformance/model.ts'
import { USD, type Venue } from '../../../world/index.ts'
import { aaveWorld } from '../../lending/testWorld.conformance.ts'
import { blocksOf, costOf, largestPair, type Prospect, proceedsOf } from './kernel.ts'

/** A pool of USD against an asset with constant product. */
function pool(dollars: number, tokens: number): Venue {
  const [reserves, others] = [dollars, tokens]
  const out = (sell: number, amount: number): number => {
    if (!(amount > 0 && amount < Infinity)) return 0
    const [from, to] = sell === USD ? [reserves, others] : [others, reserves]
    return (to * amount) / (from + amount)
  }
  return {
    has: () => true,
    spot: (sell) => (sell === USD ? others / reserves : reserves / others),
    quote: (sell, _, amount) => out(sell, amount),
    amountTo: () => 0,
    swap: () => 0,
  }
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })

describe('the cost of an amount', () => {
  it('is what the venue quotes it for, however thin the venue', () => {
    fc.assert(
      fc.property(
        between(1e2, 1e9),
        between(1e-3, 1e6),
        between(1e-6, 0.9999),
        (usd, eth, share) => {
          const venue = pool(usd, eth)
          const cost = costOf(venue, ETH, share * eth)
          expect(venue.quote(USD, ETH, cost)).toBeGreaterThanOrEqual(share * eth)
          const exact = (usd * share) / (1 - share)
          expect(Math.abs(cost - exact)).toBeLessThan((1e-11 / (1 - share)) * exact)
        },
      ),
      // A step of one rounding that the quote does not show.
      { examples: [[111.28625301697451, 0.1208469777676877, 0.9998999999999992]] },
    )
  })

  it('is infinite for more than the venue has', () => {
    expect(costOf(pool(1e6, 500), ETH, 501)).toBe(Number.POSITIVE_INFINITY)
  })

  it('is infinite where the venue quotes nothing', () => {
    const closed: Venue = { ...pool(1e6, 500), spot: () => 0, quote: () => 0 }
    expect(costOf(closed, ETH, 1)).toBe(Number.POSITIVE_INFINITY)
  })

  it('is the amount for dollars, and nothing for nothing', () => {
    expect(costOf(pool(1e6, 500), USD, 7)).toBe(7)
    expect(costOf(pool(1e6, 500), ETH, 0)).toBe(0)
  })
})

describe('proceeds', () => {
  it('are what the venue quotes, and the amount for dollars', () => {
    expect(proceedsOf(pool(1e6, 500), ETH, 500)).toBe(5e5)
    expect(proceedsOf(pool(1e6, 500), USD, 7)).toBe(7)
  })
})

describe('a wait in blocks', () => {
  it('ends with the first block that is not before its end', () => {
    expect([0, 1, 12, 13, 24].map((wait) => blocksOf(wait, 12))).toEqual([0, 1, 1, 2, 2])
    expect(blocksOf(0.3, 0.1)).toBe(3)
  })
})

describe('the largest pair', () => {
  it('leaves out collateral that no liquidation may take', () => {
    const accounts = [
      { collateral: { ETH: 1, WBTC: 1 }, debt: { USDC: 1500 }, threshold: { WBTC: 0 } },
      { collateral: { WBTC: 1 }, debt: { USDC: 1500 }, threshold: { WBTC: 0 } },
    ]
    const { world, lender } = aaveWorld({ accounts })
    const prices = world.spec.assets.map(({ price }) => price)
    const values = new Float64Array(lender.book.coordinates)
    lender.coordinatesAt(prices, 'value', values)
    const pair: Prospect = { debt: 0, collateral: 0, owed: 0, repay: 0, cost: 0, gain: 0 }
    expect(largestPair(lender, values, 0, pair)).toBe(true)
    expect(world.spec.assets[lender.assetOf(pair.collateral)]!.name).toBe('ETH')
    expect(largestPair(lender, values, 1, pair)).toBe(false)
  })
})
