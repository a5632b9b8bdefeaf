import { describe, expect, it } from 'vitest'
import { hashWorld, rewind, snapshot } from '../../src/engine/index.ts'
import { EVENT_NAMES, type PriceSource, USD, type World } from '../../src/world/index.ts'
import { stepWorld } from './model.ts'

/** A world in which the price of `asset` falls and rises within forty ticks, every time by an event. */
export type PriceSourceCase = {
  readonly world: World
  readonly source: PriceSource
  /** Covered; it has an answer from the start. */
  readonly asset: number
  /** Not covered, if there is such an asset. */
  readonly stranger?: number
}

const TICKS = 40

/** Direction in which an event moved the price of an asset; NaN when it is none that moves prices. */
function directionOf(world: World, event: number, asset: number): number {
  const { kind, asset: assets, y } = world.trace.columns
  const name = EVENT_NAMES[kind[event]!]
  if (name === 'swap') return assets[event] === asset ? -1 : 1
  if (name !== 'news' && name !== 'impact' && name !== 'answer') return Number.NaN
  return assets[event] === asset ? Math.sign(y[event]!) : Number.NaN
}

function prices({ world, source }: PriceSourceCase): number[] {
  return world.spec.assets.map((_, asset) => source.price(asset))
}

/**
 * Register the tests that any `PriceSource` must pass.
 * @param name printed in the report.
 * @param make builds a fresh world with the source in it.
 */
export function priceSourceConformance(name: string, make: () => PriceSourceCase): void {
  describe(`${name} is a price source: it`, () => {
    it('answers for what it covers, with the start price before anything has moved', () => {
      const { world, source, asset } = make()
      expect(source.covers(asset)).toBe(true)
      expect(source.price(asset)).toBe(world.spec.assets[asset]!.price)
      expect([source.cause(asset, -1), source.cause(asset, 1)]).toEqual([-1, -1])
    })

    it('counts a dollar as a dollar that nothing moves', () => {
      const { world, source } = make()
      stepWorld(world, TICKS)
      expect(source.price(USD)).toBe(1)
      expect([source.cause(USD, -1), source.cause(USD, 1)]).toEqual([-1, -1])
    })

    it('has no answer for what it does not cover', () => {
      const { world, source, stranger } = make()
      stepWorld(world, TICKS)
      if (stranger === undefined) {
        world.spec.assets.forEach((_, asset) => {
          expect(source.covers(asset)).toBe(true)
        })
        return
      }
      expect(source.covers(stranger)).toBe(false)
      expect(source.price(stranger)).toBeNaN()
      expect([source.cause(stranger, -1), source.cause(stranger, 1)]).toEqual([-1, -1])
    })

    it('names for every move an event of the same tick that moved the price that way', () => {
      const { world, source, asset } = make()
      const seen = new Set<number>()
      const told = new Set<number>()
      for (let tick = 0; tick < TICKS; tick++) {
        const before = source.price(asset)
        const known = world.trace.length
        stepWorld(world, 1)
        const direction = Math.sign(source.price(asset) - before)
        if (direction !== 1 && direction !== -1) continue
        const event = source.cause(asset, direction)
        expect(event).toBeGreaterThanOrEqual(known)
        expect(directionOf(world, event, asset)).toBe(direction)
        // A median may name an event of a source that is no longer in the middle: no move of its own.
        const moved = Math.sign(source.moveOf(event, asset))
        expect(moved).not.toBe(-direction)
        if (moved === direction) told.add(moved)
        for (const [other] of world.spec.assets.entries())
          if (other !== asset) expect(source.moveOf(event, other)).toBe(0)
        seen.add(direction)
      }
      expect([seen.size, told.size]).toEqual([2, 2])
    })

    it('changes nothing when asked, and answers the same after a rewind', () => {
      const from = make()
      stepWorld(from.world, 1)
      const here = snapshot(from.world)
      const before = hashWorld(from.world)
      const now = prices(from)
      expect(hashWorld(from.world)).toBe(before)
      stepWorld(from.world, TICKS)
      expect(prices(from)).not.toEqual(now)
      rewind(from.world, here)
      expect(prices(from)).toEqual(now)
    })
  })
}
