import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import {
  ar1Surrogates,
  earlyWarning,
  gaussianDetrend,
  kendallTrend,
  phaseSurrogates,
  rollingCrossCorrelation,
  rollingIndicators,
} from './index.ts'
import { runFold, runLinear } from './systems.conformance.ts'

const { EPSILON } = Number

const noise = (n: number, seed: number, slot = 0): Float64Array => {
  const draws = philoxDraws(seed, 0, 'noise')
  return Float64Array.from({ length: n }, (_, t) => draws.normal(t, slot))
}

/** Variance and lag-1 autocorrelation of a whole series. */
function wholeOf(x: Float64Array): readonly [variance: number, lag: number] {
  const { variance, autocorrelation } = rollingIndicators(x, { length: x.length, stride: 1 })
  return [variance[0]!, autocorrelation[0]!]
}

describe('kendallTrend', () => {
  it('agrees with counting pairs, ties included', () => {
    const few = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(few, (list) => {
        let [sum, untied, pairs] = [0, 0, 0]
        for (let i = 0; i < list.length; i++)
          for (let j = 0; j < i; j++) {
            sum += Math.sign(list[i]! - list[j]!)
            untied += list[i] === list[j] ? 0 : 1
            pairs++
          }
        const found = kendallTrend(Float64Array.from(list))
        if (untied === 0) expect(found).toBeNaN()
        else expect(found).toBeCloseTo(sum / Math.sqrt(untied * pairs), 12)
      }),
      { seed: 1 },
    )
  })
})

describe('gaussianDetrend', () => {
  it('leaves nothing of a constant, and no slope away from the ends', () => {
    expect(gaussianDetrend(new Float64Array(100).fill(0.1), 10).every((v) => v === 0)).toBe(true)
    const line = Float64Array.from({ length: 401 }, (_, t) => 3 * t)
    expect(gaussianDetrend(line, 10)[200]).toBeCloseTo(0, 9)
  })
})

describe('rolling indicators', () => {
  it('are those of each window taken alone, whatever else is in the series', () => {
    const value = fc
      .tuple(fc.double({ min: -2, max: 2, noNaN: true }), fc.constantFrom(1, 1e-9))
      .map(([v, scale]) => (Math.abs(v) < 1e-50 ? 0 : v * scale))
    fc.assert(
      fc.property(fc.array(value, { minLength: 12, maxLength: 40 }), (list) => {
        const x = Float64Array.from(list)
        const found = rollingIndicators(x, { length: 8, stride: 3 })
        found.variance.forEach((variance, w) => {
          const own = x.slice(3 * w, 3 * w + 8)
          const mean = own.reduce((a, b) => a + b, 0) / 8
          const away = own.map((v) => v - mean)
          const square = away.reduce((a, v) => a + v * v, 0) / 8
          const whole = own.reduce((a, v) => a + v * v, 0) / 8
          // Some hundred roundings of moments about 0, and of sums over all ticks, which are kept twice as sharp.
          const all = x.reduce((a, v) => a + v * v, 0)
          const share = 100 * EPSILON * ((whole / square) ** 1.5 + EPSILON * (all / square) ** 1.5)
          expect(Math.abs(variance - square)).toBeLessThanOrEqual(
            1.1e-12 * whole + 100 * EPSILON ** 2 * all,
          )
          if (!(share < 0.01 && variance > 0)) return
          const lagged = away.slice(1).reduce((a, v, t) => a + v * away[t]!, 0)
          expect(Math.abs(found.autocorrelation[w]! - lagged / 7 / square)).toBeLessThan(share)
          const cube = Math.abs(away.reduce((a, v) => a + v * v * v, 0) / 8)
          expect(Math.abs(found.skewness[w]! - cube / square ** 1.5)).toBeLessThan(share)
        })
      }),
      {
        seed: 2,
        examples: [
          [[0, 1.5874010517655737, 0, 0.0011698324345740477, ...new Array(12).fill(0)]],
          // A calm window behind a crash.
          [[2, -2, 2, -2, ...[1, -1, 1, 1, -1, -1, 1, -1, 1, -1].map((v) => v * 1e-9)]],
        ],
      },
    )
  })

  it('find the correlation of series that share half of their noise', () => {
    const n = 20_000
    const common = noise(n, 1, 9)
    const series = [0, 1, 2].map((slot) => noise(n, 1, slot).map((v, t) => v + common[t]!))
    const [found] = rollingCrossCorrelation(series, { length: n, stride: 1 })
    expect(found).toBeCloseTo(0.5, 1)
    expect(
      rollingCrossCorrelation([noise(9, 1), new Float64Array(9)], { length: 9, stride: 1 })[0],
    ).toBeNaN()
  })
})

// validation.md H5: dx = (mu - x^2) dt + s dW, dt = .1, s = .1.
const H5 = [
  { mu: 1, variance: 0.0025, lag: 0.8187308 },
  { mu: 0.25, variance: 0.005, lag: 0.9048374 },
  { mu: 0.04, variance: 0.0125, lag: 0.9607894 },
] as const

describe('H5: variance and lag-1 autocorrelation near a fold', () => {
  it.each(H5)('are those of the linearised system within 5 % at mu = $mu', (row) => {
    const [variance, lag] = wholeOf(runLinear(row.mu, 0.1, 0.1, 200_000, 3))
    expect(Math.abs(variance / row.variance - 1)).toBeLessThan(0.05)
    expect(Math.abs(lag / row.lag - 1)).toBeLessThan(0.05)
  })

  // The figures are those of small noise: .1 moves the true variance by 2 % at mu = .25, and at mu = .04 carries
  // the state over the edge (a barrier of 2.1 times the noise).
  it.each([
    { ...H5[0], sd: 0.1 },
    { ...H5[1], sd: 0.05 },
    { ...H5[2], sd: 0.01 },
  ])('are those of the system itself within 5 % at mu = $mu, noise $sd', (row) => {
    const x = runFold({ mu: () => row.mu, sd: row.sd, every: 0.1, ticks: 150_000, seed: 4 })
    expect(x.length).toBe(150_000)
    const [variance, lag] = wholeOf(x)
    expect(Math.abs(variance / (row.variance * (row.sd / 0.1) ** 2) - 1)).toBeLessThan(0.05)
    expect(Math.abs(lag / row.lag - 1)).toBeLessThan(0.05)
  })
})

describe('earlyWarning', () => {
  const RAMP = { sd: 0.1, every: 1, ticks: 4000 }

  it('warns before a fold that comes slowly: tau above .8 for variance and autocorrelation', () => {
    for (const seed of [1, 2]) {
      const x = runFold({ ...RAMP, mu: (t) => Math.max(0, 1 - t / 4000), seed })
      const found = earlyWarning([x], { seed, surrogates: 99 })
      expect(found.verdict).toBe('warning')
      for (const { name, tau, p } of found.indicators.slice(0, 2)) {
        expect(tau, name).toBeGreaterThan(0.8)
        expect(Math.max(p.ar1, p.phase), name).toBeLessThan(0.05)
      }
    }
  })

  it('warns in stationary noise at most one time in twenty, with p-values that are even', () => {
    const runs = 40
    const found = Array.from({ length: runs }, (_, seed) =>
      earlyWarning([runLinear(0.25, 0.1, 0.1, 400, 1000 + seed)], { seed, surrogates: 39 }),
    )
    expect(found.some(({ verdict }) => verdict === 'cannot tell')).toBe(false)
    // Binomial(40, .05) is above 6 with a chance of 1 %, Binomial(40, .5) outside 11..29 with one of .3 %.
    expect(found.filter(({ verdict }) => verdict === 'warning').length).toBeLessThanOrEqual(6)
    for (const kind of ['ar1', 'phase'] as const)
      for (const k of [0, 1]) {
        const low = found.filter(({ indicators }) => indicators[k]!.p[kind] <= 0.5).length
        expect(Math.abs(low - runs / 2)).toBeLessThan(10)
      }
  })

  it('says that there was no warning before a jump out of stationary noise', () => {
    const x = runLinear(1, 0.1, 0.1, 1000, 6)
    const found = earlyWarning([x], { seed: 6 })
    expect(found.verdict).toBe('no warning')
    expect(found.note).toContain('neither')
  })

  it('does not take growing noise without slowing down for a warning', () => {
    const x = noise(1000, 7).map((v, t) => v * (1 + t / 250))
    const found = earlyWarning([x], { seed: 7 })
    expect(found.indicators[0]!.tau).toBeGreaterThan(0.9)
    expect(found.verdict).toBe('no warning')
    expect(found.note).toContain('variance rose alone')
  })

  it('cannot tell from few ticks, or where nothing fluctuates', () => {
    expect(earlyWarning([noise(20, 1)]).verdict).toBe('cannot tell')
    expect(earlyWarning([new Float64Array(200)]).verdict).toBe('cannot tell')
    expect(() => earlyWarning([noise(100, 1)], { window: 2 })).toThrow(RangeError)
  })

  it('tells cross-correlation when there are more series', () => {
    const n = 500
    const common = noise(n, 8, 9)
    const series = [0, 1, 2].map((s) => noise(n, 8, s).map((v, t) => v + (t / 125) * common[t]!))
    const found = earlyWarning(series, { seed: 8, surrogates: 49 }).indicators.find(
      ({ name }) => name === 'crossCorrelation',
    )!
    expect(found.tau).toBeGreaterThan(0.9)
    expect(Math.max(found.p.ar1, found.p.phase)).toBeLessThan(0.05)
  })
})

describe('surrogates', () => {
  const series = [runLinear(0.25, 0.1, 0.1, 2000, 1), runLinear(0.25, 0.1, 0.1, 2000, 2)]

  it.each([
    ['ar1', ar1Surrogates],
    ['phase', phaseSurrogates],
  ] as const)('of kind %s keep variance and autocorrelation, and repeat', (_, make) => {
    const twin = make(series, philoxDraws(1, 0, 'twins'))
    const sum = [0, 0]
    for (let draw = 0; draw < 20; draw++)
      wholeOf(twin(draw)[0]!).forEach((v, k) => {
        sum[k]! += v / 20
      })
    const [variance, lag] = wholeOf(series[0]!)
    expect(Math.abs(sum[0]! / variance - 1)).toBeLessThan(0.1)
    expect(Math.abs(sum[1]! - lag)).toBeLessThan(0.01)
    expect(twin(3)).toEqual(twin(3))
    expect(twin(3)).not.toEqual(twin(4))
  })

  it('of random phases keep the spectrum, so that every twin has the variance itself', () => {
    const twin = phaseSurrogates(series, philoxDraws(1, 0, 'twins'))
    const [variance] = wholeOf(series[1]!)
    expect(wholeOf(twin(0)[1]!)[0]).toBeCloseTo(variance, 10)
  })
})
