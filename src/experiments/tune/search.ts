import { createCmaEs, philoxDraws } from '../../math/index.ts'

/** How good a point is. */
export type Score = {
  /** What is made small; NaN where it has no value. */
  readonly objective: number
  /** By how much constraints are missed; 0 where all are met, Infinity where the point is impossible. */
  readonly violation: number
}

/** A point of the unit cube with its score. */
export type Candidate<S extends Score = Score> = { readonly at: Float64Array; readonly score: S }

/** Scores of points of the unit cube, in their order. */
export type Evaluate<S extends Score = Score> = (
  points: readonly Float64Array[],
) => Promise<readonly S[]>

/** How long and from where a search goes. */
export type SearchOptions = {
  readonly seed: number
  /** Points that it may ask for. */
  readonly points: number
  /** First point; default: the middle. */
  readonly start?: Float64Array
}

/** A spread, in units of the cube, below which a search has settled and starts anew. */
const SETTLED = 1e-7

/** Points that a search at random asks for at once. */
const BATCH = 16

/**
 * Compare by feasibility first, then by objective: less is better.
 * Source: Deb, "An efficient constraint handling method for genetic algorithms" (2000), section 3.
 */
export function compareScores(a: Score, b: Score): number {
  if (a.violation > 0 || b.violation > 0)
    return a.violation === b.violation ? 0 : a.violation - b.violation
  const [left, right] = [a, b].map(({ objective }) =>
    Number.isNaN(objective) ? Infinity : objective,
  ) as [number, number]
  return left === right ? 0 : left - right
}

/** Fold a point into the unit cube, as mirrors at its faces would. */
export function folded(point: Float64Array): Float64Array {
  return point.map((x) => {
    const turn = Math.abs(x) % 2
    return turn > 1 ? 2 - turn : turn
  })
}

/** Find the best of some candidates; the first of equal ones, null of none. */
export function bestOf<S extends Score>(found: readonly Candidate<S>[]): Candidate<S> | null {
  let best: Candidate<S> | null = null
  for (const own of found) if (best === null || compareScores(own.score, best.score) < 0) best = own
  return best
}

/**
 * Search the unit cube for the smallest objective among the points that meet all constraints: covariance
 * matrix adaptation, which starts anew with twice the points in a generation whenever it has settled.
 *
 * Constraints come in through the order of points alone (`compareScores`): no weight is needed, and no
 * point that misses one is better than a point that meets all.
 * @param dimension parameters, >= 1.
 * @returns all that was asked for, in order.
 */
export async function searchMinimum<S extends Score>(
  evaluate: Evaluate<S>,
  dimension: number,
  { seed, points, start }: SearchOptions,
): Promise<readonly Candidate<S>[]> {
  const found: Candidate<S>[] = []
  const ask = async (some: readonly Float64Array[]): Promise<readonly Candidate<S>[]> => {
    const scores = await evaluate(some)
    const fresh = some.map((at, k) => ({ at, score: scores[k]! }))
    found.push(...fresh)
    return fresh
  }
  const first = start ?? new Float64Array(dimension).fill(0.5)
  await ask([first])
  const draws = philoxDraws(seed, 0, 'tune restarts')
  for (let restart = 0, population = 0; found.length < points; restart++, population *= 2) {
    const mean = restart === 0 ? first : first.map((_, i) => draws.uniform(restart, i))
    const size = population > 0 ? { population } : {}
    const search = createCmaEs(mean, { seed, restart, ...size })
    while (found.length < points && search.spread() > SETTLED) {
      const asked = search.ask()
      population = asked.length
      const got = await ask(asked.slice(0, points - found.length).map(folded))
      if (got.length < asked.length) break
      const order = got.map((_, k) => k)
      search.tell(order.sort((a, b) => compareScores(got[a]!.score, got[b]!.score) || a - b))
    }
  }
  return found
}

/**
 * Ask for points at random, evenly over the unit cube: what a search must beat at equal cost.
 * @returns all that was asked for, in order.
 */
export async function searchRandom<S extends Score>(
  evaluate: Evaluate<S>,
  dimension: number,
  { seed, points }: SearchOptions,
): Promise<readonly Candidate<S>[]> {
  const draws = philoxDraws(seed, 0, 'tune at random')
  const found: Candidate<S>[] = []
  while (found.length < points) {
    const from = found.length
    const some = Array.from({ length: Math.min(BATCH, points - from) }, (_, k) =>
      Float64Array.from({ length: dimension }, (_v, i) => draws.uniform(from + k, i)),
    )
    const scores = await evaluate(some)
    found.push(...some.map((at, k) => ({ at, score: scores[k]! })))
  }
  return found
}
