import { type Problems, quoted, SourceError } from './problems.ts'

/** An object of a JSON file; its values are checked where they are read. */
export type Json = Readonly<Record<string, unknown>>

/** Tell whether a value is an object of a JSON file. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Parse JSON.
 * @param path used in error texts.
 * @throws {SourceError} with line and column when the text is not JSON.
 */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const message = (cause as Error).message
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? text.length)
    const before = text.slice(0, at).split('\n')
    const place = `${path}:${before.length}:${before.at(-1)!.length + 1}`
    throw new SourceError([`${place}: not JSON (${message}); fetch the file again`], { cause })
  }
}

/** Limits of a number in a JSON file; `fallback` stands for a missing one. */
export type FieldLimits = {
  readonly min?: number
  readonly max?: number
  readonly fallback?: number
}

/** What is wrong with a number, and what to do; null when it is fine. */
function fault(value: number, shown: string, limits: FieldLimits): string | null {
  const { min = -Infinity, max = Infinity } = limits
  if (!Number.isFinite(value)) return `${shown} is no number; write a finite number or decimal text`
  if (value < min) return `${shown} is below ${min}; correct it`
  if (value > max) return `${shown} is above ${max}; correct it`
  return null
}

/**
 * Read a number that a JSON object holds as a number or as decimal text.
 * @param place path of the object, used in error texts.
 * @returns the number, or NaN when a problem was noted.
 */
export function jsonNumber(
  from: Json,
  key: string,
  place: string,
  p: Problems,
  limits: FieldLimits = {},
): number {
  const given = from[key]
  if (given === undefined && limits.fallback !== undefined) return limits.fallback
  const isText = typeof given === 'string' && given.trim() !== ''
  const value = typeof given === 'number' || isText ? Number(given) : Number.NaN
  const shown = quoted(typeof given === 'string' ? given : (JSON.stringify(given) ?? 'nothing'))
  const wrong = fault(value, shown, limits)
  if (wrong === null) return value
  p.add({ path: `${place}.${key}` }, wrong)
  return Number.NaN
}

/** Read a truth value; a missing one is false. */
export function jsonFlag(from: Json, key: string, place: string, p: Problems): boolean {
  const given = from[key]
  if (given === undefined || typeof given === 'boolean') return given ?? false
  p.add({ path: `${place}.${key}` }, `${quoted(JSON.stringify(given))} is neither true nor false`)
  return false
}

/** Read a text that is not empty. */
export function jsonText(from: Json, key: string, place: string, p: Problems): string {
  const given = from[key]
  if (typeof given === 'string' && given !== '') return given
  const shown = quoted(JSON.stringify(given) ?? 'nothing')
  p.add({ path: `${place}.${key}` }, `${shown} is no text; fetch the file again`)
  return ''
}
