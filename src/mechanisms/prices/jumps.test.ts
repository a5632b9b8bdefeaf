import { describe, expect, it } from 'vitest'
import { driverConformance } from '../../../test/conformance/driver.ts'
import {
  BTC,
  ETH,
  modelConformance,
  smallWorld,
  stepWorld,
} from '../../../test/conformance/model.ts'
import { jumps } from './jumps.ts'
import { driverWorld, moments } from './testWorld.conformance.ts'

const YEAR = 365 * 86400
const HOUR = 3600

function make() {
  const params = { assets: [ETH, BTC], perYear: YEAR / 60, mean: -0.02, sd: 0.01 }
  const world = smallWorld({ jumps: [jumps, params] })
  return { world, driver: world.port('driver', 'jumps') }
}

driverConformance('jumps', make)
modelConformance('jumps', () => make().world)

describe('jumps', () => {
  it('come as often as stated', () => {
    const perYear = 876 // One in ten hours.
    const params = { perYear, mean: 1, sd: 0 }
    const { world, shifts } = driverWorld(jumps, 500, params, HOUR)
    stepWorld(world, 100)
    const total = shifts().reduce((a, b) => a + b, 0)
    const chance = 1 - Math.exp(-0.1)
    const draws = 50_000
    expect(Math.abs(total - draws * chance)).toBeLessThan(
      3 * Math.sqrt(draws * chance * (1 - chance)),
    )
  })

  it('have the stated mean and standard deviation of size', () => {
    const params = { perYear: 1e9, mean: -0.05, sd: 0.2 }
    const { world, shifts } = driverWorld(jumps, 10_000, params, HOUR)
    stepWorld(world, 1)
    const { mean, variance, meanError, varianceError } = moments(shifts())
    expect(Math.abs(mean + 0.05)).toBeLessThan(3 * meanError)
    expect(Math.abs(variance - 0.04)).toBeLessThan(3 * varianceError)
  })

  it('have sizes that do not depend on how rare they are', () => {
    const params = { perYear: 876, mean: -0.05, sd: 0.2 }
    const { world, shifts } = driverWorld(jumps, 100_000, params, HOUR)
    stepWorld(world, 1)
    const sizes = shifts().filter((shift) => shift !== 0)
    const { mean, variance, meanError, varianceError } = moments(sizes)
    expect(Math.abs(mean + 0.05)).toBeLessThan(3 * meanError)
    expect(Math.abs(variance - 0.04)).toBeLessThan(3 * varianceError)
  })

  it('strike each asset apart, or all at once by the same size', () => {
    const params = { perYear: 876, mean: -0.05, sd: 0.2 }
    const each = driverWorld(jumps, 20, params, HOUR)
    stepWorld(each.world, 50)
    expect(new Set(each.shifts()).size).toBe(20)
    const all = driverWorld(jumps, 20, { ...params, scope: 'all' }, HOUR)
    let struck = 0
    for (let t = 0; t < 2000; t++) {
      const before = all.shifts()[0]
      stepWorld(all.world, 1)
      expect(new Set(all.shifts()).size).toBe(1)
      if (all.shifts()[0] !== before) struck++
    }
    const chance = 1 - Math.exp(-0.1)
    expect(Math.abs(struck - 2000 * chance)).toBeLessThan(
      3 * Math.sqrt(2000 * chance * (1 - chance)),
    )
  })

  it('never come at a rate of zero', () => {
    const { world, shifts } = driverWorld(jumps, 100, { perYear: 0, mean: 1, sd: 1 }, HOUR)
    stepWorld(world, 100)
    expect(shifts().every((shift) => shift === 0)).toBe(true)
  })
})
