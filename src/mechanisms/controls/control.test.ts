import { describe, expect, it } from 'vitest'
import { modelConformance, stepWorld } from '../../../test/conformance/model.ts'
import { LinkError } from '../../engine/index.ts'
import type { World } from '../../world/index.ts'
import { ControlExpiryError, ControlTermError, control, slotsOf } from './control.ts'
import { changes, failures, governed, planned, plannedWorld } from './testWorld.conformance.ts'

const ltv = (world: World): number => world.port('governed', 'target').term('ltv', 1)

/** Step and list the values of the term after each tick. */
function course(world: World, ticks: number): number[] {
  return Array.from({ length: ticks }, () => {
    stepWorld(world, 1)
    return ltv(world)
  })
}

describe('a control', () => {
  it('changes a term by an action in the block in which it proposes, when it has no latency', () => {
    const world = plannedWorld({ at: 24, first: 0.5 })
    expect(course(world, 3)).toEqual([1, 0.5, 0.5])
    expect(changes(world)).toEqual([
      {
        id: 0,
        tick: 2,
        by: 'control',
        target: 'target',
        term: 'ltv',
        asset: 1,
        from: 1,
        to: 0.5,
        wait: 0,
        parent: -1,
      },
    ])
  })

  it('changes it in the first block after its latency', () => {
    const world = plannedWorld({ latency: 30, first: 0.5 })
    expect(course(world, 5)).toEqual([1, 1, 1, 0.5, 0.5])
    expect(changes(world)[0]!.wait).toBe(36)
  })

  it('draws its latency around the median, by seed', () => {
    const waits = Array.from({ length: 60 }, (_, seed) => {
      const world = plannedWorld({ latency: 240, latencySpread: 0.5 }, { seed })
      stepWorld(world, 100)
      return changes(world)[0]!.wait
    }).sort((a, b) => a - b)
    expect(new Set(waits).size).toBeGreaterThan(15)
    expect(waits[30]!).toBeGreaterThan(180)
    expect(waits[30]!).toBeLessThan(320)
    // exp(0.5 x 1.2816) at the 90th of 100.
    expect(waits[54]!).toBeGreaterThan(350)
    expect(waits[54]!).toBeLessThan(620)
  })

  it('waits while a block costs more than it pays', () => {
    const chain = { gasPrice: 30 }
    expect(course(plannedWorld({ maxBaseFee: 20 }, { chain }), 3)).toEqual([1, 1, 1])
    expect(course(plannedWorld({ maxBaseFee: 40 }, { chain }), 3)).toEqual([0, 0, 0])
  })

  it('pays gas for its changes', () => {
    const world = plannedWorld({ gas: 200_000, bid: 2 }, { chain: { gasPrice: 30 } })
    stepWorld(world, 3)
    const self = world.instances.find((i) => i.name === 'control')!.self
    expect(world.ledger.balance(self, 0)).toBeLessThan(0)
  })

  it('drops a proposal that is older than its expiry', () => {
    const stuck = { latency: 24, expiry: 30, maxBaseFee: 20 }
    const world = plannedWorld(stuck, { chain: { gasPrice: 30 } })
    stepWorld(world, 5)
    expect(world.columns['control/desk.isPending']![0]).toBe(0)
    expect(() => plannedWorld({ latency: 31, expiry: 30 })).toThrow(ControlExpiryError)
  })

  it.each([
    ['below its range', { first: 0.1, low: 0.2 }],
    ['above its range', { first: 2, high: 1.5 }],
    ['further than its relative step', { first: 0.5, maxChange: 0.4 }],
    ['further than its absolute step', { first: 0.5, maxStep: 0.4 }],
    ['nowhere', { first: 1 }],
    ['to no number', { first: Number.NaN }],
  ])('does not change a term %s', (_, params) => {
    expect(course(plannedWorld(params), 2)).toEqual([1, 1])
  })

  it('keeps the least delay between two changes', () => {
    const two = { first: 0.5, at: 12, second: 0.7, secondAt: 24, minDelay: 36 }
    expect(course(plannedWorld(two), 5)).toEqual([0.5, 0.5, 0.5, 0.7, 0.7])
  })

  it('lets a new proposal take the place of one that waits', () => {
    const two = { first: 0.5, at: 12, second: 0.7, secondAt: 24, latency: 24 }
    expect(course(plannedWorld(two), 5)).toEqual([1, 1, 1, 0.7, 0.7])
  })

  it('takes back what waits when it proposes what is already', () => {
    const two = { first: 0.5, at: 12, second: 1, secondAt: 24, latency: 24 }
    expect(course(plannedWorld(two), 5)).toEqual([1, 1, 1, 1, 1])
  })

  it('fails where the target refuses, pays, and tries again until it expires', () => {
    const world = plannedWorld(
      { first: 0.5, expiry: 24 },
      { target: [governed, { denied: 0.5 }], chain: { gasPrice: 30 } },
    )
    expect(course(world, 6)).toEqual([1, 1, 1, 1, 1, 1])
    expect(failures(world)).toEqual(['denied', 'denied', 'denied'])
  })

  it('is nobody else’s to execute', () => {
    const world = plannedWorld({ latency: 120 })
    stepWorld(world, 2)
    const { actions } = world.instances.find((i) => i.name === 'control')!.instance
    expect(actions!.execute!.execute([0], 0x7fff)).toBe('not an own proposal')
  })

  it('needs a target that has the term', () => {
    expect(() => plannedWorld({}, { target: [planned, {}] })).toThrow(LinkError)
  })

  it('lists a term of the whole once, others per asset', () => {
    expect(slotsOf(['a', 'b'], ['ltv', 'trading'], [1, 2])).toHaveLength(6)
  })
})

describe('the terms of a control', () => {
  it('are checked when the world is built', () => {
    const wrong = control({
      kind: 'controls/wrong',
      doc: 'names a term that is not there',
      params: {},
      slots: () => slotsOf(['target'], ['ratio'], [1]),
      create: () => ({ observe: () => {} }),
    })
    const build = () => plannedWorld({}, { more: { wrong: [wrong, {}] } })
    expect(build).toThrow(ControlTermError)
    expect(build).toThrow(/"wrong" changes ratio of ETH in "target".* it has borrowing, ltv/)
  })
})

modelConformance('a control', () => plannedWorld({ latency: 120, latencySpread: 0.5 }))
