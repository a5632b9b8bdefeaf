export { gaussianDetrend } from './detrend.ts'
export { type Branching, fitHawkes, type HawkesFit, momentBranching } from './hawkes.ts'
export {
  type IndicatorName,
  rollingCrossCorrelation,
  rollingIndicators,
  type Windows,
} from './indicators.ts'
export { kendallTrend } from './kendall.ts'
export {
  ar1Surrogates,
  phaseSurrogates,
  type Surrogate,
  type SurrogateKind,
} from './surrogates.ts'
export {
  type EarlyWarning,
  earlyWarning,
  type IndicatorTrend,
  type WarningOptions,
} from './warning.ts'
