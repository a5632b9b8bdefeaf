import { describe, expect, it } from 'vitest'
import {
  inverseNormalCdf,
  philoxDraws,
  sampleQuantile,
  shortfall,
  sortedCopy,
} from '../math/index.ts'
import { FAMILIES, type Family } from './coverage.conformance.ts'
import { createPairedSum, type PairedTerm } from './paired.ts'

/** What another world makes of the number of a path, with chances of its own. */
type Relation = (x: number, u: number, v: number, family: Family) => number

const RELATIONS: Readonly<Record<string, Relation>> = {
  'nothing in common': (_, u, __, family) => family.quantile(u),
  half: (x) => x / 2,
  'a little noise': (x, u) => x + 0.3 * inverseNormalCdf(u),
  'some paths anew': (x, u, v, family) => (v < 0.7 ? x : family.quantile(u)),
  'no more than a cap': (x) => Math.min(x, 1.2),
  'a part by chance': (x, u) => x * (0.3 + 0.4 * u),
}

/** Pairs of samples of two worlds on the same paths. */
function pairsOf(family: Family, relation: Relation, name: string) {
  const { uniform } = philoxDraws(20_243, 0, `${family.name} ${name}`)
  return (repetition: number, n: number): readonly [Float64Array, Float64Array] => {
    const u = (k: number, slot: number): number => uniform(repetition, 3 * k + slot)
    const first = Float64Array.from({ length: n }, (_, k) => family.quantile(u(k, 0)))
    return [first, first.map((x, k) => relation(x, u(k, 1), u(k, 2), family))]
  }
}

function pointOf(statistic: string, values: Float64Array): number {
  const level = Number(statistic.replace(/\D+/, '')) / 100
  const sorted = sortedCopy(values)
  return statistic.startsWith('es') ? shortfall(sorted, level).value : sampleQuantile(sorted, level)
}

function differenceOf(statistic: string, a: Float64Array, b: Float64Array): readonly PairedTerm[] {
  const shared = { statistic, better: 'lower' } as const
  return [
    { ...shared, weight: 1, values: a },
    { ...shared, weight: -1, values: b },
  ]
}

/** Share of samples whose interval covers the difference that very many paths have. */
function coverage(
  family: Family,
  name: string,
  statistic: string,
  n: number,
  samples: number,
): number {
  const pair = pairsOf(family, RELATIONS[name]!, name)
  const [a, b] = pair(samples, 20_000)
  const truth = pointOf(statistic, a) - pointOf(statistic, b)
  let covered = 0
  for (let s = 0; s < samples; s++) {
    const { low, high } = createPairedSum(s)(differenceOf(statistic, ...pair(s, n)))
    if (low! <= truth && truth <= high!) covered++
  }
  return covered / samples
}

const [normal, , lognormal, , , mostlyNone] = FAMILIES as readonly Family[]

describe('95 % intervals of differences on the same paths', () => {
  // Standard error of a coverage of 95 % in 200 samples: 1.5 %.
  it.each(Object.keys(RELATIONS))(
    'cover expected shortfall with five paths in the tail: %s',
    (name) => {
      for (const family of [normal!, lognormal!, mostlyNone!])
        expect(coverage(family, name, 'es95', 100, 200)).toBeGreaterThanOrEqual(0.91)
    },
  )

  // In 60 samples: 2.8 %.
  it.each(Object.keys(RELATIONS))('cover a quantile: %s', (name) => {
    expect(coverage(lognormal!, name, 'p95', 80, 60)).toBeGreaterThanOrEqual(0.88)
  })

  it('cover the deviation, whose differences are of all paths', () => {
    const pair = pairsOf(normal!, RELATIONS.half!, 'deviation')
    let covered = 0
    for (let s = 0; s < 300; s++) {
      const { low, high } = createPairedSum(s)(differenceOf('sd', ...pair(s, 60)))
      if (low! <= 0.5 && 0.5 <= high!) covered++
    }
    expect(covered / 300).toBeGreaterThanOrEqual(0.91)
  })

  it('get narrow when paths grow in number', () => {
    const pair = pairsOf(lognormal!, RELATIONS.half!, 'width')
    const width = (n: number): number => {
      const { low, high } = createPairedSum(1)(differenceOf('es95', ...pair(0, n)))
      return high! - low!
    }
    expect(width(20_000)).toBeLessThan(0.2 * width(400))
  })

  it.each([
    ['es95', 100, /too few paths: 99 of the 100/],
    ['es99', 500, /too few paths: 499 of the 500/],
    ['p95', 72, /too few paths: 71 of the 72/],
    ['p50', 6, /too few paths: 5 of the 6/],
  ])('are not there where the tail of %s has too few paths, below %d', (statistic, n, why) => {
    const pair = pairsOf(normal!, RELATIONS['nothing in common']!, 'few')
    const at = (paths: number) => createPairedSum(1)(differenceOf(statistic, ...pair(0, paths)))
    const enough = at(n)
    expect(enough.low! < enough.value! && enough.value! < enough.high!).toBe(true)
    const few = at(n - 1)
    expect([few.low, few.high]).toEqual([null, null])
    expect(few.method).toMatch(why)
  })

  it('are of the paths that the tail rests on where all of them change alike', () => {
    const values = Float64Array.from({ length: 200 }, (_, k) => (k * 7919) % 200)
    const less = values.map((v) => v - 5)
    const at = (statistic: string) => createPairedSum(1)(differenceOf(statistic, less, values))
    expect(at('es95')).toMatchObject({ value: -5, low: -5, high: -5 })
    // Of five paths a sign test says nothing.
    expect(at('es97.5')).toMatchObject({ value: -5, low: null, high: null })
  })

  it('take the tail at the bad end, and add different statistics up', () => {
    const values = Float64Array.from({ length: 400 }, (_, k) => (k * 7919) % 400)
    const terms: readonly PairedTerm[] = [
      { weight: 2, statistic: 'es90', better: 'higher', values },
      { weight: -1, statistic: 'mean', better: 'higher', values },
      { weight: 1, statistic: 'var90', better: 'higher', values },
    ]
    const { value, low, high } = createPairedSum(1)(terms)
    // Mean of 0 .. 39, of 0 .. 399, and the gain that 90 % of the paths reach.
    expect(value).toBeCloseTo(2 * 19.5 - 199.5 + 40, 6)
    expect(low! < value! && value! < high!).toBe(true)
  })
})
