/**
 * Make docs/cliff.png, the first picture of the README, and what the README says about it: run the command
 * and take the chart from its page. Needs /usr/bin/chromium (Debian: apt-get install chromium).
 *
 *     node scripts/picture.ts         runs the command: minutes
 *     node scripts/picture.ts report  takes what the command left in that folder with --out
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { main } from '../src/cli/main.ts'
import type { CliffDocument } from '../src/experiments/index.ts'

/** What the README says is run. */
export const COMMAND: readonly string[] =
  'cliff scenarios/steth-loops.yaml --short --vary discount=0.02..0.07 --paths 4'.split(' ')

const PICTURE = resolve(import.meta.dirname, '../docs/cliff.png')
const README = resolve(import.meta.dirname, '../README.md')

/** Draw the chart of a page of `breakwater cliff`, twice as fine as a screen. */
async function shoot(page: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  try {
    const view = await browser.newPage({
      viewport: { width: 960, height: 900 },
      ...{ deviceScaleFactor: 1.5, colorScheme: 'light' },
    })
    await view.goto(pathToFileURL(resolve(page)).href)
    // The heading and what leads to other places do not belong in the picture.
    await view.addStyleTag({ content: '#curve h2 { display: none } #curve { padding: 4px 12px }' })
    await view.locator('#curve').screenshot({ path: PICTURE })
  } finally {
    await browser.close()
  }
}

/** Say what the picture shows, in the numbers of its own run. */
export function captionOf({ measures, jump, vary, scenario }: CliffDocument): string {
  const number = (name: string) => measures.find((own) => own.name === name)!
  const { value, low, high } = number('cliff')
  const command = `npx breakwater ${COMMAND.join(' ')} --out report`
  const percent = (x: number | null): string => ((x ?? Number.NaN) * 100).toFixed(1)
  const millions = ({ value, low, high }: NonNullable<typeof jump>['size']): string => {
    const [at, ...ends] = [value, low, high].map((x) => (x / 1e6).toFixed(1))
    return low < high ? `${at} [${ends.join(' to ')}]` : at!
  }
  const range = `${percent(vary.low)} to ${percent(vary.high)} %`
  const what =
    number('kind').value === 1 && jump
      ? `loss jumps by ${millions(jump.size)} M USD (${number('kind').note})`
      : 'the response to a small extra shock peaks'
  const where = `at a discount of ${percent(value)} %, 95 % interval ${percent(low)} to ${percent(high)} %`
  const found = value === null ? `there is none from ${range}` : `${where}, ${what}`
  return [
    `![Loss of two real books of looped stETH against the discount of stETH from ${range}, with the cliff and its interval](docs/cliff.png)`,
    '',
    `One command finds where loss turns from small to systemic, with an interval: \`${command}\`. All borrowers with stETH on Aave v2 and v3 in June 2023 (\`${scenario}\`) sell into the pool that makes the price: ${found}.`,
  ].join('\n')
}

/** Write the caption between its marks in the README. */
function tell(document: CliffDocument): void {
  const text = readFileSync(README, 'utf8')
  const mark = /(<!-- picture: cliff -->\n)[\s\S]*?(<!-- end -->)/
  if (!mark.test(text)) throw new Error('README.md has no <!-- picture: cliff --> ... <!-- end -->')
  writeFileSync(
    README,
    text.replace(mark, (_, from, to) => `${from}${captionOf(document)}\n${to}`),
  )
}

async function draw(folder: string): Promise<void> {
  await shoot(join(folder, 'report.html'))
  tell(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')))
}

async function make(given: string | undefined): Promise<void> {
  if (given !== undefined) return draw(given)
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-picture-'))
  process.exitCode = await main([...COMMAND, '--out', folder])
  if (process.exitCode === 0) await draw(folder)
  rmSync(folder, { recursive: true })
}

if (import.meta.main) await make(process.argv[2])
