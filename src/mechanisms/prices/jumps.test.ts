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
  it.each([0.1, 5, 2000])('come as often as stated: %f expected in a tick', (expected) => {
    const params = { perYear: expected * 8760, mean: 1, sd: 0 }
    const { world, shifts } = driverWorld(jumps, 500, params, HOUR)
    stepWorld(world, 100)
    const total = shifts().reduce((a, b) => a + b, 0)
    const all = 50_000 * expected
    expect(Math.abs(total - all)).toBeLessThan(3 * Math.sqrt(all))
  })

  it.each([0.01, 3, 40])('add up to the compound law: %f expected in a tick', (expected) => {
    const [m, sd] = [-0.05, 0.2]
    const params = { perYear: expected * 8760, mean: m, sd }
    const { world, shifts } = driverWorld(jumps, 40_000, params, HOUR)
    stepWorld(world, 1)
    const { mean, variance, meanError } = moments(shifts())
    expect(Math.abs(mean - expected * m)).toBeLessThan(3 * meanError)
    const square = m ** 2 + sd ** 2
    const excess = (m ** 4 + 6 * m ** 2 * sd ** 2 + 3 * sd ** 4) / (expected * square ** 2)
    expect(Math.abs(variance / (expected * square) - 1)).toBeLessThan(
      3 * Math.sqrt((excess + 2) / 40_000),
    )
  })

  it('have sizes that do not depend on how rare they are', () => {
    const params = { perYear: 876, mean: -0.05, sd: 0.2 }
    const { world, shifts } = driverWorld(jumps, 100_000, params, HOUR)
    stepWorld(world, 1)
    const struck = shifts().filter((shift) => shift !== 0)
    // Of ticks with a jump this share has only one.
    const chance = -Math.expm1(-0.1)
    const { mean, meanError } = moments(struck)
    expect(Math.abs(mean + (0.05 * 0.1) / chance)).toBeLessThan(3 * meanError)
    const square = (0.1 * (0.05 ** 2 + 0.2 ** 2) + (0.1 * 0.05) ** 2) / chance
    const squares = moments(struck.map((x) => x * x))
    expect(Math.abs(squares.mean - square)).toBeLessThan(3 * squares.meanError)
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
