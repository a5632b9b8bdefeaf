import { describe, expect, it } from 'vitest'
import { loadScenario } from '../scenario/index.ts'
import { isApart, isRandom } from './chance.ts'
import { findCliff } from './cliff/scenario.ts'
import { InterruptedError } from './errors.ts'
import { sweep } from './sweep/scenario.ts'

const papers = (name: string) => loadScenario(`scenarios/papers/${name}.yaml`)
const cascade = papers('constant-product-cascade')
/** A book of this size is run in milliseconds. */
const small = { positions: 60 }
const placed = { ...small, placement: 'random', density: 'rising', r: 1 }

describe('chance', () => {
  it.each([
    ['a world that draws nothing', cascade, [small], false],
    [
      'one in which agents act in an order that changes nothing',
      papers('leveraged-loop'),
      [{}],
      false,
    ],
    ['random places of positions of which none falls', cascade, [{ ...placed, shock: 0 }], true],
    ['a point of several', cascade, [small, { ...small, placement: 'random' }], true],
    ['prices of chance', papers('lvr-with-fees'), [{}], true],
    [
      'an order of traders that moves prices',
      loadScenario('scenarios/drained-pool-oracle.yaml'),
      [{}],
      true,
    ],
    ['a point where there is no world', cascade, [{ ...placed, positions: -1 }], false],
  ])('%s', async (_, scenario, points, expected) => {
    const { short } = scenario
    expect(await isRandom(scenario, points, { set: short })).toBe(expected)
  })

  it('is looked for until it is stopped', async () => {
    const signal = AbortSignal.abort()
    await expect(isRandom(cascade, [small], { signal })).rejects.toThrow(InterruptedError)
  })

  it.each([
    [1, 1, false],
    [0.1 + 0.2, 0.3, false],
    [1, 1 + 1e-6, true],
    [0, 1e-300, true],
    [Number.NaN, Number.NaN, false],
    [Number.NaN, 0, true],
    [Infinity, Infinity, false],
    [Infinity, -Infinity, true],
    [1, Infinity, true],
  ])('%d and %d are apart: %s', (a, b, expected) => {
    expect(isApart(a, b)).toBe(expected)
    expect(isApart(b, a)).toBe(expected)
  })
})

describe('a random world in which nothing falls at the low end', () => {
  const vary = { name: 'shock', low: 0, high: 0.6 }

  it('is searched for a cliff on several paths', async () => {
    const { paths } = await findCliff(cascade, { vary, set: placed, cells: 4, workers: 1 })
    expect(paths).toBe(8)
  })

  it('is swept on several paths', async () => {
    const options = { set: placed, rounds: 0, line: 'none', workers: 1 } as const
    const { paths } = await sweep(cascade, { ...options, vary: [{ ...vary, cells: 2 }] })
    expect(paths).toBe(8)
  })
})
