import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import { priceSourceConformance } from '../../../test/conformance/priceSource.ts'
import { constantProduct } from '../liquidity/index.ts'
import { gbm, referenceMarket } from '../prices/index.ts'
import { dealer } from '../prices/testWorld.conformance.ts'
import { ema } from './ema.ts'
import { feed } from './feed.ts'
import { spot } from './spot.ts'
import { eventsOf, type Fall, oracleWorld } from './testWorld.conformance.ts'

function emaOf(time: number, source = 'market'): Member {
  return [ema, { source, assets: [ETH], time }]
}

const swing: readonly Fall[] = [
  [0.2, 60],
  [-0.3, 180, 60],
]
priceSourceConformance('an exponential average', () => {
  const world = oracleWorld(swing, { ema: emaOf(100) })
  return { world, source: world.port('priceSource', 'ema'), asset: ETH, stranger: BTC }
})
modelConformance('exponential averages, and feeds that read one', () => {
  const reader: Member = [feed, { source: 'ema', assets: [ETH], deviation: 1e-6, gas: 0 }]
  return smallWorld({
    noise: [gbm, { assets: [ETH, BTC], vol: 8 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    ema: [ema, { source: 'market', assets: [ETH, BTC] }],
    again: emaOf(30, 'ema'),
    early: reader,
    zlate: reader,
  })
})

describe('an exponential average', () => {
  it('approaches a price that stays by e^(-t / time), however often blocks come', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e4, noNaN: true }),
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        (time, drop, ticks) => {
          const chain = { blockSeconds: 12 * ticks }
          const world = oracleWorld([[drop, 12]], { ema: emaOf(time) }, chain)
          // The first block's price has always stood: the fall must come after it.
          const later = oracleWorld([[drop, 12 * ticks + 12]], { ema: emaOf(time) }, chain)
          stepWorld(world, 10 * ticks)
          stepWorld(later, 10 * ticks)
          expect(world.port('priceSource', 'ema').price(ETH)).toBeCloseTo(2000 * (1 - drop), 6)
          const expected = 1 - drop * (1 - Math.exp((-9 * 12 * ticks) / time))
          expect(later.port('priceSource', 'ema').price(ETH) / 2000).toBeCloseTo(expected, 9)
        },
      ),
      { seed: 3, numRuns: 40 },
    )
  })

  it('averages no more than its cap', () => {
    const capped: Member = [ema, { source: 'market', assets: [ETH], time: 100, cap: 2100 }]
    const world = oracleWorld([[-0.5, 24]], { ema: capped, plain: emaOf(100) })
    stepWorld(world, 2)
    const price = (name: string): number => world.port('priceSource', name).price(ETH)
    expect(price('ema')).toBeLessThan(price('plain'))
    stepWorld(world, 300)
    expect(price('ema')).toBeCloseTo(2100, 6)
    expect(price('plain')).toBeCloseTo(3000, 6)
    const low = oracleWorld([], { ema: [ema, { ...capped[1], cap: 1500 }] })
    expect(low.port('priceSource', 'ema').price(ETH)).toBe(1500)
  })

  it('is half way after time x ln 2', () => {
    const half = 10 * 12
    const world = oracleWorld([[0.5, 24]], { ema: emaOf(half / Math.LN2) })
    stepWorld(world, 11)
    expect(world.port('priceSource', 'ema').price(ETH)).toBeCloseTo(1500, 6)
  })

  it('ignores what is pushed and restored within a block, and counts what is left standing', () => {
    const pushed = (back: number): number => {
      const trades = [
        { tick: 2, sell: USDC, buy: ETH, amount: 2e6 },
        { tick: back, sell: ETH, buy: USDC, amount: 500 },
      ]
      const world = smallWorld(
        {
          pool: [constantProduct, { base: ETH, quote: USDC, baseReserve: 1000, fee: 0 }],
          dealer: [dealer, { venue: 'pool', trades }],
          spot: [spot, { pool: 'pool', asset: ETH }],
          ema: emaOf(866, 'spot'),
        },
        { chain: { order: 'fifo' } },
      )
      stepWorld(world, 3)
      return world.port('priceSource', 'ema').price(ETH)
    }
    expect(pushed(2)).toBeCloseTo(2000, 9)
    // Four times the price for 12 s.
    expect(pushed(3)).toBeCloseTo(8000 - 6000 * Math.exp(-12 / 866), 8)
  })

  it('keeps its answer while its source has none', () => {
    const source: Member = [
      feed,
      {
        source: 'market',
        assets: [ETH],
        deviation: 0,
        latency: 0,
        gas: 0,
        heartbeat: 24,
        maxAge: 24,
      },
    ]
    const stuck: Member = [feed, { ...source[1], stuck: [{ from: 36, to: 96 }] }]
    const world = oracleWorld([[0.5, 24]], { feed: stuck, ema: emaOf(100, 'feed') })
    const path = Array.from({ length: 9 }, () => {
      stepWorld(world, 1)
      return world.port('priceSource', 'ema').price(ETH)
    })
    expect(world.port('priceSource', 'feed').price(ETH)).toBe(1000)
    expect(path[6]).toBe(path[5])
    expect(path.every((price) => price > 0)).toBe(true)
  })

  it('names what moved its source as the cause of its moves', () => {
    const world = oracleWorld([[0.1, 24]], { ema: emaOf(100) })
    stepWorld(world, 4)
    const { parent } = world.trace.columns
    const own = eventsOf(world, 'answer')
    expect(own.length).toBe(3)
    expect(own.map((id) => parent[id])).toEqual(Array(3).fill(eventsOf(world, 'news')[0]))
  })
})
