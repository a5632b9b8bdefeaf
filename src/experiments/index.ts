export { type Condition, ConditionError, parseCondition } from './condition.ts'
export { type MeasureResult, type RunDocument, replayCommand } from './document.ts'
export {
  InterruptedError,
  type Progress,
  RunOptionError,
  type RunOptions,
  type RunOutcome,
  run,
  runScenario,
} from './run.ts'
export { PACKAGE_VERSION } from './version.ts'
