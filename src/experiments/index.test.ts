import { expect, it } from 'vitest'
import { loadScenario } from '../scenario/index.ts'
import {
  CliffError,
  createPairedSum,
  type Estimate,
  isRandom,
  locate,
  openSurvey,
  quantityOf,
  type Respond,
  shockOf,
} from './index.ts'

const cascade = loadScenario('scenarios/papers/constant-product-cascade.yaml')

/** An experiment of a user: how much of a statistic another value of one parameter takes away. */
async function savedBy(asked: string, set: Readonly<Record<string, string | number>>) {
  const { measure, name, better } = quantityOf(cascade, asked, CliffError)
  const points = [{ r: 0.35 }, { r: 0.1 }]
  const paths = (await isRandom(cascade, points, { set })) ? 32 : 1
  const survey = openSurvey(cascade, { set, workers: 1, only: [measure] })
  try {
    const [before, after] = await survey.ask(points, paths)
    const term = { statistic: name, better }
    const saved: Estimate = createPairedSum(cascade.seed)([
      { ...term, weight: 1, values: before!.values(measure) },
      { ...term, weight: -1, values: after!.values(measure) },
    ])
    return { paths, saved }
  } finally {
    await survey.close()
  }
}

// Random places scatter around even ones.
it('an experiment can be written with what is exported, and knows whether paths differ', async () => {
  const even = await savedBy('logDrop', { positions: 300, shock: 0.1 })
  expect(even.paths).toBe(1)
  expect(even.saved).toMatchObject({ low: null, high: null })
  const random = await savedBy('logDrop.mean', { positions: 300, shock: 0.1, placement: 'random' })
  expect(random.paths).toBe(32)
  const { value, low, high } = random.saved
  expect([low! > 0, low! < value!, high! > value!]).toEqual([true, true, true])
  expect([low! < even.saved.value!, high! > even.saved.value!]).toEqual([true, true])
})

it('a cliff can be looked for in a system of the user', async () => {
  const respond: Respond = async (places, paths) =>
    places.map(({ x, shock }) => new Float64Array(paths).fill(x < 0.3 ? shock * x : 5))
  const search = { low: 0, high: 1, paths: 1, cells: 8, isShock: false }
  const { kind, cliff } = await locate(respond, search)
  expect([kind, cliff!.value.toFixed(3)]).toEqual([1, '0.300'])
})

it('a shock is known with its calm weather', () => {
  expect(shockOf(cascade, undefined)).toMatchObject({ name: 'shock', value: 0.01, calm: 0 })
})
