import { InterruptedError, shellWord } from '../experiments/index.ts'
import { interruptible } from './interrupt.ts'
import { progressLine } from './progress.ts'

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

/** What an experiment is watched by. */
type Watch = {
  readonly signal: AbortSignal
  readonly onProgress: (progress: { readonly paths: number; readonly of: number }) => void
}

/** Say that an interrupted experiment can go on. */
export function tellInterrupted(error: unknown, out: string | undefined): void {
  if (!(error instanceof InterruptedError)) return
  const kept =
    out === undefined
      ? 'nothing was kept; --out <dir> keeps finished paths'
      : `finished paths are in ${out}; the same command goes on from there`
  process.stderr.write(`interrupted: ${kept}\n`)
}

/** Do an experiment with a progress line; the first Ctrl-C stops it and says what was kept. */
export async function attended<T>(
  out: string | undefined,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  const line = progressLine()
  const { signal, release } = interruptible()
  const onProgress: Watch['onProgress'] = ({ paths, of }) =>
    line.show({ path: paths, paths: of, tick: 0, ticks: 0 })
  try {
    return await work({ signal, onProgress })
  } catch (error) {
    line.clear()
    tellInterrupted(error, out)
    throw error
  } finally {
    line.clear()
    release()
  }
}
