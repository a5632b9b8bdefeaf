import { dirname } from 'node:path'
import { createFiles, type Files } from '../sources/index.ts'
import { type Assumption, arranged, type Loaded, type WorldSpec } from '../world/index.ts'
import type { Catalog } from './catalog.ts'
import { type Compilation, type Compiled, compile } from './compile.ts'
import { DEFENCES } from './defences.ts'
import { ScenarioError } from './errors.ts'
import { loadOrder, neededSources } from './graph.ts'
import { loadSources, type SourceCache, sourceAssumptions } from './loading.ts'
import { checkOrder } from './order.ts'
import { checkValue, giveParameters, type Overrides } from './parameters.ts'
import {
  eachText,
  type Given,
  parameterReference,
  type Scope,
  sourceReference,
  substitute,
} from './references.ts'
import { createReport, type Report } from './report.ts'
import type { Order, Scenario } from './scenario.ts'
import { documentShape } from './sections.ts'
import { isTree, valueAt } from './shape.ts'

/** How to resolve a scenario. */
export type ResolveOptions = {
  /** Values that replace those of the parameters. */
  readonly set?: Overrides
  /** Reader of files, in place of the disk. */
  readonly files?: Files
  /** Sources loaded by earlier calls; filled by this one. */
  readonly cache?: SourceCache
}

/** A scenario with its data: everything that a world is built from, and what a report says of it. */
export type ResolvedScenario = {
  readonly spec: WorldSpec
  /** Values of all parameters, after `set`. */
  readonly parameters: Readonly<Record<string, number | string>>
  /** What each source gave, by its name in the scenario. */
  readonly loaded: Readonly<Record<string, Loaded>>
  readonly warnings: readonly string[]
  readonly order: Order
  /** Parameters that are assumed or cited, then what the sources assumed. */
  readonly assumptions: readonly Assumption[]
}

function throwIfAny(report: Report): void {
  if (report.problems.length > 0) throw new ScenarioError(report.problems)
}

/** Sections of the file in which references count. */
function usedSections(scenario: Scenario, catalog: Catalog): Record<string, unknown> {
  const shapes = documentShape(catalog).fields ?? {}
  const entries = Object.entries(scenario.document)
  return Object.fromEntries(entries.filter(([key]) => !shapes[key]?.literal))
}

function warningsOf(scenario: Scenario, catalog: Catalog): readonly string[] {
  const sections = usedSections(scenario, catalog)
  const written = scenario.parameters.map(
    ({ name, value }) => [name, { value, origin: '' }] as const,
  )
  const used = new Set<string | undefined>()
  eachText(sections, [], (text) => used.add(parameterReference(text)))
  const needed = neededSources(sections, new Map(written))
  const at = (section: string, name: string): string => {
    const [, , line, col] = scenario.lines[`${section}/${name}`] ?? [1, 1, 1, 1]
    return `${scenario.path}:${line}:${col}`
  }
  const parameters = scenario.parameters
    .filter((p) => !used.has(p.name) && !(p.name === DEFENCES && scenario.document[DEFENCES]))
    .map((p) => `${at('parameters', p.name)}: parameter "${p.name}" is never used`)
  const sources = Object.keys(isTree(scenario.document.sources) ? scenario.document.sources : {})
    .filter((name) => !needed.has(name))
    .map((name) => `${at('sources', name)}: source "${name}" is never used`)
  return [...parameters, ...sources]
}

/** Values of all parameters; those that data give are checked here. */
function finalValues(scenario: Scenario, scope: Scope): Record<string, number | string> {
  const values: Record<string, number | string> = {}
  for (const parameter of scenario.parameters) {
    const { name } = parameter
    const path = ['parameters', name, 'value']
    const given = scope.parameters.get(name)?.value ?? parameter.value
    const value = sourceReference(given) ? substitute(given, path, scope) : given
    const isScalar = typeof value === 'number' || typeof value === 'string'
    const checked = isScalar
      ? checkValue(parameter, value)
      : { message: `"${name}" must be a number or a text`, remedy: 'take another output' }
    if ('value' in checked) values[name] = checked.value
    else scope.report.value(path, checked.message, checked.remedy)
  }
  return values
}

function parameterAssumptions(
  scenario: Scenario,
  values: Readonly<Record<string, number | string>>,
): readonly Assumption[] {
  return scenario.parameters
    .filter((p) => p.assumption || p.source !== undefined)
    .map(({ name, value, unit, source }) => ({
      name,
      value: values[name] ?? value,
      unit,
      source: source ?? 'assumed',
      parameter: name,
    }))
}

function assumptionsOf(
  scenario: Scenario,
  values: Readonly<Record<string, number | string>>,
  loaded: ReadonlyMap<string, Loaded>,
  given: ReadonlyMap<string, Given>,
): readonly Assumption[] {
  const own = parameterAssumptions(scenario, values)
  const stated = new Set(own.map((a) => a.name))
  const others = [...loaded].flatMap(([name, data]) =>
    sourceAssumptions(data, valueAt(scenario.document, ['sources', name]), given),
  )
  // A parameter that the scenario itself lists is not listed again by the source that receives it.
  return [...own, ...others.filter((a) => a.parameter === undefined || !stated.has(a.parameter))]
}

function specOf({ assets, tickSeconds, ticks, chains, instances }: Compiled): WorldSpec {
  return { assets, tickSeconds, ticks, chains, instances }
}

/**
 * Put values into a scenario: overrides, loaded data, names, defaults.
 * @throws {ScenarioError} when anything is wrong, with all problems at once; {SourceError} when
 *   data cannot be used.
 */
export async function resolveScenarioWith(
  scenario: Scenario,
  catalog: Catalog,
  options: ResolveOptions = {},
): Promise<ResolvedScenario> {
  const report = createReport(scenario.path, scenario.text, scenario.lines)
  const parameters = giveParameters(scenario.parameters, options.set ?? {}, report)
  const { document } = scenario
  const loaded = new Map<string, Loaded>()
  const sources = Object.keys(isTree(document.sources) ? document.sources : {})
  const scope: Scope = {
    parameters,
    sources,
    outputs: (name) => loaded.get(name)?.outputs,
    offered: () => [],
    report,
  }
  const from: Compilation = { document, folder: dirname(scenario.path), catalog, scope }
  const declared = scenario.parameters.map((p) => p.name)
  let compiled = compile(from)
  checkOrder(scenario.order, scenario.parameters, declared, compiled.names)
  const order = loadOrder(document.sources, parameters, report)
  // Nothing is read from disk for a scenario that is wrong anyway.
  throwIfAny(report)
  if (order.length > 0) {
    const { names } = compiled
    const cache = options.cache ?? new Map<string, Loaded>()
    let files = options.files
    const open = (): Files => (files ??= createFiles())
    await loadSources(order, loaded, { from, names, cache, files: open, onDisk: !files })
    compiled = compile(from)
  }
  const values = finalValues(scenario, scope)
  throwIfAny(report)
  return {
    spec: arranged(specOf(compiled), catalog.models),
    parameters: values,
    loaded: Object.fromEntries(loaded),
    warnings: warningsOf(scenario, catalog),
    order: scenario.order,
    assumptions: assumptionsOf(scenario, values, loaded, parameters),
  }
}
