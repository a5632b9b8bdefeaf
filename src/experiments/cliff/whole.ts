import type { Interval } from '../sensitivity/ranges.ts'
import { curveOf, gridOf, sample } from './curve.ts'
import { locate, relocate } from './locate.ts'
import type { OrderAlong } from './order.ts'
import type { Located, Respond, Search, Step } from './types.ts'

/** Steps on either side of one between two whole numbers with which it is compared. */
const BESIDE = 3
/** How many times as large as those beside it on average a step is that is a jump. */
const ABRUPT = 4

/** Whether a step between two neighbours is a jump on its path: much more than those beside it, and it stays. */
async function isAbrupt(respond: Respond, { path, from, to }: Step, search: Search) {
  const low = Math.max(search.low, from - BESIDE)
  const high = Math.min(search.high, to + BESIDE)
  const x = Array.from({ length: high - low + 1 }, (_, k) => low + k)
  const found = await respond(
    x.map((at) => ({ x: at, shock: 1 })),
    search.paths,
  )
  const values = found.map((own) => own[path]!)
  const at = x.indexOf(from)
  const change = (k: number): number => values[k + 1]! - values[k]!
  const up = Math.sign(change(at))
  const turned = values.map((value) => value * up)
  const stays = Math.max(...turned.slice(0, at + 1)) < Math.min(...turned.slice(at + 1))
  const others = x.slice(1).flatMap((_, k) => (k === at ? [] : [Math.abs(change(k))]))
  if (others.length < BESIDE) return false
  const mean = others.reduce((a, b) => a + b) / others.length
  return stays && Math.abs(change(at)) >= ABRUPT * mean
}

/** Whether what looks like a jump, where every step between whole numbers does, is one on most paths that show it. */
async function areAbrupt(respond: Respond, some: readonly Step[], search: Search) {
  let sure = 0
  for (const { from, to, ...own } of some) {
    const step = { ...own, from: Math.round(from), to: Math.round(to) }
    // Between numbers further apart it was halved often enough to tell it from a slope.
    if (step.to - step.from > 1 || (await isAbrupt(respond, step, search))) sure++
  }
  return 2 * sure > some.length
}

/** A place to half a whole number, in an interval from one to another. */
function wholly({ value, low, high }: Interval): Interval {
  return { value: Math.round(2 * value) / 2, low: Math.floor(low), high: Math.ceil(high) }
}

/** Tell what was found in whole numbers. */
function inWholes(found: Located): Located {
  const { cliff, scatterPeak, steps: jumps, kind, note } = found
  const at = cliff && wholly(cliff)
  const isBetween = kind === 1 && at !== null && at.high - at.low === 1
  return {
    ...found,
    cliff: isBetween ? { ...at, value: (at.low + at.high) / 2 } : at,
    note: isBetween ? `between ${at.low} and ${at.high}, ${note}` : note,
    scatterPeak: scatterPeak && wholly(scatterPeak),
    steps: jumps.map((own) => ({ ...own, from: Math.round(own.from), to: Math.round(own.to) })),
  }
}

/**
 * Locate the cliff of a scenario along a parameter. Where that takes whole numbers only, a jump is one between
 * two neighbours beside which the steps are much smaller; everything else is looked for on straight lines
 * between them.
 * @throws {CliffError} when the range is empty.
 */
export async function locateAlong(
  { respond, counts }: OrderAlong,
  search: Search,
): Promise<Located> {
  if (!counts?.axis) return locate(respond, search)
  const own: Search = {
    ...search,
    isWhole: true,
    cells: Math.min(search.cells, search.high - search.low),
  }
  const stepped = await locate(counts.nearest, own)
  const isJump = stepped.kind === 1 && (await areAbrupt(counts.nearest, stepped.steps, search))
  const found = isJump ? stepped : await locate(respond, own)
  const curve = curveOf(await sample(respond, gridOf(own), 1, own), own)
  return { ...inWholes(found), curve }
}

/** Find a cliff again, as `relocate`, of the response that shows its kind. */
export function relocateAlong(
  { respond, counts }: OrderAlong,
  at: number,
  half: number,
  kind: 1 | 0,
  search: Search,
): Promise<Interval | null> {
  return relocate(kind === 1 && counts?.axis ? counts.nearest : respond, at, half, kind, search)
}
