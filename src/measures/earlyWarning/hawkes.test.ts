import { describe, expect, it } from 'vitest'
import { hill, paretoQuantile, philoxDraws, pow, sortedCopy } from '../../math/index.ts'
import { fitHawkes, momentBranching } from './index.ts'
import { runHawkes } from './systems.conformance.ts'

// validation.md C5: variance over mean of long windows.
const C5 = [
  { n: 0.2, ratio: 1.5625 },
  { n: 0.5, ratio: 4 },
  { n: 0.8, ratio: 25 },
] as const

describe('C5: Hawkes processes', () => {
  it.each(C5)('with n = $n have their branching ratio found by likelihood within .02', ({ n }) => {
    const duration = 100_000 * (1 - n)
    const times = runHawkes(1, n, 2, duration, 1)
    // Rate mu / (1 - n): 1e5 events.
    expect(Math.abs(times.length / 1e5 - 1)).toBeLessThan(0.05)
    const { branching, background, decay, ...fit } = fitHawkes(times, duration)!
    expect(Math.abs(branching.value - n)).toBeLessThan(0.02)
    expect(branching.low).toBeLessThan(n)
    expect(branching.high).toBeGreaterThan(n)
    expect(branching.high - branching.low).toBeLessThan(0.04)
    expect(background).toBeCloseTo(1, 0)
    expect(Math.abs(decay / 2 - 1)).toBeLessThan(0.15)
    expect(fit.logLikelihood).toBeGreaterThan(fit.constantRate)
  })

  it.each(C5)(
    'with n = $n have a variance of $ratio times the mean in long windows',
    ({ n, ratio }) => {
      const duration = 400_000 * (1 - n)
      const times = runHawkes(1, n, 2, duration, 2)
      const found = momentBranching(times, duration, 1000)!
      const left = 1 - found.value
      // The variance of 1000 windows is known within 4.5 %.
      expect(Math.abs(1 / (left * left) / ratio - 1)).toBeLessThan(0.15)
      expect(Math.abs(found.value - n)).toBeLessThan(0.07 * (1 - n))
    },
  )

  it('cover the truth with the moment interval about as often as it says', () => {
    let hits = 0
    for (let seed = 0; seed < 40; seed++) {
      const found = momentBranching(runHawkes(1, 0.5, 2, 1500, seed), 1500, 50)!
      if (found.low <= 0.5 && found.high >= 0.5) hits++
    }
    expect(hits).toBeGreaterThanOrEqual(34)
  })
})

describe('branching ratios of what does not branch', () => {
  it('are none, by both estimators', () => {
    const duration = 5000
    const times = runHawkes(1, 0, 1, duration, 3)
    const moment = momentBranching(times, duration)!
    expect(moment.low).toBeLessThan(0)
    expect(moment.high).toBeGreaterThan(0)
    expect(fitHawkes(times, duration)!.branching.value).toBeLessThan(0.05)
  })

  it('are 0 of 1e5 events at a constant rate, within .02 (C5)', () => {
    const { branching } = fitHawkes(runHawkes(1, 0, 1, 100_000, 1), 100_000)!
    expect([branching.value < 0.02, branching.low < 0.001]).toEqual([true, true])
    expect(branching.high).toBeLessThan(0.25)
  })

  it('have a bound that is finite, and above what is hidden in few events', () => {
    let covered = 0
    for (let seed = 1; seed <= 20; seed++) {
      const { low, high } = fitHawkes(runHawkes(1, 0.1, 2, 300, seed), 300)!.branching
      expect(high).toBeLessThan(10)
      if (low <= 0.1 && high >= 0.1) covered++
    }
    // Binomial(20, .95) is below 16 with a chance of .3 %.
    expect(covered).toBeGreaterThanOrEqual(16)
  })

  it('are unknown from few events', () => {
    const times = Float64Array.from({ length: 49 }, (_, k) => k)
    expect(momentBranching(times, 49)).toBeNull()
    expect(fitHawkes(times, 49)).toBeNull()
    expect(fitHawkes(new Float64Array(60).fill(1), 2)).toBeNull()
  })

  it('are below 0 for events like clockwork', () => {
    const times = Float64Array.from({ length: 1000 }, (_, k) => k + 0.5 + 0.3 * ((k * 7) % 3))
    expect(momentBranching(times, 1000, 77)!.high).toBeLessThan(0)
  })
})

describe('H1: Hill on a Pareto tail', () => {
  it('finds the index with the standard error index / sqrt(k)', () => {
    const k = 100
    const found = Array.from({ length: 200 }, (_, seed) => {
      const draws = philoxDraws(seed, 0, 'pareto')
      const values = Float64Array.from({ length: 2000 }, (_, i) => pow(draws.uniform(i, 0), -1 / 3))
      return hill(sortedCopy(values), k)
    })
    const mean = found.reduce((sum, { index }) => sum + index / found.length, 0)
    const spread = Math.sqrt(
      found.reduce((sum, { index }) => sum + (index - mean) ** 2 / (found.length - 1), 0),
    )
    expect(mean).toBeCloseTo(3, 0)
    expect(Math.abs(spread / 0.3 - 1)).toBeLessThan(0.2)
    expect(found[0]!.standardError).toBeCloseTo(found[0]!.index / 10, 12)
    expect(paretoQuantile(0.999, 3, 1)).toBeCloseTo(10, 9)
  })
})
