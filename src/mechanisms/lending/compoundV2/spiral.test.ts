import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventCode, margin } from '../../../world/index.ts'
import { spiralBadDebt, toxicityFrontier } from '../kernel.ts'
import { type LendingWorld, lendingWorld } from '../testWorld.conformance.ts'

const result = { repaid: NaN, seized: NaN, event: -1 }

/** Liquidate as much as the lender takes; null when it took something. */
function take(from: LendingWorld, debt: string, collateral: string) {
  const [owed, held] = [from.debt(debt), from.collateral(collateral)]
  const amount = from.lender.maxRepay(0, owed, held)
  return from.lender.liquidate(0, owed, held, amount, from.holder, result)
}

describe('toxic spiral (validation A3)', () => {
  type Spiral = { steps: number; badDebt: number; path: number[]; isHealthy: boolean }

  function spiral(bonus: number, ltv: number, closeFactor: number, share: number): Spiral {
    const from = lendingWorld({
      accounts: [{ collateral: { C: 1 }, debt: { D: ltv } }],
      prices: { C: 1, D: 1 },
      markets: { C: { collateralFactor: 0.5, exchangeRate: 1 } },
      terms: { closeFactor, liquidationBonus: bonus, protocolSeizeShare: share },
    })
    const { lender, world } = from
    const path = [ltv]
    const ratio = () =>
      (-lender.book.amount[1]! * lender.value(0)) / (lender.book.amount[0]! * lender.value(2))
    let steps = 0
    while (take(from, 'D', 'C') === null) {
      steps++
      path.push(ratio())
    }
    const { kind, x } = world.trace.columns
    const last = world.trace.length - 1
    const isInsolvent = last >= 0 && kind[last] === eventCode('insolvent')
    const isHealthy = margin(lender.book, lender.coordinates(), 0) >= 0
    return { steps, badDebt: isInsolvent ? x[last]! : 0, path, isHealthy }
  }

  it.each([
    [0.045, 0.95, null, 0, [0.95, 0.943162, 0.929777, 0.904116]],
    [0.045, 0.96, 9, 0.003062200957, [0.96, 0.963082, 0.969305, 0.981997, 1.008403]],
    [0.045, 0.97, 7, 0.013062200957, [0.97, 0.983424, 1.011418, 1.072475]],
    [0.045, 0.99, 5, 0.033062200957, [0.99, 1.025429, 1.104479]],
    [0.08, 0.93, 8, 0.004074074074, [0.93, 0.93411, 0.94244]],
    [0.08, 0.95, 6, 0.024074074074, [0.95, 0.975359, 1.030369]],
    [0.1, 0.92, 7, 0.010909090909, [0.92, 0.931174, 0.954357]],
  ])(
    'with a bonus of %d from a loan-to-value of %d takes %s steps',
    (bonus, ltv, steps, badDebt, path) => {
      const { steps: taken, badDebt: left, path: went, isHealthy } = spiral(bonus, ltv, 0.5, 0)
      if (steps === null) expect(isHealthy).toBe(true)
      else expect(taken).toBe(steps)
      expect(Math.abs(left - badDebt)).toBeLessThan(1e-9)
      path.forEach((value, k) => {
        expect(Math.abs(went[k]! - value)).toBeLessThan(1e-6)
      })
    },
  )

  it('leaves max(0, D - C / (1 + bonus)) whatever the close factor and the protocol share', () => {
    const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    fc.assert(
      fc.property(
        between(0.01, 0.4),
        between(0.55, 1.3),
        between(0.05, 1),
        between(0, 0.1),
        (bonus, ltv, closeFactor, share) => {
          fc.pre(Math.abs(ltv - toxicityFrontier(bonus)) > 1e-6)
          const { steps, badDebt, isHealthy } = spiral(bonus, ltv, closeFactor, share)
          expect(Math.abs(badDebt - spiralBadDebt(1, ltv, bonus))).toBeLessThan(1e-9)
          const plain = { debt: ltv, collateral: 1, steps: 0 }
          while (plain.collateral > 1e-12 && plain.debt > 0.5 * plain.collateral) {
            const repay = Math.min(closeFactor * plain.debt, plain.collateral / (1 + bonus))
            plain.debt -= repay
            plain.collateral -= repay * (1 + bonus)
            plain.steps++
          }
          expect(steps).toBe(plain.steps)
          expect(isHealthy).toBe(ltv < toxicityFrontier(bonus))
        },
      ),
    )
  })

  it('records one insolvency, caused by the liquidation that emptied the row', () => {
    const from = lendingWorld({ accounts: [{ collateral: { ETH: 10 }, debt: { USDC: 15000 } }] })
    from.setPrice('ETH', 1000)
    while (take(from, 'USDC', 'ETH') === null);
    const { kind, parent, x } = from.world.trace.columns
    const events = [...kind.subarray(0, from.world.trace.length)]
    expect(events.filter((k) => k === eventCode('insolvent')).length).toBe(1)
    const at = events.indexOf(eventCode('insolvent'))
    expect(kind[parent[at]!]).toBe(eventCode('liquidation'))
    expect(parent[at]).toBe(at - 1)
    expect(x[at]).toBeCloseTo(spiralBadDebt(10000, 15000, 0.08), 6)
  })
})
