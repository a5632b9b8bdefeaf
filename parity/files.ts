import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatTrace, type Trace } from './trace.ts'

const VECTORS = join(import.meta.dirname, 'vectors')
const FOUND = join(VECTORS, 'found')

/** Read a protocol's recorded trace as text; empty when there is none. */
export function readTrace(name: string): string {
  const file = join(VECTORS, `${name}.json`)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** Write a protocol's recorded trace. */
export function writeTrace(trace: Trace): void {
  mkdirSync(VECTORS, { recursive: true })
  writeFileSync(join(VECTORS, `${trace.protocol}.json`), formatTrace(trace))
}

/** Files of differences that were found once, relative to parity/. */
export function foundFiles(): string[] {
  return existsSync(FOUND)
    ? readdirSync(FOUND)
        .filter((f) => f.endsWith('.json'))
        .map((f) => join(FOUND, f))
    : []
}

/**
 * Store the shortest steps to a difference as a vector of its own.
 * @param foreign true for contracts that are not those of the packages; `npm test` leaves theirs out.
 * @returns its file.
 */
export function writeFound(trace: Trace, { foreign }: { readonly foreign: boolean }): string {
  const folder = foreign ? join(import.meta.dirname, '.cache/found') : FOUND
  mkdirSync(folder, { recursive: true })
  const text = formatTrace(trace)
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8)
  const file = join(folder, `${trace.protocol}-${hash}.json`)
  writeFileSync(file, text)
  return file
}
