import type { Interval } from '../sensitivity/ranges.ts'
import { hasValue, intervalOf, type Sampled } from './curve.ts'
import type { Respond, Search } from './types.ts'

const HALVINGS = { full: 12, coarse: 6 } as const
/** How many times its largest value on the grid the measure must reach at an edge that it grows towards. */
const GROWTH = 10

/** Where the measure stops having a value because it grows without limit. */
export type Edge = { readonly at: Interval }

/**
 * Look for the place towards which the measure grows without limit and beyond which it has no finite value,
 * as 1 / (1 - R) does at R = 1, above and below some places with a value.
 * @param all the whole grid, places without a value included.
 * @param stretch a part of it with values.
 * @returns null when there is no such place, or the measure merely stops having a value.
 */
export async function findEdge(
  respond: Respond,
  all: Sampled,
  stretch: Sampled,
  search: Search,
): Promise<Edge | null> {
  const above = all.x[all.x.indexOf(stretch.x.at(-1)!) + 1]
  const below = all.x[all.x.indexOf(stretch.x[0]!) - 1]
  for (const beyond of [above, below]) {
    const edge = beyond === undefined ? null : await edgeTowards(respond, stretch, beyond, search)
    if (edge) return edge
  }
  return null
}

/** Halve the cell between the last place with a value and the next one, which has none. */
async function edgeTowards(
  respond: Respond,
  stretch: Sampled,
  next: number,
  search: Search,
): Promise<Edge | null> {
  const isAbove = next > stretch.x[0]!
  let within = isAbove ? stretch.x.at(-1)! : stretch.x[0]!
  let beyond = next
  const { summary = intervalOf } = search
  const sizes = stretch.order.map((own) => Math.abs(summary(own).value))
  const from = { x: within, size: sizes[isAbove ? sizes.length - 1 : 0]! }
  let { size } = from
  for (let i = 0; i < HALVINGS[search.effort ?? 'full']; i++) {
    const x = (within + beyond) / 2
    const [values] = await respond([{ x, shock: 1 }], search.paths)
    if (hasValue(values!)) {
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
