import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunOutcome } from '../experiments/index.ts'
import type { Report } from './data.ts'
import { pageOf } from './page/page.ts'
import { type Response, responseOf } from './response.ts'
import { smallCrash } from './smallCrash.conformance.ts'
import { writeReportFiles } from './write.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakwater-response-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function reportIn(outcome: RunOutcome, name: string, signal?: AbortSignal): Promise<Report> {
  const dir = join(folder, name)
  await writeReportFiles(outcome, dir, signal ? { signal } : {})
  return JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8')) as Report
}

function sectionOf(page: string, id: string): string {
  const start = page.indexOf(`<section id="${id}">`)
  return start < 0 ? '' : page.slice(start, page.indexOf('</section>', start))
}

describe('loss against the shock', () => {
  let outcome: RunOutcome
  let response: Response
  beforeAll(async () => {
    outcome = await smallCrash({ compare: true, minutes: 6 }, { paths: 2 })
    response = (await responseOf(outcome, {})) as Response
  })

  it('runs every option at about nine values up to the end of the range', () => {
    const { points, options, own } = response
    expect(options).toEqual(['feed', 'slowFeed'])
    expect(own).toEqual({ shock: 0.45, option: 'feed' })
    for (const option of options) {
      const shocks = points.filter((p) => p.option === option).map((p) => p.shock)
      expect(shocks[0]).toBe(0)
      expect(shocks.at(-1)).toBe(0.9)
      expect(shocks).toContain(0.45)
      expect(shocks.length).toBeGreaterThan(7)
    }
  })

  it('has the numbers of a run of path 0 with these parameters', async () => {
    const { shock, option, measures } = response.points.find(
      (p) => p.option === 'feed' && p.shock === 0.6,
    )!
    const set = { drop: shock, prices: option }
    const again = await smallCrash({ compare: true, minutes: 6 }, { set, paths: 1 })
    expect(Object.keys(measures!)).toEqual([
      ...['badDebt', 'loss', 'liquidatedDebt', 'accountsInsolvent'],
    ])
    for (const [name, value] of Object.entries(measures!))
      expect(value, name).toBe(again.values(name)[0])
  })

  it('shows that a feed that comes too late liquidates nobody and has more bad debt', () => {
    const at = (option: string, name: string): number =>
      response.points.find((p) => p.option === option && p.shock === 0.45)!.measures![name]!
    expect(at('feed', 'liquidatedDebt')).toBeGreaterThan(0)
    expect(at('slowFeed', 'liquidatedDebt')).toBe(0)
    expect(response.findings.join(' ')).toContain('With slowFeed: no liquidations up to 90 %')
  })

  it('is drawn and told with all its numbers', async () => {
    const report = await reportIn(outcome, 'whole', AbortSignal.abort())
    const section = sectionOf(pageOf({ ...report, response }), 'response')
    for (const name of ['badDebt', 'loss', 'liquidatedDebt'])
      expect(section.includes(`data-chart="response:${name}"`), name).toBe(name !== 'loss')
    for (const text of response.findings) expect(section).toContain(text)
    expect(section.match(/<tr>/g)).toHaveLength(1 + response.points.length / 2)
    expect(section).not.toMatch(/undefined|NaN|\[object/)
  })

  it('says which runs an interruption prevented', async () => {
    const report = await reportIn(outcome, 'stopped', AbortSignal.abort())
    const stopped = report.response as Response
    expect(stopped.points.every((p) => p.measures === null)).toBe(true)
    expect(stopped.points[0]!.reason).toBe('interrupted')
    expect(sectionOf(pageOf(report), 'response')).toContain('Not studied: interrupted')
  })
})

describe('a scenario that compares nothing', () => {
  it('has no response', async () => {
    expect(await responseOf(await smallCrash(), {})).toBeNull()
  })

  it('says why where its shock is 0', async () => {
    const outcome = await smallCrash({ drop: 0, compare: true })
    expect(await responseOf(outcome, {})).toEqual({ reason: expect.stringContaining('drop is 0') })
  })
})

describe('a run without a block', () => {
  it('shows no empty charts and no cascade', async () => {
    const outcome = await smallCrash({ minutes: 0 })
    const report = await reportIn(outcome, 'found', AbortSignal.abort())
    const page = pageOf(report)
    expect(report.path!.duration).toBe(0)
    for (const id of ['time', 'tree', 'depth', 'events']) {
      expect(sectionOf(page, id)).toBe('')
      expect(page).not.toContain(`href="#${id}"`)
    }
    expect(sectionOf(page, 'accounts')).not.toBe('')
  })
})

describe('what the data say that a reader must know', () => {
  it('stands before the story', async () => {
    const report = await reportIn(await smallCrash({ drop: 0 }), 'remark', AbortSignal.abort())
    const page = pageOf({ ...report, remarks: ['the file counts <twice>'] })
    const story = sectionOf(page, 'story')
    const at = story.indexOf('the file counts &lt;twice&gt;')
    expect(at).toBeGreaterThan(0)
    expect(at).toBeLessThan(story.indexOf('<ol'))
    expect(pageOf(report)).not.toContain('class="remark"')
  })
})
