import { describe, expect, it } from 'vitest'
import {
  change,
  clock,
  count,
  dollars,
  exact,
  inUnit,
  percent,
  price,
  short,
  words,
} from './format.ts'

describe('numbers in words', () => {
  it('keeps whole numbers whole and groups thousands', () => {
    expect([0, 2, 12433, 1234.5, 2.345, 0.01234].map(short)).toEqual([
      ...['0', '2', '12,433', '1,235', '2.35', '0.0123'],
    ])
    expect([1.2e-7, 3e17, Number.NaN].map(short)).toEqual(['1.2e-7', '3.00e+17', 'NaN'])
    expect(count(1, 'account')).toBe('1 account')
    expect(count(1315, 'account')).toBe('1,315 accounts')
  })

  it('writes dollars with a unit that never reaches a thousand', () => {
    expect([0, 12.3, 1837, 999_999.9, 551_101_256, 2.5e12].map(dollars)).toEqual([
      ...['$0.00', '$12.30', '$1.84k', '$1.00M', '$551.10M', '$2.50T'],
    ])
    expect(dollars(-4500)).toBe('-$4.50k')
    expect([0.0031, 1e-9].map(dollars)).toEqual(['$0.0031', 'under $0.0001'])
  })

  it('writes prices with the digits that matter', () => {
    expect([27_483.2, 1141.2, 1, 0.0051].map(price)).toEqual([
      ...['$27,483', '$1,141.20', '$1.0000', '$0.00510'],
    ])
    expect(price(Number.NaN)).toBe('none')
  })

  it('writes fractions as percentages and changes with a sign', () => {
    expect([0, 1, 0.133, 0.00019, 0.0995, -0.4, 1e-9].map(percent)).toEqual([
      ...['0 %', '100 %', '13.3 %', '0.019 %', '10.0 %', '-40.0 %', 'under 0.001 %'],
    ])
    expect([0.012, -0.4, 1e-8].map(change)).toEqual(['+1.2 %', '-40.0 %', 'by under 0.001 %'])
  })

  it('writes times from seconds to days', () => {
    expect([12, 119, 120, 3599, 5580, 36000, 200_000].map(clock)).toEqual([
      ...['12 s', '119 s', '2 min', '1 h', '1 h 33 min', '10 h', '2 d 7 h'],
    ])
  })

  it('writes values in their units, one thing in the singular', () => {
    expect(inUnit(null, 'USD')).toBe('none')
    expect(inUnit(1, 'liquidations')).toBe('1 liquidation')
    expect(inUnit(2, 'liquidations')).toBe('2 liquidations')
    expect(inUnit(1, 's')).toBe('1 s')
    expect(inUnit(0.5, 'fraction')).toBe('50.0 %')
    expect(exact(0.028, 'fraction')).toBe('2.8 %')
    expect(exact(30_000_000, 'USD')).toBe('30,000,000 USD')
    expect(exact(0.1 + 0.2, '')).toBe('0.3')
  })

  it('takes names apart', () => {
    expect(words('totalDebtBeforeScaling')).toBe('total debt before scaling')
    expect(words('debtFactor.outside0.8-1.2')).toBe('debt factor outside 0.8-1.2')
  })
})
