import { describe, expect, it } from 'vitest'
import { parseScenario } from '../scenario/index.ts'
import { CliffError, findCliff, sizeCap, sweep, tune } from './index.ts'
import { variedOf } from './sensitivity/vary.ts'

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

  it('is swept over whole numbers, each once, in cells that cover the range', async () => {
    const { points, cells, line } = await sweep(scenario, {
      ...few,
      vary: [{ ...vary, low: 1, high: 22, cells: 4 }],
      rounds: 3,
    })
    expect(points.length).toBeGreaterThan(5)
    for (const { at, value } of points) {
      expect(Number.isSafeInteger(at[0])).toBe(true)
      expect(value.value).toBeCloseTo(50 * at[0]!, 6)
    }
    const places = points.map(({ at }) => at[0]!)
    expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b))
    expect(cells.map(({ from }) => from[0])).toEqual(places.slice(0, -1))
    expect(cells.map(({ to }) => to[0])).toEqual(places.slice(1))
    expect(line[0]!.cliff).toBeNull()
  })

  it('is swept beside one that does not count, down to cells from one number to the next', async () => {
    const { points, cells } = await sweep(scenario, {
      ...few,
      vary: [
        { name: 'jump', low: 0, high: 0.1, cells: 2 },
        { ...vary, low: 1, high: 3, cells: 8 },
      ],
      ...{ rounds: 2, line: 'none' },
    })
    expect(new Set(points.map(({ at }) => at[1]))).toEqual(new Set([1, 2, 3]))
    expect(new Set(points.map(({ at }) => at.join(' '))).size).toBe(points.length)
    const area = cells.reduce((sum, { from, to }) => {
      return sum + (to[0]! - from[0]!) * (to[1]! - from[1]!)
    }, 0)
    expect(area).toBeCloseTo(0.1 * 2, 12)
    for (const { n } of points) expect(n).toBe(1)
  })

  it('has a curve of whole numbers, and no cliff where every account adds the same', async () => {
    const { cliff, curve } = await findCliff(scenario, { ...few, vary: { ...vary, high: 31 } })
    expect(cliff).toBeNull()
    for (const { x, order, gap } of curve) {
      expect([Number.isSafeInteger(x), gap]).toEqual([true, null])
      expect(order.value).toBeCloseTo(50 * x, 6)
    }
  })

  it('is answered to in steps of one where it is the shock', async () => {
    const { curve } = await findCliff(scenario, {
      ...few,
      ...{ vary: { name: 'jump', low: 0.05, high: 0.1 }, shock: 'n', cells: 5 },
    })
    // From 1, calm weather, to 10 it is nine accounts; each loses 950 - 1000 (1 - jump) / 1.05.
    for (const { x, susceptibility } of curve)
      expect(susceptibility.value).toBeCloseTo(9 * (950 - (1000 * (1 - x)) / 1.05), 4)
    const odd = findCliff(scenario, {
      ...few,
      ...{ vary: { name: 'jump', low: 0.05, high: 0.1 }, shock: 'n', set: { n: 10.5 } },
    })
    await expect(odd).rejects.toThrow(/whole numbers only/)
  })

  it('is explained by draws that are whole numbers', () => {
    const { drawn } = variedOf(scenario, 'n', [1, 50], {})
    for (const u of [0, 0.123, 0.5, 0.77, 1])
      expect(Number.isSafeInteger(drawn.quantile(u))).toBe(true)
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
