import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { DataSource } from '../world/index.ts'
import { SourceError } from './problems.ts'

/** Contents of a file; `sha256` is of the bytes as they lie on disk. */
export type FileText = { readonly text: string; readonly sha256: string }

/** The only way in which a source reads files. */
export type Files = {
  /**
   * Read a UTF-8 text; `.gz` is unpacked.
   * @param path absolute.
   * @throws {SourceError} when it cannot be read, is cut off, or is not UTF-8.
   */
  read(path: string): FileText
  /** What was read so far, in order of first reading. */
  readonly seen: readonly { readonly path: string; readonly sha256: string }[]
}

type ReadBytes = (path: string) => Uint8Array

function unpack(path: string, bytes: Uint8Array): Uint8Array {
  if (!path.endsWith('.gz')) return bytes
  try {
    return gunzipSync(bytes)
  } catch (cause) {
    const reason = (cause as Error).message
    throw new SourceError(
      [`${path}: cannot be unpacked (${reason}); it is cut off or not gzip: fetch it again`],
      { cause },
    )
  }
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new SourceError([`${path}: is not UTF-8 text; convert it, or unpack it first`], { cause })
  }
}

/** Make a reader that remembers what it read; each file is read and hashed once. */
export function createFiles(readBytes: ReadBytes = (path) => readFileSync(path)): Files {
  const known = new Map<string, FileText>()
  function load(path: string): FileText {
    let raw: Uint8Array
    try {
      raw = readBytes(path)
    } catch (cause) {
      const reason = (cause as Error).message
      throw new SourceError([`${path}: cannot be read (${reason}); check the path`], { cause })
    }
    const sha256 = createHash('sha256').update(raw).digest('hex')
    return { text: decode(path, unpack(path, raw)), sha256 }
  }
  return {
    read(path) {
      const before = known.get(path)
      if (before) return before
      const file = load(path)
      known.set(path, file)
      return file
    },
    get seen() {
      return [...known].map(([path, file]) => ({ path, sha256: file.sha256 }))
    },
  }
}

/** Describe a file that was read, for the report. */
export function dataSource(path: string, file: FileText, date: string): DataSource {
  return { source: basename(path), date, sha256: file.sha256 }
}
