import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { buildWorld, createStepper, hashWorld, rewind, snapshot } from '../src/engine/index.ts'
import { run, runScenario } from '../src/experiments/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { storyOf } from '../src/report/index.ts'
import { loadScenario, resolveScenario } from '../src/scenario/index.ts'
import { loadWorld, saveWorld } from '../src/stores/index.ts'
import { assetIndex, EVENT_NAMES, type World } from '../src/world/index.ts'

const FILE = fileURLToPath(new URL('../scenarios/oracle-manipulation.yaml', import.meta.url))
const scenario = loadScenario(FILE)

type Values = Readonly<Record<string, number | string>>

async function outcome(set: Values) {
  const found = await run(scenario, { set, checked: true })
  expect(found.failedPaths).toBe(0)
  expect(found.warnings).toEqual([])
  return (name: string): number => found.measures.find((m) => m.name === name)!.value ?? Number.NaN
}

async function worldOf(set: Values = {}): Promise<World> {
  const { spec } = await resolveScenario(scenario, { set })
  return buildWorld(spec, MODELS, { seed: 1, checked: true })
}

function advance(world: World, ticks: number): World {
  const step = createStepper(world)
  for (let k = 0; k < ticks; k++) step()
  return world
}

const J6 = { perpPosition: 483e6, entry: 0.0382, priceFactor: 0.91 / 0.0382 }
/** Loss of a push by m that others restore, as a share of the pool's dollars. */
const lossOf = (m: number): number => Math.sqrt(m) + 1 / Math.sqrt(m) - 2

/** What the lender lends against an answer of its oracle. */
function lent(answer: number, p: { size: number; entry: number; share: number; cash: number }) {
  return Math.min(p.cash, p.share * p.size * Math.max(0, answer - p.entry))
}

describe('a thin market pushed up', () => {
  // validation.md J6: 483 M x (0.91 - 0.0382), 116 M borrowed, about 10 M spent.
  it('gains 421.1 M on paper, borrows 116 M, and leaves them as bad debt', async () => {
    const get = await outcome({})
    expect(get('paperGain') / 421.1e6).toBeCloseTo(1, 3)
    expect(get('attackBorrowed') / 116e6).toBeCloseTo(1, 9)
    expect(get('badDebt') / 116e6).toBeCloseTo(1, 9)
    const cost = 85e6 * J6.entry * lossOf(J6.priceFactor)
    expect(cost / 10e6).toBeCloseTo(1, 1)
    expect(get('attackCost') / cost).toBeCloseTo(1, 6)
    expect((116e6 - cost) / get('attackerProfit')).toBeCloseTo(1, 6)
  })

  it.each([
    { perpPosition: 1e8, priceFactor: 5 },
    { perpPosition: 483e6, priceFactor: 1.5, threshold: 0.5 },
    { perpPosition: 2e8, priceFactor: 40, cash: 1e12, entry: 2 },
    { perpPosition: 1e7, priceFactor: 3, holdBlocks: 4 },
    { perpPosition: 483e6, priceFactor: 1 },
    { perpPosition: 483e6, priceFactor: 23.82, fee: 0.003 },
    { perpPosition: 1e8, priceFactor: 2, fee: 0.1 },
  ])('gains size x entry x (factor - 1) on paper and borrows its share: %o', async (set) => {
    const get = await outcome(set)
    const { perpPosition: size, priceFactor, entry = J6.entry } = set as typeof J6
    const { threshold: share = 0.8, cash = 116e6 } = set as { threshold?: number; cash?: number }
    const gain = size * entry * (priceFactor - 1)
    expect(Math.abs(get('paperGain') - gain)).toBeLessThanOrEqual(1e-6 * gain + 1e-3)
    const loan = lent(entry * priceFactor, { size, entry, share, cash })
    expect(Math.abs(get('attackBorrowed') - loan)).toBeLessThanOrEqual(1e-6 * loan + 1e-3)
    expect(Math.abs(get('badDebt') - loan)).toBeLessThanOrEqual(1e-6 * loan + 1e-3)
  })

  it('moves a mean by the time for which the price stands', async () => {
    for (const [mean, hold, minutes] of [
      ['arithmetic', 1, 30],
      ['arithmetic', 20, 30],
      ['arithmetic', 150, 30],
      ['arithmetic', 5, 1],
      ['geometric', 20, 30],
      ['geometric', 3, 5],
    ] as const) {
      const set = { oracle: 'twap', mean, holdBlocks: hold, twapMinutes: minutes }
      const get = await outcome(set)
      const share = (hold * 12) / (minutes * 60)
      const f = J6.priceFactor
      const answer = J6.entry * (mean === 'arithmetic' ? 1 + (f - 1) * share : f ** share)
      const loan = lent(answer, { size: J6.perpPosition, entry: J6.entry, share: 0.8, cash: 116e6 })
      expect(get('attackBorrowed') / loan, JSON.stringify(set)).toBeCloseTo(1, 6)
      const cost = hold * 85e6 * J6.entry * lossOf(f)
      expect(get('attackerProfit') / (loan - cost), JSON.stringify(set)).toBeCloseTo(1, 5)
    }
  })

  it('gains nothing under a median of three venues, and no more than the cap under a cap', async () => {
    const median = await outcome({ oracle: 'median' })
    expect(median('attackBorrowed')).toBe(0)
    expect(median('badDebt')).toBe(0)
    expect(median('attackerProfit')).toBeLessThan(-9.9e6)
    for (const capPrice of [0.05, 0.1, 0.03]) {
      const capped = await outcome({ oracle: 'capped', capPrice })
      const terms = { size: J6.perpPosition, entry: J6.entry, share: 0.8, cash: 116e6 }
      const loan = lent(Math.min(capPrice, 0.91), terms)
      expect(Math.abs(capped('attackBorrowed') - loan)).toBeLessThan(1e-6 * loan + 1e-3)
    }
  })

  it('borrows what the oracle answers at that block, whichever it is', async () => {
    for (const oracle of ['spot', 'twap', 'capped']) {
      const set = { oracle, cash: 1e12, holdBlocks: 6 }
      const world = await worldOf(set)
      const token = assetIndex(world.spec.assets, 'TOKEN')
      const step = createStepper(world)
      const answers: number[] = [world.port('priceSource', oracle).price(token)]
      const { kind, tick, w } = world.trace.columns
      let loan = -1
      while (loan < 0) {
        step()
        answers.push(world.port('priceSource', oracle).price(token))
        for (let e = 0; e < world.trace.length; e++)
          if (EVENT_NAMES[kind[e]!] === 'borrow') loan = e
      }
      // The mean is taken at the start of a block; spot and cap stand as the block before left them.
      const at = oracle === 'twap' ? tick[loan]! : tick[loan]! - 1
      const terms = { size: J6.perpPosition, entry: J6.entry, share: 0.8, cash: 1e12 }
      expect(w[loan]! / lent(answers[at]!, terms), oracle).toBeCloseTo(1, 9)
    }
  })

  // Whole window of 30 minutes: the mean is the pushed price.
  it('has all that its pushes take, and falls short with a sum that their losses use up', async () => {
    const set = { oracle: 'twap', holdBlocks: 150 }
    expect((await outcome(set))('paperGain') / 421.1e6).toBeCloseTo(1, 3)
    const short = await outcome({ ...set, attackerCapital: 1e8 })
    expect(short('paperGain')).toBeLessThan(0.1 * 421.1e6)
  })

  it('is limited by the money of the attacker and by the depth of the market', async () => {
    const poor = await outcome({ attackerCapital: 1e6, cash: 1e12 })
    const m = (1 + 1e6 / (85e6 * J6.entry)) ** 2
    expect(poor('paperGain') / (J6.perpPosition * J6.entry * (m - 1))).toBeCloseTo(1, 6)
    expect(poor('attackCapital') / 1e6).toBeCloseTo(1, 6)
    const deep = await outcome({ venueReserve: 85e8, attackerCapital: 2e7 })
    expect(deep('paperGain')).toBeLessThan(5e6)
    expect((await outcome({ venueReserve: 85e4 }))('attackerProfit')).toBeGreaterThan(115e6)
  })

  it('is stopped by a guard that comes first in the block, and by none that comes second', async () => {
    const first = await outcome({ defences: 'oracleGuard', guardBid: 6 })
    expect(first('badDebt')).toBe(0)
    expect(first('attackerProfit')).toBeLessThan(-9.9e6)
    const second = await outcome({ defences: 'oracleGuard', guardBid: 4 })
    expect(second('badDebt') / 116e6).toBeCloseTo(1, 9)
    // All is out in one loan, before anybody sees an outflow.
    expect((await outcome({ defences: 'outflowLimit' }))('badDebt') / 116e6).toBeCloseTo(1, 9)
  })

  it('comes back under a guard that lifts while the mean still stands high', async () => {
    const set = { oracle: 'twap', holdBlocks: 5 }
    const bare = await outcome(set)
    const guarded = await outcome({ ...set, defences: 'oracleGuard' })
    // The guard watches the spot price, opens 300 s after it, and the mean is of half an hour.
    expect(bare('badDebt')).toBeGreaterThan(1e7)
    expect(guarded('badDebt') / bare('badDebt')).toBeCloseTo(1, 6)
    // A window shorter than the guard's calm is over before it lifts.
    const short = await outcome({ ...set, twapMinutes: 4, defences: 'oracleGuard' })
    expect(short('badDebt')).toBe(0)
  })

  it('is told: who lost what, and that nothing is left to seize', async () => {
    const story = storyOf(await runScenario(scenario, {})).map(({ text }) => text)
    expect(story.join(' ')).toContain('$116.00M')
    expect(story.join(' ')).not.toContain('Infinity')
  })

  it('goes on with the same bytes after a rewind and after saving and loading', async () => {
    const world = advance(await worldOf({ holdBlocks: 8, oracle: 'twap' }), 5)
    const middle = snapshot(world)
    const saved = saveWorld(world)
    const end = hashWorld(advance(world, 20))
    rewind(world, middle)
    expect(hashWorld(advance(world, 20))).toBe(end)
    const other = await worldOf({ holdBlocks: 8, oracle: 'twap' })
    loadWorld(saved, other)
    expect(hashWorld(advance(other, 20))).toBe(end)
  })
})
