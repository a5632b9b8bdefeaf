import { expect, it } from 'vitest'
import { loadScenario } from '../../scenario/index.ts'
import { CliffError, distanceToCliff, findCliff, sizeCap, sweep, tune, warn } from '../index.ts'

const loop = loadScenario('scenarios/papers/leveraged-loop.yaml')
const vary = { name: 'jump', low: 0, high: 0.2 }
const shared = { set: { jump: 0.1 }, workers: 1, cells: 4 } as const

it.each([
  ['findCliff', () => findCliff(loop, { ...shared, vary })],
  ['sweep', () => sweep(loop, { ...shared, vary: [vary] })],
  ['sizeCap', () => sizeCap(loop, { ...shared, vary, budget: 'badDebt <= 1' })],
  ['distanceToCliff', () => distanceToCliff(loop, { ...shared, vary })],
] as const)('%s refuses a value for what it varies, which nothing would read', async (_, ask) => {
  await expect(ask()).rejects.toThrow(CliffError)
  await expect(ask()).rejects.toThrow(
    'jump is set to 0.1 and varied, jump=0..0.2: nothing would run at the value that is set; leave one of them out',
  )
})

it('a value that is set scales the usual range of the shock', async () => {
  const found = await findCliff(loop, { ...shared, measure: 'accountsInsolvent' })
  expect(found.vary).toEqual({ name: 'jump', low: 0, high: 0.2 })
})

it('a search begins where the scenario is set, and is compared with it', async () => {
  const asItIs = async (jump: number): Promise<number> => {
    const asked = { objective: 'badDebt', vary: [vary], points: 2, cliffs: 'none' } as const
    const found = await tune(loop, { ...asked, set: { jump }, workers: 1 })
    return found.asItIs!.searched
  }
  expect(await asItIs(0)).toBe(0)
  expect(await asItIs(0.2)).toBeGreaterThan(0)
})

it('a warning watches the paths as they are set, and looks for the cliff along the range', async () => {
  const { paths, distance } = await warn(loop, {
    ...{ set: { jump: 0.2 }, vary, measure: 'accountsInsolvent', paths: 1, workers: 1 },
  })
  expect(paths[0]!.liquidations).toBeGreaterThan(0)
  expect(distance).toMatchObject({ low: 0, high: 0.2, kind: 1 })
})
