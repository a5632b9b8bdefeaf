/**
 * Open a report in Chromium and check that every chart is drawn without an error, in light and dark,
 * wide and narrow. Needs /usr/bin/chromium (Debian: apt-get install chromium), so it is no part of
 * `npm test`; CI runs it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { type RunOutcome, runScenario } from '../src/experiments/index.ts'
import { writeReportFiles } from '../src/report/index.ts'
import { smallCrash } from '../src/report/smallCrash.conformance.ts'
import { experimentPages } from './lookExperiments.ts'

/** A scenario with what is set for it and the charts that its report must have at least. */
type Looked = {
  readonly name: string
  readonly set: Readonly<Record<string, number>>
  readonly charts: number
}

/** One protocol, a state without a block, and two protocols with a comparison over the shock. */
const LOOKED: readonly Looked[] = [
  { name: 'own-book', set: { hours: 0.5, ethDrop: 0.5 }, charts: 8 },
  { name: 'frontier-insolvency', set: { hours: 0 }, charts: 2 },
  { name: 'steth-loops', set: { hours: 0.5 }, charts: 10 },
]
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync']

/** Texts of drawings that stand beyond the edges of the page. */
const CUT_TEXTS = `[...document.querySelectorAll('svg.plot text')]
  .filter((text) => { const { left, right, width } = text.getBoundingClientRect(); return width > 0 && (left < 0 || right > innerWidth) })
  .map((text) => text.textContent)`

/** Problems of one view of the page; none is good. */
async function look(
  url: string,
  least: number,
  width: number,
  scheme: 'light' | 'dark',
): Promise<string[]> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: QUIET })
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme })
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) problems.push(`asks for ${request.url()}`)
  })
  await page.goto(url)
  const charts = await page.locator('svg').count()
  if (charts < least) problems.push(`draws ${charts} charts`)
  if (await page.getByText('This chart').count()) problems.push('a chart could not be drawn')
  const cut = await page.evaluate(CUT_TEXTS)
  for (const text of cut as readonly string[]) problems.push(`"${text}" leaves the page`)
  const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
  if (Number(overflow) > 0) problems.push(`is ${overflow} px too wide`)
  await browser.close()
  return problems.map((problem) => `${width} px, ${scheme}: ${problem}`)
}

/** Look at the page that is written into a folder. */
async function lookAtPage(
  name: string,
  charts: number,
  write: (folder: string) => unknown,
): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-look-'))
  await write(folder)
  const url = pathToFileURL(join(folder, 'report.html')).href
  const wide = await look(url, charts, 1200, 'light')
  const narrow = await look(url, charts, 390, 'dark')
  rmSync(folder, { recursive: true })
  return [...wide, ...narrow].map((problem) => `${name}, ${problem}`)
}

function lookAt(
  name: string,
  charts: number,
  outcome: RunOutcome,
  set: Looked['set'],
): Promise<string[]> {
  return lookAtPage(name, charts, (folder) => writeReportFiles(outcome, folder, { set }))
}

const problems: string[] = []
for (const { name, set, charts } of LOOKED) {
  const path = resolve(import.meta.dirname, `../scenarios/${name}.yaml`)
  problems.push(...(await lookAt(name, charts, await runScenario(path, { set }), set)))
}
const many = await smallCrash({ vol: 3, minutes: 8 }, { paths: 24 })
problems.push(...(await lookAt('24 paths', 16, many, {})))
problems.push(...(await lookAt('defences', 9, await smallCrash({ guarded: true }), {})))
for (const { name, page, charts } of await experimentPages()) {
  const write = (folder: string) => writeFileSync(join(folder, 'report.html'), page)
  problems.push(...(await lookAtPage(name, charts, write)))
}
console.log(problems.length === 0 ? 'reports: drawn without an error' : problems.join('\n'))
process.exitCode = problems.length === 0 ? 0 : 1
