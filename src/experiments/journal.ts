import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { makeFolders } from '../stores/folder.ts'
import { InputError } from '../world/index.ts'
import type { ChunkResult, PathFailure } from './plan.ts'

/** Thrown when a folder holds a journal that a run can neither use nor may overwrite. */
export class JournalError extends InputError {
  override readonly name = 'JournalError'
}

/** What a journal is bound to. */
export type JournalRun = {
  /** What the numbers follow from, as `runIdentity` names it. */
  readonly identity: string
  /** Numbers of a path. */
  readonly width: number
  /** The command, for whoever finds the file. */
  readonly command: string
}

/** Finished chunks of a run on disk. */
export type Journal = {
  readonly file: string
  /** Add a finished chunk; the file is made with the first one. */
  readonly append: (result: ChunkResult) => void
  readonly close: () => void
}

/** First word of the file: its format. */
const FORMAT = 'breakwater/journal/1'

/** Bytes before a record's own: their number and their CRC-32. */
const PREFIX = 8

/** Bytes of a record before its values: first path, end, bytes of the failures as JSON, unused. */
const HEAD = 16

/** Most bytes of a header line. */
const HEADER_LIMIT = 65536

/** A record: from, to, failures, values, all little-endian; each with its length and checksum. */
function recordOf({ from, to, values, failures, uncompared }: ChunkResult, width: number): Buffer {
  const end = to - uncompared
  const told = failures.length === 0 ? '' : JSON.stringify(failures)
  const text = Buffer.from(told)
  const numbers = (end - from) * width
  const record = Buffer.alloc(PREFIX + HEAD + text.length + numbers * 8)
  record.writeUInt32LE(record.length - PREFIX, 0)
  record.writeUInt32LE(from, PREFIX)
  record.writeUInt32LE(end, PREFIX + 4)
  record.writeUInt32LE(text.length, PREFIX + 8)
  text.copy(record, PREFIX + HEAD)
  const at = PREFIX + HEAD + text.length
  for (let k = 0; k < numbers; k++) record.writeDoubleLE(values[k]!, at + k * 8)
  record.writeUInt32LE(crc32(record.subarray(PREFIX)), 4)
  return record
}

function resultOf(record: Buffer, width: number): ChunkResult {
  const from = record.readUInt32LE(0)
  const to = record.readUInt32LE(4)
  const at = HEAD + record.readUInt32LE(8)
  const text = record.toString('utf8', HEAD, at)
  const failures: readonly PathFailure[] = text === '' ? [] : JSON.parse(text)
  const values = new Float64Array((to - from) * width)
  for (let k = 0; k < values.length; k++) values[k] = record.readDoubleLE(at + k * 8)
  return { run: 0, from, to, values, failures, uncompared: 0 }
}

function read(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, position))
}

/**
 * Read whole records up to the first that is torn.
 * @returns bytes of the file that are good.
 */
function replay(file: number, start: number, width: number, keep: (r: ChunkResult) => void) {
  const size = fstatSync(file).size
  let at = start
  while (at + PREFIX + HEAD <= size) {
    const prefix = read(file, at, PREFIX)
    const length = prefix.readUInt32LE(0)
    if (length < HEAD || at + PREFIX + length > size) break
    const record = read(file, at + PREFIX, length)
    if (crc32(record) !== prefix.readUInt32LE(4)) break
    keep(resultOf(record, width))
    at += PREFIX + length
  }
  return at
}

function runOf(text: string): JournalRun | null {
  try {
    const run: Partial<JournalRun> | null = JSON.parse(text)
    const { identity, width, command } = run ?? {}
    if (typeof identity !== 'string' || typeof width !== 'number') return null
    return { identity, width, command: String(command) }
  } catch {
    return null
  }
}

/**
 * Read the first line of a journal.
 * @returns `torn` when a killed process has left only a part of it; null when the file is no journal.
 */
function headerOf(
  file: number,
): { readonly run: JournalRun; readonly bytes: number } | 'torn' | null {
  const start = read(file, 0, HEADER_LIMIT)
  const end = start.indexOf(10)
  const line = start.toString('utf8', 0, end < 0 ? start.length : end)
  const mark = `${FORMAT} `
  if (end < 0 && start.length < HEADER_LIMIT && (mark.startsWith(line) || line.startsWith(mark)))
    return 'torn'
  const run = line.startsWith(mark) ? runOf(line.slice(mark.length)) : null
  return run && { run, bytes: end + 1 }
}

/** Open a file, or say why it cannot be. */
function openFile(path: string, flags: 'r+' | 'a'): number {
  try {
    makeFolders(dirname(path))
    return openSync(path, flags)
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new JournalError(
      `"${path}" cannot be opened (${why}); name a folder that you may write to`,
      { cause },
    )
  }
}

function readJournal(path: string, run: JournalRun, keep: (r: ChunkResult) => void): void {
  const file = openFile(path, 'r+')
  try {
    const header = headerOf(file)
    if (header === 'torn') {
      ftruncateSync(file, 0)
      return
    }
    if (header === null)
      throw new JournalError(
        `"${path}" is no journal of breakwater, or its first line is damaged; name another folder with --out, or move the file away`,
      )
    if (header.run.identity !== run.identity || header.run.width !== run.width)
      throw new JournalError(
        `"${path}" holds paths of another run, version or data (made by: ${header.run.command}); name another folder with --out, or delete that file to start anew`,
      )
    // What a killed process left half-written is cut off.
    ftruncateSync(file, replay(file, header.bytes, run.width, keep))
  } finally {
    closeSync(file)
  }
}

/**
 * Open the journal of a run in a folder: finished chunks are read, later ones appended.
 *
 * A record is one write, so that whatever kills the process leaves at most one torn record at the
 * end, which the next reader drops. Chunks may come in any order and more than once.
 * @param dir folder; `journal` in it is the file, made with the first record.
 * @param keep called with every chunk of the file.
 * @throws {JournalError} when the file is of another run, or no journal; it is left as it is.
 */
export function openJournal(
  dir: string,
  run: JournalRun,
  keep: (result: ChunkResult) => void,
): Journal {
  const path = join(dir, 'journal')
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) readJournal(path, run, keep)
  let file: number | null = null
  function open(): number {
    const opened = openFile(path, 'a')
    if (fstatSync(opened).size === 0) writeSync(opened, `${FORMAT} ${JSON.stringify(run)}\n`)
    return opened
  }
  return {
    file: path,
    append(result) {
      if (result.to - result.uncompared <= result.from) return
      file ??= open()
      const record = recordOf(result, run.width)
      if (writeSync(file, record) !== record.length)
        throw new JournalError(`"${path}" cannot be written to the end; is the disk full?`)
    },
    close() {
      if (file !== null) closeSync(file)
      file = null
    },
  }
}
