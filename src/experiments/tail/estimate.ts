import { philoxDraws } from '../../math/index.ts'
import { explore, type Route } from './explore.ts'
import { importanceTail } from './importance.ts'
import { plainTail, zeroBound } from './plain.ts'
import { NONE, splittingTail } from './splitting.ts'
import {
  type Estimate,
  type Sampler,
  TailError,
  type TailEstimate,
  type TailMethod,
} from './types.ts'

/** What `estimateTail` is asked. */
export type TailOptions = {
  /** Number of independent standard normals, a whole number from 1 on. */
  readonly dimension: number
  /** Negative in failure; `u` has `dimension` entries and is only valid during the call. */
  readonly limitState: (u: Float64Array) => number
  /** Default: splitting, which asks least of the limit state. */
  readonly method?: TailMethod
  /** A safe integer; default 1. */
  readonly seed?: number
  /** Most evaluations of the limit state; default 100,000. */
  readonly budget?: number
}

/** Fewest evaluations that any method is given. */
const LEAST_BUDGET = 100

/** Share of the budget that finds the way, were it as long as TYPICAL_LEVELS; at most MOST_EXPLORING is spent. */
const EXPLORING = { importance: 0.4, splitting: 0.08 } as const
const TYPICAL_LEVELS = 15
const MOST_EXPLORING = 0.6

/** Generations after failure is reached, in which relatives part. */
const SETTLE = { importance: 5, splitting: 0 } as const

/** The stream of random numbers of one part of an estimate. */
export function streamOf(seed: number, part: string): ReturnType<typeof philoxDraws> {
  return philoxDraws(seed, 0, `/tail/${part}`)
}

/** Particles that explore within a budget. */
export function explorers(budget: number, method: 'importance' | 'splitting'): number {
  return Math.max(20, Math.floor((budget * EXPLORING[method]) / TYPICAL_LEVELS))
}

function check({ dimension, method, seed = 1, budget = 1e5, limitState }: TailOptions): void {
  const say = (what: string): never => {
    throw new TailError(what)
  }
  if (!Number.isSafeInteger(dimension) || dimension < 1)
    say(`dimension is ${dimension}; give the number of standard normals, a whole number from 1 on`)
  if (typeof limitState !== 'function')
    say(`limitState is ${typeof limitState}; give a function that is negative in failure`)
  if (method !== undefined && !['plain', 'importance', 'splitting'].includes(method))
    say(`method is "${method}"; there are plain, importance, splitting`)
  if (!Number.isSafeInteger(seed)) say(`seed is ${seed}; give a whole number`)
  if (!Number.isSafeInteger(budget) || budget < LEAST_BUDGET)
    say(`budget is ${budget}; give a whole number of evaluations from ${LEAST_BUDGET} on`)
}

/** Answer a sampler's requests with the limit state. @returns its result and the true count. */
function answer<T>(sampler: Sampler<T>, { limitState }: TailOptions) {
  let evaluations = 0
  let step = sampler.next()
  while (!step.done) {
    const { points } = step.value
    const values = new Float64Array(points.length)
    for (let i = 0; i < points.length; i++) {
      values[i] = limitState(points[i]!)
      evaluations++
      if (Number.isNaN(values[i]))
        throw new TailError(
          `the limit state of sample ${evaluations} is not a number; return one for every point`,
        )
    }
    step = sampler.next(values)
  }
  return { result: step.value, evaluations }
}

/** Put an estimate into words; without a probability its upper end is what the nominal samples say. */
export function wordsOf(
  method: TailMethod,
  estimate: Estimate,
  evaluations: number,
  nominal: Pick<Route, 'samples' | 'sampleFailures'>,
): TailEstimate {
  const { probability, standardError, reason, ...rest } = estimate
  if (reason === '')
    return {
      ...{ method, probability, ...rest, standardError, evaluations, reason },
      coefficientOfVariation: standardError / probability,
    }
  const { samples, sampleFailures } = nominal
  return {
    ...{ method, ...rest, probability: null, standardError: null, coefficientOfVariation: null },
    ...{ low: 0, high: sampleFailures === 0 ? zeroBound(samples) : 1, evaluations, reason },
    interval: sampleFailures === 0 ? `95 % one-sided, from ${samples} nominal samples` : '',
  }
}

/** The nominal samples of an estimate beside it. */
type Found = {
  readonly estimate: Estimate
  readonly nominal: Pick<Route, 'samples' | 'sampleFailures'>
}

function* estimator(
  method: TailMethod,
  dimension: number,
  seed: number,
  budget: number,
): Sampler<Found> {
  if (method === 'plain') {
    const estimate = yield* plainTail(dimension, streamOf(seed, 'plain'), 0, budget)
    return { estimate, nominal: { samples: budget, sampleFailures: 0 } }
  }
  const particles = explorers(budget, method)
  const route = yield* explore(
    dimension,
    particles,
    MOST_EXPLORING * budget,
    SETTLE[method],
    streamOf(seed, 'explore'),
    streamOf(seed, 'fit'),
  )
  if (route.reason !== '') return { estimate: { ...NONE, reason: route.reason }, nominal: route }
  const draws = streamOf(seed, method)
  if (method === 'splitting')
    return { estimate: yield* splittingTail(route, dimension, budget, draws), nominal: route }
  const fit = streamOf(seed, 'refit')
  return { estimate: yield* importanceTail(route, budget, draws, fit), nominal: route }
}

/**
 * Estimate the probability that a function of independent standard normals is negative, with its
 * error, within a budget of evaluations.
 *
 * `plain` counts failures. `importance` finds the regions of failure by adaptive splitting, fits one
 * normal law to each and samples from their mixture with the nominal law. `splitting` repeats
 * multilevel splitting along levels that a first run found. The same seed gives the same bytes.
 *
 * @returns probability null, with the reason, when the method found no estimate worth printing.
 * @throws {TailError} when an option cannot be used or the limit state is not a number.
 * @example estimateTail({ dimension: 2, limitState: (u) => 5 - u[0] - u[1], method: 'importance' })
 */
export function estimateTail(options: TailOptions): TailEstimate {
  check(options)
  const { method = 'splitting', dimension, seed = 1, budget = 1e5 } = options
  const { result, evaluations } = answer(estimator(method, dimension, seed, budget), options)
  return wordsOf(method, result.estimate, evaluations, result.nominal)
}
