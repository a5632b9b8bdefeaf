import { fileURLToPath } from 'node:url'
import type { Loaded, ParamSpec, Params } from '../world/index.ts'
import { createFiles, type Files } from './files.ts'
import { SourceError } from './problems.ts'
import type { Source } from './source.ts'

/** Absolute path of a file of the repository's `data/`. */
export function dataPath(name: string): string {
  return fileURLToPath(new URL(`../../data/${name}`, import.meta.url))
}

/** Files that exist in memory only. */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array>>): Files {
  return createFiles((path) => {
    const content = contents[path]
    if (content === undefined) throw new Error('no such file')
    return typeof content === 'string' ? new TextEncoder().encode(content) : content
  })
}

/** Load with the defaults of the parameters that are not given. */
export async function loadWith(source: Source, params: Params, files: Files): Promise<Loaded> {
  const defaults = Object.entries(source.params).map(([name, spec]: [string, ParamSpec]) => [
    name,
    spec.default,
  ])
  return source.load({ ...Object.fromEntries(defaults), ...params }, files)
}

/** The problems that a load is refused with; empty when it is not refused. */
export async function problemsOf(
  load: () => Promise<unknown> | unknown,
): Promise<readonly string[]> {
  try {
    await load()
    return []
  } catch (error) {
    if (error instanceof SourceError) return error.problems
    throw error
  }
}

/** Value of a fact. */
export function fact(loaded: Loaded, name: string): number {
  return loaded.facts.find((entry) => entry.name === name)?.value ?? Number.NaN
}
