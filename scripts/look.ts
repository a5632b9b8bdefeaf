/**
 * Open a report in Chromium and check that every chart is drawn without an error, in light and dark,
 * wide and narrow. Needs /usr/bin/chromium (Debian: apt-get install chromium), so it is no part of
 * `npm test`; CI runs it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { runScenario } from '../src/experiments/index.ts'
import { writeReportFiles } from '../src/report/index.ts'

const SCENARIO = resolve(import.meta.dirname, '../scenarios/own-book.yaml')
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync']

/** Problems of one view of the page; none is good. */
async function look(url: string, width: number, scheme: 'light' | 'dark'): Promise<string[]> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: QUIET })
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme })
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) problems.push(`asks for ${request.url()}`)
  })
  await page.goto(url)
  const charts = await page.locator('svg').count()
  if (charts < 8) problems.push(`draws ${charts} charts`)
  if (await page.getByText('This chart').count()) problems.push('a chart could not be drawn')
  const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
  if (Number(overflow) > 0) problems.push(`is ${overflow} px too wide`)
  await browser.close()
  return problems.map((problem) => `${width} px, ${scheme}: ${problem}`)
}

const folder = mkdtempSync(join(tmpdir(), 'breakwater-look-'))
const outcome = await runScenario(SCENARIO, { set: { hours: 0.5, ethDrop: 0.5 } })
await writeReportFiles(outcome, folder)
const url = pathToFileURL(join(folder, 'report.html')).href
const problems = [...(await look(url, 1200, 'light')), ...(await look(url, 390, 'dark'))]
rmSync(folder, { recursive: true })
console.log(problems.length === 0 ? 'report: drawn without an error' : problems.join('\n'))
process.exitCode = problems.length === 0 ? 0 : 1
