import { describe, expect, it } from 'vitest'
import { createCmaEs } from './cmaEs.ts'

type Target = (x: Float64Array) => number

const sphere: Target = (x) => x.reduce((sum, v) => sum + (v - 0.7) ** 2, 0)
const rosenbrock: Target = (x) => {
  let sum = 0
  for (let i = 0; i + 1 < x.length; i++)
    sum += 100 * (x[i + 1]! - x[i]! * x[i]!) ** 2 + (1 - x[i]!) ** 2
  return sum
}
/** An ellipsoid a million times longer than wide, turned against the axes. */
const ellipsoid: Target = (x) => {
  const sum = x.reduce((a, b) => a + b, 0)
  return sum * sum + 1e6 * x.reduce((a, v) => a + (v - sum / x.length) ** 2, 0)
}

function lowest(f: Target, start: readonly number[], generations: number, seed = 1): number {
  const search = createCmaEs(start, { seed })
  let best = Infinity
  for (let g = 0; g < generations; g++) {
    const values = search.ask().map(f)
    best = Math.min(best, ...values)
    search.tell(values.map((_, k) => k).sort((a, b) => values[a]! - values[b]!))
  }
  return best
}

describe('covariance matrix adaptation', () => {
  it.each([
    ['a sphere of 6 parameters', sphere, Array(6).fill(0.2), 150],
    ['a sphere of 1 parameter', sphere, [0.1], 100],
    ["Rosenbrock's valley of 4 parameters", rosenbrock, Array(4).fill(0), 400],
    ['a turned ellipsoid of 5 parameters', ellipsoid, Array(5).fill(1), 500],
  ] as const)('finds the minimum of %s', (_, f, start, generations) => {
    for (const seed of [1, 2, 3]) expect(lowest(f, start, generations, seed)).toBeLessThan(1e-10)
  })

  it('sees only the order of values', () => {
    const plain = lowest(sphere, [0, 0, 0], 30)
    expect(lowest((x) => Math.sqrt(sphere(x)), [0, 0, 0], 30) ** 2).toBeCloseTo(plain, 12)
  })

  it('repeats itself by seed, and differs by seed and restart', () => {
    const first = (options: { seed: number; restart?: number }) =>
      Array.from(createCmaEs([0.5, 0.5], options).ask()[0]!)
    expect(first({ seed: 4 })).toEqual(first({ seed: 4 }))
    expect(first({ seed: 4 })).not.toEqual(first({ seed: 5 }))
    expect(first({ seed: 4 })).not.toEqual(first({ seed: 4, restart: 1 }))
  })

  it('draws its first points around the start with the stated spread', () => {
    const search = createCmaEs([2, 3], { seed: 9, sigma: 0.1, population: 4000 })
    const points = search.ask()
    for (const [i, centre] of [2, 3].entries()) {
      const mean = points.reduce((sum, x) => sum + x[i]!, 0) / points.length
      const square = points.reduce((sum, x) => sum + (x[i]! - mean) ** 2, 0) / points.length
      expect(Math.abs(mean - centre)).toBeLessThan(0.006)
      expect(Math.abs(Math.sqrt(square) - 0.1)).toBeLessThan(0.005)
    }
    expect(search.spread()).toBeCloseTo(0.1, 12)
  })

  it('refuses populations that have no order', () => {
    expect(() => createCmaEs([0], { seed: 1, population: 3 })).toThrow(RangeError)
    expect(() => createCmaEs([], { seed: 1 })).toThrow(RangeError)
  })
})
