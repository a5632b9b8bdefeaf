import { describe, expect, it } from 'vitest'
import { inverseNormalCdf, philoxDraws } from '../../math/index.ts'
import { loadScenario } from '../../scenario/index.ts'
import { FAMILIES } from '../coverage.conformance.ts'
import { statisticOf } from '../statistics.ts'
import { sweep } from '../sweep/scenario.ts'
import { pairsOf, steps } from './curve.ts'
import type { OrderAlong } from './order.ts'
import { readingOf } from './reading.ts'
import { toldCurve } from './told.ts'
import type { CliffPoint, Search } from './types.ts'

const cascade = loadScenario('scenarios/papers/constant-product-cascade.yaml')
const nothing = { value: 0, low: Number.NaN, high: Number.NaN }

/** A world whose paths lose exp(x + own), on the same draws everywhere. */
function lognormal(seed: number): OrderAlong {
  const { uniform } = philoxDraws(seed, 0, 'told')
  return {
    setOf: () => ({}),
    respond: async () => [],
    counts: null,
    samplesAt: async (places, paths) =>
      places.map(({ x, shock }) => ({
        ...{ names: ['badDebt'], failures: [] },
        values: () =>
          Float64Array.from({ length: paths }, (_, k) =>
            Math.exp(x * shock + inverseNormalCdf(uniform(0, k))),
          ),
      })),
  }
}

function toldOf(statistic: string, paths: number, seed: number): Promise<readonly CliffPoint[]> {
  const search: Search = { ...{ low: 0, high: 1, cells: 2, paths }, isShock: false }
  const place = { x: 0.5, order: nothing, susceptibility: nothing }
  const curve = [{ ...place, relativeSd: 0, gap: null }]
  const reading = readingOf(cascade, `badDebt.${statistic}`)
  return toldCurve(lognormal(seed), curve, reading, search)
}

describe('the curve of a statistic', () => {
  it.each([
    ['p95', Math.exp(0.5 + inverseNormalCdf(0.95)), 80],
    ['es95', Math.exp(0.5) * FAMILIES[2]!.shortfall(0.95), 200],
  ])('of %s covers the truth as often as it says', async (statistic, truth, paths) => {
    let [order, change] = [0, 0]
    const slope = (truth * (Math.exp(0.01) - 1)) / 0.02
    for (let seed = 0; seed < 100; seed++) {
      const [point] = await toldOf(statistic, paths, seed)
      if (point!.order.low <= truth && truth <= point!.order.high) order++
      const { low, high } = point!.susceptibility
      if (low <= slope && slope <= high) change++
    }
    // Binomial(100, .95) is below 89 with a chance of .5 %.
    expect(order).toBeGreaterThanOrEqual(89)
    expect(change).toBeGreaterThanOrEqual(89)
  })

  it('has the intervals of the statistic itself, or none where paths are too few', async () => {
    const [few] = await toldOf('es99', 64, 1)
    expect([few!.order.low, few!.order.high]).toEqual([Number.NaN, Number.NaN])
    expect([few!.susceptibility.low, few!.susceptibility.high]).toEqual([Number.NaN, Number.NaN])
    const [own] = await lognormal(1).samplesAt([{ x: 0.5, shock: 1 }], 80)
    const { value, low, high } = statisticOf('p95')!(own!.values('badDebt'))
    expect((await toldOf('p95', 80, 1))[0]!.order).toEqual({ value, low, high })
  })

  it('asks for the places of the search, and leaves means alone', async () => {
    const asked: number[] = []
    const along = lognormal(1)
    const search: Search = { ...{ low: 0, high: 1, cells: 2, paths: 8 }, isShock: true }
    const watched: OrderAlong = {
      ...along,
      samplesAt: (places, paths) => {
        asked.push(...places.map(({ x }) => x))
        return along.samplesAt(places, paths)
      },
    }
    const curve = [{ x: 1, order: nothing, susceptibility: nothing, relativeSd: 0, gap: null }]
    expect(await toldCurve(watched, curve, readingOf(cascade, 'badDebt'), search)).toBe(curve)
    await toldCurve(watched, curve, readingOf(cascade, 'badDebt.p50'), search)
    const { places } = pairsOf(steps(0, 1, 2), 1, search)[2]!
    expect(asked).toEqual([1, ...places.map(({ x }) => x)])
  })
})

it('a sweep of a statistic has its intervals, or none', async () => {
  const set = { positions: 40, placement: 'random', density: 'rising', r: 1 }
  const vary = [{ name: 'shock', low: 0.3, high: 0.6, cells: 1 }]
  const shared = { set, vary, rounds: 0, line: 'none', workers: 1 } as const
  const tail = await sweep(cascade, { ...shared, measure: 'logDrop.es95', paths: 24 })
  for (const { value } of tail.points)
    expect([value.low, value.high]).toEqual([Number.NaN, Number.NaN])
  const middle = await sweep(cascade, { ...shared, measure: 'logDrop.p50', paths: 24 })
  for (const { value } of middle.points) {
    expect(value.low).toBeLessThanOrEqual(value.value)
    expect(value.high).toBeGreaterThanOrEqual(value.value)
  }
})
