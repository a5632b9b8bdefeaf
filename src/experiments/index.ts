export { CHANNELS, type Channel, type CutWorlds } from './channels.ts'
export { ChannelError } from './compare.ts'
export { type Condition, ConditionError, parseCondition } from './condition.ts'
export {
  type ChannelResult,
  type MeasureResult,
  type RunDocument,
  replayCommand,
} from './document.ts'
export { measuresOf } from './names.ts'
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
