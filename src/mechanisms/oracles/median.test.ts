import fc from 'fast-check'
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
import { f64, list, type Model, model, number } from '../../world/index.ts'
import { gbm, referenceMarket } from '../prices/index.ts'
import { feed } from './feed.ts'
import { median } from './median.ts'
import { toldWorld } from './tellers.conformance.ts'
import { eventsOf, oracleWorld } from './testWorld.conformance.ts'

/** States a price of ETH per tick; 0 means no answer. The event of each change is its cause. */
const stated: Model = model({
  kind: 'test/stated',
  phase: 'oracle',
  doc: 'stated answers',
  params: { path: list('price after each tick', number('price', 'USD'), { default: [] }) },
  columns: () => ({ now: f64(1, 'USD', 2000), last: f64(2, 'event', -1) }),
  create(p, s, { trace, self }) {
    return {
      ports: {
        priceSource: {
          covers: (a) => a === ETH,
          price: (a) => (a === ETH && s.now[0]! > 0 ? s.now[0]! : Number.NaN),
          cause: (_, direction) => s.last[direction < 0 ? 0 : 1]!,
          moveOf: (event, a) =>
            trace.columns.instance[event] === self && a === ETH ? trace.columns.y[event]! : 0,
        },
      },
      step({ tick }) {
        const next = p.path[tick - 1] ?? s.now[0]!
        if (next === s.now[0]) return
        const event = trace.add('answer', {
          instance: self,
          parent: -1,
          asset: ETH,
          x: next,
          y: next - s.now[0]!,
        })
        s.last[next < s.now[0]! ? 0 : 1] = event
        s.now[0] = next
      },
    }
  },
})

function statedWorld(paths: readonly (readonly number[])[], quorum = 1) {
  const members = paths.map((path, i): [string, Member] => [`s${i}`, [stated, { path }]])
  const world = smallWorld({
    ...Object.fromEntries(members),
    median: [median, { sources: members.map(([name]) => name), quorum }],
  })
  return { world, source: world.port('priceSource', 'median') }
}

function medianOf(values: readonly number[], quorum = 1): number {
  const { world, source } = statedWorld(
    values.map((value) => [value]),
    quorum,
  )
  stepWorld(world, 1)
  return source.price(ETH)
}

priceSourceConformance('a median', () => {
  const feedOf = (latency: number): Member => [
    feed,
    { source: 'market', assets: [ETH], latency, gas: 0 },
  ]
  const falls = [
    [0.2, 60],
    [-0.3, 180, 60],
  ] as const
  const world = oracleWorld(falls, {
    a: feedOf(0),
    b: feedOf(12),
    c: feedOf(36),
    median: [median, { sources: ['a', 'b', 'c'] }],
  })
  return { world, source: world.port('priceSource', 'median'), asset: ETH, stranger: BTC }
})
modelConformance('a median of feeds', () => {
  const feedOf = (deviation: number): Member => [
    feed,
    { source: 'market', assets: [ETH], deviation, latency: 12, gas: 0 },
  ]
  return smallWorld({
    noise: [gbm, { assets: [ETH], vol: 8 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    a: feedOf(0.001),
    b: feedOf(0.003),
    c: feedOf(0.01),
    outer: [median, { sources: ['inner', 'a', 'c'] }],
    inner: [median, { sources: ['a', 'b', 'c'], quorum: 2 }],
    reader: [feed, { source: 'outer', assets: [ETH], deviation: 0, latency: 0, gas: 0 }],
  })
})

describe('a median', () => {
  it('is the middle of an odd number of answers', () => {
    expect(medianOf([5, 1, 3])).toBe(3)
    expect(medianOf([7])).toBe(7)
  })

  it('is the lower middle of an even number: an answer that somebody gave', () => {
    expect(medianOf([5, 1, 3, 4])).toBe(3)
    expect(medianOf([9, 2])).toBe(2)
  })

  it('has as many answers below or at it as a sorted list says', () => {
    const answers = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(answers, (values) => {
        const given = values.filter((value) => value > 0).sort((a, b) => a - b)
        const expected = given.length === 0 ? Number.NaN : given[Math.ceil(given.length / 2) - 1]
        expect(medianOf(values)).toBe(expected)
      }),
      { numRuns: 100 },
    )
  })

  it('leaves out sources without an answer', () => {
    expect(medianOf([0, 5, 0, 1, 3])).toBe(3)
  })

  it('has no answer below its quorum', () => {
    expect(medianOf([0, 5, 0], 2)).toBeNaN()
    expect(medianOf([4, 5, 0], 2)).toBe(4)
    expect(medianOf([0, 0])).toBeNaN()
  })

  it('covers what any of its sources covers', () => {
    const { source } = statedWorld([[1], [2]])
    expect([source.covers(ETH), source.covers(BTC)]).toEqual([true, false])
  })

  it('is not moved by one liar among three', () => {
    expect(medianOf([2000, 1, 2001])).toBe(2000)
    expect(medianOf([2000, 1e9, 2001])).toBe(2001)
  })

  it('names the source that moved it, though the middle is now somebody else', () => {
    // 2000, 2001, 2002 -> the highest falls below all others: the median falls to 2000.
    const { world, source } = statedWorld([[2000], [2001], [2002, 1900]])
    stepWorld(world, 1)
    expect(source.price(ETH)).toBe(2001)
    stepWorld(world, 1)
    expect(source.price(ETH)).toBe(2000)
    const fall = eventsOf(world, 'answer').at(-1)
    expect(world.trace.columns.x[fall!]).toBe(1900)
    expect(source.cause(ETH, -1)).toBe(fall)
  })

  it('does not blame a source that moved on the other side of the middle', () => {
    const { world, source } = statedWorld([
      [2000, 1990],
      [2000, 2000, 1995],
      [2100, 2100, 2100, 2050],
    ])
    stepWorld(world, 3)
    const cause = source.cause(ETH, -1)
    expect(world.trace.columns.x[cause]).toBe(1995)
    stepWorld(world, 1)
    expect(source.cause(ETH, -1)).toBe(cause)
  })
})

describe('a median with a guard and weights', () => {
  it('is the plain one when the guard takes everything', () => {
    const prices = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(prices, fc.integer({ min: 1, max: 4 }), (values, quorum) => {
        const sources = values.map((_, i) => `t${i}`)
        const world = toldWorld(
          values.map((value) => ({ path: [value] })),
          {
            plain: [median, { sources, quorum }],
            guarded: [median, { sources, quorum, guard: 1e6 }],
          },
        )
        stepWorld(world, 1)
        const [plain, guarded] = ['plain', 'guarded'].map((n) => world.port('priceSource', n))
        expect(guarded!.price(ETH)).toBe(plain!.price(ETH))
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  it('has no answer when too few agree: a guard with a quorum asks for two that do', () => {
    const world = toldWorld([{ path: [2000, 2100] }, { path: [2010, 2600] }], {
      loose: [median, { sources: ['t0', 't1'], guard: 0.05 }],
      strict: [median, { sources: ['t0', 't1'], guard: 0.05, quorum: 2 }],
    })
    const [loose, strict] = ['loose', 'strict'].map((name) => world.port('priceSource', name))
    stepWorld(world, 1)
    expect([loose!.price(ETH), strict!.price(ETH)]).toEqual([2000, 2000])
    stepWorld(world, 1)
    expect(loose!.price(ETH)).toBe(2100)
    expect(strict!.price(ETH)).toBeNaN()
    expect(strict!.age!(ETH)).toBeNaN()
    expect(strict!.cause(ETH, 1)).toBe(-1)
  })

  it('trusts one new answer more than two that are stale, once it weighs by age', () => {
    const told = [
      { path: [2000], ages: [3600] },
      { path: [1990], ages: [3600] },
      { path: [1500], ages: [0] },
    ]
    const world = toldWorld(told, {
      plain: [median, { sources: ['t0', 't1', 't2'] }],
      weighed: [median, { sources: ['t0', 't1', 't2'], halfLife: 900 }],
    })
    stepWorld(world, 1)
    const [plain, weighed] = ['plain', 'weighed'].map((name) => world.port('priceSource', name))
    expect([plain!.price(ETH), weighed!.price(ETH)]).toEqual([1990, 1500])
    expect([plain!.age!(ETH), weighed!.age!(ETH)]).toEqual([3600, 0])
  })
})
