import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { driverConformance } from '../../../test/conformance/driver.ts'
import {
  BTC,
  ETH,
  modelConformance,
  smallWorld,
  stepWorld,
} from '../../../test/conformance/model.ts'
import { gammaTail } from '../../math/index.ts'
import { JumpRateError, jumpDiffusion, poissonCount } from './jumpDiffusion.ts'
import { driverWorld, moments } from './testWorld.conformance.ts'

const DAY = 86400
const YEARS = 1 / 365

function make() {
  const params = { assets: [ETH, BTC], vol: 0.6, correlation: 0.5, perYear: 9000, sd: 0.02 }
  const world = smallWorld({ driver: [jumpDiffusion, params] })
  return { world, driver: world.port('driver', 'driver') }
}

driverConformance('jump diffusion', make)
modelConformance('jump diffusions', () => make().world)

describe('jump diffusion', () => {
  const law = { vol: 0.5, perYear: 80, mean: -0.03, sd: 0.05 }

  it.each([0.5, 8])('has mean, variance, skew and kurtosis of Merton after %f days', (days) => {
    const { world, shifts } = driverWorld(jumpDiffusion, 60_000, law, days * DAY)
    stepWorld(world, 1)
    const sample = shifts()
    const n = sample.length
    const { mean, variance, meanError } = moments(sample)
    const t = days * YEARS
    const { vol, perYear, mean: m, sd } = law
    const drift = -(vol ** 2) / 2 - perYear * Math.expm1(m + sd ** 2 / 2)
    // Cumulants of a compound Poisson sum: rate times the raw moments of a jump.
    const raw = [m, m ** 2 + sd ** 2, m ** 3 + 3 * m * sd ** 2]
    const fourth = m ** 4 + 6 * m ** 2 * sd ** 2 + 3 * sd ** 4
    const kappa2 = (vol ** 2 + perYear * raw[1]!) * t
    const excess = (perYear * fourth * t) / kappa2 ** 2
    expect(Math.abs(mean - (drift + perYear * m) * t)).toBeLessThan(3 * meanError)
    expect(Math.abs(variance - kappa2)).toBeLessThan(3 * kappa2 * Math.sqrt((excess + 2) / n))
    const third = sample.reduce((a, x) => a + (x - mean) ** 3, 0) / n
    const errorOf = (power: number) => {
      const terms = sample.map((x) => (x - mean) ** power)
      return moments(terms).meanError
    }
    expect(Math.abs(third - perYear * raw[2]! * t)).toBeLessThan(3.5 * errorOf(3))
    const found = sample.reduce((a, x) => a + (x - mean) ** 4, 0) / n
    expect(Math.abs(found - (excess + 3) * kappa2 ** 2)).toBeLessThan(3.5 * errorOf(4))
  })

  it('leaves the expected price where it is: exp(shift) is a martingale, whatever the step', () => {
    for (const step of [1, 4]) {
      const { world, shifts } = driverWorld(jumpDiffusion, 40_000, law, (8 / step) * DAY)
      stepWorld(world, step)
      const { mean, meanError } = moments(shifts().map((shift) => Math.exp(shift)))
      expect(Math.abs(mean - 1)).toBeLessThan(3 * meanError)
    }
  })

  it('jumps at the same times and by the same score when the jumps are shared', () => {
    const jumps = [1, 2, 3].map((asset) => ({
      asset,
      value: { perYear: 36.5, mean: 0, sd: 0.1 * asset },
    }))
    const { world, shifts } = driverWorld(jumpDiffusion, 3, { jumps, scope: 'all' }, DAY)
    let struck = 0
    let before = shifts()
    for (let t = 0; t < 300; t++) {
      stepWorld(world, 1)
      const now = shifts()
      const free = (i: number) =>
        now[i]! - before[i]! + (36.5 * Math.expm1((0.01 * (i + 1) ** 2) / 2)) / 365
      if (Math.abs(free(0)) > 1e-12) struck++
      expect(free(1)).toBeCloseTo(2 * free(0), 12)
      expect(free(2)).toBeCloseTo(3 * free(0), 12)
      before = now
    }
    expect(Math.abs(struck - 300 * -Math.expm1(-0.1))).toBeLessThan(3 * Math.sqrt(300 * 0.09))
  })
})

it('counts Poisson arrivals: a uniform between two sums of the law', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }),
      fc.double({ min: 0, max: 20, noNaN: true }),
      (u, mean) => {
        const count = poissonCount(u, mean)
        const upTo = (k: number) => {
          let term = Math.exp(-mean)
          let sum = k < 0 ? 0 : term
          for (let i = 1; i <= k; i++) sum += term *= mean / i
          return sum
        }
        expect(upTo(count)).toBeGreaterThanOrEqual(u - 1e-12)
        expect(upTo(count - 1)).toBeLessThanOrEqual(u + 1e-12)
      },
    ),
    { seed: 3, numRuns: 300 },
  )
})

describe('many Poisson arrivals in a step', () => {
  it.each([499, 501, 745, 800, 5000, 1e6])(
    'have mean and variance %f, and are monotone',
    (mean) => {
      const n = 4000
      const counts = Array.from({ length: n }, (_, k) => poissonCount((k + 0.5) / n, mean))
      const found = moments(counts)
      // A stratified sample is much more exact than a random one.
      expect(Math.abs(found.mean - mean)).toBeLessThan(0.02 * Math.sqrt(mean))
      expect(found.variance / mean).toBeCloseTo(1, 1.7)
      expect(counts.every((count, k) => k === 0 || count >= counts[k - 1]!)).toBe(true)
    },
  )

  it('are the inverse of the distribution function, far tails included', () => {
    for (const mean of [501, 3000])
      for (const u of [1e-12, 1e-4, 0.3, 0.5, 0.9, 1 - 1e-9]) {
        const count = poissonCount(u, mean)
        expect(gammaTail(count + 1, mean)).toBeGreaterThanOrEqual(u * (1 - 1e-8))
        expect(gammaTail(count, mean)).toBeLessThanOrEqual(u * (1 + 1e-8))
      }
    expect(() => poissonCount(0.5, 1e7)).toThrow(JumpRateError)
  })
})
