import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Files, Source } from '../sources/index.ts'
import type { Assumption, Loaded, Params } from '../world/index.ts'
import type { Compilation, Compiled } from './compile.ts'
import { convertFields } from './convert.ts'
import type { Path } from './document.ts'
import { quote, ScenarioError } from './errors.ts'
import { checkShape } from './issues.ts'
import { type Given, parameterReference, sourceReference, substitute } from './references.ts'
import { sourcesShape } from './sections.ts'
import { isTree } from './shape.ts'
import { closest } from './suggest.ts'

/** Loaded sources by kind and parameters, so that runs with other parameters read no file again. */
export type SourceCache = Map<string, Loaded>

/** What loading needs beside the scenario. */
export type Loading = {
  readonly from: Compilation
  readonly names: Compiled['names']
  readonly cache: SourceCache
  /** Reader of files, made when first needed. */
  readonly files: () => Files
  /** Whether `files` reads the disk, so that missing files can be told beforehand. */
  readonly onDisk: boolean
}

function closeFiles(path: string): string {
  try {
    const close = closest(basename(path), readdirSync(dirname(path))).map((n) => `"${n}"`)
    return close.length > 0 ? `did you mean ${close.join(' or ')}?` : 'check the path'
  } catch {
    return `there is no folder ${quote(dirname(path))}`
  }
}

function checkFiles(source: Source, params: Params, path: Path, loading: Loading): void {
  if (!loading.onDisk) return
  for (const [key, spec] of Object.entries(source.params)) {
    const file = params[key]
    if (spec.type !== 'file' || typeof file !== 'string' || existsSync(file)) continue
    const message = `there is no file ${quote(file)}`
    loading.from.scope.report.value([...path, key], message, closeFiles(file))
  }
}

/**
 * Name what a source is asked for: its entry with parameters filled in, and the names of upstream
 * sources replaced by what those are asked for.
 */
function keyOf(name: string, loading: Loading): string {
  const { scope, document, folder } = loading.from
  const entry = isTree(document.sources) ? document.sources[name] : undefined
  return JSON.stringify([folder, entry], (_, value: unknown) => {
    const parameter = parameterReference(value)
    const given = parameter === undefined ? value : scope.parameters.get(parameter)?.value
    const upstream = sourceReference(given)
    return upstream ? [keyOf(upstream.source, loading), upstream.keys] : given
  })
}

async function loadSource(name: string, loading: Loading): Promise<Loaded> {
  const { scope, catalog, document } = loading.from
  const { report } = scope
  const path = ['sources', name]
  const entry = isTree(document.sources) ? document.sources[name] : undefined
  const value = substitute(entry, path, scope)
  const parameters = [...scope.parameters.keys()]
  checkShape({ shape: sourcesShape(catalog), value, path, report, parameters })
  const source = catalog.sources.find((s) => isTree(value) && s.kind === value.kind)!
  const params = convertFields(source.params, value, path, loading.names)
  checkFiles(source, params, path, loading)
  if (report.problems.length > 0) throw new ScenarioError(report.problems)
  return source.load(params, loading.files())
}

/**
 * Load sources one after the other.
 * @param order names, each after those whose outputs it uses.
 * @param into receives what was loaded, by name.
 * @throws {ScenarioError} when a source's parameters turn out to be wrong, {SourceError} when its
 *   data cannot be used.
 */
export async function loadSources(
  order: readonly string[],
  into: Map<string, Loaded>,
  loading: Loading,
): Promise<void> {
  for (const name of order) {
    const key = keyOf(name, loading)
    const loaded = loading.cache.get(key) ?? (await loadSource(name, loading))
    loading.cache.set(key, loaded)
    into.set(name, loaded)
  }
}

/**
 * Assumptions that a source made, with the scenario parameter that changes each of them: the one
 * that the source's entry uses for the source's own parameter.
 */
export function sourceAssumptions(
  loaded: Loaded,
  entry: unknown,
  parameters: ReadonlyMap<string, Given>,
): readonly Assumption[] {
  return loaded.assumptions.map(({ parameter, ...assumption }) => {
    const own = parameter === undefined || !isTree(entry) ? undefined : entry[parameter]
    const name = parameterReference(own)
    return name !== undefined && parameters.has(name)
      ? { ...assumption, parameter: name }
      : assumption
  })
}
