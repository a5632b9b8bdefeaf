import { shellWord } from '../experiments/index.ts'

/** Options that change nothing of the results. */
const BESIDE: ReadonlySet<string> = new Set(['json', 'out', 'workers'])

/** Options that are on unless they are left out by `--no-`. */
const USUAL: ReadonlySet<string> = new Set([
  'line',
  'sensitivity',
  'attribution',
  'cliffs',
  'distance',
])

function wordsOf(name: string, value: unknown): readonly string[] {
  const option = `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`
  if (value === undefined || (value === true && USUAL.has(name))) return []
  if (value === true) return [option]
  if (value === false) return [option.replace('--', '--no-')]
  if (Array.isArray(value)) return value.flatMap((one) => wordsOf(name, one))
  if (typeof value !== 'object' || value === null) return [option, shellWord(String(value))]
  return Object.entries(value).flatMap(([k, v]) => [option, shellWord(`${k}=${v}`)])
}

/**
 * Write the command line that asks for the same numbers again.
 * @param args options as the command line gave them, by their names in camelCase.
 */
export function againCommand(command: string, path: string, args: object): string {
  const options = Object.entries(args).filter(([name]) => !BESIDE.has(name))
  const words = options.flatMap(([name, value]) => wordsOf(name, value))
  return ['breakwater', command, shellWord(path), ...words].join(' ')
}

/** Say which files were written. */
export function tellWritten(files: readonly string[]): void {
  for (const file of files) process.stderr.write(`wrote ${file}\n`)
}
