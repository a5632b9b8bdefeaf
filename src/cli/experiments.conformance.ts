import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  capDocument,
  checkScenarios,
  cliffDocument,
  compareDefences,
  compareDocument,
  findCliff,
  makeBaseline,
  readBaseline,
  sizeCap,
  sweep,
  sweepDocument,
  tune,
  tuneDocument,
  type Vary,
  warn,
} from '../experiments/index.ts'
import { explain } from '../report/index.ts'
import type { SourceCache } from '../scenario/index.ts'
import { main } from './main.ts'

/** A scenario so small that every experiment on it takes seconds. */
export type SmallWorld = {
  /** Path of the scenario file. */
  readonly scenario: string
  /** How many of its Compound accounts are left, the largest debts first; default: all. */
  readonly accounts?: number
  readonly set: Readonly<Record<string, string | number>>
  /** Paths where the answer is one of their scatter; elsewhere one path is asked. */
  readonly paths: number
  /** The shock, and where a cliff is looked for. */
  readonly shock: Vary
  /** What is tuned and capped, for what, within what. */
  readonly tuned: Vary
  readonly objective: string
  readonly budget: string
  readonly compared: { readonly defences: string } | { readonly each: string }
  /** Varied by the sensitivity; none leaves it out where paths cost too much. */
  readonly moved: readonly Vary[]
}

/** The same question to the command line and to the library. */
type Question = {
  readonly name: string
  readonly args: readonly string[]
  readonly paths: number
  /** Values that are set; default: the world's. */
  readonly set?: SmallWorld['set']
  readonly library: () => Promise<object>
}

type Shared = Pick<SmallWorld, 'set' | 'paths'> & {
  readonly workers: number
  readonly cache: SourceCache
}

/** Searches ask many points: one path of each. */
const ONE = 1
const CELLS = 4
const SAMPLES = 4
const POINTS = 3
const CHECKED = ['loss', 'badDebt'] as const

const rangeOf = ({ name, low, high }: Vary): readonly string[] => [
  '--vary',
  `${name}=${low}..${high}`,
]

/** Where it breaks, and what was to be seen before. */
function questionsOfShocks({ scenario, shock }: SmallWorld, shared: Shared): readonly Question[] {
  const { name, low, high } = shock
  // What is varied is not set.
  const { [name]: _, ...set } = shared.set
  const one = { ...shared, set, paths: ONE }
  return [
    {
      ...{ name: 'cliff', paths: ONE, set, args: [...rangeOf(shock), '--cells', `${CELLS}`] },
      library: async () =>
        cliffDocument(await findCliff(scenario, { ...one, vary: shock, cells: CELLS })),
    },
    {
      name: 'sweep',
      ...{ paths: ONE, set },
      args: ['--vary', `${name}=${low}..${high}:3`, '--rounds', '1', '--no-line'],
      library: async () => {
        const axes = [{ ...shock, cells: 2 }]
        return sweepDocument(await sweep(scenario, { ...one, vary: axes, rounds: 1, line: 'none' }))
      },
    },
    {
      ...{ name: 'warn', paths: shared.paths, args: ['--no-distance'] },
      library: () => warn(scenario, { ...shared, distance: 'skip' }),
    },
  ]
}

/** What it is made of, and what helps. */
function questionsOfCauses(world: SmallWorld, shared: Shared): readonly Question[] {
  const { scenario, compared, moved } = world
  const laws = Object.fromEntries(moved.map(({ name, low, high }) => [name, [low, high] as const]))
  const [option, value] = Object.entries(compared)[0]!
  return [
    {
      name: 'explain',
      paths: shared.paths,
      args:
        moved.length === 0
          ? ['--no-sensitivity']
          : ['--samples', `${SAMPLES}`, ...moved.flatMap(rangeOf)],
      library: () =>
        explain(scenario, {
          ...shared,
          ...(moved.length === 0
            ? { skip: ['sensitivity'] }
            : { sensitivity: { samples: SAMPLES, vary: laws } }),
        }),
    },
    {
      ...{ name: 'compare', paths: shared.paths, args: [`--${option}`, value] },
      library: async () => {
        const asked = option === 'each' ? { each: { name: value } } : { defences: value.split(',') }
        return compareDocument(await compareDefences(scenario, { ...shared, ...asked }))
      },
    },
  ]
}

/** What is best, and how much is too much. */
function questionsOfTuning(world: SmallWorld, shared: Shared): readonly Question[] {
  const { scenario, tuned, objective, budget } = world
  const one = { ...shared, paths: ONE, freshPaths: ONE }
  return [
    {
      name: 'tune',
      paths: ONE,
      args: [
        ...['--objective', objective, '--subject-to', budget, ...rangeOf(tuned)],
        ...['--points', `${POINTS}`, '--fresh-paths', `${ONE}`, '--no-cliffs'],
      ],
      library: async () => {
        const asked = { objective, subjectTo: [budget], vary: [tuned], points: POINTS }
        const found = await tune(scenario, { ...one, ...asked, cliffs: 'none' })
        return tuneDocument(found)
      },
    },
    {
      name: 'tune',
      paths: ONE,
      args: ['--budget', budget, ...rangeOf(tuned), '--fresh-paths', `${ONE}`],
      library: async () => capDocument(await sizeCap(scenario, { ...one, budget, vary: tuned })),
    },
  ]
}

const ACCOUNTS = 'data/lending/compound_v2_accounts_2023-05.csv.gz'

/** Copy a scenario with the first accounts of its book only: what a world costs, it costs for every point. */
function withFewer(scenario: string, accounts: number, folder: string): string {
  const lines = gunzipSync(readFileSync(ACCOUNTS)).toString('utf8').split('\n')
  const book = join(folder, 'accounts.csv')
  writeFileSync(book, `${lines.slice(0, accounts + 1).join('\n')}\n`)
  const text = readFileSync(scenario, 'utf8')
  const copy = join(folder, basename(scenario))
  writeFileSync(
    copy,
    text.replace(`../${ACCOUNTS}`, book).replaceAll('../data/', `${resolve('data')}/`),
  )
  return copy
}

const folder = mkdtempSync(join(tmpdir(), 'breakwater-agree-'))
let out = ''

/** Ask the command line. @returns what it printed. */
async function printed(
  command: string,
  world: SmallWorld,
  args: readonly string[],
  paths = world.paths,
  values = world.set,
) {
  const set = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const own = ['--paths', `${paths}`, '--workers', '1', '--json', ...set]
  const code = await main([command, world.scenario, ...args, ...own])
  return { code, text: out }
}

const jsonOf = (document: object): string => `${JSON.stringify(document, null, 2)}\n`

function testAgainst(world: SmallWorld, { name, args, paths, set, library }: Question): void {
  it(`${name} ${args.join(' ')}`, async () => {
    const files = join(folder, args.join(' ').replace(/\W/g, ''))
    const { code, text } = await printed(name, world, [...args, '--out', files], paths, set)
    expect(code).toBe(0)
    expect(text).toBe(jsonOf(await library()))
    // The page of a real scenario has no number that is none.
    const page = readFileSync(join(files, 'report.html'), 'utf8')
    expect(page.replace(/<style>[\s\S]*?<\/style>/, '')).not.toMatch(
      /NaN|undefined|Infinity|\[object/,
    )
    expect(JSON.parse(readFileSync(join(files, 'report.json'), 'utf8'))).toEqual(JSON.parse(text))
  })
}

/** Test that every experiment on a scenario gives the same document from the command line and the library. */
export function describeExperiments(title: string, asked: SmallWorld): void {
  const { set, paths, accounts } = asked
  const scenario = accounts ? withFewer(asked.scenario, accounts, folder) : asked.scenario
  const world = { ...asked, scenario }
  const shared: Shared = { set, paths, workers: 1, cache: new Map() }
  describe(`experiments on ${title}: the command line and the library agree`, () => {
    beforeAll(() => {
      vi.spyOn(process.stderr, 'write').mockReturnValue(true)
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
        out += text
        return true
      })
    })
    beforeEach(() => {
      out = ''
    })
    afterAll(() => {
      vi.restoreAllMocks()
      rmSync(folder, { recursive: true })
    })
    for (const questions of [questionsOfShocks, questionsOfCauses, questionsOfTuning])
      for (const question of questions(world, shared)) testAgainst(world, question)

    it('check', async () => {
      const file = join(folder, 'baseline.json')
      const args = ['--baseline', file, '--measures', CHECKED.join(',')]
      expect((await printed('check', world, [...args, '--update'])).code).toBe(0)
      const options = { ...shared, measures: CHECKED }
      const baseline = await makeBaseline([scenario], options)
      expect(readBaseline(file)).toEqual(baseline)
      const { code, text } = await printed('check', world, args)
      expect(code).toBe(0)
      expect(text).toBe(jsonOf(await checkScenarios([scenario], baseline, options)))
    })
  })
}
