/** What a run leaves for `npm test`: the state that was read, and what the contracts then did. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeCase, fieldsOf } from '../trace.ts'
import type { Follower } from './check.ts'
import type { Gaps } from './gaps.ts'
import type { Files } from './plan.ts'

const FOLDER = join(import.meta.dirname, '../vectors/endToEnd')
const FORMAT = 'breakwater end to end 1'

/**
 * A recorded run. Rows are those of `parity/trace.ts`: step, outcome, and a hash of what was returned
 * and of every field that the step touched; `all` are hashes of every field of every account.
 */
export type Recorded<State> = {
  readonly format: string
  readonly protocol: string
  readonly packages: Readonly<Record<string, string>>
  readonly codeHashes: Readonly<Record<string, string>>
  readonly seed: string
  readonly state: State
  readonly reasons: readonly string[]
  readonly rows: readonly string[]
  readonly all: readonly string[]
}

/** The numbers of a run that the ledger shows. */
export type Outcome = {
  readonly protocol: string
  readonly packages: Readonly<Record<string, string>>
  readonly seed: string
  readonly users: number
  /** Accounts with debt when the state was read. */
  readonly borrowers: number
  readonly liquidations: number
  readonly further: number
  readonly refused: number
  readonly fields: number
  readonly differences: number
  readonly judgedDifferently: number
  readonly misjudged: number
  readonly gaps: Gaps
}

/** Thrown when a recorded file is missing or old. */
export class RecordedFormatError extends Error {
  override name = 'RecordedFormatError'
}

/** Collect rows and hashes while a course runs. */
export function createRecorder(): {
  readonly follower: Follower
  readonly rows: string[]
  readonly all: string[]
  readonly reasons: string[]
} {
  const [rows, all, reasons]: [string[], string[], string[]] = [[], [], []]
  let last = 0n
  const follower: Follower = {
    async block(steps, time) {
      const list = steps.map((s, i) => ({ ...s, wait: i === 0 ? time - last : 0n, all: false }))
      last = time
      rows.push(...encodeCase(0, list, reasons).rows)
    },
    async all(exact) {
      const text = JSON.stringify(fieldsOf(exact.all()))
      all.push(createHash('sha256').update(text).digest('hex'))
    },
  }
  return { follower, rows, all, reasons }
}

/** Write one protocol's run and its scenario. */
export function writeRecorded<State>(
  recorded: Omit<Recorded<State>, 'format'>,
  files: Files,
): void {
  mkdirSync(FOLDER, { recursive: true })
  const { rows, state, ...head } = recorded
  const lines = rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')
  const start = JSON.stringify({ format: FORMAT, ...head }, null, 1).slice(0, -2)
  const text = `${start},\n "state":${encode(state)},\n "rows":[\n${lines}\n ]\n}\n`
  writeFileSync(join(FOLDER, `${recorded.protocol}.json`), text)
  for (const [file, content] of Object.entries(files)) writeFileSync(join(FOLDER, file), content)
}

/** Read one protocol's run. @throws {RecordedFormatError} */
export function readRecorded<State>(protocol: string): Recorded<State> {
  const file = join(FOLDER, `${protocol}.json`)
  const remedy = 'run: npm run parity:end-to-end -- --record'
  if (!existsSync(file)) throw new RecordedFormatError(`there is no ${file}; ${remedy}`)
  const isBig = (value: unknown): value is string =>
    typeof value === 'string' && /^-?\d+n$/.test(value)
  const recorded = JSON.parse(readFileSync(file, 'utf8'), (_, value: unknown) =>
    isBig(value) ? BigInt(value.slice(0, -1)) : value,
  ) as Recorded<State>
  if (recorded.format !== FORMAT)
    throw new RecordedFormatError(
      `${file} has format '${recorded.format}', not '${FORMAT}'; ${remedy}`,
    )
  return recorded
}

/** Read a file of the recorded scenario. */
export function readScenarioFile(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8')
}

/** Write a state as JSON, numbers as '12n', one element of its lists a line. */
export function encode(state: unknown): string {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, x: unknown) => (typeof x === 'bigint' ? `${x}n` : x))
  const fields = Object.entries(state as object).map(([key, value]) => {
    const isList = Array.isArray(value) && typeof value[0] === 'object'
    const body = isList ? `[\n   ${value.map(text).join(',\n   ')}]` : text(value)
    return `  ${JSON.stringify(key)}:${body}`
  })
  return `{\n${fields.join(',\n')}}`
}

const OUTCOMES = join(FOLDER, 'outcomes.json')

/** Write what the ledger shows. */
export function writeOutcomes(outcomes: readonly Outcome[], date: string): void {
  writeFileSync(OUTCOMES, `${JSON.stringify({ date, outcomes }, null, 1)}\n`)
}

/** Read what the ledger shows. */
export function readOutcomes(): { readonly date: string; readonly outcomes: readonly Outcome[] } {
  return JSON.parse(readFileSync(OUTCOMES, 'utf8')) as { date: string; outcomes: Outcome[] }
}
