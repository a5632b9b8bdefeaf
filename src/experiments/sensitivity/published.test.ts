import { describe, expect, it } from 'vitest'
import { morris, sobolIndices } from '../index.ts'

// validation.md G1 to G3, through what the package exports as breakwater/experiments.
const PI = Math.PI
const CASES = [
  {
    name: 'G1 Ishigami a = 7, b = .1',
    f: (x: ArrayLike<number>) =>
      Math.sin(x[0]!) + 7 * Math.sin(x[1]!) ** 2 + 0.1 * x[2]! ** 4 * Math.sin(x[0]!),
    ranges: [
      [-PI, PI],
      [-PI, PI],
      [-PI, PI],
    ],
    mean: 3.5,
    variance: 13.844587940719,
    first: [0.31390519114781, 0.44241114479004, 0],
    total: [0.55758885520996, 0.44241114479004, 0.24368366406215],
  },
  {
    name: 'G2 Sobol g',
    f: (x: ArrayLike<number>) =>
      [0, 1, 4.5, 9, 99, 99, 99, 99].reduce(
        (all, a, k) => (all * (Math.abs(4 * x[k]! - 2) + a)) / (1 + a),
        1,
      ),
    ranges: Array.from({ length: 8 }, () => [0, 1]),
    mean: 1,
    variance: 0.46542443190221,
    first: [0.71619216887903, 0.17904804221976, 0.023675774177819, 0.0071619216887903].concat(
      new Array(4).fill(7.1619216887903e-5),
    ),
    total: [0.78714412665927, 0.24219819281824, 0.034316910154083, 0.01046038706524].concat(
      new Array(4).fill(1.0494905191951e-4),
    ),
  },
  {
    name: 'G3 x1 x2 + x3',
    f: (x: ArrayLike<number>) => x[0]! * x[1]! + x[2]!,
    ranges: Array.from({ length: 3 }, () => [0, 1]),
    mean: 0.75,
    variance: 19 / 144,
    first: [3 / 19, 3 / 19, 12 / 19],
    total: [4 / 19, 4 / 19, 12 / 19],
  },
] as const

describe('sobolIndices as documented', () => {
  it.each(CASES)('finds $name within 0.01 from 2^14 base samples', (one) => {
    const samples = 2 ** 14
    const ranges = one.ranges.map(([low, high]) => [low!, high!] as const)
    let asked = 0
    const found = sobolIndices(
      (x) => {
        asked++
        return one.f(x)
      },
      ranges,
      { samples, seed: 3 },
    )
    expect(Object.keys(found).toSorted()).toEqual([
      ...['evaluations', 'first', 'mean', 'total', 'variance'],
    ])
    expect([found.evaluations, asked]).toEqual(Array(2).fill(samples * (ranges.length + 2)))
    for (const kind of ['first', 'total'] as const) {
      expect(found[kind]).toHaveLength(ranges.length)
      found[kind].forEach((index, k) => {
        expect(Object.keys(index).toSorted()).toEqual(['high', 'low', 'value'])
        expect(Math.abs(index.value - one[kind][k]!)).toBeLessThan(0.01)
        expect(index.low).toBeLessThanOrEqual(index.value)
        expect(index.high).toBeGreaterThanOrEqual(index.value)
        expect(index.high - index.low).toBeLessThan(0.05)
      })
    }
    expect(found.mean / one.mean).toBeCloseTo(1, 2)
    expect(found.variance / one.variance).toBeCloseTo(1, 1)
  })

  it.each([5, 100, 1000, 3000])(
    'evaluates N (d + 2) times, seeded or not, for N = %d',
    (samples) => {
      const seen: number[] = []
      const f = (x: ArrayLike<number>): number => {
        seen.push(x.length)
        return Array.from(x).reduce((a, b) => a + b)
      }
      const { evaluations } = sobolIndices(
        f,
        [
          [0, 1],
          [5, 9],
        ],
        { samples },
      )
      expect([evaluations, seen.length]).toEqual([samples * 4, samples * 4])
      expect(new Set(seen)).toEqual(new Set([2]))
    },
  )
})

describe('morris as documented', () => {
  it('screens the Ishigami function (G4)', () => {
    const ranges = CASES[0].ranges.map(([low, high]) => [low!, high!] as const)
    const found = morris(CASES[0].f, ranges, { trajectories: 10_000, levels: 4, seed: 5 })
    const expected = [7.682808, 7.875, 6.256295]
    found.forEach(({ muStar }, k) => {
      expect(Math.abs(muStar.value / expected[k]! - 1)).toBeLessThan(0.03)
    })
    expect(found[1]!.muStar.value).toBeCloseTo(7.875, 9)
  })
})
