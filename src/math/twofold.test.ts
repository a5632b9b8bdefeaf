import fc from 'fast-check'
import { expect, it } from 'vitest'
import { logOf, PRECISION, parts, toFixed } from './bigReal.conformance.ts'
import { logRatio } from './elementary.ts'
import { productError, sumError, sumOfThree } from './twofold.ts'

/** A double as an integer multiple of 2^-2200. */
function exact(x: number): bigint {
  const { mantissa, exponent } = parts(x)
  return mantissa << BigInt(exponent + 2200)
}

const SEED = { seed: 1971 }

const moderate: fc.Arbitrary<number> = fc
  .tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: -300, max: 300 }))
  .map(([mantissa, power]) => mantissa * 2 ** power)

it('sumError and productError are exact', () => {
  fc.assert(
    fc.property(moderate, moderate, fc.boolean(), (a, b, minus) => {
      const c = minus ? -b : b
      expect(exact(a + c) + exact(sumError(a, c))).toBe(exact(a) + exact(c))
      expect((exact(a * c) + exact(productError(a, c))) << 2200n).toBe(exact(a) * exact(c))
    }),
    SEED,
  )
})

it('sumOfThree keeps the digits of what cancels', () => {
  fc.assert(
    fc.property(moderate, moderate, fc.double({ min: -1, max: 1, noNaN: true }), (a, b, u) => {
      const low = u * 1e-17 * Math.max(a, b)
      const c = -(a + b) * (1 + u * 1e-12)
      const truth = exact(a) + exact(b) + exact(c) + exact(low)
      const error = exact(sumOfThree(a, b, c, low)) - truth
      const size = Math.max(a, b) * 2 ** -104 + Math.abs(a + b + c + low) * 2 ** -51
      expect(Number(error < 0n ? -error : error)).toBeLessThanOrEqual(Number(exact(size)))
    }),
    SEED,
  )
})

it('logRatio is right to 2^-63 of the result and 2^-105, also for neighbouring doubles', () => {
  const out = new Float64Array(2)
  const worst = (a: number, b: number): number => {
    logRatio(a, b, out)
    const truth = logOf(a) - logOf(b)
    const error = toFixed(out[0]!) + toFixed(out[1]!) - truth
    const allowed = ((truth < 0n ? -truth : truth) >> 63n) + (1n << (PRECISION - 105n))
    return Math.abs(Number((error << 60n) / allowed)) / 2 ** 60
  }
  const price = fc.double({ min: 1e-4, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(price, price, (a, b) => {
      expect(worst(a, b)).toBeLessThan(1)
    }),
    SEED,
  )
  fc.assert(
    fc.property(price, fc.integer({ min: -50, max: 50 }), (a, power) => {
      const b = a * (1 + 2 ** -Math.abs(power) * Math.sign(power || 1))
      if (b > 0) expect(worst(a, b)).toBeLessThan(1)
    }),
    SEED,
  )
  expect(worst(3000, 3000)).toBe(0)
  expect(worst(1 + 2 ** -52, 1)).toBeLessThan(1)
  expect(worst(1.9999999999999998, 2)).toBeLessThan(1)
})
