import { existsSync, readFileSync, writeFileSync } from 'node:fs'
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

/** Write a baseline so that a change of one measure is a change of one line. */
export function writeBaseline(baseline: Baseline, file: string): void {
  const text = JSON.stringify(baseline, null, 2).replace(
    /\[\s+([^[\]{}"]*?)\s+\]/g,
    (_, list: string) => `[${list.split(/,\s+/).join(', ')}]`,
  )
  writeFileSync(file, `${text}\n`)
}
