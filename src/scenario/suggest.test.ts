import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { closest, didYouMean, editDistance } from './suggest.ts'

describe('edit distance', () => {
  test('counts inserts, deletes, replacements and swaps', () => {
    expect(editDistance('abc', 'abc')).toBe(0)
    expect(editDistance('', 'abc')).toBe(3)
    expect(editDistance('abc', 'acb')).toBe(1)
    expect(editDistance('kitten', 'sitting')).toBe(3)
  })

  test('is symmetric, and at most the longer length', () => {
    const word = fc.string({ maxLength: 12 })
    fc.assert(
      fc.property(word, word, (a, b) => {
        const d = editDistance(a, b)
        expect(d).toBe(editDistance(b, a))
        expect(d).toBeLessThanOrEqual(Math.max(a.length, b.length))
        expect(d === 0).toBe(a === b)
      }),
    )
  })
})

describe('suggestions', () => {
  test('come best first and only when close', () => {
    expect(closest('badDebtShar', ['badDebt', 'badDebtShare', 'steps'])[0]).toBe('badDebtShare')
    expect(closest('zzz', ['badDebt', 'steps'])).toEqual([])
  })

  test('find a kind by its last part, in any case', () => {
    expect(closest('compoundv2', ['lending/compoundV2', 'oracles/feed'])).toEqual([
      'lending/compoundV2',
    ])
  })

  test('list what is known when nothing is close', () => {
    expect(didYouMean('zzz', ['a', 'b'])).toBe('known: a, b')
    expect(didYouMean('zzz', [])).toBe('there are none')
    const many = Array.from({ length: 20 }, (_, i) => `name${i}`)
    expect(didYouMean('q', many)).toContain('(20 in all)')
  })
})
