import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cholesky } from './cholesky.ts'

function product(factor: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) out[i * n + j]! += factor[i * n + k]! * factor[j * n + k]!
    }
  }
  return out
}

function furthest(a: Float64Array, b: Float64Array): number {
  return a.reduce((max, x, i) => Math.max(max, Math.abs(x - b[i]!)), 0)
}

describe('cholesky', () => {
  // Worked by hand: (2 0 0; 6 1 0; -8 5 3) times its transpose.
  it('factors a known matrix', () => {
    const out = new Float64Array(9)
    expect(cholesky(Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98), 3, out)).toBe(true)
    expect([...out]).toEqual([2, 0, 0, 6, 1, 0, -8, 5, 3])
  })

  it('reproduces random products, of full rank or not, also in place', () => {
    const entries = fc.double({ min: -3, max: 3, noNaN: true }).map((x) => Math.round(x * 16) / 16)
    const size = fc.integer({ min: 1, max: 7 })
    const shape = size.chain((n) =>
      fc.tuple(
        fc.constant(n),
        fc.array(entries, { minLength: n * n, maxLength: n * n }),
        fc.nat(n),
      ),
    )
    fc.assert(
      fc.property(shape, ([n, flat, dropped]) => {
        const root = Float64Array.from(flat)
        for (let i = 0; i < n; i++) root.fill(0, i * n + (n - dropped), (i + 1) * n)
        const matrix = product(root, n)
        const scale = Math.max(1, ...matrix)
        const out = new Float64Array(n * n).fill(NaN)
        expect(cholesky(matrix, n, out)).toBe(true)
        expect(furthest(product(out, n), matrix)).toBeLessThan(2e-6 * scale)
        expect(cholesky(matrix, n, matrix)).toBe(true)
        expect(matrix).toEqual(out)
      }),
    )
  })

  it('accepts perfect correlation and a zero row', () => {
    const out = new Float64Array(9)
    expect(cholesky(Float64Array.of(1, 1, 0, 1, 1, 0, 0, 0, 0), 3, out)).toBe(true)
    expect([...out]).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 0])
    expect(cholesky(Float64Array.of(1, -1, -1, 1), 2, out)).toBe(true)
  })

  it('refuses what is not positive semi-definite', () => {
    const out = new Float64Array(9)
    expect(cholesky(Float64Array.of(1, 1.01, 1.01, 1), 2, out)).toBe(false)
    expect(cholesky(Float64Array.of(0, 1, 1, 1), 2, out)).toBe(false)
    expect(cholesky(Float64Array.of(-1), 1, out)).toBe(false)
    expect(cholesky(Float64Array.of(NaN), 1, out)).toBe(false)
    expect(cholesky(Float64Array.of(1, NaN, NaN, 1), 2, out)).toBe(false)
    expect(cholesky(Float64Array.of(1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1), 3, out)).toBe(false)
  })
})
