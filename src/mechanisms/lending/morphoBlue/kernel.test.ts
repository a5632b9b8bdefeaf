import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Accrued,
  ADAPTIVE_CURVE,
  accrue,
  adapt,
  compounded,
  curveExp,
  curveRate,
  INITIAL_RATE_AT_TARGET,
  liquidationIncentiveFactor,
  maxBorrow,
  SECONDS_PER_YEAR,
  sharePrice,
  socialised,
  targetError,
  toShares,
  utilization,
} from './kernel.ts'

const curve = ADAPTIVE_CURVE
const unitInterval = fc.double({ min: 0, max: 1, noNaN: true })
const seconds = fc.double({ min: 1, max: SECONDS_PER_YEAR, noNaN: true })

function adapted(used: number, time: number, start: number) {
  const rates = { borrowRate: NaN, rateAtTarget: start }
  adapt(used, time, curve, rates)
  return rates
}

describe('liquidation incentive', () => {
  // 1 / (1 - 0.3 (1 - lltv)) by hand, at the lltvs that Morpho enabled on Ethereum.
  it.each([
    [0.385, 1.15],
    [0.625, 1.12676],
    [0.77, 1.07411],
    [0.86, 1.04384],
    [0.915, 1.02617],
    [0.945, 1.01678],
    [0.965, 1.01061],
    [0.98, 1.00604],
  ])('at lltv %d is %d', (lltv, factor) => {
    expect(liquidationIncentiveFactor(lltv)).toBeCloseTo(factor, 5)
  })

  it('always leaves room: lltv x factor stays below 1', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999999, noNaN: true }), (lltv) => {
        expect(lltv * liquidationIncentiveFactor(lltv)).toBeLessThan(1)
      }),
    )
  })
})

describe('adaptive curve', () => {
  it('charges a quarter of the rate at target when idle and four times when full', () => {
    const rate = INITIAL_RATE_AT_TARGET
    expect(curveRate(rate, targetError(0, curve), curve)).toBeCloseTo(rate / 4, 20)
    expect(curveRate(rate, targetError(0.9, curve), curve)).toBe(rate)
    expect(curveRate(rate, targetError(1, curve), curve)).toBeCloseTo(rate * 4, 20)
  })

  it('doubles the rate at target in about five days at utilization 1', () => {
    const days = (Math.LN2 / 50) * 365
    const { rateAtTarget } = adapted(1, days * 86_400, INITIAL_RATE_AT_TARGET)
    expect(rateAtTarget / INITIAL_RATE_AT_TARGET).toBeCloseTo(2, 8)
    expect(days).toBeCloseTo(5.06, 2)
  })

  it('stands still at target, rises above it, falls below it, within bounds', () => {
    fc.assert(
      fc.property(unitInterval, seconds, unitInterval, (used, time, place) => {
        const { minRateAtTarget: low, maxRateAtTarget: high } = curve
        const start = low + place * (high - low)
        const { rateAtTarget, borrowRate } = adapted(used, time, start)
        expect(rateAtTarget).toBeGreaterThanOrEqual(low)
        expect(rateAtTarget).toBeLessThanOrEqual(high)
        // Stored rates are whole multiples of 1e-18 per second.
        const stored = Math.min(high, start) - 1e-18
        if (used > 0.9) expect(rateAtTarget).toBeGreaterThanOrEqual(stored)
        if (used === 0.9) expect(rateAtTarget).toBe(start)
        if (used < 0.9) expect(rateAtTarget).toBeLessThanOrEqual(start)
        const bounds = [start, rateAtTarget].map((r) =>
          curveRate(r, targetError(used, curve), curve),
        )
        expect(borrowRate).toBeGreaterThanOrEqual(0.99 * Math.min(...bounds))
        expect(borrowRate).toBeLessThanOrEqual(1.01 * Math.max(...bounds))
      }),
    )
  })
})

describe("the contract's exponential", () => {
  it('is within 0.902 % of e^x, and exact at multiples of ln 2', () => {
    // Furthest at the end of its range, r = -ln 2 / 2, where 1 + r + r^2 / 2 is above e^r.
    const half = Math.LN2 / 2
    const furthest = Math.SQRT2 * (1 - half + (half * half) / 2) - 1
    expect(furthest).toBeCloseTo(0.0090174, 7)
    const x = fc.integer({ min: -40e6, max: 90e6 }).map((k) => k / 1e6)
    fc.assert(
      fc.property(x, (at) => {
        expect(Math.abs(curveExp(at) / Math.exp(at) - 1)).toBeLessThan(furthest + 1e-12)
      }),
      { examples: [[-35.684581710976055], [-half]] },
    )
    for (const q of [-30, -1, 0, 1, 17, 100])
      expect(curveExp(q * Math.LN2)).toBeCloseTo(2 ** q, 9 - q)
    expect(curveExp(-41.5)).toBe(0)
    expect(curveExp(94)).toBe(curveExp(1000))
  })
})

describe('accrual', () => {
  it('adds the same interest to debt and supply, and pays the fee in shares worth the fee', () => {
    const amount = fc.double({ min: 1, max: 1e9, noNaN: true })
    const part = fc.double({ min: 0, max: 0.25, noNaN: true })
    fc.assert(
      fc.property(amount, unitInterval, part, unitInterval, (supply, used, fee, x) => {
        const growth = compounded(x, 1)
        const now: Accrued = {
          supplyAssets: supply,
          supplyShares: supply,
          borrowAssets: supply * used,
        }
        const shares = accrue(growth, fee, 1e-18, now)
        const interest = growth * supply * used
        expect(now.borrowAssets - supply * used).toBeCloseTo(interest, 5)
        expect(now.supplyAssets - supply).toBeCloseTo(interest, 5)
        const worth = shares * sharePrice(now.supplyAssets, now.supplyShares, 1e-18)
        expect(Math.abs(worth - interest * fee)).toBeLessThanOrEqual(1e-9 * supply)
      }),
    )
  })

  it('compounds by three terms of the exponential', () => {
    expect(compounded(0.1, 1)).toBeCloseTo(0.1 + 0.005 + 0.001 / 6, 15)
    expect(compounded(1, 0)).toBe(0)
  })
})

describe('shares', () => {
  it('of an untouched market are worth one token, and conversions are inverse', () => {
    expect(toShares(5, 0, 0, 1e-6)).toBe(5)
    const size = fc.double({ min: 1e-3, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(size, size, size, (assets, totalAssets, totalShares) => {
        const shares = toShares(assets, totalAssets, totalShares, 1e-6)
        const back = shares * sharePrice(totalAssets, totalShares, 1e-6)
        expect(Math.abs(back - assets)).toBeLessThanOrEqual(1e-12 * assets)
      }),
    )
  })
})

describe('limits', () => {
  it('are plain products and minima', () => {
    expect(utilization(0, 0)).toBe(0)
    expect(utilization(200, 180)).toBe(0.9)
    expect(maxBorrow(2, 1500, 0.8)).toBe(2400)
    expect(socialised(5, 3)).toBe(3)
    expect(socialised(2, 3)).toBe(2)
  })
})
