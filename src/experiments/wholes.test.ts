import { describe, expect, it } from 'vitest'
import { parseScenario } from '../scenario/index.ts'
import { CliffError, sizeCap, tune } from './index.ts'

// n loops, each of which leaves collateral (0.95 - (1 - jump) / 1.05) of bad debt, here 50 USD.
const scenario = parseScenario(
  `
name: loops
title: as many loops as one likes
parameters:
  n: { value: 10, unit: accounts, range: [1, 60] }
  jump: { value: 0.055, unit: fraction, range: [0, 0.9] }
  factor: { value: 0.95, unit: fraction, range: [0, 2] }
seed: 1
time: { tick: 12, duration: { minutes: 1 } }
assets: { X: { price: 1, count: $n } }
sources:
  book: { kind: identicalPositions, group: X, n: $n, collateral: 1000, debtAsset: USD, debt: 950 }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: $jump, at: 12 }] }
  market: { kind: prices/referenceMarket, drivers: [fall] }
  lender:
    kind: lending/compoundV2
    oracle: market
    closeFactor: 1
    liquidationBonus: 0.05
    protocolSeizeShare: 0
    positions: '@book.positions'
    markets: { X: { collateralFactor: $factor, exchangeRate: 1, cash: 1000 }, USD: { collateralFactor: 0, exchangeRate: 1, cash: 0 } }
  liquidator: { kind: agents/liquidator, lenders: [lender], venue: market, capital: 1.0e+12, minProfit: 0, gas: 0 }
order: { measure: badDebt, shock: jump, source: market }
`,
  'loops.yaml',
)
const vary = { name: 'n', low: 1, high: 50 }
const few = { workers: 1, checked: true } as const

describe('a parameter that counts', () => {
  it('has its cap between two whole numbers', async () => {
    const { cap, fresh, points } = await sizeCap(scenario, {
      ...few,
      vary,
      budget: 'badDebt <= 1170',
    })
    expect(cap).toEqual({ value: 23, low: 23, high: 24 })
    expect(fresh!.left.value).toBeCloseTo(23 * 50, 6)
    for (const { x, over } of points) {
      expect(Number.isSafeInteger(x)).toBe(true)
      expect(over === 0 || over > 0 || over < 0).toBe(true)
    }
  })

  it('has no cap where the budget cannot be judged before it is used up', async () => {
    const { cap, fresh, note } = await sizeCap(scenario, {
      ...few,
      vary: { name: 'factor', low: 0.9, high: 1.3 },
      budget: 'badDebt <= 1170',
    })
    expect([cap, fresh]).toEqual([null, null])
    expect(note).toMatch(/^cannot tell: up to factor = 1 the budget holds, at factor = 1\.05/)
    expect(note).toMatch(/from 0 to 1 .*; look from 0\.9 to 1$/)
    expect(note).not.toContain('--set')
  })

  it('is searched over whole numbers, with every point run', async () => {
    const found = await tune(scenario, {
      ...few,
      ...{ objective: '-n', subjectTo: ['badDebt <= 1170'], vary: [vary], points: 24 },
      ...{ efficiency: 'n', cliffs: 'none' },
    })
    expect(found.impossible).toBe(0)
    expect(found.best!.at).toEqual({ n: 23 })
    expect(found.marginals).toMatchObject([{ name: 'n', step: 1 }])
    expect(found.marginals[0]!.change.value).toBeCloseTo(50, 6)
    for (const { at } of found.frontier!.points) expect(Number.isSafeInteger(at.n)).toBe(true)
  })

  it('is varied from one whole number to another', async () => {
    const asked = sizeCap(scenario, {
      ...few,
      vary: { name: 'n', low: 1.5, high: 50 },
      budget: 'badDebt <= 1',
    })
    await expect(asked).rejects.toThrow(CliffError)
    await expect(asked).rejects.toThrow(/whole numbers only; use 2\.\.50/)
  })
})
