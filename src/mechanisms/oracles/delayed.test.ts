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
import type { World } from '../../world/index.ts'
import { gbm, referenceMarket } from '../prices/index.ts'
import { delayed } from './delayed.ts'
import { feed } from './feed.ts'
import { eventsOf, type Fall, oracleWorld } from './testWorld.conformance.ts'

type Given = Readonly<Record<string, unknown>>

function delayedOf(params: Given = {}): Member {
  return [delayed, { source: 'market', assets: [ETH], hop: 36, gas: 0, ...params }]
}

function answers(world: World, ticks: number): number[] {
  return Array.from({ length: ticks }, () => {
    stepWorld(world, 1)
    return Math.round(world.port('priceSource', 'osm').price(ETH) * 1e6) / 1e6
  })
}

const swing: readonly Fall[] = [
  [0.2, 60],
  [-0.3, 180, 60],
]
priceSourceConformance('a delayed oracle', () => {
  const world = oracleWorld(swing, { osm: delayedOf() })
  return { world, source: world.port('priceSource', 'osm'), asset: ETH, stranger: BTC }
})
modelConformance('a delayed oracle', () =>
  smallWorld({
    noise: [gbm, { assets: [ETH, BTC], vol: 8 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    osm: delayedOf({ assets: [ETH, BTC], opening: 'none' }),
  }),
)

describe('a delayed oracle', () => {
  it('publishes at the end of a hop what it read at the end of the one before', () => {
    // Read at 36 (1800), published at 72; read at 72 (900), published at 108.
    const falls: Fall[] = [
      [0.1, 24],
      [0.5, 60],
    ]
    const world = oracleWorld(falls, { osm: delayedOf() })
    expect(answers(world, 9)).toEqual([2000, 2000, 2000, 2000, 2000, 1800, 1800, 1800, 900])
  })

  it('hops at multiples of its hop, however late a reading was', () => {
    const stuck = { outages: [{ from: 30, to: 60 }] }
    const world = oracleWorld([[0.1, 12]], { osm: delayedOf() }, stuck)
    // The reading of 36 is made at 72, that of 72 is made at 108.
    answers(world, 9)
    const { time } = world.trace.columns
    expect(eventsOf(world, 'answer').map((id) => time[id])).toEqual([72, 108])
    const late = oracleWorld([[0.1, 12]], { osm: delayedOf({ latency: 12 }) })
    answers(late, 10)
    expect(eventsOf(late, 'answer').map((id) => late.trace.columns.time[id])).toEqual([48, 84, 120])
  })

  it('states what moved the price when it was read, and how long ago that was', () => {
    const world = oracleWorld([[0.1, 24]], { osm: delayedOf() })
    stepWorld(world, 6)
    const event = world.port('priceSource', 'osm').cause(ETH, -1)
    const { parent, x, y, z } = world.trace.columns
    expect(parent[event]).toBe(eventsOf(world, 'news')[0])
    expect(x[event]).toBeCloseTo(1800, 9)
    expect(y[event]).toBeCloseTo(Math.log(0.9), 12)
    expect(z[event]).toBe(36)
  })

  it('answers only when twice read, if it is told to start without', () => {
    const world = oracleWorld([], { osm: delayedOf({ opening: 'none' }) })
    expect(answers(world, 7).map(Number.isNaN)).toEqual([
      ...[true, true, true, true, true],
      ...[false, false],
    ])
  })

  it('can be stopped before a false reading counts, and goes on where it was', () => {
    // A misprint of one tick is read at 36 and would count at 72.
    const falls: Fall[] = [
      [0.9, 36],
      [-9, 48],
    ]
    const world = oracleWorld(falls, { osm: delayedOf() })
    const governed = world.port('governed', 'osm')
    expect(answers(world, 4)).toEqual([2000, 2000, 2000, 2000])
    expect(governed.setTerm('answering', ETH, 0)).toBeNull()
    expect(answers(world, 4)).toEqual([2000, 2000, 2000, 2000])
    expect(governed.setTerm('answering', ETH, 1)).toBeNull()
    // As in the contract, the reading that was waiting counts once: only voiding takes it back.
    expect(answers(world, 4)).toEqual([200, 200, 200, 2000])
  })

  it('has no answer after it was voided, until it has been read twice again', () => {
    const world = oracleWorld([], { osm: delayedOf() })
    const governed = world.port('governed', 'osm')
    answers(world, 4)
    expect(governed.setTerm('price', ETH, 0)).toBeNull()
    expect([governed.term('price', ETH), governed.term('answering', ETH)]).toEqual([0, 0])
    expect(answers(world, 3)).toEqual([Number.NaN, Number.NaN, Number.NaN])
    governed.setTerm('answering', ETH, 1)
    expect(answers(world, 4).map(Number.isNaN)).toEqual([true, false, false, false])
  })

  it('refuses other terms, assets and values', () => {
    const world = oracleWorld([], { osm: delayedOf() })
    const governed = world.port('governed', 'osm')
    expect(governed.setTerm('price', ETH, 2000)).toMatch('voided')
    expect(governed.setTerm('answering', ETH, 0.5)).toMatch('0 or 1')
    expect(governed.setTerm('answering', BTC, 0)).not.toBeNull()
    expect(governed.setTerm('ltv', ETH, 0)).not.toBeNull()
    expect([governed.term('answering', BTC), governed.term('ltv', ETH)]).toEqual([
      Number.NaN,
      Number.NaN,
    ])
  })

  it('is not read before its hop is over, nor while its source has no answer', () => {
    const source: Member = [
      feed,
      { source: 'market', assets: [ETH], latency: 0, gas: 0, heartbeat: 12, maxAge: 12 },
    ]
    const stuck: Member = [feed, { ...source[1], stuck: [{ from: 12, to: 60 }] }]
    const world = oracleWorld([], { feed: stuck, osm: delayedOf({ source: 'feed' }) })
    const { actions } = world.instances.find(({ name }) => name === 'osm')!.instance
    stepWorld(world, 2)
    expect(actions!.poke!.execute([ETH], 0)).toBe('the hop is not over')
    stepWorld(world, 2)
    expect(actions!.poke!.execute([ETH], 0)).toBe('the source has no answer')
    expect(eventsOf(world, 'answer').length).toBe(1)
    stepWorld(world, 3)
    const { time, instance } = world.trace.columns
    const own = eventsOf(world, 'answer').filter(
      (id) => world.instances[instance[id]!]!.name === 'osm',
    )
    expect(own.map((id) => time[id])).toEqual([84])
  })
})
