import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median, quantile, sampleQuantile, sortedCopy } from './quantile.ts'

const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 })
const level = fc.double({ min: 0, max: 1, noNaN: true })

describe('quantile', () => {
  // Definition 7 of Hyndman and Fan (1996), worked by hand: position (n - 1) p.
  it('interpolates between order statistics', () => {
    const sorted = Float64Array.of(10, 20, 40, 80, 160)
    expect([0, 0.25, 0.5, 0.6, 0.95, 1].map((p) => quantile(sorted, p))).toEqual([
      10, 20, 40, 56, 144, 160,
    ])
    expect(quantile(Float64Array.of(7), 0.3)).toBe(7)
  })

  it('stays between its neighbours, never decreases and commutes with scaling by 2', () => {
    fc.assert(
      fc.property(values, level, level, (data, p, q) => {
        const sorted = sortedCopy(data)
        const low = quantile(sorted, Math.min(p, q))
        expect(low).toBeGreaterThanOrEqual(sorted[0]!)
        expect(quantile(sorted, Math.max(p, q))).toBeGreaterThanOrEqual(low - 1e-6)
        const twice = sorted.map((x) => 2 * x)
        // The same bits, but for the rounding of subnormal numbers.
        const apart = Math.abs(quantile(twice, p) - 2 * quantile(sorted, p))
        expect(apart).toBeLessThanOrEqual(2 * Number.MIN_VALUE)
      }),
      { examples: [[[0, 3.8085704503444845e-233], 4.216052636859625e-91, 0]] },
    )
  })

  it('keeps infinities where they are', () => {
    const sorted = Float64Array.of(-Infinity, -Infinity, 0, Infinity, Infinity)
    expect(quantile(sorted, 0.1)).toBe(-Infinity)
    expect(quantile(sorted, 0.9)).toBe(Infinity)
  })

  it('rejects an empty sample and levels outside 0..1', () => {
    expect(() => quantile(new Float64Array(0), 0.5)).toThrow(RangeError)
    expect(() => median([])).toThrow(RangeError)
    for (const p of [-0.1, 1.1, NaN]) {
      expect(() => quantile(Float64Array.of(1), p)).toThrow(RangeError)
    }
  })
})

describe('median and sortedCopy', () => {
  it('median takes the middle or the mean of the two middle values', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([5, 1, 3, 100])).toBe(4)
  })

  it('sortedCopy sorts numerically and leaves its argument alone', () => {
    const data = [10, 9, 100, -1]
    expect([...sortedCopy(data)]).toEqual([-1, 9, 10, 100])
    expect(data).toEqual([10, 9, 100, -1])
  })
})

describe('quantile of a sample', () => {
  it('is the smallest value that the share does not exceed', () => {
    const sorted = Float64Array.of(10, 20, 40, 80, 160)
    expect([0, 0.2, 0.21, 0.5, 0.8, 0.81, 1].map((p) => sampleQuantile(sorted, p))).toEqual([
      10, 10, 20, 40, 80, 160, 160,
    ])
    // 100 * 0.07 is 7.000000000000001 in floating point.
    const hundred = Float64Array.from({ length: 100 }, (_, k) => k + 1)
    expect(sampleQuantile(hundred, 0.07)).toBe(7)
  })

  it('is one of the values, whatever they are', () => {
    fc.assert(
      fc.property(values, level, (numbers, p) => {
        const sorted = sortedCopy(numbers)
        const at = sampleQuantile(sorted, p)
        const share = (holds: (v: number) => boolean): number =>
          sorted.filter(holds).length / sorted.length
        expect(sorted.includes(at)).toBe(true)
        expect(share((v) => v <= at)).toBeGreaterThanOrEqual(p - 1e-11)
        expect(share((v) => v < at)).toBeLessThanOrEqual(p + 1e-11)
      }),
      { seed: 13 },
    )
  })

  it('refuses no values and levels outside', () => {
    expect(() => sampleQuantile(new Float64Array(0), 0.5)).toThrow(RangeError)
    expect(() => sampleQuantile(Float64Array.of(1), 1.1)).toThrow(RangeError)
  })
})
