import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { philoxDraws } from './draws.ts'
import { meanInterval, studentQuantile } from './interval.ts'
import { inverseNormalCdf } from './normal.ts'

describe('studentQuantile', () => {
  // Abramowitz and Stegun, table 26.10 (percentage points of the t-distribution).
  it.each([
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.95, 5, 2.015],
    [0.975, 10, 2.228],
    [0.995, 30, 2.75],
    [0.9995, 30, 3.646],
    [0.975, 120, 1.98],
  ])('p = %f, df = %f is %f in the tables', (p, df, t) => {
    expect(studentQuantile(p, df)).toBeCloseTo(t, 3)
  })

  const relative = (a: number, b: number): number => Math.abs(a / b - 1)

  it('agrees with the closed forms for 1, 2 and 4 degrees of freedom', () => {
    for (const p of [1e-100, 1e-30, 1e-9, 0.001, 0.05, 0.2, 0.24, 0.26, 0.4, 0.49999]) {
      const one = p < 0.25 ? -1 / Math.tan(Math.PI * p) : Math.tan(Math.PI * (p - 0.5))
      expect(relative(studentQuantile(p, 1), one)).toBeLessThan(1e-12)
      const two = (2 * p - 1) / Math.sqrt(2 * p * (1 - p))
      expect(relative(studentQuantile(p, 2), two)).toBeLessThan(1e-12)
    }
    for (const p of [0.001, 0.05, 0.2, 0.24, 0.26, 0.4]) {
      // Shaw, "Sampling Student's T distribution" (2006), equation 37.
      const a = Math.sqrt(4 * p * (1 - p))
      const q = (4 / a) * Math.cos(Math.acos(a) / 3)
      expect(relative(studentQuantile(p, 4), -Math.sqrt(q - 4))).toBeLessThan(1e-10)
    }
  })

  // 50-digit values by mpmath 1.3 (incomplete beta function and root finding).
  it.each([
    [0.001, 3, -10.214531852407386],
    [1e-10, 7.5, -45.36104424133951],
    [1e-20, 200, -10.365731871756134],
    [0.025, 50, -2.008559112100761],
    [0.4, 1.5, -0.3007453925697954],
    [0.025, 5000, -1.960438551706508],
    [1e-6, 99999, -4.753704719195537],
    [1e-6, 100001, -4.753704713587096],
    [0.3, 12, -0.5386176682019164],
    [1e-12, 1000000, -7.034572608411256],
  ])('p = %f, df = %f is %f to 12 digits', (p, df, t) => {
    expect(relative(studentQuantile(p, df), t)).toBeLessThan(1e-12)
  })

  it('is odd about one half, rises with p and falls to the normal quantile with df', () => {
    const levels = fc.double({ min: 1e-6, max: 0.499, noNaN: true })
    fc.assert(
      fc.property(levels, fc.double({ min: 1, max: 1e7, noNaN: true }), (p, df) => {
        const t = studentQuantile(p, df)
        const mirrored = 1 - p
        expect(relative(studentQuantile(mirrored, df), -studentQuantile(1 - mirrored, df))).toBe(0)
        expect(studentQuantile(p * 1.001, df)).toBeGreaterThan(t)
        expect(studentQuantile(p, df * 1.5)).toBeGreaterThan(t * (1 - 1e-13) - 1e-13)
        expect(t).toBeLessThan(inverseNormalCdf(p))
      }),
    )
    expect(studentQuantile(0.9, Infinity)).toBe(inverseNormalCdf(0.9))
    expect(studentQuantile(0.5, 3)).toBe(0)
  })

  it('has infinite ends and rejects what is no probability or no degree of freedom', () => {
    expect([0, 1, -0.1, NaN].map((p) => studentQuantile(p, 3))).toEqual([
      -Infinity,
      Infinity,
      NaN,
      NaN,
    ])
    for (const df of [0, 0.5, NaN]) expect(() => studentQuantile(0.9, df)).toThrow(RangeError)
  })
})

describe('meanInterval', () => {
  // Worked by hand: mean 3, variance 2.5, t(0.975, 4) = 2.776 (Abramowitz and Stegun 26.10).
  it('gives the t interval', () => {
    const { mean, sd, low, high, n } = meanInterval([1, 2, 3, 4, 5])
    expect([mean, n]).toEqual([3, 5])
    expect(sd).toBeCloseTo(Math.sqrt(2.5), 15)
    expect(high! - mean).toBeCloseTo(2.776 * Math.sqrt(0.5), 3)
    expect(mean - low!).toBeCloseTo(high! - mean, 14)
  })

  it('knows no interval for one value, and a point for equal values', () => {
    expect(meanInterval([7])).toEqual({ mean: 7, sd: 0, low: null, high: null, n: 1 })
    expect(meanInterval([7, 7, 7])).toEqual({ mean: 7, sd: 0, low: 7, high: 7, n: 3 })
  })

  it('covers the true mean as often as it says', () => {
    const draws = philoxDraws(5, 0, 'coverage')
    let covered = 0
    for (let trial = 0; trial < 4000; trial++) {
      const values = Float64Array.from({ length: 6 }, (_, i) => draws.normal(trial, i))
      const { low, high } = meanInterval(values, 0.9)
      if (low! <= 0 && high! >= 0) covered++
    }
    expect(Math.abs(covered / 4000 - 0.9) / Math.sqrt(0.09 / 4000)).toBeLessThan(3.3)
  })

  it('rejects an empty sample and a level outside 0..1', () => {
    expect(() => meanInterval([])).toThrow(RangeError)
    for (const level of [0, 1, NaN]) expect(() => meanInterval([1, 2], level)).toThrow(RangeError)
  })
})
