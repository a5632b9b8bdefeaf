import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawnOf, type Law } from './laws.ts'
import { SensitivityError } from './ranges.ts'

const LAWS: readonly Law[] = [
  [2, 5],
  { kind: 'uniform', low: -1, high: 1 },
  { kind: 'triangular', low: 0, mode: 1, high: 4 },
  { kind: 'triangular', low: 0, mode: 0, high: 1 },
  { kind: 'normal', mean: 3, sd: 2 },
  { kind: 'logNormal', median: 10, sd: 0.5 },
]

/** Mean over the law by mid-points. */
function meanOf(law: Law, bounds?: readonly [number, number]): number {
  const { quantile } = drawnOf(law, bounds)
  let sum = 0
  for (let k = 0; k < 20_000; k++) sum += quantile((k + 0.5) / 20_000)
  return sum / 20_000
}

describe('a law', () => {
  it.each(LAWS.map((law) => [law]))('%j rises from its lowest to its highest value', (law) => {
    const { low, high, quantile } = drawnOf(law)
    expect(quantile(0)).toBeCloseTo(low, 9)
    expect(quantile(1)).toBeCloseTo(high, 9)
    const unit = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(unit, unit, (a, b) => {
        expect(quantile(Math.min(a, b))).toBeLessThanOrEqual(quantile(Math.max(a, b)))
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  it('has its mean', () => {
    expect(meanOf([2, 5])).toBeCloseTo(3.5, 6)
    expect(meanOf({ kind: 'triangular', low: 0, mode: 1, high: 4 })).toBeCloseTo(5 / 3, 4)
    expect(meanOf({ kind: 'normal', mean: 3, sd: 2 })).toBeCloseTo(3, 6)
    expect(meanOf({ kind: 'logNormal', median: 10, sd: 0.5 })).toBeCloseTo(10 * Math.exp(0.125), 1)
  })

  it('within bounds is the law given that its value is within them', () => {
    // Mean of a standard normal above 0: sqrt(2 / pi).
    const half = meanOf({ kind: 'normal', mean: 0, sd: 1 }, [0, Infinity])
    expect(half).toBeCloseTo(Math.sqrt(2 / Math.PI), 3)
    expect(meanOf([0, 10], [4, 20])).toBeCloseTo(7, 6)
  })

  it.each([
    ['an empty range', [1, 1], undefined],
    ['a range outside its bounds', [0, 1], [2, 3]],
    ['no spread', { kind: 'normal', mean: 0, sd: 0 }, undefined],
  ] as const)('refuses %s', (_, law, bounds) => {
    expect(() => drawnOf(law, bounds)).toThrow(SensitivityError)
  })
})
