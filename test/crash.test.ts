import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  buildWorld,
  createStepper,
  hashWorld,
  rewind,
  snapshot,
  startPath,
} from '../src/engine/index.ts'
import { run } from '../src/experiments/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { loadScenario, resolveScenario, type SourceCache } from '../src/scenario/index.ts'
import type { WorldSpec } from '../src/world/index.ts'

const ROOT = fileURLToPath(new URL('../scenarios/', import.meta.url))
const CRASH = `${ROOT}compound-v2-eth-crash.yaml`
const cache: SourceCache = new Map()

type Values = Readonly<Record<string, number | string>>

async function measures(set: Values) {
  const document = await run(loadScenario(CRASH), { set, cache })
  return (name: string) => document.measures.find((m) => m.name === name)!.value ?? Number.NaN
}

async function specOf(file: string, set: Values = {}): Promise<WorldSpec> {
  const scenario = loadScenario(file)
  return (await resolveScenario(scenario, { set: { ...scenario.short, ...set }, cache })).spec
}

describe('the Compound v2 book', () => {
  it('owes 300,001 ETH at the start', async () => {
    const get = await measures({ hours: 0.05 })
    // Every account's debts add up to its borrow_eth.
    expect(Math.abs(get('totalDebt') / 1837 - 300_001)).toBeLessThan(1)
  })

  // Issue 2: share of all debt liquidatable if ETH alone fell at once, +-0.003.
  it.each([
    [0.4, 0.133],
    [0.3, 0.077],
    [0.2, 0.057],
  ])('has this share of debt liquidatable at a fall of %f: %f', async (ethDrop, share) => {
    const get = await measures({ ethDrop, hours: 0.05 })
    expect(Math.abs(get('liquidatableDebtShare') - share)).toBeLessThanOrEqual(0.003)
  })

  it('has 104 ETH of debt liquidatable before any shock', async () => {
    const get = await measures({ ethDrop: 0, hours: 0.05 })
    expect(Math.abs((get('liquidatableDebtShare') * get('totalDebt')) / 1837 - 104)).toBeLessThan(1)
  })
})

describe('the crash', () => {
  it('liquidates more the deeper ETH falls, and the thinner the market the deeper it is pushed', async () => {
    const mild = await measures({ ethDrop: 0.2, hours: 2 })
    const deep = await measures({ ethDrop: 0.4, hours: 2 })
    const thin = await measures({ ethDrop: 0.4, hours: 2, depth: 2e6 })
    expect(deep('liquidatedDebt')).toBeGreaterThan(2 * mild('liquidatedDebt'))
    expect(thin('maxPriceImpact')).toBeGreaterThan(deep('maxPriceImpact'))
    expect(deep('liquidations')).toBeGreaterThan(50)
  })

  it('loses more when liquidators come late and have little capital', async () => {
    const set = { ethDrop: 0.6, hours: 1, correlation: 0.5 }
    const ready = await measures(set)
    const late = await measures({ ...set, detectionDelay: 1800, liquidatorCapital: 1e6 })
    expect(late('badDebt')).toBeGreaterThan(1.2 * ready('badDebt'))
  })

  it('gives the same bytes again, from any block, in any order of listing', async () => {
    const spec = await specOf(CRASH, { hours: 0.1, ethDrop: 0.5 })
    const world = buildWorld(spec, MODELS, { seed: 3 })
    const step = createStepper(world)
    const marks = [snapshot(world)]
    const hashes = [hashWorld(world)]
    for (let k = 1; k <= 40; k++) {
      step()
      marks.push(snapshot(world))
      hashes.push(hashWorld(world))
    }
    for (const back of [33, 20, 1, 0]) {
      rewind(world, marks[back]!)
      expect(hashWorld(world)).toBe(hashes[back])
      for (let k = back; k < 40; k++) step()
      expect(hashWorld(world)).toBe(hashes[40])
    }
    startPath(world, 3, 0)
    for (let k = 0; k < 40; k++) step()
    expect(hashWorld(world)).toBe(hashes[40])

    const listed = { ...spec, instances: [...spec.instances].reverse() }
    const other = buildWorld(listed, MODELS, { seed: 3 })
    const otherStep = createStepper(other)
    for (let k = 0; k < 40; k++) otherStep()
    expect(hashWorld(other)).toBe(hashes[40])
  })
})

describe('every scenario', () => {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((f) =>
    f.endsWith('.yaml'),
  )

  it.each(files)('%s conserves every token and holds no NaN in checked mode', async (file) => {
    const spec = await specOf(ROOT + file)
    const world = buildWorld(spec, MODELS, { seed: 1, checked: true })
    const step = createStepper(world)
    for (let tick = 0; tick < spec.ticks; tick++) step()
    // Something must have moved, or the check has checked nothing.
    expect(world.ledger.moved.some((amount) => amount > 0)).toBe(true)
  })
})
