import { describe, expect, it } from 'vitest'
import { ConditionError, parseCondition, parseObjective, parseStopRule } from './condition.ts'
import { statisticOf } from './statistics.ts'

const MEASURES = ['badDebt', 'badDebt[aave-v3]', 'loopGain', 'liquidations', 'liquidatorProfit']
const DATA: Readonly<Record<string, Float64Array>> = {
  badDebt: Float64Array.of(0, 10, 20, 30, 40),
  'badDebt[aave-v3]': Float64Array.of(1, 2),
  loopGain: Float64Array.of(0.5, Number.NaN, 1.5),
  liquidations: Float64Array.of(Number.NaN),
  liquidatorProfit: Float64Array.of(-10, 0, 10, 20, 30),
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
    // Profits are bad at their low end.
    ['liquidatorProfit.p75 == 20', true],
    ['liquidatorProfit.var75 == 0', true],
    ['liquidatorProfit.es60 == -5', true],
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
    ['--badDebt > 1', 'two signs in a row'],
    ['-+badDebt > 1', 'two signs in a row'],
    ['- - 2 * badDebt > 1', 'two signs in a row'],
    ['badDebt - -badDebt > 1', 'is no term'],
    ['badDebt - > 1', 'is no term'],
    ['- > 1', 'no measure'],
  ])('%s is refused', (text, part) => {
    expect(() => parseCondition(text, MEASURES)).toThrowError(ConditionError)
    expect(() => parseCondition(text, MEASURES)).toThrowError(part)
  })
})

describe('a stop rule', () => {
  const sample = Float64Array.from({ length: 400 }, (_, k) => 100 + (k % 20))
  const of = (text: string) => parseStopRule(text, MEASURES)

  it('is reached when half the interval is within the share of the value', () => {
    const rule = of('badDebt.p50 within 5%')
    expect(rule.measures).toEqual(['badDebt'])
    // Order statistics 180 and 221 of 400 are 108 and 111; the median is rank 200, 109.
    expect(rule.estimate(() => sample)).toMatchObject({ value: 109, low: 108, high: 111, n: 400 })
    expect(rule.halfWidth(() => sample)).toBeCloseTo(1.5 / 109, 14)
    expect(rule.reached(() => sample)).toBe(true)
    expect(of('badDebt.p50 within 1.4 %').reached(() => sample)).toBe(true)
    expect(of('badDebt.p50 within 1.3%').reached(() => sample)).toBe(false)
  })

  it('is never reached without an interval', () => {
    const few = sample.subarray(0, 100)
    expect(of('badDebt.p99 within 50%').halfWidth(() => few)).toBeNull()
    expect(of('badDebt.p99 within 50%').reached(() => few)).toBe(false)
    expect(of('badDebt within 50%').reached(() => sample.subarray(0, 1))).toBe(false)
    expect(of('badDebt within 50%').reached(() => Float64Array.of(Number.NaN))).toBe(false)
  })

  it('is reached at 0 only when every path that counts is there', () => {
    const zeros = new Float64Array(400)
    expect(of('badDebt.p99 within 5%').reached(() => zeros)).toBe(true)
    const lump = Float64Array.from({ length: 400 }, (_, k) => (k < 205 ? 0 : k))
    expect(of('badDebt.p50 within 5%').halfWidth(() => lump)).toBe(Infinity)
    expect(of('badDebt.p50 within 5%').reached(() => lump)).toBe(false)
  })

  it.each([
    ['badDebt.p99', 'is no stop rule'],
    ['badDebt.p99 within', 'is no stop rule'],
    ['badDebt.p99 within 5', 'is no stop rule'],
    ['badDebt.p99 within -5%', 'above 0'],
    ['badDebt.p99 within x%', 'above 0'],
    ['badDept.p99 within 5%', 'badDept'],
    ['badDebt.median within 5%', 'median'],
    ['badDebt.max within 5%', 'no interval'],
  ])('%s is refused', (text, part) => {
    expect(() => of(text)).toThrowError(ConditionError)
    expect(() => of(text)).toThrowError(part)
  })
})

describe('statistics', () => {
  const values = Float64Array.of(5, 1, 3, 2, 4)
  it('are what their names say', () => {
    expect(statisticOf('mean')!(values).value).toBe(3)
    expect(statisticOf('sd')!(values).value).toBeCloseTo(Math.sqrt(2.5), 14)
    expect(statisticOf('min')!(values).value).toBe(1)
    expect(statisticOf('max')!(values).value).toBe(5)
    expect(statisticOf('p25')!(values).value).toBe(2)
    expect(statisticOf('var97.5')!(values).value).toBe(5)
    // The worst 40 % of five values are two of them.
    expect(statisticOf('es60')!(values).value).toBe(4.5)
    expect(statisticOf('p100')).toBeNull()
  })
})

describe('an objective', () => {
  const worth = (text: string): number => parseObjective(text, MEASURES).value((m) => DATA[m]!)
  it.each([
    ['badDebt', 20],
    ['badDebt.max + 0.1*badDebt', 42],
    ['-badDebt.p50 - 2 * loopGain', -22],
    ['1e-1*badDebt[aave-v3].max', 0.2],
  ])('%s is %s', (text, expected) => {
    expect(worth(text)).toBeCloseTo(expected, 12)
  })

  it.each(['', '+', 'badDebt < 3', 'unknown', 'badDebt.p0', '0.1capitalCost'])(
    '"%s" cannot be read',
    (text) => {
      expect(() => parseObjective(text, MEASURES)).toThrow(ConditionError)
    },
  )

  it('cannot be judged without a value', () => {
    expect(() => worth('liquidations')).toThrow(ConditionError)
  })
})
