import { describe, expect, it } from 'vitest'
import { governedFlag } from './governed.ts'

describe('a flag that others may change', () => {
  it('is one number where the term is for all, and refuses what is no flag', () => {
    const flags = Uint8Array.of(1)
    const own = governedFlag('trading', flags)
    expect(own.terms).toEqual(['trading'])
    expect(own.setTerm('trading', -1, 0)).toBeNull()
    expect([flags[0], own.term('trading', -1)]).toEqual([0, 0])
    for (const [term, asset, value] of [
      ['trading', -1, 0.5],
      ['trading', -1, Number.NaN],
      ['trading', 0, 1],
      ['answering', -1, 1],
    ] as const) {
      expect(own.setTerm(term, asset, value), `${term} ${asset} ${value}`).toMatch(/"/)
      expect(flags[0]).toBe(0)
    }
    expect(own.term('trading', 0)).toBeNaN()
    expect(own.term('answering', -1)).toBeNaN()
  })

  it('is one number per asset where the term is per asset', () => {
    const flags = Uint8Array.of(1, 1, 1)
    const own = governedFlag('answering', flags)
    expect(own.setTerm('answering', 1, 0)).toBeNull()
    expect([...flags]).toEqual([1, 0, 1])
    expect(own.setTerm('answering', 3, 0)).toMatch(/no term/)
    expect(own.setTerm('answering', -1, 0)).toMatch(/no term/)
    expect(own.term('answering', 3)).toBeNaN()
  })
})
