export {
  type MeasureResult,
  type Progress,
  type RunDocument,
  type RunOptions,
  run,
} from './experiments/index.ts'
export { loadScenario, type Scenario, ScenarioError } from './scenario/index.ts'
