import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runScenario } from '../src/experiments/index.ts'
import { storyOf } from '../src/report/index.ts'
import { loadScenario } from '../src/scenario/index.ts'

const FILE = fileURLToPath(new URL('../scenarios/flash-crash.yaml', import.meta.url))
const scenario = loadScenario(FILE)

type Values = Readonly<Record<string, number>>

/** Makers who stay whatever happens. */
const STEADY = { halvingVol: 1e6, inventoryLimit: 1 }
/** Three hours without news, so that all that moves is the sale. */
const QUIET = { vol: 0, hours: 3 }

async function outcome(set: Values) {
  const found = await runScenario(scenario, { set: { ...QUIET, ...set }, checked: true })
  const get = (name: string) =>
    found.document.measures.find((m) => m.name === name)!.value ?? Number.NaN
  return { found, gaps: get('gaps'), trough: get('trough'), recovery: get('timeToRecovery') }
}

describe('the flash crash', () => {
  it('ends in a gap where makers leave, and in none where they stay, quote more or have time', async () => {
    const crash = await outcome({})
    expect(crash.gaps).toBeGreaterThan(0)
    expect(crash.trough).toBeGreaterThan(0.045)
    for (const set of [STEADY, { depth: 10 }, { minutes: 120 }, { sale: 1000 }]) {
      const calm = await outcome(set)
      expect(calm.gaps, JSON.stringify(set)).toBe(0)
      expect(calm.trough, JSON.stringify(set)).toBeLessThan(crash.trough / 2)
    }
  }, 60_000)

  it('lasts longer where makers leave, and less long where somebody arbitrages', async () => {
    const alone = await outcome({ arbitrageCapital: 0 })
    const steady = await outcome({ ...STEADY, arbitrageCapital: 0 })
    const tied = await outcome({})
    expect(alone.gaps).toBeGreaterThan(0)
    expect(steady.gaps).toBe(0)
    expect(alone.recovery).toBeGreaterThan(2 * steady.recovery)
    expect(tied.recovery).toBeLessThan(alone.recovery / 2)
  }, 60_000)

  it('is told: how large the gap was, how deep the trough and how long it took', async () => {
    const { found } = await outcome({})
    const story = storyOf(found).map(({ text }) => text)
    expect(story.find((text) => text.startsWith('Gap:'))).toMatch(
      /orders of seller were larger than all that was offered: .* BTC found nobody after/,
    )
    expect(story.find((text) => text.startsWith('Trough:'))).toMatch(
      /BTC fell \d.* below its fundamental price .*half of that was gone for good/,
    )
  }, 60_000)
})
