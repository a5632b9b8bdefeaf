import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clopperPearson } from '../math/index.ts'
import { run } from './index.ts'
import {
  exitTimes,
  expectedShortfall,
  liquidationsAtRisk,
  probabilityOfInsolvency,
  riskOf,
  valueAtRisk,
} from './risk.ts'
import { statisticOf } from './statistics.ts'

const ramp = (n: number): Float64Array => Float64Array.from({ length: n }, (_, k) => k + 1)
const all = [valueAtRisk, expectedShortfall, liquidationsAtRisk]

describe('value at risk', () => {
  it('is the quantile, between the order statistics that enclose it', () => {
    expect(valueAtRisk(ramp(400), 0.99)).toEqual({
      ...{ value: 396, low: 392, high: 400, n: 400, approximate: false },
      method: '95 % order statistics 392 and 400 of 400',
    })
    expect(liquidationsAtRisk(ramp(400), 0.99)).toEqual(valueAtRisk(ramp(400), 0.99))
  })

  it('narrows at a lower confidence and takes any list of numbers', () => {
    const wide = valueAtRisk(ramp(400), 0.9)
    const narrow = valueAtRisk([...ramp(400)], 0.9, { confidence: 0.5 })
    expect(narrow.value).toBe(wide.value)
    expect(narrow.high! - narrow.low!).toBeLessThan((wide.high! - wide.low!) / 2)
  })

  it('has no interval with too few paths, and says how many are needed', () => {
    expect(valueAtRisk(ramp(8), 0.99)).toEqual({
      ...{ value: 8, low: null, high: null, n: 8, approximate: false },
      method: 'too few paths: 8 of the 368 that an interval needs',
    })
    expect(valueAtRisk(ramp(367), 0.99).low).toBeNull()
    expect(valueAtRisk(ramp(368), 0.99).low).not.toBeNull()
  })

  it('is a point in a lump', () => {
    const lump = Float64Array.from({ length: 500 }, (_, k) => (k < 490 ? 0 : 1e6))
    expect(valueAtRisk(lump, 0.95)).toMatchObject({ value: 0, low: 0, high: 0 })
    // Ten of 500 paths at a million: the 99 % quantile is one, and may be none.
    expect(valueAtRisk(lump, 0.99)).toMatchObject({ value: 1e6, low: 0, high: 1e6 })
  })
})

describe('expected shortfall', () => {
  it('is the mean of the worst paths, inside its interval', () => {
    const { value, low, high } = expectedShortfall(ramp(2000), 0.99)
    expect(value).toBeCloseTo(1990.5, 9)
    expect(low).toBeLessThan(1990.5)
    expect(high).toBeGreaterThan(1990.5)
    const skewed = ramp(2000).map((k) => 2000 / k)
    expect(expectedShortfall(skewed, 0.95).method).toMatch(
      /^95 % Hall's transformation over the worst 100 of 2000 paths; approximate/,
    )
  })

  it('takes both sides of a gap when the quantile may lie on either', () => {
    // Crashes on 12 of 1,000 paths: their chance may be above or below 1 %.
    const crashes = Float64Array.from({ length: 1000 }, (_, k) =>
      k < 988 ? k / 988 : 38 + k - 976,
    )
    const { value, low, high, method } = expectedShortfall(crashes, 0.99)
    expect(value).toBeCloseTo(56.5, 9)
    // At a chance of 0.6 % a crash is 60 % of the tail, at 50 to 61 each.
    expect(low).toBeLessThan(0.65 * 55)
    expect(high).toBeGreaterThan(60)
    expect(method).toContain('for all places that the quantile may have')
  })

  it('is the mean from the value at risk on, which is the number of a path', () => {
    const lumps = Float64Array.from({ length: 1000 }, (_, k) => (k < 990 ? 0 : 5e6))
    expect(valueAtRisk(lumps, 0.99).value).toBe(0)
    expect(valueAtRisk(lumps, 0.9901).value).toBe(5e6)
    expect(expectedShortfall(lumps, 0.99).value).toBeCloseTo(5e6, 6)
    for (const p of [0.01, 0.5, 0.95, 0.99])
      for (const n of [7, 20, 100, 300]) {
        const values = ramp(n)
        const at = valueAtRisk(values, p).value!
        expect(values.filter((v) => v <= at).length / n).toBeGreaterThanOrEqual(p - 1e-12)
        expect(values.filter((v) => v < at).length / n).toBeLessThan(p)
        expect(expectedShortfall(values, p).value).toBeGreaterThanOrEqual(at - 1e-9)
      }
  })

  it('needs five paths in the tail', () => {
    expect(expectedShortfall(ramp(499), 0.99)).toMatchObject({
      ...{ low: null, high: null, method: 'too few paths: 499 of the 500 that an interval needs' },
    })
    expect(expectedShortfall(ramp(500), 0.99).low).not.toBeNull()
  })

  it('says when its interval cannot be trusted', () => {
    const heavy = Float64Array.from({ length: 1000 }, (_, k) => (1 - k / 1000) ** -0.9)
    expect(expectedShortfall(heavy, 0.95)).toMatchObject({ approximate: true })
    expect(expectedShortfall(heavy, 0.95).method).toMatch(/approximate: tail index 1\.\d \(s\.e\. /)
    const rare = Float64Array.from({ length: 1000 }, (_, k) => (k < 998 ? 0 : k))
    expect(expectedShortfall(rare, 0.99).method).toContain('only 2 of the worst 10 paths')
    const equal = new Float64Array(1000).fill(4)
    expect(expectedShortfall(equal, 0.99)).toMatchObject({
      value: 4,
      low: 4,
      high: 4,
      approximate: true,
    })
  })
})

describe('infinite values', () => {
  it('have no interval where they count', () => {
    const values = Float64Array.from({ length: 200 }, (_, k) => (k === 7 ? Infinity : k))
    expect(expectedShortfall(values, 0.9)).toMatchObject({ value: Infinity, low: null, high: null })
    expect(valueAtRisk(values, 0.9).high).toBeLessThan(200)
  })
})

describe('risk measures', () => {
  it('leave out paths without a value', () => {
    const holes = Float64Array.from({ length: 800 }, (_, k) => (k % 2 === 0 ? k : Number.NaN))
    const whole = holes.filter((v) => !Number.isNaN(v))
    for (const f of all) expect(f(holes, 0.9)).toEqual(f(whole, 0.9))
    for (const f of all)
      expect(f(Float64Array.of(Number.NaN), 0.9)).toEqual({
        ...{ value: null, low: null, high: null, n: 0, approximate: false },
        method: 'no path has a value',
      })
  })

  it('look at the low end where more is better', () => {
    const profits = ramp(2000).map((v) => v - 500)
    const { value, low, high } = valueAtRisk(profits, 0.99, { better: 'higher' })
    expect(value).toBe(-500 + 21)
    expect([low, high]).toEqual([-500 + 2000 - 1988, -500 + 2000 - 1970])
    expect(expectedShortfall(profits, 0.99, { better: 'higher' }).value).toBeCloseTo(-500 + 10.5, 9)
  })

  it('move with the unit of the values, and lie in order', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), {
      minLength: 1,
      maxLength: 300,
    })
    const level = fc.double({ min: 0.5, max: 0.99, noNaN: true })
    fc.assert(
      fc.property(values, level, (numbers, p) => {
        for (const f of [valueAtRisk, expectedShortfall]) {
          const { value, low, high } = f(numbers, p)
          if (low !== null) expect(low).toBeLessThanOrEqual(value! * (1 + 1e-9))
          if (high !== null) expect(high).toBeGreaterThanOrEqual(value! * (1 - 1e-9))
          expect(
            f(
              numbers.map((v) => v * 4),
              p,
            ).value,
          ).toBeCloseTo(4 * value!, 3)
        }
        expect(expectedShortfall(numbers, p).value!).toBeGreaterThanOrEqual(
          statisticOf('mean')!(Float64Array.from(numbers)).value! * (1 - 1e-9),
        )
      }),
      // What varies by less than the cube root of the smallest number.
      { seed: 31, examples: [[[0, 0, 0, 0, 0, 0, 0, 0, 2.6e-162, 0], 0.5]] },
    )
  })

  it.each([
    [1, 0.95],
    [0, 0.95],
    [99, 0.95],
    [0.9, 1],
    [0.9, 95],
    [Number.NaN, 0.95],
  ])('refuse level %s with confidence %s', (level, confidence) => {
    for (const f of all) expect(() => f(ramp(9), level, { confidence })).toThrow(RangeError)
  })
})

describe('probability of insolvency', () => {
  it('is the share of paths with bad debt beyond the capital', () => {
    const badDebt = ramp(100)
    expect(probabilityOfInsolvency(badDebt, 97)).toMatchObject(clopperPearson(3, 100))
    expect(probabilityOfInsolvency(badDebt, 100)).toMatchObject(clopperPearson(0, 100))
    expect(probabilityOfInsolvency(badDebt).value).toBe(1)
    expect(probabilityOfInsolvency([0, 1, Number.NaN, 0, 0]).value).toBe(0.25)
    expect(() => probabilityOfInsolvency(badDebt, -1)).toThrow(RangeError)
  })

  it('is the mean of outcomes in conditions, with the same interval', () => {
    const outcomes = Float64Array.from({ length: 400 }, (_, k) => (k < 7 ? 1 : 0))
    const mean = statisticOf('mean')!(outcomes, { unit: 'probability' })
    expect(mean).toMatchObject(clopperPearson(7, 400))
  })
})

describe('times to exit', () => {
  const times = ramp(400)

  it('have plain quantiles when every lock ended', () => {
    const { quantiles, censored } = exitTimes(times, new Float64Array(400))
    expect(quantiles.map(({ level }) => level)).toEqual([0.5, 0.95, 0.99])
    expect(quantiles[1]).toMatchObject(valueAtRisk(times, 0.95))
    expect(censored.value).toBe(0)
  })

  it('have no upper end where locks may go on', () => {
    // The longest eight last at the end.
    const lasting = times.map((t) => (t > 392 ? 1 : 0))
    const [half, most, nearly] = exitTimes(times, lasting).quantiles
    expect(half).toMatchObject({ value: 200, low: 180, high: 221 })
    expect(most!.high).not.toBeNull()
    expect(nearly).toMatchObject({ value: 396, low: 392, high: null })
    expect(nearly!.method).toMatch(/^at least; .* lies beyond the end of the run$/)
    expect(exitTimes(times, lasting).censored).toMatchObject(clopperPearson(8, 400))
  })

  it('have upper ends above those of what was seen where short ones were cut off', () => {
    const lasting = times.map((t) => (t <= 20 ? 1 : 0))
    const [half] = exitTimes(times, lasting).quantiles
    expect(half!.low).toBe(180)
    expect(half!.high).toBe(241)
  })
})

describe('a run of several paths', () => {
  const scenario = 'scenarios/papers/constant-product-cascade.yaml'
  const set = { positions: 400 }

  it('has its risk at the top, and every statistic of a measure', async () => {
    const { risk, measures } = await run(scenario, { paths: 3, set })
    expect(risk).toMatchObject({ measure: 'badDebt', unit: 'USD' })
    expect(risk!.valueAtRisk.map(({ level }) => level)).toEqual([0.95, 0.99])
    expect(risk!.probabilityOfInsolvency.n).toBe(3)
    const { statistics, value } = measures.find((m) => m.name === 'liquidatedDebt')!
    expect(statistics!.mean!.value).toBe(value)
    expect(risk!.liquidationsAtRisk[1]!.value).toBe(statistics!.var99!.value)
    expect(statistics!.es99!.method).toBe('too few paths: 3 of the 500 that an interval needs')
  })

  it('has none with one path', async () => {
    const { risk, measures } = await run(scenario, { paths: 1, set })
    expect(risk).toBeNull()
    for (const m of measures) expect([m.statistics, m.low]).toEqual([null, null])
  })
})

describe('failed paths', () => {
  const main = { name: 'badDebt', unit: 'USD', better: 'lower' } as const
  const riskWith = (failures: number) =>
    riskOf(main, (measure) =>
      Float64Array.from({ length: 1000 }, (_, k) => {
        if (k < failures) return Number.NaN
        return measure === 'badDebt' ? k : 0
      }),
    )

  it('are counted as the worst beside the numbers that leave them out', () => {
    const { failed, valueAtRisk, probabilityOfInsolvency } = riskWith(20)
    expect(valueAtRisk[0]).toMatchObject({ n: 980, value: 950 })
    expect(probabilityOfInsolvency.value).toBe(0)
    expect(failed!.count).toBe(20)
    // The worst 50 paths are 20 failures and 999 .. 970.
    expect(failed!.valueAtRisk.map(({ value }) => value)).toEqual([969, null])
    expect(failed!.probabilityOfInsolvency).toMatchObject(clopperPearson(20, 1000))
  })

  it('are none where every path ended', () => {
    expect(riskWith(0).failed).toBeNull()
  })
})
