import type { Draws } from '../../math/index.ts'
import { createRows, drawPoint } from './plain.ts'
import { type Slide, slideTo } from './slide.ts'
import type { Request, Sampler } from './types.ts'

/** Particles with their limit states. */
export type Population = {
  points: readonly Float64Array[]
  /** Rows that the next generation is written into. */
  spare: readonly Float64Array[]
  values: Float64Array
  /** Evaluations so far, those before this population included. */
  used: number
  /** Points drawn so far, likewise: addresses of random numbers. */
  drawn: number
}

/** Slots of random numbers that are no coordinates of points. */
const SLOTS = {
  branch: 0xffffffff,
  kernel: 0xfffffffd,
  along: 0xfffffffc,
  accept: 0xfffffffb,
}

/** Make room for particles after so many evaluations and draws. */
export function createPopulation(
  count: number,
  dimension: number,
  { used, drawn }: Pick<Population, 'used' | 'drawn'> = { used: 0, drawn: 0 },
): Population {
  return {
    points: createRows(count, dimension),
    spare: createRows(count, dimension),
    values: new Float64Array(count),
    ...{ used, drawn },
  }
}

/** Ask for limit states and count. */
function* ask(p: Population, points: readonly Float64Array[]): Sampler<ArrayLike<number>> {
  const request: Request = { points, first: p.used }
  p.used += points.length
  return yield request
}

/** Draw all particles anew from the nominal law. */
export function* scatter(p: Population, draws: Draws): Sampler<void> {
  p.points.forEach((point) => {
    drawPoint(draws, p.drawn++, point)
  })
  p.values.set(yield* ask(p, p.points))
}

/** Count the particles below a level. */
export function countBelow({ values }: Population, level: number): number {
  let count = 0
  for (const value of values) if (value < level) count++
  return count
}

/**
 * Kill the particles that are not below `level` and let the others have children in their place, as
 * evenly as can be (systematic resampling, so the expected number of children is the same for all).
 */
export function branch(p: Population, level: number, draws: Draws): void {
  const count = p.points.length
  const alive: number[] = []
  for (let i = 0; i < count; i++) if (p.values[i]! < level) alive.push(i)
  const offset = draws.uniform(p.drawn, SLOTS.branch)
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const parent =
      alive[Math.min(alive.length - 1, Math.floor(((i + offset) * alive.length) / count))]!
    p.spare[i]!.set(p.points[parent]!)
    values[i] = p.values[parent]!
  }
  p.values = values
  ;[p.points, p.spare] = [p.spare, p.points]
}

/** How particles move below a level. */
export type Kernel = {
  /** Size of a local move in 0..1; 1 forgets where the particle was. */
  readonly step: number
  /** Directions towards failure that moves may slide along. */
  readonly slides: readonly Slide[]
  /** Size of a slide's move across its direction, in 0..1. */
  readonly across: number
  /** Share of the moves whose limit state is asked for. */
  readonly asked: number
}

/** Moves that a generation tried and made. */
export type Moves = {
  asked: number
  near: number
  nearMade: number
  slid: number
  slidMade: number
}

/** z' = sqrt(1 - step^2) z + step e: keeps the standard normal law in any dimension. */
function proposeNear(own: Float64Array, step: number, out: Float64Array): void {
  const keep = Math.sqrt(1 - step * step)
  for (let k = 0; k < out.length; k++) out[k] = keep * own[k]! + step * out[k]!
}

/** Share of the moves that are local where there are slides. */
const NEAR = 0.3

/** Propose a move of a particle; null when it is refused before its limit state is asked for. */
function propose(
  own: Float64Array,
  { step, slides, across }: Kernel,
  draws: Draws,
  number: number,
  out: Float64Array,
): 'near' | 'slid' | null {
  drawPoint(draws, number, out)
  const choice = (draws.uniform(number, SLOTS.kernel) - NEAR) / (1 - NEAR)
  if (slides.length === 0 || choice < 0) {
    proposeNear(own, step, out)
    return 'near'
  }
  const slide = slides[Math.floor(choice * slides.length)]!
  const to = draws.uniform(number, SLOTS.along)
  return slideTo(slide, own, across, to, out) > draws.uniform(number, SLOTS.accept) ? 'slid' : null
}

/**
 * Move particles from..to within the region below `level` so that the standard normal law given the
 * region is kept; a move that leaves the region is not made.
 * Source: Cotter, Roberts, Stuart and White, "MCMC methods for functions" (2013), equation 4.5, for
 * the local moves.
 */
export function* move(
  p: Population,
  level: number,
  kernel: Kernel,
  draws: Draws,
  from: number = 0,
  to: number = p.points.length,
): Sampler<Moves> {
  const moves: Moves = { asked: 0, near: 0, nearMade: 0, slid: 0, slidMade: 0 }
  const movers: number[] = []
  const isNear: boolean[] = []
  for (let i = from; i < to; i++) {
    const how = propose(p.points[i]!, kernel, draws, p.drawn++, p.spare[i]!)
    if (how === 'near') moves.near++
    else moves.slid++
    if (how === null) continue
    movers.push(i)
    isNear.push(how === 'near')
  }
  const proposals = movers.map((i) => p.spare[i]!)
  moves.asked = movers.length
  const values = yield* ask(p, proposals)
  movers.forEach((i, m) => {
    if (!(values[m]! < level)) return
    p.points[i]!.set(p.spare[i]!)
    p.values[i] = values[m]!
    if (isNear[m]) moves.nearMade++
    else moves.slidMade++
  })
  return moves
}
