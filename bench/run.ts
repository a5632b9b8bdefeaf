/**
 * The benchmark: the engine next to a fused loop over the same workload, and the start-up of the
 * command line. Prints tables, writes docs/benchmarks.md, exits with 1 when a bar fails.
 * Usage: node bench/run.ts [--date YYYY-MM-DD] [--rounds N]; `node bench/run.ts parity` and
 * `node bench/run.ts peers` are other benchmarks, see their main.ts.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type CaseResult, measureScenario } from './cases.ts'
import { helpCpu, median } from './measure.ts'
import { type BenchResult, barsOf, barTable, document, speedTable } from './report.ts'
import { VARIANTS, type Variant } from './workloads/crash.ts'

const SCENARIO = '../scenarios/compound-v2-eth-crash.yaml'

const say = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

/** Measure a variant in a process of its own: code compiled for one workload is slower on the next. */
function measure(variant: Variant, rounds: number): CaseResult {
  const script = fileURLToPath(new URL('measureCase.ts', import.meta.url))
  const child = spawnSync(process.execPath, [script, variant, `${rounds}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.status !== 0) throw new Error(`measuring ${variant} failed`)
  return JSON.parse(child.stdout) as CaseResult
}

/** Measure the engine and the command line. */
async function benchmarkEngine(): Promise<void> {
  const { values } = parseArgs({
    options: { date: { type: 'string', default: '' }, rounds: { type: 'string', default: '15' } },
  })
  const rounds = Math.max(9, Number(values.rounds) || 15)
  const cases: CaseResult[] = []
  for (const variant of VARIANTS) {
    say(`measuring ${variant}`)
    cases.push(measure(variant, rounds))
  }
  say('measuring the whole scenario')
  const found = cases.find((c) => c.variant === 'withBacklog')!
  const path = fileURLToPath(new URL(SCENARIO, import.meta.url))
  const scenario = await measureScenario(path, found.rowsWithDebt, 5)
  say('measuring breakwater --help')
  helpCpu({})
  const helpWarm = median(Array.from({ length: 9 }, () => helpCpu({})))
  const helpCold = median(
    Array.from({ length: 9 }, () => helpCpu({ NODE_DISABLE_COMPILE_CACHE: '1' })),
  )
  const result: BenchResult = { cases, scenario, helpWarm, helpCold, rounds, date: values.date }
  const bars = barsOf(result)
  process.stdout.write(`${barTable(bars)}\n\n${speedTable(result)}\n`)
  writeFileSync(new URL('../docs/benchmarks.md', import.meta.url), document(result))
  if (bars.some((bar) => !bar.isMet)) process.exitCode = 1
}

// Its packages have types that only parity/ knows, so the compiler must not follow this import.
const [what] = process.argv.slice(2)
if (what === 'parity' || what === 'peers')
  await import(new URL(`${what}/main.ts`, import.meta.url).href)
else await benchmarkEngine()
