import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { hashWorld } from '../engine/index.ts'
import type { RunOutcome, TailResult } from '../experiments/index.ts'
import { clopperPearson } from '../math/index.ts'
import { type Report, reportOf } from './data.ts'
import { distributionOf, lossBins, pickPaths, tailOf } from './distribution.ts'
import { lossesSection } from './page/losses.ts'
import { chartDataOf } from './page/script.ts'
import { smallCrash } from './smallCrash.conformance.ts'

const ramp = (n: number): Float64Array => Float64Array.from({ length: n }, (_, k) => k)

describe('stretches of losses', () => {
  it('hold every path once, from the smallest to the largest', () => {
    const values = fc.array(fc.double({ min: 1, max: 1e9, noNaN: true }), {
      minLength: 2,
      maxLength: 300,
    })
    fc.assert(
      fc.property(values, fc.constantFrom('linear', 'log'), (numbers, scale) => {
        const sorted = Float64Array.from(numbers).sort()
        const bins = lossBins(sorted, scale)
        expect(bins.reduce((sum, b) => sum + b.count, 0)).toBe(sorted.length)
        expect(bins[0]!.from / sorted[0]!).toBeCloseTo(1, 9)
        expect(bins.at(-1)!.to / sorted.at(-1)!).toBeCloseTo(1, 9)
        expect(bins.length).toBeLessThanOrEqual(48)
        bins.slice(1).forEach((bin, k) => {
          expect(bin.from).toBe(bins[k]!.to)
        })
      }),
      { seed: 41 },
    )
  })

  it('are one where all are equal, and none without paths', () => {
    expect(lossBins(new Float64Array(5).fill(3), 'linear')).toEqual([{ from: 3, to: 3, count: 5 }])
    expect(lossBins(new Float64Array(0), 'log')).toEqual([])
  })
})

describe('the tail', () => {
  it('falls from all paths to the worst, each point with its exact interval', () => {
    const tail = tailOf(ramp(1000))
    expect(tail[0]).toEqual({ value: 0, share: 1, ...ends(1000, 1000) })
    expect(tail.at(-1)).toEqual({ value: 999, share: 0.001, ...ends(1, 1000) })
    for (const { value, share } of tail) expect(share).toBeCloseTo((1000 - value) / 1000, 12)
    expect(tail.length).toBeGreaterThan(40)
  })

  it('counts a lump as a whole', () => {
    const lump = Float64Array.from({ length: 100 }, (_, k) => (k < 60 ? 0 : k < 95 ? 5 : 9))
    expect(tailOf(lump).map(({ value, share }) => [value, share])).toEqual([
      [0, 1],
      [5, 0.4],
      [9, 0.05],
    ])
  })

  function ends(k: number, n: number): { low: number; high: number } {
    const { low, high } = clopperPearson(k, n)
    return { low, high }
  }
})

describe('paths at percentiles', () => {
  it('are those of that rank, the worst last', () => {
    const values = ramp(200).map((v) => 199 - v)
    const picks = pickPaths(values, 'lower')
    expect(picks.map(({ at }) => at[0])).toEqual([
      'p1',
      'p5',
      'p25',
      'p50',
      'p75',
      'p90',
      'p95',
      'p99',
      'worst',
    ])
    // The median is the value of rank 100, which path 100 has; the worst is path 0.
    expect(picks[3]).toEqual({ at: ['p50'], path: 100, value: 99 })
    expect(picks[8]).toEqual({ at: ['worst'], path: 0, value: 199 })
    expect(pickPaths(values, 'higher')[8]).toEqual({ at: ['worst'], path: 199, value: 0 })
  })

  it('are one path where paths are equal, and never one without a value', () => {
    const values = Float64Array.of(Number.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 7)
    expect(pickPaths(values, 'lower')).toEqual([
      { at: ['p1', 'p5', 'p25', 'p50', 'p75'], path: 1, value: 0 },
      { at: ['p90', 'p95', 'p99', 'worst'], path: 9, value: 7 },
    ])
  })
})

describe('the distribution of a run', () => {
  let outcome: RunOutcome
  let report: Report
  beforeAll(async () => {
    outcome = await smallCrash({ vol: 3, minutes: 8 }, { paths: 24 })
    report = await reportOf(outcome, { signal: AbortSignal.abort() })
  })

  it('shows each picked path as it was in the run, with the command that runs it alone', async () => {
    const found = (await distributionOf(outcome, {}))!
    expect(found.picks.length).toBeGreaterThan(4)
    for (const pick of found.picks) {
      expect(pick.value).toBe(outcome.values('badDebt')[pick.path])
      expect(pick.series.badDebt.at(-1)! / pick.value).toBeCloseTo(1, 4)
      const repaid = pick.bins.reduce((sum, bin) => sum + bin.repaid, 0)
      expect(repaid / outcome.values('liquidatedDebt')[pick.path]!).toBeCloseTo(1, 9)
      expect(pick.story.join(' ')).toContain('liquidations of')
      expect(pick.replay).toMatch(new RegExp(` --seed 1 --path ${pick.path}$`))
      const told = pick.measures.find((m) => m.name === 'liquidations')!
      expect(told.value).toBe(outcome.values('liquidations')[pick.path])
    }
    const checked = await distributionOf(outcome, { checked: true })
    for (const { replay } of checked!.picks) expect(replay).toMatch(/ --checked$/)
  })

  it('leaves the world at the end of its last path', () => {
    const { world, path } = outcome.view!
    expect(path).toBe(23)
    const before = hashWorld(world)
    expect(report.path!.series.badDebt.at(-1)).toBeCloseTo(outcome.values('badDebt')[23]!)
    expect(hashWorld(world)).toBe(before)
  })

  it('marks value at risk and expected shortfall as the document has them', () => {
    const again = { ...report, distribution: { ...report.distribution! } }
    const { losses } = chartDataOf(again)
    const { valueAtRisk, expectedShortfall } = outcome.document.risk!
    expect(losses!.marks.map(({ kind, level, value }) => [kind, level, value])).toEqual([
      ['VaR', '95 %', valueAtRisk[0]!.value],
      ['VaR', '99 %', valueAtRisk[1]!.value],
      ['ES', '95 %', expectedShortfall[0]!.value],
      ['ES', '99 %', expectedShortfall[1]!.value],
    ])
    expect(losses!.bins.reduce((sum, b) => sum + b.count, 0)).toBe(24)
  })

  it('says on the page what cannot be had with so few paths', () => {
    const section = lossesSection(report)
    const { markup } = section as { markup: string }
    expect(markup).toContain('<section id="losses">')
    expect(markup).toContain('too few paths: 24 of the 368 that an interval needs')
    expect(markup).toContain('The paths at the percentiles were not run again')
    expect(markup).not.toMatch(/undefined|NaN|\[object/)
  })

  it('says how likely the rare events are that were asked for', () => {
    const tail: TailResult = {
      ...{ method: 'importance', condition: 'badDebt > 5e6', dimension: 60, evaluations: 2000 },
      ...{ probability: 1.25e-5, low: 1e-5, high: 1.5e-5, standardError: 1.2e-6, interval: '' },
      ...{
        coefficientOfVariation: 0.1,
        effectiveSampleSize: 100,
        maxWeightShare: 0.02,
        reason: '',
      },
    }
    const { markup } = lossesSection({ ...report, tails: [tail] }) as { markup: string }
    expect(markup).toContain('P(badDebt &gt; 5e6) = 0.0000125 [0.00001, 0.000015]')
    expect((lossesSection(report) as { markup: string }).markup).not.toContain('P(badDebt')
  })
})

describe('a run of more paths than a page can hold', () => {
  it('keeps evenly spaced values of each measure, and every path in the distribution', async () => {
    const outcome = await smallCrash({ vol: 3, minutes: 2 }, { paths: 1001 })
    const report = await reportOf({ ...outcome, view: null }, { signal: AbortSignal.abort() })
    const kept = report.perPath.liquidatedDebt!
    const all = outcome.values('liquidatedDebt').sort()
    expect(kept).toHaveLength(400)
    expect([kept[0], kept[399]]).toEqual([all[0], all[1000]])
    expect([...kept].sort((a, b) => a! - b!)).toEqual(kept)
    expect(report.distribution!.n).toBe(1001)
    expect(JSON.stringify(chartDataOf(report)).length).toBeLessThan(1e5)
  })
})

describe('a run without much to show', () => {
  it('has no distribution with few paths', async () => {
    const outcome = await smallCrash({ vol: 3, minutes: 6 }, { paths: 3 })
    expect(await distributionOf(outcome, {})).toBeNull()
  })

  it('draws what differs where all losses are equal, and says so', async () => {
    const outcome = await smallCrash({ drop: 0.2, vol: 4, minutes: 8 }, { paths: 20 })
    const report = await reportOf(outcome, { signal: AbortSignal.abort() })
    expect(new Set(outcome.values('badDebt')).size).toBe(1)
    expect(report.distribution!.measure).toBe('loss')
    const { markup } = lossesSection(report) as { markup: string }
    expect(markup).toContain('All 20 paths end with the same badDebt, $0.00. Drawn')
  })

  it('says that all paths are equal', async () => {
    const outcome = await smallCrash({ drop: 0, minutes: 6 }, { paths: 20 })
    const distribution = await distributionOf(outcome, {})
    expect(distribution).toMatchObject({ lump: { count: 20 }, bins: [] })
    expect(distribution!.picks).toHaveLength(1)
    const report = { ...(await reportOf(outcome, { signal: AbortSignal.abort() })), distribution }
    const { markup } = lossesSection(report) as { markup: string }
    expect(markup).toContain('All 20 paths end with the same badDebt')
    expect(markup).toContain('data-chart="pick:0"')
    expect(markup).not.toMatch(/undefined|NaN|\[object/)
  })
})
