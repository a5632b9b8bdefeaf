/**
 * Recorded traces: what the real contracts did, in a form that needs neither them nor a node.
 *
 * One row per step: `<seconds waited> <account> <kind> <args> <mark>`; the mark is `+` or `-` and the
 * number of the reason, then `#` and the first 12 hexadecimal digits of the sha256 of the result and
 * of every field that the step touched. Every field of every account is written out at the end of
 * each case, under its row.
 */
import { createHash } from 'node:crypto'
import {
  type Arg,
  type Check,
  fieldName,
  formatOp,
  type ModelSide,
  type Op,
  parseOp,
  type Result,
  type Simulation,
} from './protocol.ts'

export const FORMAT = 'breakwater parity trace 1'

/** A case: rows, and all fields after rows, by the row's index. */
export type TraceCase = {
  readonly number: number
  readonly rows: readonly string[]
  readonly fields: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export type Trace = {
  readonly format: string
  readonly protocol: string
  readonly packages: Readonly<Record<string, string>>
  readonly codeHashes: Readonly<Record<string, string>>
  readonly seed: string
  readonly users: number
  /** Timestamp of the block before every case, seconds. */
  readonly start: string
  readonly facts: Readonly<Record<string, string>>
  readonly reasons: readonly string[]
  readonly cases: readonly TraceCase[]
}

/** One step of a case as it happened. */
export type Row = {
  readonly wait: bigint
  readonly op: Op
  readonly result: Result
  readonly checks: readonly Check[]
  /** True where `checks` holds every field. */
  readonly all: boolean
}

/** Where a model and a trace part. */
export type Mismatch = {
  readonly case: number
  readonly row: number
  readonly step: string
  readonly what: string
}

/** Thrown when a trace cannot be read. */
export class TraceFormatError extends Error {
  override name = 'TraceFormatError'
}

/** Collect the rows of a case. @param reasons the trace's table; new reasons are appended. */
export function encodeCase(number: number, rows: readonly Row[], reasons: string[]): TraceCase {
  const fields: Record<string, Record<string, string>> = {}
  const lines = rows.map(({ wait, op, result, checks, all }, i) => {
    if (all) fields[i] = fieldsOf(checks)
    return `${wait} ${formatOp(op)} ${markOf(result, reasons)}#${digest(result, checks)}`
  })
  return { number, rows: lines, fields }
}

function markOf(result: Result, reasons: string[]): string {
  if (result.ok) return '+'
  if (!reasons.includes(result.reason)) reasons.push(result.reason)
  return `-${reasons.indexOf(result.reason)}`
}

/** Every word of the checks by its name. */
export function fieldsOf(checks: readonly Check[]): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const check of checks) {
    if ('reverts' in check.is) fields[fieldName(check, 0)] = `reverts:${check.is.reverts}`
    else {
      check.is.forEach((word, i) => {
        if (word !== null) fields[fieldName(check, i)] = `${word}`
      })
    }
  }
  return fields
}

function digest(result: Result, checks: readonly Check[]): string {
  const hash = createHash('sha256')
  hash.update(result.ok ? `ok ${result.returned.join(' ')}\n` : `${result.reason}\n`)
  for (const { on, get, args, is } of checks) {
    const answer = 'reverts' in is ? `reverts:${is.reverts}` : is.join(' ')
    hash.update(`${on}.${get}(${args.join(' ')}) ${answer}\n`)
  }
  return hash.digest('hex').slice(0, 12)
}

/** Write a trace, one row a line. */
export function formatTrace(trace: Trace): string {
  const { cases, ...head } = trace
  const top = JSON.stringify(head, null, 1).slice(0, -2)
  const body = cases.map(({ number, rows, fields }) => {
    const lines = rows.map((row) => `   ${JSON.stringify(row)}`).join(',\n')
    return `  {"number":${number},"rows":[\n${lines}],\n   "fields":${JSON.stringify(fields)}}`
  })
  return `${top},\n "cases":[\n${body.join(',\n')}\n ]\n}\n`
}

/** Read a trace. @throws {TraceFormatError} when the text is not of this format. */
export function parseTrace(text: string, file: string): Trace {
  if (text === '') {
    const remedy = 'record one: npm run parity -- <protocol> --record'
    throw new TraceFormatError(`there is no recorded trace ${file}; ${remedy}`)
  }
  const trace = JSON.parse(text) as Trace
  if (trace.format !== FORMAT) {
    const remedy = `record it again: npm run parity -- ${trace.protocol ?? '<protocol>'} --record`
    throw new TraceFormatError(`${file} has format '${trace.format}', not '${FORMAT}'; ${remedy}`)
  }
  return trace
}

/**
 * Run a trace's steps through a model.
 * @param exact the module of the exact model, or of a mutant.
 * @returns the first difference, or null.
 */
export function replay<Exact>(
  trace: Trace,
  model: ModelSide<Exact>,
  exact: Exact,
): Mismatch | null {
  const facts = Object.fromEntries(
    Object.entries(trace.facts).map(([key, value]) => [key, BigInt(value)]),
  )
  for (const { number, rows, fields } of trace.cases) {
    const setup = { users: trace.users, time: BigInt(trace.start), number, facts }
    const simulation = model.create(exact, setup)
    let time = setup.time
    for (const [i, row] of rows.entries()) {
      const { wait, op, mark } = parseRow(row)
      time += wait
      const what = compareRow(simulation, op, time, trace.reasons, mark, fields[i])
      if (what !== null) return { case: number, row: i, step: formatOp(op), what }
    }
  }
  return null
}

type Mark = { readonly reason: number | null; readonly hash: string }

function parseRow(row: string): { wait: bigint; op: Op; mark: Mark } {
  const match = /^(\d+) (.*) (\+|-(\d+))#([0-9a-f]{12})$/.exec(row)
  if (!match) throw new TraceFormatError(`row '${row}' is not <wait> <step> <mark>#<hash>`)
  const [, wait, step, , reason, hash] = match
  return {
    wait: BigInt(wait!),
    op: parseOp(step!),
    mark: { reason: reason === undefined ? null : Number(reason), hash: hash! },
  }
}

function compareRow(
  simulation: Simulation,
  op: Op,
  time: bigint,
  reasons: readonly string[],
  mark: Mark,
  full: Readonly<Record<string, string>> | undefined,
): string | null {
  const result = simulation.apply(op, time)
  const outcome = result.ok ? 'done' : result.reason
  const expected = mark.reason === null ? 'done' : reasons[mark.reason]
  if (outcome !== expected) return `contract: ${expected}; model: ${outcome}`
  const checks = full ? simulation.all() : simulation.touched(op)
  if (full) {
    const fields = fieldsOf(checks)
    for (const name of new Set([...Object.keys(full), ...Object.keys(fields)])) {
      if (full[name] !== fields[name]) {
        return `${name}: contract ${full[name] ?? '(absent)'}; model ${fields[name] ?? '(absent)'}`
      }
    }
  }
  return digest(result, checks) === mark.hash ? null : 'a field or a returned value differs'
}

/** Copy a check with the answer that the chain gave instead of the model's. */
export function answered(check: Check, words: readonly Arg[]): Check {
  const is = 'reverts' in check.is ? words : words.map((w, i) => (isSkipped(check, i) ? null : w))
  return { ...check, is }
}

function isSkipped({ is }: Check, word: number): boolean {
  return !('reverts' in is) && is[word] === null
}
