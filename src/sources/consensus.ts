import { sortedCopy } from '../math/index.ts'

/** What most values agree on. */
export type Consensus = {
  /** Middle of the values that agree. */
  readonly value: number
  /** How many agree, and of how many. */
  readonly count: number
  readonly of: number
  /** (largest - smallest) / value of those that agree, fraction. */
  readonly spread: number
}

/**
 * Find the value on which most of the positive values agree within a relative width.
 * @param values any order; not changed; values that are not positive and finite are left out.
 * @param width largest ratio - 1 between values that agree, > 0.
 * @param least fewest values that must agree.
 * @returns the densest run of sorted values (the lowest of equally dense ones), or null when fewer
 *   than `least` agree.
 */
export function consensus(
  values: readonly number[],
  width: number,
  least: number,
): Consensus | null {
  const sorted = sortedCopy(values.filter((x) => x > 0 && Number.isFinite(x)))
  let from = 0
  let count = 0
  for (let i = 0, j = 0; j < sorted.length; j++) {
    while (sorted[j]! > sorted[i]! * (1 + width)) i++
    if (j - i + 1 > count) {
      count = j - i + 1
      from = i
    }
  }
  if (count < least || count === 0) return null
  const value = (sorted[from + ((count - 1) >> 1)]! + sorted[from + (count >> 1)]!) / 2
  const spread = (sorted[from + count - 1]! - sorted[from]!) / value
  return { value, count, of: sorted.length, spread }
}
