import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accrue,
  borrowBalance,
  borrowRate,
  exchangeRate,
  maxClose,
  protocolTokens,
  ratesPerBlock,
  redeemAmount,
  repayForTokens,
  seizeTokens,
  shortfall,
  supplyRate,
  tokensFor,
  tokenValue,
  utilization,
} from './kernel.ts'

const BLOCKS = 2102400

function positive(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true })
}

const amount = positive(0, 1e9)
const market = fc.record({
  cash: amount,
  borrows: positive(1e-6, 1e9),
  supply: positive(1e-3, 1e11),
})
const rates = fc.record({
  base: positive(0, 0.2),
  multiplier: positive(0, 0.5),
  jumpMultiplier: positive(0, 5),
  kink: positive(0.01, 1),
})

describe('utilization', () => {
  it('is the borrowed share of what suppliers own, 0 without borrows', () => {
    expect(utilization(0, 0, 0)).toBe(0)
    expect(utilization(500, 0, 0)).toBe(0)
    expect(utilization(500, 100, 0)).toBeCloseTo(1 / 6, 15)
    expect(utilization(50, 60, 10)).toBe(0.6)
  })

  it('is the same in any unit', () => {
    fc.assert(
      fc.property(market, positive(1e-6, 1e6), ({ cash, borrows }, unit) => {
        expect(utilization(cash * unit, borrows * unit, 0)).toBeCloseTo(
          utilization(cash, borrows, 0),
          12,
        )
      }),
    )
  })
})

describe('borrow rate', () => {
  // Source: compound-finance/compound-protocol tests/Models/InterestRateModelTest.js "chosen
  // points", in percent. Its slope is per unit of utilization; the yearly multiplier of V2 is the
  // rise up to the kink, so slope x kink.
  it.each([
    [
      100,
      90,
      10,
      20,
      [
        [0, 10],
        [10, 12],
        [89, 27.8],
        [90, 28],
        [91, 29],
        [100, 38],
      ],
    ],
    [
      20,
      90,
      10,
      20,
      [
        [0, 10],
        [10, 12],
        [100, 30],
      ],
    ],
    [
      0,
      90,
      10,
      20,
      [
        [0, 10],
        [10, 12],
        [100, 28],
      ],
    ],
    [
      0,
      110,
      10,
      20,
      [
        [0, 10],
        [10, 12],
        [100, 30],
      ],
    ],
    [
      2000,
      0,
      10,
      20,
      [
        [0, 10],
        [10, 210],
        [100, 2010],
      ],
    ],
  ])(
    'meets the contract tests for jump %d, kink %d, base %d, slope %d',
    (jump, kink, base, slope, points) => {
      const yearly = {
        base: base / 100,
        multiplier: (slope / 100) * (kink / 100),
        jumpMultiplier: jump / 100,
        kink: kink / 100,
      }
      const perBlock = ratesPerBlock(yearly, BLOCKS)
      for (const [used, expected] of points)
        expect(borrowRate(used! / 100, perBlock) * BLOCKS * 100).toBeCloseTo(expected!, 9)
    },
  )

  it('rises with utilization, continuously at the kink', () => {
    fc.assert(
      fc.property(rates, positive(0, 1.5), positive(0, 1.5), (yearly, a, b) => {
        const rate = ratesPerBlock(yearly, BLOCKS)
        const [low, high] = a < b ? [a, b] : [b, a]
        expect(borrowRate(low, rate)).toBeLessThanOrEqual(borrowRate(high, rate) * (1 + 1e-12))
        const { kink } = yearly
        expect(borrowRate(kink * (1 + 1e-12), rate) * BLOCKS).toBeCloseTo(
          borrowRate(kink, rate) * BLOCKS,
          9,
        )
      }),
    )
  })

  it('pays suppliers what borrowers pay, less the share of reserves', () => {
    const rate = ratesPerBlock(
      { base: 0.02, multiplier: 0.1, jumpMultiplier: 1, kink: 0.8 },
      BLOCKS,
    )
    const [cash, borrows] = [40, 60]
    const paid = borrows * borrowRate(0.6, rate)
    expect(supplyRate(0.6, rate, 0.25) * (cash + borrows)).toBeCloseTo(paid * 0.75, 18)
  })
})

describe('accrual', () => {
  it('meets the contract test of one block', () => {
    // Source: compound-finance/compound-protocol tests/Tokens/accrueInterestTest.js "succeeds and
    // saves updated values": borrows 10,000, reserves 100, rate 1e-6, reserve factor 0.1.
    const now = { borrows: 1e4, reserves: 100, index: 1 }
    accrue(1e-6, 1, 0.1, now)
    expect(now.borrows).toBeCloseTo(10000.01, 11)
    expect(now.reserves).toBeCloseTo(100.001, 12)
    expect(now.index).toBeCloseTo(1.000001, 15)
  })

  it('is simple within a step, and grows with the steps', () => {
    fc.assert(
      fc.property(positive(0, 5e-6), fc.integer({ min: 2, max: 1e6 }), (rate, blocks) => {
        const once = { borrows: 1, reserves: 0, index: 1 }
        const twice = { borrows: 1, reserves: 0, index: 1 }
        accrue(rate, blocks, 0.1, once)
        accrue(rate, 1, 0.1, twice)
        accrue(rate, blocks - 1, 0.1, twice)
        expect(once.index).toBeCloseTo(1 + rate * blocks, 12)
        expect(twice.index).toBeGreaterThanOrEqual(once.index * (1 - 1e-15))
      }),
    )
  })

  it('keeps debts by index equal to total borrows, and gives interest to suppliers and reserves', () => {
    fc.assert(
      fc.property(
        market,
        positive(0, 5e-6),
        fc.nat(1e5),
        positive(0, 1),
        (m, rate, blocks, factor) => {
          const now = { borrows: m.borrows, reserves: 0, index: 1 }
          const before = exchangeRate(m.cash, m.borrows, 0, m.supply, 1)
          accrue(rate, blocks, factor, now)
          const debt = borrowBalance(m.borrows, now.index, 1)
          expect(Math.abs(debt - now.borrows)).toBeLessThanOrEqual(1e-12 * debt)
          const after = exchangeRate(m.cash, now.borrows, now.reserves, m.supply, 1)
          const interest = now.borrows - m.borrows
          const gained = (after - before) * m.supply
          expect(Math.abs(gained - interest * (1 - factor))).toBeLessThanOrEqual(
            1e-9 * (m.cash + m.borrows),
          )
        },
      ),
    )
  })
})

describe('exchange rate', () => {
  it('is the initial one without supply', () => {
    expect(exchangeRate(0, 0, 0, 0, 0.02)).toBe(0.02)
  })

  it('stays when cTokens are minted, redeemed or burnt into reserves', () => {
    fc.assert(
      fc.property(market, positive(0, 1), positive(0, 1), (m, part, share) => {
        const rate = exchangeRate(m.cash, m.borrows, 0, m.supply, 1)
        const tokens = m.supply * part * 0.9
        const minted = exchangeRate(
          m.cash + redeemAmount(tokens, rate),
          m.borrows,
          0,
          m.supply + tokens,
          1,
        )
        expect(Math.abs(minted / rate - 1)).toBeLessThan(1e-12)
        const burnt = protocolTokens(tokens, share)
        const after = exchangeRate(
          m.cash,
          m.borrows,
          redeemAmount(burnt, rate),
          m.supply - burnt,
          1,
        )
        expect(Math.abs(after / rate - 1)).toBeLessThan(1e-12)
      }),
    )
  })

  it('returns what was minted', () => {
    fc.assert(
      fc.property(positive(1e-9, 1e9), positive(1e-6, 1e6), (value, rate) => {
        expect(Math.abs(redeemAmount(tokensFor(value, rate), rate) / value - 1)).toBeLessThan(
          1e-15 * 4,
        )
      }),
    )
  })
})

describe('liquidity', () => {
  it('meets the contract test of three markets', () => {
    // Source: compound-finance/compound-protocol tests/Comptroller/accountLiquidityTest.js.
    const collateral = 1e6 * tokenValue(3, 1, 0.5) + 1e3 * tokenValue(2718 / 1000, 1, 0.666)
    expect(Math.floor(collateral)).toBe(Math.floor(1e6 * 0.5 * 3 + 1e3 * 0.666 * (2718 / 1000)))
    expect(shortfall(5e5, 1e6)).toBe(5e5)
  })

  it('has no shortfall at equality', () => {
    expect(shortfall(100, 100)).toBe(0)
    expect(shortfall(100, 100.00000000000001)).toBeGreaterThan(0)
    expect(shortfall(101, 100)).toBe(0)
  })
})

describe('seizure', () => {
  // Source: compound-finance/compound-protocol tests/Comptroller/liquidateCalculateAmountSeizeTest.js:
  // exchange rate, price of debt, price of collateral, incentive, repayment.
  it.each([
    [1, 1, 1, 1, 1],
    [2, 1, 1, 1, 1],
    [2, 2, 1.42, 1.3, 2.45],
    [2.789, 5.230480842, 771.32, 1.3, 10002.45],
    [
      7009232.529961056, 2527872.631724045, 261771.12093242584, 1.179713989619784,
      7790468.414639561,
    ],
  ])(
    'meets the contract test at rate %d, prices %d and %d, incentive %d, repay %d',
    (rate, debt, collateral, incentive, repay) => {
      const expected = (repay * incentive * debt) / collateral / rate
      const tokens = seizeTokens(repay, incentive, debt, collateral, rate)
      expect(Math.abs(tokens / expected - 1)).toBeLessThan(1e-15 * 4)
      expect(repayForTokens(tokens, incentive, debt, collateral, rate)).toBeCloseTo(repay, 9)
    },
  )

  it('is worth the repayment times the incentive, in any units', () => {
    const price = positive(1e-6, 1e6)
    fc.assert(
      fc.property(
        positive(1e-6, 1e9),
        positive(1, 1.5),
        price,
        price,
        price,
        (repay, i, debt, coll, rate) => {
          const seized = redeemAmount(seizeTokens(repay, i, debt, coll, rate), rate) * coll
          expect(Math.abs(seized / (repay * debt * i) - 1)).toBeLessThan(1e-14)
        },
      ),
    )
  })

  it('keeps the protocol share apart, and closes at most the close factor', () => {
    expect(protocolTokens(100, 0.028)).toBeCloseTo(2.8, 14)
    expect(maxClose(80, 0.5)).toBe(40)
  })
})
