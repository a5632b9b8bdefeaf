import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minimise } from './minimise.ts'
import { inversePositive, solveLower } from './positive.ts'

describe('minimise', () => {
  it('walks through the curved valley of Rosenbrock', () => {
    const f = (x: Float64Array) => 100 * (x[1]! - x[0]! ** 2) ** 2 + (1 - x[0]!) ** 2
    const { x, isConverged } = minimise(f, [-1.2, 1], { tolerance: 1e-14 })
    expect(isConverged).toBe(true)
    expect(x[0]).toBeCloseTo(1, 4)
    expect(x[1]).toBeCloseTo(1, 4)
  })

  it('finds the bottom of any quadratic bowl', () => {
    const number = fc.double({ min: -2, max: 2, noNaN: true })
    fc.assert(
      fc.property(fc.array(number, { minLength: 6, maxLength: 6 }), (v) => {
        const [a, b, c] = [v[0]! ** 2 + 0.1, v[1]! ** 2 + 0.1, v[2]! / 10]
        const f = (x: Float64Array) => {
          const [p, q] = [x[0]! - v[3]!, x[1]! - v[4]!]
          return a * p * p + b * q * q + 2 * c * Math.min(a, b) * p * q + v[5]!
        }
        const { x, value } = minimise(f, [0, 0], { tolerance: 1e-13 })
        expect(value).toBeCloseTo(v[5]!, 8)
        expect(x[0]).toBeCloseTo(v[3]!, 3)
        expect(x[1]).toBeCloseTo(v[4]!, 3)
      }),
      { numRuns: 100, seed: 1 },
    )
  })

  it('stays on its side of a wall', () => {
    const f = (x: Float64Array) => (x[0]! <= 0 ? Number.NaN : x[0]! - 2 * Math.log(x[0]!))
    expect(minimise(f, [0.1]).x[0]).toBeCloseTo(2, 3)
  })

  it('says so when the iterations run out', () => {
    const f = (x: Float64Array) => 100 * (x[1]! - x[0]! ** 2) ** 2 + (1 - x[0]!) ** 2
    expect(minimise(f, [-1.2, 1], { maxIterations: 2 }).isConverged).toBe(false)
  })
})

describe('inverse of a positive definite matrix', () => {
  it('times the matrix is one, whatever the units', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 }),
        (v) => {
          const n = 3
          const unit = [1, 1e-6, 1e5]
          const m = new Float64Array(n * n)
          for (let i = 0; i < n; i++)
            for (let j = 0; j < n; j++) {
              for (let k = 0; k < 4; k++) m[i * n + j]! += v[i * 4 + k]! * v[j * 4 + k]!
              m[i * n + j]! += i === j ? 0.1 : 0
              m[i * n + j]! *= unit[i]! * unit[j]!
            }
          const inverse = inversePositive(m, n)!
          for (let i = 0; i < n; i++)
            for (let j = 0; j < n; j++) {
              let total = 0
              for (let k = 0; k < n; k++) total += m[i * n + k]! * inverse[k * n + j]!
              expect((total * unit[j]!) / unit[i]!).toBeCloseTo(i === j ? 1 : 0, 9)
            }
        },
      ),
      { numRuns: 100, seed: 2 },
    )
  })

  it('is refused for a singular or indefinite matrix', () => {
    expect(inversePositive(Float64Array.of(1, 1, 1, 1), 2)).toBeNull()
    expect(inversePositive(Float64Array.of(1, 2, 2, 1), 2)).toBeNull()
  })

  it('solves a triangular system in place', () => {
    const b = Float64Array.of(2, 7)
    solveLower(Float64Array.of(2, 0, 1, 3), 2, b)
    expect([...b]).toEqual([1, 2])
  })
})
