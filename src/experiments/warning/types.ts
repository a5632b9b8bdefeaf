import type { Branching, EarlyWarning, IndicatorTrend } from '../../measures/index.ts'
import { InputError } from '../../world/index.ts'
import type { JumpOwner } from '../cliff/types.ts'
import type { PathFailure } from '../plan.ts'
import type { Interval } from '../sensitivity/ranges.ts'

/** Thrown when there is nothing to watch, or in which to look for signs. */
export class WarningError extends InputError {
  override readonly name = 'WarningError'
}

/** Where the trouble of a path starts. */
export type Onset = {
  readonly tick: number
  /** How it was found, in words. */
  readonly by: string
}

/** One path: what its price showed before the trouble. */
export type WarnedPath = EarlyWarning & {
  readonly path: number
  /** Null when nothing happened; then the whole path was looked at. */
  readonly onset: (Onset & { readonly seconds: number }) | null
  readonly liquidations: number
}

/** How far the state as it is stands from the cliff. */
export type CliffDistance = {
  /** Parameter that is the shock, and the unit of `cliff`. */
  readonly shock: string
  readonly unit: string
  readonly measure: string
  /** Where loss turns systemic: of jumps that most paths share the first from no shock on; null when there is no cliff in the range. */
  readonly cliff: Interval | null
  /** 1 jump, 0 continuous, null none. */
  readonly kind: 1 | 0 | null
  /** How large the jump is, in `measureUnit`, and whose; null when there is none. */
  readonly jump: JumpOwner | null
  readonly measureUnit: string
  /** Asset that the shock falls on, and the change of its price at the cliff, a fraction. */
  readonly asset: string | null
  readonly move: Interval | null
  /** Values that were looked at. */
  readonly low: number
  readonly high: number
  readonly note: string
  readonly runs: number
}

/** Numbers at moments of a path, s from its start; thinned to what a chart can show. */
export type TimeLine = {
  readonly seconds: readonly number[]
  readonly values: readonly number[]
}

/** What was to be seen on one path over time. */
export type TimeLines = {
  readonly path: number
  /** Price of the watched asset, USD, as long after the event as before it; without one, over the whole path. */
  readonly price: TimeLine
  /** Indicators, each at the end of its window; all windows end before the onset. */
  readonly indicators: readonly (TimeLine & { readonly name: IndicatorTrend['name'] })[]
}

/** Early warning of a scenario as plain data: what `breakwater warn --json` prints. */
export type Warned = {
  readonly breakwater: string
  readonly experiment: 'warn'
  readonly scenario: string
  readonly seed: number
  readonly asset: string
  readonly verdict: EarlyWarning['verdict'] | 'no event'
  readonly note: string
  /** Share of the paths with an event that could be judged on which there was a warning. */
  readonly share: {
    readonly value: number
    readonly low: number
    readonly high: number
    readonly n: number
  } | null
  readonly paths: readonly WarnedPath[]
  /** Paths that could not be finished, and why. */
  readonly failures: readonly PathFailure[]
  /**
   * The path in the middle when those with an event are ordered by the lesser of the trends of variance and
   * lag-1 autocorrelation.
   */
  readonly lines: TimeLines
  /** How many liquidations one causes, on the first path; null with too few. */
  readonly branching: { readonly likelihood: Branching | null; readonly moment: Branching | null }
  /** Null when it was not asked for. */
  readonly distance: CliffDistance | null
}
