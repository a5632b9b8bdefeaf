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
import { gbm, referenceMarket } from '../prices/index.ts'
import { fallback } from './fallback.ts'
import { feed } from './feed.ts'
import { type Told, toldWorld } from './tellers.conformance.ts'
import { oracleWorld } from './testWorld.conformance.ts'

const feedOf = (params: Readonly<Record<string, unknown>> = {}): Member => [
  feed,
  { source: 'market', assets: [ETH], latency: 0, gas: 0, ...params },
]

priceSourceConformance('a primary and its fallback', () => {
  const falls = [
    [0.2, 60],
    [-0.3, 180, 60],
  ] as const
  const world = oracleWorld(falls, {
    first: feedOf({ heartbeat: 24, stuck: [{ from: 150, to: 1000 }] }),
    second: feedOf({ heartbeat: 24 }),
    both: [fallback, { primary: 'first', fallback: 'second', maxAge: 48, guard: 0.5 }],
  })
  return { world, source: world.port('priceSource', 'both'), asset: ETH, stranger: BTC }
})

modelConformance('a fallback that its own past judges', () =>
  smallWorld({
    noise: [gbm, { assets: [ETH], vol: 8 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    first: feedOf({ deviation: 0.001 }),
    second: feedOf({ deviation: 0.01 }),
    both: [fallback, { primary: 'first', fallback: 'second', guard: 0.001, judge: 'lastAccepted' }],
    reader: [feed, { source: 'both', assets: [ETH], deviation: 0, latency: 0, gas: 0 }],
  }),
)

/** Prices after each tick. */
function answers(told: readonly [Told, Told], params: Readonly<Record<string, unknown>>): number[] {
  const world = toldWorld(told, {
    both: [fallback, { primary: 't0', fallback: 't1', ...params }],
  })
  const ticks = Math.max(
    ...told.map(({ path = [], ages = [] }) => Math.max(path.length, ages.length)),
  )
  return Array.from({ length: ticks }, () => {
    stepWorld(world, 1)
    return world.port('priceSource', 'both').price(ETH)
  })
}

describe('a fallback', () => {
  it('is used while the primary is too old or has no answer, and no longer', () => {
    const told = [{ path: [2000, 2000, 0, 2000], ages: [60, 61, 0, 0] }, { path: [1990] }] as const
    expect(answers(told, { maxAge: 60 })).toEqual([2000, 1990, 1990, 2000])
  })

  it('is used while it contradicts the primary, unless it has no answer itself', () => {
    const told = [{ path: [2000, 2600, 2600] }, { path: [2000, 2000, 0] }] as const
    expect(answers(told, { guard: 0.1 })).toEqual([2000, 2000, 2600])
    expect(answers(told, { guard: 0 })).toEqual([2000, 2600, 2600])
  })

  it('leaves nobody with an answer when both fail', () => {
    const told = [{ path: [2000, 0] }, { path: [2000, 2000], ages: [0, 100] }] as const
    expect(answers(told, { fallbackMaxAge: 60 })).toEqual([2000, Number.NaN])
  })

  it('judged by the last accepted answer believes a jump once the fallback has made it', () => {
    const told = [{ path: [2000, 2600, 2600, 2600] }, { path: [2000, 2000, 2000, 2590] }] as const
    const rules = { guard: 0.1, judge: 'lastAccepted' }
    // In the fourth tick the fallback's answer is accepted, and the primary is close to that.
    expect(answers(told, rules)).toEqual([2000, 2000, 2000, 2600])
    const dead = [{ path: [2000, 2600, 2600, 2100] }, { path: [0] }] as const
    expect(answers(dead, rules)).toEqual([2000, Number.NaN, Number.NaN, 2100])
  })

  it('always answers as the primary or as the fallback, and as the primary while that is credible', () => {
    const price = fc.integer({ min: 1, max: 3000 })
    const age = fc.integer({ min: 0, max: 100 })
    fc.assert(
      fc.property(
        price,
        age,
        price,
        age,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (p, pAge, f, fAge, guard) => {
          const told = [
            { path: [p], ages: [pAge] },
            { path: [f], ages: [fAge] },
          ] as const
          const rules = { guard, maxAge: 50, fallbackMaxAge: 50 }
          const [answer] = answers(told, rules)
          const isClose = fAge > 50 || Math.abs(p - f) <= guard * f
          expect(answer).toBe(pAge <= 50 && isClose ? p : fAge <= 50 ? f : Number.NaN)
        },
      ),
      { seed: 1, numRuns: 60 },
    )
  })
})
