import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brent } from '../../../math/index.ts'
import { amountLeft, amountOut, amountTo, bendOf, invariantOf, priceAt } from './kernel.ts'

const ANN = 6000
const SIZE = 510e6

/** The 3pool of validation F9: 510 M, A = 2000, as much DAI as USDC. */
function threePool(share: number) {
  const usdt = SIZE * share
  const usdc = (SIZE - usdt) / 2
  return { usdc, usdt, bend: bendOf(Float64Array.of(usdc, usdc, usdt), ANN) }
}

/** USDC that a USDT costs at the margin. */
function costAt(share: number): number {
  const { usdc, usdt, bend } = threePool(share)
  return priceAt(usdt, usdc, bend)
}

/** USDC whose sale for USDT brings 4 % less than par on average. */
function sizeAt4Percent(share: number): number {
  const { usdc, usdt, bend } = threePool(share)
  const loss = (size: number): number => 1 - amountOut(usdc, usdt, bend, size) / size
  if (loss(1) > 0.04) return 0
  return brent((size) => loss(size) - 0.04, 1, 1e9, { tolerance: 1 })
}

describe('StableSwap', () => {
  // Golden: validation F9, computed by an independent program.
  it.each([
    [0.07, 1.00494],
    [0.05, 1.009765],
    [0.03, 1.027228],
    [0.02, 1.061216],
    [0.015, 1.108625],
    [0.012755, 1.15],
    [0.01, 1.243319],
  ])('makes a USDT cost, at a share of %f of the 3pool, %f USDC', (share, cost) => {
    expect(Math.abs(costAt(share) - cost)).toBeLessThan(6e-6)
  })

  // Golden: validation F9. Risk DAO reported 219 M falling to 1.5 M.
  it.each([
    [1 / 3, 176.0e6],
    [0.07, 32.7e6],
    [0.03, 5.5e6],
  ])('takes, at a share of %f, %f USDC for USDT at 4 % average loss', (share, size) => {
    expect(Math.abs(sizeAt4Percent(share) - size)).toBeLessThan(0.05e6)
  })

  it('loses depth without a step back as the share falls, to 1.5 M only below 3 %', () => {
    let last = Number.POSITIVE_INFINITY
    let share = 1 / 3
    for (; share > 0.02; share -= 0.001) {
      const size = sizeAt4Percent(share)
      expect(size).toBeLessThanOrEqual(last)
      last = size
      if (size < 1.5e6) break
    }
    expect(share).toBeLessThan(0.03)
    expect(share).toBeGreaterThan(0.02)
  })

  it('needs a share of 1.2755 % for the reported peak of 1.15', () => {
    const share = brent((s) => costAt(s) - 1.15, 0.005, 0.3)
    expect(share).toBeCloseTo(0.012755, 6)
  })

  const coin = fc.double({ min: 1e-3, max: 1e9, noNaN: true })
  const pool = fc
    .array(coin, { minLength: 2, maxLength: 8 })
    .map((x) => Float64Array.from(x))
    .filter((x) => Math.max(...x) < 1e5 * Math.min(...x))
  const ann = fc.double({ min: 2, max: 1e5, noNaN: true })
  const part = fc.double({ min: 1e-9, max: 100, noNaN: true })
  const runs = { seed: 3, numRuns: 300 }

  it('keeps the invariant on a trade', () => {
    fc.assert(
      fc.property(pool, ann, part, (x, a, share) => {
        const d = invariantOf(x, a)
        const dx = x[0]! * share
        const dy = amountOut(x[0]!, x[1]!, bendOf(x, a), dx)
        expect(dy).toBeGreaterThan(0)
        expect(dy).toBeLessThan(x[1]!)
        const after = Float64Array.from(x)
        after[0]! += dx
        after[1] = amountLeft(x[0]!, x[1]!, bendOf(x, a), dx)
        expect(Math.abs(after[1]! + dy - x[1]!)).toBeLessThan(1e-12 * x[1]!)
        expect(invariantOf(after, a) / d).toBeCloseTo(1, 9)
      }),
      runs,
    )
  })

  it('puts the invariant between n geometric means and the sum', () => {
    fc.assert(
      fc.property(pool, ann, (x, a) => {
        const sum = x.reduce((s, v) => s + v, 0)
        const d = invariantOf(x, a)
        const mean = x.reduce((s, v) => s * v ** (1 / x.length), 1)
        expect(d).toBeLessThanOrEqual(sum * (1 + 1e-12))
        expect(d).toBeGreaterThanOrEqual(x.length * mean * (1 - 1e-12))
      }),
      runs,
    )
  })

  it('pays in two orders what it pays in one, and no way round more than one way', () => {
    fc.assert(
      fc.property(pool, ann, part, part, (x, a, first, second) => {
        const bend = bendOf(x, a)
        const [one, two] = [x[0]! * first, x[0]! * second]
        const dy = amountOut(x[0]!, x[1]!, bend, one)
        const after = Float64Array.from(x)
        after[0]! += one
        after[1]! -= dy
        const both = dy + amountOut(after[0]!, after[1]!, bendOf(after, a), two)
        expect(both / amountOut(x[0]!, x[1]!, bend, one + two)).toBeCloseTo(1, 8)
        const back = amountOut(after[1]!, after[0]!, bendOf(after, a), dy)
        expect(back / one).toBeCloseTo(1, 7)
      }),
      runs,
    )
  })

  it('pays the same whether an order goes straight or over a third coin', () => {
    fc.assert(
      fc.property(coin, coin, coin, ann, part, (p, q, r, a, share) => {
        const x = Float64Array.of(p, q, r)
        fc.pre(Math.max(...x) < 1e4 * Math.min(...x))
        const dx = p * share
        const straight = amountOut(p, r, bendOf(x, a), dx)
        const middle = amountOut(p, q, bendOf(x, a), dx)
        x[0]! += dx
        x[1]! -= middle
        const round = amountOut(x[1]!, r, bendOf(x, a), middle)
        expect(round / straight).toBeCloseTo(1, 7)
      }),
      runs,
    )
  })

  it('scales with the pool', () => {
    fc.assert(
      fc.property(pool, ann, part, (x, a, share) => {
        const big = x.map((v) => 8 * v)
        const small = amountOut(x[0]!, x[1]!, bendOf(x, a), share * x[0]!)
        expect(amountOut(big[0]!, big[1]!, bendOf(big, a), share * big[0]!)).toBe(8 * small)
      }),
      runs,
    )
  })

  it('has the derivative of what it pays as its price', () => {
    fc.assert(
      fc.property(pool, ann, (x, a) => {
        const bend = bendOf(x, a)
        const dx = 1e-9 * Math.min(x[0]!, x[1]!)
        const price = amountOut(x[0]!, x[1]!, bend, dx) / dx
        expect(price / priceAt(x[0]!, x[1]!, bend)).toBeCloseTo(1, 6)
        expect(priceAt(x[0]!, x[1]!, bend) * priceAt(x[1]!, x[0]!, bend)).toBeCloseTo(1, 12)
      }),
      runs,
    )
  })

  it('finds the order whose last unit is paid the target', () => {
    const target = fc.double({ min: 1e-6, max: 0.999999, noNaN: true })
    fc.assert(
      fc.property(pool, ann, target, (x, a, fall) => {
        const bend = bendOf(x, a)
        const spot = priceAt(x[0]!, x[1]!, bend)
        const dx = amountTo(x[0]!, x[1]!, bend, spot * fall)
        const after = Float64Array.from(x)
        after[0]! += dx
        after[1] = amountLeft(x[0]!, x[1]!, bend, dx)
        const price = priceAt(after[0]!, after[1]!, bendOf(after, a))
        expect(price / (spot * fall)).toBeCloseTo(1, 6)
        expect(amountTo(x[0]!, x[1]!, bend, spot)).toBe(0)
      }),
      runs,
    )
  })
})
