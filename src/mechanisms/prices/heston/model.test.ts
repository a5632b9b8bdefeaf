import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { driverConformance } from '../../../../test/conformance/driver.ts'
import {
  BTC,
  ETH,
  modelConformance,
  smallWorld,
  stepWorld,
} from '../../../../test/conformance/model.ts'
import { inverseNormalCdf } from '../../../math/index.ts'
import { driverWorld, moments } from '../testWorld.conformance.ts'
import { matchVariance, stepVariance, type VarianceStep } from './kernel.ts'
import { heston } from './model.ts'

const YEAR = 365 * 86400
const law = { vol: 0.7, speed: 8, volOfVariance: 2.5, leverage: -0.6, startVol: 0.9 }
const lawsOf = (n: number, value: object = {}) =>
  Array.from({ length: n }, (_, i) => ({ asset: i + 1, value: { ...law, ...value } }))

function make() {
  const laws = [ETH, BTC].map((asset) => ({ asset, value: law }))
  const world = smallWorld({ driver: [heston, { laws, correlation: 0.6 }] })
  return { world, driver: world.port('driver', 'driver') }
}

driverConformance('Heston', make)
modelConformance('Heston', () => make().world)

describe('Heston', () => {
  it.each([1, 8, 64])(
    'keeps price a martingale and the moments of the variance in %i steps of a quarter',
    (steps) => {
      const n = 40_000
      const { world, shifts } = driverWorld(heston, n, { laws: lawsOf(n) }, YEAR / 4 / steps)
      stepWorld(world, steps)
      const price = moments(shifts().map((x) => Math.exp(x)))
      expect(Math.abs(price.mean - 1)).toBeLessThan(3 * price.meanError)
      const variances = [...(world.columns['driver/variance'] as Float64Array)].slice(1)
      const { mean, meanError, variance } = moments(variances)
      const kept = Math.exp(-8 / 4)
      const theta = 0.49
      expect(Math.abs(mean - (theta + (0.81 - theta) * kept))).toBeLessThan(3 * meanError)
      const gone = (1 - kept) / 8
      const expected = 2.5 ** 2 * (0.81 * kept * gone + (theta * 8 * gone ** 2) / 2)
      const error = moments(variances.map((v) => (v - mean) ** 2)).meanError
      expect(Math.abs(variance - expected)).toBeLessThan(3.5 * error)
    },
  )

  it('has the mean and variance of the integrated process, and the leverage, whatever the step', () => {
    // Var ln S = Var(I)/4 - Cov(I, M) + E I with I the integrated variance, M the martingale part.
    const found = [2, 32].map((steps) => {
      const n = 60_000
      const { world, shifts } = driverWorld(heston, n, { laws: lawsOf(n) }, YEAR / 4 / steps)
      stepWorld(world, steps)
      const x = moments(shifts())
      const [k, t] = [8, 0.25]
      const whole = 0.49 * t + ((0.81 - 0.49) * -Math.expm1(-k * t)) / k
      // Four standard errors: the scheme's own bias at two steps is part of it.
      expect(Math.abs(x.mean + whole / 2)).toBeLessThan((steps === 2 ? 4 : 3) * x.meanError)
      const variances = [...(world.columns['driver/variance'] as Float64Array)].slice(1)
      const v = moments(variances)
      const link = shifts().reduce((a, s, i) => a + (s - x.mean) * (variances[i]! - v.mean), 0) / n
      return {
        variance: x.variance,
        error: x.varianceError,
        link: link / Math.sqrt(x.variance * v.variance),
      }
    })
    expect(found[0]!.variance / found[1]!.variance).toBeCloseTo(1, 1)
    expect(found[1]!.link).toBeLessThan(-0.4)
    expect(found[0]!.link).toBeCloseTo(found[1]!.link, 1)
  })

  it('is geometric Brownian motion without volatility of variance', () => {
    const n = 20_000
    const laws = lawsOf(n, { volOfVariance: 0, startVol: 0, leverage: -0.5 })
    const { world, shifts } = driverWorld(heston, n, { laws, drift: 0.4 }, YEAR / 10)
    stepWorld(world, 5)
    const { mean, meanError, variance, varianceError } = moments(shifts())
    expect(Math.abs(mean - 0.5 * (0.4 - 0.245))).toBeLessThan(3 * meanError)
    expect(Math.abs(variance - 0.245)).toBeLessThan(3 * varianceError)
  })

  it('joins prices and variances of different assets as stated', () => {
    const settings = { laws: lawsOf(2, { leverage: 0 }), correlation: 0.7, varianceCorrelation: 1 }
    const { world, shifts } = driverWorld(heston, 2, settings, YEAR / 8760)
    const products: number[] = []
    let before = shifts()
    for (let k = 0; k < 5000; k++) {
      stepWorld(world, 1)
      const now = shifts()
      const v = world.columns['driver/variance'] as Float64Array
      expect(v[1]).toBe(v[2])
      products.push(((now[0]! - before[0]!) * (now[1]! - before[1]!) * 8760) / v[1]!)
      before = now
    }
    const { mean, meanError } = moments(products)
    expect(Math.abs(mean - 0.7)).toBeLessThan(3.5 * meanError)
  })
})

it('matches mean and variance of the square-root process on both branches', () => {
  const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true })
  fc.assert(
    fc.property(
      positive(0.1, 2),
      positive(0.5, 20),
      positive(0.1, 5),
      positive(0.001, 2),
      positive(0.001, 0.5),
      (vol, speed, volOfVariance, v, years) => {
        const out: VarianceStep = { isQuadratic: true, a: 0, b: 0, p: 0, beta: 0 }
        matchVariance({ vol, speed, volOfVariance, leverage: 0 }, v, years, out)
        let [mean, square] = [0, 0]
        const n = 2000
        for (let k = 0; k < n; k++) {
          const next = stepVariance(out, inverseNormalCdf((k + 0.5) / n))
          expect(next).toBeGreaterThanOrEqual(0)
          mean += next / n
          square += (next * next) / n
        }
        const kept = Math.exp(-speed * years)
        const theta = vol * vol
        const exact = theta + (v - theta) * kept
        const gone = (1 - kept) / speed
        const variance = volOfVariance ** 2 * (v * kept * gone + (theta * speed * gone ** 2) / 2)
        fc.pre(variance < 6 * exact * exact)
        expect(Math.abs(mean / exact - 1)).toBeLessThan(0.02)
        // The sum over equal slices misses a little of the outermost tail.
        expect((square - mean * mean) / variance).toBeGreaterThan(0.85)
        expect((square - mean * mean) / variance).toBeLessThan(1.02)
      },
    ),
    { seed: 5, numRuns: 40 },
  )
})
