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
