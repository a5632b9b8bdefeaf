import { expect, it } from 'vitest'
import { parseScenario, ScenarioError } from '../../scenario/index.ts'
import { CliffError, cliffDocument, findCliff, sweep } from '../index.ts'

const scenario = parseScenario(
  `
name: gaps
title: one falling asset
parameters:
  drop: { value: 0.3, unit: fraction, range: [0, 0.9] }
  drift: { value: 0, unit: 1/year, range: [0, 1e15] }
  factor: { value: 0.8, unit: fraction, range: [0, 2] }
seed: 5
time: { tick: 12, duration: { minutes: 2 } }
assets: { X: { price: 100 } }
sources:
  book: { kind: syntheticBook, r: 1, shock: 0.01, positions: 20, range: 0.5, baseReserve: 300, asset: X, debtAsset: USD, price: 100, threshold: 0.8 }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: $drop, over: 60 }] }
  noise: { kind: prices/gbm, assets: [X], vol: 0, drift: $drift }
  market: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: 2000 } }
  lender:
    kind: lending/compoundV2
    oracle: market
    positions: '@book.positions'
    markets: { X: { collateralFactor: $factor, cash: 1000 }, USD: { collateralFactor: 0 } }
  liquidator: { kind: agents/liquidator, lenders: [lender], venue: market, capital: 5000, minProfit: 0, gas: 0 }
order: { measure: liquidatedDebt, shock: drop, asset: X, source: market }
`,
  'gaps.yaml',
)
const shared = { workers: 1, paths: 1, cells: 4, checked: true } as const

it('a place whose world is refused is named with the reason; the others are looked at', async () => {
  const vary = { name: 'factor', low: 0.5, high: 1.5 }
  const { curve, measures } = cliffDocument(await findCliff(scenario, { ...shared, vary }))
  expect(curve.map(({ gap }) => gap !== null)).toEqual([false, false, false, true, true])
  const why =
    'instances.lender.markets.X.collateralFactor must be a number from 0 to 1 (fraction), got'
  expect([curve[3]!.gap, curve[4]!.gap]).toEqual([`${why} 1.25`, `${why} 1.5`])
  expect(measures[0]!.note).toContain(`; at 1.25 ${why} 1.25`)
  expect(curve[0]!.order.value).toBeGreaterThan(0)
})

it('places whose paths all fail leave the others, and are named', async () => {
  const vary = { name: 'drift', low: 0, high: 4e12 }
  const { cliff, curve, note } = await findCliff(scenario, { ...shared, vary })
  expect(cliff).toBeNull()
  expect(curve[0]).toMatchObject({ gap: null })
  for (const { gap } of curve.slice(1)) expect(gap).toMatch(/^every path failed: /)
  expect(note).toMatch(/values only at 0; at 1000000000000 every path failed/)
})

it('nothing can be told where all paths fail everywhere', async () => {
  const vary = { name: 'drift', low: 1e12, high: 4e12 }
  const found = await findCliff(scenario, { ...shared, vary })
  expect([found.cliff, found.kind, found.changePoint, found.scatterPeak]).toEqual(
    Array.from({ length: 4 }, () => null),
  )
  expect(found.note).toMatch(/^cannot tell: .*at 1000000000000 every path failed: /)
  expect(found.hysteresis.note).toBe('not applicable: the measure has no value anywhere')
})

it('what is refused everywhere is wrongly asked for', async () => {
  const vary = { name: 'factor', low: 1.2, high: 1.8 }
  await expect(findCliff(scenario, { ...shared, vary })).rejects.toThrow(ScenarioError)
  await expect(sweep(scenario, { ...shared, vary: [vary] })).rejects.toThrow(ScenarioError)
  const calm = { name: 'drop', low: 0, high: 0.001 }
  const measure = 'timeToRecovery'
  await expect(findCliff(scenario, { ...shared, vary: calm, measure })).rejects.toThrow(CliffError)
})

it('a sweep leaves out the points whose worlds are refused', async () => {
  const vary = [{ name: 'factor', low: 0.5, high: 1.5, cells: 4 }]
  const { points, line } = await sweep(scenario, { ...shared, vary, rounds: 0 })
  expect(points.map(({ n }) => n)).toEqual([1, 1, 1, 0, 0])
  expect(line[0]!.cliff).toBeNull()
})
