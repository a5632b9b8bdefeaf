import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { buildWorld, createStepper, hashWorld, rewind, snapshot } from '../src/engine/index.ts'
import { runScenario } from '../src/experiments/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { loadScenario, resolveScenario } from '../src/scenario/index.ts'
import { EVENT_NAMES, type World } from '../src/world/index.ts'

type Values = Readonly<Record<string, number | string>>

const scenarioOf = (name: string) =>
  loadScenario(fileURLToPath(new URL(`../scenarios/${name}.yaml`, import.meta.url)))

const CAPO = scenarioOf('capo-misstep')
const VENUES = scenarioOf('two-venue-median')

type Scenario = typeof CAPO

async function measured(scenario: Scenario, set: Values): Promise<(name: string) => number> {
  const { document } = await runScenario(scenario, { set, checked: true })
  return (name) => document.measures.find((m) => m.name === name)?.value ?? Number.NaN
}

async function worldOf(scenario: Scenario, set: Values, seed = 1): Promise<World> {
  const { spec } = await resolveScenario(scenario, { set })
  return buildWorld(spec, MODELS, { seed, checked: true })
}

function advance(world: World, ticks = world.spec.ticks): World {
  const step = createStepper(world)
  for (let k = 0; k < ticks; k++) step()
  return world
}

function eventsOf({ trace }: World, name: string): number[] {
  const ids = Array.from({ length: trace.length }, (_, id) => id)
  return ids.filter((id) => EVENT_NAMES[trace.columns.kind[id]!] === name)
}

function liquidatedRows(world: World): ReadonlySet<number> {
  return new Set(eventsOf(world, 'liquidation').map((id) => world.trace.columns.row[id]!))
}

const assetOf = (world: World, name: string): number =>
  world.spec.assets.findIndex((asset) => asset.name === name)

describe('the misstep of a cap (J16)', () => {
  const LADDER = { accounts: 400, lowestHealth: 1.0005, highestHealth: 1.1005, minutes: 20 }

  /** Health factors of the ladder at the true rate. */
  const healths = (n: number, from: number, to: number): readonly number[] =>
    Array.from({ length: n }, (_, k) => from + ((to - from) * (k + 0.5)) / n)

  it.each([
    [1.1939, 1.228, 1],
    [1.1939, 1.228, 2],
    [1.1939, 1.2, 1],
    [1.21, 1.228, 1],
    [1.05, 1.13, 3],
    [2.4, 2.5, 1],
  ])(
    'cap %f under rate %f: accounts below their ratio are liquidated, nobody else (seed %i)',
    async (publishedRatio, marketRatio, seed) => {
      const world = advance(await worldOf(CAPO, { ...LADDER, publishedRatio, marketRatio }, seed))
      const below = healths(400, 1.0005, 1.1005).map(
        (health) => health < marketRatio / publishedRatio,
      )
      const hit = liquidatedRows(world)
      expect(below.map((_, row) => hit.has(row))).toEqual(below)
      expect(hit.size).toBeGreaterThan(0)
    },
  )

  it('liquidates nobody when the ratio is right, or when there is no cap', async () => {
    for (const set of [{ publishedRatio: 1.228 }, { oracle: 'rate' }]) {
      const get = await measured(CAPO, { ...LADDER, ...set })
      expect([get('liquidations'), get('loss'), get('badDebt')]).toEqual([0, 0, 0])
    }
  })

  it('leaves no bad debt; what borrowers lose is the bonus and the price that was too low', async () => {
    const ethPrice = 2000
    const world = advance(await worldOf(CAPO, { vol: 0, ethPrice }))
    const { x, y, w } = world.trace.columns
    const sums = { repaid: 0, seizedAtOracle: 0, seized: 0 }
    for (const id of eventsOf(world, 'liquidation')) {
      sums.repaid += x[id]! / ethPrice
      sums.seizedAtOracle += y[id]! / ethPrice
      sums.seized += w[id]!
    }
    const bonus = sums.seizedAtOracle - sums.repaid
    const tooLow = sums.seized * 1.228 - sums.seizedAtOracle
    expect(bonus / sums.repaid).toBeCloseTo(0.01, 9)
    // ETH per wstETH seized; that day 129.72 and 382.76 ETH on 10,938 wstETH.
    expect(bonus / sums.seized).toBeCloseTo((1.1939 * 0.01) / 1.01, 6)
    expect(tooLow / sums.seized).toBeCloseTo(1.228 - 1.1939, 6)
    expect(Math.abs(bonus / sums.seized / (129.72 / 10_938) - 1)).toBeLessThan(0.005)
    expect(Math.abs(tooLow / sums.seized / (382.76 / 10_938) - 1)).toBeLessThan(0.03)
    const get = await measured(CAPO, { vol: 0, ethPrice })
    expect(get('accountsLiquidated')).toBe(liquidatedRows(world).size)
    expect(get('badDebt')).toBe(0)
    expect(get('loss') / ethPrice).toBeCloseTo(bonus, 6)
    // The protocol keeps a tenth of the bonus; the rest, less fees and gas, is the liquidators'.
    const most = (0.9 * bonus + tooLow) * ethPrice
    expect(get('liquidatorProfit')).toBeLessThan(most)
    expect(get('liquidatorProfit')).toBeGreaterThan(0.9 * most)
  })

  it('ends with the correct update, and every liquidation goes back to the faulty one', async () => {
    const world = await worldOf(CAPO, { updateAt: 2, fixAt: 6, minutes: 10 })
    const price = (name: string): number =>
      world.port('priceSource', name).price(assetOf(world, 'wstETH'))
    advance(world, 15)
    expect(price('capped') / price('rate')).toBeCloseTo(1.1939 / 1.228, 6)
    advance(world, 35)
    expect(price('capped')).toBe(price('rate'))
    const { parent, time, instance } = world.trace.columns
    for (const id of eventsOf(world, 'liquidation')) {
      const cause = parent[id]!
      expect(EVENT_NAMES[world.trace.columns.kind[cause]!]).toBe('term')
      expect(world.instances[instance[cause]!]!.name).toBe('capped')
      expect(time[id]).toBeLessThan(360)
    }
  })
})

describe('a wrong print on one exchange (J2)', () => {
  const SHORT = { minutes: 15, printAt: 2, printMinutes: 10 }

  type Standing = { readonly health: number; readonly debt: number; readonly dai: number }

  /** Health factor, debt and debt in DAI (USD) of debtors at start prices, DAI at `factor` of its own. */
  function standings(world: World, factor: number): ReadonlyMap<number, Standing> {
    const lender = world.port('lender', 'compound')
    const { book, liability } = lender
    const prices = world.spec.assets.map(({ price, name }) => price * (name === 'DAI' ? factor : 1))
    const values = new Float64Array(book.coordinates)
    lender.coordinatesAt(prices, 'threshold', values)
    const rows = new Map<number, Standing>()
    for (let row = 0; row < book.rows; row++) {
      let [held, debt, dai] = [0, 0, 0]
      for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
        const c = book.coordinate[k]!
        const value = book.amount[k]! * values[c]!
        if (liability[c] === 1) debt -= value
        else held += value
        if (liability[c] === 1 && lender.assetOf(c) === assetOf(world, 'DAI')) dai -= value
      }
      if (debt > 0) rows.set(row, { health: held / debt, debt, dai })
    }
    return rows
  }

  it.each([0.3, 0.12, -0.4])(
    'of %f liquidates whom that price makes liquidatable, nobody else',
    async (misprint) => {
      const set = { ...SHORT, misprint, gasPrice: 0, liquidatorCapital: 1e10 }
      const world = await worldOf(VENUES, set)
      const before = standings(world, 1 + misprint)
      const hit = liquidatedRows(advance(world))
      expect(hit.size).toBeGreaterThan(10)
      // Interest of a quarter of an hour is less than 1e-5 of a debt.
      for (const row of hit) expect(before.get(row)!.health).toBeLessThan(1 + 1e-5)
      // Who is left over owes too little to pay, or DAI that is bought dearer than it counts.
      for (const [row, { health, debt, dai }] of before)
        if (health < 1 && debt > 2000 && (misprint > 0 || dai === 0))
          expect(hit.has(row), `row ${row}`).toBe(true)
    },
  )

  it('liquidates tens of millions and leaves bad debt; a median of two exchanges prevents both', async () => {
    const one = await measured(VENUES, SHORT)
    expect(one('liquidatedDebt')).toBeGreaterThan(30e6)
    expect(one('badDebt')).toBeGreaterThan(1e6)
    for (const oracle of ['median', 'medianOfThree', 'guarded', 'fallback']) {
      const get = await measured(VENUES, { ...SHORT, oracle })
      expect([get('liquidations'), get('badDebt'), get('loss')], oracle).toEqual([0, 0, 0])
    }
  })

  it('is followed by five feeds of that exchange as by one: more feeds are not more sources', async () => {
    const [one, five] = await Promise.all([
      measured(VENUES, SHORT),
      measured(VENUES, { ...SHORT, oracle: 'fiveFeeds' }),
    ])
    expect(five('liquidatedDebt')).toBe(one('liquidatedDebt'))
  })

  it('fools a median of two where both are wrong or where it is low, and then a median of three helps', async () => {
    const low = { ...SHORT, misprint: -0.4 }
    const lower = await measured(VENUES, { ...low, oracle: 'median' })
    const middle = await measured(VENUES, { ...low, oracle: 'medianOfThree' })
    expect(lower('liquidatedDebt')).toBeGreaterThan(1e6)
    expect(middle('liquidatedDebt')).toBe(0)
    const both = { ...SHORT, secondMisprint: 0.3 }
    for (const oracle of ['median', 'medianOfThree']) {
      const get = await measured(VENUES, { ...both, oracle })
      expect(get('liquidatedDebt'), oracle).toBeGreaterThan(30e6)
    }
  })

  it('reaches exactly the feeds that read the exchange', async () => {
    const world = advance(await worldOf(VENUES, SHORT), 15)
    const dai = assetOf(world, 'DAI')
    const price = (name: string): number => world.port('priceSource', name).price(dai)
    const feeds = ['oneVenue', 'firstB', 'firstC', 'firstD', 'firstE', 'second', 'third']
    expect(feeds.map((name) => Math.round(price(name) * 100) / 100)).toEqual([
      1.3, 1.3, 1.3, 1.3, 1.3, 1, 1,
    ])
    expect(price('mean')).toBeCloseTo((1.3 + 1 + 1) / 3, 9)
    expect(price('guarded')).toBeNaN()
    expect(world.port('referenceMarket', 'market').fundamental(dai)).toBe(1)
  })

  it('goes on with the same bytes after a rewind', async () => {
    const world = advance(await worldOf(VENUES, SHORT), 8)
    const middle = snapshot(world)
    const end = hashWorld(advance(world, 10))
    rewind(world, middle)
    expect(hashWorld(advance(world, 10))).toBe(end)
  })
})

describe('a median in an honest crash', () => {
  const CRASH = { misprint: 0, ethDrop: 0.4, crashMinutes: 10, printAt: 2, minutes: 25 }

  it('of slow feeds liquidates late and leaves bad debt that the one exchange does not', async () => {
    const one = await measured(VENUES, CRASH)
    const slow = await measured(VENUES, { ...CRASH, oracle: 'medianOfThree', slowLatency: 600 })
    expect(slow('liquidatedDebt')).toBeLessThan(0.9 * one('liquidatedDebt'))
    expect(slow('badDebt')).toBeGreaterThan(5 * one('badDebt'))
    expect(slow('loss')).toBeGreaterThan(1.5 * one('loss'))
    // The lower of two falls with the faster: it is late only where prices rise.
    const lower = await measured(VENUES, { ...CRASH, oracle: 'median', slowLatency: 600 })
    expect(lower('badDebt')).toBeLessThan(1.5 * one('badDebt'))
    // A guard takes the crash for an error of one of the two: nobody is liquidated in the meantime.
    const guarded = await measured(VENUES, { ...CRASH, oracle: 'guarded', slowLatency: 600 })
    expect(guarded('badDebt')).toBeGreaterThan(5 * one('badDebt'))
  })
})
