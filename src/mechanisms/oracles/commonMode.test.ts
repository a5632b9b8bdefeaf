import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ETH, type Member, smallWorld, stepWorld, USDC } from '../../../test/conformance/model.ts'
import type { World } from '../../world/index.ts'
import { constantProduct } from '../liquidity/index.ts'
import { dealer } from '../prices/testWorld.conformance.ts'
import { feed } from './feed.ts'
import { median } from './median.ts'
import { spot } from './spot.ts'

const VENUES = 3
const PUSH = 4

const named = <T>(prefix: string, items: readonly T[], member: (item: T) => Member) =>
  Object.fromEntries(items.map((item, i): [string, Member] => [`${prefix}${i}`, member(item)]))

/** Three pools of ETH; feed i reads pool `reads[i]`; `amount` USDC buys ETH in one pool at a tick. */
function make(reads: readonly number[], pushed: number, amount: number): World {
  const venues = Array.from({ length: VENUES }, (_, v) => v)
  return smallWorld({
    ...named('pool', venues, () => [
      constantProduct,
      { base: ETH, quote: USDC, baseReserve: 100, fee: 0 },
    ]),
    ...named('spot', venues, (v) => [spot, { pool: `pool${v}`, asset: ETH }]),
    ...named('feed', reads, (v) => [
      feed,
      { source: `spot${v}`, assets: [ETH], latency: 12, deviation: 0.005, gas: 0 },
    ]),
    median: [median, { sources: reads.map((_, i) => `feed${i}`) }],
    dealer: [
      dealer,
      { venue: `pool${pushed}`, trades: [{ tick: PUSH, sell: USDC, buy: ETH, amount }] },
    ],
  })
}

const priceOf = (world: World, name: string): number => world.port('priceSource', name).price(ETH)

describe('feeds of several venues', () => {
  it('move with the venue that they read, and no others; a median with more than half of them', () => {
    const layout = fc.array(fc.nat(VENUES - 1), { minLength: 1, maxLength: 7 })
    const size = fc.double({ min: 2000, max: 200_000, noNaN: true })
    fc.assert(
      fc.property(layout, fc.nat(VENUES - 1), size, (reads, pushed, amount) => {
        const world = make(reads, pushed, amount)
        stepWorld(world, PUSH + 3)
        const after = 2000 * (1 + amount / 200_000) ** 2
        const seen = reads.map((_, i) => priceOf(world, `feed${i}`))
        seen.forEach((price, i) => {
          expect(price).toBeCloseTo(reads[i] === pushed ? after : 2000, 6)
        })
        const movedFeeds = reads.filter((v) => v === pushed).length
        // Of an even number the lower middle: half of the feeds are not enough to raise it.
        const isMoved = movedFeeds * 2 > reads.length
        expect(priceOf(world, 'median')).toBeCloseTo(isMoved ? after : 2000, 6)
      }),
      { seed: 1, numRuns: 40 },
    )
  })

  it('of one pool make a median of five that follows it; of three pools, one that does not', () => {
    for (const [reads, isMoved] of [
      [[0, 0, 0, 0, 0], true],
      [[0, 0, 1, 1, 2], false],
    ] as const) {
      const world = make(reads, 0, 30_000)
      stepWorld(world, PUSH + 3)
      expect(priceOf(world, 'median') > 2500).toBe(isMoved)
    }
  })

  it('say which swap moved them', () => {
    const world = make([0, 1, 0], 0, 30_000)
    stepWorld(world, PUSH + 3)
    const { parent, instance } = world.trace.columns
    const answer = world.port('priceSource', 'median').cause(ETH, 1)
    const swap = parent[answer]!
    expect(world.instances.find(({ self }) => self === instance[swap])!.name).toBe('pool0')
  })
})
