import { f64, i32 } from '../../world/index.ts'
import { SLACK } from './rules.ts'

type F64 = ReturnType<typeof f64>

/** Columns of what was seen of some series within a rolling window. */
export type WindowSpecs = {
  readonly seenAt: F64
  readonly seen: F64
  readonly seenNext: ReturnType<typeof i32>
}

/** The same as a control sees them. */
export type WindowColumns = {
  readonly seenAt: Float64Array
  readonly seen: Float64Array
  readonly seenNext: Int32Array
}

/**
 * Describe columns that remember `series` numbers per observation over a rolling window.
 * @param seconds length of the window.
 * @param every least time between observations, s.
 */
export function windowColumns(series: number, seconds: number, every: number): WindowSpecs {
  const places = Math.floor(seconds / every + SLACK) + 1
  return {
    seenAt: f64(places, 's', -1e18),
    seen: f64(places * series, 'of the series'),
    seenNext: i32(1, 'place'),
  }
}

/** Remember one observation of all series; the oldest is forgotten. */
export function remember(s: WindowColumns, time: number, values: ArrayLike<number>): void {
  const place = s.seenNext[0]!
  s.seenAt[place] = time
  for (let k = 0; k < values.length; k++) s.seen[place * values.length + k] = values[k]!
  s.seenNext[0] = (place + 1) % s.seenAt.length
}

/**
 * Find the largest (`sign` 1) or smallest (-1) value of a series that was seen within the window.
 * @returns the place of the observation; -1 when there is none.
 */
export function extreme(
  s: WindowColumns,
  series: { readonly of: number; readonly count: number },
  time: number,
  seconds: number,
  sign: -1 | 1,
): number {
  const { of, count } = series
  let best = -1
  for (let place = 0; place < s.seenAt.length; place++) {
    if (s.seenAt[place]! < time - seconds - SLACK) continue
    const value = sign * s.seen[place * count + of]!
    if (best < 0 || value > sign * s.seen[best * count + of]!) best = place
  }
  return best
}
