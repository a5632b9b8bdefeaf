import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPool } from './exact.ts'
import { flipTick, maxLiquidityPerTick, nextTickAbove, nextTickBelow } from './exactTicks.ts'

describe('liquidity per tick', () => {
  // Uniswap/v3-core test/Tick.spec.ts.
  it.each([
    [10, 1917569901783203986719870431555990n],
    [60, 11505743598341114571880798222544994n],
    [200, 38350317471085141830651933667504588n],
  ])('spacing %i allows what Uniswap v3-core states', (spacing, most) => {
    expect(maxLiquidityPerTick(spacing)).toBe(most)
  })
})

describe('the bitmap', () => {
  const places = fc.uniqueArray(fc.integer({ min: -700, max: 700 }), { maxLength: 20 })

  it('finds the next tick in use within a word, in both directions', () => {
    fc.assert(
      fc.property(
        places,
        fc.constantFrom(1, 7, 60),
        fc.integer({ min: -40_000, max: 40_000 }),
        (used, s, tick) => {
          const pool = createPool(0n, s)
          for (const place of used) flipTick(pool, [], place * s)
          const at = Math.floor(tick / s)
          const low = Math.floor(at / 256) * 256
          const below = used.filter((p) => p <= at && p >= low)
          const next = Math.max(low, ...below)
          expect(nextTickBelow(pool, tick)).toEqual({
            tick: next * s,
            initialized: below.length > 0,
          })
          const high = Math.floor((at + 1) / 256) * 256 + 255
          const above = used.filter((p) => p > at && p <= high)
          const up = Math.min(high, ...above)
          expect(nextTickAbove(pool, tick)).toEqual({ tick: up * s, initialized: above.length > 0 })
        },
      ),
    )
  })

  it('forgets a tick that is flipped twice', () => {
    const pool = createPool(0n, 60)
    flipTick(pool, [], -120)
    flipTick(pool, [], -120)
    expect([...pool.bitmap.values()]).toEqual([0n])
  })
})
