import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { loadScenario } from '../../scenario/index.ts'
import { distanceToCliff } from './distance.ts'
import { fallOf } from './onset.ts'
import { WarningError } from './types.ts'
import { judgeShare, warn } from './warn.ts'

const FLASH = 'scenarios/flash-crash.yaml'
const CASCADE = 'scenarios/papers/constant-product-cascade.yaml'
const LOOP = 'scenarios/papers/leveraged-loop.yaml'

describe('fallOf', () => {
  const draws = philoxDraws(1, 0, 'walk')
  const walk = (n: number, from: number, drop: number): Float64Array => {
    let price = 0
    return Float64Array.from({ length: n }, (_, t) => {
      price += 0.001 * draws.normal(t, 0) - (t > from && t <= from + 10 ? drop : 0)
      return price
    })
  }

  it('finds where a fall starts in a price that wanders', () => {
    expect(Math.abs(fallOf(walk(600, 400, 0.01))!.tick - 400)).toBeLessThan(3)
  })

  it('finds none where noise alone moves the price, or nothing does', () => {
    expect(fallOf(walk(600, 400, 0))).toBeNull()
    expect(fallOf(new Float64Array(100))).toBeNull()
    expect(fallOf(new Float64Array(1))).toBeNull()
  })
})

describe('warn', () => {
  it('says that there was no warning of a flash crash', async () => {
    const scenario = loadScenario(FLASH)
    const found = await warn(scenario, { set: scenario.short, paths: 4, distance: 'skip' })
    expect(found.verdict).toBe('no warning')
    expect(found.share!.n).toBe(4)
    for (const { onset, verdict, indicators } of found.paths) {
      // The sale starts after half an hour.
      expect(Math.abs(onset!.seconds - 1800)).toBeLessThan(180)
      if (verdict === 'warning') continue
      const p = indicators.slice(0, 2).map((i) => Math.max(i.p.ar1, i.p.phase))
      expect(Math.max(...p)).toBeGreaterThan(0.05)
    }
    expect(found.distance).toBeNull()
    const again = await warn(scenario, { set: scenario.short, paths: 1, distance: 'skip' })
    expect(again.paths).toEqual(found.paths.slice(0, 1))
  })

  it('finds no event where nobody sells', async () => {
    const set = { ...loadScenario(FLASH).short, sale: 0 }
    const found = await warn(FLASH, { set, paths: 2, distance: 'skip' })
    expect(found.verdict).toBe('no event')
    expect(found.share).toBeNull()
  })

  it('cannot tell when the trouble comes before anything was seen', async () => {
    const found = await warn(LOOP, { set: { jump: 0.2 }, distance: 'skip' })
    expect(found.verdict).toBe('cannot tell')
    expect(found.paths).toHaveLength(1)
    expect(found.branching).toEqual({ likelihood: null, moment: null })
  })

  it('refuses a scenario without an asset to watch', async () => {
    await expect(
      warn('scenarios/papers/oracle-latency.yaml', { paths: 1, distance: 'skip' }),
    ).rejects.toThrow(WarningError)
  })
})

describe('a share of events with a warning', () => {
  it.each([
    [0, 1, 'no warning'],
    [0, 8, 'no warning'],
    [1, 8, 'cannot tell'],
    [2, 8, 'cannot tell'],
    [3, 8, 'warning'],
    [8, 8, 'warning'],
    [3, 100, 'no warning'],
    [11, 100, 'warning'],
  ] as const)('of %i of %i says: %s', (warned, events, verdict) => {
    const found = judgeShare(warned, events)
    expect(found.verdict).toBe(verdict)
    expect(found.share).toMatchObject({ value: warned / events, n: events })
  })
})

describe('distanceToCliff', () => {
  // validation.md C8: thresholds of rising density jump at a shock of .2690920700.
  it('finds the jump of rising thresholds from no shock on', async () => {
    const set = { density: 'rising', r: 1, positions: 1000, shock: 0.2 }
    const found = await distanceToCliff(loadScenario(CASCADE), { set, workers: 1, cells: 8 })
    expect(found).toMatchObject({ shock: 'shock', unit: 'log', kind: 1, low: 0, high: 0.4 })
    expect(Math.abs(found.cliff!.value - 0.26909207)).toBeLessThan(0.01)
    expect(found.cliff!.low).toBeLessThan(0.26909207)
    expect(found.cliff!.high).toBeGreaterThan(0.26909207)
    // The shock is a trade, no scheduled fall, so that it is told in its own unit.
    expect(found.move).toBeNull()
  })

  it('says that there is none where nothing turns', async () => {
    const vary = { name: 'shock', low: 0, high: 0.2 }
    const set = { density: 'uniform', r: 0.1, positions: 300 }
    const found = await distanceToCliff(loadScenario(CASCADE), { set, vary, workers: 1, cells: 8 })
    expect(found.cliff).toBeNull()
    expect(found.kind).toBeNull()
  })

  // What may be borrowed against the push rises in step with it, up to the cash that there is.
  it('tells of each range why there is none in it', async () => {
    const scenario = loadScenario('scenarios/oracle-manipulation.yaml')
    const found = await distanceToCliff(scenario, { set: scenario.short, cells: 4, workers: 1 })
    expect(found).toMatchObject({ shock: 'priceFactor', cliff: null, low: 1, high: 1_000_000 })
    expect(found.note).toMatch(
      /^from 1 to 46\.\d+ the response .*; from 46\.\d+ to 1000000 the measure/,
    )
  })

  // Bad debt from a jump of 1 - threshold (1 + bonus) / healthFactor0 on (the file's own formula).
  it('tells the cliff as the fall of the asset', async () => {
    const found = await distanceToCliff(loadScenario(LOOP), {
      ...{ measure: 'accountsInsolvent', cells: 8, workers: 1 },
      vary: { name: 'jump', low: 0, high: 0.2 },
    })
    const jump = 1 - (0.95 * 1.01) / 1.03635
    expect(found).toMatchObject({ asset: 'X', kind: 1 })
    expect(found.cliff!.value).toBeCloseTo(jump, 4)
    expect(found.move!.value).toBeCloseTo(-jump, 4)
  })

  it('says of every range that was looked at what was found in it', async () => {
    const { cliff, low, high, note } = await distanceToCliff(loadScenario(LOOP), {
      ...{ measure: 'totalDebt', cells: 4, workers: 1 },
    })
    expect([cliff, low, high]).toEqual([null, 0, 0.99])
    expect(note).toMatch(/^from 0 to 0\.24 .*; from 0\.24 to 0\.99 /)
  })
})
