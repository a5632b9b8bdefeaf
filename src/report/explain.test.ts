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
    expect(explainPage(few, about)).toContain('<b>Which parameter moves it most</b> cannot be told')
    const many = await explain(LOOP, {
      ...{ skip: ['attribution'], measure: 'badDebt', workers: 1 },
      sensitivity: { samples: 8, vary: { jump: [0.2, 0.3], bonus: [0, 0.02] }, trajectories: 0 },
    })
    expect(many.sensitivity!.leaders).toEqual(['jump'])
    expect(explainPage(many, about)).toContain('moves it most: ')
    expect(explainText(many)).toContain('moves it most: ')
  })

  it('names all that cannot be told from what moves it most', async () => {
    // Bad debt depends on jump and bonus by (1 - jump) / (1 + bonus): nearly alike over equal ranges.
    const found = await explain(LOOP, {
      ...{ skip: ['attribution'], measure: 'badDebt', workers: 1 },
      sensitivity: { samples: 16, vary: { jump: [0.2, 0.3], bonus: [0, 0.142] }, trajectories: 0 },
    })
    const [a, b] = found.sensitivity!.leaders
    expect([a, b].toSorted()).toEqual(['bonus', 'jump'])
    const about = { scenario: loadScenario(LOOP), command: 'breakwater explain', set: {} }
    const told = 'moves it most, which of them cannot be told: '
    expect(explainText(found)).toContain(`${a} or ${b} ${told}`)
    expect(explainPage(found, about)).toContain(`<b>${a} or ${b}</b> ${told}`)
  })

  it('says of what no sample shows an effect how rare that effect may be', async () => {
    const found = await explain(LOOP, {
      ...{ skip: ['attribution'], measure: 'badDebt', workers: 1 },
      sensitivity: {
        ...{ samples: 8, trajectories: 0 },
        vary: { jump: [0.2, 0.3], liquidationDelay: [0, 1] },
      },
    })
    expect(found.sensitivity!.leaders).toEqual(['jump'])
    // 0.05^(1/8) = 0.688
    const note =
      'none of 8 samples shows an effect of liquidationDelay: one that shows at up to 31 %'
    expect(explainText(found)).toContain(note)
  })
})
