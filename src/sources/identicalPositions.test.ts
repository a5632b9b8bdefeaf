import { expect, test } from 'vitest'
import type { PositionTable } from '../world/index.ts'
import { identicalPositions } from './identicalPositions.ts'
import { loadWith, memoryFiles, problemsOf } from './testing.ts'

test('gives every account a collateral asset of its own', async () => {
  const given = { n: 3, group: 'COL', collateral: 2, debt: 1.5 }
  const loaded = await loadWith(identicalPositions, given, memoryFiles({}))
  const table = loaded.outputs.positions as PositionTable
  expect(loaded.outputs.assets).toEqual(['COL.0', 'COL.1', 'COL.2'])
  expect(table.assets).toEqual(['COL.0', 'USDC', 'COL.1', 'COL.2'])
  expect([...table.start]).toEqual([0, 2, 4, 6])
  expect([...table.amount]).toEqual([2, 1.5, 2, 1.5, 2, 1.5])
  expect([...table.debt]).toEqual([0, 1, 0, 1, 0, 1])
})

test('one account bears the group’s own name, and the market’s threshold applies', async () => {
  const loaded = await loadWith(identicalPositions, { group: 'COL', debt: 1 }, memoryFiles({}))
  const table = loaded.outputs.positions as PositionTable
  expect(loaded.outputs.assets).toEqual(['COL'])
  expect(table.threshold[0]).toBeNaN()
})

test('refuses collateral and debt in one asset', async () => {
  const given = { group: 'USDC', debt: 1 }
  const load = () => loadWith(identicalPositions, given, memoryFiles({}))
  expect((await problemsOf(load))[0]).toMatch(/both "USDC"; use two assets/)
})
