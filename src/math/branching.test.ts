import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { borel, borelQuantile, extinctionProbability } from './branching.ts'

/** Sum of f(k) borel(n, k) from `from` to `to`. */
function sum(n: number, from: number, to: number, f: (k: number) => number = () => 1): number {
  let total = 0
  for (let k = from; k <= to; k++) total += f(k) * borel(n, k)
  return total
}

describe('the size of subcritical cascades (validation C3)', () => {
  // validation.md C3, (computed).
  it.each([
    [0.195, 1.242236025, 0.373806604],
    [0.5, 2, 4],
    [0.9, 10, 900],
  ])('has mean 1 / (1 - n) and variance n / (1 - n)^3 at n = %f', (n, mean, variance) => {
    expect(sum(n, 1, 20_000)).toBeCloseTo(1, 9)
    const first = sum(n, 1, 20_000, (k) => k)
    expect(first / mean).toBeCloseTo(1, 8)
    expect(first * (1 - n)).toBeCloseTo(1, 8)
    const spread = sum(n, 1, 20_000, (k) => (k - first) ** 2)
    expect(spread / variance).toBeCloseTo(1, 6)
  })

  it('has the chances of the table', () => {
    expect(borel(0.195, 1)).toBeCloseTo(0.822834658, 9)
    expect(borel(0.195, 2)).toBeCloseTo(0.132026091, 9)
    expect(borel(0.195, 3)).toBeCloseTo(0.031775926, 9)
    expect(1 - sum(0.5, 1, 9)).toBeCloseTo(0.013616256, 9)
    expect(1 - sum(0.9, 1, 9)).toBeCloseTo(0.186270845, 9)
  })

  it('has a tail of exponent 3/2 at n = 1', () => {
    for (const k of [1e3, 1e4, 1e5])
      expect(-Math.log(borel(1, 10 * k) / borel(1, k)) / Math.log(10)).toBeCloseTo(1.5, 3)
  })

  it('is exceeded by a quantile with no more than its chance', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.95, noNaN: true }),
        fc.double({ min: 1e-6, max: 0.9, noNaN: true }),
        (n, beyond) => {
          const k = borelQuantile(n, beyond)
          expect(1 - sum(n, 1, k)).toBeLessThanOrEqual(beyond + 1e-12)
          if (k > 1) expect(1 - sum(n, 1, k - 1)).toBeGreaterThan(beyond - 1e-12)
        },
      ),
      { seed: 1, numRuns: 50 },
    )
    expect(borelQuantile(0, 0.01)).toBe(1)
    expect(borelQuantile(1.5, 0.01, 10_000)).toBe(Infinity)
  })

  it('is refused for what is no ratio, and no size', () => {
    expect(() => borel(-0.1, 1)).toThrow(RangeError)
    expect(() => borel(0.5, 0)).toThrow(RangeError)
    expect(() => borel(0.5, 1.5)).toThrow(RangeError)
    expect(() => extinctionProbability(Number.NaN)).toThrow(RangeError)
  })
})

describe('the end of supercritical cascades (validation C4)', () => {
  // validation.md C4, (computed).
  it.each([
    [1.2, 0.686301669],
    [1.5, 0.417188356],
    [2, 0.20318787],
  ])('has the chance of the table at n = %f', (n, q) => {
    expect(extinctionProbability(n)).toBeCloseTo(q, 9)
  })

  it('solves q = exp(n (q - 1)), below 1, and is what the sizes add up to', () => {
    fc.assert(
      fc.property(fc.double({ min: 1.02, max: 30, noNaN: true }), (n) => {
        const q = extinctionProbability(n)
        expect(Math.abs(q - Math.exp(n * (q - 1)))).toBeLessThan(1e-13)
        expect(q).toBeLessThan(1 - 1e-3)
        expect(sum(n, 1, 40_000)).toBeCloseTo(q, 4)
      }),
      { seed: 2, numRuns: 20 },
    )
    expect([0, 0.5, 1].map(extinctionProbability)).toEqual([1, 1, 1])
  })
})
