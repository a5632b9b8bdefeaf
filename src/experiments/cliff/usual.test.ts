import { describe, expect, it } from 'vitest'
import { loadScenario, type Overrides } from '../../scenario/index.ts'
import { openSurvey } from '../survey.ts'
import { orderAlong, shockOf } from './order.ts'
import { readingOf } from './reading.ts'
import { findCliff } from './scenario.ts'
import { CliffError } from './types.ts'
import { usualVary } from './usual.ts'

function usual(name: string, set = {}) {
  const scenario = loadScenario(`scenarios/${name}.yaml`)
  const { low, high, ...vary } = usualVary(shockOf(scenario, undefined, set))
  return [vary.name, low, high]
}

describe('a multiple of a shock', () => {
  const along = async (name: string, axis: string, set: Overrides, multiple: number) => {
    const scenario = loadScenario(`scenarios/${name}.yaml`)
    const survey = openSurvey(scenario, { workers: 1 })
    const shock = shockOf(scenario, undefined, set)
    const reading = readingOf(scenario, scenario.order.measure)
    const { setOf } = orderAlong(survey, axis, shock, reading)
    await survey.close()
    return setOf({ x: 1, shock: multiple })[shock.name]
  }

  it.each([
    ['oracle-manipulation', 'perpPosition', { priceFactor: 3 }, 0.25, 1.5],
    ['oracle-manipulation', 'perpPosition', { priceFactor: 23.8 }, 0.5, 12.4],
    ['oracle-manipulation', 'perpPosition', { priceFactor: 23.8 }, 0, 1],
    // Beyond the shock is farther from the true ratio, not nearer to it.
    ['capo-misstep', 'threshold', {}, 1.02, 1.228 - 1.02 * (1.228 - 1.1939)],
    ['papers/constant-product-cascade', 'r', { shock: 0.04 }, 0.25, 0.01],
  ])('of %s is as many times as far from calm weather', async (name, axis, set, of, expected) => {
    expect(await along(name, axis, set, of)).toBeCloseTo(expected, 12)
  })

  it.each([
    ['marginRequirement', 1.1, 0.25, 1.025],
    ['marginRequirement', 1.1, 1.02, 1.102],
    ['bookSize', 0.8, 0.5, 0.9],
    ['collateralFactorScale', 0.9, 0, 1],
    ['oracleLatency', 60, 0.5, 30],
  ])('of %s at %d is counted from the world as it is', async (shock, value, multiple, expected) => {
    const scenario = loadScenario('scenarios/compound-v2-eth-crash.yaml')
    const survey = openSurvey(scenario, { workers: 1 })
    const reading = readingOf(scenario, scenario.order.measure)
    const found = shockOf(scenario, shock, { [shock]: value })
    const { setOf } = orderAlong(survey, 'ethDrop', found, reading)
    await survey.close()
    expect(setOf({ x: 0.3, shock: multiple })[shock]).toBeCloseTo(expected, 12)
  })

  it('is none at the value that a knob has in the world as it is', async () => {
    const scenario = 'scenarios/papers/leveraged-loop.yaml'
    const vary = { name: 'jump', low: 0.02, high: 0.2 }
    const found = findCliff(scenario, { vary, shock: 'marginRequirement', workers: 1 })
    await expect(found).rejects.toThrow(
      /marginRequirement=1, calm .*--set marginRequirement=number/,
    )
  })

  it('says to which side of its range it leaves', async () => {
    const far = along('oracle-manipulation', 'perpPosition', { priceFactor: 1e6 }, 1.02)
    await expect(far).rejects.toThrow('set it nearer to 1, calm weather')
  })

  it('of calm weather is none, to which nothing answers', async () => {
    const vary = { name: 'perpPosition', low: 1e7, high: 1e8 }
    const scenario = 'scenarios/oracle-manipulation.yaml'
    const found = findCliff(scenario, { vary, set: { priceFactor: 1 }, workers: 1 })
    await expect(found).rejects.toThrow('priceFactor=1, calm weather')
  })
})

describe('usualVary', () => {
  it.each([
    ['coupled-eth-crash', 'ethDrop', 0, 0.8],
    ['dealer-gamma', 'ethDrop', 0, 0.6],
    // Calm is a push to the price that is there, and not to none.
    ['oracle-manipulation', 'priceFactor', 1, 1 + 2 * (0.91 / 0.0382 - 1)],
    ['two-venue-median', 'misprint', 0, 0.6],
    // The smaller the published ratio, the larger the shock.
    ['capo-misstep', 'publishedRatio', 1.228 - 2 * (1.228 - 1.1939), 1.228],
  ])('of %s goes from calm weather to twice as far', (name, shock, low, high) => {
    const [found, ...range] = usual(name)
    expect(found).toBe(shock)
    expect(range[0]).toBeCloseTo(low, 9)
    expect(range[1]).toBeCloseTo(high, 9)
  })

  it('goes to the side on which the shock is, and no further than its parameter', () => {
    expect(usual('two-venue-median', { misprint: -0.25 })).toEqual(['misprint', -0.5, 0])
    expect(usual('coupled-eth-crash', { ethDrop: 0.7 })).toEqual(['ethDrop', 0, 0.99])
  })

  it('refuses a scenario that stands in calm weather', () => {
    expect(() => usual('coupled-eth-crash', { ethDrop: 0 })).toThrow(CliffError)
  })

  it('is where a cliff is looked for when nobody says', async () => {
    const scenario = 'scenarios/papers/leveraged-loop.yaml'
    const shared = { cells: 4, workers: 1, measure: 'accountsInsolvent' }
    const found = await findCliff(scenario, { ...shared, set: { jump: 0.08 } })
    const vary = { name: 'jump', low: 0, high: 0.16 }
    expect(found).toEqual(await findCliff(scenario, { ...shared, vary }))
    // The file's own formula: bad debt from a jump of 1 - threshold (1 + bonus) / healthFactor0 on.
    expect(found.cliff!.value).toBeCloseTo(1 - (0.95 * 1.01) / 1.03635, 4)
  })
})
