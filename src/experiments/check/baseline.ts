import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Baseline, CheckError, type StoredNumber } from './types.ts'

/** Version of the format of baseline files. */
export const BASELINE_VERSION = 1

const REMEDY = 'move it away, and make it anew with --update'

/** Write a number so that JSON can hold it. */
export function stored(value: number): StoredNumber {
  if (Number.isNaN(value)) return null
  if (value === Infinity) return 'Infinity'
  return value === -Infinity ? '-Infinity' : value
}

/** Read a number of a baseline; NaN where the path has none. */
export function unstored(value: StoredNumber): number {
  return value === null ? Number.NaN : Number(value)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isStored(value: unknown): boolean {
  return (
    value === null || typeof value === 'number' || value === 'Infinity' || value === '-Infinity'
  )
}

function isEntry(entry: unknown): boolean {
  if (!isRecord(entry)) return false
  const { hash, seed, paths, short, set, draws, isCertain, measures, failedPaths } = entry
  return (
    typeof hash === 'string' &&
    Number.isSafeInteger(seed) &&
    Number.isSafeInteger(paths) &&
    typeof short === 'boolean' &&
    typeof isCertain === 'boolean' &&
    isRecord(set) &&
    isRecord(draws) &&
    isRecord(draws.drivers) &&
    Array.isArray(failedPaths) &&
    isRecord(measures) &&
    Object.values(measures).every(
      (values) => Array.isArray(values) && values.length === paths && values.every(isStored),
    )
  )
}

function readJson(file: string): unknown {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new CheckError(`the baseline "${file}" cannot be read (${why}); name a file`, { cause })
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CheckError(`${file} is no JSON; ${REMEDY}`, { cause })
  }
}

/**
 * Read a baseline.
 * @returns null when there is no such file.
 * @throws {CheckError} when the file is no baseline of this version.
 */
export function readBaseline(file: string): Baseline | null {
  if (!existsSync(file)) return null
  const found = readJson(file)
  const { baseline, scenarios } = isRecord(found) ? found : {}
  if (baseline !== BASELINE_VERSION)
    throw new CheckError(
      `${file} is no baseline of version ${BASELINE_VERSION}, "baseline" is ${JSON.stringify(baseline) ?? 'missing'}; ${REMEDY}`,
    )
  if (!isRecord(scenarios))
    throw new CheckError(`${file}: "scenarios" holds no scenarios by name; ${REMEDY}`)
  for (const [name, entry] of Object.entries(scenarios))
    if (!isEntry(entry)) throw new CheckError(`${file}: "${name}" cannot be read; ${REMEDY}`)
  return found as Baseline
}

/**
 * Check that a baseline can be written, before anything runs.
 * @throws {CheckError} when its folder is not there or nothing may be written in it.
 */
export function checkBaselineFile(file: string): void {
  const folder = dirname(resolve(file))
  const remedy = 'name a file in a folder that you may write to'
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new CheckError(`--baseline "${file}": there is no folder "${folder}"; ${remedy}`)
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new CheckError(`--baseline "${file}" is a folder; ${remedy}`)
  try {
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    throw new CheckError(`--baseline "${file}": "${folder}" cannot be written; ${remedy}`, {
      cause,
    })
  }
}

/**
 * Write a baseline so that a change of one measure is a change of one line; an older one stays until the new
 * one is complete.
 * @throws {CheckError} when it cannot be written.
 */
export function writeBaseline(baseline: Baseline, file: string): void {
  const text = JSON.stringify(baseline, null, 2).replace(
    /\[\s+((?:[^[\]{}"]|"-?Infinity")*?)\s+\]/g,
    (_, list: string) => `[${list.split(/,\s+/).join(', ')}]`,
  )
  checkBaselineFile(file)
  const temporary = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, `${text}\n`)
    renameSync(temporary, file)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new CheckError(`the baseline "${file}" cannot be written: ${why}`, { cause })
  } finally {
    rmSync(temporary, { force: true })
  }
}
