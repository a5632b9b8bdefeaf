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
import { nav } from './nav.ts'
import { eventsOf, type Fall, oracleWorld } from './testWorld.conformance.ts'

type Given = Readonly<Record<string, unknown>>

function navOf(params: Given = {}): Member {
  return [nav, { source: 'market', assets: [ETH], every: 36, gas: 0, ...params }]
}

/** Answers after every tick. */
function run(falls: readonly Fall[], params: Given, ticks: number): number[] {
  const world = oracleWorld(falls, { nav: navOf(params) })
  return Array.from({ length: ticks }, () => {
    stepWorld(world, 1)
    return Math.round(world.port('priceSource', 'nav').price(ETH) * 1e6) / 1e6
  })
}

const swing: readonly Fall[] = [
  [0.2, 60],
  [-0.3, 180, 60],
]
priceSourceConformance('a net asset value', () => {
  const world = oracleWorld(swing, { nav: navOf() })
  return { world, source: world.port('priceSource', 'nav'), asset: ETH, stranger: BTC }
})
modelConformance('a net asset value', () =>
  smallWorld({
    noise: [gbm, { assets: [ETH, BTC], vol: 8 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    nav: navOf({ assets: [ETH, BTC], delay: 12, haircut: 0.1 }),
  }),
)

describe('a net asset value', () => {
  it('is what the backing was worth at the last date, whatever happens between', () => {
    // Dates at 36, 72, ...; the dip between two of them is never seen.
    const falls: Fall[] = [
      [0.1, 24],
      [0.5, 48],
      [-1, 60],
    ]
    expect(run(falls, {}, 6)).toEqual([2000, 2000, 1800, 1800, 1800, 1800])
  })

  it('is announced later, with the value of its date', () => {
    const falls: Fall[] = [
      [0.1, 36],
      [0.5, 48],
    ]
    expect(run(falls, { delay: 24 }, 8)).toEqual([
      ...[2000, 2000, 2000, 2000],
      ...[1800, 1800, 1800, 900],
    ])
  })

  it('announces the last valuation only after a silence', () => {
    const falls: Fall[] = [
      [0.1, 36],
      [0.5, 72],
    ]
    const silent = [{ from: 30, to: 84 }]
    expect(run(falls, { silent }, 8)).toEqual([...Array(7).fill(2000), 900])
  })

  it('is cut once while an announcement is late, and restored by it', () => {
    const silent = [{ from: 36, to: 108 }]
    const path = run([], { silent, haircut: 0.25, grace: 12 }, 12)
    // Announced at 36; the next, due at 72, is late from 84 on and comes at 120.
    expect(path).toEqual([...Array(7).fill(2000), 1500, 1500, 2000, 2000, 2000])
    const world = oracleWorld([], { nav: navOf({ silent, haircut: 0.25, grace: 12 }) })
    stepWorld(world, 12)
    const { y, parent } = world.trace.columns
    const moved = eventsOf(world, 'answer').filter((id) => y[id] !== 0)
    expect(moved.map((id) => Math.round(1e9 * Math.exp(y[id]!)) / 1e9)).toEqual([0.75, 1.333333333])
    expect(moved.map((id) => parent[id])).toEqual([-1, -1])
  })

  it('names what moved the backing, and the age of its value', () => {
    const world = oracleWorld([[0.1, 24]], { nav: navOf({ delay: 12 }) })
    stepWorld(world, 4)
    const event = world.port('priceSource', 'nav').cause(ETH, -1)
    expect(world.trace.columns.parent[event]).toBe(eventsOf(world, 'news')[0])
    expect(world.trace.columns.z[event]).toBe(12)
  })

  it('is not announced while it is stopped', () => {
    const world = oracleWorld([[0.1, 24]], { nav: navOf() })
    const governed = world.port('governed', 'nav')
    governed.setTerm('answering', ETH, 0)
    stepWorld(world, 5)
    const source = world.port('priceSource', 'nav')
    expect(source.price(ETH)).toBe(2000)
    const { actions } = world.instances.find(({ name }) => name === 'nav')!.instance
    expect(actions!.announce!.execute([ETH], 0)).toBe('stopped')
    governed.setTerm('answering', ETH, 1)
    expect(actions!.announce!.execute([ETH], 0)).toBeNull()
    expect(actions!.announce!.execute([ETH], 0)).toBe('nothing to announce')
    expect(source.price(ETH)).toBeCloseTo(1800, 9)
  })
})
