import type { Interval } from '../sensitivity/ranges.ts'

/** A cliff at one size of the system. */
export type Sized = { readonly size: number; readonly cliff: Interval }

/** A cliff carried to a system without end. */
export type Growth = {
  /** By size, the smallest first. */
  readonly sizes: readonly Sized[]
  readonly limit: Interval
  readonly note: string
}

const halfOf = ({ low, high }: Interval): number => (high - low) / 2

/** Largest ratio of two steps between sizes at which the rest of the way is still summed. */
const SLOWEST = 0.9
/**
 * Ratio of steps between doubled sizes that is taken where they do not tell one: an exponent of 1/2, as the
 * scatter of N positions has, c + A N^-1/2. Exponents of folds and of averages are larger and leave a shorter way.
 */
const UNTOLD = Math.SQRT1_2

/**
 * Carry a cliff to a system without end: sizes N/4, N/2, N whose steps shrink by a ratio q leave a way of
 * q / (1 - q) times the last step (Aitken), as c + A N^-w has it. All of that way is added to the error, and never
 * less than the last step, which is what 1/N leaves: a small first size makes the steps shrink faster than they will.
 * @param sizes the smallest first, each twice the one before.
 * @returns null for fewer than two sizes.
 */
export function grow(sizes: readonly Sized[]): Growth | null {
  const last = sizes.at(-1)
  const before = sizes.at(-2)
  if (!last || !before) return null
  const { value } = last.cliff
  const reach = Math.max(halfOf(last.cliff), 0)
  const step = value - before.cliff.value
  const around = (at: number, by: number): Interval => ({ value: at, low: at - by, high: at + by })
  const noise = reach + halfOf(before.cliff)
  if (Math.abs(step) <= noise)
    return {
      ...{ sizes, limit: around(value, reach + Math.abs(step)) },
      note: 'sizes differ by no more than their intervals: the last one stands',
    }
  const first = sizes.at(-3)
  const ratio = first ? step / (before.cliff.value - first.cliff.value) : Number.NaN
  if (!(ratio > 0 && ratio < SLOWEST))
    return {
      ...{ sizes, limit: around(value, reach + Math.abs(step) / (1 - UNTOLD)) },
      note: 'the steps between sizes do not shrink steadily: the last one stands, with an interval as wide as if they went with 1 / sqrt(N)',
    }
  const rest = (step * ratio) / (1 - ratio)
  return {
    ...{ sizes, limit: around(value + rest, reach + Math.max(Math.abs(rest), Math.abs(step))) },
    note: `the steps between sizes shrink by ${ratio.toPrecision(2)} each: carried to no end`,
  }
}
