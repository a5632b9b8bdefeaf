import type { Interval } from '../sensitivity/ranges.ts'
import { intervalOf, type Sampled } from './curve.ts'
import type { Respond, Search } from './types.ts'

const HALVINGS = { full: 12, coarse: 6 } as const
/** How many times its largest value on the grid the measure must reach at an edge that it grows towards. */
const GROWTH = 10

/** Where the measure stops having a value because it grows without limit. */
export type Edge = { readonly at: Interval }

const hasValue = (values: Float64Array | undefined): boolean =>
  values !== undefined && !values.every(Number.isNaN)

/**
 * Look for the place towards which the measure grows without limit and beyond which it has no finite value,
 * as 1 / (1 - R) does at R = 1, by halving the cell between a place with a value and one without.
 * @param all the whole grid, places without a value included.
 * @param stretch its part with values.
 * @returns null when there is no such place, or the measure merely stops having a value.
 */
export async function findEdge(
  respond: Respond,
  all: Sampled,
  stretch: Sampled,
  search: Search,
): Promise<Edge | null> {
  const last = all.x.indexOf(stretch.x.at(-1)!)
  const first = all.x.indexOf(stretch.x[0]!)
  const isAbove = last < all.x.length - 1
  if (!isAbove && first === 0) return null
  let within = isAbove ? all.x[last]! : all.x[first]!
  let beyond = isAbove ? all.x[last + 1]! : all.x[first - 1]!
  const { summary = intervalOf } = search
  const sizes = stretch.order.map((own) => Math.abs(summary(own).value))
  const from = { x: within, size: sizes[isAbove ? sizes.length - 1 : 0]! }
  let { size } = from
  for (let i = 0; i < HALVINGS[search.effort ?? 'full']; i++) {
    const x = (within + beyond) / 2
    const [values] = await respond([{ x, shock: 1 }], search.paths)
    if (hasValue(values)) {
      within = x
      size = Math.abs(summary(values!).value)
    } else beyond = x
  }
  if (!(size > GROWTH * Math.max(...sizes))) return null
  // The reciprocal falls to 0 at the pole; a world that counts rounds or money gives up a little before.
  const slope = (1 / size - 1 / from.size) / (within - from.x)
  const pole = within - 1 / size / slope
  const value = isAbove ? Math.max(pole, within) : Math.min(pole, within)
  const reach = Math.max(Math.abs(value - within), Math.abs(beyond - within))
  return { at: { value, low: value - reach, high: value + reach } }
}
