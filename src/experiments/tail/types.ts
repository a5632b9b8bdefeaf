import { InputError } from '../../world/index.ts'
/** Thrown when a tail cannot be asked for as it is. */
export class TailError extends InputError {
  override readonly name = 'TailError'
}

/** How the probability of a rare event is estimated. */
export type TailMethod = 'plain' | 'importance' | 'splitting'

/**
 * Points of independent standard normals whose limit states are asked for. They are read before the
 * next request and never kept: rows are reused.
 */
export type Request = {
  readonly points: readonly Float64Array[]
  /** Evaluations asked for before this request: the number of its first point. */
  readonly first: number
}

/** A computation that asks for limit states, one per point, and ends with a result. */
export type Sampler<T> = Generator<Request, T, ArrayLike<number>>

/** An estimate before it is put into words; `probability` may be 0. */
export type Estimate = {
  readonly probability: number
  readonly standardError: number
  readonly low: number
  readonly high: number
  /** How the interval was made. */
  readonly interval: string
  /** Number of failures that plain Monte Carlo would need for the same accuracy. */
  readonly effectiveSampleSize: number
  /** Share of the estimate that its largest term has: 1 when one sample decides. */
  readonly maxWeightShare: number
  /** Why the estimate is none; '' when it is one. */
  readonly reason: string
}

/** Probability of a rare event with its error. */
export type TailEstimate = {
  readonly method: TailMethod
  /** Probability of failure; null when the method found none that could be printed: see `reason`. */
  readonly probability: number | null
  /** Ends of the 95 % interval; 0 and an upper bound when there is no probability. */
  readonly low: number
  readonly high: number
  readonly interval: string
  readonly standardError: number | null
  /** standardError / probability. */
  readonly coefficientOfVariation: number | null
  /** Number of failures that plain Monte Carlo would need for the same accuracy. */
  readonly effectiveSampleSize: number
  /** Share of the estimate that its largest term has: 1 when one sample decides. */
  readonly maxWeightShare: number
  /** Limit states that were computed; never more than the budget. */
  readonly evaluations: number
  /** Why there is no probability; '' when there is one. */
  readonly reason: string
}

/** Probability of a condition on one path of a scenario. */
export type TailResult = TailEstimate & {
  /** The condition as it was asked. */
  readonly condition: string
  /** Standard normals that steer the drivers of a path. */
  readonly dimension: number
}
