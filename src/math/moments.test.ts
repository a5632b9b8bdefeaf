import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hallInterval, momentsOf } from './moments.ts'
import { inverseNormalCdf } from './normal.ts'

describe('moments', () => {
  it('are those of a small sample', () => {
    const found = momentsOf(Float64Array.of(0, 0, 0, 4))
    expect(found.mean).toBe(1)
    expect(found.sd).toBeCloseTo(2, 14)
    // Third central moment 6, variance 3.
    expect(found.skewness).toBeCloseTo(6 / 3 ** 1.5, 14)
  })

  it('are plain where nothing varies', () => {
    expect(momentsOf(Float64Array.of(5, 5, 5))).toEqual({ n: 3, mean: 5, sd: 0, skewness: 0 })
    expect(momentsOf(Float64Array.of(5))).toEqual({ n: 1, mean: 5, sd: 0, skewness: 0 })
  })

  it('have no skewness where the cube of the spread is below the smallest number', () => {
    const found = momentsOf(Float64Array.of(0, 0, 0, 1e-120))
    expect(found).toMatchObject({ mean: 2.5e-121, skewness: 0 })
    expect(found.sd / 5e-121).toBeCloseTo(1, 14)
  })
})

describe("Hall's interval", () => {
  const moments = (n: number, sd: number, skewness: number) => ({ n, mean: 0, sd, skewness })

  it('is the normal one without skewness', () => {
    const { low, high } = hallInterval(10, moments(100, 3, 0), 0.9)
    expect(high).toBeCloseTo(10 + 0.3 * inverseNormalCdf(0.95), 12)
    expect(low).toBeCloseTo(10 - 0.3 * inverseNormalCdf(0.95), 12)
  })

  it('inverts the transformation at both ends', () => {
    const shape = { min: -6, max: 6, noNaN: true }
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 1e6 }), fc.double(shape), (n, g) => {
        const { low, high } = hallInterval(0, moments(n, 2, g), 0.95)
        const transformed = (end: number): number => {
          const t = -end / 2
          return Math.sqrt(n) * (t + (g * t * t) / 3 + (g * g * t ** 3) / 27 + g / (6 * n))
        }
        expect(transformed(low)).toBeCloseTo(inverseNormalCdf(0.975), 6)
        expect(transformed(high)).toBeCloseTo(inverseNormalCdf(0.025), 6)
      }),
      { seed: 21 },
    )
  })

  it('reaches further to the side of the skewness, and mirrors with it', () => {
    const right = hallInterval(0, moments(200, 1, 2), 0.95)
    const left = hallInterval(0, moments(200, 1, -2), 0.95)
    expect(right.high).toBeGreaterThan(-right.low)
    expect(left.low).toBeCloseTo(-right.high, 13)
    expect(left.high).toBeCloseTo(-right.low, 13)
  })

  it('is a point where nothing varies', () => {
    expect(hallInterval(4, moments(10, 0, 0), 0.95)).toEqual({ value: 4, low: 4, high: 4 })
  })
})
