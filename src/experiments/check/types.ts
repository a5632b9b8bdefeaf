import type { Overrides } from '../../scenario/index.ts'
import { InputError } from '../../world/index.ts'

/** Thrown when a check cannot be made: no baseline, or one of something else. */
export class CheckError extends InputError {
  override readonly name = 'CheckError'
}

/** What the draws of a scenario's paths follow from, beside its seed. */
export type DrawsOf = {
  readonly engine: string
  readonly tickSeconds: number
  /** Kind of every exogenous process, by its name. */
  readonly drivers: Readonly<Record<string, string>>
}

/** A number of a path as JSON can hold it; null where the path has none. */
export type StoredNumber = number | null | 'Infinity' | '-Infinity'

/** Numbers of one scenario, as a baseline keeps them. */
export type BaselineEntry = {
  /** sha256 of the scenario's text. */
  readonly hash: string
  readonly seed: number
  readonly paths: number
  readonly short: boolean
  readonly set: Overrides
  readonly draws: DrawsOf
  /** Whether all paths agree in everything, so that one tells all. */
  readonly isCertain: boolean
  readonly failedPaths: readonly number[]
  /** Per measure one number per path. */
  readonly measures: Readonly<Record<string, readonly StoredNumber[]>>
}

/** What a baseline file holds. */
export type Baseline = {
  readonly breakwater: string
  /** Version of this format. */
  readonly baseline: 1
  /** By the name of the scenario. */
  readonly scenarios: Readonly<Record<string, BaselineEntry>>
}

/** What became of a measure; `cannot tell` where chance alone could have made the difference. */
export type CheckVerdict = 'worse' | 'better' | 'same' | 'cannot tell'

/** One measure of one scenario against the baseline. */
export type CheckRow = {
  readonly scenario: string
  readonly measure: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  /** Means over the paths that are compared; null when there are none. */
  readonly before: number | null
  readonly after: number | null
  /** How much worse it is, in the direction of the measure, with a 95 % interval. */
  readonly worsening: number | null
  readonly low: number | null
  readonly high: number | null
  /** Chance of a difference as large, either way, without any; adjusted for all of the check (Holm). */
  readonly p: number
  readonly adjusted: number
  /** Paths that are compared: that have a finite number on both sides. */
  readonly n: number
  /** Paths that have no finite number now and had one; a worsening only where they became infinitely bad. */
  readonly lost: number
  /** Paths the other way round. */
  readonly gained: number
  readonly isPaired: boolean
  readonly method: string
  readonly verdict: CheckVerdict
}

/** One scenario against the baseline. */
export type CheckedScenario = {
  readonly scenario: string
  readonly seed: number
  readonly paths: number
  /** What differs from the baseline beside the numbers, in words. */
  readonly notes: readonly string[]
  /** Paths that failed, then and now; more of them is a worsening. */
  readonly failedBefore: number
  readonly failedNow: number
}

/** A check as plain data: what `breakwater check --json` prints. */
export type Checked = {
  readonly breakwater: string
  readonly experiment: 'check'
  readonly method: string
  readonly scenarios: readonly CheckedScenario[]
  readonly rows: readonly CheckRow[]
  /** Measures that worsened, and scenarios of which more paths fail. */
  readonly worse: number
}
