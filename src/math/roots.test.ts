import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bisect, brent, RootError } from './roots.ts'

const cases: readonly [string, (x: number) => number, number, number, number][] = [
  ['x^2 - 2', (x) => x * x - 2, 0, 2, Math.SQRT2],
  ['x^3', (x) => x * x * x, -1, 1.5, 0],
  ['x^3 - 2x - 5 (Wallis)', (x) => x * x * x - 2 * x - 5, 2, 3, 2.0945514815423265],
  ['step at 0.3', (x) => (x < 0.3 ? -1 : 1), 0, 1, 0.3],
  ['pole at 1/3', (x) => 1 / (x - 1 / 3), 0, 1, 1 / 3],
  ['flat x^9', (x) => x ** 9, -1, 4, 0],
  ['reversed bracket', (x) => x - 7, 100, -3, 7],
]

describe.each([
  ['brent', brent],
  ['bisect', bisect],
] as const)('%s', (_, solve) => {
  it.each(cases)('finds the sign change of %s', (_name, f, lo, hi, root) => {
    expect(Math.abs(solve(f, lo, hi, { maxIterations: 500 }) - root)).toBeLessThan(2e-12)
  })

  it('finds any root of a cubic to the asked tolerance', () => {
    const double = (min: number, max: number): fc.Arbitrary<number> =>
      fc.double({ min, max, noNaN: true })
    fc.assert(
      fc.property(
        double(-50, 50),
        double(0.01, 5),
        double(1e-12, 1e-3),
        (root, bend, tolerance) => {
          const f = (x: number): number => (x - root) * (1 + bend * (x - root) ** 2)
          const found = solve(f, -60, 70, { tolerance, maxIterations: 200 })
          expect(Math.abs(found - root)).toBeLessThanOrEqual(tolerance + 1e-13)
        },
      ),
    )
  })

  it('returns an end that is a root', () => {
    expect(solve((x) => x, 0, 5)).toBe(0)
    expect(solve((x) => x - 5, 0, 5)).toBe(5)
  })

  it('throws RootError when not bracketed, undefined or not converged', () => {
    expect(() => solve((x) => x * x + 1, -1, 1)).toThrow(RootError)
    expect(() => solve(() => NaN, -1, 1)).toThrow(RootError)
    expect(() => solve((x) => (x === 0.5 ? NaN : x - 0.5 + 1e-9 * x), 0, 1)).not.toThrow(TypeError)
    try {
      solve((x) => x ** 3 - 0.1, -1, 10, { maxIterations: 2 })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(RootError)
      expect((error as RootError).reason).toBe('convergence')
    }
  })
})

it('brent needs far fewer evaluations than bisect on a smooth function', () => {
  let calls = 0
  const f = (x: number): number => {
    calls++
    return Math.exp(x) - 5
  }
  brent(f, 0, 10)
  const smooth = calls
  calls = 0
  bisect(f, 0, 10)
  expect(smooth).toBeLessThan(calls / 2)
})
