import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { symmetricEigen } from './eigen.ts'

const symmetric = fc.integer({ min: 1, max: 12 }).chain((n) =>
  fc
    .array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: n * n, maxLength: n * n })
    .map((all) => {
      const matrix = new Float64Array(n * n)
      for (let i = 0; i < n; i++)
        for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = all[i * n + j]!
      return { n, matrix }
    }),
)

describe('symmetricEigen', () => {
  it('knows a textbook matrix', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2)
    expect([...values]).toEqual([expect.closeTo(3, 14), expect.closeTo(1, 14)])
    expect(Math.abs(vectors[0]!)).toBeCloseTo(Math.SQRT1_2, 14)
  })

  it('gives the matrix back from orthonormal vectors, largest value first', () => {
    fc.assert(
      fc.property(symmetric, ({ n, matrix }) => {
        const { values, vectors } = symmetricEigen(matrix, n)
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++) {
            let [back, product] = [0, 0]
            for (let k = 0; k < n; k++) {
              back += values[k]! * vectors[k * n + i]! * vectors[k * n + j]!
              product += vectors[i * n + k]! * vectors[j * n + k]!
            }
            expect(back).toBeCloseTo(matrix[i * n + j]!, 11)
            expect(product).toBeCloseTo(i === j ? 1 : 0, 12)
          }
        expect([...values]).toEqual([...values].sort((a, b) => b - a))
      }),
      { seed: 3, numRuns: 100 },
    )
  })
})
