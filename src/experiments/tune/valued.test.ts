import { describe, expect, it } from 'vitest'
import { loadScenario } from '../../scenario/index.ts'
import type { Sample, Survey } from '../survey.ts'
import { tune } from './scenario.ts'
import { sizeCap } from './size.ts'
import { TuneError } from './types.ts'
import { checkValued } from './valued.ts'

const LOOP = 'scenarios/papers/leveraged-loop.yaml'
const vary = { name: 'threshold', low: 0.5, high: 0.95 }
const few = { workers: 1, points: 4, cliffs: 'none' } as const

describe('a search for what has no value', () => {
  it('is refused before it costs anything, with what is missing', async () => {
    // Nothing is lost to controls where there are none.
    const objective = 'badDebt + 0.1*fundsTrapped'
    const asked = tune(LOOP, { ...few, objective, vary: [vary] })
    await expect(asked).rejects.toThrow(TuneError)
    await expect(asked).rejects.toThrow(/fundsTrapped has no value .*none without controls/)
    const cap = sizeCap(LOOP, { budget: 'fundsTrapped <= 1', vary, workers: 1 })
    await expect(cap).rejects.toThrow(/fundsTrapped has no value/)
  })

  it('goes on where it has one at some points only', async () => {
    const sampleOf = (value: number): Sample => ({
      ...{ names: ['x'], failures: [], values: () => Float64Array.of(value, Number.NaN) },
    })
    const survey = (other: number): Survey => {
      const ask: Survey['ask'] = async (sets) =>
        sets.map((set) => sampleOf('a' in set ? other : Number.NaN))
      const counts = () => ({ run: 0, resumed: 0 })
      return {
        ...{ scenario: loadScenario(LOOP), ask, askEach: ask, counts },
        close: async () => undefined,
      }
    }
    await checkValued(survey(0), ['x'], [{ a: 1 }])
    await expect(checkValued(survey(Number.NaN), ['x'], [{ a: 1 }])).rejects.toThrow(TuneError)
  })
})
