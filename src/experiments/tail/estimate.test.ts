import { describe, expect, it } from 'vitest'
import { touchProbability, watchedBarrier } from '../../math/index.ts'
import { estimateTail, type TailOptions } from './estimate.ts'
import { PROBLEMS, type Problem } from './problems.conformance.ts'
import { TailError } from './types.ts'

const METHODS = ['importance', 'splitting'] as const

/** Count the evaluations that really happen. */
function counted(problem: Problem, options: Partial<TailOptions>) {
  let calls = 0
  const limitState = (u: Float64Array): number => {
    calls++
    return problem.limitState(u)
  }
  return { tail: estimateTail({ ...problem, limitState, ...options }), calls }
}

describe('validation G5: rare events with known probabilities', () => {
  for (const problem of PROBLEMS)
    it.each(METHODS)(`${problem.name} by %s, within 100,000 evaluations`, (method) => {
      const budget = 1e5
      const { tail, calls } = counted(problem, { method, seed: 11, budget })
      expect(tail.reason).toBe('')
      expect(Math.abs(tail.probability! - problem.probability)).toBeLessThan(
        3 * tail.standardError!,
      )
      expect(tail.coefficientOfVariation).toBeLessThan(0.15)
      expect(tail.evaluations).toBe(calls)
      expect(calls).toBeLessThanOrEqual(budget)
    })
})

describe('coverage of the 95 % interval', () => {
  // Of 20 repetitions fewer than 16 have a chance of 0.3 % at 95 %; 200 are in docs/tails.md.
  it.each([
    ['R-S', 'importance'],
    ['RP31', 'splitting'],
    ['R-S', 'splitting'],
    ['R-S', 'plain'],
  ] as const)('%s by %s', (name, method) => {
    const problem = PROBLEMS.find((p) => p.name === name)!
    let covered = 0
    for (let seed = 1; seed <= 20; seed++) {
      const tail = estimateTail({ ...problem, method, seed, budget: 6000 })
      if (tail.low <= problem.probability && problem.probability <= tail.high) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(16)
  })
})

describe('tails of other shapes', () => {
  /** P(|u| > r) in even dimension: exp(-r^2/2) times the first d/2 terms of its series. */
  it.each(METHODS)('all around the origin in 20 dimensions, by %s', (method) => {
    const radius = 7.5
    let term = 1
    let series = 1
    for (let k = 1; k < 10; k++) series += term *= radius ** 2 / 2 / k
    const truth = Math.exp(-(radius ** 2) / 2) * series
    const limitState = (u: Float64Array): number =>
      radius * radius - u.reduce((sum, x) => sum + x * x, 0)
    const tail = estimateTail({ dimension: 20, limitState, method, seed: 3, budget: 30_000 })
    expect(Math.abs(tail.probability! / truth - 1)).toBeLessThan(4 * tail.coefficientOfVariation!)
    expect(tail.coefficientOfVariation).toBeLessThan(0.25)
  })

  it.each(METHODS)('four standard deviations in 100 dimensions, by %s', (method) => {
    const limitState = (u: Float64Array): number =>
      4 - u.reduce((sum, x) => sum + x, 0) / Math.sqrt(100)
    const tail = estimateTail({ dimension: 100, limitState, method, seed: 5, budget: 40_000 })
    expect(tail.reason).toBe('')
    expect(Math.abs(tail.probability! - 3.167124183312e-5)).toBeLessThan(4 * tail.standardError!)
  })
})

describe('validation B3: a price that falls to half within a month, looked at 120 times', () => {
  const [vol, years, steps] = [0.8, 1 / 12, 120]
  const dt = years / steps
  // 0.003778926128 for a price that is always looked at; the correction is good to about 1 %.
  const truth = touchProbability(watchedBarrier(0.5, vol, dt), 0, vol, years)
  function limitState(u: Float64Array): number {
    let [shift, least] = [0, 0]
    for (const z of u) {
      shift += vol * Math.sqrt(dt) * z - (vol * vol * dt) / 2
      least = Math.min(least, shift)
    }
    return least - Math.log(0.5)
  }

  it.each(METHODS)('%s', (method) => {
    const tail = estimateTail({ dimension: steps, limitState, method, seed: 2, budget: 20_000 })
    const error = Math.hypot(tail.standardError!, 0.01 * truth)
    expect(Math.abs(tail.probability! - truth)).toBeLessThan(3 * error)
    expect(tail.coefficientOfVariation).toBeLessThan(0.2)
  })
})

describe('no tail where there is none', () => {
  it.each([...METHODS, 'plain'] as const)('%s says that nothing fails', (method) => {
    const tail = estimateTail({ dimension: 2, limitState: () => 1, method, budget: 3000 })
    expect(tail.probability).toBeNull()
    expect(tail.standardError).toBeNull()
    expect(tail.low).toBe(0)
    expect(tail.high).toBeGreaterThan(0)
    expect(tail.high).toBeLessThanOrEqual(1)
    expect(tail.reason).not.toBe('')
  })

  it('bounds what plain sampling did not see: 3 / n', () => {
    const tail = estimateTail({ dimension: 1, limitState: () => 1, method: 'plain', budget: 3000 })
    expect(tail.high).toBeCloseTo(1 - 0.05 ** (1 / 3000), 12)
  })

  it.each(METHODS)('%s says that failure is too far for the budget', (method) => {
    const limitState = (u: Float64Array): number => 30 - u[0]!
    const tail = estimateTail({ dimension: 1, limitState, method, budget: 2000 })
    expect(tail.probability).toBeNull()
    expect(tail.reason).toMatch(/not reached/)
    expect(tail.evaluations).toBeLessThanOrEqual(2000)
  })
})

describe('the same seed', () => {
  it.each([...METHODS, 'plain'] as const)(
    'gives the same bytes, another one others: %s',
    (method) => {
      const ask = (seed: number): string =>
        JSON.stringify(estimateTail({ ...PROBLEMS[5]!, method, seed, budget: 3000 }))
      expect(ask(7)).toBe(ask(7))
      expect(ask(7)).not.toBe(ask(8))
    },
  )
})

describe('what cannot be asked', () => {
  const fine = { dimension: 2, limitState: () => 1 }
  it.each([
    [{ dimension: 0 }, /dimension is 0/],
    [{ dimension: 1.5 }, /dimension is 1.5/],
    [{ budget: 10 }, /budget is 10/],
    [{ seed: 0.5 }, /seed is 0.5/],
    [{ method: 'guess' as 'plain' }, /method is "guess"; there are plain/],
    [{ limitState: 3 as unknown as () => number }, /limitState is number/],
    [{ limitState: () => Number.NaN }, /sample 1 is not a number/],
  ])('%o', (change, message) => {
    const ask = () => estimateTail({ ...fine, ...change })
    expect(ask).toThrow(TailError)
    expect(ask).toThrow(message)
  })
})
