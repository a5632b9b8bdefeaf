import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { buildWorld, createStepper, hashWorld, rewind, snapshot } from '../src/engine/index.ts'
import { runScenario } from '../src/experiments/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { storyOf } from '../src/report/index.ts'
import { loadScenario, resolveScenario } from '../src/scenario/index.ts'
import { loadWorld, saveWorld } from '../src/stores/index.ts'
import type { World } from '../src/world/index.ts'

const FILE = fileURLToPath(new URL('../scenarios/flash-crash.yaml', import.meta.url))
const scenario = loadScenario(FILE)

type Values = Readonly<Record<string, number | string>>

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

async function worldOf(set: Values = {}): Promise<World> {
  const { spec } = await resolveScenario(scenario, { set: { ...QUIET, ...set } })
  return buildWorld(spec, MODELS, { seed: 1, checked: true })
}

function advance(world: World, ticks: number): World {
  const step = createStepper(world)
  for (let k = 0; k < ticks; k++) step()
  return world
}

/** Log prices of the three books below their start. */
function falls(world: World): readonly number[] {
  return ['large', 'middle', 'small'].map((name) =>
    Math.log(121_000 / world.port('pool', name).price()),
  )
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
  })

  it('lasts longer where makers leave, and less long where somebody arbitrages', async () => {
    const alone = await outcome({ arbitrageCapital: 0 })
    const steady = await outcome({ ...STEADY, arbitrageCapital: 0 })
    const tied = await outcome({})
    expect(alone.gaps).toBeGreaterThan(0)
    expect(steady.gaps).toBe(0)
    expect(alone.recovery).toBeGreaterThan(2 * steady.recovery)
    expect(tied.recovery).toBeLessThan(alone.recovery / 2)
  })

  it('is told: how large the gap was, how deep the trough and how long it took', async () => {
    const { found } = await outcome({})
    const story = storyOf(found).map(({ text }) => text)
    expect(story.find((text) => text.startsWith('Gap:'))).toMatch(
      /orders of seller were larger than all that was offered: .* BTC found nobody after/,
    )
    expect(story.find((text) => text.startsWith('Trough:'))).toMatch(
      /BTC fell \d.* below its fundamental price .*half of that was gone for good/,
    )
  })

  it('takes more of a fragmented market than of one book: sold in one place, it gaps sooner', async () => {
    const set = { sale: 4000 }
    const routed = await outcome(set)
    const single = await outcome({ ...set, where: 'large' })
    expect(routed.gaps).toBe(0)
    expect(single.gaps).toBeGreaterThan(0)
    expect(single.trough).toBeGreaterThan(routed.trough)
  })

  it('reaches the books that nobody sold in through arbitrage only', async () => {
    const set = { ...STEADY, where: 'large', sale: 4000 }
    // Half a minute before the sale ends.
    const [, alone] = falls(advance(await worldOf({ ...set, arbitrageCapital: 0 }), 206))
    const [large, tied] = falls(advance(await worldOf({ ...set, arbitrageCapital: 1e8 }), 206))
    expect(Math.abs(alone!)).toBeLessThan(1e-12)
    expect(tied!).toBeGreaterThan(0.002)
    expect(large!).toBeGreaterThan(tied!)
  })

  it('goes on with the same bytes after a rewind and after saving and loading', async () => {
    const world = advance(await worldOf(), 200)
    const middle = snapshot(world)
    const saved = saveWorld(world)
    const end = hashWorld(advance(world, 60))
    rewind(world, middle)
    expect(hashWorld(advance(world, 60))).toBe(end)
    const other = await worldOf()
    loadWorld(saved, other)
    expect(hashWorld(advance(other, 60))).toBe(end)
  })
})
