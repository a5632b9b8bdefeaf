import { InvalidArgumentError } from 'commander'

/** Takes the exit code of a command. */
export type Finish = (code: number) => void

/** Read a whole number. @throws {InvalidArgumentError} when it is none. */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('use a whole number, for example 42.')
  return value
}

/** Read whole numbers that are large enough. */
export function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = wholeNumber(text)
    if (value < least) throw new InvalidArgumentError(`use a whole number from ${least} on.`)
    return value
  }
}

/**
 * Read `name=value` beside those read before; values that look like numbers are numbers.
 * @throws {InvalidArgumentError} when it is none.
 */
export function assignment(
  text: string,
  before: Readonly<Record<string, string | number>> = {},
): Record<string, string | number> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('write name=value, for example ethDrop=0.5.')
  const value = text.slice(at + 1).trim()
  const number = Number(value)
  return {
    ...before,
    [text.slice(0, at).trim()]: value === '' || Number.isNaN(number) ? value : number,
  }
}

/** Take every use of an option that may be repeated. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

/** An object without what is undefined in it. */
export function given<T extends object>(
  values: { readonly [K in keyof T]: T[K] | undefined },
): Partial<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Partial<T>
}
