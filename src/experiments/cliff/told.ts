import type { Interval } from '../sensitivity/ranges.ts'
import { gridOf, pairsOf } from './curve.ts'
import type { OrderAlong } from './order.ts'
import type { Reading } from './reading.ts'
import type { CliffPoint, Search } from './types.ts'

function scaled({ value, low, high }: Interval, by: number): Interval {
  return { value: value / by, low: low / by, high: high / by }
}

/**
 * Give the curve of a statistic the intervals of the statistic itself, by the paths of every place: the
 * search goes by resamples, whose scatter covers too little in tails. Runs nothing that the search has not.
 */
export async function toldCurve(
  { samplesAt, counts }: OrderAlong,
  curve: readonly CliffPoint[],
  { measure, isStatistic, level, change }: Reading,
  search: Search,
): Promise<readonly CliffPoint[]> {
  if (!isStatistic) return curve
  const grid = gridOf(search)
  const pairs = pairsOf(grid, 1, search)
  const told: CliffPoint[] = []
  for (const point of curve) {
    const { places, by } = pairs[grid.indexOf(point.x)]!
    const asked = [{ x: point.x, shock: 1 }, ...places]
    const [own, from, to] = (await samplesAt(asked, search.paths)).map((s) => s.values(measure))
    // Between whole numbers the response is on straight lines, which the search has drawn.
    const susceptibility = counts ? point.susceptibility : scaled(change(from!, to!), by)
    told.push({ ...point, order: level(own!), susceptibility })
  }
  return told
}
