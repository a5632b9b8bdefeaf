import { studentQuantile } from '../../math/index.ts'
import { type Bracket, changeOf, halve, rangeOf, steepest } from './bracket.ts'
import { gridOf } from './curve.ts'
import type { Respond, Search } from './types.ts'

/** Paths that are looked at, and halvings of each one's cell: what is left of it is 1/64. */
const LOOKED = { paths: 8, halvings: 6 } as const
/** Steps that shrink by less than this while the system grows fourfold may be those of a small jump. */
const SHRINKS = 0.8

/** Largest steps of paths, a share of what the order parameter changes over the range, and the same in a smaller system. */
export type Steps = { readonly small: Float64Array; readonly large: Float64Array }

/** Measure the largest step of each path, as a share of its range; none of paths without a value. */
export async function largestSteps(respond: Respond, search: Search): Promise<Float64Array> {
  const paths = Math.min(search.paths, LOOKED.paths)
  const x = gridOf(search)
  const order = await respond(
    Array.from(x, (at) => ({ x: at, shock: 1 })),
    paths,
  )
  const grid = { x, order, susceptibility: order }
  const brackets = new Map<number, Bracket>()
  for (let path = 0; path < paths; path++) {
    const own = steepest(grid, path)
    if (changeOf(own) > 0) brackets.set(path, own)
  }
  for (let i = 0; i < LOOKED.halvings; i++) await halve(respond, brackets, paths)
  return Float64Array.from(brackets, ([path, own]) =>
    Math.min(1, changeOf(own) / rangeOf(grid, path)),
  )
}

export const meanOf = (values: Float64Array): number =>
  values.reduce((a, b) => a + b, 0) / values.length

/** Variance of a mean as a share of its square; 0 for one value, whose scatter is unknown. */
function relativeVariance(values: Float64Array): number {
  if (values.length < 2) return 0
  const mean = meanOf(values)
  const sum = values.reduce((all, v) => all + (v - mean) * (v - mean), 0)
  return sum / (values.length - 1) / values.length / (mean * mean)
}

/**
 * Tell whether steps shrink while the system grows, as those of few accounts do where the endless system has
 * a slope, and not those of a jump: by a fifth or more, and more than their scatter makes (95 %).
 */
export function shrinks({ small, large }: Steps): boolean {
  if (small.length === 0 || large.length === 0) return false
  const ratio = meanOf(large) / meanOf(small)
  const spread = Math.sqrt(relativeVariance(small) + relativeVariance(large))
  const degrees = small.length + large.length - 2
  const width = degrees > 0 ? studentQuantile(0.975, degrees) * spread : 0
  return ratio < SHRINKS && ratio * (1 + width) < 1
}
