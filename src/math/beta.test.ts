import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  binomialCdf,
  clopperPearson,
  incompleteBeta,
  quantileRanks,
  valuesForQuantile,
} from './beta.ts'
import { studentCdf } from './interval.ts'

/** Binomial probabilities by their recurrence, for small n. */
function binomialSum(k: number, n: number, p: number): number {
  let term = (1 - p) ** n
  let total = k >= 0 ? term : 0
  for (let i = 1; i <= k; i++) {
    term *= ((n - i + 1) / i) * (p / (1 - p))
    total += term
  }
  return total
}

describe('the incomplete beta function', () => {
  it.each([
    // Closed forms: (2 / pi) asin(sqrt x), x^a, a polynomial.
    [0.5, 0.5, 0.3, (2 / Math.PI) * Math.asin(Math.sqrt(0.3))],
    [3, 1, 0.2, 0.008],
    [2, 3, 0.4, 0.5248],
    [1, 7, 0.05, 1 - 0.95 ** 7],
  ])('has the closed form at %s, %s, %s', (a, b, x, expected) => {
    expect(incompleteBeta(a, b, x)).toBeCloseTo(expected, 14)
  })

  it('mirrors, rises, and sums binomial probabilities', () => {
    const shape = fc.double({ min: 0.1, max: 500, noNaN: true })
    // Of few bits, so that 1 - x is exact.
    const inside = fc.integer({ min: 1, max: 65_535 }).map((k) => k / 65_536)
    fc.assert(
      fc.property(shape, shape, inside, (a, b, x) => {
        expect(incompleteBeta(a, b, x)).toBeCloseTo(1 - incompleteBeta(b, a, 1 - x), 11)
        expect(incompleteBeta(a, b, x)).toBeLessThanOrEqual(
          incompleteBeta(a, b, x + (1 - x) / 2) + 1e-13,
        )
      }),
      { seed: 1 },
    )
    const trials = fc.integer({ min: 1, max: 60 })
    fc.assert(
      fc.property(trials, fc.integer({ min: 0, max: 60 }), inside, (n, k, p) => {
        fc.pre(k < n)
        expect(binomialCdf(k, n, p)).toBeCloseTo(binomialSum(k, n, p), 11)
      }),
      { seed: 2 },
    )
  })

  it('agrees with Student t, which is another way to it', () => {
    for (const df of [1, 3.5, 40, 900])
      for (const t of [0.1, 1, 4]) {
        const x = df / (df + t * t)
        expect(incompleteBeta(df / 2, 0.5, x) / 2).toBeCloseTo(1 - studentCdf(t, df), 12)
      }
  })

  it('keeps its digits at the counts of a million paths', () => {
    // Symmetry about the centre, and the normal limit with its skewness term at three deviations.
    expect(incompleteBeta(5e5, 5e5, 0.5)).toBeCloseTo(0.5, 12)
    const n = 1e6
    const p = 0.01
    const sd = Math.sqrt(n * p * (1 - p))
    const tail = binomialCdf(Math.floor(n * p - 3 * sd), n, p)
    expect(tail).toBeGreaterThan(0.00125)
    expect(tail).toBeLessThan(0.00137)
  })

  it.each([
    [0, 1, 0.5],
    [1, -1, 0.5],
    [1, 1, 1.1],
    [1, 1, Number.NaN],
  ])('refuses %s, %s, %s', (a, b, x) => {
    expect(() => incompleteBeta(a, b, x)).toThrow(RangeError)
  })
})

describe('the exact interval of a share', () => {
  it.each([
    // Closed form of the extremes; the others solve their binomial tails.
    [0, 10, 0, 1 - 0.025 ** (1 / 10)],
    [10, 10, 0.025 ** (1 / 10), 1],
  ])('%s of %s', (k, n, low, high) => {
    expect(clopperPearson(k, n).low).toBeCloseTo(low, 14)
    expect(clopperPearson(k, n).high).toBeCloseTo(high, 14)
  })

  it('ends where each tail is half of what may err', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(0.8, 0.95, 0.999),
        (n, share, level) => {
          const k = Math.min(n - 1, Math.max(1, Math.round(share * n)))
          const { value, low, high } = clopperPearson(k, n, level)
          expect(low).toBeLessThan(value)
          expect(high).toBeGreaterThan(value)
          expect(1 - binomialCdf(k - 1, n, low)).toBeCloseTo((1 - level) / 2, 9)
          expect(binomialCdf(k, n, high)).toBeCloseTo((1 - level) / 2, 9)
        },
      ),
      { seed: 3 },
    )
  })

  it.each([
    [1, 0, 0.95],
    [3, 2, 0.95],
    [-1, 2, 0.95],
    [1, 2, 1],
  ])('refuses %s of %s at %s', (k, n, level) => {
    expect(() => clopperPearson(k, n, level)).toThrow(RangeError)
  })
})

describe('order statistics around a quantile', () => {
  it('are the tabulated ones of the median', () => {
    // Two-sided 95 % ranks of the median: 2 and 9 of 10, 6 and 15 of 20, 40 and 61 of 100.
    expect(quantileRanks(10, 0.5)).toEqual({ low: 2, high: 9 })
    expect(quantileRanks(20, 0.5)).toEqual({ low: 6, high: 15 })
    expect(quantileRanks(100, 0.5)).toEqual({ low: 40, high: 61 })
    expect(quantileRanks(5, 0.5)).toBeNull()
  })

  it('err at most half of what may err on each side, and no rank further in does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 6, max: 20_000 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (n, p) => {
          const ranks = quantileRanks(n, p)
          fc.pre(ranks !== null)
          const { low, high } = ranks!
          expect(binomialCdf(low - 1, n, p)).toBeLessThanOrEqual(0.025 + 1e-12)
          expect(binomialCdf(low, n, p)).toBeGreaterThan(0.025)
          expect(1 - binomialCdf(high - 1, n, p)).toBeLessThanOrEqual(0.025 + 1e-12)
          expect(1 - binomialCdf(high - 2, n, p)).toBeGreaterThan(0.025)
        },
      ),
      { seed: 4 },
    )
  })

  it('need so many values', () => {
    expect([0.5, 0.95, 0.99, 0.05].map((p) => valuesForQuantile(p))).toEqual([6, 72, 368, 72])
    expect(valuesForQuantile(0.999, 0.9)).toBe(2995)
    for (const p of [0.9, 0.97]) {
      expect(quantileRanks(valuesForQuantile(p), p)).not.toBeNull()
      expect(quantileRanks(valuesForQuantile(p) - 1, p)).toBeNull()
    }
  })
})
