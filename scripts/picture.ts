/**
 * Make docs/cliff.png, the first picture of the README: run the command that the README names and take
 * the chart from its page. Needs /usr/bin/chromium (Debian: apt-get install chromium).
 *
 *     node scripts/picture.ts              runs the command: minutes
 *     node scripts/picture.ts report.html  takes the chart of a page that is there
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { main } from '../src/cli/main.ts'

/** What the README says is run. */
export const COMMAND: readonly string[] =
  'cliff scenarios/papers/constant-product-cascade.yaml --vary r=0.2..0.9 --set positions=300 --paths 8'.split(
    ' ',
  )

const PICTURE = resolve(import.meta.dirname, '../docs/cliff.png')

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

const given = process.argv[2]
if (given !== undefined) await shoot(given)
else {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-picture-'))
  process.exitCode = await main([...COMMAND, '--out', folder])
  if (process.exitCode === 0) await shoot(join(folder, 'report.html'))
  rmSync(folder, { recursive: true })
}
