import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashWorld } from '../engine/index.ts'
import { type RunOutcome, runScenario } from '../experiments/index.ts'
import { loadScenario } from '../scenario/index.ts'
import type { Report } from './data.ts'
import { OutputError, writeReportFiles } from './index.ts'
import { clientScript } from './page/client/main.ts'
import { escapeHtml } from './page/html.ts'
import { retrace } from './retrace.ts'
import { smallCrash } from './smallCrash.conformance.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakwater-report-'))
afterAll(() => rmSync(folder, { recursive: true }))

const TITLE = 'A <script>alert("crash")</script> & more'

async function written(outcome: RunOutcome, name: string, signal?: AbortSignal) {
  const dir = join(folder, name)
  const files = await writeReportFiles(outcome, dir, signal ? { signal } : {})
  const report = JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8')) as Report
  return { dir, files, report, page: readFileSync(join(dir, 'report.html'), 'utf8') }
}

/** The page without its scripts. */
function markupOf(page: string): string {
  return page.slice(0, page.indexOf('<script type="application/json"'))
}

describe('the report of a crash', () => {
  let outcome: RunOutcome
  let found: Awaited<ReturnType<typeof written>>
  beforeAll(async () => {
    outcome = await smallCrash({ title: TITLE })
    found = await written(outcome, 'deep/er')
  })

  it('consists of five whole files and nothing else', () => {
    const names = ['report.json', 'trace.parquet', 'paths.parquet', 'measures.parquet']
    const all = [...names, 'report.html']
    expect(found.files).toEqual(all.map((name) => join(found.dir, name)))
    expect(readdirSync(found.dir).sort()).toEqual(all.sort())
    expect(found.page.trimEnd().endsWith('</html>')).toBe(true)
  })

  it('has the run document, story, effects, accounts, facts and charts in report.json', () => {
    const { report } = found
    const { schema, path: only, ...document } = outcome.document
    expect(only).toBeNull()
    expect(schema).toBe('breakwater/run/1')
    expect(report).toMatchObject(JSON.parse(JSON.stringify(document)))
    expect(report.schema).toBe('breakwater/report/1')
    const path = report.path!
    expect(path.story.length).toBeGreaterThan(4)
    expect(path.accounts.count).toBe(40)
    expect(path.accounts.opening).toHaveLength(20)
    expect(path.accounts.bad.total).toBeCloseTo(outcome.values('badDebt')[0]!)
    expect(path.accounts.concentration.opening).toHaveLength(2)
    expect(path.cascade!.liquidations).toBeGreaterThan(0)
    expect(report.origins[0]!.facts).toContainEqual({
      name: 'accounts',
      value: 40,
      unit: 'accounts',
    })
    const named = new Set(path.eventLines.map((line) => line.event))
    for (const { events } of path.story) for (const e of events) expect(named).toContain(e)
  })

  it('samples the path that was run: the last values are the measures', () => {
    const { series, bins, curve } = found.report.path!
    const value = (name: string): number => outcome.values(name)[0]!
    expect(series.badDebt.at(-1)).toBeCloseTo(value('badDebt'))
    expect(series.repaid.at(-1)).toBeCloseTo(value('liquidatedDebt'))
    expect(bins.reduce((sum, b) => sum + b.liquidations, 0)).toBe(value('liquidations'))
    expect(series.prices.map((p) => p.kind)).toEqual(['fundamental', 'reference', 'pool', 'oracle'])
    if ('reason' in curve) throw new Error(curve.reason)
    expect(curve.own!.liquidatable / curve.totalDebt).toBeCloseTo(value('liquidatableDebtShare'))
    expect(curve.points).toHaveLength(81)
  })

  it('runs every assumption at -20 % and +20 %, within its range, or says why not', () => {
    const [depth, bonus, idle] = found.report.effects.assumptions
    expect([depth!.low.value, depth!.high.value]).toEqual([4800, 7200])
    expect(depth!.low.badDebt).toBeGreaterThan(depth!.high.badDebt!)
    const { base } = found.report.effects
    expect(depth!.low.change).toBeCloseTo(depth!.low.badDebt! - base!)
    expect(base).toBeCloseTo(outcome.values('badDebt')[0]!)
    expect(bonus!.high).toMatchObject({ value: 0.09, note: 'kept within its range at 0.09' })
    expect(idle!.low).toMatchObject({ badDebt: null, note: expect.stringContaining('zero') })
  })

  it('says bad debt at half, once and twice the depth, as a run with that depth does', async () => {
    const { depth } = found.report.effects
    if ('reason' in depth) throw new Error(depth.reason)
    expect(depth.map((d) => d.value)).toEqual([3000, 6000, 12_000])
    const half = await smallCrash({ title: TITLE }, { set: { depth: 3000 } })
    expect(depth[0]!.badDebt).toBe(half.values('badDebt')[0])
  })

  it('leaves the world as it stood', async () => {
    const { world } = outcome.view!
    const before = hashWorld(world)
    await retrace(outcome)
    expect(hashWorld(world)).toBe(before)
  })

  it('loads nothing from anywhere and escapes what comes from files', () => {
    const markup = markupOf(found.page)
    expect(found.page).not.toMatch(
      /<(script|link|img|iframe|source)[^>]+(src|href)\s*=\s*["']?https?:/i,
    )
    expect(found.page).not.toMatch(/@import|url\(\s*["']?https?:/i)
    expect(markup).not.toMatch(/https?:\/\//)
    expect(markup).not.toContain('<script')
    expect(markup).toContain(escapeHtml(TITLE))
    expect(markup).toContain('&lt;b&gt;account 3&lt;/b&gt;')
    expect(markup).not.toContain('<b>account 3')
    expect(found.page.match(/<\/script>/g)!.length).toBe(4)
  })

  it('has every section', () => {
    const markup = markupOf(found.page)
    for (const id of ['story', 'time', 'curve', 'tree', 'accounts', 'depth', 'assumptions'])
      expect(markup).toContain(`<section id="${id}">`)
    for (const id of ['origins', 'measures', 'events'])
      expect(markup).toContain(`<section id="${id}">`)
    expect(markup).toContain(outcome.document.replay.slice(0, 40))
    expect(markup).not.toMatch(/undefined|NaN|\[object/)
  })

  it('sends a script to the browser that parses', () => {
    expect(() => new Function(clientScript())).not.toThrow()
  })
})

describe('other reports', () => {
  it('says so when nobody was liquidated', async () => {
    const { page, report } = await written(await smallCrash({ drop: 0 }), 'calm')
    const markup = markupOf(page)
    expect(report.path!.cascade).toBeNull()
    expect(markup).toContain('Nobody was liquidated')
    expect(markup).toContain('there is no bad debt')
    expect(markup).toContain('None of the re-runs changed bad debt')
    expect(markup).not.toMatch(/undefined|NaN|\[object/)
  })

  it('speaks of the last of several paths, and compares re-runs with one path', async () => {
    const outcome = await smallCrash({ vol: 2 }, { paths: 3 })
    const { page, report } = await written(outcome, 'paths')
    expect(report.path!.number).toBe(2)
    expect(report.path!.series.badDebt.at(-1)).toBeCloseTo(outcome.values('badDebt')[2]!)
    expect(report.perPath.badDebt).toHaveLength(3)
    expect(report.effects.base).toBeCloseTo(outcome.values('badDebt')[0]!)
    expect(markupOf(page)).toContain('the last finished one (number 2, counted from 0)')
  })

  it('is written without a path, too, when a run was interrupted between paths', async () => {
    const outcome = await smallCrash({ drop: 0 })
    const broken = { ...outcome, view: null, interrupted: true }
    // What an earlier start has left must not stand beside the paths of this one.
    mkdirSync(join(folder, 'pathless'))
    writeFileSync(join(folder, 'pathless', 'trace.parquet'), 'of an earlier run')
    const { dir, files, report, page } = await written(broken, 'pathless', AbortSignal.abort())
    expect(files).toHaveLength(4)
    expect(readdirSync(dir)).not.toContain('trace.parquet')
    expect(report.path).toBeNull()
    expect(markupOf(page)).toContain('No path was finished')
    expect(markupOf(page)).not.toMatch(/undefined|NaN|\[object/)
  })

  it('says which effects an interruption prevented', async () => {
    const { report } = await written(await smallCrash(), 'stopped', AbortSignal.abort())
    expect(report.effects.assumptions[0]!.low.note).toBe('interrupted')
  })

  it('shows what happens within one block over its events', async () => {
    const scenario = loadScenario('scenarios/papers/constant-product-cascade.yaml')
    const outcome = await runScenario(scenario, { set: { positions: 400 } })
    const { page, report } = await written(outcome, 'block')
    const { order, events } = report.path!
    expect(order!.event.at(-1)).toBe(events)
    expect(order!.repaid.at(-1)).toBeCloseTo(outcome.values('liquidatedDebt')[0]!)
    const prices = order!.prices[0]!.values
    expect(Math.log(prices[0]! / prices.at(-1)!)).toBeCloseTo(outcome.values('logDrop')[0]!)
    expect(markupOf(page)).toContain('the axis counts')
  })

  it('replaces an older report and leaves no temporary file', async () => {
    const outcome = await smallCrash({ drop: 0 })
    const { dir } = await written(outcome, 'twice')
    await written(outcome, 'twice')
    expect(readdirSync(dir)).toHaveLength(5)
  })
})

describe('a place that cannot be written', () => {
  it('is refused with what to do', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, 'mine')
    const outcome = await smallCrash({ drop: 0 })
    await expect(writeReportFiles(outcome, file)).rejects.toThrow(OutputError)
    await expect(writeReportFiles(outcome, file)).rejects.toThrow('is a file; name a folder')
    await expect(writeReportFiles(outcome, join(file, 'below'))).rejects.toThrow(OutputError)
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })
})
