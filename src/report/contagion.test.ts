import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunOutcome } from '../experiments/index.ts'
import { eventsOf } from '../measures/index.ts'
import { crossingCounts } from './contagion.ts'
import type { Report } from './data.ts'
import { writeReportFiles } from './index.ts'
import { outlineEvents, outlineOf } from './outline.ts'
import { smallCrash } from './smallCrash.conformance.ts'
import { storyOf } from './story.ts'
import { crossingsOf, kindOf, pathTo, treesOf } from './tree.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakwater-contagion-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Report and page, without the re-runs. */
async function written(outcome: RunOutcome, name: string) {
  const dir = join(folder, name)
  await writeReportFiles(outcome, dir, { signal: AbortSignal.abort() })
  const page = readFileSync(join(dir, 'report.html'), 'utf8')
  return {
    report: JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8')) as Report,
    markup: page.slice(0, page.indexOf('<script type="application/json"')),
  }
}

const isContagion = ({ text }: { readonly text: string }): boolean => text.startsWith('Contagion:')

describe('two protocols that sell into the same market', () => {
  let outcome: RunOutcome
  let found: Awaited<ReturnType<typeof written>>
  beforeAll(async () => {
    outcome = await smallCrash({ pair: true, vol: 0.5, minutes: 6 }, { paths: 2, cuts: ['all'] })
    found = await written(outcome, 'pair')
  })

  it('crosses from one to the other only where the last liquidation in the chain is of the other', () => {
    const { trace } = outcome.view!.world
    const { instance } = trace.columns
    const crossings = new Map(crossingsOf(trace).map(({ event, cause }) => [event, cause]))
    expect(crossings.size).toBeGreaterThan(0)
    for (const e of eventsOf(trace, 'liquidation')) {
      const above = pathTo(trace, e).slice(0, -1)
      const cause = above.findLast((at) => kindOf(trace, at) === 'liquidation') ?? -1
      const isCrossing = cause >= 0 && instance[cause] !== instance[e]
      expect(crossings.get(e)).toBe(isCrossing ? cause : undefined)
    }
  })

  it('says how many liquidations crossed each way, proven by the largest with its cause', () => {
    const { world } = outcome.view!
    const counts = crossingCounts(world)
    expect(counts.map(({ from, to }) => [from, to])).toEqual([
      ['other', 'lender'],
      ['lender', 'other'],
    ])
    const all = crossingsOf(world.trace)
    expect(counts.reduce((sum, c) => sum + c.liquidations, 0)).toBe(all.length)
    const clause = storyOf(outcome).find(isContagion)!
    for (const c of counts)
      expect(clause.text).toContain(`${c.liquidations} of the ${c.of} liquidations on ${c.to}`)
    expect(clause.events).toEqual(
      counts.flatMap(({ largest }) => (largest ? [largest.cause, largest.event] : [])),
    )
  })

  it('marks every crossing in the outline with both protocols', () => {
    const { world } = outcome.view!
    const tree = treesOf(world.trace).find(({ crossings }) => crossings.length > 0)!
    const nodes = outlineEvents(outlineOf(world, tree))
    const marked = nodes.filter((node) => node.crossedFrom !== null)
    expect(marked.map((node) => node.event).sort((a, b) => a - b)).toEqual(
      tree.crossings.map(({ event }) => event),
    )
    for (const node of marked)
      expect([node.lender, node.crossedFrom].sort()).toEqual(['lender', 'other'])
    const other = nodes.filter((node) => node.kind !== 'liquidation')
    expect(other.every((node) => node.lender === null)).toBe(true)
  })

  it('shows each protocol with its own numbers and intervals', () => {
    const section = found.markup.slice(found.markup.indexOf('<section id="lenders">'))
    const table = section.slice(0, section.indexOf('</section>'))
    for (const name of ['loss', 'badDebt', 'liquidatedDebt', 'lender', 'other'])
      expect(table).toContain(name)
    expect(table).toContain('Student t')
    expect(table).not.toMatch(/undefined|NaN|\[object/)
  })

  it('lists measures of one protocol alone only where the scenario does', () => {
    const section = found.markup.slice(found.markup.indexOf('<section id="measures">'))
    expect(section).toContain('badDebt[other]')
    expect(section).not.toContain('badDebt[lender]')
    expect(found.report.measures.some(({ name }) => name === 'badDebt[lender]')).toBe(true)
  })

  it('tells what each channel carries, or why it cannot be cut', () => {
    const section = found.markup.slice(found.markup.indexOf('<section id="channels">'))
    const told = section.slice(0, section.indexOf('</section>'))
    expect(found.report.channels.length).toBeGreaterThan(3)
    for (const { name, value, note } of found.report.channels) {
      expect(told).toContain(`<b>${name}</b>`)
      if (value === null) expect(told).toContain(note)
    }
    expect(told).toContain('data-chart="channels"')
  })
})

describe('one protocol', () => {
  it('has no contagion, no table of protocols and no section of channels', async () => {
    const outcome = await smallCrash()
    expect(storyOf(outcome).length).toBeGreaterThan(4)
    expect(storyOf(outcome).filter(isContagion)).toEqual([])
    const { report, markup } = await written(outcome, 'one')
    expect(report.path!.crossings).toEqual([])
    for (const id of ['lenders', 'channels', 'response']) {
      expect(markup).not.toContain(`<section id="${id}">`)
      expect(markup).not.toContain(`href="#${id}"`)
    }
  })
})
