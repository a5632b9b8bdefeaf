/** Ties the integers to the float kernel of `concentrated`: within 1e-12 of the pool, or rounding. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TickTable } from '../../../world/index.ts'
import {
  type Landing,
  type Ranges,
  rangesOf,
  reserve0,
  reserve1,
  sell0,
  sell1,
} from '../concentrated/kernel.ts'
import { MAX_SQRT_RATIO, MIN_SQRT_RATIO, type Pool, sqrtRatioAtTick, swap } from './exact.ts'
import { NOW, openPool, provide, ranges, type TestPool } from './pool.conformance.ts'

const Q96 = 2 ** 96
/** Allowed gap; the required one is 1e-9, the largest seen 7e-15. */
const SIZE = 1e-12

/** The pool's ticks as a source would read them; tokens without decimals, so that units are whole. */
function tableOf(pool: Pool): TickTable {
  const ticks = [...pool.ticks.entries()].sort(([a], [b]) => a - b)
  return {
    pool: 'exact',
    assets: ['A', 'B'],
    decimals: [0, 0],
    fee: Number(pool.fee) / 1e6,
    tickSpacing: pool.tickSpacing,
    tick: pool.tick,
    sqrtPrice: Number(pool.sqrtPriceX96) / Q96,
    liquidity: Number(pool.liquidity),
    ticks: Int32Array.from(ticks, ([tick]) => tick),
    net: Float64Array.from(ticks, ([, t]) => Number(t.liquidityNet)),
  }
}

type Curve = { readonly ranges: Ranges; readonly at: Landing }

function curveOf(pool: Pool): Curve {
  const table = tableOf(pool)
  const found = rangesOf(table, table.sqrtPrice ** 2)
  return { ranges: found, at: { root: found.startRoot, interval: found.start } }
}

/** Sell to both; compare what was bought and where the price landed. @returns false when not filled. */
function sellBoth(
  test: TestPool,
  { ranges: r, at }: Curve,
  zeroForOne: boolean,
  x: bigint,
): boolean {
  const { pool, tokens, pay } = test
  // What the curve holds of the bought token, now and at most.
  const left = zeroForOne ? reserve1(r, at.root, at.interval) : reserve0(r, at.root, at.interval)
  const size = zeroForOne ? r.below1.at(-1)! : r.above0[0]!
  const sell = zeroForOne ? sell0 : sell1
  const counted = Number(x) * (1 - Number(pool.fee) / 1e6)
  const ticks = pool.ticks.size
  const limit = zeroForOne ? MIN_SQRT_RATIO + 1n : MAX_SQRT_RATIO - 1n
  const order = { recipient: 'u', zeroForOne, amountSpecified: x, sqrtPriceLimitX96: limit }
  const done = swap(pool, tokens, { ...order, callback: pay }, NOW)
  if (!done.ok) throw new Error(done.reason)
  const [amount0, amount1] = done.value
  const [sold, bought] = zeroForOne ? [amount0, -amount1] : [amount1, -amount0]
  const float = sell(r, at.root, at.interval, counted, at)
  if (float === 0 || sold !== x) {
    // Neither fills an order that reaches beyond the last liquidity, up to rounding.
    expect(Math.abs(Number(bought) - (float === 0 ? left : float))).toBeLessThanOrEqual(
      SIZE * size + 2 * ticks,
    )
    return false
  }
  expect(Math.abs(Number(bought) - float)).toBeLessThanOrEqual(SIZE * size + 2 * ticks)
  // Prices are compared by what lies between them: across a gap in the liquidity that is nothing.
  const root = Number(pool.sqrtPriceX96) / Q96
  const last = r.liquidity.length - 1
  const interval = Math.min(
    Math.max(
      r.root.findLastIndex((tick) => tick <= root),
      0,
    ),
    last,
  )
  for (const [reserve, most] of [
    [reserve0, r.above0[0]!],
    [reserve1, r.below1.at(-1)!],
  ] as const) {
    const apart = Math.abs(reserve(r, at.root, at.interval) - reserve(r, root, interval))
    expect(apart).toBeLessThanOrEqual(SIZE * most + 2 * ticks)
  }
  return true
}

describe('exact swaps', () => {
  const orders = fc.array(fc.tuple(fc.boolean(), fc.bigInt(10n ** 8n, 10n ** 23n)), {
    minLength: 1,
    maxLength: 6,
  })
  const seen = { filled: 0, not: 0, crossed: 0 }

  it('buy what the float kernel buys, swap after swap, and land on its price', () => {
    fc.assert(
      fc.property(
        ranges,
        fc.integer({ min: -2000, max: 2000 }),
        fc.constantFrom(100n, 500n, 3000n, 10_000n),
        orders,
        (places, tick, fee, swaps) => {
          const test = openPool(fee, 60, sqrtRatioAtTick(tick) + 12_345n)
          for (const [lower, upper, L] of places) provide(test, 'u', [lower, upper], L)
          const inside = [...test.pool.ticks.keys()]
          fc.pre(Math.min(...inside) <= tick && tick < Math.max(...inside))
          const curve = curveOf(test.pool)
          const start = curve.at.interval
          for (const [zeroForOne, x] of swaps) {
            if (sellBoth(test, curve, zeroForOne, x)) seen.filled++
            else {
              seen.not++
              return
            }
          }
          if (curve.at.interval !== start) seen.crossed++
        },
      ),
      { numRuns: 400 },
    )
    // The property says nothing unless orders were filled, refused, and went across ticks.
    expect(Math.min(seen.filled, seen.not, seen.crossed)).toBeGreaterThan(10)
  })
})
