import { meanInterval, sum } from '../../math/index.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import type { CliffPoint, Place, Respond, Search } from './types.ts'

/** Extra shock by which the susceptibility is measured, as a share of the shock. */
const EXTRA = 0.02

/** Extra shock by which the response is measured on a grid: in units of the axis where that is the shock, else a share of it. */
export function extraOf({ low, high, cells, isShock, isWhole }: Search): number {
  if (isShock && isWhole) return 1
  return isShock ? (EXTRA * (high - low)) / cells : EXTRA
}

/** Even steps from low to high, both included. */
export function steps(low: number, high: number, cells: number): Float64Array {
  // The last place is the end itself, not what rounding makes of it.
  return Float64Array.from({ length: cells + 1 }, (_, k) =>
    k === cells ? high : low + ((high - low) * k) / cells,
  )
}

/** Places of the first grid of a search, which are even but for rounding to whole numbers. */
export function gridOf({
  low,
  high,
  cells,
  isWhole = false,
}: Pick<Search, 'low' | 'high' | 'cells' | 'isWhole'>): Float64Array {
  const even = steps(low, high, cells)
  return isWhole ? new Float64Array(new Set(even.map(Math.round))) : even
}

/** Mean of the values that are numbers, with its interval. */
export function intervalOf(values: Float64Array): Interval {
  const known = values.filter((value) => !Number.isNaN(value))
  if (known.length === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN }
  const { mean, low, high } = meanInterval(known)
  return { value: mean, low: low ?? Number.NaN, high: high ?? Number.NaN }
}

/** Whether values of a place are taken together by their mean, path by path; else they are of resamples. */
export const isMean = ({ summary = intervalOf }: Search): boolean => summary === intervalOf

/** Mean of the given paths that have a value, place by place. */
export function meansOver(order: readonly Float64Array[], rows: readonly number[]): Float64Array {
  return Float64Array.from(order, (own) => {
    let [total, count] = [0, 0]
    for (const row of rows) {
      const value = own[row]!
      if (Number.isNaN(value)) continue
      total += value
      count++
    }
    return total / count
  })
}

/** Standard deviation of the values that are numbers over the size of their mean. */
export function relativeSdOf(values: ArrayLike<number>): number {
  const known = Float64Array.from(values).filter((value) => !Number.isNaN(value))
  if (known.length < 2) return Number.NaN
  const mean = sum(known) / known.length
  const sd = Math.sqrt(sum(known.map((v) => (v - mean) ** 2)) / (known.length - 1))
  return mean === 0 ? Number.NaN : sd / Math.abs(mean)
}

/** The order parameter and its response at some values of the axis, path by path. */
export type Sampled = {
  readonly x: Float64Array
  readonly order: readonly Float64Array[]
  readonly susceptibility: readonly Float64Array[]
}

/** Two places whose difference is a response, and the shock between them. */
export type Pair = { readonly places: readonly [Place, Place]; readonly by: number }

function pairAt(x: number, shock: number, step: number, { isShock, low, high }: Search): Pair {
  // At an end of the range the difference is taken inwards: beyond it there may be no world.
  const from = Math.max(low, x - step / 2)
  const to = Math.min(high, x + step / 2)
  const places: readonly [Place, Place] = isShock
    ? [
        { x: from, shock: 1 },
        { x: to, shock: 1 },
      ]
    : [
        { x, shock },
        { x, shock: shock * (1 + EXTRA) },
      ]
  return { places, by: isShock ? to - from : shock * EXTRA }
}

/** The pairs of places whose differences are the responses at places an even step apart. */
export function pairsOf(x: Float64Array, shock: number, search: Search): readonly Pair[] {
  const cell = x.length > 1 ? x[1]! - x[0]! : 1
  return Array.from(x, (at) => pairAt(at, shock, EXTRA * cell, search))
}

/**
 * Sample the curve.
 * @param shock multiple of the scenario's shock.
 * @param cell how far places are apart; default: as the first two.
 */
export async function sample(
  respond: Respond,
  x: Float64Array,
  shock: number,
  search: Search,
  cell: number = x[1]! - x[0]!,
): Promise<Sampled> {
  const pairs = Array.from(x, (at) => pairAt(at, shock, EXTRA * cell, search))
  const own = Array.from(x, (at): Place => ({ x: at, shock }))
  const all = await respond([...own, ...pairs.flatMap(({ places }) => places)], search.paths)
  const susceptibility = pairs.map(({ by }, k) => {
    const from = all[x.length + 2 * k]!
    const to = all[x.length + 2 * k + 1]!
    return to.map((value, path) => (value - from[path]!) / by)
  })
  return { x, order: all.slice(0, x.length), susceptibility }
}

/** Describe a sampled curve place by place. */
export function curveOf(
  { x, order, susceptibility }: Sampled,
  { summary = intervalOf }: Search,
): readonly CliffPoint[] {
  return Array.from(x, (at, k) => ({
    x: at,
    order: summary(order[k]!),
    relativeSd: summary === intervalOf ? relativeSdOf(order[k]!) : Number.NaN,
    susceptibility: summary(susceptibility[k]!),
    gap: hasValue(order[k]!) ? null : 'no path has a value',
  }))
}

/** Whether any path has a value. */
export const hasValue = (values: Float64Array): boolean => !values.every(Number.isNaN)

/** Some places of a curve. */
function picked({ x, order, susceptibility }: Sampled, places: readonly number[]): Sampled {
  return {
    x: Float64Array.from(places, (k) => x[k]!),
    order: places.map((k) => order[k]!),
    susceptibility: places.map((k) => susceptibility[k]!),
  }
}

/** The stretches of places at which the order parameter has a value, from low to high. */
export function stretchesOf(all: Sampled): readonly Sampled[] {
  const stretches: number[][] = []
  all.order.forEach((values, k) => {
    if (!hasValue(values)) return
    if (stretches.at(-1)?.at(-1) === k - 1) stretches.at(-1)!.push(k)
    else stretches.push([k])
  })
  return stretches.map((places) => picked(all, places))
}

/** The longest of them, the first of equals; null when there is none. */
export function longestOf(stretches: readonly Sampled[]): Sampled | null {
  const most = Math.max(...stretches.map(({ x }) => x.length))
  return stretches.find(({ x }) => x.length === most) ?? null
}

/** The places of a curve at which there is a response. */
export function answeredOf(all: Sampled): Sampled {
  const isAnswered = all.susceptibility.map(hasValue)
  return isAnswered.every(Boolean)
    ? all
    : picked(
        all,
        [...isAnswered.keys()].filter((k) => isAnswered[k]),
      )
}

/** The same response upside down. */
export function mirrored(respond: Respond): Respond {
  return async (places, paths) =>
    (await respond(places, paths)).map((values) => values.map((v) => -v))
}

/** Whether the order parameter answers to the shock by falling, as one does of which more is better. */
export function isFalling({ susceptibility }: Sampled, { summary = intervalOf }: Search): boolean {
  const means = susceptibility.map((own) => summary(own).value)
  const most = means.reduce((a, b) => (Math.abs(b) > Math.abs(a) || Number.isNaN(a) ? b : a))
  return most < 0
}

/** A curve upside down. */
export function mirror({ x, order, susceptibility }: Sampled): Sampled {
  const turned = (all: readonly Float64Array[]) => all.map((own) => own.map((v) => -v))
  return { x, order: turned(order), susceptibility: turned(susceptibility) }
}
