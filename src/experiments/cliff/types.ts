import type { Interval } from '../sensitivity/ranges.ts'

/** Thrown when a cliff is looked for in a way that cannot work. */
export class CliffError extends Error {
  override readonly name = 'CliffError'
}

/** A place on the axis, and the shock there as a multiple of the scenario's. */
export type Place = { readonly x: number; readonly shock: number }

/**
 * The order parameter at some places: per place one value per path, on the same draws everywhere; NaN
 * where a path has none.
 */
export type Respond = (places: readonly Place[], paths: number) => Promise<readonly Float64Array[]>

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
}

/** One place of the curve. */
export type CliffPoint = {
  readonly x: number
  /** Mean order parameter over the paths, with a 95 % interval; NaN bounds for one path. */
  readonly order: Interval
  /** Standard deviation over the paths as a share of the mean; NaN for one path or a mean of 0. */
  readonly relativeSd: number
  /** Response of the order parameter to a small extra shock, per unit of shock multiple. */
  readonly susceptibility: Interval
}

/** What was found. */
export type Located = {
  /** Where it is, with a 95 % interval; null when there is none in the range. */
  readonly cliff: Interval | null
  /** 1 a jump, 0 continuous, null when there is none. */
  readonly kind: 1 | 0 | null
  /** Why so, in words. */
  readonly note: string
  readonly curve: readonly CliffPoint[]
}
