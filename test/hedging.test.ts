import { describe, expect, it } from 'vitest'
import { run } from '../src/experiments/index.ts'
import { createHedgingGain } from '../src/measures/index.ts'
import { blackScholes, dealer } from '../src/mechanisms/options/index.ts'
import { gbm, referenceMarket } from '../src/mechanisms/prices/index.ts'
import { loadScenario } from '../src/scenario/index.ts'
import { type Member, smallWorld, stepWorld } from './conformance/model.ts'

type Values = Readonly<Record<string, number>>

async function measures(set: Values, paths: number, seed = 1) {
  const path = new URL('../scenarios/papers/hedging-feedback.yaml', import.meta.url).pathname
  const {
    measures: all,
    failedPaths,
    warnings,
  } = await run(loadScenario(path), {
    ...{ set, paths, seed },
  })
  expect(failedPaths).toBe(0)
  expect(warnings).toEqual([])
  return (name: string) => all.find((m) => m.name === name)!.value
}

/** Relative distance of a measure from a number. */
const off = (value: number | null | undefined, expected: number): number =>
  Math.abs((value ?? Number.NaN) / expected - 1)

describe('E4: dealers who hedge within the block', () => {
  // validation.md E4: 1 / (1 - g), tolerance 1 % up to g = .5; the last row is not in the table.
  it.each([0.05, 0.1, 0.25, 0.5, -0.5, 0.9, 0.37])(
    'amplify by 1 / (1 - g) at g = %f',
    async (g) => {
      const get = await measures({ g, lag: 0, steps: 1000 }, 1)
      expect(off(get('volRatioStep'), 1 / (1 - g))).toBeLessThan(0.001)
      expect(off(get('volRatioLong'), 1 / (1 - g))).toBeLessThan(0.001)
      expect(get('hedgingLoopGain')).toBeCloseTo(g, 9)
      expect(get('hedgingGaps')).toBe(0)
    },
  )

  it.each([1, 1.2, 3])('find no finite equilibrium at g = %f, and say so', async (g) => {
    for (const lag of [0, 1]) {
      const get = await measures({ g, lag, steps: 1000 }, 1)
      expect(get('hedgingLoopGain')).toBeCloseTo(g, 9)
      expect(get('hedgingGaps')).toBeGreaterThan(0)
      for (const name of ['volRatioStep', 'volRatioLong', 'lag1Autocorrelation'])
        expect(get(name)).toBeNull()
    }
  })
})

describe('E4, E6: dealers who hedge one block late', () => {
  it.each([0.25, 0.5, -0.5])('give momentum or reversal: autocorrelation g = %f', async (g) => {
    const get = await measures({ g, lag: 1 }, 8)
    // validation.md E4: +-.01; standard error here sqrt((1 - g^2) / 160,000) < .0025.
    expect(Math.abs((get('lag1Autocorrelation') ?? Number.NaN) - g)).toBeLessThan(0.01)
    expect(off(get('volRatioStep'), 1 / Math.sqrt(1 - g * g))).toBeLessThan(0.01)
    expect(off(get('volRatioLong'), 1 / (1 - g))).toBeLessThan(0.03)
  })
})

describe('E5: a sized book', () => {
  const terms = { spot: 3000, strike: 3000, rate: 0, dividend: 0, expiry: 7 / 365, vol: 0.6 }
  const options = (quantity: number) => [{ type: 'call', strike: 3000, days: 7, quantity, vol: 0 }]

  function world(quantity: number, impact: number) {
    const noise: Member = [gbm, { assets: [1], vol: 0.6 }]
    // A depth of D USD per 1 % is an impact of 0.01 x price / D per token.
    const depth = [{ asset: 1, value: (0.01 * 3000) / impact }]
    const market: Member = [
      referenceMarket,
      { drivers: ['noise'], depth, permanent: 1, newsMove: 1 },
    ]
    const book = { asset: 1, venue: 'market', source: 'market', options: options(quantity) }
    return smallWorld(
      { noise, market, dealers: [dealer, book] },
      {
        chain: { rounds: 200, gasLimit: 1e15 },
        assets: [
          { name: 'USD', price: 1, kind: 'numeraire' },
          { name: 'ETH', price: 3000, kind: 'volatile' },
        ],
      },
    )
  }

  function gainOf(quantity: number, impact: number): number {
    const built = world(quantity, impact)
    const gain = createHedgingGain(built, { asset: 1, source: null, venue: null })
    return gain()!
  }

  it('has the gamma of the table', () => {
    expect(blackScholes({ ...terms, type: 'call' }).gamma).toBeCloseTo(0.001599043104194522, 15)
  })

  it.each([
    [1e-7, 0.0479712931, 1.050388494],
    [2e-7, 0.0959425863, 1.106124439],
    [4e-7, 0.1918851725, 1.237447905],
  ])('has the loop gain of the table at impact %f, and that response', (impact, g, ratio) => {
    expect(off(gainOf(-100_000, impact), g)).toBeLessThan(1e-6)
    const built = world(-100_000, impact)
    const market = built.port('referenceMarket', 'market')
    stepWorld(built, 1)
    const news = Math.log(market.fundamental(1) / 3000)
    // Gamma changes a little over the move, in proportion to it.
    expect(off(Math.log(market.price(1) / 3000) / news, ratio)).toBeLessThan(0.005)
  })

  it('blows up from 1,042,290 options on at impact 2e-7', () => {
    expect(gainOf(-1_042_289, 2e-7)).toBeLessThan(1)
    expect(gainOf(-1_042_291, 2e-7)).toBeGreaterThan(1)
  })
})
