import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearScale, roundStep, spanOf } from './scale.ts'
import { bandOf, clipped, lineOf, textWidth } from './svg.ts'
import { axisUnit, rangedText, tickText } from './units.ts'

const whole = fc.integer({ min: -1_000_000, max: 1_000_000 })
const power = fc.integer({ min: -12, max: 12 })
const count = fc.integer({ min: 2, max: 12 })

describe('linearScale', () => {
  it('marks round values inside the axis and lays them in order over its pixels', () => {
    fc.assert(
      fc.property(whole, whole, power, count, (a, b, exponent, count) => {
        const unit = Number(`1e${exponent}`)
        const span = [Math.min(a, b) * unit, Math.max(a, b) * unit] as const
        const scale = linearScale(span, [60, 400], { count, ends: 'round' })
        const room = 1e-6 * unit
        expect(scale.low).toBeLessThanOrEqual(span[0] + room)
        expect(scale.high).toBeGreaterThanOrEqual(span[1] - room)
        expect(scale.ticks.length).toBeGreaterThanOrEqual(2)
        expect(scale.ticks.length).toBeLessThanOrEqual(count + 3)
        for (const tick of scale.ticks) {
          expect(scale.at(tick)).toBeGreaterThanOrEqual(60 - 1e-6)
          expect(scale.at(tick)).toBeLessThanOrEqual(400 + 1e-6)
        }
      }),
      { seed: 8 },
    )
  })

  it('gives one value, and none, an axis', () => {
    expect(linearScale([5, 5], [0, 100]).at(5)).toBe(50)
    expect(linearScale([0, 0], [0, 100])).toMatchObject({ low: 0, high: 1 })
    expect(linearScale(null, [0, 100]).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  })

  it('marks 0.3 as 0.3', () => {
    expect(linearScale([0.1, 0.5], [0, 1], { count: 4 }).ticks).toEqual([0.1, 0.2, 0.3, 0.4, 0.5])
  })
})

describe('roundStep', () => {
  it('is 1, 2 or 5 times a power of ten and cuts into at most so many parts', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (length) => {
        const step = roundStep(length, 6)
        expect(length / step).toBeLessThanOrEqual(6 + 1e-6)
        expect(length / step).toBeGreaterThan(6 / 2.5 - 1e-6)
        expect(['1', '2', '5']).toContain(step.toExponential(9)[0])
      }),
      { seed: 8 },
    )
  })
})

describe('spanOf', () => {
  it('leaves out what is not known', () => {
    expect(spanOf([3, null, Number.NaN, 1, Infinity])).toEqual([1, 3])
    expect(spanOf([null, Number.NaN])).toBeNull()
  })
})

describe('marks', () => {
  it('break where a value is not known', () => {
    const line = lineOf([
      [0, 0],
      [1, 1],
      [2, Number.NaN],
      [3, 3],
      [4, 4],
    ])
    expect(line).toBe('M0,0L1,1M3,3L4,4')
    expect(
      bandOf([
        [0, 1, 2],
        [Number.NaN, 0, 0],
        [1, 1, 2],
        [2, 1, 3],
      ]),
    ).toBe('M1,1L2,1L2,3L1,2Z')
  })

  it('are given the room that their letters need', () => {
    // Measured in Chromium with DejaVu Sans, 12.5 px.
    expect(textWidth('hedgeEveryMinutes')).toBeGreaterThan(124)
    expect(textWidth('illicit')).toBeLessThan(40)
    expect(textWidth(clipped('hedgeEveryMinutes', 60))).toBeLessThanOrEqual(60)
  })

  it('shorten long names', () => {
    expect(clipped('short', 100)).toBe('short')
    expect(clipped('a name that is far too long', 60)).toMatch(/^.{1,9}…$/)
  })
})

describe('numbers of axes', () => {
  it('are written in a unit that keeps them short', () => {
    expect(axisUnit('USD', 4e6)).toEqual({ factor: 1e-6, unit: 'million USD' })
    expect(axisUnit('fraction', 0.4)).toEqual({ factor: 100, unit: '%' })
    expect(axisUnit('accounts', 12_433)).toEqual({ factor: 1, unit: 'accounts' })
    expect(tickText(250_000, 50_000, axisUnit('USD', 4e6))).toBe('0.25')
    expect(tickText(0.125, 0.005, axisUnit('fraction', 1))).toBe('12.5')
    expect(tickText(-0.0001, 1, { factor: 1, unit: '' })).toBe('0')
  })

  it('show as many digits as their interval supports', () => {
    const cliff = { value: 0.50008912, low: 0.4994, high: 0.5007 }
    expect(rangedText(cliff, '')).toBe('0.5001 [0.4994 to 0.5007]')
    expect(rangedText({ value: 0.112, low: 0.106, high: 0.118 }, 'fraction')).toBe(
      '11.2 [10.6 to 11.8] %',
    )
    expect(rangedText({ value: Number.NaN, low: null, high: null }, 'USD')).toBe('none')
    expect(rangedText({ value: 3, low: Number.NaN, high: Number.NaN }, 'accounts')).toBe(
      '3 accounts',
    )
  })
})
