import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  modelConformance,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import { USD } from '../../world/index.ts'
import { gbm, referenceMarket } from '../prices/index.ts'
import { stated } from './stated.ts'
import { eventsOf, oracleWorld } from './testWorld.conformance.ts'

modelConformance('stated prices beside a market', () =>
  smallWorld({
    noise: [gbm, { assets: [ETH], vol: 2 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    stated: [stated, { assets: [ETH] }],
  }),
)

describe('a stated price', () => {
  const make = () =>
    oracleWorld([[0.9, 12]], {
      stated: [stated, { assets: [ETH], prices: [{ asset: USDC, value: 1.01 }] }],
    })

  it('is the start price or the one that is written down, whatever the market does', () => {
    const world = make()
    const source = world.port('priceSource', 'stated')
    for (let k = 0; k < 3; k++) {
      expect([ETH, USDC, USD].map((a) => source.price(a))).toEqual([2000, 1.01, 1])
      stepWorld(world, 5)
    }
    expect(world.port('priceSource', 'market').price(ETH)).toBeCloseTo(200, 9)
    expect([source.covers(ETH), source.covers(USDC), source.covers(BTC)]).toEqual([
      true,
      true,
      false,
    ])
    expect(source.price(BTC)).toBeNaN()
    expect(source.cause(ETH, -1)).toBe(-1)
  })

  it('changes when whoever governs it says so, and names what that answers to', () => {
    const world = make()
    stepWorld(world, 2)
    const governed = world.port('governed', 'stated')
    const news = eventsOf(world, 'news')[0]!
    expect(governed.setTerm('price', ETH, 200, news)).toBeNull()
    const source = world.port('priceSource', 'stated')
    const event = source.cause(ETH, -1)
    expect(source.price(ETH)).toBe(200)
    expect(governed.term('price', ETH)).toBe(200)
    expect(world.trace.columns.parent[event]).toBe(news)
    expect(source.moveOf(event, ETH)).toBeCloseTo(Math.log(0.1), 12)
    expect(source.moveOf(event, USDC)).toBe(0)
  })

  it('refuses what is no price of its own', () => {
    const governed = make().port('governed', 'stated')
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(governed.setTerm('price', ETH, value)).toMatch('positive')
    expect(governed.setTerm('price', BTC, 1)).not.toBeNull()
    expect(governed.setTerm('answering', ETH, 1)).not.toBeNull()
    expect(governed.term('price', BTC)).toBeNaN()
    expect(governed.term('price', ETH)).toBe(2000)
  })
})
