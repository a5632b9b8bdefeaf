import { expm1, inverseNormalCdf, log1p, normalCdf } from '../../math/index.ts'
import type { Column } from './steering.ts'

/**
 * A standard normal that a point of a path has: the mean of a column over a part of the path, times
 * the root of its length; the smallest number of a column of decisions, as a normal score; the
 * number of another column at the tick of that decision.
 */
export type Coordinate =
  | { readonly kind: 'mean'; readonly start: number; readonly end: number }
  | { readonly kind: 'least'; readonly start: number; readonly end: number }
  | { readonly kind: 'beside'; readonly start: number; readonly least: number }

/** Most coordinates that means may have together. */
const MOST_MEANS = 40

/** Most parts that a path is divided into. */
const MOST_PARTS = 3

/**
 * The coordinates of a path's drivers that a rare event can be steered by: they are independent
 * standard normals, and independent of all that is left of the point.
 */
export function coordinatesOf(columns: readonly Column[], ticks: number): readonly Coordinate[] {
  const steady = columns.filter(({ kind, after }) => kind === 'normal' && after < 0).length
  const parts = Math.max(1, Math.min(MOST_PARTS, ticks, Math.floor(MOST_MEANS / steady)))
  return columns.flatMap(({ kind, after }, c): Coordinate[] => {
    const start = c * ticks
    if (kind === 'uniform') return [{ kind: 'least', start, end: start + ticks }]
    if (after >= 0) return [{ kind: 'beside', start, least: after * ticks }]
    return Array.from({ length: parts }, (_, p) => ({
      kind: 'mean',
      start: start + Math.floor((ticks * p) / parts),
      end: start + Math.floor((ticks * (p + 1)) / parts),
    }))
  })
}

function leastOf(point: Float64Array, start: number, end: number): number {
  let least = start
  for (let i = start + 1; i < end; i++) if (point[i]! < point[least]!) least = i
  return least
}

function meanOf(point: Float64Array, start: number, end: number): number {
  let total = 0
  for (let i = start; i < end; i++) total += point[i]!
  return total / Math.sqrt(end - start)
}

/** Normal score of the smallest of n uniforms: P(smallest <= u) = 1 - (1 - u)^n. */
function scoreOfLeast(u: number, n: number): number {
  return inverseNormalCdf(-expm1(n * log1p(-u)))
}

/** The smallest of n uniforms with this normal score. */
function leastOfScore(score: number, n: number): number {
  return -expm1(log1p(-normalCdf(score)) / n)
}

/** Read the coordinates of a point. @param ticks length of a column. @param out overwritten. */
export function project(
  coordinates: readonly Coordinate[],
  ticks: number,
  point: Float64Array,
  out: Float64Array,
): void {
  coordinates.forEach((c, k) => {
    if (c.kind === 'mean') out[k] = meanOf(point, c.start, c.end)
    else if (c.kind === 'least')
      out[k] = scoreOfLeast(normalCdf(point[leastOf(point, c.start, c.end)]!), ticks)
    else out[k] = point[c.start + leastOf(point, c.least, c.least + ticks) - c.least]!
  })
}

/** Give a column another smallest number, the others as they are given that it is the smallest. */
function imposeLeast(point: Float64Array, start: number, end: number, score: number): void {
  const at = leastOf(point, start, end)
  const before = normalCdf(point[at]!)
  const least = leastOfScore(score, end - start)
  const scale = (1 - least) / (1 - before)
  for (let i = start; i < end; i++)
    if (i !== at) {
      const above = least + (normalCdf(point[i]!) - before) * scale
      point[i] = inverseNormalCdf(Math.min(1 - 2 ** -53, above))
    }
  point[at] = inverseNormalCdf(least)
}

/** Change a point so that its coordinates are those of `wanted`, and nothing else of it. */
export function impose(
  coordinates: readonly Coordinate[],
  ticks: number,
  wanted: Float64Array,
  point: Float64Array,
): void {
  coordinates.forEach((c, k) => {
    if (c.kind === 'mean') {
      const length = c.end - c.start
      const shift = (wanted[k]! - meanOf(point, c.start, c.end)) / Math.sqrt(length)
      for (let i = c.start; i < c.end; i++) point[i]! += shift
    } else if (c.kind === 'least') imposeLeast(point, c.start, c.end, wanted[k]!)
    else point[c.start + leastOf(point, c.least, c.least + ticks) - c.least] = wanted[k]!
  })
}
