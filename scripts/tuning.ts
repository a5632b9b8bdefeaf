/**
 * Tune the terms of the real Compound v2 book and size a cap for it, and write `docs/tuning.md`:
 * `node scripts/tuning.ts` (minutes of one idle core; `--resume DIR` keeps finished paths there).
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const ROOT = resolve(import.meta.dirname, '..')
const PAGE = join(ROOT, 'docs/tuning.md')

const WORLD = 'scenarios/compound-v2-eth-crash.yaml --short --set blockSeconds=60'

/** What the page shows, by heading; one option a line. */
export const EXAMPLES: readonly {
  readonly title: string
  readonly about: string
  readonly command: readonly string[]
}[] = [
  {
    title: 'Six terms at once',
    about:
      'The size that caps let in, the threshold of ETH, the close factor, the bonus, its slope (Dutch auction) and the healthFactor that one liquidation restores. A book of the size found is taken to earn 6 M USD between two such crashes; whoever knows better puts another number there. The same number of points at random is the yardstick, and what is concluded comes from paths that the search has not seen.',
    command: [
      `tune ${WORLD}`,
      '--objective "loss - 6e6*bookSize"',
      '--subject-to "badDebt < 2.5e5"',
      '--efficiency bookSize',
      '--loss badDebt',
      '--vary bookSize=0.5..1.5',
      '--vary ethThresholdShift=-0.1..0.05',
      '--vary closeFactor=0.3..1',
      '--vary liquidationBonus=0.02..0.12',
      '--vary bonusPerShortfall=0.5..5',
      '--vary targetHealth=1.03..1.3',
      '--points 60 --paths 2 --fresh-paths 8 --no-cliffs',
    ],
  },
  {
    title: 'A cap for a loss budget',
    about:
      'The largest book, in units of the one found, whose bad debt stays within a budget at the terms as they are. `bookSize` is a knob of every world with a lender.',
    command: [
      `tune ${WORLD}`,
      '--budget "badDebt <= 2.5e5"',
      '--vary bookSize=0.5..1.5',
      '--paths 2 --fresh-paths 4',
    ],
  },
]

const HEADER = `# Tuning

Written by \`node scripts/tuning.ts\`, which runs what it shows. ETH falls by 40 % in half an hour, blocks of a minute stand for those of 12 seconds: a worked example, not advice.
`

function run(command: readonly string[], journal: string | null): string {
  const shell = ['node bin/breakwater.js', ...command].join(' ')
  const kept = journal === null ? '' : ` --out "${journal}"`
  const { stdout, status } = spawnSync(`${shell}${kept}`, {
    ...{ cwd: ROOT, shell: true, encoding: 'utf8' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`exits with ${status}: ${shell}`)
  const lines = stdout.trimEnd().split('\n')
  return lines.filter((line) => !line.startsWith('wrote ')).join('\n')
}

function main(): void {
  const { values } = parseArgs({ options: { resume: { type: 'string' } } })
  const parts = EXAMPLES.map(({ title, about, command }, k) => {
    const journal = values.resume === undefined ? null : join(values.resume, String(k))
    const shown = ['npx breakwater', ...command].join(' \\\n  ').replace(' \\\n  ', ' ')
    return `## ${title}\n\n${about}\n\n\`\`\`\n$ ${shown}\n${run(command, journal)}\n\`\`\`\n`
  })
  writeFileSync(PAGE, [HEADER, ...parts].join('\n'))
}

if (import.meta.main) main()
