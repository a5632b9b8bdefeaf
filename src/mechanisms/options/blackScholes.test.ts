import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { black76 } from './black76.ts'
import { type BlackScholesInput, blackScholes, type Greeks } from './blackScholes.ts'
import { OptionInputError } from './errors.ts'
import { approximately, referenceGreeks, relativeError } from './reference.conformance.ts'
import { type OptionType, payoff } from './terms.ts'

const option = (
  type: OptionType,
  [spot, strike, rate, dividend, expiry, vol]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ],
): BlackScholesInput => ({ type, spot, strike, rate, dividend, expiry, vol })

const close = (got: Greeks, expected: Partial<Greeks>, tolerance = 1e-12): void => {
  for (const [name, value] of Object.entries(expected)) {
    const error = Math.abs(got[name as keyof Greeks] / value - 1)
    expect(error, `${name}: ${got[name as keyof Greeks]} for ${value}`).toBeLessThan(tolerance)
  }
}

/** Forwards at z standard deviations from the strike, at any distance in time. */
const anywhere: fc.Arbitrary<BlackScholesInput> = fc
  .record({
    type: fc.constantFrom<OptionType>('call', 'put'),
    logSpot: fc.double({ min: -5, max: 11, noNaN: true }),
    z: fc.oneof(
      fc.double({ min: -36, max: 36, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
    ),
    rate: fc.integer({ min: -10_000, max: 20_000 }).map((n) => n / 1e5),
    dividend: fc.integer({ min: -10_000, max: 20_000 }).map((n) => n / 1e5),
    logExpiry: fc.double({ min: Math.log(1e-8), max: Math.log(10), noNaN: true }),
    logVol: fc.double({ min: Math.log(0.01), max: Math.log(4), noNaN: true }),
  })
  .map(({ type, logSpot, z, rate, dividend, logExpiry, logVol }) => {
    const [spot, expiry, vol] = [Math.exp(logSpot), Math.exp(logExpiry), Math.exp(logVol)]
    const strike = spot * Math.exp((rate - dividend) * expiry - z * vol * Math.sqrt(expiry))
    return { type, spot, strike, rate, dividend, expiry, vol }
  })
  .filter(({ strike }) => strike > 1e-12 && strike < 1e15)

describe('validation E1 and E3', () => {
  // Validation E1, computed there with more than 15 digits.
  it('reproduces the rows of E1 to 1e-12', () => {
    const first = [100, 100, 0.05, 0, 1, 0.2] as const
    close(blackScholes(option('call', first)), {
      price: 10.45058357218557,
      delta: 0.6368306511756191,
      gamma: 0.01876201734584689,
      vega: 37.52403469169379,
      theta: -6.414027546438196,
      rho: 53.23248154537634,
      vanna: -0.2814302601877034,
      volga: 9.850059106569619,
      charm: -0.06566706071046413,
      speed: -5.159554770107896e-4,
    })
    close(blackScholes(option('put', first)), {
      price: 5.573526022256968,
      delta: -0.3631693488243809,
      theta: -1.657880423934626,
    })
    close(blackScholes(option('call', [60, 65, 0.08, 0, 0.25, 0.3])), {
      price: 2.1333684449162,
      delta: 0.3724827979619729,
      gamma: 0.04204275575378517,
      vega: 11.351544053522,
      theta: -8.428174386737371,
    })
    close(blackScholes(option('put', [100, 95, 0.1, 0.05, 0.5, 0.2])), {
      price: 2.464787646755821,
      delta: -0.2641815996360724,
      gamma: 0.02283957429626999,
      vega: 22.83957429626999,
      theta: -3.000528096398054,
    })
    close(blackScholes(option('call', [105, 100, 0.1, 0.1, 0.5, 0.36])), {
      price: 12.43284450820219,
      delta: 0.5946286597299956,
      gamma: 0.01349363711052063,
      vega: 26.77812284582819,
      theta: -8.39683977367793,
    })
  })

  it('reproduces E3 to 1e-12, and parity', () => {
    const at = { forward: 19, strike: 19, rate: 0.1, expiry: 0.75, vol: 0.28 }
    close(black76({ type: 'call', ...at }), { price: 1.701050725236267 })
    close(black76({ type: 'put', ...at }), { price: 1.701050725236267 })
    const eth = { forward: 60000, strike: 65000, rate: 0.03, expiry: 0.25, vol: 0.55 }
    const call = black76({ type: 'call', ...eth })
    const put = black76({ type: 'put', ...eth })
    close(call, { price: 4586.261608551568 })
    close(put, { price: 9548.90188264726 })
    expect(call.price - put.price).toBeCloseTo(-5000 * Math.exp(-0.03 * 0.25), 9)
  })
})

describe('validation E2', () => {
  // Haug, "The Complete Guide to Option Pricing Formulas" (1998), as listed in QuantLib's
  // test-suite/europeanoption.cpp: strike 100, rate = dividend = 0.1; spots 90, 100, 110 a line.
  const table: readonly (readonly [OptionType, number, number, readonly number[]])[] = [
    ['call', 0.1, 0.15, [0.0205, 1.8734, 9.9413]],
    ['call', 0.1, 0.25, [0.315, 3.1217, 10.3556]],
    ['call', 0.1, 0.35, [0.9474, 4.3693, 11.1381]],
    ['call', 0.5, 0.15, [0.8069, 4.0232, 10.5769]],
    ['call', 0.5, 0.25, [2.7026, 6.6997, 12.7857]],
    ['call', 0.5, 0.35, [4.9329, 9.3679, 15.3086]],
    ['put', 0.1, 0.15, [9.921, 1.8734, 0.0408]],
    ['put', 0.1, 0.25, [10.2155, 3.1217, 0.4551]],
    ['put', 0.1, 0.35, [10.8479, 4.3693, 1.2376]],
    ['put', 0.5, 0.15, [10.3192, 4.0232, 1.0646]],
    ['put', 0.5, 0.25, [12.2149, 6.6997, 3.2734]],
    ['put', 0.5, 0.35, [14.4452, 9.3679, 5.7963]],
  ]

  it.each(table)('prices %s, expiry %d, vol %d within 1e-4', (type, expiry, vol, prices) => {
    prices.forEach((price, i) => {
      const got = blackScholes(option(type, [90 + 10 * i, 100, 0.1, 0.1, expiry, vol])).price
      expect(Math.abs(got - price)).toBeLessThan(1e-4)
    })
  })

  it('prices the single examples within 1e-4', () => {
    const rows = [
      [option('call', [60, 65, 0.08, 0, 0.25, 0.3]), 2.1334],
      [option('put', [100, 95, 0.1, 0.05, 0.5, 0.2]), 2.4648],
      [option('put', [19, 19, 0.1, 0.1, 0.75, 0.28]), 1.7011],
      [option('call', [19, 19, 0.1, 0.1, 0.75, 0.28]), 1.7011],
      [option('call', [1.56, 1.6, 0.06, 0.08, 0.5, 0.12]), 0.0291],
      [option('put', [75, 70, 0.1, 0.05, 0.5, 0.35]), 4.087],
      [option('call', [42, 40, 0.04, 0.08, 0.75, 0.35]), 5.0975],
    ] as const
    for (const [input, price] of rows) {
      expect(Math.abs(blackScholes(input).price - price)).toBeLessThan(1e-4)
    }
  })

  it('gives the printed sensitivities within 1e-4', () => {
    const at = [105, 100, 0.1, 0.1, 0.5, 0.36] as const
    const put = blackScholes(option('put', at))
    const near = (got: number, printed: number): void => {
      expect(Math.abs(got - printed)).toBeLessThan(1e-4)
    }
    near(blackScholes(option('call', at)).delta, 0.5946)
    near(put.delta, -0.3566)
    near((put.delta * 105) / put.price, -4.8775)
    const middle = blackScholes(option('put', [55, 60, 0.1, 0, 0.75, 0.3]))
    near(middle.gamma, 0.0278)
    near(middle.vega, 18.9358)
    near(blackScholes(option('put', [430, 405, 0.07, 0.05, 1 / 12, 0.2])).theta, -31.1924)
    near(blackScholes(option('call', [72, 75, 0.09, 0, 1, 0.19])).rho, 38.7325)
    // Sensitivity to the dividend: -T S delta.
    near(
      -0.25 * 500 * blackScholes(option('put', [500, 490, 0.08, 0.05, 0.25, 0.15])).delta,
      42.2254,
    )
  })
})

describe('accuracy', () => {
  it('all ten numbers are within 1e-12 of exact arithmetic, up to 36 deviations away and 0.3 s from expiry', () => {
    fc.assert(
      fc.property(anywhere, (input) => {
        const exact = referenceGreeks(input)
        const got = blackScholes(input)
        const twin = blackScholes({ ...input, type: input.type === 'call' ? 'put' : 'call' })
        for (const name of Object.keys(got) as (keyof Greeks)[]) {
          if (Math.abs(approximately(exact[name])) < 1e-290) continue
          // Theta and charm cross zero in the money: there their bound is that of the larger twin.
          const size = name === 'theta' || name === 'charm' ? Math.abs(twin[name] / got[name]) : 1
          const error = Math.abs(relativeError(got[name], exact[name])) / Math.max(1, size)
          expect(error, `${name} of ${JSON.stringify(input)}`).toBeLessThan(1e-12)
        }
      }),
      { seed: 1973, numRuns: 120 },
    )
  })

  it('keeps its digits where the carry cancels the moneyness, a second before expiry', () => {
    for (const expiry of [1, 1e-3, 3e-8]) {
      const strike = 3000 * Math.exp(0.05 * expiry)
      for (const type of ['call', 'put'] as const) {
        const input = option(type, [3000, strike, 0.07, 0.02, expiry, 0.02])
        const exact = referenceGreeks(input)
        const got = blackScholes(input)
        for (const name of ['price', 'delta', 'gamma', 'vega', 'vanna', 'volga'] as const) {
          expect(Math.abs(relativeError(got[name], exact[name])), name).toBeLessThan(1e-13)
        }
      }
    }
  })

  it('black76 is within 1e-12 of exact arithmetic', () => {
    fc.assert(
      fc.property(anywhere, ({ type, spot, strike, rate, expiry, vol }) => {
        const got = black76({ type, forward: spot, strike, rate, expiry, vol })
        const exact = referenceGreeks({ type, spot, strike, rate, dividend: rate, expiry, vol })
        for (const name of ['price', 'delta', 'gamma', 'vega', 'vanna', 'speed'] as const) {
          if (Math.abs(approximately(exact[name])) < 1e-290) continue
          expect(Math.abs(relativeError(got[name], exact[name])), name).toBeLessThan(1e-12)
        }
        expect(got.rho).toBe(-expiry * got.price)
      }),
      { seed: 1976, numRuns: 25 },
    )
  })
})

describe('relations', () => {
  it('a call less a put is a forward, and their curved sensitivities agree', () => {
    fc.assert(
      fc.property(anywhere, (input) => {
        const call = blackScholes({ ...input, type: 'call' })
        const put = blackScholes({ ...input, type: 'put' })
        const { spot, strike, rate, dividend, expiry } = input
        const [asset, cash] = [
          spot * Math.exp(-dividend * expiry),
          strike * Math.exp(-rate * expiry),
        ]
        expect(Math.abs(call.price - put.price - (asset - cash))).toBeLessThan(
          1e-14 * (asset + cash),
        )
        for (const name of ['gamma', 'vega', 'vanna', 'volga', 'speed'] as const) {
          expect(call[name]).toBe(put[name])
        }
      }),
      { seed: 1969, numRuns: 500 },
    )
  })

  it('obeys its differential equation', () => {
    fc.assert(
      fc.property(anywhere, (input) => {
        const { spot, rate, dividend, vol } = input
        const { price, delta, gamma, theta } = blackScholes(input)
        const terms = [
          theta,
          (rate - dividend) * spot * delta,
          0.5 * vol * vol * spot * spot * gamma,
          -rate * price,
        ]
        const size = terms.reduce((sum, term) => sum + Math.abs(term), 0)
        const left = terms.reduce((sum, term) => sum + term, 0)
        expect(Math.abs(left)).toBeLessThanOrEqual(2e-12 * size + 1e-290)
      }),
      {
        seed: 1965,
        numRuns: 500,
        examples: [
          // What a put far in the money owes outweighs its theta a million times.
          [
            {
              ...{ type: 'put', spot: 1, strike: 45638.26326004462 },
              ...{ rate: 0, dividend: 0.0417, expiry: 1, vol: 1 },
            },
          ],
        ],
      },
    )
  })

  it('scales with the unit of money', () => {
    fc.assert(
      fc.property(anywhere, (input) => {
        const big = blackScholes({ ...input, spot: input.spot * 1024, strike: input.strike * 1024 })
        const small = blackScholes(input)
        expect(big.price).toBe(small.price * 1024)
        expect(big.delta).toBe(small.delta)
        expect(big.gamma * 1024).toBe(small.gamma)
      }),
      { seed: 1024 },
    )
  })
})

describe('terms that are refused', () => {
  const good = option('call', [100, 90, 0.05, 0, 1, 0.2])
  it.each([
    [{ vol: 0 }, /vol is '0'; give a volatility/],
    [{ vol: -0.2 }, /vol is '-0.2'/],
    [{ expiry: 0 }, /expiry is '0'.*payoff\(\)/],
    [{ expiry: -1 }, /expiry is '-1'/],
    [{ spot: 0 }, /spot is '0'/],
    [{ strike: -5 }, /strike is '-5'/],
    [{ spot: Number.NaN }, /spot is 'NaN'/],
    [{ rate: Number.NaN }, /rate is 'NaN'/],
    [{ dividend: Infinity }, /dividend is 'Infinity'/],
    [{ vol: Infinity }, /vol is 'Infinity'/],
    [{ type: 'Call' as OptionType }, /type is 'Call'; use 'call' or 'put'/],
  ])('%j', (change, message) => {
    expect(() => blackScholes({ ...good, ...change })).toThrow(OptionInputError)
    expect(() => blackScholes({ ...good, ...change })).toThrow(message)
  })

  it('black76 names the forward', () => {
    const input = { type: 'call', forward: 0, strike: 1, rate: 0, expiry: 1, vol: 1 } as const
    expect(() => black76(input)).toThrow(/forward is '0'; give a price above 0/)
  })

  it('an option that has expired is worth its payoff', () => {
    expect(payoff('call', 110, 100)).toBe(10)
    expect(payoff('call', 90, 100)).toBe(0)
    expect(payoff('put', 90, 100)).toBe(10)
    expect(payoff('put', 110, 100)).toBe(0)
    for (const type of ['call', 'put'] as const) {
      const last = blackScholes(option(type, [110, 100, 0.05, 0.01, 1e-12, 0.5])).price
      expect(last).toBeCloseTo(payoff(type, 110, 100), 9)
    }
  })
})
