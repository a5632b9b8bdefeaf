export type { AbsentChannel } from './attribution/cuttable.ts'
export {
  type AttributedChannel,
  type AttributionDocument,
  attributionDocument,
} from './attribution/document.ts'
export { AttributionError } from './attribution/errors.ts'
export {
  type Attribution,
  type AttributionOptions,
  attribute,
  type ChannelShare,
  type ShareVerdict,
  usualMeasure,
} from './attribution/scenario.ts'
export {
  type Division,
  type DivisionOptions,
  type Game,
  type Share,
  shapley,
} from './attribution/shapley.ts'
export { type ChanceOptions, isRandom } from './chance.ts'
export { ADVERSARIES, CHANNELS, type Channel, type CutWorlds, movesPools } from './channels.ts'
export {
  BASELINE_VERSION,
  checkBaselineFile,
  readBaseline,
  writeBaseline,
} from './check/baseline.ts'
export { type CheckOptions, checkScenarios, makeBaseline } from './check/check.ts'
export {
  type Baseline,
  type BaselineEntry,
  CheckError,
  type Checked,
  type CheckedScenario,
  type CheckRow,
  type CheckVerdict,
} from './check/types.ts'
export type { ChangePoint } from './cliff/changePoint.ts'
export { type CliffDocument, type CliffMeasure, cliffDocument } from './cliff/document.ts'
export type { Growth, Sized } from './cliff/growth.ts'
export type { Hysteresis } from './cliff/hysteresis.ts'
export { locate } from './cliff/locate.ts'
export { checkVary, isCalm, type Shock, shockOf, type Vary } from './cliff/order.ts'
export { type CliffOptions, findCliff, type ScenarioCliff } from './cliff/scenario.ts'
export {
  CliffError,
  type CliffPoint,
  type JumpOwner,
  type Located,
  type Place as CliffPlace,
  type Respond,
  type Search,
  type Step,
  type Summary,
} from './cliff/types.ts'
export { ChannelError } from './compare.ts'
export {
  type Condition,
  ConditionError,
  type Objective,
  parseCondition,
  parseObjective,
  parseStopRule,
  type StopRule,
} from './condition.ts'
export { type CompareOptions, compareDefences } from './defences/compare.ts'
export { type CompareDocument, type CompareMeasure, compareDocument } from './defences/document.ts'
export {
  type Arm,
  type ArmKind,
  type ArmResult,
  type Change,
  type Compared,
  CompareError,
  type DifferenceRow,
  type Effect,
  type Interaction,
  type Payer,
  type Ranked,
  type Verdict,
  type Weather,
} from './defences/types.ts'
export type {
  ChannelResult,
  MeasureResult,
  RunDocument,
} from './document.ts'
export { InterruptedError, PathFailedError, RunOptionError } from './errors.ts'
export type { Estimate, EstimateOptions, Statistic } from './estimate.ts'
export type { Execution, Executor, Reached } from './execution.ts'
export { openExecutor } from './executor.ts'
export { JournalError } from './journal.ts'
export { KnobError, resolveRun, type Variable, variableOf, variablesHint } from './knobs.ts'
export { createLane, type Lane } from './lane.ts'
export { type Mispricing, type Mispricings, mispricingsOf, namesRead } from './mispricing.ts'
export { measuresOf } from './names.ts'
export { createPairedSum, type PairedSum, type PairedTerm } from './paired.ts'
export type { Chunk, ChunkResult, PathFailure, RunPlan } from './plan.ts'
export { type Quantity, quantityOf } from './quantity.ts'
export { type Replayed, replayCommand, shellWord } from './replay.ts'
export {
  type AtLevel,
  type ExitTimes,
  exitTimes,
  expectedShortfall,
  liquidationsAtRisk,
  probabilityOfInsolvency,
  type Risk,
  type RiskOptions,
  valueAtRisk,
} from './risk.ts'
export { type RunOutcome, run, runScenario } from './run.ts'
export type { Correlations } from './sensitivity/copula.ts'
export type { Law } from './sensitivity/laws.ts'
export {
  type MorrisDesign,
  type MorrisEffect,
  type MorrisOptions,
  morris,
} from './sensitivity/morris.ts'
export {
  type Interval,
  type Range,
  type Ranges,
  type Response,
  SensitivityError,
} from './sensitivity/ranges.ts'
export {
  type Correlation,
  checkSensitivity,
  type ParameterSensitivity,
  type ScenarioSensitivity,
  type SensitivityMethod,
  type SensitivityOptions,
  sensitivityOf,
} from './sensitivity/scenario.ts'
export { type ShapleyEffects, type ShapleyOptions, shapleyEffects } from './sensitivity/shapley.ts'
export { type SobolIndices, type SobolOptions, sobolIndices } from './sensitivity/sobolIndices.ts'
export type { Skipped } from './sensitivity/vary.ts'
export { statisticOf } from './statistics.ts'
export {
  openSurvey,
  type Sample,
  type Survey,
  type SurveyKept,
  type SurveyOptions,
  type SurveyProgress,
} from './survey.ts'
export { type SweepDocument, sweepDocument } from './sweep/document.ts'
export type { Axis, MeshCell } from './sweep/mesh.ts'
export {
  type LinePoint,
  type Sweep,
  type SweepAxis,
  type SweepOptions,
  type SweepPoint,
  sweep,
} from './sweep/scenario.ts'
export { estimateTail, type TailOptions } from './tail/estimate.ts'
export { type EvenColumn, evenDraws } from './tail/evenDraws.ts'
export { type LastParticle, lastParticle } from './tail/lastParticle.ts'
export { runTail, type TailRunOptions } from './tail/scenario.ts'
export { TailError, type TailEstimate, type TailMethod, type TailResult } from './tail/types.ts'
export type { Progress, RunOptions } from './task.ts'
export { WorkerError } from './threads.ts'
export {
  type CapDocument,
  capDocument,
  type TuneDocument,
  tuneDocument,
} from './tune/document.ts'
export { type TuneOptions, tune } from './tune/scenario.ts'
export { type SizeOptions, sizeCap } from './tune/size.ts'
export {
  type BesideFrontier,
  type Frontier,
  type FrontierPoint,
  type Kept,
  type Marginal,
  type NearCliff,
  type Place,
  type Rival,
  type SizedCap,
  type Tuned,
  TuneError,
} from './tune/types.ts'
export { PACKAGE_VERSION } from './version.ts'
export { type DistanceOptions, distanceToCliff } from './warning/distance.ts'
export {
  type CliffDistance,
  type Onset,
  type TimeLine,
  type TimeLines,
  type Warned,
  type WarnedPath,
  WarningError,
} from './warning/types.ts'
export { type WarnOptions, warn } from './warning/warn.ts'
