import type { Interval } from '../sensitivity/ranges.ts'

/** A cliff along the first axis; `at` is the second coordinate of its row, null where there is one axis only. */
export type LinePlace = { readonly at: number | null; readonly cliff: Interval | null }

/**
 * How far a cell is from the line along the first axis, 0 where the line crosses it; null where not even the
 * interval of the line reaches it.
 */
export type NearLine = (from: readonly number[], to: readonly number[]) => number | null

/** The line and its interval at one place of the second axis. */
type Band = { readonly y: number; readonly cliff: Interval }

function between(a: Band, b: Band, y: number): Interval {
  const share = b.y > a.y ? (y - a.y) / (b.y - a.y) : 0
  const mixed = (p: number, q: number): number => p + share * (q - p)
  const { value, low, high } = a.cliff
  return {
    value: mixed(value, b.cliff.value),
    low: mixed(low, b.cliff.low),
    high: mixed(high, b.cliff.high),
  }
}

/** Pieces of the line: between neighbouring rows that have it, and rows alone. */
function piecesOf(line: readonly LinePlace[]): readonly (readonly [Band, Band])[] {
  const rows = line.map(({ at, cliff }): Band | null => cliff && { y: at ?? 0, cliff })
  return rows.flatMap((own, k) => {
    if (own === null) return []
    const next = rows[k + 1]
    if (next) return [[own, next] as const]
    return rows[k - 1] ? [] : [[own, own] as const]
  })
}

/** Make the distance to a line that is straight between its rows. @param line rows by rising `at`. */
export function nearLine(line: readonly LinePlace[]): NearLine {
  const pieces = piecesOf(line)
  return ([x0, y0 = 0], [x1, y1 = 0]) => {
    let nearest: number | null = null
    for (const [a, b] of pieces) {
      const [bottom, top] = [Math.max(y0, a.y), Math.min(y1, b.y)]
      if (bottom > top) continue
      const [first, last] = [between(a, b, bottom), between(a, b, top)]
      // The band is between straight lines: it meets the cell somewhere if its farthest ends do.
      if (Math.min(first.low, last.low) > x1! || Math.max(first.high, last.high) < x0!) continue
      const left = Math.min(first.value, last.value) - x1!
      const right = x0! - Math.max(first.value, last.value)
      nearest = Math.min(nearest ?? Infinity, Math.max(0, left, right))
    }
    return nearest
  }
}
