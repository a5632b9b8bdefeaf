import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AAVE_V2,
  AAVE_V3,
  AAVE_V3_3,
  borrowRate,
  closeLimit,
  compoundedInterest,
  feeShare,
  linearInterest,
  liquidityRate,
  type PairValues,
  SECONDS_PER_YEAR,
  type Strategy,
  treasuryAccrual,
  utilization,
  withoutDust,
} from './kernel.ts'

const strategy: Strategy = { optimalUtilization: 0.9, baseRate: 0.01, slope1: 0.04, slope2: 0.6 }
const rate = () => fc.double({ min: 0, max: 5, noNaN: true })

describe('interest strategy', () => {
  it('is the base at 0, base + slope1 at the optimum, base + both slopes at 1', () => {
    expect(borrowRate(0, strategy)).toBe(0.01)
    expect(borrowRate(0.45, strategy)).toBeCloseTo(0.03, 15)
    expect(borrowRate(0.9, strategy)).toBeCloseTo(0.05, 15)
    expect(borrowRate(0.95, strategy)).toBeCloseTo(0.05 + 0.3, 14)
    expect(borrowRate(1, strategy)).toBeCloseTo(0.65, 15)
  })

  it('has no hole at an optimum of 0 or 1', () => {
    expect(borrowRate(0, { ...strategy, optimalUtilization: 0 })).toBe(0.01)
    expect(borrowRate(0.5, { ...strategy, optimalUtilization: 0 })).toBeCloseTo(0.35, 15)
    expect(borrowRate(1, { ...strategy, optimalUtilization: 1 })).toBeCloseTo(0.05, 15)
  })

  it('rises with utilization', () => {
    const used = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(used, used, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a]
        expect(borrowRate(low, strategy)).toBeLessThanOrEqual(borrowRate(high, strategy) + 1e-15)
      }),
    )
  })

  it('gives suppliers what borrowers pay, less the treasury and less what a deficit dilutes', () => {
    expect(utilization(100, 0, 0)).toBe(0)
    expect(utilization(25, 75, 0)).toBe(0.75)
    expect(utilization(25, 75, 50)).toBe(0.5)
    const paid = 75 * borrowRate(0.75, strategy)
    const earned = 100 * liquidityRate(borrowRate(0.75, strategy), 0.75, 0.1)
    expect(earned).toBeCloseTo(0.9 * paid, 14)
  })
})

describe('interest', () => {
  it('is simple for suppliers', () => {
    expect(linearInterest(0.1, SECONDS_PER_YEAR)).toBeCloseTo(1.1, 15)
    expect(linearInterest(0.1, 0)).toBe(1)
  })

  it('compounds per second for borrowers, by three terms of the binomial', () => {
    expect(compoundedInterest(0.1, 0)).toBe(1)
    expect(compoundedInterest(0.1, 1)).toBe(1 + 0.1 / SECONDS_PER_YEAR)
    // (1 + x)^2 and (1 + x)^3 have no further terms.
    const x = 31536 / SECONDS_PER_YEAR
    expect(compoundedInterest(31536, 2)).toBeCloseTo((1 + x) ** 2, 12)
    expect(compoundedInterest(31536, 3)).toBeCloseTo((1 + x) ** 3, 12)
  })

  it('lags the power by the fourth term and the digits that are cut, and never exceeds it', () => {
    const seconds = fc.integer({ min: 1, max: 2 * SECONDS_PER_YEAR })
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.5, noNaN: true }), seconds, (r, n) => {
        const exact = Math.exp(n * Math.log1p(r / SECONDS_PER_YEAR))
        const growth = compoundedInterest(r, n)
        const exponent = (r * n) / SECONDS_PER_YEAR
        expect(growth).toBeLessThanOrEqual(exact * (1 + 1e-12))
        const digits = (n ** 2 / 2 + n ** 3 / 6) * 1e-27
        expect(exact - growth).toBeLessThanOrEqual((exact * exponent ** 4) / 24 + digits + 1e-12)
      }),
    )
  })

  it('is at least simple interest: borrowers pay what suppliers and treasury earn', () => {
    fc.assert(
      fc.property(rate(), fc.integer({ min: 0, max: SECONDS_PER_YEAR }), (r, n) => {
        expect(compoundedInterest(r, n)).toBeGreaterThanOrEqual(linearInterest(r, n) * (1 - 1e-15))
      }),
    )
  })

  it('gives the treasury its factor of the interest, in scaled units', () => {
    // 1,000 scaled units grow from 1.1 to 1.2: 100 tokens of interest, a fifth of it at index 1.05.
    expect(treasuryAccrual(1000, 1.1, 1.2, 1.05, 0.2)).toBeCloseTo(20 / 1.05, 12)
  })
})

describe('protocol fee', () => {
  it('is taken of the bonus only', () => {
    // 1,050 seized for 1,000 repaid: a tenth of the 50 is 5.
    expect(1050 * feeShare(1.05, 0.1)).toBeCloseTo(5, 12)
    expect(feeShare(1.05, 0)).toBe(0)
    expect(feeShare(1, 0.5)).toBe(0)
  })
})

const pair: PairValues = { owed: 3000, priceDebt: 1, heldValue: 4000, health: 0.97, debt: 3000 }

describe('close factor', () => {
  it('is a half above a health of 0.95, all at 0.95 and below, and never more than a half in v2', () => {
    expect(closeLimit(AAVE_V3, { ...pair, health: 0.9500000001 })).toBe(1500)
    expect(closeLimit(AAVE_V3, { ...pair, health: 0.95 })).toBe(3000)
    expect(closeLimit(AAVE_V3, { ...pair, health: 0.94 })).toBe(3000)
    expect(closeLimit(AAVE_V2, { ...pair, health: 0.5 })).toBe(1500)
    expect(closeLimit(AAVE_V3_3, { ...pair, health: 0.9500000001 })).toBe(1500)
    expect(closeLimit(AAVE_V3_3, { ...pair, health: 0.95 })).toBe(3000)
  })

  it('counts the whole position from v3.3 on', () => {
    expect(closeLimit(AAVE_V3_3, { ...pair, debt: 5000 })).toBe(2500)
    expect(closeLimit(AAVE_V3_3, { ...pair, debt: 6000 })).toBe(3000)
    expect(closeLimit(AAVE_V3_3, { ...pair, debt: 9000 })).toBe(3000)
    expect(closeLimit(AAVE_V3, { ...pair, debt: 9000 })).toBe(1500)
    expect(closeLimit(AAVE_V3_3, { ...pair, owed: 2, priceDebt: 1500, debt: 4500 })).toBe(1.5)
  })

  it('is lifted for debt or collateral below 2,000 USD from v3.3 on', () => {
    expect(closeLimit(AAVE_V3_3, { ...pair, owed: 2000, debt: 2000 })).toBe(1000)
    expect(closeLimit(AAVE_V3_3, { ...pair, owed: 1999, debt: 1999 })).toBe(1999)
    expect(closeLimit(AAVE_V3_3, { ...pair, heldValue: 2000 })).toBe(1500)
    expect(closeLimit(AAVE_V3_3, { ...pair, heldValue: 1999 })).toBe(3000)
    expect(closeLimit(AAVE_V3, { ...pair, owed: 100 })).toBe(50)
  })
})

describe('dust', () => {
  const rest = (repay: number, given: Partial<PairValues> = {}) =>
    withoutDust(AAVE_V3_3, { ...pair, ...given }, 1.08, repay)

  it('is left by neither debt nor collateral, or by clearing one of them', () => {
    expect(rest(2000)).toBe(2000)
    expect(rest(2001)).toBe(2000)
    expect(rest(3000)).toBe(3000)
    expect(rest(2000, { heldValue: 3000 })).toBeCloseTo(2000 / 1.08, 9)
    expect(rest(3000 / 1.08, { heldValue: 3000 })).toBe(3000 / 1.08)
    expect(rest(500, { owed: 900 })).toBe(0)
    expect(rest(900, { owed: 900 })).toBe(900)
  })

  it('is no matter before v3.3', () => {
    expect(withoutDust(AAVE_V3, pair, 1.08, 2999)).toBe(2999)
    expect(withoutDust(AAVE_V2, pair, 1.08, 2999)).toBe(2999)
  })

  it('allows what it returns', () => {
    const usd = fc.double({ min: 1, max: 20000, noNaN: true })
    fc.assert(
      fc.property(usd, usd, fc.double({ min: 0, max: 1, noNaN: true }), (owed, held, part) => {
        const given = { owed, heldValue: held }
        const allowed = rest(part * owed, given)
        expect(allowed).toBeLessThanOrEqual(part * owed)
        if (allowed > 0) expect(rest(allowed, given)).toBeCloseTo(allowed, 8)
      }),
    )
  })
})
