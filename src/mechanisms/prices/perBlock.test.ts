import { describe, expect, it } from 'vitest'
import { driverConformance } from '../../../test/conformance/driver.ts'
import {
  BTC,
  ETH,
  modelConformance,
  smallWorld,
  stepWorld,
} from '../../../test/conformance/model.ts'
import { perBlock } from './perBlock.ts'
import { driverWorld, moments } from './testWorld.conformance.ts'

function make(interval = 'poisson') {
  const world = smallWorld({ noise: [perBlock, { assets: [ETH, BTC], vol: 0.01, interval }] })
  return { world, driver: world.port('driver', 'noise') }
}

driverConformance('perBlock', () => make())
modelConformance('prices per block', () => make().world)

/** Increments of one asset over `ticks` blocks. */
function increments(params: Readonly<Record<string, unknown>>, ticks: number, seconds = 12) {
  const { world, shifts } = driverWorld(perBlock, 1, params, seconds)
  const out: number[] = []
  let before = shifts()[0]!
  for (let t = 0; t < ticks; t++) {
    stepWorld(world, 1)
    const now = shifts()[0]!
    out.push(now - before)
    before = now
  }
  return out
}

describe('prices per block', () => {
  it.each([
    ['fixed', 3],
    ['poisson', 6],
  ])('have the stated variance, and the tails of %s blocks', (interval, kurtosis) => {
    const vol = 0.02
    const sample = increments({ vol, interval }, 40_000)
    const { mean, variance, meanError, varianceError } = moments(sample)
    expect(Math.abs(mean + vol ** 2 / 2)).toBeLessThan(3 * meanError)
    expect(Math.abs(variance / vol ** 2 - 1)).toBeLessThan((3 * varianceError) / vol ** 2)
    // An exponential multiple of the variance doubles the fourth moment: Laplace.
    const fourth = sample.reduce((sum, x) => sum + (x - mean) ** 4, 0) / sample.length
    expect(Math.abs(fourth / variance ** 2 / kurtosis - 1)).toBeLessThan(0.1)
  })

  it('leave the expected price where it is', () => {
    for (const interval of ['fixed', 'poisson']) {
      const growth = increments({ vol: 0.3, interval }, 20_000).map((x) => Math.expm1(x))
      const { mean, meanError } = moments(growth)
      expect(Math.abs(mean)).toBeLessThan(3 * meanError)
    }
  })

  it('move by blocks and not by seconds', () => {
    const params = { vol: 0.02, interval: 'poisson' }
    expect(increments(params, 5, 1)).toEqual(increments(params, 5, 3600))
  })

  it('have one length of a block for all assets', () => {
    const { world, shifts } = driverWorld(perBlock, 2, { vol: 0.02, interval: 'poisson' }, 12)
    let [a, b] = shifts()
    let [both, first, second] = [0, 0, 0]
    for (let t = 0; t < 20_000; t++) {
      stepWorld(world, 1)
      const [c, d] = shifts()
      const [x, y] = [(c! - a!) ** 2, (d! - b!) ** 2]
      both += x * y
      first += x
      second += y
      a = c
      b = d
    }
    // E tau^2 / (E tau)^2 = 2 for a common exponential wait, 1 for separate ones.
    expect((both * 20_000) / (first * second)).toBeGreaterThan(1.7)
  })
})
