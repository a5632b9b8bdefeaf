import { describe, expect, it } from 'vitest'
import { brownianBridge } from './brownianBridge.ts'
import { philoxDraws } from './draws.ts'
import { inverseNormalCdf } from './normal.ts'
import { createSobol, SOBOL_DIMENSIONS, sobolDirections } from './sobol.ts'

function pointsOf(dimension: number, seed: number, count: number): readonly Float64Array[] {
  const sobol = createSobol(dimension, seed)
  return Array.from({ length: count }, (_, i) => {
    const out = new Float64Array(dimension)
    sobol.point(i, out)
    return out
  })
}

describe('sobolDirections', () => {
  // Origin: scipy 1.17.1, scipy.stats.qmc.Sobol(1024, scramble=False, bits=32), its direction numbers.
  it.each([
    [
      5,
      [
        2147483648, 1073741824, 536870912, 2952790016, 4160749568, 3690987520, 2046820352,
        2634022912, 1518338048, 801112064, 2707423232, 4038066176, 3666345984, 1875116032,
        2170683392, 1085997056,
      ],
    ],
    [
      100,
      [
        2147483648, 1073741824, 2684354560, 1342177280, 1476395008, 335544320, 1509949440,
        1962934272, 1820327936, 2277507072, 3697278976, 4134535168, 3413639168, 1266941952,
        3529900032, 2030501888,
      ],
    ],
    [
      1024,
      [
        2147483648, 1073741824, 2684354560, 2952790016, 1476395008, 2214592512, 1241513984,
        486539264, 2206203904, 4273995776, 1377828864, 1523580928, 4093116416, 1835794432,
        200671232, 1974403072,
      ],
    ],
  ] as const)('are those of Joe and Kuo in dimension %d', (dimension, expected) => {
    const own = sobolDirections(dimension).slice(32 * (dimension - 1), 32 * (dimension - 1) + 16)
    expect([...own].map((x) => x >>> 0)).toEqual([...expected])
  })
})

describe('createSobol', () => {
  it('has one point of 2^m in every interval of length 2^-m, in every dimension', () => {
    const points = pointsOf(SOBOL_DIMENSIONS, 3, 256)
    for (let d = 0; d < SOBOL_DIMENSIONS; d++) {
      const cells = new Set(points.map((p) => Math.floor(p[d]! * 256)))
      expect(cells.size).toBe(256)
    }
  })

  it('is a (0, m, 2)-net in its first two dimensions', () => {
    const points = pointsOf(2, 9, 256)
    for (let a = 0; a <= 8; a++) {
      const cells = points.map(
        (p) => Math.floor(p[0]! * 2 ** a) * 2 ** (8 - a) + Math.floor(p[1]! * 2 ** (8 - a)),
      )
      expect(new Set(cells).size).toBe(256)
    }
  })

  it('is uniform over seeds', () => {
    const first = Array.from({ length: 2000 }, (_, seed) => {
      const out = new Float64Array(3)
      createSobol(3, seed).point(5, out)
      return out
    })
    for (let d = 0; d < 3; d++) {
      const mean = first.reduce((sum, p) => sum + p[d]!, 0) / first.length
      expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 2000))
    }
  })

  it('integrates a smooth function far better than independent points', () => {
    // The integral of the product of 1 + (x - 1/2) / (d + 1) is 1.
    const value = (p: ArrayLike<number>): number => {
      let product = 1
      for (let d = 0; d < 10; d++) product *= 1 + (p[d]! - 0.5) / (d + 1)
      return product
    }
    const plain = philoxDraws(1, 0, 'plain')
    let [even, random] = [0, 0]
    for (let seed = 0; seed < 20; seed++) {
      let [a, b] = [0, 0]
      for (const p of pointsOf(10, seed, 1024)) a += value(p) / 1024
      for (let i = 0; i < 1024; i++)
        b += value(Array.from({ length: 10 }, (_, d) => plain.uniform(seed * 1024 + i, d))) / 1024
      even += (a - 1) ** 2
      random += (b - 1) ** 2
    }
    expect(random / even).toBeGreaterThan(300)
  })

  it('gives the same points again, and refuses dimensions without directions', () => {
    expect(pointsOf(7, 2, 9)).toEqual(pointsOf(7, 2, 9))
    expect(() => createSobol(SOBOL_DIMENSIONS + 1, 1)).toThrow(/from 1 to 1024/)
  })
})

describe('brownianBridge', () => {
  it.each([1, 2, 7, 16, 100])(
    'is an orthogonal map of %d steps whose first number is the end',
    (steps) => {
      const bridge = brownianBridge(steps)
      const columns = Array.from({ length: steps }, (_, k) => {
        const z = new Float64Array(steps)
        z[k] = 1
        const out = new Float64Array(steps)
        bridge.build(z, out)
        return out
      })
      for (let a = 0; a < steps; a++)
        for (let b = 0; b <= a; b++) {
          const product = columns[a]!.reduce((sum, x, i) => sum + x * columns[b]![i]!, 0)
          expect(product).toBeCloseTo(a === b ? 1 : 0, 12)
        }
      expect(columns[0]!.reduce((a, b) => a + b, 0)).toBeCloseTo(Math.sqrt(steps), 12)
    },
  )

  it('makes Sobol points work on a payoff of the whole walk', () => {
    const steps = 64
    const bridge = brownianBridge(steps)
    const payoff = (z: ArrayLike<number>): number => {
      const out = new Float64Array(steps)
      bridge.build(z, out)
      let [walk, mean] = [0, 0]
      for (const x of out) {
        walk += x / 8
        mean += walk / steps
      }
      return Math.max(0, mean)
    }
    const draws = philoxDraws(2, 0, 'walk')
    const spread = (estimate: (seed: number) => number): number => {
      const all = Array.from({ length: 16 }, (_, seed) => estimate(seed))
      const mean = all.reduce((a, b) => a + b, 0) / 16
      return all.reduce((a, b) => a + (b - mean) ** 2, 0)
    }
    const even = spread((seed) =>
      pointsOf(steps, seed, 256).reduce((sum, p) => sum + payoff(p.map(inverseNormalCdf)), 0),
    )
    const random = spread((seed) => {
      let sum = 0
      for (let i = 0; i < 256; i++)
        sum += payoff(
          Float64Array.from({ length: steps }, (_, d) => draws.normal(seed * 256 + i, d)),
        )
      return sum
    })
    expect(random / even).toBeGreaterThan(20)
  })
})
