export { gaussianDetrend } from './detrend.ts'
export {
  BRANCHING_METHODS,
  type Branching,
  fitHawkes,
  type HawkesFit,
  momentBranching,
} from './hawkes.ts'
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
  type IndicatorLines,
  type IndicatorTrend,
  judgeTrends,
  type Trends,
  trendsOf,
  type WarningOptions,
} from './warning.ts'
