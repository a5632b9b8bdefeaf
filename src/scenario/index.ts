export {
  builtinCatalog,
  isCount,
  loadScenario,
  parseScenario,
  resolveScenario,
  scenarioSchema,
} from './builtin.ts'
export type { Catalog } from './catalog.ts'
export { formatProblem, type Problem, ScenarioError } from './errors.ts'
export { loadScenarioWith, parseScenarioWith } from './load.ts'
export type { SourceCache } from './loading.ts'
export type { Distribution, Overrides, Parameter } from './parameters.ts'
export { type ResolvedScenario, type ResolveOptions, resolveScenarioWith } from './resolve.ts'
export type { Order, Scenario } from './scenario.ts'
export { DEFAULT_MEASURE } from './sections.ts'
export { closest, didYouMean } from './suggest.ts'
