import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exp, log } from '../../../math/index.ts'
import { amountOut, amountTo, amountToSpot, divergenceLoss, spotAfterFee } from './kernel.ts'

const reserve = fc.double({ min: 1e-3, max: 1e12, noNaN: true })
const share = fc.double({ min: 1e-6, max: 10, noNaN: true })
const fee = fc.constantFrom(0, 0.0001, 0.003, 0.01, 0.3)

describe('constant product', () => {
  // Golden: Uniswap/v2-periphery getAmountOut in integers, validation F1.
  it('pays what the deployed integer formula pays', () => {
    expect(amountOut(100, 200_000, 1, 0.003)).toBeCloseTo(Number('1974.3160687941225977'), 11)
  })

  // Golden: validation F4.
  it.each([
    [2, -0.0571909584],
    [4, -0.2],
    [1.25, -0.00619201],
    [1, 0],
  ])('loses against holding when the price moves by %f', (factor, loss) => {
    expect(divergenceLoss(factor)).toBeCloseTo(loss, 8)
    expect(divergenceLoss(1 / factor)).toBeCloseTo(loss, 8)
  })

  it('keeps the product without a fee and lets it grow with one', () => {
    fc.assert(
      fc.property(reserve, reserve, share, fee, (a, b, part, f) => {
        const x = a * part
        const product = (a + x) * (b - amountOut(a, b, x, f))
        expect(product / (a * b)).toBeGreaterThanOrEqual(1 - 1e-9)
        if (f === 0) expect(product / (a * b)).toBeLessThanOrEqual(1 + 1e-9)
      }),
    )
  })

  it('pays more in total and less per unit for more', () => {
    fc.assert(
      fc.property(reserve, reserve, share, fee, (a, b, part, f) => {
        const x = a * part
        const less = amountOut(a, b, x, f)
        const more = amountOut(a, b, x * 1.5, f)
        expect(more).toBeGreaterThan(less)
        expect(more).toBeLessThan(b)
        expect(more / 1.5).toBeLessThan(less)
        expect(less / x).toBeLessThan(spotAfterFee(a, b, f))
      }),
    )
  })

  it('never pays back more than was put in on a round trip', () => {
    fc.assert(
      fc.property(reserve, reserve, share, fee, (a, b, part, f) => {
        const x = a * part
        const y = amountOut(a, b, x, f)
        expect(amountOut(b - y, a + x, y, f)).toBeLessThanOrEqual(x * (1 + 1e-9))
      }),
    )
  })

  it('scales with the pool', () => {
    fc.assert(
      fc.property(reserve, reserve, share, fee, (a, b, part, f) => {
        const one = amountOut(a, b, a * part, f)
        expect(amountOut(8 * a, 8 * b, 8 * a * part, f)).toBe(8 * one)
      }),
    )
  })

  it('finds the order whose last unit is paid the target', () => {
    fc.assert(
      fc.property(
        reserve,
        reserve,
        fc.double({ min: 0.01, max: 0.999, noNaN: true }),
        fee,
        (a, b, part, f) => {
          const target = spotAfterFee(a, b, f) * part
          const x = amountTo(a, b, target, f)
          const counted = a + (1 - f) * x
          expect(((1 - f) * a * b) / (counted * counted) / target).toBeCloseTo(1, 9)
          expect(amountTo(a, b, spotAfterFee(a, b, f), f)).toBe(0)
        },
      ),
    )
  })
})

describe('the order to a price shown', () => {
  const fraction = fc.double({ min: 1e-6, max: 0.9999, noNaN: true })

  it('leaves the spot at the target, whatever the fee that stays in the curve', () => {
    fc.assert(
      fc.property(reserve, reserve, fraction, fee, (a, b, part, f) => {
        const target = spotAfterFee(a, b, f) * part
        const x = amountToSpot(a, b, target, f)
        // The product stays but for the fee: (b - out) = a b / (a + g x).
        const shown = spotAfterFee(a + x, (a * b) / (a + (1 - f) * x), f)
        expect(Math.abs(shown / target - 1)).toBeLessThan(1e-12)
        expect(amountToSpot(a, b, spotAfterFee(a, b, f) * 1.000001, f)).toBe(0)
      }),
    )
  })

  it('is no more than the order whose last unit is paid the target, and that one without a fee', () => {
    fc.assert(
      fc.property(reserve, reserve, fraction, fee, (a, b, part, f) => {
        const target = spotAfterFee(a, b, f) * part
        const last = amountTo(a, b, target, f)
        const shown = amountToSpot(a, b, target, f)
        expect(shown).toBeLessThanOrEqual(last + 1e-9 * a)
        if (f === 0) expect(Math.abs(shown - last)).toBeLessThanOrEqual(1e-12 * (a + last))
      }),
    )
  })
})

/** Standard normal numbers from a 32-bit generator (mulberry32, Box and Muller without trigonometry). */
function normals(seed: number): () => number {
  let state = seed
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  return () => {
    for (;;) {
      const x = 2 * uniform() - 1
      const y = 2 * uniform() - 1
      const r = x * x + y * y
      if (r > 0 && r < 1) return x * Math.sqrt((-2 * log(r)) / r)
    }
  }
}

describe('loss versus rebalancing', () => {
  // Milionis et al., arXiv 2208.06046: sigma^2 / 8 of pool value per unit time; validation F5.
  it('is sigma^2 / 8 per unit time: 3.125 bp a day at 5 % a day', () => {
    const steps = 1_000_000
    const perDay = 1440
    const sd = 0.05 / Math.sqrt(perDay)
    const normal = normals(20260130)
    let base = 1000
    let quote = 2_000_000
    let price = 2000
    let lost = 0
    for (let k = 0; k < steps; k++) {
      price *= exp(sd * normal() - (sd * sd) / 2)
      const value = 2 * base * (quote / base)
      // Whoever trades the pool to the new price gains at that price what the pool loses.
      if (price < quote / base) {
        const sold = amountTo(base, quote, price, 0)
        const bought = amountOut(base, quote, sold, 0)
        lost += (bought - sold * price) / value
        base += sold
        quote -= bought
      } else {
        const sold = amountTo(quote, base, 1 / price, 0)
        const bought = amountOut(quote, base, sold, 0)
        lost += (bought * price - sold) / value
        quote += sold
        base -= bought
      }
    }
    const perDayLost = (lost / steps) * perDay
    expect(perDayLost / 3.125e-4).toBeGreaterThan(0.99)
    expect(perDayLost / 3.125e-4).toBeLessThan(1.01)
  })
})
