/**
 * The cliff of the coupled crash, about 5,000 paths in all, next to paths of plainer engines at the same
 * places, in one lane of one process. Prints a table, writes docs/benchmarks-cliff.md, exits with 1 when the bar fails.
 * Usage: node bench/run.ts cliff [--paths N]; N paths at every place of the search, about 80 places.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type * as Experiments from '../src/experiments/index.ts'
import type { RunPlan } from '../src/experiments/index.ts'
import { loadScenario } from '../src/scenario/index.ts'
import { loadCopy, type Replaced } from './copies.ts'
import { median } from './measure.ts'
import { table, times, whole } from './report/table.ts'

/** A whole search for a cliff next to paths of plainer engines. */
type CliffResult = {
  /** Paths that the search ran, and its CPU seconds, worlds built and loaded included, one lane. */
  readonly paths: number
  readonly time: number
  /** Places of the search at which all engines ran paths of their own, worlds ready. */
  readonly places: number
  /**
   * CPU seconds per path at those places, median over rounds: the brute engine, one that scans its books
   * when something has changed, and the shipped one.
   */
  readonly brute: number
  readonly scan: number
  readonly triggers: number
  /** CPU of the search per path / CPU of the brute engine per path. */
  readonly ratio: number
  /** Whether all engines gave the same numbers. */
  readonly isSame: boolean
}

type Lane = ReturnType<typeof Experiments.createLane>

const EXPERIMENTS = '../src/experiments/index.ts'
const TRIGGERS = '../src/world/triggers.ts'

/** Books are scanned when prices or amounts have changed; all else is shared with what is shipped. */
const SCAN: Replaced = { [TRIGGERS]: './reference/scanTriggers.ts' }

/** The plain form of all that ships a faster one, whatever a move can reach. */
const BRUTE: Replaced = {
  [TRIGGERS]: './reference/bruteTriggers.ts',
  '../src/world/cause.ts': './reference/bruteCause.ts',
  '../src/measures/crossings.ts': './reference/bruteCrossings.ts',
  '../src/mechanisms/agents/liquidator/plan.ts': './reference/brutePlan.ts',
}

/** CPU seconds of this process, which others on the machine do not change. */
function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** What is searched. */
type CliffWorkload = {
  readonly scenario: string
  readonly vary: { readonly name: string; readonly low: number; readonly high: number }
  /** Paths at every place of the search. */
  readonly paths: number
  readonly cells: number
  /** Places at which single paths are timed. */
  readonly places: number
}

/** Places of a grid, evenly among all of them. */
function evenly(all: readonly number[], n: number): readonly number[] {
  return Array.from({ length: n }, (_, k) => all[Math.floor(((k + 0.5) * all.length) / n)]!)
}

/** CPU seconds per path of lanes that work in turn, by round and lane, and whether they agree. */
async function timeLanes(lanes: readonly Lane[], runs: number, measure: string, rounds: number) {
  const spent: readonly number[][] = lanes.map(() => [])
  let isSame = true
  for (let round = -1; round < rounds; round++) {
    const totals = lanes.map(() => 0)
    for (let run = 0; run < runs; run++) {
      const values: number[] = []
      for (const [side, lane] of lanes.entries()) {
        const { names } = await lane.ready(run)
        const started = cpu()
        const chunk = await lane.work({ run, from: round + 1, to: round + 2 }, () => {})
        totals[side]! += (cpu() - started) / runs
        values.push(chunk.values[names.indexOf(measure)]!)
      }
      isSame &&= values.every((own) => Object.is(own, values[0]))
    }
    if (round < 0) continue
    for (const [side, total] of totals.entries()) spent[side]!.push(total)
  }
  return { spent: spent.map(median) as [number, number, number], isSame }
}

/** Time a search for the cliff of a scenario's short form, and single paths at places of that search. */
async function measureCliff(
  { scenario: path, vary, paths, cells, places }: CliffWorkload,
  rounds: number,
): Promise<CliffResult> {
  const scenario = { ...loadScenario(path), measures: [] }
  const { measure } = scenario.order
  const shipped: typeof Experiments = await import('../src/experiments/index.ts')
  const started = cpu()
  const found = await shipped.findCliff(scenario, {
    ...{ vary, paths, cells, measure, workers: 1, set: scenario.short },
  })
  const time = cpu() - started
  const plans = evenly(
    found.curve.map(({ x }) => x),
    places,
  ).map((x): RunPlan => {
    const set = { ...scenario.short, [vary.name]: x }
    return { scenario, seed: scenario.seed, set, checked: false, measures: [measure], cuts: [] }
  })
  const brute = await loadCopy<typeof Experiments>(EXPERIMENTS, 'brute', BRUTE)
  const scan = await loadCopy<typeof Experiments>(EXPERIMENTS, 'scan', SCAN)
  const read = plans.map((plan) => ({ ...plan, only: [measure] }))
  const lanes = [
    brute.createLane(plans, new Map()),
    scan.createLane(read, new Map()),
    shipped.createLane(read, new Map()),
  ]
  const { spent, isSame } = await timeLanes(lanes, places, measure, rounds)
  const ratio = time / found.runs / spent[0]
  const [each, scanned, triggers] = spent
  return { paths: found.runs, time, places, brute: each, scan: scanned, triggers, ratio, isSame }
}

/** Most that a path of the search may cost of one of the brute engine. */
const BAR = 0.3
const ROUNDS = 3
const DOCUMENT = new URL('../docs/benchmarks-cliff.md', import.meta.url)

function documentOf(rows: readonly (readonly string[])[]): string {
  return `# Benchmark of a search for a cliff

Written by \`npm run bench cliff\`; do not edit by hand.

${table(rows)}

CPU seconds of one lane in one process on ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.versions.node}. The search is \`findCliff\`, with all worlds that it builds. The engines then run single paths at nine places of its first grid, in turn; medians over ${ROUNDS} rounds, the first left out.

- **Brute engine**: the plain form of everything that ships a faster one (\`bench/reference/brute*.ts\`): all rows are scanned whenever anybody asks, every account that can be liquidated is judged in every block, a walk to a cause looks at every event, and every measure is taken, loop gains by scans of all rows. It takes the place of those modules in a second copy of the engine and must give the same numbers.
- **Scan engine**: the shipped engine, with all that it leaves out but for the triggers: its books are scanned when prices or amounts have changed. Quotes of pools and routers, prices and feeds are most of a path by then, and no engine is spared those.
`
}

async function benchmark(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((word) => word !== 'cliff'),
    options: { paths: { type: 'string', default: '64' } },
  })
  const workload: CliffWorkload = {
    scenario: fileURLToPath(new URL('../scenarios/coupled-eth-crash.yaml', import.meta.url)),
    vary: { name: 'ethDrop', low: 0.1, high: 0.5 },
    ...{ paths: Math.max(1, Number(values.paths) || 64), cells: 16, places: 9 },
  }
  const { paths, time, brute, scan, triggers, ratio, isSame } = await measureCliff(workload, ROUNDS)
  const milli = (s: number): string => `${(1000 * s).toFixed(0)} ms`
  const isMet = ratio <= BAR && isSame
  const each = time / paths
  const rows = [
    ['coupled-eth-crash, short form, ETH -10 % to -50 %', 'CPU, one lane'],
    ['paths of the search, worlds built and loaded', whole(paths)],
    ['the search, a path', milli(each)],
    ['brute engine, a path', milli(brute)],
    ['scan engine, a path', milli(scan)],
    ['shipped engine, a path', milli(triggers)],
    ['the search / the brute engine, per path', times(ratio)],
    ['the search / the scan engine, per path', times(each / scan)],
    ['same numbers', isSame ? 'yes' : 'NO'],
    [`bar: the search at most ${BAR}x of the brute engine`, isMet ? 'pass' : 'FAIL'],
  ]
  process.stdout.write(`${table(rows)}\n`)
  writeFileSync(DOCUMENT, documentOf(rows))
  if (!isMet) process.exitCode = 1
}

await benchmark()
