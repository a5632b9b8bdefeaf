/**
 * The benchmark: triggers next to scans on frozen books, whole paths, worker lanes, scan kernels next to
 * C, the engine next to a fused loop, and the start-up of the command line. Prints tables, writes
 * docs/benchmarks.md, exits with 1 when a bar fails.
 * Usage: node bench/run.ts [--date YYYY-MM-DD] [--rounds N]; `node bench/run.ts parity`, `options` and
 * `peers` are other benchmarks, see their main.ts; `tails` is tails.ts, `cliff` cliff.ts.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { CaseResult } from './cases.ts'
import type { FuzzResult } from './detection/fuzz.ts'
import type { PathResult } from './detection/path.ts'
import type { KernelResults } from './native/compare.ts'
import type { WholePathResult } from './paths.ts'
import { barsOf } from './report/bars.ts'
import { document } from './report/document.ts'
import type { BenchResult } from './report/result.ts'
import {
  barTable,
  detectionTable,
  kernelTable,
  pathTable,
  scenarioTable,
  speedTable,
} from './report/tables.ts'
import type { LanesResult, ScenarioResult } from './scenario.ts'
import { VARIANTS } from './workloads/crash.ts'
import { type BookName, type PathName, readFrozenDetection } from './workloads/detection.ts'

/** Paths of each book; the large books have only those that a bar is about. */
const DETECTION: readonly (readonly [BookName, ...PathName[]])[] = [
  ['compound', 'quiet', 'crash', 'fall'],
  ['wsteth', 'quiet', 'crash', 'depeg'],
  ['loops5', 'quiet', 'crash', 'depeg'],
  ['synthetic5', 'quiet', 'crash', 'fall', 'wild'],
  ['tight5', 'quiet', 'crash'],
  ['trigger5', 'adverse'],
  ['synthetic6', 'quiet', 'crash'],
  ['tight6', 'crash'],
]

function measure<T>(rounds: number, part: string, ...given: string[]): T {
  process.stderr.write(`measuring ${[part, ...given].join(' ')}\n`)
  const script = fileURLToPath(new URL('part.ts', import.meta.url))
  const child = spawnSync(process.execPath, [script, part, `${rounds}`, ...given], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.status !== 0)
    throw new Error(
      `measuring ${part} ${given.join(' ')} ended with ${child.status ?? child.signal ?? child.error?.message}`,
    )
  return JSON.parse(child.stdout) as T
}

/** Measure all parts, one after the other. */
function measureAll(rounds: number, date: string): BenchResult {
  const help = measure<{ readonly warm: number; readonly cold: number }>(rounds, 'help')
  return {
    detection: DETECTION.flatMap((given) => measure<PathResult[]>(rounds, 'detection', ...given)),
    fuzz: measure<FuzzResult>(rounds, 'fuzz'),
    paths: ['quiet', 'crash'].map((weather) => measure<WholePathResult>(rounds, 'path', weather)),
    scenario: measure<ScenarioResult>(rounds, 'scenario'),
    lanes: measure<LanesResult>(rounds, 'lanes'),
    kernels: measure<KernelResults>(rounds, 'kernels'),
    cases: VARIANTS.map((variant) => measure<CaseResult>(rounds, 'case', variant)),
    helpWarm: help.warm,
    helpCold: help.cold,
    detectionHashes: readFrozenDetection().sha256,
    rounds,
    date,
  }
}

function benchmark(): void {
  const { values } = parseArgs({
    options: { date: { type: 'string', default: '' }, rounds: { type: 'string', default: '9' } },
  })
  const result = measureAll(Math.max(9, Number(values.rounds) || 9), values.date)
  const bars = barsOf(result)
  const tables = [
    detectionTable(result),
    pathTable(result),
    scenarioTable(result),
    kernelTable(result.kernels),
    speedTable(result),
    barTable(bars),
  ]
  process.stdout.write(`${tables.join('\n\n')}\n`)
  writeFileSync(new URL('../docs/benchmarks.md', import.meta.url), document(result))
  if (bars.some((bar) => !bar.isMet)) process.exitCode = 1
}

// Their packages have types that only parity/ knows, so the compiler must not follow this import.
const [what] = process.argv.slice(2)
if (what === 'parity' || what === 'peers' || what === 'options')
  await import(new URL(`${what}/main.ts`, import.meta.url).href)
else if (what === 'tails') await import('./tails.ts')
else if (what === 'cliff') await import('./cliff.ts')
else benchmark()
