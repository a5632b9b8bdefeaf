import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Law } from './laws.ts'
import { SensitivityError } from './ranges.ts'
import { shapleyEffects, shapleyValue } from './shapley.ts'
import { sobolIndices } from './sobolIndices.ts'

const normals = (sds: readonly number[]): readonly Law[] =>
  sds.map((sd) => ({ kind: 'normal', mean: 0, sd }))

const linear =
  (beta: readonly number[]) =>
  (x: ArrayLike<number>): number =>
    beta.reduce((sum, b, k) => sum + b * x[k]!, 0)

const values = (list: readonly { readonly value: number }[]): number[] => list.map((i) => i.value)

/** Solve A x = b by elimination; small and well conditioned. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]!])
  rows.forEach((pivot, i) => {
    for (const [j, row] of rows.entries()) {
      if (j === i) continue
      const factor = row[i]! / pivot[i]!
      row.forEach((_, k) => {
        row[k]! -= factor * pivot[k]!
      })
    }
  })
  return rows.map((row, i) => row.at(-1)! / row[i]!)
}

/** Shares of a linear function of normal parameters: worth of J is b' (S_JJ - S_JK S_KK^-1 S_KJ) b. */
function linearShares(beta: readonly number[], sds: readonly number[], rho: readonly number[][]) {
  const d = beta.length
  const all = [...beta.keys()]
  const cov = (i: number, j: number): number => rho[i]![j]! * sds[i]! * sds[j]!
  const worth = Array.from({ length: 1 << d }, (_, subset) => {
    const inside = all.filter((k) => (subset & (1 << k)) !== 0)
    const outside = all.filter((k) => (subset & (1 << k)) === 0)
    const own = inside.reduce(
      (sum, i) => sum + inside.reduce((s, j) => s + beta[i]! * beta[j]! * cov(i, j), 0),
      0,
    )
    const across = outside.map((k) => inside.reduce((s, i) => s + beta[i]! * cov(i, k), 0))
    const known = outside.map((i) => outside.map((j) => cov(i, j)))
    return own - solve(known, across).reduce((s, x, k) => s + x * across[k]!, 0)
  })
  return all.map((k) => shapleyValue(worth, d, k) / worth.at(-1)!)
}

describe('Shapley values', () => {
  it('of the glove game are 1/6, 1/6, 2/3', () => {
    // A pair is worth 1: players 0 and 1 have a left glove, player 2 a right one.
    const worth = Array.from({ length: 8 }, (_, s) => ((s & 3) !== 0 && (s & 4) !== 0 ? 1 : 0))
    ;[1 / 6, 1 / 6, 2 / 3].forEach((share, k) => {
      expect(shapleyValue(worth, 3, k)).toBeCloseTo(share, 14)
    })
  })

  it('add up to the worth of all, and give a player who adds nothing nothing', () => {
    const worths = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
      minLength: 15,
      maxLength: 15,
    })
    fc.assert(
      fc.property(worths, (rest) => {
        const worth = [0, ...rest]
        const sum = [0, 1, 2, 3].reduce((total, k) => total + shapleyValue(worth, 4, k), 0)
        expect(sum).toBeCloseTo(worth[15]!, 12)
        const without = worth.map((_, s) => worth[s & ~2]!)
        expect(shapleyValue(without, 4, 1)).toBe(0)
      }),
      { seed: 1, numRuns: 100 },
    )
  })
})

describe('Shapley effects', () => {
  it.each([0, 0.3, -0.5, 0.9])('of two normal parameters, correlation %d: closed form', (rho) => {
    const [b, s] = [
      [1, 2],
      [1.5, 1],
    ]
    const correlations = [
      [1, rho],
      [rho, 1],
    ]
    const [v1, v2] = [(b[0]! * s[0]!) ** 2, (b[1]! * s[1]!) ** 2]
    const both = rho * b[0]! * b[1]! * s[0]! * s[1]!
    const variance = v1 + v2 + 2 * both
    // Owen and Prieur, SIAM/ASA J. Uncertainty Quantification 5 (2017) 986.
    const first = (v1 * (1 - rho ** 2 / 2) + both + (v2 * rho ** 2) / 2) / variance
    const found = shapleyEffects(linear(b), normals(s), { samples: 8192, correlations })
    expect(Math.abs(found.effects[0]!.value - first)).toBeLessThan(0.01)
    expect(Math.abs(found.effects[1]!.value - (1 - first))).toBeLessThan(0.01)
    expect(found.variance / variance).toBeCloseTo(1, 1)
    expect(found.mean).toBeCloseTo(0, 1)
  })

  const beta = [1, -0.7, 2, 0.5]
  const sds = [1, 2, 0.5, 1.5]
  const rho = [
    [1, 0.5, 0, -0.3],
    [0.5, 1, 0.2, 0],
    [0, 0.2, 1, 0.6],
    [-0.3, 0, 0.6, 1],
  ]

  it('of four normal parameters lie near the exact ones', () => {
    const exact = linearShares(beta, sds, rho)
    const found = shapleyEffects(linear(beta), normals(sds), { samples: 8192, correlations: rho })
    for (const [k, { value }] of found.effects.entries())
      expect(Math.abs(value - exact[k]!), `parameter ${k}`).toBeLessThan(0.015)
  })

  it('lie in their intervals as often as the intervals say', () => {
    const exact = linearShares(beta, sds, rho)
    let inside = 0
    for (let seed = 1; seed <= 60; seed++) {
      const options = { samples: 256, correlations: rho, seed }
      const { effects } = shapleyEffects(linear(beta), normals(sds), options)
      effects.forEach(({ low, high }, k) => {
        if (low <= exact[k]! && exact[k]! <= high) inside++
      })
    }
    expect(inside / 240).toBeGreaterThan(0.9)
    expect(inside / 240).toBeLessThan(0.995)
  })

  it('add up to 1, whatever the function and the law', () => {
    const laws: readonly Law[] = [
      [0, 1],
      { kind: 'triangular', low: -1, mode: 0, high: 2 },
      { kind: 'logNormal', median: 1, sd: 0.5 },
    ]
    const f = (x: ArrayLike<number>): number => x[0]! * x[1]! + Math.sqrt(x[2]!)
    const correlations = [
      [1, 0.7, 0],
      [0.7, 1, -0.4],
      [0, -0.4, 1],
    ]
    const { effects } = shapleyEffects(f, laws, { samples: 64, correlations })
    expect(values(effects).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
  })

  it('lie between first-order and total-order indices when parameters are independent', () => {
    const f = (x: ArrayLike<number>): number => x[0]! * x[1]! + x[2]!
    const unit = [0, 1, 2].map((): readonly [number, number] => [0, 1])
    const { effects, total } = shapleyEffects(f, unit, { samples: 8192 })
    // x1 x2 + x3 on the unit cube: first 3, 3, 12 and total 4, 4, 12 of 19; the interaction is shared.
    for (const [k, share] of [3.5, 3.5, 12].entries())
      expect(Math.abs(effects[k]!.value - share / 19)).toBeLessThan(0.005)
    const sobol = sobolIndices(f, unit, { samples: 8192 })
    for (const [k, { value }] of sobol.total.entries())
      expect(Math.abs(total[k]!.value - value)).toBeLessThan(0.01)
  })

  it('give a parameter that the function ignores what it tells of another', () => {
    const correlations = [
      [1, 0.8],
      [0.8, 1],
    ]
    const { effects, total } = shapleyEffects((x) => x[0]!, normals([1, 1]), {
      samples: 4096,
      correlations,
    })
    expect(Math.abs(effects[1]!.value - 0.32)).toBeLessThan(0.01)
    expect(total[1]!.value).toBe(0)
  })

  it('of a constant cannot be told', () => {
    const { effects, variance } = shapleyEffects(() => 3, normals([1, 1]), { samples: 8 })
    expect(variance).toBe(0)
    expect(values(effects)).toEqual([NaN, NaN])
  })

  it.each([
    ['rows that are not square', { correlations: [[1, 0]] }, '2 rows of 2'],
    [
      'an asymmetric matrix',
      {
        correlations: [
          [1, 0.5],
          [0.4, 1],
        ],
      },
      'correlation 0, 1 is 0.5',
    ],
    [
      'a diagonal that is not 1',
      {
        correlations: [
          [2, 0],
          [0, 1],
        ],
      },
      'correlation 0, 0 is 2',
    ],
    ['too few samples', { samples: 2 }, 'samples is 2'],
  ])('refuse %s', (_, options, message) => {
    const make = () => shapleyEffects(() => 1, normals([1, 1]), { samples: 8, ...options })
    expect(make).toThrow(SensitivityError)
    expect(make).toThrow(message)
  })

  it('refuse correlations that cannot be, and too many parameters', () => {
    const impossible = [
      [1, 0.9, -0.9],
      [0.9, 1, 0.9],
      [-0.9, 0.9, 1],
    ]
    const of = (correlations: number[][]) => () =>
      shapleyEffects(() => 1, normals([1, 1, 1]), { samples: 8, correlations })
    expect(of(impossible)).toThrow('make some weaker')
    const many = () => shapleyEffects(() => 1, normals(new Array(11).fill(1)), { samples: 8 })
    expect(many).toThrow('at most 10')
  })
})
