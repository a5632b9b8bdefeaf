import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exp, log } from '../../../math/index.ts'
import { pushFactor } from './kernel.ts'

describe('the factor of a push', () => {
  // validation.md F7: 20 % over 30 blocks.
  it('is what the paper has', () => {
    expect(pushFactor(1.2, 30, 30, 'arithmetic')).toBeCloseTo(1.2, 12)
    expect(pushFactor(1.2, 30, 1, 'arithmetic')).toBeCloseTo(7, 12)
    expect(pushFactor(1.2, 30, 1, 'geometric')).toBeCloseTo(1.2 ** 30, 9)
  })

  it('moves the mean by what is wanted', () => {
    const goal = fc.double({ min: 1, max: 20, noNaN: true })
    const window = fc.integer({ min: 1, max: 100 })
    const part = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(goal, window, part, (wanted, n, share) => {
        const h = Math.max(1, Math.round(share * n))
        const a = pushFactor(wanted, n, h, 'arithmetic')
        expect((h * a + n - h) / n / wanted).toBeCloseTo(1, 12)
        const g = pushFactor(wanted, n, h, 'geometric')
        expect(exp((h / n) * log(g)) / wanted).toBeCloseTo(1, 10)
        expect(g / a).toBeGreaterThanOrEqual(1 - 1e-12)
      }),
    )
  })

  it('never leaves a price of zero', () => {
    expect(pushFactor(0.5, 30, 1, 'arithmetic')).toBe(1e-9)
    expect(pushFactor(0.5, 20, 1, 'geometric')).toBeCloseTo(0.5 ** 20, 15)
  })
})
