import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  smallWorld,
  stepWorld,
  TEST_ASSETS,
} from '../../../test/conformance/model.ts'
import { priceSourceConformance } from '../../../test/conformance/priceSource.ts'
import { EVENT_NAMES, type World } from '../../world/index.ts'
import { gbm, referenceMarket, schedule } from '../prices/index.ts'
import { direct } from './direct.ts'
import { feed } from './feed.ts'
import { ClaimBaseError, linearClaim } from './linearClaim.ts'

const CLAIM = 4
const ASSETS = [...TEST_ASSETS, { name: 'claim', price: 500, kind: 'volatile' as const }]

type Move = readonly [drop: number, at: number]

/** ETH starts at 2,000 and moves as stated; the claim is to its rise above `entry`. */
function make(
  entry: number,
  moves: readonly Move[],
  members: Readonly<Record<string, Member>> = {},
): World {
  const shocks = moves.map(([drop, at]) => ({ assets: [ETH], drop, scale: 1, at, over: 0 }))
  return smallWorld(
    {
      moves: [schedule, { shocks }],
      market: [referenceMarket, { drivers: ['moves'] }],
      claims: [linearClaim, { source: 'market', base: ETH, asset: CLAIM, entry }],
      ...members,
    },
    { assets: ASSETS },
  )
}

// The suite knows events of the priced asset only: with an entry of zero the claim is its base.
priceSourceConformance('a claim to all of a price', () => {
  const world = smallWorld({
    moves: [
      schedule,
      {
        shocks: [
          { assets: [ETH], drop: 0.2, scale: 1, at: 60, over: 0 },
          { assets: [ETH], drop: -0.3, scale: 1, at: 180, over: 60 },
        ],
      },
    ],
    market: [referenceMarket, { drivers: ['moves'] }],
    claims: [linearClaim, { source: 'market', base: ETH, asset: ETH, entry: 0 }],
  })
  return { world, source: world.port('priceSource', 'claims'), asset: ETH, stranger: BTC }
})

modelConformance('a claim and a feed of its price', () =>
  smallWorld(
    {
      noise: [gbm, { assets: [ETH], vol: 2 }],
      market: [referenceMarket, { drivers: ['noise'] }],
      claims: [linearClaim, { source: 'market', base: ETH, asset: CLAIM, entry: 1500 }],
      reader: [feed, { source: 'claims', assets: [CLAIM], deviation: 0.001, gas: 0 }],
    },
    { assets: ASSETS },
  ),
)

describe('a linear claim', () => {
  it('is worth what the price is above the entry, and nothing below', () => {
    const entries = fc.double({ min: 0, max: 5000, noNaN: true })
    const drops = fc.double({ min: -2, max: 0.9, noNaN: true })
    fc.assert(
      fc.property(entries, drops, (entry, drop) => {
        const world = make(entry, [[drop, 12]])
        stepWorld(world, 1)
        const price = world.port('priceSource', 'market').price(ETH)
        const claim = world.port('priceSource', 'claims').price(CLAIM)
        expect(claim).toBe(price > entry ? price - entry : 0)
      }),
      { numRuns: 50 },
    )
  })

  it('answers to the news of its base, and says what the claim would be worth without it', () => {
    const world = make(1500, [[-0.1, 12]])
    stepWorld(world, 2)
    const source = world.port('priceSource', 'claims')
    const event = source.cause(CLAIM, 1)
    const { kind, asset } = world.trace.columns
    expect([EVENT_NAMES[kind[event]!], asset[event]]).toEqual(['news', ETH])
    expect(source.price(CLAIM)).toBeCloseTo(700, 9)
    expect(source.moveOf(event, CLAIM)).toBeCloseTo(Math.log(700 / 500), 12)
    expect(source.moveOf(event, ETH)).toBe(0)
  })

  it('rises without bound from nothing, falls to nothing, and below the entry nothing moves it', () => {
    const moves: Move[] = [
      [-0.5, 12],
      [0.5, 24],
      [0.5, 36],
    ]
    const world = make(2500, moves)
    const source = world.port('priceSource', 'claims')
    stepWorld(world, 1)
    expect(source.moveOf(source.cause(CLAIM, 1), CLAIM)).toBe(Infinity)
    stepWorld(world, 1)
    expect(source.moveOf(source.cause(CLAIM, -1), CLAIM)).toBe(-Infinity)
    stepWorld(world, 1)
    expect(source.moveOf(source.cause(CLAIM, -1), CLAIM)).toBe(0)
    expect(source.price(CLAIM)).toBe(0)
  })

  it('has no answer while its base has none, and is as old as the answer about its base', () => {
    const feeds: Member = [
      feed,
      { source: 'market', assets: [ETH], opening: 'none', latency: 24, heartbeat: 1e6, gas: 0 },
    ]
    const fed: Member = [linearClaim, { source: 'feeds', base: ETH, asset: CLAIM, entry: 1500 }]
    const world = make(0, [], { feeds, fed })
    const source = world.port('priceSource', 'fed')
    stepWorld(world, 1)
    expect(source.price(CLAIM)).toBeNaN()
    stepWorld(world, 4)
    expect(source.price(CLAIM)).toBe(500)
    expect(source.age!(CLAIM)).toBe(24)
    expect(world.port('priceSource', 'claims').age!(CLAIM)).toBe(0)
  })

  it('is refused when nobody prices its base', () => {
    const others: Member = [direct, { source: 'market', assets: [BTC] }]
    const fed: Member = [linearClaim, { source: 'others', base: ETH, asset: CLAIM, entry: 1500 }]
    expect(() => make(0, [], { others, fed })).toThrow(ClaimBaseError)
  })
})
