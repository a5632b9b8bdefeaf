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
import { chiSquareQuantile, normalCdf } from '../../../math/index.ts'
import { driverWorld, moments } from '../testWorld.conformance.ts'
import { mixingVariance, pick, stationaryShares, transitions } from './kernel.ts'
import { RegimeError, regimes } from './model.ts'

const YEAR = 365 * 86400
const HOUR = 3600

const plain = { vols: [], pairs: [], drift: 0, correlation: 0, jumpsPerYear: 0, degrees: 1000 }
const calm = { ...plain, name: 'calm', leaving: 500, vol: 0.4, correlation: 0.4 }
const stress = { ...plain, name: 'stress', leaving: 2000, vol: 1.5, correlation: 0.9 }

function make() {
  const jumping = { ...stress, leaving: YEAR / 60, degrees: 4, jumpsPerYear: YEAR / 60 }
  const params = {
    assets: [ETH, BTC],
    regimes: [{ ...calm, leaving: YEAR / 60, degrees: 5 }, jumping],
    jumpSd: 0.02,
  }
  const world = smallWorld({ driver: [regimes, params] })
  return { world, driver: world.port('driver', 'driver') }
}

driverConformance('regimes', make)
modelConformance('regimes', () => make().world)

/** Increments per tick of `n` assets on one path. */
function walk(n: number, params: Readonly<Record<string, unknown>>, tick: number, ticks: number) {
  const { world, shifts } = driverWorld(regimes, n, params, tick)
  const moves: number[][] = []
  const places: number[] = []
  let before = shifts()
  for (let t = 0; t < ticks; t++) {
    stepWorld(world, 1)
    const now = shifts()
    moves.push(now.map((x, i) => x - before[i]!))
    places.push(world.columns['driver/regime']![0]!)
    before = now
  }
  return { moves, places }
}

describe('regimes', () => {
  it('have their own volatility and correlation, last as long and come as often as stated', () => {
    const { moves, places } = walk(2, { regimes: [calm, stress] }, HOUR, 20_000)
    const next = transitions([500, 2000], HOUR / YEAR)
    ;[calm, stress].forEach(({ vol, correlation }, r) => {
      const mine = moves.filter((_, t) => places[t] === r)
      const scale = vol * Math.sqrt(HOUR / YEAR)
      const [x, y] = [0, 1].map((i) => moments(mine.map((m) => m[i]!)))
      for (const one of [x!, y!])
        expect(Math.abs(one.variance - scale ** 2)).toBeLessThan(3 * one.varianceError)
      const products = mine.map((m) => (m[0]! * m[1]!) / scale ** 2)
      const { mean, meanError } = moments(products)
      expect(Math.abs(mean - correlation)).toBeLessThan(3 * meanError)
      const ends = places.slice(1).filter((to, t) => places[t] === r && to !== r).length
      const stays = mine.length
      const chance = next[r * 2 + 1 - r]!
      expect(Math.abs(ends - stays * chance)).toBeLessThan(3 * Math.sqrt(stays * chance))
    })
    const share = places.filter((r) => r === 0).length / places.length
    const memory = (2 * YEAR) / (2500 * HOUR)
    expect(Math.abs(share - 0.8)).toBeLessThan(3 * Math.sqrt((0.16 * memory) / places.length))
  })

  it('let squares remember each other as the chain does: exp(-(both rates) lag)', () => {
    const { moves } = walk(40, { regimes: [calm, stress] }, HOUR, 9000)
    // Assets share the regime, so their mean square tells the variance of the moment.
    const squares = moves.map((m) => m.reduce((a, x) => a + x * x, 0) / m.length)
    const { mean } = moments(squares)
    const covariance = (lag: number) =>
      squares.slice(lag).reduce((a, x, t) => a + (x - mean) * (squares[t]! - mean), 0)
    const ratio = covariance(6) / covariance(1)
    expect(Math.abs(ratio - Math.exp((-5 * 2500 * HOUR) / YEAR))).toBeLessThan(0.12)
  })

  it.each([900, 3600, 14_400])(
    'give returns over a mixing period the stated degrees of freedom, at ticks of %i s',
    (tick) => {
      const law = { ...plain, name: 'one', leaving: 0, vol: 0.8, degrees: 10 }
      const moves: number[] = []
      for (let seed = 1; seed <= 60; seed++) {
        const params = { regimes: [law], mixing: HOUR }
        // Independent assets of one world share their tails, so worlds are many and small.
        const { world, shifts } = driverWorld(regimes, 1, params, tick, seed)
        let before = 0
        for (let k = 0; k < 200; k++) {
          stepWorld(world, Math.max(1, HOUR / tick))
          moves.push(shifts()[0]! - before)
          before = shifts()[0]!
        }
      }
      const { mean, variance } = moments(moves)
      const scale = 0.64 * (Math.max(HOUR, tick) / YEAR)
      // Of one period 3 (nu - 2) / (nu - 4); a sum of n independent ones has 1 / n of the excess.
      const kurtosis = 3 + (6 / 6) * Math.min(1, HOUR / tick)
      const found = moves.reduce((a, x) => a + (x - mean) ** 4, 0) / moves.length / variance ** 2
      expect(Math.abs(variance / scale - 1)).toBeLessThan(3 * Math.sqrt(3 / moves.length))
      const error = moments(moves.map((x) => (x - mean) ** 4 / variance ** 2)).meanError
      expect(Math.abs(found - kurtosis)).toBeLessThan(3.5 * error)
      expect(found - 3).toBeGreaterThan(tick > HOUR ? 0.05 : 0.4)
    },
  )

  it('throw all assets at once by their own sizes, in the regime that jumps', () => {
    const params = {
      regimes: [
        { ...calm, vol: 0 },
        { ...stress, vol: 0, jumpsPerYear: 876 },
      ],
      jumpMeans: [{ asset: 1, value: -0.1 }],
      jumpMean: -0.2,
    }
    const { moves, places } = walk(2, { ...params, volScale: 3 }, HOUR, 20_000)
    // Between jumps the price only takes back what they add to its mean.
    const back = [-0.1, -0.2].map((size) => (-876 * Math.expm1(size) * HOUR) / YEAR)
    const jumps = moves.map((m, t) => m.map((x, i) => (places[t] === 1 ? x - back[i]! : x)))
    const struck = jumps.filter((m) => Math.abs(m[0]!) > 1e-9)
    for (const m of struck) expect(m[1]! / m[0]!).toBeCloseTo(2, 8)
    expect(jumps.every((m, t) => Math.abs(m[0]!) < 1e-9 || places[t] === 1)).toBe(true)
    const expected = places.filter((r) => r === 1).length * -Math.expm1(-0.1)
    expect(Math.abs(struck.length - expected)).toBeLessThan(3 * Math.sqrt(expected))
  })

  it.each([1, 30])(
    'leave the expected price where it is, jumps and all, in %i steps of a quarter',
    (steps) => {
      const jumping = { ...stress, leaving: 8, vol: 0.3, correlation: 0, jumpsPerYear: 90 }
      const params = {
        regimes: [{ ...calm, leaving: 5, vol: 0.2, correlation: 0, jumpsPerYear: 30 }, jumping],
        ...{ jumpMean: -0.03, jumpSd: 0.05, jumpCorrelation: 0 },
        jumpMeans: [{ asset: 2, value: 0.05 }],
      }
      const prices: number[][] = [[], []]
      for (let seed = 1; seed <= 3000; seed++) {
        const { world, shifts } = driverWorld(regimes, 2, params, YEAR / 4 / steps, seed)
        stepWorld(world, steps)
        shifts().forEach((shift, i) => {
          prices[i]!.push(Math.exp(shift))
        })
      }
      for (const price of prices) {
        const { mean, meanError } = moments(price)
        expect(meanError).toBeLessThan(0.012)
        expect(Math.abs(mean - 1)).toBeLessThan(3 * meanError)
      }
    },
  )

  it('have volatilities that can be scaled together', () => {
    const law = { ...plain, name: 'one', leaving: 0 }
    const vols = [{ asset: 2, value: 0.3 }]
    const scaled = walk(2, { regimes: [{ ...law, vol: 0.2, vols }], volScale: 2 }, HOUR, 50)
    const stated = walk(
      2,
      { regimes: [{ ...law, vol: 0.4, vols: [{ asset: 2, value: 0.6 }] }] },
      HOUR,
      50,
    )
    expect(scaled.moves).toEqual(stated.moves)
  })

  it('start where they are told, or refuse', () => {
    const first = (start: string) => walk(1, { regimes: [calm, stress], start }, HOUR, 1).places[0]
    expect([first('calm'), first('stress')]).toEqual([0, 1])
    expect(() => first('panic')).toThrow(RegimeError)
    expect(() => walk(1, { regimes: [] }, HOUR, 1)).toThrow(RegimeError)
  })
})

describe('kernel of regimes', () => {
  const rates = fc.array(fc.double({ min: 0.1, max: 20_000, noNaN: true }), {
    minLength: 1,
    maxLength: 4,
  })
  const time = fc.double({ min: 1e-7, max: 0.5, noNaN: true })

  it('transition probabilities are stochastic, keep the long-run shares, and chain', () => {
    fc.assert(
      fc.property(rates, time, (leaving, years) => {
        const n = leaving.length
        const p = transitions(leaving, years)
        const twice = transitions(leaving, 2 * years)
        const shares = stationaryShares(leaving)
        for (let i = 0; i < n; i++) {
          let row = 0
          let kept = 0
          for (let j = 0; j < n; j++) {
            row += p[i * n + j]!
            kept += shares[j]! * p[j * n + i]!
            let chained = 0
            for (let k = 0; k < n; k++) chained += p[i * n + k]! * p[k * n + j]!
            expect(chained).toBeCloseTo(twice[i * n + j]!, 9)
            expect(p[i * n + j]).toBeGreaterThanOrEqual(0)
          }
          expect(row).toBeCloseTo(1, 10)
          expect(kept).toBeCloseTo(shares[i]!, 9)
        }
      }),
      { seed: 4, numRuns: 200 },
    )
    const [a, b, t] = [30, 70, 0.02]
    const exact = (a / (a + b)) * -Math.expm1(-(a + b) * t)
    expect(transitions([a, b], t)[1]).toBeCloseTo(exact, 13)
  })

  it('mixing variance is one over a scaled chi-square, increasing, with mean one', () => {
    for (const degrees of [2.5, 4, 12, 300]) {
      const mixing = mixingVariance(degrees)
      let last = 0
      let mean = 0
      for (let z = -8; z <= 8; z += 0.01) {
        const value = mixing(z)
        expect(value).toBeGreaterThan(last)
        last = value
        const exact = (degrees - 2) / chiSquareQuantile(normalCdf(-z), normalCdf(z), degrees)
        expect(Math.abs(value / exact - 1)).toBeLessThan(2e-6)
        mean += value * Math.exp((-z * z) / 2) * 0.01 * 0.3989422804014327
      }
      if (degrees > 2.5) expect(mean).toBeCloseTo(1, 2)
    }
    expect(mixingVariance(1000)(3)).toBe(1)
  })

  it('picks the place at which shares add up to a uniform', () => {
    const shares = Float64Array.of(9, 0.2, 0.5, 0.3)
    expect([0.1, 0.2, 0.69, 0.71, 0.9999].map((u) => pick(shares, 1, 3, u))).toEqual([
      0, 1, 1, 2, 2,
    ])
    expect([...stationaryShares([1, 0, 3])]).toEqual([0, 1, 0])
  })
})
