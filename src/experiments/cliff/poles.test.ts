import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { parseScenario } from '../../scenario/index.ts'
import { openSurvey } from '../survey.ts'
import { locate } from './locate.ts'
import type { Respond, Search } from './types.ts'

const RANGES = [
  [0.2, 1.5],
  [0.2, 1.7],
  [0.1, 1.1],
  [0, 2],
  [0.9, 1.3],
  [0, 5],
  [0.11, 1.01],
] as const

const searchOf = ([low, high]: readonly [number, number]): Search => ({
  ...{ low, high, paths: 1, cells: 16, isShock: false },
})

/** A curve that has no value from `end` on. */
const until =
  (end: number, f: (x: number) => number): Respond =>
  async (at, paths) =>
    at.map(({ x, shock }) => new Float64Array(paths).fill(x < end ? f(x) * shock : Number.NaN))

describe('a pole', () => {
  it.each([
    ['1 / (1 - g), given up at .993', 0.993, (g: number) => 1 / (1 - g)],
    ['1 / sqrt(1 - g^2), given up at .998', 0.998, (g: number) => 1 / Math.sqrt(1 - g * g)],
    ['1 / (1 - g)^2', 1, (g: number) => 1 / (1 - g) ** 2],
    ['2 + .1 / (1 - g), given up at .997', 0.997, (g: number) => 2 + 0.1 / (1 - g)],
  ])('of %s is found from any range, and 1 is in its interval', async (_, end, f) => {
    for (const range of RANGES) {
      const { kind, cliff, note } = await locate(until(end, f), searchOf(range))
      expect([range, kind, note]).toEqual([range, 0, expect.stringContaining('unbounded')])
      expect(cliff!.low).toBeLessThanOrEqual(1)
      expect(cliff!.high).toBeGreaterThanOrEqual(1)
      expect(cliff!.high - cliff!.low).toBeLessThan(0.03)
    }
  })

  it('is found where paths of different size give up one by one', async () => {
    const paths = 6
    const respond: Respond = async (at) =>
      at.map(({ x }) =>
        Float64Array.from({ length: paths }, (_, path) =>
          x < 0.999 - 0.003 * path ? (1 + path) / Math.sqrt(1 - x) : Number.NaN,
        ),
      )
    const { cliff, note } = await locate(respond, { ...searchOf([0.2, 1.7]), paths })
    expect(note).toContain('unbounded')
    expect(Math.abs(cliff!.value - 1)).toBeLessThan(0.001)
    expect([cliff!.low <= 1, cliff!.high >= 1]).toEqual([true, true])
  })

  it('is found where values end below, and where they fall', async () => {
    const below: Respond = async (at, paths) =>
      at.map(({ x }) => new Float64Array(paths).fill(x > 1.01 ? 3 - 1 / (x - 1) : Number.NaN))
    for (const range of [[0.4, 2.2] as const, [0.93, 1.8] as const]) {
      const { cliff, note } = await locate(below, searchOf(range))
      expect(note).toContain('unbounded')
      expect(cliff!.low <= 1 && cliff!.high >= 1).toBe(true)
    }
  })

  it.each([
    ['a line', (x: number) => 2 + x],
    ['an exponential', (x: number) => Math.exp(8 * x)],
    ['a power', (x: number) => x ** 12],
    ['a fold', (x: number) => 4 - 3 * Math.sqrt(Math.abs(1 - x))],
    ['a step', (x: number) => (x > 0.95 ? 1 : 0)],
    ['a pole far beyond', (x: number) => 1 / (1.3 - x)],
  ])('is none of %s that merely ends', async (_, f) => {
    for (const range of RANGES)
      expect((await locate(until(1, f), searchOf(range))).note).not.toContain('unbounded')
  })

  it('is hardly ever made by noise', async () => {
    let made = 0
    for (let seed = 1; seed <= 100; seed++) {
      const draws = philoxDraws(seed, 0, 'noise')
      const noise = until(0.7, (x) => Math.exp(draws.normal(Math.round(x * 1e6), 0)))
      const { note } = await locate(noise, searchOf([0, 1]))
      if (note.includes('unbounded')) made++
    }
    expect(made).toBeLessThanOrEqual(2)
  })
})

describe('hedging feedback has its pole at g = 1 (validation C6, E4)', () => {
  const path = 'scenarios/papers/hedging-feedback.yaml'
  // Blocks of up to 1000 rounds take long; per block the ratio is the same after few.
  const scenario = parseScenario(
    readFileSync(path, 'utf8').replace('range: [1000,', 'range: [100,'),
    path,
  )

  it.each([
    [1, 1000, [0.2, 1.7]],
    [1, 1000, [0.9, 1.3]],
    [0, 100, [0.2, 1.7]],
  ] as const)('with a lag of %i, over %i blocks, looked for in %j', async (lag, steps, range) => {
    const survey = openSurvey(scenario, { set: { steps, lag }, workers: 1 })
    const respond: Respond = async (at, paths) => {
      const samples = await survey.askEach(
        at.map(({ x, shock }) => ({ g: x * shock })),
        paths,
      )
      return samples.map((sample) => sample.values('volRatioStep'))
    }
    const search = { ...searchOf(range), cells: 8, effort: 'coarse' } as const
    const { kind, cliff, note } = await locate(respond, search)
    await survey.close()
    expect([kind, note]).toEqual([0, expect.stringContaining('unbounded')])
    expect([cliff!.low <= 1, cliff!.high >= 1]).toEqual([true, true])
    expect(cliff!.high - cliff!.low).toBeLessThan(0.1)
  })
})
