import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { morris } from './morris.ts'
import { type Ranges, SensitivityError } from './ranges.ts'
import { sobolIndices } from './sobolIndices.ts'

const around = (half: number, n: number): Ranges => Array.from({ length: n }, () => [-half, half])
const unit = (n: number): Ranges => Array.from({ length: n }, () => [0, 1])

type Point = ArrayLike<number>

const ishigami =
  (a: number, b: number) =>
  (x: Point): number =>
    Math.sin(x[0]!) + a * Math.sin(x[1]!) ** 2 + b * x[2]! ** 4 * Math.sin(x[0]!)

/** Exact shares of the Ishigami function on -pi .. pi. */
function ishigamiShares(a: number, b: number) {
  const v1 = 0.5 * (1 + (b * Math.PI ** 4) / 5) ** 2
  const v2 = a ** 2 / 8
  const v13 = (b ** 2 * Math.PI ** 8 * 8) / 225
  const variance = v1 + v2 + v13
  return {
    variance,
    first: [v1, v2, 0].map((v) => v / variance),
    total: [v1 + v13, v2, v13].map((v) => v / variance),
  }
}

const sobolG =
  (a: readonly number[]) =>
  (x: Point): number =>
    a.reduce((product, ak, k) => (product * (Math.abs(4 * x[k]! - 2) + ak)) / (1 + ak), 1)

/** Exact shares of the Sobol g-function on the unit cube. */
function sobolGShares(a: readonly number[]) {
  const own = a.map((ak) => 1 / 3 / (1 + ak) ** 2)
  const all = own.reduce((product, v) => product * (1 + v), 1)
  const variance = all - 1
  return {
    variance,
    first: own.map((v) => v / variance),
    total: own.map((v) => (v * all) / (1 + v) / variance),
  }
}

const values = (list: readonly { readonly value: number }[]): number[] => list.map((i) => i.value)

function expectNear(got: readonly number[], want: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(want.length)
  for (const [k, value] of got.entries())
    expect(Math.abs(value - want[k]!), `parameter ${k}`).toBeLessThan(tolerance)
}

describe('Sobol indices', () => {
  const N = 2 ** 14

  it.each([
    [7, 0.1],
    [5, 0.05],
  ])('of the Ishigami function a = %d, b = %d within 0.01 (G1)', (a, b) => {
    const exact = ishigamiShares(a, b)
    const found = sobolIndices(ishigami(a, b), around(Math.PI, 3), { samples: N, seed: 1 })
    expectNear(values(found.first), exact.first, 0.01)
    expectNear(values(found.total), exact.total, 0.01)
    expect(found.mean).toBeCloseTo(a / 2, 2)
    expect(found.variance / exact.variance).toBeCloseTo(1, 2)
    expect(found.evaluations).toBe(N * 5)
  })

  it('of the g-function within 0.01, and the published digits of the exact shares (G2)', () => {
    const a = [0, 1, 4.5, 9, 99, 99, 99, 99]
    const exact = sobolGShares(a)
    expect(exact.variance).toBeCloseTo(0.46542443190221, 12)
    expect(exact.first[0]).toBeCloseTo(0.71619216887903, 12)
    expect(exact.total[7]).toBeCloseTo(1.0494905191951e-4, 15)
    const found = sobolIndices(sobolG(a), unit(8), { samples: N, seed: 2 })
    expectNear(values(found.first), exact.first, 0.01)
    expectNear(values(found.total), exact.total, 0.01)
  })

  it('of x1 x2 + x3 (G3)', () => {
    const found = sobolIndices((x) => x[0]! * x[1]! + x[2]!, unit(3), { samples: N })
    expectNear(
      values(found.first),
      [3, 3, 12].map((n) => n / 19),
      0.005,
    )
    expectNear(
      values(found.total),
      [4, 4, 12].map((n) => n / 19),
      0.005,
    )
  })

  it('lie in their intervals as often as the intervals say, or more', () => {
    const exact = ishigamiShares(7, 0.1)
    let inside = 0
    for (let seed = 1; seed <= 60; seed++) {
      const { first, total } = sobolIndices(ishigami(7, 0.1), around(Math.PI, 3), {
        samples: 512,
        seed,
      })
      first.forEach((i, k) => {
        if (i.low <= exact.first[k]! && exact.first[k]! <= i.high) inside++
      })
      total.forEach((i, k) => {
        if (i.low <= exact.total[k]! && exact.total[k]! <= i.high) inside++
      })
    }
    expect(inside / 360).toBeGreaterThan(0.9)
    expect(inside / 360).toBeLessThan(0.995)
  })

  it.each([16, 32])('lie in their intervals from %d base samples on too', (samples) => {
    const a = [0, 1, 4.5, 9]
    const weights = [3, 2, 1, 0.5, 0.2]
    const squares = weights.reduce((sum, w) => sum + w * w, 0)
    const shares = weights.map((w) => (w * w) / squares)
    const cases = [
      { f: ishigami(7, 0.1), ranges: around(Math.PI, 3), exact: ishigamiShares(7, 0.1) },
      { f: sobolG(a), ranges: unit(4), exact: sobolGShares(a) },
      {
        f: (x: Point) => weights.reduce((sum, w, k) => sum + w * x[k]!, 0),
        ...{ ranges: unit(5), exact: { first: shares, total: shares } },
      },
    ]
    const SEEDS = 100
    for (const { f, ranges, exact } of cases) {
      const missed = { first: ranges.map(() => 0), total: ranges.map(() => 0) }
      for (let seed = 1; seed <= SEEDS; seed++) {
        const found = sobolIndices(f, ranges, { samples, seed })
        for (const kind of ['first', 'total'] as const)
          found[kind].forEach(({ low, high }, k) => {
            if (exact[kind][k]! < low || exact[kind][k]! > high) missed[kind][k]!++
          })
      }
      // Measured over 400 seeds: 90 % and more of each; two standard errors of 100 seeds are 6 %.
      for (const count of [...missed.first, ...missed.total])
        expect(count / SEEDS).toBeLessThan(0.16)
    }
  })

  it('do not depend on the unit of a parameter, nor on a constant added to the function', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        (scale, offset) => {
          const options = { samples: 64 }
          const plain = sobolIndices((x) => x[0]! ** 2 + x[1]!, unit(2), options)
          const other = sobolIndices(
            (x) => (x[0]! / scale) ** 2 + x[1]! + offset,
            [
              [0, scale],
              [0, 1],
            ],
            options,
          )
          expectNear(values(other.first), values(plain.first), 1e-8)
          expectNear(values(other.total), values(plain.total), 1e-8)
        },
      ),
      { seed: 1, numRuns: 30 },
    )
  })

  it('of a parameter that decides alone are 1 however few the samples, and 0 of all others', () => {
    const { first, total } = sobolIndices((x) => x[1]! ** 3, unit(3), { samples: 4 })
    for (const found of [first, total])
      found.forEach(({ value, low, high }, k) => {
        for (const number of [value, low, high]) expect(number).toBeCloseTo(k === 1 ? 1 : 0, 12)
      })
  })

  it('of a constant cannot be told', () => {
    const { first, total, variance } = sobolIndices(() => 3, unit(2), { samples: 8 })
    expect(variance).toBe(0)
    expect([...values(first), ...values(total)]).toEqual([NaN, NaN, NaN, NaN])
  })

  it('are the same for the same seed', () => {
    const run = (seed: number) =>
      sobolIndices(ishigami(7, 0.1), around(3, 3), { samples: 64, seed })
    expect(run(5)).toEqual(run(5))
    expect(run(5)).not.toEqual(run(6))
  })

  it.each([
    ['no ranges', () => sobolIndices(() => 1, [], { samples: 8 }), 'at least one range'],
    ['an empty range', () => sobolIndices(() => 1, [[1, 1]], { samples: 8 }), 'range 0 is 1 .. 1'],
    [
      'more parameters than there are Sobol dimensions',
      () => sobolIndices(() => 1, unit(600), { samples: 8 }),
      '600 parameters',
    ],
    [
      'a seed that is no number',
      () => sobolIndices(() => 1, unit(1), { samples: 8, seed: NaN }),
      'seed is NaN',
    ],
    ['half a seed', () => sobolIndices(() => 1, unit(1), { samples: 8, seed: 1.5 }), 'seed is 1.5'],
    ['three samples', () => sobolIndices(() => 1, unit(1), { samples: 3 }), 'samples is 3'],
    [
      'a value that is not finite',
      () => sobolIndices(() => NaN, unit(1), { samples: 8 }),
      'finite',
    ],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(SensitivityError)
    expect(make).toThrow(message)
  })
})

describe('Morris screening', () => {
  it('of the Ishigami function (G4)', () => {
    const found = morris(ishigami(7, 0.1), around(Math.PI, 3), { trajectories: 10_000, levels: 4 })
    const [one, two, three] = found.map((effect) => effect.muStar.value)
    expect(two).toBeCloseTo(7.875, 10)
    expect(Math.abs(one! / 7.682808 - 1)).toBeLessThan(0.03)
    expect(Math.abs(three! / 6.256295 - 1)).toBeLessThan(0.03)
  })

  it('of a sum of i x_i is i, with no scatter', () => {
    const found = morris((x) => x[0]! + 2 * x[1]! + 3 * x[2]!, unit(3), { trajectories: 50 })
    expectNear(
      found.map((effect) => effect.muStar.value),
      [1, 2, 3],
      1e-12,
    )
    for (const { sigma } of found) expect(sigma).toBeLessThan(1e-12)
  })

  it.each([4, 6, 8])('stays on a grid of %d levels, inside the ranges', (levels) => {
    const seen = new Set<number>()
    morris(
      (x) => {
        for (const value of Array.from(x)) seen.add(Math.round(value * 1e9) / 1e9)
        return 0
      },
      [[2, 5]],
      { trajectories: 200, levels },
    )
    const grid = Array.from({ length: levels }, (_, k) => 2 + (3 * k) / (levels - 1))
    expect([...seen].sort((a, b) => a - b)).toEqual(grid.map((x) => Math.round(x * 1e9) / 1e9))
  })

  it('refuses an odd number of levels', () => {
    expect(() => morris(() => 0, unit(1), { trajectories: 5, levels: 5 })).toThrow('even number')
  })
})
