import { type Draws, sortedCopy } from '../../math/index.ts'
import { fitSlides } from './mixture.ts'
import {
  branch,
  countBelow,
  createPopulation,
  type Kernel,
  move,
  type Population,
  scatter,
} from './population.ts'
import type { Sampler } from './types.ts'

/** Share of the particles that a level lets through. */
const SHARE = 0.4

/** Moves are tuned to be made this often. */
const ACCEPTED = 0.35

/** Parts of a generation after each of which the step is tuned. */
const PARTS = 4

/** The way to failure that adaptive splitting found. */
export type Route = {
  /** Limit states to fall below, in descending order; the last is 0, failure. */
  readonly levels: readonly number[]
  /** Moves below each level. */
  readonly kernels: readonly Kernel[]
  /** Points that fail, roughly from the nominal law given failure; none when failure was not reached. */
  readonly failures: readonly Float64Array[]
  /** Rough probability of failure, from adaptive levels. */
  readonly probability: number
  readonly used: number
  readonly drawn: number
  /** Independent nominal samples that were drawn, and how many of them failed. */
  readonly samples: number
  readonly sampleFailures: number
  /** Why failure was not reached; '' when it was. */
  readonly reason: string
}

/** Generations after which particles that are all alike are given up. */
const MORE = 4

/** Slides of which fewer are made than this are given up. */
const LEAST_SLID = 0.1

/** Nearer than this to 0 or 1 the size of a move is not tuned. */
const LEAST_STEP = 1e-3

function tuned(step: number, tried: number, made: number): number {
  const next = tried > 0 ? step * (1 + made / tried - ACCEPTED) : step
  return Math.min(1, Math.max(LEAST_STEP, next))
}

/** Move a whole generation once, tuning the kernel. @returns the tuned kernel. */
function* moveTuned(p: Population, level: number, kernel: Kernel, draws: Draws): Sampler<Kernel> {
  const count = p.points.length
  let [slid, slidMade, asked] = [0, 0, 0]
  for (let part = 0; part < PARTS; part++) {
    const from = Math.floor((count * part) / PARTS)
    const to = Math.floor((count * (part + 1)) / PARTS)
    const moves = yield* move(p, level, kernel, draws, from, to)
    asked += moves.asked
    slid += moves.slid
    slidMade += moves.slidMade
    kernel = {
      slides: kernel.slides,
      asked: 1,
      step: tuned(kernel.step, moves.near, moves.nearMade),
      across: tuned(kernel.across, moves.slid, moves.slidMade),
    }
  }
  if (slidMade < LEAST_SLID * slid) return { ...kernel, slides: [] }
  return { ...kernel, asked: asked / count }
}

/** The level that the best share of the particles is below; at most 0; Infinity when they are all alike. */
function nextLevel({ values }: Population): number {
  const sorted = sortedCopy(values)
  const level = sorted[Math.ceil(SHARE * sorted.length)]!
  if (level <= 0) return 0
  // Many particles may stand exactly at the level: then those below it must do.
  return sorted[0]! < level ? level : Number.POSITIVE_INFINITY
}

/**
 * Find the way to failure by adaptive multilevel splitting (subset simulation).
 * @param particles size of the population.
 * @param budget evaluations that may be made.
 * @param settle generations after failure is reached, in which relatives part.
 * @param fit a stream for the fits of laws.
 * Source: Au and Beck, "Estimation of small failure probabilities in high dimensions by subset
 * simulation" (2001).
 */
export function* explore(
  dimension: number,
  particles: number,
  budget: number,
  settle: number,
  draws: Draws,
  fit: Draws,
): Sampler<Route> {
  const p = createPopulation(particles, dimension)
  yield* scatter(p, draws)
  const sampleFailures = countBelow(p, 0)
  const levels: number[] = []
  const kernels: Kernel[] = []
  let kernel: Kernel = { step: 0.6, slides: [], across: 0.6, asked: 1 }
  let probability = 1
  let reason = ''
  for (;;) {
    let level = nextLevel(p)
    for (let i = 0; i < MORE && level === Number.POSITIVE_INFINITY; i++) {
      if (p.used + particles > budget) break
      // Perhaps they are copies of one: let them part.
      kernel = yield* moveTuned(p, levels.at(-1) ?? level, kernel, draws)
      level = nextLevel(p)
    }
    if (level === Number.POSITIVE_INFINITY) reason = 'the limit state is flat before it fails'
    else if (level > 0 && p.used + particles > budget) reason = 'failure was not reached in time'
    if (reason !== '') break
    levels.push(level)
    probability *= countBelow(p, level) / particles
    if (level > 0 || p.used + particles <= budget) {
      const below = p.points.filter((_, i) => p.values[i]! < level)
      const slides = fitSlides(below, fit)
      branch(p, level, draws)
      kernel = yield* moveTuned(p, level, { ...kernel, slides }, draws)
    }
    kernels.push(kernel)
    if (level === 0) break
  }
  for (let i = 0; i < settle && reason === '' && p.used + particles <= budget; i++) {
    kernel = yield* moveTuned(p, 0, kernel, draws)
  }
  const failures = reason === '' ? p.points.filter((_, i) => p.values[i]! < 0) : []
  const { used, drawn } = p
  const nominal = { samples: particles, sampleFailures }
  return { levels, kernels, failures, probability, used, drawn, ...nominal, reason }
}
