import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  smallWorld,
  stepWorld,
} from '../../../test/conformance/model.ts'
import { priceSourceConformance } from '../../../test/conformance/priceSource.ts'
import { gbm, referenceMarket } from '../prices/index.ts'
import { feed } from './feed.ts'
import { toldWorld } from './tellers.conformance.ts'
import { eventsOf, oracleWorld } from './testWorld.conformance.ts'
import { trimmedMean } from './trimmedMean.ts'

const feedOf = (latency: number, deviation = 0.005): Member => [
  feed,
  { source: 'market', assets: [ETH], latency, deviation, gas: 0 },
]

priceSourceConformance('a trimmed mean', () => {
  const falls = [
    [0.2, 60],
    [-0.3, 180, 60],
  ] as const
  const sources = ['a', 'b', 'c', 'd']
  const members = sources.map((name, i): [string, Member] => [name, feedOf(12 * i)])
  const world = oracleWorld(falls, {
    ...Object.fromEntries(members),
    mean: [trimmedMean, { sources }],
  })
  return { world, source: world.port('priceSource', 'mean'), asset: ETH, stranger: BTC }
})

modelConformance('a trimmed mean of feeds, weighed by age and guarded', () =>
  smallWorld({
    noise: [gbm, { assets: [ETH], vol: 8 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    a: feedOf(12, 0.001),
    b: feedOf(12, 0.003),
    c: feedOf(12, 0.01),
    mean: [
      trimmedMean,
      { sources: ['a', 'b', 'c'], trim: 0.34, halfLife: 60, guard: 0.05, quorum: 2 },
    ],
    reader: [feed, { source: 'mean', assets: [ETH], deviation: 0, latency: 0, gas: 0 }],
  }),
)

describe('a trimmed mean', () => {
  const told = [2000, 2010, 2020, 2600].map((price) => ({ path: [2000, price] }))
  const sources = ['t0', 't1', 't2', 't3']

  it('is moved by one liar among four no further than the honest differ; a plain mean is', () => {
    const world = toldWorld(told, {
      mean: [trimmedMean, { sources }],
      plain: [trimmedMean, { sources, trim: 0 }],
      guarded: [trimmedMean, { sources, trim: 0, guard: 0.1 }],
    })
    stepWorld(world, 2)
    const prices = ['mean', 'plain', 'guarded'].map((n) => world.port('priceSource', n).price(ETH))
    expect(prices).toEqual([2015, 2157.5, 2010])
  })

  it('is moved by a source by its share of the sum, and not at all by one that is cut off', () => {
    const world = toldWorld(told, { mean: [trimmedMean, { sources }] })
    stepWorld(world, 2)
    const source = world.port('priceSource', 'mean')
    const answers = eventsOf(world, 'answer')
    const moves = answers.map((event) => source.moveOf(event, ETH))
    const { x } = world.trace.columns
    expect(answers.map((event) => x[event])).toEqual([2010, 2020, 2600])
    expect(moves[0]).toBeCloseTo((Math.log(2010 / 2000) * 2010) / 4030, 12)
    expect(moves[1]).toBeCloseTo((Math.log(2020 / 2000) * 2020) / 4030, 12)
    expect(moves[2]).toBe(0)
  })

  it('has no answer, age or cause below its quorum', () => {
    const world = toldWorld([{ path: [0] }, { path: [2000] }], {
      mean: [trimmedMean, { sources: ['t0', 't1'], quorum: 2 }],
    })
    const source = world.port('priceSource', 'mean')
    expect(source.price(ETH)).toBe(2000)
    stepWorld(world, 1)
    expect([source.price(ETH), source.age!(ETH), source.cause(ETH, -1)]).toEqual([NaN, NaN, -1])
  })
})
