import { type Draws, philoxDraws } from '../../math/index.ts'
import type { Candidate, Evaluate, Score } from './search.ts'

/** A score that also says how efficient a point is, and how much it loses. */
export type Traded = Score & { readonly efficiency: number; readonly loss: number }

/** Something with an efficiency, more of which is better, and a loss. */
export type TradeOff = Pick<Traded, 'efficiency' | 'loss'>

/** Points that are asked for at once. */
const BATCH = 8
/** Steps beside the line between two neighbours, in units of the cube, in turn. */
const STEPS = [0.2, 0.05, 0.01] as const

/**
 * Keep the points that no other beats in efficiency without more loss, by rising efficiency.
 * @returns of equal points the first; without those that lack a number.
 */
export function paretoOf<T extends TradeOff>(points: readonly T[]): readonly T[] {
  const known = points.filter((p) => Number.isFinite(p.efficiency) && Number.isFinite(p.loss))
  const sorted = known
    .map((point, k) => ({ point, k }))
    .sort(
      (a, b) => b.point.efficiency - a.point.efficiency || a.point.loss - b.point.loss || a.k - b.k,
    )
  const kept: T[] = []
  for (const { point } of sorted)
    if (kept.length === 0 || point.loss < kept.at(-1)!.loss) kept.push(point)
  return kept.reverse()
}

/** Distances along the frontier with both axes from 0 to 1. */
function gapsOf(front: readonly TradeOff[]): readonly number[] {
  const [first, last] = [front[0]!, front.at(-1)!]
  const width = last.efficiency - first.efficiency || 1
  const height = last.loss - first.loss || 1
  return front.slice(1).map((p, k) => {
    const before = front[k]!
    return (
      Math.abs(p.efficiency - before.efficiency) / width + Math.abs(p.loss - before.loss) / height
    )
  })
}

type Own = TradeOff & { readonly at: Float64Array }

function frontOf(found: readonly Candidate<Traded>[]): readonly Own[] {
  const feasible = found.filter(({ score }) => score.violation === 0)
  return paretoOf(feasible.map(({ at, score: { efficiency, loss } }) => ({ at, efficiency, loss })))
}

/** Pairs of neighbours to look between, the widest gaps first; the two ends stand for what is beyond. */
function pairsOf(front: readonly Own[]): readonly (readonly [Own, Own])[] {
  if (front.length === 1) return [[front[0]!, front[0]!]]
  const gaps = gapsOf(front)
  const order = gaps.map((_, k) => k).sort((a, b) => gaps[b]! - gaps[a]! || a - b)
  const [low, high] = [front[0]!, front.at(-1)!]
  return [[low, low], [high, high], ...order.map((k) => [front[k]!, front[k + 1]!] as const)]
}

/**
 * Draw a point between and beside two neighbours, with about half of its coordinates beside them: ends of
 * ranges, where many frontiers lie, are kept and met exactly.
 */
function childOf([a, b]: readonly [Own, Own], place: number, draws: Draws): Float64Array {
  const share = draws.uniform(place, 0)
  const step = STEPS[(place + Math.floor(place / BATCH)) % STEPS.length]!
  return a.at.map((x, i) => {
    const between = x + share * (b.at[i]! - x)
    if (draws.uniform(place, 2 * i + 1) < 0.5) return between
    return Math.min(1, Math.max(0, between + step * draws.normal(place, 2 * i + 2)))
  })
}

/**
 * Fill the frontier between efficiency and loss among points that meet all constraints: new points are
 * tried beside and between neighbours on it, the widest gaps first.
 * @param known points that were scored before; at least one that meets all constraints, else nothing is asked.
 * @returns `known` and the points asked for.
 */
export async function fillFrontier<S extends Traded>(
  evaluate: Evaluate<S>,
  known: readonly Candidate<S>[],
  { seed, points }: { readonly seed: number; readonly points: number },
): Promise<readonly Candidate<S>[]> {
  const draws = philoxDraws(seed, 0, 'tune frontier')
  const found = [...known]
  for (let asked = 0; asked < points; ) {
    const front = frontOf(found)
    if (front.length === 0) return found
    const pairs = pairsOf(front)
    const some = Array.from({ length: Math.min(BATCH, points - asked) }, (_, k) =>
      childOf(pairs[k % pairs.length]!, asked + k, draws),
    )
    const scores = await evaluate(some)
    found.push(...some.map((at, k) => ({ at, score: scores[k]! })))
    asked += some.length
  }
  return found
}

/**
 * Find the knee of a frontier: the point farthest below the chord between its ends, with both axes from 0
 * to 1; up to it efficiency is cheap, beyond it dear.
 * @param front by rising efficiency and loss.
 * @returns its place, and the distance in units of the scaled axes; place -1 where no point lies below.
 * Source: Das, "On characterizing the knee of the Pareto curve" (1999).
 */
export function kneeOf(front: readonly TradeOff[]): {
  readonly place: number
  readonly distance: number
} {
  const [first, last] = [front[0], front.at(-1)]
  const none = { place: -1, distance: 0 }
  if (!(first && last)) return none
  const width = last.efficiency - first.efficiency
  const height = last.loss - first.loss
  if (!(width > 0 && height > 0)) return none
  let best = none
  front.forEach((p, place) => {
    const below = (p.efficiency - first.efficiency) / width - (p.loss - first.loss) / height
    const distance = below / Math.SQRT2
    if (distance > best.distance + 1e-12) best = { place, distance }
  })
  return best
}
