/**
 * `npm run parity:end-to-end [-- aaveV3 | morphoBlue] [--seed S] [--users U] [--record | --check]`:
 * random accounts on the real contracts, read, shocked and liquidated on three sides. See
 * parity/README.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureInstalled } from '../install.ts'
import { writeLedger } from '../ledger.ts'
import { aave } from './aave.ts'
import { runCourse } from './check.ts'
import { morpho } from './morpho.ts'
import type { EndToEnd } from './plan.ts'
import {
  createRecorder,
  encode,
  type Outcome,
  readRecorded,
  writeOutcomes,
  writeRecorded,
} from './record.ts'
import { formatOutcome, formatSection, formatTotals, isPassed } from './report.ts'

type Options = {
  readonly seed: string
  readonly users: number
  readonly record: boolean
  readonly check: boolean
}

const LEAST_USERS = 8

type Run = { readonly outcome: Outcome; readonly isOld: boolean }
const RUNS: readonly { readonly name: string; run(options: Options): Promise<Run> }[] = [
  { name: aave.name, run: (options) => runOne(aave, options) },
  { name: morpho.name, run: (options) => runOne(morpho, options) },
]

/** Thrown when an option of the command line cannot be used. */
export class OptionError extends Error {
  override name = 'OptionError'
}

function readOptions(): { sides: typeof RUNS; options: Options } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      users: { type: 'string', default: '220' },
      record: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  })
  const users = Number(values.users)
  if (!Number.isSafeInteger(users) || users < LEAST_USERS)
    throw new OptionError(`--users ${values.users}: give a whole number from ${LEAST_USERS} on`)
  const unknown = positionals.find((p) => !RUNS.some(({ name }) => name === p))
  const known = RUNS.map(({ name }) => name).join(', ')
  if (unknown !== undefined) throw new OptionError(`no protocol '${unknown}'; there are ${known}`)
  const sides = RUNS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  if (values.record && sides.length < RUNS.length)
    throw new OptionError('--record writes all protocols together; name none')
  const { seed, record, check } = values
  return { sides, options: { seed, users, record, check } }
}

/** Run one protocol on a node of its own. @returns what it gave, and whether a recorded run is old. */
async function runOne<State extends { readonly time: bigint }>(
  side: EndToEnd<State>,
  { seed, users, record, check }: Options,
): Promise<Run> {
  const { openStage, following } = await import('./stage.ts')
  const stage = await openStage(side, { seed, users })
  try {
    const { state, packages, codeHashes } = stage
    const recorder = createRecorder()
    const { follower, found } = following(stage, recorder.follower)
    const course = await runCourse(side, state, seed, follower)
    for (const { field, contract, model } of found.differences.slice(0, 20))
      console.error(`  ${field}: contract ${contract}, model ${model}`)
    const { fields, differences } = found
    const outcome: Outcome = {
      ...{ protocol: side.name, packages, seed, users, ...course },
      ...{ fields, differences: differences.length },
    }
    const { rows, all, reasons } = recorder
    const run = { protocol: side.name, packages, codeHashes, seed, state, reasons, rows, all }
    if (record && isPassed(outcome))
      writeRecorded(run, side.scenario(state, side.shocks(state).run))
    const isOld = check && !isSame(run, readRecorded<State>(side.name))
    return { outcome, isOld }
  } finally {
    stage.backend.close()
  }
}

type Comparable = { readonly state: unknown; readonly rows: unknown; readonly all: unknown }

function isSame(now: Comparable, then: Comparable): boolean {
  const text = ({ state, rows, all }: Comparable): string =>
    encode(state) + JSON.stringify([rows, all])
  return text(now) === text(then)
}

function publish(outcomes: readonly Outcome[]): void {
  const date = new Date().toISOString().slice(0, 10)
  writeOutcomes(outcomes, date)
  const folder = join(import.meta.dirname, '../results/sections')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'endToEnd.md'), formatSection(outcomes, date))
  writeLedger()
}

async function main(): Promise<number> {
  const { sides, options } = readOptions()
  ensureInstalled()
  const outcomes: Outcome[] = []
  let passed = true
  for (const side of sides) {
    const { outcome, isOld } = await side.run(options)
    outcomes.push(outcome)
    console.log(formatOutcome(outcome))
    if (!isPassed(outcome)) console.error(`${side.name}: differs, see above`)
    if (isOld)
      console.error(
        `${side.name}: the recorded run is old; run: npm run parity:end-to-end -- --record`,
      )
    passed = passed && isPassed(outcome) && !isOld
  }
  if (options.record && passed) publish(outcomes)
  console.log(formatTotals(outcomes))
  return passed ? 0 : 1
}

process.exitCode = await main().catch((error: unknown) => {
  const isTold = error instanceof Error && /^[A-Z]\w+Error$/.test(error.name)
  console.error(isTold && !process.env.DEBUG ? `end to end: ${error.message}` : error)
  return 2
})
