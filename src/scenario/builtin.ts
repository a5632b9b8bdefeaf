import { COMPARISONS, MEASURES } from '../measures/index.ts'
import { MODELS } from '../mechanisms/index.ts'
import { SOURCES } from '../sources/index.ts'
import type { Catalog } from './catalog.ts'
import { loadScenarioWith, parseScenarioWith } from './load.ts'
import { type ResolvedScenario, type ResolveOptions, resolveScenarioWith } from './resolve.ts'
import type { Scenario } from './scenario.ts'
import { jsonSchema } from './schema.ts'
import { isCountWith } from './wholes.ts'

const BUILTIN: Catalog = {
  models: MODELS,
  sources: SOURCES,
  measures: [...MEASURES, ...COMPARISONS].map((m) => m.name),
  perLender: [...MEASURES, ...COMPARISONS].filter((m) => m.perLender).map((m) => m.name),
}

/** Every built-in model, source and measure. */
export function builtinCatalog(): Catalog {
  return BUILTIN
}

/**
 * Read and check a scenario file, without reading any data.
 * @throws {ScenarioError} when it cannot be read or anything is wrong, with all problems at once.
 * @example const scenario = loadScenario('scenarios/compound-v2-eth-crash.yaml')
 */
export function loadScenario(path: string): Scenario {
  return loadScenarioWith(path, builtinCatalog())
}

/**
 * Parse and check the text of a scenario, without reading any data.
 * @param path of its file: problems print it, and file names in it are relative to its folder.
 * @throws {ScenarioError} when anything is wrong, with all problems at once.
 */
export function parseScenario(text: string, path: string): Scenario {
  return parseScenarioWith(text, path, builtinCatalog())
}

/**
 * Put values into a scenario: overrides, loaded data, names, defaults.
 * @throws {ScenarioError} when anything is wrong, with all problems at once; {SourceError} when
 *   data cannot be used.
 * @example const { spec } = await resolveScenario(scenario, { set: { ethDrop: 0.3 } })
 */
export function resolveScenario(
  scenario: Scenario,
  options: ResolveOptions & Partial<Catalog> = {},
): Promise<ResolvedScenario> {
  const { models, sources, measures, perLender } = options
  const isBuiltin = !models && !sources && !measures && !perLender
  const catalog = isBuiltin
    ? BUILTIN
    : {
        models: models ?? BUILTIN.models,
        sources: sources ?? BUILTIN.sources,
        measures: measures ?? BUILTIN.measures,
        perLender: perLender ?? BUILTIN.perLender ?? [],
      }
  return resolveScenarioWith(scenario, catalog, options)
}

/** Tell whether a parameter counts something: it stands somewhere where whole numbers only may stand. */
export function isCount(scenario: Scenario, name: string): boolean {
  return isCountWith(scenario, BUILTIN, name)
}

/** The JSON Schema of scenario files, as committed in `docs/schema/scenario.schema.json`. */
export function scenarioSchema(): Record<string, unknown> {
  return jsonSchema(builtinCatalog())
}
