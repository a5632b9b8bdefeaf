import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal } from './exactMath.ts'
import {
  MAX_SQRT_RATIO,
  MAX_TICK,
  MIN_SQRT_RATIO,
  MIN_TICK,
  sqrtRatioAtTick,
  tickAtSqrtRatio,
} from './exactTickMath.ts'

describe('prices at ticks', () => {
  // Uniswap/v3-core test/TickMath.spec.ts and its snapshots (validation F3).
  it.each([
    [MIN_TICK, 4295128739n],
    [MIN_TICK + 1, 4295343490n],
    [MAX_TICK, 1461446703485210103287273052203988822378723970342n],
    [50, 79426470787362580746886972461n],
    [-50, 79030349367926598376800521322n],
    [250_000, 21246587762933397357449903968194344n],
    [-738_203, 7409801140451n],
    [0, 1n << 96n],
  ])('tick %i has the root of Uniswap v3-core', (tick, root) => {
    expect(sqrtRatioAtTick(tick)).toBe(root)
  })

  it('are found again: at the root itself, one unit above, and one below', () => {
    fc.assert(
      fc.property(fc.integer({ min: MIN_TICK, max: MAX_TICK - 1 }), (tick) => {
        const root = sqrtRatioAtTick(tick)
        expect(tickAtSqrtRatio(root)).toBe(tick)
        expect(tickAtSqrtRatio(root + 1n)).toBe(tick)
        if (tick > MIN_TICK) expect(tickAtSqrtRatio(root - 1n)).toBe(tick - 1)
      }),
    )
  })

  it('belong to the highest tick that is not above them, at any price', () => {
    fc.assert(
      fc.property(fc.bigInt(MIN_SQRT_RATIO, MAX_SQRT_RATIO - 1n), fc.nat(120), (high, shift) => {
        const root = high >> BigInt(shift)
        fc.pre(root >= MIN_SQRT_RATIO)
        const tick = tickAtSqrtRatio(root)
        expect(sqrtRatioAtTick(tick) <= root).toBe(true)
        expect(sqrtRatioAtTick(tick + 1) > root).toBe(true)
      }),
    )
  })

  it('are refused with the reasons of the contract outside of the limits', () => {
    expect(() => sqrtRatioAtTick(MAX_TICK + 1)).toThrow(new Refusal('T'))
    expect(() => sqrtRatioAtTick(MIN_TICK - 1)).toThrow(new Refusal('T'))
    expect(() => tickAtSqrtRatio(MIN_SQRT_RATIO - 1n)).toThrow(new Refusal('R'))
    expect(() => tickAtSqrtRatio(MAX_SQRT_RATIO)).toThrow(new Refusal('R'))
    expect(tickAtSqrtRatio(MIN_SQRT_RATIO)).toBe(MIN_TICK)
    expect(tickAtSqrtRatio(MAX_SQRT_RATIO - 1n)).toBe(MAX_TICK - 1)
  })
})
