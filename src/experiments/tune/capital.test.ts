import { expect, test } from 'vitest'
import { loadScenario } from '../../scenario/index.ts'
import { openTuned } from './capital.ts'

const COMPOUND = {
  scenario: 'scenarios/compound-v2-eth-crash.yaml',
  set: { hours: 0.1, ethDrop: 0 },
}

async function costsAt(sets: readonly Record<string, number>[]) {
  const measures = ['capitalCost', 'openingBorrowingPower']
  const scenario = { ...loadScenario(COMPOUND.scenario), measures: [] }
  const survey = openTuned(scenario, { measures, only: measures, set: COMPOUND.set, workers: 1 })
  try {
    const samples = await survey.ask(sets, 1)
    return samples.map((sample) => ({
      cost: sample.values('capitalCost')[0]!,
      power: sample.values('openingBorrowingPower')[0]!,
    }))
  } finally {
    await survey.close()
  }
}

test('a lower threshold costs the borrowing power that it takes, in proportion', async () => {
  const [own, low, lower] = await costsAt([
    {},
    { ethThresholdShift: -0.1 },
    { ethThresholdShift: -0.2 },
  ])
  expect(own!.cost).toBe(0)
  expect(low!.cost).toBeGreaterThan(0)
  expect(low!.cost).toBeCloseTo(own!.power - low!.power, 6)
  const step = lower!.cost - low!.cost
  const [half] = await costsAt([{ ethThresholdShift: -0.05 }])
  expect(2 * half!.cost).toBeCloseTo(step, 1)
})
