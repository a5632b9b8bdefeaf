import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  burn,
  createPool,
  increaseObservationCardinalityNext,
  initialize,
  observe,
  type Pool,
  snapshotCumulativesInside,
  sqrtRatioAtTick,
  swap,
} from './exact.ts'
import { Q96 } from './exactMath.ts'
import { NOW, openPool, provide, type TestPool } from './pool.conformance.ts'

/** Move the price to a tick, against the liquidity there is. */
function moveTo({ pool, tokens, pay }: TestPool, tick: number, time: bigint): void {
  const limit = sqrtRatioAtTick(tick)
  if (limit === pool.sqrtPriceX96) return
  const order = {
    recipient: 'u',
    zeroForOne: limit < pool.sqrtPriceX96,
    amountSpecified: 1n << 200n,
    sqrtPriceLimitX96: limit,
  }
  expect(swap(pool, tokens, { ...order, callback: pay }, time).ok).toBe(true)
}

function tickSum(pool: Pool, time: bigint, ago: bigint): bigint | string {
  const done = observe(pool, time, [ago])
  return done.ok ? done.value[0]!.tickCumulative : done.reason
}

describe('observations', () => {
  const path = fc.array(fc.tuple(fc.integer({ min: -5000, max: 5000 }), fc.bigInt(0n, 1n << 28n)), {
    minLength: 1,
    maxLength: 12,
  })

  it('sum tick x seconds at any moment that the ring still reaches, also across 2^32 seconds', () => {
    const late = fc.constantFrom(NOW, (1n << 32n) - 1000n)
    fc.assert(
      fc.property(path, late, fc.integer({ min: 1, max: 8 }), (moves, start, size) => {
        const pool = createPool(3000n, 60)
        initialize(pool, Q96, start)
        const test = { ...openPool(3000n, 60, Q96), pool }
        provide(test, 'u', [-6000, 6000], 10n ** 18n, start)
        increaseObservationCardinalityNext(pool, size)
        let time = start
        // The tick that held in every second, as pieces.
        const pieces: [bigint, number][] = [[start, 0]]
        for (const [tick, wait] of moves) {
          time += wait
          moveTo(test, tick, time)
          pieces.push([time, pool.tick])
        }
        const end = time + 77n
        const sumAt = (at: bigint): bigint =>
          pieces.reduce((sum, [from, tick], i) => {
            const to = pieces[i + 1]?.[0] ?? end
            const stop = to < at ? to : at
            return stop > from ? sum + (stop - from) * BigInt(tick) : sum
          }, 0n)
        const written = [...pool.observations.values()].filter((o) => o.initialized)
        for (const { blockTimestamp } of written) {
          const ago = BigInt.asUintN(32, end - blockTimestamp)
          for (const back of [ago, ago / 2n, ago / 3n]) {
            expect(tickSum(pool, end, back)).toBe(sumAt(end - back))
          }
        }
      }),
    )
  })

  it('before the oldest entry are refused', () => {
    const { pool } = openPool(3000n, 60, Q96)
    expect(tickSum(pool, NOW + 10n, 10n)).toBe(0n)
    expect(tickSum(pool, NOW + 10n, 11n)).toBe('OLD')
    expect(tickSum(createPool(3000n, 60), NOW, 0n)).toBe('I')
  })

  it('keep one entry a block and overwrite the oldest once the ring is full', () => {
    const test = openPool(3000n, 60, Q96)
    provide(test, 'u', [-600, 600], 10n ** 18n)
    increaseObservationCardinalityNext(test.pool, 3)
    for (let i = 1n; i <= 6n; i++) {
      moveTo(test, i % 2n === 0n ? 60 : -60, NOW + i)
      moveTo(test, 0, NOW + i)
    }
    const times = [...test.pool.observations.values()].map((o) => o.blockTimestamp - NOW)
    expect(times.sort()).toEqual([4n, 5n, 6n])
  })
})

describe('the time between two ticks', () => {
  it('counts the seconds during which the price was there', () => {
    const test = openPool(3000n, 60, Q96)
    provide(test, 'u', [-600, 600], 10n ** 18n)
    provide(test, 'u', [60, 120], 10n ** 18n)
    const inside = (time: bigint): bigint => {
      const done = snapshotCumulativesInside(test.pool, { lower: 60, upper: 120 }, time)
      return done.ok ? done.value[2] : -1n
    }
    const first = inside(NOW + 100n)
    moveTo(test, 90, NOW + 100n)
    moveTo(test, 200, NOW + 130n)
    const span = (time: bigint): bigint => BigInt.asUintN(32, inside(time) - first)
    expect(span(NOW + 500n)).toBe(30n)
    moveTo(test, 100, NOW + 600n)
    expect(span(NOW + 612n)).toBe(42n)
  })

  it('is refused where no position begins or ends', () => {
    const test = openPool(3000n, 60, Q96)
    provide(test, 'u', [-60, 60], 10n)
    expect(snapshotCumulativesInside(test.pool, { lower: -60, upper: 120 }, NOW).ok).toBe(false)
    burn(test.pool, { owner: 'u', lower: -60, upper: 60, liquidity: 10n }, NOW)
    expect(snapshotCumulativesInside(test.pool, { lower: -60, upper: 60 }, NOW).ok).toBe(false)
  })
})
