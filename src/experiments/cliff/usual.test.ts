import { describe, expect, it } from 'vitest'
import { loadScenario } from '../../scenario/index.ts'
import { shockOf } from './order.ts'
import { findCliff } from './scenario.ts'
import { CliffError } from './types.ts'
import { usualVary } from './usual.ts'

function usual(name: string, set = {}) {
  const scenario = loadScenario(`scenarios/${name}.yaml`)
  const { low, high, ...vary } = usualVary(scenario, shockOf(scenario, undefined, set))
  return [vary.name, low, high]
}

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
    const set = { jump: 0.08 }
    const shared = { set, cells: 4, workers: 1, measure: 'accountsInsolvent' }
    const found = await findCliff(scenario, shared)
    const vary = { name: 'jump', low: 0, high: 0.16 }
    expect(found).toEqual(await findCliff(scenario, { ...shared, vary }))
    // The file's own formula: bad debt from a jump of 1 - threshold (1 + bonus) / healthFactor0 on.
    expect(found.cliff!.value).toBeCloseTo(1 - (0.95 * 1.01) / 1.03635, 4)
  })
})
