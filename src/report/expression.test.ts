import { describe, expect, it } from 'vitest'
import { unitOf } from './expression.ts'

describe('unitOf', () => {
  it.each([
    ['badDebt.es99 + 0.1*capitalCost', 'USD'],
    ['1e6*badDebt', 'USD'],
    ['-1*badDebtShare', 'fraction'],
    ['badDebt[aave].p99.5 <= 4e5', 'USD'],
    // Of several units, of parameters and of nothing there is none.
    ['badDebt + 2*liquidations', ''],
    ['-1*threshold', ''],
    ['', ''],
  ])('of %s is "%s"', (text, unit) => {
    expect(unitOf(text)).toBe(unit)
  })
})
