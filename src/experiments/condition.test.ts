import { describe, expect, it } from 'vitest'
import { ConditionError, parseCondition } from './condition.ts'
import { statisticOf } from './statistics.ts'

const MEASURES = ['badDebt', 'badDebt[aave-v3]', 'loopGain', 'liquidations']
const DATA: Readonly<Record<string, Float64Array>> = {
  badDebt: Float64Array.of(0, 10, 20, 30, 40),
  'badDebt[aave-v3]': Float64Array.of(1, 2),
  loopGain: Float64Array.of(0.5, Number.NaN, 1.5),
  liquidations: Float64Array.of(Number.NaN),
}
const holds = (text: string): boolean => parseCondition(text, MEASURES).holds((name) => DATA[name]!)

describe('a condition', () => {
  it.each([
    ['badDebt > 19', true],
    ['badDebt > 20', false],
    ['badDebt >= 20', true],
    ['badDebt == 20', true],
    ['badDebt.max <= 40', true],
    ['badDebt.min < 0', false],
    ['badDebt.p50 > 1.99e1', true],
    ['badDebt.var75 >= 30', true],
    ['badDebt.es80 >= 40', true],
    ['2 * badDebt - badDebt.max > -1e-3', true],
    ['2*badDebt-badDebt.max+1e-3*badDebt>0.01', true],
    ['- badDebt < -19', true],
    ['loopGain == 1', true],
    ['badDebt[aave-v3].max == 2', true],
    ['2 * badDebt[aave-v3] - badDebt.min + badDebt[aave-v3].min == 4', true],
  ])('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected)
  })

  it('cannot be judged without a value', () => {
    expect(() => holds('liquidations >= 0')).toThrowError(/cannot be judged/)
  })

  it.each([
    ['badDebt', 'has no comparison'],
    ['badDept > 1', 'badDept'],
    ['badDebt.p0 > 1', 'p0'],
    ['badDebt.median > 1', 'median'],
    ['badDebt > ', 'is no number'],
    ['badDebt > 1e', 'is no number'],
    ['> 1', 'no measure'],
    ['badDebt * 2 > 1', 'is no term'],
  ])('%s is refused', (text, part) => {
    expect(() => parseCondition(text, MEASURES)).toThrowError(ConditionError)
    expect(() => parseCondition(text, MEASURES)).toThrowError(part)
  })
})

describe('statistics', () => {
  const values = Float64Array.of(5, 1, 3, 2, 4)
  it('are what their names say', () => {
    expect(statisticOf('mean')!(values)).toBe(3)
    expect(statisticOf('sd')!(values)).toBeCloseTo(Math.sqrt(2.5), 14)
    expect(statisticOf('min')!(values)).toBe(1)
    expect(statisticOf('max')!(values)).toBe(5)
    expect(statisticOf('p25')!(values)).toBe(2)
    expect(statisticOf('var97.5')!(values)).toBeCloseTo(4.9, 12)
    // The worst 40 % of five values are two of them.
    expect(statisticOf('es60')!(values)).toBe(4.5)
    expect(statisticOf('p100')).toBeNull()
  })
})
