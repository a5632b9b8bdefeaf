import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sortedCopy } from './quantile.ts'
import { shortfall } from './shortfall.ts'

const level = fc.double({ min: 0.01, max: 0.99, noNaN: true })
const sample = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
})

describe('expected shortfall', () => {
  it('is the mean of the worst, the value on the line in part', () => {
    const values = Float64Array.of(1, 2, 3, 4, 5)
    expect(shortfall(values, 0.6).value).toBeCloseTo(4.5, 14)
    // Two and a half values: 5, 4 and half of 3.
    expect(shortfall(values, 0.5).value).toBeCloseTo((5 + 4 + 1.5) / 2.5, 14)
    expect(shortfall(values, 0.9).value).toBe(5)
    expect(shortfall(values, 0.99)).toMatchObject({ value: 5, worst: 0.05, beyond: 0 })
  })

  it('counts whole values where floating point does not', () => {
    const values = Float64Array.from({ length: 2000 }, (_, k) => k)
    // 2000 (1 - 0.99) is 20.000000000000018.
    expect(shortfall(values, 0.99)).toMatchObject({ worst: 20, beyond: 20 })
    expect(shortfall(values, 0.99).value).toBeCloseTo(1989.5, 9)
  })

  it('averages a lump that lies across the line', () => {
    const values = sortedCopy([
      ...new Array(50).fill(0),
      ...new Array(40).fill(7),
      ...new Array(10).fill(9),
    ])
    expect(shortfall(values, 0.8)).toMatchObject({ beyond: 10 })
    expect(shortfall(values, 0.8).value).toBeCloseTo(8, 12)
  })

  it('is the smallest threshold + mean excess / (1 - level), whatever the threshold', () => {
    fc.assert(
      fc.property(sample, level, (numbers, p) => {
        const values = sortedCopy(numbers)
        const { value } = shortfall(values, p)
        const at = (c: number): number =>
          c + values.reduce((sum, v) => sum + Math.max(0, v - c), 0) / values.length / (1 - p)
        const best = Math.min(...Array.from(values, at))
        expect(Math.abs(value - best)).toBeLessThanOrEqual(1e-6)
      }),
      { seed: 11 },
    )
  })

  it('moves with the values, rises with the level, and lies between quantile and maximum', () => {
    fc.assert(
      fc.property(
        sample,
        level,
        fc.double({ min: 0.1, max: 9, noNaN: true }),
        (numbers, p, scale) => {
          const values = sortedCopy(numbers)
          const { value, moments } = shortfall(values, p)
          const moved = shortfall(
            values.map((v) => 3 + scale * v),
            p,
          )
          expect(Math.abs(moved.value - (3 + scale * value))).toBeLessThanOrEqual(1e-6)
          expect(Math.abs(moved.moments.sd - scale * moments.sd)).toBeLessThanOrEqual(1e-4)
          expect(shortfall(values, p + (1 - p) / 3).value).toBeGreaterThanOrEqual(value - 1e-7)
          expect(value).toBeLessThanOrEqual(values[values.length - 1]! + 1e-7)
        },
      ),
      { seed: 12 },
    )
  })

  it('rests on the moments of the excess', () => {
    const values = Float64Array.from({ length: 100 }, (_, k) => Math.sqrt(k))
    const line = values[89]!
    const excess = values.map((v) => Math.max(0, v - line) / 0.1)
    const mean = excess.reduce((a, b) => a + b, 0) / 100
    const square = excess.reduce((a, b) => a + (b - mean) ** 2, 0)
    const cube = excess.reduce((a, b) => a + (b - mean) ** 3, 0)
    const { moments } = shortfall(values, 0.9)
    expect(moments.mean).toBeCloseTo(line + mean, 12)
    expect(moments.sd).toBeCloseTo(Math.sqrt(square / 99), 12)
    expect(moments.skewness).toBeCloseTo(cube / 100 / (square / 100) ** 1.5, 10)
  })

  it('refuses what has no tail', () => {
    expect(() => shortfall(new Float64Array(0), 0.9)).toThrow(RangeError)
    expect(() => shortfall(Float64Array.of(1), 1)).toThrow(RangeError)
    expect(() => shortfall(Float64Array.of(1), 0)).toThrow(RangeError)
  })
})
