import { type Path, pathKey } from './document.ts'
import type { Report } from './report.ts'
import { isTree, valueAt } from './shape.ts'
import { didYouMean } from './suggest.ts'

/** A parameter's value with how to name it in messages: `$ethDrop` or `ethDrop=2`. */
export type Given = { readonly value: number | string | undefined; readonly origin: string }

/** Outputs of a loaded source; undefined as long as it is not loaded. */
export type Outputs = (source: string) => Readonly<Record<string, unknown>> | undefined

/** What `$name` and `@source.path` may refer to. */
export type Scope = {
  readonly parameters: ReadonlyMap<string, Given>
  readonly sources: readonly string[]
  readonly outputs: Outputs
  /** Names of the outputs of a source, known before it is loaded. */
  readonly offered: (source: string) => readonly string[]
  readonly report: Report
}

/** What a whole `$name` or `@source.path` looks like, as the JSON Schema prints it. */
export const REFERENCE: RegExp = /^(\$[A-Za-z_][A-Za-z0-9_]*|@[A-Za-z_][A-Za-z0-9_]*(\.[^.\s]+)+)$/

/** What a whole `@source.path` looks like. */
export const SOURCE_REFERENCE: RegExp = /^@[A-Za-z_][A-Za-z0-9_]*(\.[^.\s]+)+$/

/** Take a `@source.path` apart; undefined when a value is none. */
export function sourceReference(
  value: unknown,
): { readonly source: string; readonly keys: readonly string[] } | undefined {
  if (typeof value !== 'string' || !SOURCE_REFERENCE.test(value)) return undefined
  const [source, ...keys] = value.slice(1).split('.')
  return { source: source!, keys }
}

/** Name of the parameter that a whole `$name` refers to; undefined when a value is none. */
export function parameterReference(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('$')) return undefined
  return REFERENCE.test(value) ? value.slice(1) : undefined
}

/** Call back for every text in a tree. */
export function eachText(
  tree: unknown,
  path: Path,
  visit: (text: string, path: Path) => void,
): void {
  if (typeof tree === 'string') visit(tree, path)
  else if (typeof tree === 'object' && tree !== null) {
    for (const [key, value] of Object.entries(tree)) eachText(value, [...path, key], visit)
  }
}

function findOutput(text: string, path: Path, scope: Scope): unknown {
  const found = sourceReference(text)
  if (!found) {
    const remedy = "write '@source.path' with the name of a source and one of its outputs"
    scope.report.value(path, `"${text}" is not a source reference`, remedy)
    return text
  }
  if (!scope.sources.includes(found.source)) {
    const remedy = didYouMean(found.source, scope.sources)
    scope.report.value(path, `"${text}": no source is named "${found.source}"`, remedy)
    return text
  }
  let at: unknown = scope.outputs(found.source)
  if (at === undefined) {
    const offered = scope.offered(found.source)
    const [key = ''] = found.keys
    if (offered.length > 0 && !offered.includes(key)) {
      const message = `"${text}": "${found.source}" has no "${key}"`
      scope.report.value(path, message, didYouMean(key, offered))
    }
    return text
  }
  for (const [i, key] of found.keys.entries()) {
    const next = valueAt(at, [key])
    if (next === undefined) {
      const owner = [found.source, ...found.keys.slice(0, i)].join('.')
      const isPlain = typeof at === 'object' && at !== null && !ArrayBuffer.isView(at)
      const known = isPlain ? Object.keys(at as object) : []
      scope.report.value(path, `"${text}": "${owner}" has no "${key}"`, didYouMean(key, known))
      return text
    }
    at = next
  }
  scope.report.origins.set(pathKey(path), text)
  return at
}

function findParameter(text: string, path: Path, scope: Scope): unknown {
  const name = parameterReference(text)
  if (name === undefined) {
    const remedy = 'write $name with the name of a parameter, alone: there is no arithmetic'
    scope.report.value(path, `"${text}" is not a parameter reference`, remedy)
    return text
  }
  const given = scope.parameters.get(name)
  if (!given) {
    const remedy = didYouMean(name, scope.parameters.keys())
    scope.report.value(path, `"${text}": no parameter is named "${name}"`, remedy)
    return text
  }
  if (given.value === undefined) return text
  if (sourceReference(given.value)) return findOutput(String(given.value), path, scope)
  scope.report.origins.set(pathKey(path), given.origin)
  return given.value
}

function findText(text: string, path: Path, scope: Scope): unknown {
  if (text.startsWith('$')) return findParameter(text, path, scope)
  if (text.startsWith('@')) return findOutput(text, path, scope)
  const inside = /\$([A-Za-z_][A-Za-z0-9_]*)/.exec(text)?.[1]
  if (inside !== undefined && scope.parameters.has(inside)) {
    const remedy = `$${inside} stands for a whole value only: make the value a parameter of its own`
    scope.report.value(path, `"${text}" has a parameter inside a text`, remedy)
  }
  return text
}

/**
 * Put values in the place of every `$name` and `@source.path` of a tree. What is not known yet
 * stays as it is; what cannot be known is reported. Trees that sources gave are not searched.
 * @returns a new tree; the given one is untouched.
 */
export function substitute(tree: unknown, path: Path, scope: Scope): unknown {
  if (typeof tree === 'string') return findText(tree, path, scope)
  if (Array.isArray(tree)) return tree.map((item, i) => substitute(item, [...path, i], scope))
  if (!isTree(tree)) return tree
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, substitute(value, [...path, key], scope)]),
  )
}
