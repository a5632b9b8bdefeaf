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
import { type Baseline, type BaselineEntry, CheckError } from './types.ts'

/** Version of the format of baseline files. */
export const BASELINE_VERSION = 1

const REMEDY = 'make it anew with --update'

function isEntry(entry: unknown): entry is BaselineEntry {
  if (typeof entry !== 'object' || entry === null) return false
  const { hash, seed, paths, draws, measures, failedPaths } = entry as Partial<BaselineEntry>
  return (
    typeof hash === 'string' &&
    Number.isSafeInteger(seed) &&
    Number.isSafeInteger(paths) &&
    typeof draws?.drivers === 'object' &&
    Array.isArray(failedPaths) &&
    Object.values(measures ?? { none: null }).every(
      (values) =>
        Array.isArray(values) &&
        values.length === paths &&
        values.every((v) => v === null || typeof v === 'number'),
    )
  )
}

function parse(text: string, file: string): unknown {
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
  const found = parse(readFileSync(file, 'utf8'), file) as Partial<Baseline> | null
  if (found?.baseline !== BASELINE_VERSION)
    throw new CheckError(
      `${file} is no baseline of version ${BASELINE_VERSION}, "baseline" is ${JSON.stringify(found?.baseline) ?? 'missing'}; ${REMEDY}`,
    )
  for (const [name, entry] of Object.entries(found.scenarios ?? {}))
    if (!isEntry(entry)) throw new CheckError(`${file}: "${name}" cannot be read; ${REMEDY}`)
  return { scenarios: {}, ...found } as Baseline
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
    /\[\s+([^[\]{}"]*?)\s+\]/g,
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
