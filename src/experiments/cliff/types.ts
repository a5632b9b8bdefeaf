import { InputError } from '../../world/index.ts'
import type { Interval } from '../sensitivity/ranges.ts'

/** Thrown when a cliff is looked for in a way that cannot work. */
export class CliffError extends InputError {
  override readonly name = 'CliffError'
}

/** A place on the axis, and the shock there as a multiple of the scenario's. */
export type Place = { readonly x: number; readonly shock: number }

/**
 * The order parameter at some places: per place one value per path, on the same draws everywhere; NaN
 * where a path has none. Of a statistic over paths, one value per resample of the paths instead.
 */
export type Respond = (places: readonly Place[], paths: number) => Promise<readonly Float64Array[]>

/** What the values of a place say together, with a 95 % interval. */
export type Summary = (values: Float64Array) => Interval

/** Where and how finely a cliff is looked for. */
export type Search = {
  readonly low: number
  readonly high: number
  /** Paths at every place. */
  readonly paths: number
  /** Cells of the first grid. */
  readonly cells: number
  /** True when the axis is the shock itself, which then cannot be varied beside it. */
  readonly isShock: boolean
  /** True when the axis counts something: the first grid is of whole numbers. */
  readonly isWhole?: boolean
  /** How values of a place are taken together; default: their mean, Student's interval. */
  readonly summary?: Summary
  /** Lowest and highest value that the axis may have; default: there is no end. */
  readonly allowed?: readonly [low: number, high: number]
  /** End from which the first of several jumps is told; default `low`. */
  readonly from?: 'low' | 'high'
  /** `continuous` takes no jump for one, whose steps are known to be those of few accounts; default `any`. */
  readonly kinds?: 'any' | 'continuous'
  /** `coarse` takes fewer runs and gives wider intervals; default `full`. */
  readonly effort?: 'full' | 'coarse'
}

/** One place of the curve. */
export type CliffPoint = {
  readonly x: number
  /** Order parameter over the paths, with a 95 % interval; NaN bounds for one path. */
  readonly order: Interval
  /** Standard deviation over the paths as a share of the mean; NaN for one path or a mean of 0. */
  readonly relativeSd: number
  /** Response of the order parameter to a small extra shock, per unit of shock multiple. */
  readonly susceptibility: Interval
  /** Why no path has a value here; null where one has. */
  readonly gap: string | null
}

/** Values of the order parameter on both sides of a jump, and where they were read. */
export type Step = {
  /** The path that jumps, or the resample. */
  readonly path: number
  readonly from: number
  readonly to: number
  readonly below: number
  readonly above: number
}

/** A jump, and whose it is: means over the paths that were followed to it, with 95 % intervals; NaN ends for one. */
export type JumpOwner = {
  /** Change of the order parameter in the last bracket. */
  readonly size: Interval
  /** Accounts that are liquidated on one side of it and not on the other; null when unknown. */
  readonly accounts: Interval | null
  /** Those paths; of a statistic the one whose liquidations change most. */
  readonly paths: readonly number[]
  /** `accounts`: one or a few make it; `system`: many fall together; null when it cannot be told. */
  readonly of: 'accounts' | 'system' | null
  readonly note: string
}

/** What was found. */
export type Located = {
  /** Where it is, with a 95 % interval; null when there is none in the range. */
  readonly cliff: Interval | null
  /** 1 a jump, 0 continuous, null when there is none. */
  readonly kind: 1 | 0 | null
  /** Why so, in words. */
  readonly note: string
  /** The jumps of the paths that were followed to the last bracket; none where there is no jump. */
  readonly steps: readonly Step[]
  /** Share of the paths that jump there, or of resamples, which have NaN ends; null when there is no jump. */
  readonly share: Interval | null
  readonly curve: readonly CliffPoint[]
  /** A wider range, where the response is largest at an end so that a cliff may lie beyond it; else null. */
  readonly wider: { readonly low: number; readonly high: number } | null
  /** Where the order parameter scatters most for its size; null when the scatter has no peak inside. */
  readonly scatterPeak: Interval | null
}
