import { describe, expect, it } from 'vitest'
import { loadScenario } from '../scenario/index.ts'
import { explainPage } from './experiment/index.ts'
import { explain } from './explain.ts'
import { explainText } from './explainText.ts'

const LOOP = 'scenarios/papers/leveraged-loop.yaml'

const moved = (samples: number, high: number) => ({
  ...{ skip: ['attribution'] as const, workers: 1 },
  sensitivity: {
    samples,
    vary: { jump: [0, high], bonus: [0.005, 0.1] } as const,
    trajectories: 0,
  },
})

describe('explain without an attribution', () => {
  it('asks for the same measure as with it', async () => {
    expect(loadScenario(LOOP).order.measure).not.toBe('loss')
    const found = await explain(LOOP, moved(4, 0.2))
    const whole = await explain(LOOP, { skip: ['sensitivity'], workers: 1 })
    expect(found.measure).toBe('loss')
    expect(whole.measure).toBe('loss')
  })

  it('names what moves it most only where that can be told', async () => {
    const about = { scenario: loadScenario(LOOP), command: 'breakwater explain', set: {} }
    const few = await explain(LOOP, moved(4, 0.2))
    const [doubtful] = few
      .sensitivity!.parameters.map(({ total }) => total!)
      .toSorted((a, b) => b.value - a.value)
    expect(doubtful!.low).toBeLessThan(0)
    expect(explainText(few)).toContain('cannot tell from none')
    expect(explainPage(few, about)).toContain('<b>cannot be told</b>')
    const many = await explain(LOOP, moved(32, 0.2))
    expect(explainPage(many, about)).toContain('moves it most')
  })
})
