/**
 * Rank the four components of data/components.json by total-order indices in several worlds and write
 * `docs/components.md`: `npm run components`. `-- --check` fails when the page is old, `--quick` runs only
 * the worlds that take seconds, `--resume DIR` keeps finished runs there.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildWorld } from '../src/engine/index.ts'
import { type Law, type ScenarioSensitivity, sensitivityOf } from '../src/experiments/index.ts'
import type { Interval } from '../src/experiments/sensitivity/ranges.ts'
import { type Claim, type Ranking, rankingOf } from '../src/experiments/sensitivity/ranking.ts'
import { namedLenders } from '../src/measures/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { loadScenario, resolveScenario } from '../src/scenario/index.ts'
import {
  KNOBS,
  type KnobName,
  knobsIn,
  type Lender,
  turnKnob,
  type World,
  type WorldSpec,
} from '../src/world/index.ts'

const ROOT = resolve(import.meta.dirname, '..')
const PAGE = join(ROOT, 'docs/components.md')
/** Worlds that take seconds. */
const QUICK = ['capo-misstep', 'own-book', 'papers/leveraged-loop']

type Component = {
  readonly name: KnobName
  readonly low: number
  readonly high: number
  readonly scale: 'linear' | 'factor'
  readonly source: string
}

type WorldOf = {
  readonly name: string
  readonly scenario: string
  readonly set: Readonly<Record<string, number | string>>
  readonly paths: number
  readonly samples: number
}

type Plan = {
  readonly hypothesis: Readonly<Record<string, Claim>>
  readonly components: readonly Component[]
  readonly measure: string
  readonly worlds: readonly WorldOf[]
}

const { values: flags } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    resume: { type: 'string' },
  },
})
const plan: Plan = JSON.parse(readFileSync(join(ROOT, 'data/components.json'), 'utf8'))
const claims = new Map(Object.entries(plan.hypothesis))

const SCALES = [
  { by: 1, text: 'as stated' },
  { by: 0.5, text: 'halved' },
  { by: 2, text: 'doubled' },
] as const

const SAYS = { holds: 'holds', fails: 'does not hold', untold: 'cannot be told' } as const

/** A range, halved or doubled: delays from their low end, factors in their logarithm around 1. */
function scaled({ low, high, scale }: Component, by: number): readonly [number, number] {
  const round = (x: number): number => Number(x.toPrecision(4))
  if (scale === 'linear') return [low, round(low + (high - low) * by)]
  return [round(low ** by), round(high ** by)]
}

async function specOf(world: WorldOf): Promise<WorldSpec> {
  const scenario = loadScenario(join(ROOT, `scenarios/${world.scenario}.yaml`))
  const set = { ...scenario.short, ...world.set }
  return (await resolveScenario(scenario, { set })).spec
}

/** Components that a world has. */
async function presentIn(world: WorldOf): Promise<readonly Component[]> {
  const has = knobsIn(await specOf(world), MODELS)
  return plan.components.filter(({ name }) => has.includes(name))
}

/** Mean debt of the fewest accounts that owe half of it, USD, the last of them in part; NaN without debt. */
function halfSize({ book, coordinatesAt }: Lender, { spec }: World): number {
  const { start, count, coordinate, amount } = book
  const values = new Float64Array(book.coordinates)
  const prices = spec.assets.map(({ price }) => price)
  coordinatesAt(prices, 'value', values)
  const debts = Array.from(count, (n, row) => {
    let debt = 0
    for (let k = start[row]!; k < start[row]! + n; k++)
      debt -= Math.min(0, amount[k]! * values[coordinate[k]!]!)
    return debt
  }).sort((a, b) => b - a)
  const half = debts.reduce((a, b) => a + b, 0) / 2
  let [owed, accounts] = [0, 0]
  for (const debt of debts) {
    if (!(owed < half)) break
    accounts += Math.min(1, (half - owed) / debt)
    owed += debt
  }
  return half / accounts
}

/** What `concentration` does to the size of the largest debtors where it does least, as a factor. */
async function reached(world: WorldOf, factor: number): Promise<number> {
  const spec = await specOf(world)
  const sizes = (of: WorldSpec): readonly number[] => {
    const built = buildWorld(of, MODELS, { seed: 0 })
    return namedLenders(built).map(({ lender }) => halfSize(lender, built))
  }
  const found = sizes(spec)
  const turned = sizes(turnKnob(spec, MODELS, 'concentration', factor))
  const factors = turned.map((size, k) => size / found[k]!).filter((f) => !Number.isNaN(f))
  return factor < 1 ? Math.max(...factors) : Math.min(...factors)
}

async function analyse(world: WorldOf, by: number): Promise<ScenarioSensitivity> {
  const scenario = loadScenario(join(ROOT, `scenarios/${world.scenario}.yaml`))
  const present = await presentIn(world)
  const vary = Object.fromEntries(present.map((c): [string, Law] => [c.name, scaled(c, by)]))
  return sensitivityOf(scenario, {
    set: { ...scenario.short, ...world.set },
    ...{ vary, measure: plan.measure, method: 'sobol', trajectories: 0 },
    ...{ paths: world.paths, samples: world.samples, seed: 1, workers: 1 },
    ...(flags.resume ? { journal: join(flags.resume, world.scenario, String(by)) } : {}),
  })
}

function number(x: number): string {
  return Number.isFinite(x) ? x.toFixed(2).replace(/^-(0\.00)$/, '$1') : '-'
}

function cellOf(interval: Interval | null | undefined): string {
  if (!interval) return 'not in this world'
  const { value, low, high } = interval
  return Number.isFinite(value)
    ? `${number(value)} [${number(low)} .. ${number(high)}]`
    : 'cannot be told'
}

function totalsOf({ parameters }: ScenarioSensitivity): ReadonlyMap<string, Interval> {
  return new Map(parameters.flatMap(({ name, total }) => (total ? [[name, total] as const] : [])))
}

/** What of the claim a world shows, in words. */
function says({ pairs, verdict }: Ranking): string {
  const of = (wanted: string): string =>
    pairs
      .filter((pair) => pair.verdict === wanted)
      .map(({ more, less }) => (wanted === 'fails' ? [less, more] : [more, less]))
      .map(([over, under]) => `${over} over ${under}`)
      .join(', ')
  const parts = [
    ['holds', of('holds')],
    ['reversed', of('fails')],
    ['not told apart', of('untold')],
  ].filter(([, text]) => text !== '')
  return `**${SAYS[verdict]}** (${parts.map(([what, text]) => `${what}: ${text}`).join('; ') || 'nothing to compare'})`
}

type Line = { readonly text: string; readonly ranking: Ranking }

/** Totals that the claim is about: where debt cannot be concentrated, its share is that of splitting. */
function testable(
  totals: ReadonlyMap<string, Interval>,
  [, largest]: readonly [number, number],
  high: number,
): ReadonlyMap<string, Interval> {
  const own = totals.get('concentration')
  if (!own || largest >= Math.sqrt(high)) return totals
  return new Map([...totals, ['concentration', { ...own, low: Number.NaN, high: Number.NaN }]])
}

async function lineOf(
  world: WorldOf,
  found: ScenarioSensitivity,
  by: number,
  scale: string,
): Promise<Line> {
  const totals = totalsOf(found)
  const cells = plan.components.map(({ name }) => cellOf(totals.get(name)))
  const [low, high] = scaled(plan.components.find(({ name }) => name === 'concentration')!, by)
  const sizes = [await reached(world, low), await reached(world, high)] as const
  const ranking = rankingOf(testable(totals, sizes, high), claims)
  const { mean, variance } = found
  const moved = `${(mean! / 1e6).toPrecision(3)} +- ${(Math.sqrt(variance!) / 1e6).toPrecision(2)}`
  const grown = sizes.map((size) => size.toPrecision(3)).join(' .. ')
  return { text: `| ${[scale, ...cells, grown, moved, says(ranking)].join(' | ')} |`, ranking }
}

/** The section of one world. */
async function sectionOf(world: WorldOf): Promise<{ text: string; rankings: readonly Ranking[] }> {
  const lines: Line[] = []
  let notes: readonly string[] = []
  let evaluations = 0
  for (const { by, text } of SCALES) {
    const found = await analyse(world, by)
    lines.push(await lineOf(world, found, by, text))
    evaluations += found.evaluations
    notes = [...new Set([...notes, ...found.notes])]
    process.stderr.write(`${world.scenario}, ranges ${text}: ${found.runs} paths\n`)
  }
  const set = Object.entries(world.set).map(([name, value]) => ` --set ${name}=${value}`)
  const names = plan.components.map(({ name }) => name)
  const text = [
    `## ${world.name}`,
    '',
    `\`scenarios/${world.scenario}.yaml --short${set.join('')}\`, ${world.paths} ${world.paths === 1 ? 'path' : 'paths'} per point, ${world.samples} base samples, ${evaluations} points in all.`,
    '',
    `| ranges | ${names.join(' | ')} | size of the largest debtors, factor | ${plan.measure}, M USD, mean +- sd over the points | High above Medium |`,
    `|---|${names.map(() => '---|').join('')}---|---|---|`,
    ...lines.map((line) => line.text),
    ...(notes.length > 0 ? ['', `${notes.join('; ')}.`] : []),
    '',
  ].join('\n')
  return { text, rankings: lines.map(({ ranking }) => ranking) }
}

function rangeTable(): string {
  return [
    '| component | claim | range | halved | doubled | what it does | where the range comes from |',
    '|---|---|---|---|---|---|---|',
    ...plan.components.map((c) => {
      const { doc, unit } = KNOBS[c.name]
      const ranges = [1, 0.5, 2].map((by) => `${scaled(c, by).join(' .. ')} ${unit}`)
      return `| ${[`\`${c.name}\``, claims.get(c.name), ...ranges, doc, c.source].join(' | ')} |`
    }),
  ].join('\n')
}

const HEADER = `# Components

Written by \`npm run components\` from \`data/components.json\`, whose ranges were committed before the first run. The claim under test: liquidation delay and collateral concentration matter much (High), oracle latency and margin requirement less (Medium).

Numbers are total-order Sobol indices of the mean of \`${plan.measure}\` over paths: the share of its variance that goes with a component, alone and together with the others, all varied uniformly and independently over their ranges; in brackets their 95 % intervals over samples, and over paths where there are several. A pair is told apart only where its intervals do not overlap and one of them reaches 1 %. Shares say what moves a measure within these ranges, not what is dangerous in itself: a component with a small share may still be the one that is cheap to change.

Every world has the same knobs (\`--set oracleLatency=60\` on any scenario, \`--vary\` in every experiment). Delays act in whole blocks. Accounts grow only by debt of nearly their own health, so a book of few accounts cannot be concentrated: "size of the largest debtors" is what the ends of the range really do to the mean debt of the fewest accounts that owe half of it. Where it does not reach the root of the factor asked for, the share of \`concentration\` is that of splitting alone, and no pair with it is told.
`

function summaryOf(all: ReadonlyMap<WorldOf, readonly Ranking[]>): string {
  const row = ([world, rankings]: readonly [WorldOf, readonly Ranking[]]): string =>
    `| ${[world.name, ...rankings.map(({ verdict }) => SAYS[verdict])].join(' | ')} |`
  return [
    '## Where the ranking holds',
    '',
    `| world | ${SCALES.map(({ text }) => `ranges ${text}`).join(' | ')} |`,
    `|---|${SCALES.map(() => '---|').join('')}`,
    ...[...all].map(row),
    '',
    '"Holds" needs every pair of a High and a Medium component in that order; "does not hold" is one pair the other way round, beyond its intervals.',
    '',
  ].join('\n')
}

function fail(text: string): void {
  process.stderr.write(`docs/components.md is old: ${text}; run npm run components\n`)
  process.exitCode = 1
}

const worlds = plan.worlds.filter(({ scenario }) => !flags.quick || QUICK.includes(scenario))
const sections = new Map<WorldOf, Awaited<ReturnType<typeof sectionOf>>>()
for (const world of worlds) sections.set(world, await sectionOf(world))
const rankings = new Map([...sections].map(([world, { rankings: own }]) => [world, own]))
const parts = [HEADER, rangeTable(), '', summaryOf(rankings)]
const page = [...parts, ...[...sections.values()].map(({ text }) => text)].join('\n')
const old = flags.check ? readFileSync(PAGE, 'utf8') : ''
if (!flags.check && flags.quick) process.stdout.write(page)
else if (!flags.check) writeFileSync(PAGE, page)
else if (flags.quick) {
  for (const [{ name }, { text }] of sections) if (!old.includes(text)) fail(`section "${name}"`)
} else if (old !== page) fail('it differs')
