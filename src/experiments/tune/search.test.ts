import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseObjective } from '../condition.ts'
import { largestWithin } from './cap.ts'
import { fillFrontier, kneeOf, paretoOf, type Traded, type TradeOff } from './frontier.ts'
import { differenceOf, estimateOf } from './interval.ts'
import {
  bestOf,
  compareScores,
  type Evaluate,
  folded,
  type Score,
  searchMinimum,
  searchRandom,
} from './search.ts'

type Target = (x: Float64Array) => number

/** Scores of f with constraints g <= 0. */
function scored(f: Target, constraints: readonly Target[] = []): Evaluate {
  return async (points) =>
    points.map((x): Score => {
      const violation = constraints.reduce((sum, g) => sum + Math.max(0, g(x)), 0)
      return { objective: f(x), violation }
    })
}

const bowl: Target = (x) => x.reduce((sum, v, i) => sum + (i + 1) * (v - 0.3 - 0.05 * i) ** 2, 0)

describe('a search for a minimum', () => {
  it('finds that of six parameters, and beats points at random by far at equal cost', async () => {
    const options = { seed: 7, points: 600 }
    const found = bestOf(await searchMinimum(scored(bowl), 6, options))!
    const random = bestOf(await searchRandom(scored(bowl), 6, options))!
    expect(found.score.objective).toBeLessThan(1e-6)
    expect(random.score.objective).toBeGreaterThan(1e-2)
  })

  it('finds a minimum on a constraint', async () => {
    // min x + y with x y >= 1/4 in the unit square: x = y = 1/2.
    const sum: Target = (x) => x[0]! + x[1]!
    const hyperbola: Target = (x) => 0.25 - x[0]! * x[1]!
    const all = await searchMinimum(scored(sum, [hyperbola]), 2, { seed: 3, points: 500 })
    const best = bestOf(all)!
    expect(best.score.violation).toBe(0)
    expect(best.score.objective).toBeGreaterThanOrEqual(1 - 1e-12)
    expect(best.score.objective).toBeLessThan(1.001)
  })

  it('finds minima in corners of the cube', async () => {
    const corner: Target = (x) => x[0]! - 2 * x[1]! + x[2]!
    const best = bestOf(await searchMinimum(scored(corner), 3, { seed: 5, points: 400 }))!
    expect(best.score.objective).toBeLessThan(-1.99)
  })

  it('leaves a local minimum by starting anew', async () => {
    const two: Target = ([x]) => Math.min((x! - 0.2) ** 2 + 0.1, 40 * (x! - 0.97) ** 2)
    const start = Float64Array.of(0.2)
    const best = bestOf(await searchMinimum(scored(two), 1, { seed: 2, points: 900, start }))!
    expect(Math.abs(best.at[0]! - 0.97)).toBeLessThan(0.005)
  })

  it('gets as near as it can where no point meets the constraints', async () => {
    const never: Target = (x) => 2 - x[0]! - x[1]! + 0.5
    const best = bestOf(await searchMinimum(scored(bowl, [never]), 2, { seed: 1, points: 300 }))!
    expect(best.score.violation).toBeGreaterThan(0.5 - 1e-12)
    expect(best.score.violation).toBeLessThan(0.51)
  })

  it('asks for exactly the points that it may, and repeats itself by seed', async () => {
    for (const points of [1, 7, 50]) {
      const options = { seed: 11, points }
      const [a, b] = [
        await searchMinimum(scored(bowl), 3, options),
        await searchMinimum(scored(bowl), 3, options),
      ]
      expect(a).toHaveLength(points)
      expect(a).toEqual(b)
      expect(await searchRandom(scored(bowl), 3, options)).toHaveLength(points)
    }
  })

  it('goes on past points that are impossible', async () => {
    const walled: Evaluate = async (points) =>
      points.map((x) =>
        x[0]! > 0.4
          ? { objective: Number.NaN, violation: Infinity }
          : { objective: 1 - x[0]!, violation: 0 },
      )
    const best = bestOf(await searchMinimum(walled, 1, { seed: 8, points: 200 }))!
    expect(best.at[0]).toBeLessThanOrEqual(0.4)
    expect(best.at[0]).toBeGreaterThan(0.395)
  })
})

it('orders by feasibility first', () => {
  const score = (objective: number, violation: number): Score => ({ objective, violation })
  expect(compareScores(score(9, 0), score(1, 0.1))).toBeLessThan(0)
  expect(compareScores(score(9, 1), score(1, 2))).toBeLessThan(0)
  expect(compareScores(score(1, 0), score(2, 0))).toBeLessThan(0)
  expect(compareScores(score(Number.NaN, 0), score(2, 0))).toBeGreaterThan(0)
  expect(compareScores(score(1, Infinity), score(2, Infinity))).toBe(0)
})

it('folds every point into the cube, continuously, and leaves those inside', () => {
  fc.assert(
    fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (x) => {
      const [y] = folded(Float64Array.of(x))
      const [z] = folded(Float64Array.of(x + 1e-6))
      return (
        y! >= 0 &&
        y! <= 1 &&
        Math.abs(y! - z!) < 1.1e-6 &&
        (x < 0 || x > 1 || Math.abs(y! - x) < 1e-15)
      )
    }),
    { seed: 1 },
  )
})

const tradeOff = fc.record({
  efficiency: fc.integer({ min: 0, max: 20 }),
  loss: fc.integer({ min: 0, max: 20 }),
})

describe('a frontier', () => {
  it('keeps what nothing beats, and for all that is dropped something that beats it', () => {
    const beats = (a: TradeOff, b: TradeOff): boolean =>
      a.efficiency >= b.efficiency && a.loss <= b.loss
    fc.assert(
      fc.property(fc.array(tradeOff, { maxLength: 30 }), (points) => {
        const kept = paretoOf(points)
        const isRising = kept.every(
          (p, k) =>
            k === 0 || (p.efficiency > kept[k - 1]!.efficiency && p.loss > kept[k - 1]!.loss),
        )
        return isRising && points.every((p) => kept.some((own) => beats(own, p)))
      }),
      { seed: 1 },
    )
  })

  it('is filled towards the true one', async () => {
    // Efficiency x0, loss x0^4 + distance of the others from 1/2: the frontier is loss = e^4.
    const trade: Evaluate<Traded> = async (points) =>
      points.map((x) => {
        const rest = (x[1]! - 0.5) ** 2 + (x[2]! - 0.5) ** 2
        return { objective: 0, violation: 0, efficiency: x[0]!, loss: x[0]! ** 4 + rest }
      })
    const random = await searchRandom(trade, 3, { seed: 4, points: 420 })
    const found = await fillFrontier(trade, random.slice(0, 20), { seed: 4, points: 400 })
    expect(found).toHaveLength(420)
    const [front, plain] = [found, random].map((all) => paretoOf(all.map(({ score }) => score)))
    /** Mean loss above the true frontier; what lies beyond the last point costs the most there is. */
    const above = (points: readonly TradeOff[]): number => {
      const steps = points.map(({ efficiency, loss }, k) => {
        return (efficiency - (points[k - 1]?.efficiency ?? 0)) * loss
      })
      return steps.reduce((a, b) => a + b, 0) + (1 - points.at(-1)!.efficiency) * 1.5 - 0.2
    }
    expect(above(front!)).toBeLessThan(0.5 * above(plain!))
    expect(front![0]!.efficiency).toBeLessThan(0.3)
    expect(front!.at(-1)!.efficiency).toBeGreaterThan(0.98)
    // Farthest below the chord of e^4 from 0 to 1: 4 e^3 = 1.
    const { place } = kneeOf(front!)
    expect(Math.abs(front![place]!.efficiency - 0.63)).toBeLessThan(0.08)
  })

  const line = (f: (e: number) => number): readonly TradeOff[] =>
    Array.from({ length: 101 }, (_, k) => ({ efficiency: k / 100, loss: f(k / 100) }))

  it('has its knee where it turns', () => {
    const bent = line((e) => (e < 0.7 ? 0.1 * e : 0.07 + 10 * (e - 0.7)))
    expect(bent[kneeOf(bent).place]!.efficiency).toBeCloseTo(0.7, 12)
    // Units of the axes do not matter.
    const scaled = bent.map(({ efficiency, loss }) => ({
      efficiency: 5e6 * efficiency,
      loss: 3 * loss,
    }))
    expect(kneeOf(scaled).place).toBe(70)
  })

  it('has none where it is straight, bent upwards, or a point', () => {
    for (const front of [line((e) => e), line((e) => Math.sqrt(e)), line((e) => e).slice(0, 1), []])
      expect(kneeOf(front).place).toBe(-1)
  })
})

describe('a cap', () => {
  const range = { low: 0, high: 10, cells: 8, tolerance: 1e-4 }
  const asked = (f: (x: number) => number) => largestWithin(async (xs) => xs.map(f), range)

  it('is the largest within the budget', async () => {
    const found = await asked((x) => x ** 3 - 200)
    const truth = 5.848035476
    expect(found.value).toBeLessThanOrEqual(truth)
    expect(found.beyond).toBeGreaterThan(truth)
    expect(found.beyond! - found.value!).toBeLessThanOrEqual(1e-3)
    expect(found.isTwisted).toBe(false)
  })

  it('is none where the lowest is over it, and the highest where nothing is', async () => {
    expect((await asked(() => 1)).value).toBeNull()
    expect((await asked(() => Number.NaN)).value).toBeNull()
    expect(await asked(() => 0)).toMatchObject({ value: 10, beyond: null })
  })

  it('is between two whole numbers where it counts', async () => {
    const asked: number[] = []
    const found = await largestWithin(
      async (xs) => {
        asked.push(...xs)
        return xs.map((x) => x - 23.4)
      },
      { low: 1, high: 50, cells: 8, tolerance: 1e-4, isWhole: true },
    )
    expect(found).toMatchObject({ value: 23, beyond: 24, gap: null })
    expect(asked.every(Number.isSafeInteger)).toBe(true)
    expect(new Set(asked).size).toBe(asked.length)
  })

  it('is none where places before it cannot be judged', async () => {
    const found = await asked((x) => (x > 4 && x < 6 ? Number.NaN : x - 8))
    expect(found).toMatchObject({ value: null, gap: { at: 5, upTo: 3.75 } })
    const beyond = await asked((x) => (x > 7 ? Number.NaN : x - 3))
    expect(beyond.value).toBeCloseTo(3, 2)
    expect(beyond.gap).toBeNull()
  })

  it('stops at the first crossing where there are more', async () => {
    const found = await asked((x) => (x > 3 && x < 6 ? 1 : -1))
    expect(found.value).toBeCloseTo(3, 2)
    expect(found.isTwisted).toBe(true)
  })
})

describe('an interval of an objective', () => {
  const data: Readonly<Record<string, Float64Array>> = {
    badDebt: Float64Array.from({ length: 400 }, (_, k) => (k * 7919) % 400),
    liquidations: Float64Array.from({ length: 400 }, (_, k) => (k * 104729) % 401),
  }
  const values = (name: string): Float64Array => data[name]!
  const names = Object.keys(data)

  it('of one term is that of its statistic, turned by its sign', () => {
    const up = estimateOf(parseObjective('2*badDebt.p50', names), values)
    const down = estimateOf(parseObjective('-2*badDebt.p50', names), values)
    expect([down.value, down.low, down.high]).toEqual([-up.value!, -up.high!, -up.low!])
  })

  it("of means is Student's, and resamples agree with it", () => {
    const exact = estimateOf(parseObjective('badDebt + liquidations', names), values)
    expect(exact.method).toContain('Student')
    const near = estimateOf(parseObjective('badDebt + liquidations + 0*badDebt.p50', names), values)
    expect(near.value).toBeCloseTo(exact.value!, 9)
    expect((near.high! - near.low!) / (exact.high! - exact.low!)).toBeGreaterThan(0.8)
    expect((near.high! - near.low!) / (exact.high! - exact.low!)).toBeLessThan(1.2)
  })

  it('is not there where a tail has too few paths', () => {
    const few = (name: string): Float64Array => data[name]!.subarray(0, 64)
    const shifted = (name: string): Float64Array => few(name).map((v, k) => v + k)
    for (const text of ['badDebt.es95', 'badDebt.p95', 'liquidations + 0.5*badDebt.es99']) {
      const objective = parseObjective(text, names)
      for (const found of [estimateOf(objective, few), differenceOf(objective, shifted, few)]) {
        expect([found.low, found.high]).toEqual([null, null])
        expect(found.method).toMatch(/too few paths: 64 of the \d+/)
      }
    }
  })

  it('is of the paths that have all numbers, around the value of those that have each', () => {
    const partly = (name: string): Float64Array =>
      name === 'badDebt' ? data[name]!.map((v, k) => (k < 40 ? Number.NaN : v)) : data[name]!
    const { value, low, high, n } = estimateOf(
      parseObjective('badDebt + 2*liquidations', names),
      partly,
    )
    const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length
    const own = mean(data.badDebt!.slice(40)) + 2 * mean(data.liquidations!)
    expect(value).toBeCloseTo(own, 9)
    expect([low! < own, own < high!, n]).toEqual([true, true, 360])
  })

  it('of a difference on the same paths forgets what paths share', () => {
    const shifted = (name: string): Float64Array => data[name]!.map((v) => v + 3)
    for (const text of ['badDebt + liquidations', 'badDebt.es90 + liquidations']) {
      const { value, low, high } = differenceOf(parseObjective(text, names), shifted, values)
      for (const v of [value, low, high]) expect(v).toBeCloseTo(6, 9)
    }
  })
})
