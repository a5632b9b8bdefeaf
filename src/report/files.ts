import {
  accessSync,
  constants,
  existsSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { makeFolders } from '../stores/folder.ts'
import { InputError } from '../world/index.ts'

/** Thrown when a report cannot be written where it was asked for. */
export class OutputError extends InputError {
  override readonly name = 'OutputError'
}

/**
 * Check that the folder of a report is there or can be made, without making it.
 * @throws {OutputError} when the path, or what it lies in, is a file or cannot be written.
 */
export function checkFolder(dir: string): void {
  let place = resolve(dir)
  while (!existsSync(place)) place = dirname(place)
  if (!statSync(place).isDirectory())
    throw new OutputError(
      `--out "${dir}": "${place}" is a file; name a folder, or move the file away`,
    )
  try {
    accessSync(place, constants.W_OK)
  } catch (cause) {
    throw new OutputError(
      `--out "${dir}": "${place}" cannot be written; name a folder that you may write to`,
      { cause },
    )
  }
}

/**
 * Make the folder of a report.
 * @throws {OutputError} when the path is a file or the folder cannot be made.
 */
export function makeFolder(dir: string): void {
  const found = statSync(dir, { throwIfNoEntry: false })
  if (found && !found.isDirectory())
    throw new OutputError(`--out "${dir}" is a file; name a folder, or move the file away`)
  try {
    makeFolders(dir)
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new OutputError(
      `--out "${dir}": the folder cannot be made (${why}); name one that you may write to`,
      { cause },
    )
  }
}

/** A file to write: its text, or a function that writes it to the path that it is given. */
export type Output = {
  readonly name: string
  readonly content: string | ((path: string) => Promise<void>)
}

/**
 * Write files to temporary names, and rename them when all are complete: no file is ever half-written,
 * and an older report stays until the new one is there.
 * @returns the paths, in the order of `outputs`.
 * @throws {OutputError} when something cannot be written.
 */
export async function writeAll(dir: string, outputs: readonly Output[]): Promise<string[]> {
  const temporary = outputs.map(({ name }) => join(dir, `.${name}.${process.pid}.tmp`))
  try {
    for (const [k, { content }] of outputs.entries()) {
      if (typeof content === 'string') writeFileSync(temporary[k]!, content)
      else await content(temporary[k]!)
    }
    return outputs.map(({ name }, k) => {
      renameSync(temporary[k]!, join(dir, name))
      return join(dir, name)
    })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new OutputError(`the report cannot be written to "${dir}": ${why}`, { cause })
  } finally {
    for (const path of temporary) rmSync(path, { force: true })
  }
}
