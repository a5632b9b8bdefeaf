import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunOutcome } from '../experiments/index.ts'
import { eventsOf } from '../measures/index.ts'
import {
  type Change,
  defencesOf,
  defencesText,
  sayCause,
  sayChange,
  sayHalted,
} from './controls.ts'
import type { Report } from './data.ts'
import { textOf, writeReportFiles } from './index.ts'
import { smallCrash } from './smallCrash.conformance.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakwater-defences-'))
afterAll(() => rmSync(folder, { recursive: true }))

const change = (own: Partial<Change>): Change => ({
  ...{ event: 7, time: 600, control: 'guard', target: 'pool', term: 'borrowing', asset: 'X' },
  ...{ from: 1, to: 0, waited: 12, cause: null, halted: null, ...own },
})

describe('a change of a control', () => {
  it.each([
    [{}, 'halts borrowing of X on pool'],
    [{ from: 0, to: 1 }, 'lets borrowing of X on pool go on'],
    [{ term: 'trading', asset: null }, 'halts trading on pool'],
    [
      { term: 'liquidationThreshold', from: 0.8, to: 0.77 },
      'lowers liquidation threshold of X on pool from 80.0 % to 77.0 %',
    ],
    [
      { term: 'supplyCap', from: 100, to: 120 },
      'raises supply cap of X on pool from 100 tokens to 120 tokens',
    ],
    [
      { term: 'stopAtFrontier', asset: null, from: 1, to: 0 },
      'switches stop at frontier on pool off',
    ],
  ] as const)('%o is told as "%s"', (own, text) => {
    expect(sayChange(change(own))).toBe(text)
  })

  it('says what it answers to and how long it lasted', () => {
    const cause = { event: 3, text: 'the feed answers', before: 4500 }
    expect(sayCause({ cause })).toBe('1 h 15 min after the feed answers')
    expect(sayCause({ cause: { ...cause, before: 0 } })).toBe('at once after the feed answers')
    expect(sayCause({ cause: null })).toBe('')
    expect(sayHalted({ halted: { seconds: 7200, lasts: false } })).toBe('for 2 h')
    expect(sayHalted({ halted: { seconds: 7200, lasts: true } })).toBe('to the end')
    expect(sayHalted({ halted: null })).toBe('')
  })
})

describe('a path with defences', () => {
  let outcome: RunOutcome
  beforeAll(async () => {
    outcome = await smallCrash({ guarded: true })
  })

  it('lists every change with its control, its values and its cause', () => {
    const { world } = outcome.view!
    const { changes, total } = defencesOf(world)!
    const events = eventsOf(world.trace, 'term')
    expect(total).toBe(events.length)
    expect(changes.map(({ event }) => event)).toEqual(events)
    const { x, y, parent } = world.trace.columns
    for (const { event, from, to, cause } of changes) {
      expect([from, to]).toEqual([x[event], y[event]])
      expect(cause?.event ?? -1).toBe(parent[event])
    }
  })

  it('sums up each control, and agrees with the measures', () => {
    const { controls, changes, halts, terms } = defencesOf(outcome.view!.world)!
    expect(controls.map(({ name }) => name)).toEqual(['breaker', 'margin'])
    const measure = (name: string) => outcome.document.measures.find((m) => m.name === name)!.value
    const sum = (of: (d: (typeof controls)[number]) => number): number =>
      controls.reduce((all, d) => all + of(d), 0)
    expect(sum((d) => d.changes)).toBe(measure('controlActions'))
    expect(sum((d) => d.gas)).toBeCloseTo(measure('controlGas')!, 12)
    expect(sum((d) => d.haltedTime)).toBe(measure('haltedTime'))
    expect(sum((d) => d.haltedTime)).toBeGreaterThanOrEqual(120)
    expect(halts).toHaveLength(sum((d) => d.halts))
    const [{ term, tracks }] = terms as [(typeof terms)[number]]
    expect(term).toBe('liquidation threshold')
    // Opening, every change, and the end.
    const steps = changes.filter((c) => c.term === 'liquidationThreshold').length
    expect(tracks[0]!.points).toHaveLength(steps + 2)
    expect(tracks[0]!.points[0]).toEqual({ time: 0, value: 0.8 })
  })

  it('is told on the terminal: who did what, when, for how long and after what', () => {
    const lines = defencesText(outcome.view!.world)
    expect(lines[0]).toBe('Defences:')
    const text = lines.join('\n')
    expect(text).toMatch(/breaker +2 changes, gas .*, 1 halt of \d+ min in all/)
    expect(text).toMatch(
      /breaker halts liquidating of X on lender, for \d+ min, 24 s after news: X/,
    )
    expect(text).toMatch(/breaker lets liquidating of X on lender go on/)
    expect(text).toMatch(/margin lowers liquidation threshold of X on lender .*in \d+ steps until/)
    expect(textOf(outcome)).toContain(text)
  })

  it('has a section with chart, costs and linked events', async () => {
    await writeReportFiles(outcome, folder, { signal: AbortSignal.abort() })
    const page = readFileSync(join(folder, 'report.html'), 'utf8')
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report
    const start = page.indexOf('<section id="defences">')
    const section = page.slice(start, page.indexOf('</section>', start))
    expect(section).toContain('data-chart="defences"')
    for (const text of ['capitalCost', 'haltedTime', 'breaker', 'margin', 'halts liquidating of X'])
      expect(section).toContain(text)
    expect(section).not.toMatch(/undefined|NaN|\[object/)
    expect(page).toContain('href="#defences"')
    const known = new Set(report.path!.eventLines.map(({ event }) => event))
    for (const { event } of report.path!.defences!.changes) expect(known.has(event)).toBe(true)
  })
})

describe('a path without defences', () => {
  it('says nothing of them', async () => {
    const outcome = await smallCrash()
    expect(defencesOf(outcome.view!.world)).toBeNull()
    expect(defencesText(outcome.view!.world)).toEqual([])
    expect(textOf(outcome)).not.toContain('Defences')
    await writeReportFiles(outcome, join(folder, 'none'), { signal: AbortSignal.abort() })
    const page = readFileSync(join(folder, 'none', 'report.html'), 'utf8')
    expect(page).not.toContain('id="defences"')
  })
})
