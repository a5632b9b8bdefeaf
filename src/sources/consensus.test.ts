import fc from 'fast-check'
import { expect, test } from 'vitest'
import { consensus } from './consensus.ts'

test('the densest run wins; its middle, size and spread', () => {
  const found = consensus([1, 5, 5.00001, 5.00002, 7, 7.1, 0, Number.NaN], 1e-5, 2)
  expect(found).toEqual({ value: 5.00001, count: 3, of: 6, spread: expect.closeTo(4e-6, 9) })
})

test('an even run has the mean of its two middle values', () => {
  expect(consensus([2, 2.5, 9], 0.3, 2)?.value).toBe(2.25)
})

test('too few that agree are no consensus', () => {
  expect(consensus([1, 2, 3], 0.1, 2)).toBeNull()
  expect(consensus([0, -1], 0.1, 0)).toBeNull()
})

test('noise within the width is found again among fewer strangers, in any order and unit', () => {
  const noise = fc.array(fc.double({ min: -5e-7, max: 5e-7, noNaN: true }), {
    minLength: 5,
    maxLength: 30,
  })
  const strangers = fc.uniqueArray(fc.integer({ min: 2, max: 999 }), { maxLength: 20 })
  fc.assert(
    fc.property(noise, strangers, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (n, s, unit) => {
      const values = [...s.map((x) => x * unit), ...n.map((x) => unit * (1 + x))].reverse()
      const found = consensus(values, 1.1e-6, 5)
      expect(found?.count).toBe(n.length)
      expect(Math.abs(found!.value / unit - 1)).toBeLessThanOrEqual(5.1e-7)
      expect(found!.spread).toBeLessThanOrEqual(1.1e-6)
    }),
  )
})
