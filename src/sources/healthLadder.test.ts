import { expect, test } from 'vitest'
import type { PositionTable } from '../world/index.ts'
import { healthLadder } from './healthLadder.ts'
import { loadWith, memoryFiles, problemsOf } from './testing.ts'

const GIVEN = {
  accounts: 4,
  lowest: 1,
  highest: 1.2,
  collateral: 100,
  collateralAsset: 'wstETH',
  debtAsset: 'ETH',
  rate: 1.228,
  threshold: 0.955,
  category: 1,
  debtPrice: 2000,
}

test('spreads health factors evenly between the bounds, at the stated rate', async () => {
  const { outputs } = await loadWith(healthLadder, GIVEN, memoryFiles({}))
  const table = outputs.positions as PositionTable & { category: Int32Array }
  const health = table.accounts.map((_, k) => {
    const [held, owed] = [table.amount[2 * k]!, table.amount[2 * k + 1]!]
    return (held * 1.228 * 0.955) / owed
  })
  health.forEach((h, k) => {
    expect(h).toBeCloseTo(1.025 + 0.05 * k, 12)
  })
  expect([...table.category]).toEqual([1, 1, 1, 1])
  expect(table.threshold.every(Number.isNaN)).toBe(true)
  expect(outputs.prices).toEqual({ wstETH: 2456, ETH: 2000 })
})

test('has no eMode unless told', async () => {
  const { outputs } = await loadWith(healthLadder, { ...GIVEN, category: 0 }, memoryFiles({}))
  expect(outputs.positions).not.toHaveProperty('category')
})

test('refuses one asset for both, and bounds in the wrong order', async () => {
  const load = (given: object) => () =>
    loadWith(healthLadder, { ...GIVEN, ...given }, memoryFiles({}))
  expect((await problemsOf(load({ debtAsset: 'wstETH' })))[0]).toMatch(/both "wstETH"; use two/)
  expect((await problemsOf(load({ highest: 1 })))[0]).toMatch(/not above lowest 1; swap/)
})
