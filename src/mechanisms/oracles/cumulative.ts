/**
 * Cumulative sums of a value that stands between changes, as a pool keeps them: an observation is
 * written when the value has changed, and what stood between two observations was constant, so that
 * reading between them is exact.
 *
 * Source: Uniswap/v3-core contracts/libraries/Oracle.sol (`write`, `observeSingle`) and
 * Uniswap/v2-core contracts/UniswapV2Pair.sol (`_update`). Sums are of value - opening value, so that a
 * value that never changes has no rounding in its mean.
 */

/** A sum and its last observations; entry k of the ring is observation k modulo its length. */
export type Cumulative = {
  /** Length 4: value that stands, value at the opening, sum until now, s until which it runs. */
  readonly now: Float64Array
  /** Times of observations, s. Length: how many are kept, >= 1. */
  readonly at: Float64Array
  /** Sums at those times. */
  readonly sum: Float64Array
  /** Length 3: observations written; the last one outside the window; 1 when the value is known. */
  readonly count: Int32Array
}

const VALUE = 0
const OPENING = 1
const SUM = 2
const TIME = 3

const WRITTEN = 0
const TAIL = 1
const KNOWN = 2

/**
 * Add the time since the last call, during which `value` has stood; observation 0 is the opening, before
 * which the value was always the first one.
 * @param time seconds, not before the last call's.
 */
export function accrue({ now, at, sum, count }: Cumulative, value: number, time: number): void {
  if (count[KNOWN] === 0) {
    now.fill(value, VALUE, OPENING + 1)
    count[KNOWN] = 1
    count[WRITTEN] = 1
  } else if (value !== now[VALUE]) {
    const k = count[WRITTEN]! % at.length
    at[k] = now[TIME]!
    sum[k] = now[SUM]!
    count[WRITTEN]! += 1
    now[VALUE] = value
  }
  now[SUM]! += (value - now[OPENING]!) * (time - now[TIME]!)
  now[TIME] = time
}

/** Whether a value is the mean of the window, of what is left of it, or not to be had. */
export type WindowRule = 'none' | 'oldest'

/**
 * Compute the mean over the last `window` seconds; its far end may only move forward between calls.
 * @param rule when the window begins before the oldest observation that is kept: no mean (NaN), or the
 *   mean since that one.
 * @returns in the value's unit; the value itself where nothing has changed in the window.
 */
export function meanOver(own: Cumulative, window: number, rule: WindowRule): number {
  const { now, at, sum, count } = own
  const kept = at.length
  const written = count[WRITTEN]!
  const from = now[TIME]! - window
  const oldest = Math.max(0, written - kept)
  let tail = Math.max(count[TAIL]!, oldest)
  while (tail + 1 < written && at[(tail + 1) % kept]! <= from) tail++
  count[TAIL] = tail
  const start = at[tail % kept]!
  const isShort = from < start && tail > 0
  if (isShort && rule === 'none') return Number.NaN
  const isLast = tail + 1 === written
  if (isLast && from >= start) return now[VALUE]!
  const begin = isShort ? start : from
  if (begin >= now[TIME]!) return now[VALUE]!
  const head = isLast ? now[SUM]! : sum[(tail + 1) % kept]!
  const headAt = isLast ? now[TIME]! : at[(tail + 1) % kept]!
  // Before the opening the sum of differences to the opening value is zero.
  const slope =
    begin <= start || headAt <= start ? 0 : (head - sum[tail % kept]!) / (headAt - start)
  const then = begin <= start ? sum[tail % kept]! : sum[tail % kept]! + slope * (begin - start)
  return now[OPENING]! + (now[SUM]! - then) / (now[TIME]! - begin)
}
