import { InputError } from '../../world/index.ts'
import type { Vary } from '../cliff/order.ts'
import type { Estimate } from '../estimate.ts'

/** Thrown when a scenario is tuned in a way that cannot work. */
export class TuneError extends InputError {
  override readonly name = 'TuneError'
}

/** A constraint on paths that the search has not seen. */
export type Kept = {
  readonly text: string
  /** Left side on fresh paths; on the paths of the search where paths do not differ. */
  readonly left: Estimate
  readonly bound: number
  /** `cannot tell` where the interval covers the bound, or there is none. */
  readonly verdict: 'kept' | 'missed' | 'cannot tell'
}

/** Values of the parameters, and what they are worth. */
export type Place = {
  /** Per varied parameter; empty for the scenario as it is. */
  readonly at: Readonly<Record<string, number>>
  /** The objective on the paths of the search: of the best point, too good. */
  readonly searched: number
  /** The objective on fresh paths. */
  readonly fresh: Estimate
  readonly constraints: readonly Kept[]
}

/** A place beside the tuned one. */
export type Rival = Place & {
  /** Its objective less that of the tuned place, on the same fresh paths; above 0 the tuned one is better. */
  readonly more: Estimate
}

/** What a small step of one parameter from the tuned place does to the loss, on fresh paths. */
export type Marginal = {
  readonly name: string
  /** A point (0.01) of a fraction or ratio; 1 % of the range of others. */
  readonly step: number
  /** Loss above the step less loss below it; at the upper end of the range the step ends there. */
  readonly change: Estimate
}

/** How far the tuned place is from a cliff along one parameter. */
export type NearCliff = {
  readonly name: string
  /** Null when none was found in the range. */
  readonly cliff: { readonly value: number; readonly low: number; readonly high: number } | null
  /** Tuned value less cliff, in halves of the width of the cliff's interval; null without a cliff. */
  readonly distance: number | null
  /** The same as a share of the range. */
  readonly share: number | null
  readonly isNear: boolean
  readonly note: string
}

/** One point of the frontier on fresh paths. */
export type FrontierPoint = {
  readonly at: Readonly<Record<string, number>>
  readonly efficiency: Estimate
  readonly loss: Estimate
  /** Loss that one more unit of efficiency costs from here to the next point; null at the end. */
  readonly slope: number | null
}

/** A place beside the frontier, on fresh paths. */
export type BesideFrontier = Pick<FrontierPoint, 'efficiency' | 'loss'>

/** The most efficient points for their loss, by rising efficiency. */
export type Frontier = {
  readonly efficiency: string
  readonly loss: string
  readonly points: readonly FrontierPoint[]
  /** The tuned place, and the scenario as it is. */
  readonly tuned: BesideFrontier
  readonly asItIs: BesideFrontier
  /**
   * Efficiency at the knee: the point farthest below the chord between the ends with both axes from 0 to
   * 1. The interval is that of resamples of the fresh paths, no finer than the points lie; null where there
   * is no knee, and where one path has no error.
   */
  readonly knee: Readonly<Record<'value' | 'low' | 'high', number>> | null
  readonly note: string
}

/** A tuned scenario. */
export type Tuned = {
  readonly scenario: string
  readonly seed: number
  /** Seed of the paths on which what was found is estimated again. */
  readonly freshSeed: number
  readonly objective: string
  readonly subjectTo: readonly string[]
  readonly vary: readonly Vary[]
  /** Whether paths differ: without chance what is told is exact. */
  readonly isRandom: boolean
  /**
   * The best feasible point of all that were tried: of the best of the search, along the frontier and at
   * random, each by the paths of the search, that which is best on paths of its own; null when none was found.
   */
  readonly best: Place | null
  readonly note: string
  /** Where no point was feasible: the nearest, and by how much it misses each constraint. */
  readonly nearest: {
    readonly at: Readonly<Record<string, number>>
    readonly missed: readonly { readonly text: string; readonly by: number }[]
  } | null
  /** The scenario as it is; null without a best point. */
  readonly asItIs: Rival | null
  /** The best feasible point of the search, where another was chosen; else null. */
  readonly bySearch: Rival | null
  /** The best of as many points at random; null where none of them is feasible. */
  readonly atRandom: Rival | null
  readonly lossMeasure: string
  readonly marginals: readonly Marginal[]
  readonly cliffs: readonly NearCliff[]
  /** Null when no efficiency was named. */
  readonly frontier: Frontier | null
  /** Points that the search asked for, and as many at random; those of them that could not be run. */
  readonly points: number
  readonly impossible: number
  /** Paths at every point of the search, at every fresh one, and runs in all. */
  readonly paths: number
  readonly freshPaths: number
  readonly runs: number
}

/** A cap that was sized to a budget. */
export type SizedCap = {
  readonly scenario: string
  readonly seed: number
  readonly freshSeed: number
  /** Whether paths differ: without chance what is told is exact, and `low` to `high` brackets the cap. */
  readonly isRandom: boolean
  readonly vary: Vary
  readonly budget: string
  /**
   * Largest cap within the budget; null when there is none. `low`: up to it the budget surely holds, by the
   * 95 % interval of every cap that was looked at; `high`: from it on it surely does not.
   */
  readonly cap: Readonly<Record<'value' | 'low' | 'high', number>> | null
  readonly note: string
  /** The budget at the cap on fresh paths; null without a cap. */
  readonly fresh: Kept | null
  /** Excess over the budget at every cap that was looked at, on the paths of the search. */
  readonly points: readonly { readonly x: number; readonly over: number }[]
  readonly paths: number
  readonly freshPaths: number
  readonly runs: number
}
