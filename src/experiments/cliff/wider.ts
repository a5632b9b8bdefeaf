import type { NoPeak } from './standing.ts'
import type { Located, Search } from './types.ts'

/** Digits of a proposed end, which is no more exact than that. */
const DIGITS = 6

/**
 * Say where a cliff may be whose response is largest at an end of what was searched: beyond the end of the
 * range, as far again as it is wide; unless the axis ends there, or values do.
 * @param own the part of the range that has values.
 * @param search the whole range.
 */
export function widened(
  { note, end }: NoPeak,
  own: Pick<Search, 'low' | 'high'>,
  { low, high, allowed = [-Infinity, Infinity] }: Search,
): Pick<Located, 'note' | 'wider'> {
  const isLow = end === 'low'
  const at = isLow ? own.low : own.high
  if (at !== (isLow ? low : high))
    return { note: `${note}, ${at}, beside places without a value`, wider: null }
  const [least, most] = allowed
  if (at === (isLow ? least : most))
    return {
      note: `${note}, ${at}, beyond which there are no values: a cliff is at this border or beyond it, or nowhere`,
      wider: null,
    }
  const width = high - low
  const rounded = (value: number): number => Number(value.toPrecision(DIGITS))
  const wider = isLow
    ? { low: Math.max(least, rounded(low - width)), high }
    : { low, high: Math.min(most, rounded(high + width)) }
  const words = `a cliff may be there or beyond it; widen it to ${wider.low}..${wider.high}`
  return { note: `${note} of the range, ${at}: ${words}`, wider }
}
