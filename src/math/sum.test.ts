import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shift, toDouble, toFixed } from './bigReal.conformance.ts'
import { createSum, sum } from './sum.ts'

const finite = fc.double({ min: -1e15, max: 1e15, noNaN: true }).map((x) => Math.round(x * 64) / 64)

describe('sum', () => {
  // The example of Neumaier (1974): plain and Kahan summation both give 0.
  it('keeps a small term between two large ones', () => {
    expect(sum([1, 1e100, 1, -1e100])).toBe(2)
  })

  it('is the exact sum, rounded, of numbers on a grid', () => {
    fc.assert(
      fc.property(fc.array(finite, { maxLength: 300 }), (values) => {
        const exact = values.reduce((total, x) => total + toFixed(x), 0n)
        const size = values.reduce((total, x) => total + toFixed(Math.abs(x)), 0n)
        const error = toFixed(sum(values)) - exact
        const bound = shift(exact < 0n ? -exact : exact, -52) + shift(size, -90)
        expect(error <= bound && -error <= bound, `${toDouble(error)}`).toBe(true)
      }),
    )
  })

  it('reads only the given range, and gives 0 for an empty one', () => {
    expect(sum([1, 2, 4, 8, 16], 1, 4)).toBe(14)
    expect(sum([1, 2, 4], 2)).toBe(4)
    expect(sum([])).toBe(0)
    expect(sum([1, 2], 2, 2)).toBe(0)
  })

  it('passes infinities and NaN through', () => {
    expect(sum([1, Infinity, 2])).toBe(Infinity)
    expect(sum([-Infinity, Infinity])).toBe(NaN)
    expect(sum([1, NaN])).toBe(NaN)
  })
})

describe('createSum', () => {
  it('gives the bits of sum, may be read on the way, and starts again after reset', () => {
    fc.assert(
      fc.property(fc.array(finite, { maxLength: 100 }), (values) => {
        const running = createSum()
        running.add(12345.678)
        running.reset()
        values.forEach((x, i) => {
          running.add(x)
          expect(running.value()).toBe(sum(values, 0, i + 1))
        })
        if (values.length === 0) expect(running.value()).toBe(0)
      }),
    )
  })
})
