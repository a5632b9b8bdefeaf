import type { Interval } from '../sensitivity/ranges.ts'
import { intervalOf, type Sampled } from './curve.ts'
import type { Respond, Search } from './types.ts'

const HALVINGS = { full: 12, coarse: 6 } as const
/** The measure is looked at up to this often on the way to an edge, each time half as far from it. */
const LOOKS = 10
/** Exponents w of (pole - x)^-w: a standard deviation's, an amplification's, and a variance's. */
const EXPONENTS = [0.5, 1, 2] as const
/** How many times its last value |measure|^(-1/w) must be some way before the edge. */
const FALL = 10
/** How far from a straight line it may be on that way, as a share of its value at the start of the way. */
const BENT = 0.1
/** Part of its last value that the measure has at the place from which the interval of a pole is told. */
const BEFORE = 2 / 3

/** Where the measure stops having a value because it grows without limit. */
export type Edge = { readonly at: Interval }

/** Size of the measure at distances from the last place with a value, each half of the one before. */
type Approach = { readonly last: number; readonly sizes: readonly number[] }

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
  const [first, last] = [stretch.x[0]!, stretch.x.at(-1)!]
  const above = all.x[all.x.indexOf(last) + 1]
  const below = all.x[all.x.indexOf(first) - 1]
  for (const [from, to, beyond] of [
    [first, last, above],
    [last, first, below],
  ] as const) {
    const edge =
      beyond === undefined ? null : await edgeTowards(respond, [from, to], beyond, search)
    if (edge) return edge
  }
  return null
}

const knownOf = (values: Float64Array): number => values.filter((v) => !Number.isNaN(v)).length

/**
 * Halve the cell between the last place with values and the next, which has none, where half of the paths give up.
 * @returns both ends.
 */
async function bracketed(
  respond: Respond,
  within: number,
  beyond: number,
  search: Search,
): Promise<readonly [number, number]> {
  const valuesAt = (x: number) => respond([{ x, shock: 1 }], search.paths)
  let [has, lacks] = [within, beyond]
  const least = knownOf((await valuesAt(within))[0]!) / 2
  for (let i = 0; i < HALVINGS[search.effort ?? 'full']; i++) {
    const x = (has + lacks) / 2
    const [values] = await valuesAt(x)
    if (knownOf(values!) >= least) has = x
    else lacks = x
  }
  return [has, lacks]
}

/** Look at the measure from `from` to the last place with a value, as far as its growth tells something. */
async function approachOf(
  respond: Respond,
  from: number,
  within: number,
  { summary = intervalOf, paths }: Search,
): Promise<Approach> {
  const [ends] = await respond([{ x: within, shock: 1 }], paths)
  const sizeAt = async (x: number): Promise<number> => {
    const [values] = await respond([{ x, shock: 1 }], paths)
    // Paths that gave up before the last place are left out everywhere.
    const same = values!.map((v, path) => (Number.isNaN(ends![path]!) ? Number.NaN : v))
    return Math.abs(summary(same).value)
  }
  const last = await sizeAt(within)
  const sizes: number[] = []
  // The smallest exponent has the shortest way: its start, its half and its quarter.
  const start = last / FALL ** EXPONENTS[0]
  for (let k = 0; k < LOOKS && !(sizes[k - 2]! > start && sizes[k - 1]! > start); k++)
    sizes.push(await sizeAt(within - (within - from) / 2 ** k))
  return { last, sizes }
}

/**
 * How far beyond the last place with a value a pole of exponent w lies: where y = |measure|^(-1/w), which falls to
 * it in a straight line, is 0. A world that counts rounds or money gives up a little before.
 * @param reach distance of the first size from the last place.
 * @returns the distance and how straight the line is; null where it is bent, or ends far above 0.
 */
function poleOf({ last, sizes }: Approach, reach: number, w: number) {
  const y = sizes.map((size) => size ** (-1 / w))
  const end = last ** (-1 / w)
  const start = y.findLastIndex((own, k) => k < y.length - 2 && own >= FALL * end)
  if (start < 0 || y[start] === Infinity) return null
  const [whole, half, quarter] = y.slice(start) as [number, number, number]
  const line = (part: number): number => end + part * (whole - end)
  const bent = Math.max(Math.abs(half - line(1 / 2)), Math.abs(quarter - line(1 / 4))) / whole
  return bent <= BENT ? { bent, by: ((reach / 2 ** start) * end) / (whole - end) } : null
}

/**
 * How far beyond the last place a pole may lie at most: of the largest exponent, by the growth just before. What is
 * added to a pole makes its exponent look smaller than it is.
 */
function farthest({ last, sizes }: Approach, reach: number): number {
  const start = sizes.findLastIndex((own) => own <= BEFORE * last)
  const ratio = last / sizes[start]!
  return reach / 2 ** start / (ratio ** (1 / Math.max(...EXPONENTS)) - 1)
}

/** Tell by the shape of the measure towards the end of its values whether it grows without limit there. */
async function edgeTowards(
  respond: Respond,
  [from, to]: readonly [number, number],
  next: number,
  search: Search,
): Promise<Edge | null> {
  const [within, beyond] = await bracketed(respond, to, next, search)
  const way = within - from
  if (way === 0) return null
  const approach = await approachOf(respond, from, within, search)
  const poles = EXPONENTS.map((w) => poleOf(approach, Math.abs(way), w)).filter(
    (own) => own !== null,
  )
  const [pole] = poles.toSorted((a, b) => a.bent - b.bent)
  if (!pole) return null
  const most = Math.max(farthest(approach, Math.abs(way)), 2 * pole.by, Math.abs(beyond - within))
  const [value, end] = [pole.by, most].map((by) => within + Math.sign(way) * by) as [number, number]
  return { at: { value, low: Math.min(within, end), high: Math.max(within, end) } }
}
