import { describe, expect, it } from 'vitest'
import { driverConformance } from '../../../test/conformance/driver.ts'
import {
  BTC,
  ETH,
  modelConformance,
  smallWorld,
  stepWorld,
} from '../../../test/conformance/model.ts'
import { CorrelationError } from './correlations.ts'
import { gbm } from './gbm.ts'
import { driverWorld, moments } from './testWorld.conformance.ts'

const YEAR = 365 * 86400
const DAY = 86400

function make() {
  const world = smallWorld({ noise: [gbm, { assets: [ETH, BTC], vol: 0.8, correlation: 0.5 }] })
  return { world, driver: world.port('driver', 'noise') }
}

driverConformance('gbm', make)
modelConformance('geometric Brownian motions', () => make().world)
modelConformance('pinned geometric Brownian motions', () =>
  smallWorld({ noise: [gbm, { assets: [ETH, BTC], vol: 0.8, pinnedAt: 360 }] }),
)

/** Increments of every asset over `ticks` days. */
function increments(n: number, params: Readonly<Record<string, unknown>>, ticks: number) {
  const { world, shifts } = driverWorld(gbm, n, params, DAY)
  const out: number[][] = Array.from({ length: n }, () => [])
  let before = shifts()
  for (let t = 0; t < ticks; t++) {
    stepWorld(world, 1)
    const now = shifts()
    for (let i = 0; i < n; i++) out[i]!.push(now[i]! - before[i]!)
    before = now
  }
  return out
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [moments(a), moments(b)]
  const covariance = a.reduce((sum, v, k) => sum + (v - x.mean) * (b[k]! - y.mean), 0)
  return covariance / (a.length - 1) / Math.sqrt(x.variance * y.variance)
}

describe('geometric Brownian motion', () => {
  it('has the stated mean and variance per tick, for every asset its own', () => {
    const params = { vol: 0.8, vols: [{ asset: 2, value: 0.3 }], drift: 0.5 }
    const sets = increments(2, params, 10_000)
    const vols = [0.8, 0.3]
    sets.forEach((sample, i) => {
      const vol = vols[i]!
      const { mean, variance, meanError, varianceError } = moments(sample)
      const expected = ((0.5 - vol ** 2 / 2) * DAY) / YEAR
      expect(Math.abs(mean - expected)).toBeLessThan(3 * meanError)
      expect(Math.abs(variance - (vol ** 2 * DAY) / YEAR)).toBeLessThan(3 * varianceError)
    })
  })

  it('scales all volatilities with vol where they are stated as multiples of it', () => {
    const relative = [{ asset: 2, value: 2 }]
    const pairs = [{ a: 1, b: 2, correlation: 1 }]
    for (const vol of [0, 0.4]) {
      const { world, shifts } = driverWorld(gbm, 2, { vol, relative, pairs }, DAY)
      stepWorld(world, 1)
      const [a, b] = shifts().map((x, i) => x + (((i + 1) * vol) ** 2 * DAY) / YEAR / 2)
      expect(b).toBeCloseTo(2 * a!, 14)
      expect(a === 0).toBe(vol === 0)
    }
  })

  it('has the stated correlation of every pair, single pairs apart', () => {
    const pairs = [{ a: 3, b: 1, correlation: -0.2 }]
    const sets = increments(3, { vol: 0.5, correlation: 0.6, pairs }, 10_000)
    const expected = { 1: [0.6, -0.2], 2: [0.6, 0.6] } as const
    for (const [i, j, rho] of [
      [0, 1, expected[1][0]],
      [0, 2, expected[1][1]],
      [1, 2, expected[2][0]],
    ] as const) {
      const found = correlation(sets[i]!, sets[j]!)
      expect(Math.abs(found - rho)).toBeLessThan((3 * (1 - rho ** 2)) / 100)
    }
  })

  it('moves all assets alike at a correlation of one, and independently at zero', () => {
    const [a, b] = increments(2, { vol: 0.5, correlation: 1 }, 20)
    a!.forEach((x, k) => {
      expect(x).toBeCloseTo(b![k]!, 14)
    })
    const [c, d] = increments(2, { vol: 0.5 }, 10_000)
    expect(Math.abs(correlation(c!, d!))).toBeLessThan(0.03)
  })

  it('leaves the expected price where it is without drift: exp(shift) is a martingale', () => {
    const { world, shifts } = driverWorld(gbm, 10_000, { vol: 0.8 }, 36.5 * DAY)
    for (const years of [0.1, 0.5, 1]) {
      stepWorld(world, Math.round(years * 10) - world.clock[0]!)
      const { mean, meanError } = moments(shifts().map((shift) => Math.exp(shift)))
      expect(Math.abs(mean - 1)).toBeLessThan(3 * meanError)
    }
  })

  it('grows the expected price by the drift', () => {
    const { world, shifts } = driverWorld(gbm, 10_000, { vol: 0.5, drift: 0.4 }, 36.5 * DAY)
    stepWorld(world, 10)
    const { mean, meanError } = moments(shifts().map((shift) => Math.exp(shift)))
    expect(Math.abs(mean - Math.exp(0.4))).toBeLessThan(3 * meanError)
  })

  it('gives an asset the same path whatever other assets move independently', () => {
    const alone = driverWorld(gbm, 3, { vol: 0.8, assets: [2] }, DAY)
    const among = driverWorld(gbm, 3, { vol: 0.8 }, DAY)
    for (const { world } of [alone, among]) stepWorld(world, 20)
    expect(alone.shifts()[1]).toBe(among.shifts()[1])
    expect(alone.shifts()[1]).not.toBe(0)
  })

  it('refuses correlations that no distribution has, and pairs that do not move', () => {
    const build = (pairs: unknown, correlation = 0) =>
      driverWorld(gbm, 3, { vol: 1, correlation, pairs, assets: [1, 2] }, DAY)
    expect(() => build([{ a: 1, b: 2, correlation: -0.9 }])).not.toThrow()
    expect(() => build([{ a: 1, b: 3, correlation: 0.1 }])).toThrow(CorrelationError)
    expect(() => build([{ a: 1, b: 1, correlation: 0.1 }])).toThrow(CorrelationError)
    const triangle = [
      { a: 1, b: 2, correlation: -0.9 },
      { a: 1, b: 3, correlation: -0.9 },
    ]
    expect(() =>
      driverWorld(gbm, 3, { vol: 1, correlation: 0.9, pairs: triangle }, DAY),
    ).not.toThrow()
    expect(() => driverWorld(gbm, 3, { vol: 1, correlation: 0, pairs: triangle }, DAY)).toThrow(
      CorrelationError,
    )
  })
})

describe('pinned noise', () => {
  it('is back at exactly zero at its end and stays there', () => {
    const { world, shifts } = driverWorld(gbm, 50, { vol: 0.8, pinnedAt: 20 * DAY }, DAY)
    stepWorld(world, 19)
    expect(shifts().every((shift) => shift !== 0)).toBe(true)
    stepWorld(world, 1)
    expect(shifts().every((shift) => shift === 0)).toBe(true)
    stepWorld(world, 5)
    expect(shifts().every((shift) => shift === 0)).toBe(true)
  })

  it('has the variance of a bridge on the way: sigma^2 t (T - t) / T, a quarter of T in the middle', () => {
    const T = 20
    const { world, shifts } = driverWorld(gbm, 10_000, { vol: 0.8, pinnedAt: T * DAY }, DAY)
    for (const t of [1, 5, 10, 19]) {
      stepWorld(world, t - world.clock[0]!)
      const { mean, meanError, variance, varianceError } = moments(shifts())
      const expected = (0.8 ** 2 * ((t * (T - t)) / T) * DAY) / YEAR
      if (t === 10) expect(expected).toBeCloseTo((0.64 * (T / 4) * DAY) / YEAR, 15)
      expect(Math.abs(variance - expected)).toBeLessThan(3 * varianceError)
      expect(Math.abs(mean)).toBeLessThan(3 * meanError)
    }
  })

  it('ends at the nearest tick when its end lies between two', () => {
    const { world, shifts } = driverWorld(gbm, 1, { vol: 0.8, pinnedAt: 2.4 * DAY }, DAY)
    stepWorld(world, 1)
    expect(shifts()[0]).not.toBe(0)
    stepWorld(world, 1)
    expect(shifts()[0]).toBe(0)
  })
})
