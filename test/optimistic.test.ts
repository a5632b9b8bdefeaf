import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { buildWorld, createStepper, hashWorld, rewind, snapshot } from '../src/engine/index.ts'
import { runScenario } from '../src/experiments/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { leastBribe } from '../src/mechanisms/oracles/optimistic/kernel.ts'
import { loadScenario, resolveScenario } from '../src/scenario/index.ts'
import type { World } from '../src/world/index.ts'

const scenario = loadScenario(
  fileURLToPath(new URL('../scenarios/bribed-dispute.yaml', import.meta.url)),
)

/** Index of X. */
const X = 2

type Values = Readonly<Record<string, number | string>>

/** Votes of half a day, all voters alike, no gas: sums in closed form. */
const PLAIN = { days: 2.1, voteDays: 0.25, premiumSpread: 0, gasPrice: 0 }

/** What the attacker pays a builder for one transaction: 5 gwei x 400,000 gas x 2,000 USD. */
const TIP = 4

/** Defaults of the scenario that the formulas need. */
const GIVEN = {
  ...{ staked: 2e7, tokenPrice: 1.3, agreement: 0.65, attackerTokens: 0, premium: 0.1 },
  ...{ pivotality: 0.1, tokenFall: 0.5, belief: 0.5, slashing: 0.001, terms: 'conditional' },
  ...{ cash: 3e7, lltv: 0.86, falsePriceFactor: 20, attackerCollateral: 2e4, bond: 1e4 },
  ...{ bribe: 1e7, attackerCapital: 2e7 },
}

type Given = Partial<Record<keyof typeof GIVEN, number | string>>

function filled(set: Given): Record<Exclude<keyof typeof GIVEN, 'terms'>, number> {
  return { ...GIVEN, ...set } as never
}

/** What the README of the oracle says a verdict costs, when all voters ask the same. */
function leastOf(set: Given): number {
  const g = filled(set)
  const needed = Math.max(
    g.agreement * (g.staked + g.attackerTokens) - g.attackerTokens,
    (g.staked - g.attackerTokens) / 2,
    0,
  )
  const loss = g.pivotality * g.tokenFall + (1 - 2 * g.belief) * g.slashing
  const isConditional = (set.terms ?? GIVEN.terms) === 'conditional'
  return (needed * g.tokenPrice * (g.premium + loss)) / (isConditional ? g.belief : 1)
}

/** What can be borrowed against the false price beyond what the collateral is worth, USD. */
function securedBy(set: Given): number {
  const g = filled(set)
  const worth = 100 * g.attackerCollateral
  return Math.min(g.cash, g.lltv * g.falsePriceFactor * worth) - worth
}

async function outcome(set: Values, seed = 1) {
  const found = await runScenario(scenario, { set: { ...PLAIN, ...set }, seed })
  const get = (name: string): number =>
    found.document.measures.find((m) => m.name === name)!.value ?? Number.NaN
  return {
    ...{ upheld: get('disputeOutcome'), profit: get('attackerProfit'), cost: get('attackCost') },
    ...{ badDebt: get('badDebt'), bribes: get('bribesPaid'), delay: get('answerDelay') },
  }
}

async function worldOf(set: Values, seed: number): Promise<World> {
  const { spec } = await resolveScenario(scenario, { set: { ...PLAIN, ...set } })
  return buildWorld(spec, MODELS, { seed, checked: true })
}

function advance(world: World, ticks: number): World {
  const step = createStepper(world)
  for (let k = 0; k < ticks; k++) step()
  return world
}

describe('a bribed dispute', () => {
  it.each<Given>([
    {},
    { terms: 'upfront' },
    { agreement: 0.5, staked: 8e6 },
    { attackerTokens: 5e6, terms: 'upfront' },
    { belief: 0.8, slashing: 0.1, premium: 0.2 },
    { tokenPrice: 0.2, pivotality: 1, tokenFall: 0.9, agreement: 0.4 },
  ])('is won by more than the least bribe, and lost by less: %j', async (set) => {
    const least = leastOf(set)
    const money = { attackerCapital: 2 * least + 1e5 }
    // Undecided votes are repeated: the run goes on until the last of them.
    const lost = await outcome({ ...set, ...money, days: 4, bribe: 0.999 * least })
    expect(lost.upheld).toBe(0)
    expect(lost.badDebt).toBe(0)
    if ((set.terms ?? 'conditional') === 'conditional') {
      expect(lost.bribes).toBe(0)
      expect(lost.profit).toBeGreaterThan(-filled(set).bond - 4 * TIP)
    }
    const won = await outcome({ ...set, ...money, bribe: 1.001 * least })
    expect(won.upheld).toBe(1)
    expect(won.badDebt).toBeGreaterThan(0.9 * securedBy(set))
    expect(won.bribes).toBeCloseTo(1.001 * least, 3)
  })

  it.each<Given>([
    {},
    { terms: 'upfront', bribe: 4e6 },
    { falsePriceFactor: 5, bribe: 6e6 },
    { cash: 1e7, bribe: 7.9e6 },
    { cash: 1e7, bribe: 8.1e6 },
    { bond: 0, bribe: 9e6, cash: 8e7, lltv: 0.7 },
  ])('brings the value that it secures, less the bribe: %j', async (set) => {
    const { profit, upheld } = await outcome(set)
    expect(upheld).toBe(1)
    const g = filled(set)
    // The winner gets its own bond back and half of the other one.
    const expected = securedBy(set) - g.bribe + 0.5 * g.bond - 3 * TIP
    expect(Math.abs(profit - expected)).toBeLessThan(0.1)
    expect(profit > 0).toBe(g.bribe < securedBy(set))
  })

  it('costs an attacker who loses the bond, and what it had paid voters upfront', async () => {
    // Nobody asks less than 0.195 USD; a vote that most reject is over at once.
    const lost = await outcome({ bribe: 1e5, agreement: 0.5 })
    expect([lost.upheld, lost.bribes, lost.badDebt]).toEqual([0, 0, 0])
    expect(lost.profit).toBeCloseTo(-1e4 - 2 * TIP, 4)
    const spread = { agreement: 0.5, premiumSpread: 1, terms: 'upfront', bribe: 1e6 }
    const upfront = await outcome(spread, 3)
    expect(upfront.upheld).toBe(0)
    expect(upfront.bribes).toBeGreaterThan(1e4)
    expect(upfront.profit).toBeCloseTo(-1e4 - upfront.bribes - 2 * TIP, 4)
    const conditional = await outcome({ ...spread, terms: 'conditional' }, 3)
    expect(conditional.profit).toBeCloseTo(-1e4 - 2 * TIP, 4)
  })

  it('costs no bribe while the votes are not counted: what is in escrow is still its own', async () => {
    const early = await outcome({ bribe: 5e6, days: 0.6 })
    expect(early.upheld).toBeNaN()
    expect(early.profit).toBeGreaterThan(-1e3)
  })

  it('costs nothing that was not begun, whatever the price of what is held does', async () => {
    const calm = await outcome({ falsePriceFactor: 1, crash: 0.4 })
    expect([calm.profit, calm.cost]).toEqual([0, 0])
  })

  it('counts the fall of the attacker own tokens among its costs', async () => {
    const set = { attackerTokens: 5e6, tokenFall: 0.6, pivotality: 0, slashing: 0, agreement: 0.5 }
    const { profit } = await outcome({ ...set, bribe: 5e6 })
    expect(profit).toBeCloseTo(securedBy(set) - 5e6 + 5e3 - 5e6 * 1.3 * 0.6 - 3 * TIP, 3)
  })

  it('is decided by the balances and the premiums of each path', async () => {
    for (const seed of [1, 2, 3]) {
      const set = { premiumSpread: 0.8, terms: 'upfront', attackerCapital: 1e9 }
      const world = await worldOf(set, seed)
      const premium = world.columns['optimistic/premium'] as Float64Array
      const stakes = (world.columns['optimistic/stake'] as Float64Array).slice(0, premium.length)
      const least = leastBribe(
        stakes,
        premium.map((own) => 1.3 * (own + 0.05)),
        0.65 * 2e7,
      )
      expect((await outcome({ ...set, bribe: 0.999 * least }, seed)).badDebt).toBe(0)
      expect((await outcome({ ...set, bribe: 1.001 * least }, seed)).upheld).toBe(1)
    }
  })

  it('needs no bribe where nobody looks or nobody can pay the bond', async () => {
    for (const set of [{ attention: 0 }, { bond: 1e5, watcherCapital: 0 }]) {
      const { upheld, profit, bribes, badDebt } = await outcome({ ...set, bribe: 0 })
      expect([upheld, bribes]).toEqual([Number.NaN, 0])
      expect(profit).toBeCloseTo(securedBy({}) - 2 * TIP, 1)
      expect(badDebt).toBeGreaterThan(0.99 * securedBy({}))
    }
  })

  it('harms nobody who reads the market', async () => {
    const { badDebt, profit, upheld } = await outcome({ oracle: 'feed' })
    expect([badDebt, upheld]).toEqual([0, 1])
    expect(profit).toBeLessThan(0)
  })
})

describe('an honest crash under asserted prices', () => {
  const crash = { falsePriceFactor: 1, crash: 0.4, days: 1, depth: 1e8 }

  it('leaves bad debt that a feed does not, more of it the longer the window', async () => {
    const feed = await outcome({ ...crash, oracle: 'feed' })
    const hours = await Promise.all(
      [0.1, 2, 6].map((windowHours) => outcome({ ...crash, windowHours })),
    )
    expect(feed.badDebt).toBeLessThan(1)
    expect(hours[1]!.badDebt).toBeGreaterThan(1e6)
    expect(hours[0]!.badDebt).toBeLessThanOrEqual(hours[1]!.badDebt)
    expect(hours[2]!.badDebt).toBeGreaterThanOrEqual(hours[1]!.badDebt)
  })

  it('leaves more of it where somebody pays a bond to freeze the answer', async () => {
    // A fall of a day, slow enough for the window but not for a vote.
    const slow = { ...crash, crash: 0.33, crashMinutes: 1440, voteDays: 0.5, days: 3 }
    const calm = await outcome(slow)
    const griefed = await outcome({ ...slow, grieferCapital: 30_000 })
    expect(griefed.upheld).toBe(1)
    expect(calm.badDebt).toBe(0)
    expect(griefed.badDebt).toBeGreaterThan(100_000)
  })

  it('is answered late by the window, in calm weather too', async () => {
    for (const windowHours of [0.5, 2]) {
      const set = { falsePriceFactor: 1, crash: 0.03, windowHours }
      const world = advance(await worldOf(set, 1), 720)
      const { instance, z } = world.trace.columns
      const answer = world.port('priceSource', 'optimistic').cause(X, -1)
      expect(world.instances[instance[answer]!]!.name).toBe('optimistic')
      expect(z[answer]).toBe(3600 * windowHours)
    }
  })
})

it('goes on with the same bytes after a rewind in the middle of a vote', async () => {
  const world = advance(await worldOf({ premiumSpread: 0.5, voteDays: 0.02 }, 5), 90)
  expect(world.port('assertions', 'optimistic').stage()).toBe('committing')
  const middle = snapshot(world)
  const end = hashWorld(advance(world, 60))
  rewind(world, middle)
  expect(hashWorld(advance(world, 60))).toBe(end)
})
