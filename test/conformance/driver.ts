import { describe, expect, it } from 'vitest'
import { hashWorld, rewind, snapshot } from '../../src/engine/index.ts'
import { type Driver, USD, type World } from '../../src/world/index.ts'
import { stepWorld } from './model.ts'

/** A world whose driver moves something within forty ticks. */
export type DriverCase = { readonly world: World; readonly driver: Driver }

const TICKS = 40

function shifts({ world, driver }: DriverCase): number[] {
  return world.spec.assets.map((_, asset) => driver.shift(asset))
}

/**
 * Register the tests that any `Driver` must pass.
 * @param name printed in the report.
 * @param make builds a fresh world with the driver in it.
 */
export function driverConformance(name: string, make: () => DriverCase): void {
  describe(`${name} is a driver: it`, () => {
    it('names assets of the world, each once, and not the numeraire', () => {
      const { world, driver } = make()
      expect(driver.assets.length).toBeGreaterThan(0)
      expect(new Set(driver.assets).size).toBe(driver.assets.length)
      for (const asset of driver.assets) {
        expect(world.spec.assets[asset]).toBeDefined()
        expect(asset).not.toBe(USD)
      }
    })

    it('starts at zero', () => {
      expect(shifts(make()).every((shift) => shift === 0)).toBe(true)
    })

    it('moves the assets that it names by finite amounts, and no other', () => {
      const from = make()
      const moved = new Set<number>()
      for (let tick = 0; tick < TICKS; tick++) {
        stepWorld(from.world, 1)
        shifts(from).forEach((shift, asset) => {
          expect(Number.isFinite(shift)).toBe(true)
          if (shift !== 0) moved.add(asset)
        })
      }
      expect([...moved].sort()).toEqual([...from.driver.assets].sort())
    })

    it('changes nothing when asked, and goes the same way again after a rewind', () => {
      const from = make()
      stepWorld(from.world, 5)
      const here = snapshot(from.world)
      const before = hashWorld(from.world)
      const now = shifts(from)
      expect(hashWorld(from.world)).toBe(before)
      stepWorld(from.world, TICKS - 5)
      const later = shifts(from)
      expect(later).not.toEqual(now)
      rewind(from.world, here)
      expect(shifts(from)).toEqual(now)
      stepWorld(from.world, TICKS - 5)
      expect(shifts(from)).toEqual(later)
    })
  })
}
