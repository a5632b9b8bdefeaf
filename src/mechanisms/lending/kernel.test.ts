import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exp, philoxDraws } from '../../math/index.ts'
import {
  gapBadDebt,
  healthFactor,
  loopLeverage,
  loopLeverageLimit,
  ltvAfterLiquidation,
  repayToHealth,
  spiralBadDebt,
  toxicityFrontier,
  twoStepGain,
} from './kernel.ts'

function between(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true })
}

const bonus = between(0, 0.5)

describe('health factor (validation A1)', () => {
  it('is 1 exactly where weighted collateral equals debt', () => {
    expect(healthFactor(75, 75)).toBe(1)
    expect(healthFactor(74.99999999999999, 75)).toBeLessThan(1)
    expect(healthFactor(80, 0)).toBe(Infinity)
  })

  it('is the same in any unit', () => {
    fc.assert(
      fc.property(between(1, 1e9), between(1, 1e9), between(1e-6, 1e6), (c, d, unit) => {
        expect(Math.abs(healthFactor(c * unit, d * unit) / healthFactor(c, d) - 1)).toBeLessThan(
          1e-15 * 4,
        )
      }),
    )
  })
})

describe('toxicity frontier (validation A2)', () => {
  it.each([
    [0.045, 0.956937799043],
    [0.08, 0.925925925926],
    [0.1, 0.909090909091],
  ])('for a bonus of %d is %d', (i, expected) => {
    expect(toxicityFrontier(i)).toBeCloseTo(expected, 12)
  })

  it('separates liquidations that lower the loan-to-value from those that raise it, to 1e-12', () => {
    fc.assert(
      fc.property(between(0, 0.5), between(0.01, 0.9), (i, part) => {
        const frontier = toxicityFrontier(i)
        // The change of ltv is (gap to the frontier) x x (1 + i) / rest: x of order 1 shows its sign.
        for (const side of [-1, 1]) {
          const debt = frontier * (1 + side * 1e-12)
          const repay = part / (1 + i)
          const change = ltvAfterLiquidation(1, debt, repay, i) - debt
          const expected = (repay * (1 + i) * (debt - frontier)) / (1 - part)
          expect(change).toBeCloseTo(expected, 14)
          if (part > 0.5) expect(Math.sign(change)).toBe(side)
        }
      }),
    )
  })
})

describe('spiral (validation A3)', () => {
  it.each([
    [0.045, 0.95, 0],
    [0.045, 0.96, 0.003062200957],
    [0.045, 0.97, 0.013062200957],
    [0.045, 0.99, 0.033062200957],
    [0.08, 0.93, 0.004074074074],
    [0.08, 0.95, 0.024074074074],
    [0.1, 0.92, 0.010909090909],
  ])('for a bonus of %d from %d leaves %d', (i, ltv, expected) => {
    expect(spiralBadDebt(1, ltv, i)).toBeCloseTo(expected, 9)
  })
})

describe('repayment that restores health (validation A4)', () => {
  it.each([
    [1, 31.25],
    [1.05, 44.047619047619],
    [1.1, 51.923076923077],
  ])('for health %d is %d', (health, expected) => {
    expect(repayToHealth(100, 85, 0.8, 0.05, health)).toBeCloseTo(expected, 10)
  })

  it('restores exactly that health', () => {
    fc.assert(
      fc.property(
        between(0.1, 0.95),
        bonus,
        between(0.01, 2),
        between(0.5, 1),
        (threshold, b, extra, hf) => {
          const health = threshold * (1 + b) + extra
          const [collateral, debt] = [100, (100 * threshold) / hf]
          const x = repayToHealth(collateral, debt, threshold, b, health)!
          const after = threshold * (collateral - x * (1 + b)) - health * (debt - x)
          expect(Math.abs(after)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(x)))
        },
      ),
    )
  })

  it('is undefined where repaying frees no more than it takes', () => {
    expect(repayToHealth(100, 99, 0.8, 0.25, 1)).toBeNull()
    expect(repayToHealth(100, 99, 0.8, 0.3, 1)).toBeNull()
    expect(repayToHealth(100, 85, 0.8, 0.05, 0.84)).toBeNull()
  })
})

describe('two-step liquidation (validation A5)', () => {
  it('gains over one step as published', () => {
    const first = repayToHealth(100, 76, 0.75, 0.08, 1)!
    expect(first).toBeCloseTo(5.263157894737, 9)
    expect(twoStepGain(first, 76, 0.5)).toBeCloseTo(0.06925207756, 9)
    const profit = 0.08 * (first + 0.5 * (76 - first))
    expect(profit).toBeCloseTo(3.250526315789, 9)
    expect(profit / (0.08 * 0.5 * 76) - 1).toBeCloseTo(twoStepGain(first, 76, 0.5), 12)
  })
})

describe('loop leverage (validation A7)', () => {
  it('sums the deposits of a loop', () => {
    expect(loopLeverage(0.9, 0)).toBe(1)
    expect(loopLeverage(0.9, 1)).toBeCloseTo(1.9, 12)
    expect(loopLeverage(0.9, 3)).toBeCloseTo(3.439, 12)
    expect(loopLeverage(0.9, 10)).toBeCloseTo(6.861894039, 9)
    expect(loopLeverageLimit(0.9)).toBeCloseTo(10, 12)
    expect(loopLeverageLimit(0.93)).toBeCloseTo(14.285714286, 9)
  })

  it('meets the closed form and rises to the limit', () => {
    fc.assert(
      fc.property(between(0, 0.99), fc.nat(60), (v, n) => {
        let power = 1
        for (let k = 0; k <= n; k++) power *= v
        const leverage = loopLeverage(v, n)
        expect(Math.abs(leverage - (1 - power) / (1 - v))).toBeLessThan(1e-11 * leverage)
        expect(leverage).toBeLessThanOrEqual(loopLeverageLimit(v) * (1 + 1e-12))
        expect(loopLeverage(v, n + 1)).toBeGreaterThanOrEqual(leverage)
      }),
    )
  })
})

describe('bad debt of a gap (validation A8)', () => {
  const out = { expected: NaN, probability: NaN }

  it.each([
    [0.1, 2.37469348e-4, 0.0096698108],
    [0.25, 0.01905101422, 0.2031089629],
    [0.4, 0.05666707145, 0.3455990153],
  ])('for a jump of log-sd %d is %d', (logSd, expected, probability) => {
    gapBadDebt(1, 0.75, 0.05, logSd, out)
    expect(Math.abs(out.expected - expected)).toBeLessThan(1e-9)
    expect(Math.abs(out.probability - probability)).toBeLessThan(1e-9)
  })

  it('is the certain loss without a jump', () => {
    gapBadDebt(1, 0.98, 0.05, 0, out)
    expect(out.expected).toBeCloseTo(spiralBadDebt(1, 0.98, 0.05), 15)
    expect(out.probability).toBe(1)
    gapBadDebt(1, 0.9, 0.05, 0, out)
    expect(out).toEqual({ expected: 0, probability: 0 })
  })

  it('rises with volatility, debt and bonus, scales with size, and obeys put-call parity', () => {
    fc.assert(
      fc.property(
        between(0.1, 1.2),
        bonus,
        between(0.01, 1),
        between(1e-3, 1e6),
        (d, b, s, unit) => {
          const at = (debt: number, i: number, sd: number, size: number): number => {
            gapBadDebt(size, debt * size, i, sd, out)
            return out.expected / size
          }
          const base = at(d, b, s, 1)
          expect(base).toBeGreaterThanOrEqual(spiralBadDebt(1, d, b) - 1e-12)
          expect(base).toBeLessThanOrEqual(d)
          expect(at(d, b, s * 1.1, 1)).toBeGreaterThanOrEqual(base - 1e-12)
          expect(at(d * 1.1, b, s, 1)).toBeGreaterThanOrEqual(base - 1e-12)
          expect(at(d, b + 0.1, s, 1)).toBeGreaterThanOrEqual(base - 1e-12)
          expect(at(d, b, s, unit)).toBeCloseTo(base, 12)
        },
      ),
    )
  })

  it.each([
    [0.75, 0.05, 0.25],
    [0.6, 0.1, 0.4],
    [0.9, 0.02, 0.1],
    [0.3, 0.08, 0.9],
  ])('agrees with simulated jumps for debt %d, bonus %d, log-sd %d', (debt, b, logSd) => {
    const draws = philoxDraws(7, 0, 'gap')
    const n = 200_000
    let sum = 0
    let squares = 0
    let hits = 0
    for (let k = 0; k < n; k++) {
      const price = exp(logSd * draws.normal(0, k) - (logSd * logSd) / 2)
      const loss = spiralBadDebt(price, debt, b)
      sum += loss
      squares += loss * loss
      if (loss > 0) hits++
    }
    gapBadDebt(1, debt, b, logSd, out)
    const mean = sum / n
    const error = Math.sqrt((squares / n - mean * mean) / n)
    expect(Math.abs(out.expected - mean)).toBeLessThan(3 * error)
    const p = out.probability
    expect(Math.abs(hits / n - p)).toBeLessThan(3 * Math.sqrt((p * (1 - p)) / n))
  })
})
