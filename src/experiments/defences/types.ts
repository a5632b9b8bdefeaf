import type { Overrides, Scenario } from '../../scenario/index.ts'
import { InputError } from '../../world/index.ts'
import type { Estimate } from '../estimate.ts'

/** Thrown when things are compared in a way that cannot work. */
export class CompareError extends InputError {
  override readonly name = 'CompareError'
}

/** What one side of a comparison is made of. */
export type ArmKind = 'base' | 'defence' | 'pair' | 'together' | 'alternative'

/** One world that is compared with the base on the same paths. */
export type Arm = {
  readonly name: string
  readonly kind: ArmKind
  /** Defences that are switched on; none in alternatives. */
  readonly parts: readonly string[]
  /** Values of parameters beside those of all worlds. */
  readonly set: Overrides
  readonly scenario: Scenario
}

/** Whether the shock comes, or the same paths pass without it. */
export type Weather = 'stress' | 'calm'

/**
 * What is known of a difference: on which side of 0 it lies, that it is 0 on nearly all paths, or neither. All
 * verdicts of one comparison hold together with 95 %.
 */
export type Verdict = 'helps' | 'harms' | 'no effect' | 'cannot tell'

/** A difference between worlds on the same paths, and what follows from it. */
export type Effect = Estimate & { readonly verdict: Verdict }

/** A measure under one arm less that of the base: positive numbers are more of it. */
export type Change = Estimate & { readonly measure: string; readonly unit: string }

/** Who pays more (positive) or less than without the arm, under stress. */
export type Payer = Change & { readonly who: string }

/** One arm against the base. */
export type ArmResult = {
  readonly name: string
  readonly kind: ArmKind
  readonly parts: readonly string[]
  readonly set: Overrides
  /** The compared measure under stress. */
  readonly level: Estimate
  /** How much better it is than the base's, in the measure's own direction; null for the base. */
  readonly avoided: Effect | null
  /** What it costs in calm weather, measure by measure; null when the scenario has no calm weather. */
  readonly costs: readonly Change[] | null
  readonly payers: readonly Payer[]
}

/** How two defences act on one another. */
export type Interaction = {
  readonly pair: readonly [string, string]
  /** What the pair avoids beyond the sum of what each avoids alone. */
  readonly extra: Estimate
  readonly verdict: 'add up' | 'help each other' | 'overlap' | 'cannot tell'
}

/** One place of the ranking. */
export type Ranked = {
  readonly name: string
  /** Best place that it may have: 1 + those that are surely better. */
  readonly rank: number
  /** Worst place that it may have. */
  readonly worst: number
  readonly avoided: number
  /** Those that are neither surely better nor surely worse. */
  readonly cannotTell: readonly string[]
  /** Those that do the same on every path. */
  readonly same: readonly string[]
}

/** Everything that was compared. */
export type Compared = {
  readonly scenario: string
  readonly seed: number
  readonly measure: { readonly name: string; readonly unit: string; readonly better: string }
  /** Statistic over the paths that is compared. */
  readonly statistic: string
  /** Values of parameters in all worlds. */
  readonly set: Overrides
  /** Values of parameters in calm weather; null when the scenario has none. */
  readonly calm: Overrides | null
  /** Paths that were run in every world, and how many of them have a value in all. */
  readonly paths: number
  readonly compared: number
  /** Whether the paths differ in nothing, so that numbers are exact. */
  readonly isCertain: boolean
  /** The base first. */
  readonly arms: readonly ArmResult[]
  readonly interactions: readonly Interaction[]
  readonly ranking: readonly Ranked[]
  readonly rows: readonly DifferenceRow[]
  /** Paths that were run in all. */
  readonly runs: number
}

/** One measure of one path with an arm and without it. */
export type DifferenceRow = {
  readonly path: number
  readonly weather: Weather
  readonly arm: string
  readonly measure: string
  readonly base: number
  readonly value: number
}
