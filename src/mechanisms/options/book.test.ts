import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blackScholes } from './blackScholes.ts'
import {
  addGreeks,
  type BookRow,
  bookColumns,
  bookProfile,
  DELTA,
  GAMMA,
  VEGA,
  YEAR,
} from './book.ts'
import { OptionInputError } from './errors.ts'

const row: fc.Arbitrary<BookRow> = fc.record({
  type: fc.constantFrom('call' as const, 'put' as const),
  strike: fc.double({ min: 500, max: 9000, noNaN: true }),
  expiresAt: fc.integer({ min: -86400, max: YEAR }),
  vol: fc.double({ min: 0.05, max: 2, noNaN: true }),
  slope: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
  quantity: fc.double({ min: -100, max: 100, noNaN: true }),
})

describe('addGreeks', () => {
  it('sums what the formulas give for each option that is alive, at the vol that its slope leads to', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        fc.double({ min: 1000, max: 6000, noNaN: true }),
        fc.integer({ min: -2, max: 10 }),
        (rows, spot, percent) => {
          const terms = { rate: percent / 100, dividend: percent / 300, volSpot: 3000 }
          const got = new Float64Array(3)
          addGreeks(bookColumns(rows), terms, null, rows.length, Math.log(spot), 0, got)
          const sums = [0, 0, 0]
          const sizes = [1e-300, 1e-300, 1e-300]
          for (const { type, strike, expiresAt, vol, slope, quantity } of rows) {
            if (expiresAt <= 0) continue
            const now = Math.max(vol + slope! * Math.log(spot / 3000), 0.1 * vol)
            const expiry = expiresAt / YEAR
            const one = blackScholes({ type, spot, strike, expiry, vol: now, ...terms })
            ;[one.delta, one.gamma, one.vega].forEach((greek, k) => {
              sums[k]! += quantity * greek
              sizes[k]! += Math.abs(quantity * greek)
            })
          }
          for (const k of [DELTA, GAMMA, VEGA]) {
            expect(Math.abs(got[k]! - sums[k]!)).toBeLessThanOrEqual(1e-9 * sizes[k]! + 1e-12)
          }
        },
      ),
      { seed: 1 },
    )
  })

  it('adds only the rows it is given, to what is there', () => {
    const expiresAt = 7 * 86400
    const book = bookColumns([
      { type: 'call', strike: 3000, expiresAt, vol: 0.6, quantity: 1 },
      { type: 'put', strike: 2800, expiresAt, vol: 0.6, quantity: -2 },
    ])
    const terms = { rate: 0, dividend: 0, volSpot: 3000 }
    const [both, second] = [new Float64Array(3), Float64Array.from([1, 2, 3])]
    addGreeks(book, terms, null, 2, Math.log(3000), 0, both)
    addGreeks(book, terms, Int32Array.from([1]), 1, Math.log(3000), 0, second)
    addGreeks(book, terms, Int32Array.from([0]), 1, Math.log(3000), 0, second)
    expect(second[0]).toBeCloseTo(both[0]! + 1, 14)
    expect(second[1]).toBeCloseTo(both[1]! + 2, 14)
    expect(second[2]).toBeCloseTo(both[2]! + 3, 10)
  })

  it('drops an option at the second of its expiry', () => {
    const book = bookColumns([
      { type: 'call', strike: 3000, expiresAt: 100, vol: 0.6, quantity: 1 },
    ])
    const terms = { rate: 0, dividend: 0, volSpot: 3000 }
    const delta = (time: number): number => {
      const out = new Float64Array(3)
      addGreeks(book, terms, null, 1, Math.log(3300), time, out)
      return out[0]!
    }
    expect([delta(99.999), delta(100), delta(101)]).toEqual([1, 0, 0])
  })
})

describe('bookProfile', () => {
  it('has the gamma of validation E5 at the money, and its peak where d1 = -vol sqrt(T)', () => {
    // Validation E5: ETH 3000, at the money, 7 days, vol 60 %.
    const book = bookColumns([
      { type: 'call', strike: 3000, expiresAt: 7 * 86400, vol: 0.6, quantity: 1 },
    ])
    const spots = Array.from({ length: 41 }, (_, i) => 2000 + 50 * i)
    const profile = bookProfile(book, { rate: 0, dividend: 0, volSpot: 3000 }, spots, 0)
    const gammas = spots.map((_, i) => profile[4 * i + 2]!)
    expect(Math.abs(gammas[20]! / 0.001599043104194522 - 1)).toBeLessThan(1e-12)
    const peak = 3000 * Math.exp((-1.5 * 0.36 * 7) / 365)
    expect(Math.abs(spots[gammas.indexOf(Math.max(...gammas))]! - peak)).toBeLessThan(25)
    expect(profile[80]).toBe(3000)
    expect(() => bookProfile(book, { rate: 0, dividend: 0, volSpot: 1 }, [0], 0)).toThrow(
      /spots\[0\]/,
    )
  })
})

describe('bookColumns', () => {
  const good = { type: 'put', strike: 1, expiresAt: 1, vol: 1, quantity: 1 } as const
  it.each([
    [{ vol: -0.1 }, /row 1 of the book: vol is '-0.1'/],
    [{ strike: 0 }, /row 1 of the book: strike is '0'/],
    [{ quantity: Number.NaN }, /row 1 of the book: quantity is 'NaN'/],
    [{ expiresAt: Infinity }, /row 1 of the book: expiresAt is 'Infinity'/],
    [{ slope: Infinity }, /row 1 of the book: slope is 'Infinity'/],
    [{ type: 'straddle' as 'put' }, /row 1 of the book: type is 'straddle'/],
  ])('refuses %j', (change, message) => {
    expect(() => bookColumns([good, { ...good, ...change }])).toThrow(OptionInputError)
    expect(() => bookColumns([good, { ...good, ...change }])).toThrow(message)
  })
})
