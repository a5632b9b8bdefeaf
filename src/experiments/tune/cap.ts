/** One value of a cap, and by how much the loss there is over the budget; NaN where it has no value. */
export type CapPoint = { readonly x: number; readonly over: number }

/** Where a budget is used up. */
export type Crossing = {
  /** Largest cap within the budget; null when the lowest of the range is over it. */
  readonly value: number | null
  /** Lowest cap seen over the budget beyond `value`; null when the range ends within it. */
  readonly beyond: number | null
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
 */
export async function largestWithin(
  overAt: (x: readonly number[]) => Promise<readonly number[]>,
  { low, high, cells, tolerance }: Readonly<Record<'low' | 'high' | 'cells' | 'tolerance', number>>,
): Promise<Crossing> {
  const points: CapPoint[] = []
  const look = async (from: number, to: number, parts: number, ends: boolean): Promise<void> => {
    const x: number[] = []
    for (let k = ends ? 0 : 1; k < (ends ? parts + 1 : parts); k++)
      x.push(k === parts ? to : from + ((to - from) * k) / parts)
    const over = await overAt(x)
    points.push(...x.map((own, k) => ({ x: own, over: over[k]! })))
    points.sort((a, b) => a.x - b.x)
  }
  await look(low, high, cells, true)
  for (;;) {
    const first = points.findIndex((point) => !within(point))
    if (first === 0) return { value: null, beyond: points[0]!.x, isTwisted: twist(0), points }
    if (first < 0) return { value: high, beyond: null, isTwisted: false, points }
    const [from, to] = [points[first - 1]!.x, points[first]!.x]
    if (to - from <= tolerance * (high - low))
      return { value: from, beyond: to, isTwisted: twist(first), points }
    await look(from, to, PER_ROUND + 1, false)
  }
  function twist(first: number): boolean {
    return points.slice(first).some(within)
  }
}
