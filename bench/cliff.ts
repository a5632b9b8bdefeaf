/**
 * The cliff of the coupled crash, about 5,000 paths in all, next to paths of engines that scan their
 * books instead of watching triggers, in one lane of one process. Prints a table, exits with 1 when the bar fails.
 * Usage: node bench/run.ts cliff [--paths N]; N paths at every place, about 200 places.
 */
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type * as Experiments from '../src/experiments/index.ts'
import type { RunPlan } from '../src/experiments/index.ts'
import { loadScenario } from '../src/scenario/index.ts'
import { median } from './measure.ts'
import { table, times, whole } from './report/table.ts'

/** A whole search for a cliff next to paths of engines that scan their books. */
type CliffResult = {
  /** Paths that the search ran, and its CPU seconds, worlds built and loaded included, one lane. */
  readonly paths: number
  readonly time: number
  /** Places at which all engines ran paths of their own, worlds ready. */
  readonly places: number
  /**
   * CPU seconds per path at the search's places, median over rounds: books scanned whenever anybody asks,
   * scanned when something has changed, and watched by triggers.
   */
  readonly brute: number
  readonly scan: number
  readonly triggers: number
  /** CPU of the search per path / CPU of the brute engine per path. */
  readonly ratio: number
  /** Whether all engines gave the same numbers. */
  readonly isSame: boolean
}

const TRIGGERS = new URL('../src/world/triggers.ts', import.meta.url).href
const EXPERIMENTS = new URL('../src/experiments/index.ts', import.meta.url).href

/** Load another copy of the experiments in which a reference takes the place of the triggers. */
async function loadExperiments(reference: 'brute' | 'scan'): Promise<typeof Experiments> {
  const copy = `?${reference}`
  const instead = new URL(`reference/${reference}Triggers.ts`, import.meta.url).href
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const isCopied = specifier.endsWith(copy) || context.parentURL?.endsWith(copy)
      if (!isCopied || !found.url.startsWith('file:') || found.url.includes('/node_modules/'))
        return found
      const url = found.url.replace(copy, '')
      return { ...found, url: `${url === TRIGGERS ? instead : url}${copy}` }
    },
  })
  try {
    return (await import(`${EXPERIMENTS}${copy}`)) as typeof Experiments
  } finally {
    hooks.deregister()
  }
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

/**
 * Time a search for the cliff of a scenario's short form, and paths of scanning engines and of the
 * shipped one at even places of the same range, in turn, all in one lane of this process.
 */
async function measureCliff(
  { scenario: path, vary, paths, cells, places }: CliffWorkload,
  rounds: number,
): Promise<CliffResult> {
  const scenario = { ...loadScenario(path), measures: [] }
  const { measure } = scenario.order
  const at = (k: number): number => vary.low + ((vary.high - vary.low) * (k + 0.5)) / places
  const plans = Array.from({ length: places }, (_, k): RunPlan => {
    const set = { ...scenario.short, [vary.name]: at(k) }
    return { scenario, seed: scenario.seed, set, checked: false, measures: [measure], cuts: [] }
  })
  const shipped = await import('../src/experiments/index.ts')
  const engines = [await loadExperiments('brute'), await loadExperiments('scan'), shipped]
  const lanes = engines.map(({ createLane }) => createLane(plans, new Map()))
  const spent: readonly number[][] = lanes.map(() => [])
  let isSame = true
  for (let round = -1; round < rounds; round++) {
    const totals = lanes.map(() => 0)
    for (let run = 0; run < places; run++) {
      const numbers: string[] = []
      for (const [side, lane] of lanes.entries()) {
        await lane.ready(run)
        const started = cpu()
        const { values } = await lane.work({ run, from: round + 1, to: round + 2 }, () => {})
        totals[side]! += (cpu() - started) / places
        numbers.push(Buffer.from(values.buffer).toString('hex'))
      }
      isSame &&= numbers.every((own) => own === numbers[0])
    }
    if (round < 0) continue
    for (const [side, total] of totals.entries()) spent[side]!.push(total)
  }
  const started = cpu()
  const { runs } = await shipped.findCliff(scenario, {
    ...{ vary, paths, cells, measure, workers: 1, set: scenario.short },
  })
  const time = cpu() - started
  const [brute, scan, triggers] = spent.map(median) as [number, number, number]
  const ratio = time / runs / brute
  return { paths: runs, time, places, brute, scan, triggers, ratio, isSame }
}

/** Most that a path of the search may cost of one of the brute engine. */
const BAR = 0.3
const ROUNDS = 3

async function benchmark(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((word) => word !== 'cliff'),
    options: { paths: { type: 'string', default: '24' } },
  })
  const workload: CliffWorkload = {
    scenario: fileURLToPath(new URL('../scenarios/coupled-eth-crash.yaml', import.meta.url)),
    vary: { name: 'ethDrop', low: 0.1, high: 0.5 },
    ...{ paths: Math.max(1, Number(values.paths) || 24), cells: 16, places: 5 },
  }
  const { paths, time, brute, scan, triggers, ratio, isSame } = await measureCliff(workload, ROUNDS)
  const milli = (s: number): string => `${(1000 * s).toFixed(0)} ms`
  const isMet = ratio <= BAR && isSame
  const rows = [
    ['coupled-eth-crash, short form, ETH -10 % to -50 %', 'CPU, one lane'],
    ['paths of the search, worlds built and loaded', whole(paths)],
    ['the search, a path', milli(time / paths)],
    ['brute engine: scans whenever anybody asks, a path', milli(brute)],
    ['scans when something has changed, a path', milli(scan)],
    ['triggers, a path', milli(triggers)],
    ['the search / the brute engine, per path', times(ratio)],
    ['same numbers', isSame ? 'yes' : 'NO'],
    [`bar: at most ${BAR}x`, isMet ? 'pass' : 'FAIL'],
  ]
  process.stdout.write(`${table(rows)}\n`)
  if (!isMet) process.exitCode = 1
}

await benchmark()
