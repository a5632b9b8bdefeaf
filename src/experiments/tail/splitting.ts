import { type Draws, exp, meanInterval, studentQuantile, sum } from '../../math/index.ts'
import type { Route } from './explore.ts'
import {
  branch,
  countBelow,
  createPopulation,
  move,
  type Population,
  scatter,
} from './population.ts'
import type { Estimate, Sampler } from './types.ts'

/** Independent repetitions, whose scatter is the error: as many as give each this many particles. */
const BATCHES = { least: 6, most: 20 }
const PARTICLES = 100

/** Fewer repetitions than this tell no error. */
const LEAST_BATCHES = 3

/** Fewer particles than this per repetition say nothing. */
const LEAST_PARTICLES = 15

/** With a larger coefficient of variation an estimate is none. */
const MOST_VARIATION = 0.5

/** Moves that are asked for beyond what the route says. */
const RESERVE = 1.1

/** Evaluations of one repetition per particle, as a rule; at most one per level. */
function costOf({ levels, kernels }: Route): number {
  const moving = kernels.slice(0, levels.length - 1)
  return moving.reduce((sum, { asked }) => sum + Math.min(1, RESERVE * asked), 1)
}

/** One repetition of fixed-level splitting: an unbiased estimate whatever the moves are. */
function* repeat(
  { levels, kernels }: Route,
  dimension: number,
  particles: number,
  draws: Draws,
  from: Pick<Population, 'used' | 'drawn'>,
): Sampler<{ readonly probability: number; readonly end: Population }> {
  const p = createPopulation(particles, dimension, from)
  yield* scatter(p, draws)
  let probability = 1
  for (let l = 0; l < levels.length; l++) {
    const alive = countBelow(p, levels[l]!)
    probability *= alive / particles
    if (alive === 0 || l === levels.length - 1) break
    branch(p, levels[l]!, draws)
    yield* move(p, levels[l]!, kernels[l]!, draws)
  }
  return { probability, end: p }
}

/**
 * Estimate a probability by multilevel splitting along a known route: levels and steps are fixed
 * before, so every repetition is unbiased, and independent repetitions tell the error honestly
 * whatever the correlation of relatives is.
 * @param budget evaluations that may be made in all, those of the route included.
 */
export function* splittingTail(
  route: Route,
  dimension: number,
  budget: number,
  draws: Draws,
): Sampler<Estimate & { readonly used: number }> {
  const all = (budget - route.used) / costOf(route)
  const batches = Math.max(BATCHES.least, Math.min(BATCHES.most, Math.floor(all / PARTICLES)))
  const particles = Math.floor(all / batches)
  if (particles < LEAST_PARTICLES) {
    const needed = route.used + LEAST_PARTICLES * BATCHES.least * costOf(route)
    const reason = `a budget of ${budget} is too small for ${route.levels.length} levels; give ${needed} or more`
    return { ...NONE, reason, used: route.used }
  }
  const found: number[] = []
  let from: Pick<Population, 'used' | 'drawn'> = route
  const most = particles * route.levels.length
  for (let b = 0; b < batches && from.used + most <= budget; b++) {
    const done = yield* repeat(route, dimension, particles, draws, from)
    found.push(done.probability)
    from = done.end
  }
  return { ...estimateOf(Float64Array.from(found)), used: from.used }
}

/** No estimate. */
export const NONE: Omit<Estimate, 'reason'> = {
  probability: 0,
  standardError: 0,
  low: 0,
  high: 1,
  interval: '',
  effectiveSampleSize: 0,
  maxWeightShare: 1,
}

function estimateOf(each: Float64Array): Estimate {
  if (each.length < LEAST_BATCHES)
    return { ...NONE, reason: `only ${each.length} repetitions fit into the budget` }
  const { mean, sd } = meanInterval(each)
  if (!(mean > 0)) return { ...NONE, reason: 'no repetition reached failure' }
  const standardError = sd / Math.sqrt(each.length)
  const variation = standardError / mean
  const half = studentQuantile(0.975, each.length - 1) * variation
  return {
    probability: mean,
    standardError,
    low: mean / exp(half),
    high: Math.min(1, mean * exp(half)),
    interval: `95 % Student t in the logarithm, over ${each.length} independent repetitions`,
    effectiveSampleSize: 1 / (variation * variation),
    maxWeightShare: Math.max(...each) / sum(each),
    reason:
      variation > MOST_VARIATION
        ? `the repetitions scatter too much: ${(100 * variation).toFixed(0)} %`
        : '',
  }
}
