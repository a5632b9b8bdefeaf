import type { Interval } from '../sensitivity/ranges.ts'
import { intervalOf, isMean, type Sampled } from './curve.ts'
import { findJump, isMost, isTorn, type Jump } from './jump.ts'
import { meansOf } from './standing.ts'
import type { Respond, Search, Step } from './types.ts'

/** Part of the largest jump or peak from which on another is told too. */
const AS_LARGE = 0.5
/** Paths on which other jumps are looked for, and how many are named. */
const LOOKED = { paths: 4, named: 3 } as const
/** Digits of their places, which are not looked at closely. */
const DIGITS = 3
/** Part of the lower of two peaks to which the response must fall between them. */
const DIP = 0.5
/** Cells from a peak within which the response is still its own. */
const NEAR = 1.5

/** Write that there are others: what is as large, and about where. */
function othersText(what: string, places: readonly number[]): string {
  if (places.length === 0) return ''
  const at = places.map((x) => Number(x.toPrecision(DIGITS))).join(', ')
  const isFull = places.length === LOOKED.named
  const more = `${isFull ? 'at least ' : ''}${places.length} more ${what}s`
  const many = places.length === 1 ? `another ${what}` : more
  return `; ${many} half as large or larger, at about ${at}`
}

const sizeOf = (steps: readonly Step[]): number =>
  steps.reduce((sum, { below, above }) => sum + Math.abs(above - below), 0) / steps.length

/** Places of a curve from one to another, on the first paths. */
function part({ x, order, susceptibility }: Sampled, from: number, to: number): Sampled {
  const few = (own: Float64Array): Float64Array => own.slice(0, LOOKED.paths)
  return {
    x: x.slice(from, to + 1),
    order: order.slice(from, to + 1).map(few),
    susceptibility: susceptibility.slice(from, to + 1).map(few),
  }
}

/** Whether the mean changes by as much within a cell. */
function hasCell({ order }: Sampled, least: number): boolean {
  const means = order.map((own) => intervalOf(own).value)
  return means.slice(1).some((v, k) => Math.abs(v - means[k]!) >= least)
}

/** Look for jumps on both sides of the cells in which one is, until enough are found. */
async function beside(
  respond: Respond,
  grid: Sampled,
  steps: readonly Step[],
  least: number,
  search: Search,
  found: number[],
): Promise<void> {
  const low = Math.min(...steps.map(({ from }) => from))
  const high = Math.max(...steps.map(({ to }) => to))
  const below = grid.x.findLastIndex((x) => x <= low)
  const above = grid.x.findIndex((x) => x >= high)
  for (const [from, to] of [
    [0, below],
    [above, grid.x.length - 1],
  ] as const) {
    const own = from >= 0 && to - from >= 1 ? part(grid, from, to) : null
    if (!own || found.length >= LOOKED.named || !hasCell(own, least)) continue
    const ends = { low: own.x[0]!, high: own.x.at(-1)! }
    const jump = await findJump(respond, own, { ...search, ...ends, paths: own.order[0]!.length })
    if (!jump || isTorn(jump) || !isMost(jump) || sizeOf(jump.steps) < least) continue
    found.push(jump.at.value)
    await beside(respond, own, jump.steps, least, search, found)
  }
}

/**
 * Say where the same paths jump again, at least half as far.
 * @returns a clause for the note; empty where they do not, or their other jumps are told already.
 */
export async function jumpsBesides(
  respond: Respond,
  grid: Sampled,
  { steps, others }: Jump,
  search: Search,
): Promise<string> {
  if (steps.length === 0 || others.length > 0 || !isMean(search)) return ''
  const found: number[] = []
  await beside(respond, grid, steps, AS_LARGE * sizeOf(steps), search, found)
  return othersText(
    'jump',
    found.sort((a, b) => a - b),
  )
}

/** Whether the response at one place is larger than at another on the same paths, beyond chance. */
function isLarger(a: Float64Array, b: Float64Array, { summary = intervalOf }: Search): boolean {
  const { value, low } = summary(a.map((own, k) => own - b[k]!))
  return Number.isNaN(low) ? value > 0 : low > 0
}

/**
 * Say where the response peaks again on a grid, at least half as high as where it is largest and with a dip between.
 * @param curve with the places at which the peak was looked at closely.
 * @param cell how far places of the first grid are apart.
 * @returns a clause for the note; empty where it does not.
 */
export function peaksBesides(
  curve: Sampled,
  cliff: Interval,
  cell: number,
  search: Search,
): string {
  const { x, susceptibility } = curve
  const means = meansOf(curve, search)
  const distance = (k: number): number => Math.abs(x[k]! - cliff.value)
  const places = [...means.keys()]
  const tops = [places.reduce((best, k) => (distance(k) < distance(best) ? k : best), 0)]
  const isApart = (k: number, top: number): boolean => {
    const between = places.slice(Math.min(k, top) + 1, Math.max(k, top))
    const dip = between.reduce((least, j) => (means[j]! < means[least]! ? j : least), k)
    const isDeep = means[dip]! <= DIP * means[k]!
    return isDeep && isLarger(susceptibility[k]!, susceptibility[dip]!, search)
  }
  const least = AS_LARGE * Math.max(...means)
  const far = places.filter((k) => means[k]! >= least && distance(k) > NEAR * cell)
  for (const k of far.sort((i, j) => means[j]! - means[i]!))
    if (tops.every((top) => isApart(k, top))) tops.push(k)
  const others = tops.slice(1, LOOKED.named + 1).map((k) => x[k]!)
  return othersText(
    'peak',
    others.toSorted((p, q) => p - q),
  )
}
