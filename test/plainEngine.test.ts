import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type * as Experiments from '../src/experiments/index.ts'
import { loadScenario, type Overrides } from '../src/scenario/index.ts'

/** What ships a faster form, and the plain form that it must equal. */
const REFERENCES = {
  '../src/world/triggers.ts': () => import('../bench/reference/bruteTriggers.ts'),
  '../src/measures/crossings.ts': () => import('../bench/reference/bruteCrossings.ts'),
  '../src/mechanisms/agents/liquidator/plan.ts': () => import('../bench/reference/brutePlan.ts'),
}

let shipped: typeof Experiments
let plain: typeof Experiments
beforeAll(async () => {
  shipped = await import('../src/experiments/index.ts')
  vi.resetModules()
  for (const [path, reference] of Object.entries(REFERENCES)) vi.doMock(path, reference)
  plain = await import('../src/experiments/index.ts')
})
afterAll(() => {
  for (const path of Object.keys(REFERENCES)) vi.doUnmock(path)
  vi.resetModules()
})

const COMPOUND = 'compound-v2-eth-crash'

test.each<[string, Overrides]>([
  [COMPOUND, { ethDrop: 0.3 }],
  [COMPOUND, { ethDrop: 0.6, liquidatorCapital: 200_000 }],
  [COMPOUND, { ethDrop: 0.6, liquidatorCapital: 5_000_000, targetHealth: 1.05 }],
  ['coupled-eth-crash', { ethDrop: 0.4, liquidatorCapital: 1_000_000 }],
  ['steth-loops', { discount: 0.06, blockSeconds: 60 }],
])('%s %o: the plain engine gives the same numbers', async (name, set) => {
  const scenario = { ...loadScenario(`scenarios/${name}.yaml`), measures: [] }
  const { seed, short } = scenario
  const plan = { scenario, seed, set: { ...short, ...set }, checked: false, measures: [], cuts: [] }
  const [fast, slow] = await Promise.all(
    [shipped, plain].map(({ createLane }) =>
      createLane([plan], new Map()).work({ run: 0, from: 0, to: 1 }, () => {}),
    ),
  )
  expect(fast!.failures).toEqual([])
  expect(fast!.values).toEqual(slow!.values)
})
