export {
  InterruptedError,
  type MeasureResult,
  PathFailedError,
  type Progress,
  type RunDocument,
  RunOptionError,
  type RunOptions,
  run,
} from './experiments/index.ts'
export { loadScenario, type Scenario, ScenarioError } from './scenario/index.ts'
export { SourceError } from './sources/index.ts'
