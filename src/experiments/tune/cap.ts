import { settable } from '../knobs.ts'

/** One value of a cap, and by how much the loss there is over the budget; NaN where it has no value. */
export type CapPoint = { readonly x: number; readonly over: number }

/** Where a budget is used up. */
export type Crossing = {
  /** Largest cap within the budget; null when the lowest of the range is over it. */
  readonly value: number | null
  /** Lowest cap seen over the budget beyond `value`; null when the range ends within it. */
  readonly beyond: number | null
  /** Where the budget cannot be judged before it is used up, so that there is no value; else null. */
  readonly gap: { readonly at: number; readonly upTo: number | null } | null
  /** Whether a cap beyond `beyond` is within the budget again. */
  readonly isTwisted: boolean
  readonly points: readonly CapPoint[]
}

/** Values per round of halving: the range falls to a fifth with four of them. */
const PER_ROUND = 4

const within = ({ over }: CapPoint): boolean => over <= 0

/**
 * Find the largest cap up to which every cap that is looked at stays within the budget.
 * @param overAt excess over the budget at some caps, in their order.
 * @param cells first values of the range, evenly: a fall and rise between two of them is not seen.
 * @param tolerance share of the range to which the cap is told.
 * @param isWhole whether caps are whole numbers: the two next to each other are the end.
 */
export async function largestWithin(
  overAt: (x: readonly number[]) => Promise<readonly number[]>,
  {
    isWhole = false,
    ...range
  }: Readonly<Record<'low' | 'high' | 'cells' | 'tolerance', number>> & {
    readonly isWhole?: boolean
  },
): Promise<Crossing> {
  const { low, high, cells } = range
  const least = Math.max(range.tolerance * (high - low), isWhole ? 1 : 0)
  const points: CapPoint[] = []
  const look = async (from: number, to: number, parts: number): Promise<void> => {
    const places = Array.from({ length: parts + 1 }, (_, k) =>
      k === parts ? to : settable({ isWhole }, from + ((to - from) * k) / parts),
    )
    const x = [...new Set(places)].filter((place) => !points.some((known) => known.x === place))
    const over = await overAt(x)
    points.push(...x.map((own, k) => ({ x: own, over: over[k]! })))
    points.sort((a, b) => a.x - b.x)
  }
  await look(low, high, cells)
  for (;;) {
    const first = points.findIndex((point) => !within(point))
    if (first < 0) return { value: high, beyond: null, gap: null, isTwisted: false, points }
    const isTwisted = points.slice(first).some(within)
    const { x: beyond, over } = points[first]!
    const value = points[first - 1]?.x ?? null
    if (Number.isNaN(over))
      return { value: null, beyond, gap: { at: beyond, upTo: value }, isTwisted, points }
    if (value === null || beyond - value <= least)
      return { value, beyond, gap: null, isTwisted, points }
    await look(value, beyond, PER_ROUND + 1)
  }
}
