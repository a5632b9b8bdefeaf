import { describe, expect, it } from 'vitest'
import {
  type Coverage,
  coverageAfterStop,
  coverageOf,
  crashFamily,
  FAMILIES,
  paretoFamily,
} from './coverage.conformance.ts'

/** Repetitions of every cell; the standard error of a coverage of 95 % is 0.7 %. */
const REPETITIONS = 1000

/** Exact intervals err at most 2.5 % on each side, and are wider where values are few or in a lump. */
const EXACT = ['p50', 'p95', 'p99']

const DOUBTED = 0.5

/** What is wrong with the coverage of an interval; null when it keeps its promise. */
function complaint(name: string, { covered, approximate, missing }: Coverage): string | null {
  if (missing > 0) return `${missing} have no interval`
  if (EXACT.includes(name)) {
    if (approximate > 0) return 'an exact interval is called approximate'
    return covered >= 0.94 ? null : `covers ${covered}`
  }
  if (covered >= 0.93 && covered <= 0.97) return null
  return approximate > DOUBTED ? null : `covers ${covered}, called approximate ${approximate}`
}

function complaints(found: Readonly<Record<string, Coverage>>): readonly string[] {
  return Object.entries(found).flatMap(([name, coverage]) => {
    const wrong = complaint(name, coverage)
    return wrong === null ? [] : [`${name} ${wrong}`]
  })
}

describe.each(FAMILIES)('95 % intervals of 1,000 samples, $name', (family) => {
  it('cover the truth with 200 paths, or say that they may not', () => {
    expect(
      complaints(coverageOf(family, ['mean', 'p50', 'p95', 'es95'], 200, REPETITIONS)),
    ).toEqual([])
  })

  it('cover the truth with 2,000 paths, or say that they may not', () => {
    const found = coverageOf(family, ['mean', 'p95', 'p99', 'es95', 'es99'], 2000, REPETITIONS)
    expect(complaints(found)).toEqual([])
    // Expected shortfall covers here whatever it says of itself.
    for (const name of ['es95', 'es99']) {
      expect(found[name]!.covered).toBeGreaterThanOrEqual(0.93)
      expect(found[name]!.covered).toBeLessThanOrEqual(0.97)
    }
  })
})

describe('95 % intervals without a variance to speak of', () => {
  it('of expected shortfall cover too little, and nearly all say so', () => {
    const { es95 } = coverageOf(paretoFamily(1.5), ['es95'], 1000, REPETITIONS)
    expect(es95!.covered).toBeLessThan(0.93)
    expect(es95!.approximate).toBeGreaterThan(0.97)
  })

  it('of a light tail are not called approximate', () => {
    const { es95, mean } = coverageOf(FAMILIES[0]!, ['es95', 'mean'], 500, 300)
    expect(es95!.approximate).toBeLessThan(0.01)
    expect(mean!.approximate).toBe(0)
  })

  it('are missing with too few values', () => {
    const found = coverageOf(FAMILIES[0]!, ['p99', 'es99', 'es95'], 99, 10)
    expect(found.p99!.missing).toBe(1)
    expect(found.es99!.missing).toBe(1)
    expect(found.es95!.missing).toBe(1)
  })
})

describe('95 % intervals of expected shortfall where a crash comes with about the chance of the tail', () => {
  const es99 = (chance: number, sd?: number): Coverage =>
    coverageOf(crashFamily(chance, sd), ['es99'], 1000, 600).es99!

  it.each([
    [0.008, 10],
    [0.015, 10],
    [0.009, 0],
  ])('cover the truth at a chance of %d, crashes apart by %d', (chance, sd) => {
    expect(es99(chance, sd).covered).toBeGreaterThanOrEqual(0.93)
  })

  it('cover it among those that are not called approximate too', () => {
    const { covered, plain } = es99(0.01)
    expect(covered).toBeGreaterThanOrEqual(0.93)
    expect(plain).toBeGreaterThanOrEqual(0.92)
  })

  it('know nothing of a crash that no path shows', () => {
    // 3 paths in 1,000 crash on average, none in one sample of twenty: no interval can know.
    const { above, covered } = es99(0.003)
    expect(above).toBeGreaterThan(0.02)
    expect(covered).toBeGreaterThanOrEqual(0.92)
  })
})

describe('95 % intervals at the path count at which a stop rule ends a run', () => {
  it.each([
    ['mean', 5],
    ['p99', 10],
    ['es99', 10],
  ])('of %s within %d %% cover the truth at least in 91 %%', (statistic, percent) => {
    const { covered, paths } = coverageAfterStop(FAMILIES[1]!, statistic, percent, 200)
    expect(covered).toBeGreaterThanOrEqual(0.91)
    expect(paths).toBeGreaterThan(1000)
  })
})
