import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cdfParts, mills, pdfParts } from './bigNormal.conformance.ts'
import { divide, LN2, multiply, PRECISION, toFixed } from './bigReal.conformance.ts'
import { inverseNormalCdf, millsRatio, millsSlope, normalCdf, normalPdf } from './normal.ts'

const ONE = 1n << PRECISION

/** (value - exact) / exact, exact = mantissa * 2^scale. */
function relativeError(value: number, mantissa: bigint, scale: number): number {
  const wide = value * 2 ** Math.min(-scale, 1000) * 2 ** Math.max(-scale - 1000, 0)
  return Number((divide(toFixed(wide), mantissa) - ONE) >> (PRECISION - 160n)) / 2 ** 160
}

const grid: number[] = Array.from({ length: 1481 }, (_, i) => (i - 740) / 20 + Math.sin(i) / 100)

describe('density and distribution', () => {
  it('reference arithmetic agrees with published values', () => {
    // Abramowitz and Stegun, tables 26.1 (P at 1 and 2) and 26.2 (-log10 of the tail at 5).
    const read = (x: number): number => {
      const { mantissa, scale } = cdfParts(toFixed(x))
      return (Number(mantissa >> (PRECISION - 60n)) / 2 ** 60) * 2 ** scale
    }
    expect(read(1)).toBeCloseTo(0.841344746068543, 15)
    expect(read(2)).toBeCloseTo(0.977249868051821, 15)
    expect(-Math.log10(read(-5))).toBeCloseTo(6.54265, 5)
  })

  it('normalCdf has a relative error below 2e-15 from -37 to 37', () => {
    let worst = 0
    for (const x of grid) {
      const { mantissa, scale } = cdfParts(toFixed(x))
      worst = Math.max(worst, Math.abs(relativeError(normalCdf(x), mantissa, scale)))
    }
    if (process.env.MATH_SAMPLES) console.log(`normalCdf: relative ${worst}`)
    expect(worst).toBeLessThan(2e-15)
  })

  it('normalPdf has a relative error below 1e-15 from -37 to 37', () => {
    let worst = 0
    for (const x of grid) {
      const { mantissa, scale } = pdfParts(toFixed(x))
      worst = Math.max(worst, Math.abs(relativeError(normalPdf(x), mantissa, scale)))
    }
    if (process.env.MATH_SAMPLES) console.log(`normalPdf: relative ${worst}`)
    expect(worst).toBeLessThan(1e-15)
  })

  it("Mills' ratio and its slope have a relative error below 2e-15 from 0 to 40", () => {
    let worst = 0
    for (const x of [0, 1e-9, 40, ...grid.filter((x) => x > 0)]) {
      const z = toFixed(x)
      const ratio = mills(z)
      const slope = ONE - multiply(z, ratio)
      worst = Math.max(worst, Math.abs(relativeError(millsRatio(x), ratio, 0)))
      worst = Math.max(worst, Math.abs(relativeError(millsSlope(x), slope, 0)))
    }
    if (process.env.MATH_SAMPLES) console.log(`millsRatio, millsSlope: relative ${worst}`)
    expect(worst).toBeLessThan(2e-15)
    expect(millsSlope(1e9) * 1e18).toBeCloseTo(1, 14)
  })

  it('reach their limits', () => {
    expect([normalCdf(-Infinity), normalCdf(Infinity)]).toEqual([0, 1])
    expect([normalPdf(-Infinity), normalPdf(Infinity), normalPdf(1e200)]).toEqual([0, 0, 0])
    expect([normalCdf(NaN), normalPdf(NaN)]).toEqual([NaN, NaN])
    expect(normalCdf(0)).toBe(0.5)
    expect(normalCdf(-38.4)).toBeGreaterThan(0)
    expect(normalCdf(-40)).toBe(0)
  })

  it('normalCdf never decreases over steps of a billionth and adds up to 1 with its mirror', () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 37, noNaN: true }), (x) => {
        expect(normalCdf(x + 1e-9)).toBeGreaterThanOrEqual(normalCdf(x))
        expect(Math.abs(normalCdf(x) + normalCdf(-x) - 1)).toBeLessThan(3e-16)
      }),
    )
  })
})

/** Relative error of x as the quantile of p: one exact Newton step, (P(x) - p) / (density x). */
function quantileError(p: number): number {
  const x = inverseNormalCdf(p)
  const cdf = cdfParts(toFixed(x))
  const density = pdfParts(toFixed(x))
  const excess = -relativeError(p, cdf.mantissa, cdf.scale)
  const ratio = Number(divide(cdf.mantissa, density.mantissa) >> (PRECISION - 80n)) / 2 ** 80
  return (excess * ratio * 2 ** (cdf.scale - density.scale)) / x
}

describe('inverseNormalCdf', () => {
  it('has a relative error below 2e-15 in the body and the tails', () => {
    const body = Array.from({ length: 999 }, (_, i) => (i + 1) / 1000).filter((p) => p !== 0.5)
    const tail = Array.from({ length: 300 }, (_, i) => Number(`${1 + (i % 9)}.7e-${i + 1}`))
    const upper = Array.from({ length: 50 }, (_, i) => 1 - 2 ** -(i + 2))
    const near = Array.from({ length: 50 }, (_, i) => 0.5 + 2 ** -(i + 2))
    let worst = 0
    for (const p of [...body, ...tail, ...upper, ...near]) {
      worst = Math.max(worst, Math.abs(quantileError(p)))
    }
    if (process.env.MATH_SAMPLES) console.log(`inverseNormalCdf: relative ${worst}`)
    expect(worst).toBeLessThan(2e-15)
  })

  // Wichura, AS 241 (1988): the check values printed with the algorithm.
  it('reproduces the published check values', () => {
    expect(inverseNormalCdf(0.25)).toBeCloseTo(-0.6744897501960817, 15)
    expect(inverseNormalCdf(0.001)).toBeCloseTo(-3.090232306167814, 14)
    expect(inverseNormalCdf(1e-20)).toBeCloseTo(-9.262340089798409, 14)
  })

  it('has exact ends and rejects what is no probability', () => {
    expect([0, -0, 1, 0.5].map(inverseNormalCdf)).toEqual([-Infinity, -Infinity, Infinity, 0])
    expect([-1e-9, 1.0000001, NaN, Infinity].map(inverseNormalCdf)).toEqual([NaN, NaN, NaN, NaN])
    expect(inverseNormalCdf(5e-324)).toBeCloseTo(-38.467, 2)
  })

  it('undoes normalCdf', () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 5, noNaN: true }), (x) => {
        const slack = x > 0 ? 3e-16 / normalPdf(x) : 1e-14
        expect(Math.abs(inverseNormalCdf(normalCdf(x)) - x)).toBeLessThan(1e-14 + slack * 2)
      }),
    )
  })

  it('grows, is antisymmetric and keeps the order of powers of two', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 0.5, noNaN: true }), (p) => {
        // By Mills' ratio a step of p by h moves x by h / (1 + x^2) of itself; two answers err by 4e-15.
        const step = 4e-15 * (1 + inverseNormalCdf(p) ** 2) + Number.EPSILON
        expect(inverseNormalCdf(p * (1 + step))).toBeGreaterThan(inverseNormalCdf(p))
        const mirrored = 1 - p
        expect(inverseNormalCdf(mirrored)).toBe(-inverseNormalCdf(1 - mirrored) || 0)
      }),
      { examples: [[4.08356349533097e-285]] },
    )
    // The pieces of the approximation must meet in order.
    for (const seam of [0.075, 0.925, Math.exp(-25), 1 - Math.exp(-25)]) {
      for (let i = -50; i < 50; i++) {
        const p = seam * (1 + i * 1e-13)
        expect(inverseNormalCdf(seam * (1 + (i + 10) * 1e-13))).toBeGreaterThanOrEqual(
          inverseNormalCdf(p) - 1e-12,
        )
      }
    }
  })

  it('has a reference that knows ln 2', () => {
    expect(Number(LN2 >> (PRECISION - 60n)) / 2 ** 60).toBe(Math.LN2)
  })
})
