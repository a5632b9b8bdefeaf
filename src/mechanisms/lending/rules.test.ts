import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REFUSALS, spiralBadDebt, TargetHealthError, toxicityFrontier } from './index.ts'
import { aaveWorld, type LendingWorld, lendingWorld } from './testWorld.conformance.ts'

const result = { repaid: NaN, seized: NaN, event: -1 }
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })

type Case = {
  readonly collateral: number
  readonly debt: number
  readonly threshold: number
  readonly bonus: number
  readonly rules: { targetHealth?: number; bonusPerShortfall?: number; stopAtFrontier?: number }
  readonly closeFactor?: number
  /** A second collateral, USD, at half the threshold. */
  readonly beside?: number
}

/** One account, C pledged for D, both at 1 USD. */
function compound(from: Case): LendingWorld {
  const { collateral, debt, threshold, bonus, rules, closeFactor = 1, beside = 0 } = from
  return lendingWorld({
    accounts: [{ collateral: { C: collateral, B: beside }, debt: { D: debt } }],
    prices: { C: 1, D: 1, B: 1 },
    markets: {
      C: { collateralFactor: threshold, exchangeRate: 1 },
      B: { collateralFactor: threshold / 2, exchangeRate: 1 },
    },
    terms: { closeFactor, liquidationBonus: bonus, protocolSeizeShare: 0, ...rules },
  })
}

function maxRepay({ lender, debt, collateral }: LendingWorld): number {
  return lender.maxRepay(0, debt('D'), collateral('C'))
}

/** Liquidate as much as the lender takes. @returns what was refused, or null. */
function take(from: LendingWorld, repay = maxRepay(from)): string | null {
  const { lender, debt, collateral, holder } = from
  return lender.liquidate(0, debt('D'), collateral('C'), repay, holder, result)
}

function weighed({ lender, debt, collateral }: LendingWorld) {
  const { book } = lender
  const values = lender.coordinates()
  let weighted = 0
  let owed = 0
  for (let k = book.start[0]!; k < book.start[0]! + book.count[0]!; k++) {
    const value = book.amount[k]! * values[book.coordinate[k]!]!
    if (book.coordinate[k] === debt('D')) owed = -value
    else weighted += value
  }
  const held = book.amount[book.start[0]!]! * lender.value(collateral('C'))
  return { health: weighted / owed, owed, held }
}

describe('staged liquidation', () => {
  const a4 = { collateral: 100, debt: 85, threshold: 0.8, bonus: 0.05 }

  // validation.md A4, (computed).
  it.each([
    [1, 31.25, 67.1875, 53.75],
    [1.05, 44.047619047619, null, null],
    [1.1, 51.923076923077, null, null],
  ])('to a health of %d repays %d of A4', (targetHealth, repay, held, owed) => {
    const from = compound({ ...a4, rules: { targetHealth } })
    expect(Math.abs(maxRepay(from) - repay)).toBeLessThan(1e-10)
    expect(take(from, repay + 1e-6)).toBe(REFUSALS.close)
    expect(take(from)).toBeNull()
    const after = weighed(from)
    expect(after.health).toBeCloseTo(targetHealth, 12)
    expect(maxRepay(from)).toBe(0)
    if (held !== null) expect(after.held).toBeCloseTo(held, 10)
    if (owed !== null) expect(after.owed).toBeCloseTo(owed, 10)
  })

  it('is unlimited where no repayment reaches the target', () => {
    // 0.8 x 1.25 = 1: each unit repaid takes as much weighted collateral as it frees.
    const rules = { targetHealth: 1 }
    const from = compound({ ...a4, bonus: 0.25, rules })
    expect(maxRepay(from)).toBeCloseTo(80, 9)
    const barely = compound({ ...a4, bonus: 0.2499, debt: 80.0001, rules })
    expect(maxRepay(barely)).toBeCloseTo(0.0001 / (1 - 0.8 * 1.2499), 6)
  })

  it('leaves health at the target, or is limited by the close factor or the collateral', () => {
    fc.assert(
      fc.property(
        between(0.3, 0.95),
        between(0.01, 0.3),
        between(1, 1.3),
        between(1.0001, 1.6),
        between(0.05, 1),
        between(0, 200),
        (threshold, bonus, targetHealth, over, closeFactor, beside) => {
          const debt = (100 * threshold + (beside * threshold) / 2) * over
          const rules = { targetHealth }
          const world = { collateral: 100, debt, threshold, bonus, closeFactor, beside }
          const limit = Math.min(closeFactor * debt, 100 / (1 + bonus))
          const from = compound({ ...world, rules })
          const repay = maxRepay(from)
          expect(repay).toBeLessThanOrEqual(limit * (1 + 1e-12))
          expect(take(from)).toBeNull()
          const { health, owed } = weighed(from)
          if (repay < limit * (1 - 1e-9)) {
            expect(health).toBeGreaterThan(targetHealth - 1e-9)
            expect(health).toBeLessThan(targetHealth + 1e-9)
            expect(maxRepay(from)).toBeLessThanOrEqual(1e-9 * debt)
          } else if (owed > 1e-6) expect(health).toBeLessThan(targetHealth + 1e-6)
        },
      ),
      { seed: 11, numRuns: 150 },
    )
  })

  it('cannot aim below health', () => {
    expect(() => compound({ ...a4, rules: { targetHealth: 0.99 } })).toThrow(TargetHealthError)
    const from = compound({ ...a4, rules: {} })
    expect(from.governed.setTerm('targetHealth', -1, 0.5)).toMatch(/0 or at least 1/)
  })

  it('holds for Aave too, beside its own close factor', () => {
    const accounts = [{ collateral: { ETH: 1 }, debt: { USDC: 1640 } }]
    const free = aaveWorld({ accounts })
    const staged = aaveWorld({ accounts, liquidation: { targetHealth: 1.05 } })
    const limit = ({ lender, debt, collateral }: LendingWorld) =>
      lender.maxRepay(0, debt('USDC'), collateral('ETH'))
    expect(limit(free)).toBe(820)
    const x = (1.05 * 1640 - 0.8 * 2000) / (1.05 - 0.8 * 1.08)
    expect(limit(staged)).toBeCloseTo(x, 9)
  })
})

describe('a Dutch auction', () => {
  const base = { collateral: 100, threshold: 0.8, bonus: 0.1 }

  it('pays k (1 - healthFactor), up to the usual bonus', () => {
    fc.assert(
      fc.property(between(80.001, 120), between(0.05, 3), (debt, slope) => {
        const from = compound({ ...base, debt, rules: { bonusPerShortfall: slope } })
        const { lender } = from
        const bonus = Math.min(0.1, slope * (1 - 80 / debt))
        const [owed, held] = [from.debt('D'), from.collateral('C')]
        expect(lender.seizeFor(1, owed, held, 0)).toBeCloseTo(1 + bonus, 12)
        expect(lender.seizeFor(1, owed, held)).toBeCloseTo(1.1, 12)
        expect(maxRepay(from)).toBeCloseTo(Math.min(debt, 100 / (1 + bonus)), 9)
        expect(take(from)).toBeNull()
        expect(result.seized / result.repaid).toBeCloseTo(1 + bonus, 10)
      }),
      { seed: 3, numRuns: 100 },
    )
  })

  it('lets the treasury of Aave keep its share of the smaller bonus', () => {
    const from = aaveWorld({
      accounts: [{ collateral: { ETH: 1 }, debt: { USDC: 1640 } }],
      liquidation: { bonusPerShortfall: 1 },
    })
    const bonus = 1 - 1600 / 1640
    const got = from.lender.seizeFor(1, from.debt('USDC'), from.collateral('ETH'), 0) * 2000
    expect(got).toBeCloseTo(1 + 0.9 * bonus, 12)
  })
})

describe('stopping at the frontier', () => {
  // validation.md A2, (computed).
  it.each([
    [0.045, 0.956937799043],
    [0.08, 0.925925925926],
    [0.1, 0.909090909091],
    [0.25, 0.8],
  ])('flips within 1e-12 of 1 / (1 + %d)', (bonus, frontier) => {
    expect(toxicityFrontier(bonus)).toBeCloseTo(frontier, 12)
    const rules = { stopAtFrontier: 1 }
    const at = (side: number): LendingWorld => {
      const debt = toxicityFrontier(bonus) * (1 + side * 1e-12)
      return compound({ collateral: 1, debt, threshold: 0.5, bonus, rules })
    }
    expect(maxRepay(at(-1))).toBeGreaterThan(0)
    expect(maxRepay(at(1))).toBe(0)
    expect(take(at(1), 0.1)).toBe(REFUSALS.toxic)
    expect(take(at(-1), 0.1)).toBeNull()
  })

  it('leaves no bad debt while the price is constant and debt below collateral', () => {
    fc.assert(
      fc.property(
        between(0.01, 0.4),
        between(0.55, 0.999),
        between(0.05, 1),
        (bonus, debt, closeFactor) => {
          fc.pre(Math.abs(debt - toxicityFrontier(bonus)) > 1e-6)
          const rules = { stopAtFrontier: 1 }
          const from = compound({ collateral: 1, debt, threshold: 0.5, bonus, closeFactor, rules })
          while (maxRepay(from) > 0) expect(take(from)).toBeNull()
          const { owed, held } = weighed(from)
          expect(owed).toBeLessThanOrEqual(held)
          const without = spiralBadDebt(1, debt, bonus)
          if (without > 0) expect([owed, held]).toEqual([debt, 1])
        },
      ),
      { seed: 5, numRuns: 100 },
    )
  })

  it('counts all collateral that can be seized, at any prices that it is asked about', () => {
    const rules = { stopAtFrontier: 1 }
    const from = compound({
      collateral: 100,
      debt: 96,
      threshold: 0.8,
      bonus: 0.08,
      beside: 10,
      rules,
    })
    const { lender, debt, collateral } = from
    const values = new Float64Array(lender.book.coordinates)
    const sold = (price: number): number => {
      lender.coordinatesAt([1, 1, 1, price], 'value', values)
      return lender.seizable(0, debt('D'), collateral('C'), values)
    }
    // 96 x 1.08 = 103.68 against 110, and against 103.
    expect(maxRepay(from)).toBeGreaterThan(0)
    expect(sold(1)).toBeGreaterThan(99)
    expect(sold(0.3)).toBe(0)
    from.setPrice('B', 0.3)
    expect(maxRepay(from)).toBe(0)
  })
})
