import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Catalog } from './catalog.ts'
import { compile } from './compile.ts'
import { withDefences } from './defences.ts'
import { readDocument } from './document.ts'
import { ScenarioError } from './errors.ts'
import { loadOrder } from './graph.ts'
import { checkMeasures, checkOrder, readOrder } from './order.ts'
import { parameterNames, readOverrides, readParameters } from './parameters.ts'
import type { Given } from './references.ts'
import { createReport } from './report.ts'
import type { Scenario } from './scenario.ts'
import { isTree, valueAt } from './shape.ts'
import { closest } from './suggest.ts'

/** Values as the file gives them; undefined where they are neither number nor text. */
function writtenValues(section: unknown): ReadonlyMap<string, Given> {
  const names = parameterNames(section)
  return new Map(
    names.map((name) => {
      const value = valueAt(section, [name, 'value'])
      const isScalar = typeof value === 'number' || typeof value === 'string'
      return [name, { value: isScalar ? value : undefined, origin: `$${name}` }]
    }),
  )
}

function textOf(tree: Readonly<Record<string, unknown>>, key: string, fallback: string): string {
  const value = tree[key]
  return typeof value === 'string' ? value : fallback
}

/** Names of the outputs that a source of the scenario gives, as its kind states them. */
function offeredOutputs(section: unknown, name: string, catalog: Catalog): readonly string[] {
  const kind = valueAt(section, [name, 'kind'])
  const source = catalog.sources.find((s) => s.kind === kind)
  return Object.keys(source?.outputs ?? {})
}

/**
 * Parse and check the text of a scenario, without reading any data.
 * @param path of its file: problems print it, and file names in it are relative to its folder.
 * @param catalog everything that the scenario may name.
 * @throws {ScenarioError} when anything is wrong, with all problems at once.
 */
export function parseScenarioWith(text: string, path: string, catalog: Catalog): Scenario {
  const { tree, lines, problems, readable } = readDocument(text, path)
  if (!readable || !isTree(tree)) throw new ScenarioError(problems)
  const report = createReport(path, text, lines)
  report.problems.push(...problems)
  const document = withDefences(tree)
  const written = writtenValues(document.parameters)
  const sources = Object.keys(isTree(tree.sources) ? tree.sources : {})
  const scope = {
    parameters: written,
    sources,
    outputs: () => undefined,
    offered: (name: string) => offeredOutputs(tree.sources, name, catalog),
    report,
  }
  const compiled = compile({ document, folder: dirname(path), catalog, scope })
  const parameters = readParameters(document.parameters, compiled.bad, report)
  const order = readOrder(tree.order)
  checkOrder(order, parameters, parameterNames(document.parameters), compiled.names)
  const measures = Array.isArray(tree.measures) ? tree.measures : []
  checkMeasures(measures, ['measures'], compiled.names)
  const overrides = (key: 'short' | 'calm') =>
    readOverrides([key], tree[key], parameters, [...written.keys()], report)
  const short = overrides('short')
  const calm = overrides('calm')
  loadOrder(tree.sources, written, report)
  if (report.problems.length > 0) throw new ScenarioError(report.problems)
  const name = textOf(tree, 'name', basename(path).replace(/\.ya?ml$/, ''))
  return {
    name,
    title: textOf(tree, 'title', name),
    description: textOf(tree, 'description', '').trim(),
    path,
    text,
    hash: createHash('sha256').update(text).digest('hex'),
    parameters,
    order,
    paths: compiled.paths,
    seed: compiled.seed,
    measures: (tree.measures as readonly string[] | undefined) ?? [],
    short,
    calm,
    document,
    lines,
  }
}

/** Scenario files of a folder; none when it cannot be read. */
function scenarioFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /\.ya?ml$/.test(name))
  } catch {
    return []
  }
}

function noFile(path: string, cause: unknown): ScenarioError {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  const folder = isFolder ? path : dirname(path)
  const known = scenarioFiles(folder)
  const close = isFolder ? [] : closest(basename(path), known)
  const listed = (close.length > 0 ? close : known.slice(0, 12)).map((n) => `"${join(folder, n)}"`)
  const remedy =
    close.length > 0
      ? `did you mean ${listed.join(' or ')}?`
      : `scenarios there: ${listed.join(', ') || 'none'}`
  const reason = isFolder ? 'is a folder, not a scenario file' : describeFailure(cause)
  const problem = { file: path, line: 0, col: 0, message: reason, remedy, frame: '' }
  return new ScenarioError([problem], { cause })
}

function describeFailure(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such scenario file'
  return `cannot be read (${message})`
}

function readText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (cause) {
    throw noFile(path, cause)
  }
}

/**
 * Read and check a scenario file, without reading any data.
 * @param catalog everything that the scenario may name.
 * @throws {ScenarioError} when it cannot be read or anything is wrong, with all problems at once.
 */
export function loadScenarioWith(path: string, catalog: Catalog): Scenario {
  return parseScenarioWith(readText(path), path, catalog)
}
