/**
 * `npm run parity -- <protocol|all> [--seed S] [--ops N] [--users U] [--artifacts DIR]
 * [--record] [--check] [--ledger]`: drive exact models and the real contracts with the same random
 * steps and compare every field. See parity/README.md.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Verdict } from './chain/verify.ts'
import { readTrace, writeFound, writeTrace } from './files.ts'
import { ensureInstalled } from './install.ts'
import { writeLedger, writeObstacle, writeResult } from './ledger.ts'
import { loadChain, loadExact, loadModel, protocolNames } from './load.ts'
import { runMutants } from './mutate.ts'
import { formatOp } from './protocol.ts'
import { encodeCase, formatTrace } from './trace.ts'

type Options = {
  readonly seed: string
  readonly operations: number
  readonly users: number
  readonly artifacts: string | null
  readonly record: boolean
  readonly check: boolean
  readonly ledger: boolean
}

type Totals = { operations: number; succeeded: number; fields: number; differences: number }

/** Thrown when an option of the command line cannot be used. */
export class OptionError extends Error {
  override name = 'OptionError'
}

function readOptions(args: readonly string[]): { names: string[]; options: Options } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      ops: { type: 'string', default: '2000' },
      users: { type: 'string', default: '8' },
      artifacts: { type: 'string' },
      record: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      ledger: { type: 'boolean', default: false },
    },
  })
  const all = positionals.length === 0 || positionals.includes('all')
  const artifacts = values.artifacts === undefined ? null : resolve(values.artifacts)
  if (artifacts !== null && !existsSync(artifacts))
    throw new OptionError(
      `--artifacts ${artifacts} does not exist; give a folder of compiled contracts`,
    )
  if (artifacts !== null && (values.record || values.check || values.ledger)) {
    const remedy = 'traces and ledger are about the packages of parity/package.json'
    throw new OptionError(`--artifacts goes without --record, --check and --ledger; ${remedy}`)
  }
  return {
    names: all ? protocolNames() : positionals,
    options: {
      seed: values.seed,
      operations: wholeNumber('--ops', values.ops, 1),
      users: wholeNumber('--users', values.users, 2),
      artifacts,
      record: values.record,
      check: values.check,
      ledger: values.ledger,
    },
  }
}

function wholeNumber(option: string, text: string, min: number): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= min) return value
  throw new OptionError(`${option} ${text} is not a whole number of at least ${min}`)
}

/** Verify one protocol; when it cannot even be deployed, say so in the ledger and go on. */
async function tryOne(name: string, options: Options, totals: Totals): Promise<boolean> {
  try {
    return await verifyOne(name, options, totals)
  } catch (error) {
    if (!isTold(error)) throw error
    console.error(`${name}: ${error.message}`)
    if (options.ledger && protocolNames().includes(name)) writeObstacle(name, error.message)
    return false
  }
}

/** Tell an error of the harness, which says what to do, from one that nobody foresaw. */
function isTold(error: unknown): error is Error {
  if (!(error instanceof Error) || process.env.DEBUG) return false
  return /^[A-Z]\w+Error$/.test(error.name) && !/^(Type|Range|Reference)Error$/.test(error.name)
}

/** Verify one protocol, print what was found, and add it to the totals. @returns true when it passed. */
async function verifyOne(name: string, options: Options, totals: Totals): Promise<boolean> {
  const { verify } = await import('./chain/verify.ts')
  const model = await loadModel(name)
  const began = performance.now()
  let shown = 0
  const verdict = await verify(model, await loadChain(name), await loadExact(model), {
    ...options,
    trace: options.record || options.check,
    onProgress: (operations) => {
      if (operations - shown < 50_000) return
      shown = operations
      console.log(`${name}: ${operations} operations so far`)
    },
  })
  const { operations, succeeded, fields, failure, uncovered } = verdict
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  totals.operations += operations
  totals.succeeded += succeeded
  totals.fields += fields
  totals.differences += failure?.differences.length ?? 0
  console.log(
    `${name}: ${operations} operations, ${succeeded} succeeded, ${fields} fields compared, ${failure?.differences.length ?? 0} differences, ${seconds} s`,
  )
  printDetails(verdict)
  if (failure) reportFailure(name, verdict, options.artifacts !== null)
  // A run that ends early has not reached everything.
  const expected = failure || operations < 2000 ? [] : uncovered
  for (const missing of expected)
    console.error(`${name}: ${missing} is neither compared nor called`)
  const enough = succeeded * 2 >= operations
  if (!enough) console.error(`${name}: fewer than half of the operations succeeded`)
  const passed = !failure && enough && expected.length === 0
  return passed && (await afterwards(name, options, verdict))
}

/** Record, check and publish, as asked. @returns false when a recorded trace is old. */
async function afterwards(name: string, options: Options, verdict: Verdict): Promise<boolean> {
  if (options.record) writeTrace(verdict.trace)
  if (options.record || options.ledger) {
    const mutants = await runMutants(name)
    for (const { what, caughtAfter } of mutants)
      if (caughtAfter === null) console.error(`${name}: mutant not noticed: ${what}`)
    writeResult(name, options, verdict, mutants)
  }
  if (!options.check) return true
  const same = readTrace(name) === formatTrace(verdict.trace)
  if (!same)
    console.error(`${name}: the recorded trace is old; run: npm run parity -- ${name} --record`)
  return same
}

function printDetails({ kinds, reverts, codeHashes }: Verdict): void {
  for (const [contract, hash] of Object.entries(codeHashes)) console.log(`  ${contract} ${hash}`)
  for (const [kind, [tried, done]] of Object.entries(kinds))
    console.log(`  ${kind} ${done}/${tried}`)
  const sorted = Object.entries(reverts).sort((a, b) => b[1] - a[1])
  for (const [reason, count] of sorted) console.log(`  ${count} x ${reason}`)
}

function reportFailure(name: string, { failure, trace }: Verdict, foreign: boolean): void {
  if (!failure) return
  console.error(`${name}: case ${failure.case} differs; shortest steps found:`)
  for (const { wait, op } of failure.rows) console.error(`  +${wait} s  ${formatOp(op)}`)
  for (const { field, contract, model } of failure.differences)
    console.error(`  ${field}: contract ${contract}, model ${model}`)
  const reasons: string[] = []
  const cases = [encodeCase(failure.case, failure.rows, reasons)]
  console.error(`  stored as ${writeFound({ ...trace, reasons, cases }, { foreign })}`)
}

async function main(): Promise<number> {
  const { names, options } = readOptions(process.argv.slice(2))
  ensureInstalled()
  const totals: Totals = { operations: 0, succeeded: 0, fields: 0, differences: 0 }
  let passed = true
  for (const name of names) passed = (await tryOne(name, options, totals)) && passed
  if (options.record || options.ledger) writeLedger()
  const { operations, succeeded, fields, differences } = totals
  console.log(
    `parity: ${names.length} protocols, ${operations} operations, ${succeeded} succeeded, ${fields} fields compared, ${differences} differences`,
  )
  return passed ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(isTold(error) ? `parity: ${error.message}` : error)
  process.exitCode = 2
}
