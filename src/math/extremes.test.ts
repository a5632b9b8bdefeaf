import { describe, expect, it } from 'vitest'
import { philoxDraws } from './draws.ts'
import {
  hill,
  type ParetoTail,
  paretoQuantile,
  paretoShortfall,
  paretoTailQuantile,
  paretoTailShortfall,
} from './extremes.ts'
import { sortedCopy } from './quantile.ts'
import { shortfall } from './shortfall.ts'

/**
 * Whether a shortfall is the mean of its quantiles: (1 - p) ES(p) falls at the rate q(p), and to nothing.
 */
function expectMeanOf(es: (p: number) => number, q: (p: number) => number, level: number): void {
  const h = (1 - level) * 1e-4
  const fall = ((1 - level + h) * es(level - h) - (1 - level - h) * es(level + h)) / (2 * h)
  expect(fall / q(level)).toBeCloseTo(1, 7)
  expect((1e-13 * es(1 - 1e-13)) / ((1 - level) * es(level))).toBeLessThan(1e-3)
}

describe('Pareto (validation H1)', () => {
  it('has the 99.9 % quantile at 10 times the scale for index 3, and ES / VaR = 1.5 at every level', () => {
    expect(paretoQuantile(0.999, 3, 7)).toBeCloseTo(70, 11)
    for (const level of [0.5, 0.9, 0.99, 0.9999])
      expect(paretoShortfall(level, 3, 7) / paretoQuantile(level, 3, 7)).toBeCloseTo(1.5, 13)
  })

  it.each([
    [1.5, 0.9],
    [2.5, 0.99],
    [8, 0.5],
  ])('averages its quantiles beyond: index %s at %s', (index, level) => {
    const q = (p: number): number => paretoQuantile(p, index, 2)
    expectMeanOf((p) => paretoShortfall(p, index, 2), q, level)
  })

  it('has no mean beyond at an index of 1', () => {
    expect(paretoShortfall(0.9, 1, 1)).toBe(Infinity)
  })
})

describe('a generalised Pareto tail', () => {
  const tail = (shape: number): ParetoTail => ({ shape, scale: 2, threshold: 10, share: 0.1 })

  it('is Pareto at shape 1 / index and scale threshold / index', () => {
    for (const [index, level] of [
      [3, 0.99],
      [2, 0.95],
    ] as const) {
      const threshold = paretoQuantile(0.9, index, 1)
      const same = { shape: 1 / index, scale: threshold / index, threshold, share: 0.1 }
      expect(paretoTailQuantile(level, same)).toBeCloseTo(paretoQuantile(level, index, 1), 12)
      expect(paretoTailShortfall(level, same)).toBeCloseTo(paretoShortfall(level, index, 1), 12)
    }
  })

  it.each([-0.5, 0, 0.2, 0.6])('averages its quantiles beyond: shape %s', (shape) => {
    const q = (p: number): number => paretoTailQuantile(p, tail(shape))
    expectMeanOf((p) => paretoTailShortfall(p, tail(shape)), q, 0.97)
  })

  it('meets the exponential tail at shape 0, and starts at the threshold', () => {
    expect(paretoTailQuantile(0.99, tail(1e-9))).toBeCloseTo(paretoTailQuantile(0.99, tail(0)), 6)
    expect(paretoTailQuantile(0.99, tail(0))).toBeCloseTo(10 + 2 * Math.log(10), 12)
    expect(paretoTailQuantile(0.9, tail(0.3))).toBeCloseTo(10, 12)
    expect(paretoTailShortfall(0.9, tail(1))).toBe(Infinity)
  })

  it('says nothing below the threshold', () => {
    expect(() => paretoTailQuantile(0.89, tail(0.3))).toThrow(RangeError)
    expect(() => paretoTailShortfall(0.5, tail(0.3))).toThrow(RangeError)
  })
})

describe('the tail index of Hill', () => {
  const draws = philoxDraws(5, 0, 'hill')
  const sample = (index: number, n: number, run: number): Float64Array =>
    sortedCopy(
      Float64Array.from({ length: n }, (_, k) => paretoQuantile(draws.uniform(run, k), index, 3)),
    )

  it('finds the index, and its standard error is index / sqrt(k)', () => {
    expect(hill(sample(3, 200, 0), 100).standardError).toBeCloseTo(
      hill(sample(3, 200, 0), 100).index / 10,
      14,
    )
    for (const index of [0.8, 1.5, 3, 6]) {
      const found = Float64Array.from(
        { length: 400 },
        (_, r) => hill(sample(index, 200, r), 100).index,
      )
      const mean = found.reduce((a, b) => a + b, 0) / 400
      const sd = Math.sqrt(found.reduce((a, b) => a + (b - mean) ** 2, 0) / 399)
      // The estimate is k / Gamma(k): mean k / (k - 1), and its spread is known within 5 %.
      expect(Math.abs(mean / index - 100 / 99)).toBeLessThan((4 * 0.1) / 20)
      expect(sd / (index / 10)).toBeGreaterThan(0.85)
      expect(sd / (index / 10)).toBeLessThan(1.17)
    }
  })

  it('does not see the unit', () => {
    const values = sample(2, 100, 1)
    const scaled = values.map((v) => v * 1e6)
    expect(hill(scaled, 20).index).toBeCloseTo(hill(values, 20).index, 11)
  })

  it('is Infinity for a lump, and refuses what has no logarithm', () => {
    expect(hill(Float64Array.of(1, 5, 5, 5), 2).index).toBe(Infinity)
    expect(() => hill(Float64Array.of(0, 0, 5, 5), 2)).toThrow(RangeError)
    expect(() => hill(Float64Array.of(1, 2), 2)).toThrow(RangeError)
    expect(() => hill(Float64Array.of(1, 2), 0)).toThrow(RangeError)
  })

  it('goes with the shortfall of a large sample', () => {
    const values = sample(3, 200_000, 7)
    expect(shortfall(values, 0.95).value / paretoShortfall(0.95, 3, 3)).toBeCloseTo(1, 1)
  })
})
