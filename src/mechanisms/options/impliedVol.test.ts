import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { black76 } from './black76.ts'
import { type BlackScholesInput, blackScholes } from './blackScholes.ts'
import { ImpliedVolError, OptionInputError } from './errors.ts'
import { impliedVol, impliedVolBlack76 } from './impliedVol.ts'
import { approximately, referenceGreeks, relativeError } from './reference.conformance.ts'
import type { OptionType } from './terms.ts'

const decimal = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min * 1e5, max: max * 1e5 }).map((n) => n / 1e5)

/** Up to 36 standard deviations from the money, 0.3 s to 10 years from expiry, 1 % to 400 % vol. */
const wide: fc.Arbitrary<BlackScholesInput> = fc
  .record({
    type: fc.constantFrom<OptionType>('call', 'put'),
    logSpot: decimal(-5, 11),
    z: fc.oneof(decimal(-36, 36), decimal(-3, 3), decimal(-0.01, 0.01)),
    rate: decimal(-0.1, 0.2),
    dividend: decimal(-0.1, 0.2),
    logExpiry: decimal(-18, 2),
    logVol: decimal(-4, 1),
  })
  .map(({ type, logSpot, z, rate, dividend, logExpiry, logVol }) => {
    const [spot, expiry, vol] = [Math.exp(logSpot), Math.exp(logExpiry), Math.exp(logVol)]
    const strike = spot * Math.exp((rate - dividend) * expiry - z * vol * Math.sqrt(expiry))
    return { type, spot, strike, rate, dividend, expiry, vol }
  })
  .filter(({ strike }) => strike > 1e-12 && strike < 1e15)

/** What a relative error of the price is worth in vol. */
const condition = (input: BlackScholesInput): number => {
  const { price, vega } = blackScholes(input)
  return price / (vega * input.vol)
}

describe('impliedVol', () => {
  it('gives back the vol of a price, out of the money to 1e-14, elsewhere to a few digits of the price', () => {
    let tried = 0
    fc.assert(
      fc.property(wide, (input) => {
        const { price } = blackScholes(input)
        const allowed = 1e-14 + 1e-15 * condition(input)
        if (!(price > 1e-300 && allowed < 0.01)) return
        tried++
        expect(Math.abs(impliedVol({ ...input, price }) / input.vol - 1)).toBeLessThan(allowed)
      }),
      { seed: 2015, numRuns: 20_000 },
    )
    expect(tried).toBeGreaterThan(10_000)
  })

  it('explains any price between the bounds, as exact arithmetic confirms', () => {
    fc.assert(
      fc.property(wide, decimal(0.0001, 0.9999), (input, share) => {
        const least = blackScholes({ ...input, vol: 1e-5 }).price
        const most =
          input.type === 'call'
            ? input.spot * Math.exp(-input.dividend * input.expiry)
            : input.strike * Math.exp(-input.rate * input.expiry)
        const price = least + share * (most - least)
        if (!(price > least * (1 + 1e-9) && price < most * (1 - 1e-9))) return
        const vol = impliedVol({ ...input, price })
        const exact = referenceGreeks({ ...input, vol })
        const worth = price / (approximately(exact.vega) * vol)
        const error = Math.abs(relativeError(price, exact.price)) * worth
        expect(error).toBeLessThan(1e-14 + 1e-15 * worth)
      }),
      { seed: 2016, numRuns: 60 },
    )
  })

  it('explains prices that a double can barely hold', () => {
    for (const price of [1e-300, 1e-200, 1e-100, 1e-20, 1e-6]) {
      for (const strike of [3001, 3100, 6000, 30000]) {
        const terms = { type: 'call', spot: 3000, strike, rate: 0, dividend: 0, expiry: 1 } as const
        const vol = impliedVol({ ...terms, price })
        expect(blackScholes({ ...terms, vol }).price / price).toBeCloseTo(1, 11)
      }
    }
    const atm = { type: 'put', spot: 1, strike: 1, rate: 0, dividend: 0, expiry: 1 } as const
    for (const price of [1e-12, 1e-6, 0.1, 0.9, 1 - 1e-12]) {
      const vol = impliedVol({ ...atm, price })
      expect(blackScholes({ ...atm, vol }).price / price).toBeCloseTo(1, 13)
    }
  })

  it('rises with the price', () => {
    const terms = {
      type: 'put',
      spot: 3000,
      strike: 2500,
      rate: 0,
      dividend: 0,
      expiry: 0.02,
    } as const
    let last = 0
    for (let price = 1e-9; price < 2400; price *= 1.01) {
      const vol = impliedVol({ ...terms, price })
      expect(vol).toBeGreaterThan(last)
      last = vol
    }
  })

  it('works on forwards', () => {
    const terms = { forward: 60000, strike: 65000, rate: 0.03, expiry: 0.25 }
    for (const type of ['call', 'put'] as const) {
      const { price } = black76({ type, ...terms, vol: 0.55 })
      expect(impliedVolBlack76({ type, ...terms, price })).toBeCloseTo(0.55, 14)
    }
  })
})

describe('prices that no vol explains', () => {
  const terms = { spot: 100, strike: 80, rate: 0, dividend: 0, expiry: 0.5 }
  it.each([
    ['call', 20, 'lowerBound', /price is '20', not above its lower bound '2\d?.*out of the money/],
    ['call', 15, 'lowerBound', /price is '15'/],
    ['put', 0, 'lowerBound', /price is '0', not above its lower bound '0'/],
    ['put', -1, 'lowerBound', /price is '-1'/],
    ['call', 100, 'upperBound', /price is '100', not below its upper bound '100'/],
    ['put', 80.1, 'upperBound', /upper bound '80'/],
  ] as const)('%s at %d: %s', (type, price, reason, message) => {
    try {
      impliedVol({ type, price, ...terms })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ImpliedVolError)
      expect((error as ImpliedVolError).reason).toBe(reason)
      expect((error as ImpliedVolError).message).toMatch(message)
    }
  })

  it('refuses terms as the prices do', () => {
    expect(() => impliedVol({ type: 'call', price: Number.NaN, ...terms })).toThrow(
      OptionInputError,
    )
    expect(() => impliedVol({ type: 'call', price: 21, ...terms, expiry: 0 })).toThrow(/payoff/)
    const future = { type: 'call', price: 1, forward: -1, strike: 1, rate: 0, expiry: 1 } as const
    expect(() => impliedVolBlack76(future)).toThrow(/forward is '-1'/)
  })
})
