import type { PackedGroup } from './layout.ts'

/**
 * Count the rows whose margin, the sum of amount x value in storage order, is negative. Rows are
 * grouped by length so that the inner loop has no branch; the two commonest lengths are unrolled.
 * @param values per coordinate.
 */
export function countBelow(
  groups: readonly PackedGroup[],
  coordinate: Int32Array,
  amount: Float64Array,
  values: Float64Array,
): number {
  let below = 0
  for (let g = 0; g < groups.length; g++) {
    const { length, from, rows } = groups[g]!
    const end = from + rows.length * length
    if (length === 2) below += countPairs(from, end, coordinate, amount, values)
    else if (length === 3) below += countTriples(from, end, coordinate, amount, values)
    else
      for (let first = from; first < end; first += length) {
        let margin = amount[first]! * values[coordinate[first]!]!
        for (let k = first + 1; k < first + length; k++)
          margin += amount[k]! * values[coordinate[k]!]!
        if (margin < 0) below++
      }
  }
  return below
}

function countPairs(
  from: number,
  end: number,
  coordinate: Int32Array,
  amount: Float64Array,
  values: Float64Array,
): number {
  let below = 0
  for (let k = from; k < end; k += 2) {
    const margin =
      amount[k]! * values[coordinate[k]!]! + amount[k + 1]! * values[coordinate[k + 1]!]!
    if (margin < 0) below++
  }
  return below
}

function countTriples(
  from: number,
  end: number,
  coordinate: Int32Array,
  amount: Float64Array,
  values: Float64Array,
): number {
  let below = 0
  for (let k = from; k < end; k += 3) {
    const margin =
      amount[k]! * values[coordinate[k]!]! +
      amount[k + 1]! * values[coordinate[k + 1]!]! +
      amount[k + 2]! * values[coordinate[k + 2]!]!
    if (margin < 0) below++
  }
  return below
}

/**
 * Collect the rows whose margin is negative, group by group, with the bits of `countBelow`.
 * @param out length >= rows, overwritten from 0.
 * @returns how many rows were written.
 */
export function collectBelow(
  groups: readonly PackedGroup[],
  coordinate: Int32Array,
  amount: Float64Array,
  values: Float64Array,
  out: Int32Array,
): number {
  let n = 0
  for (let g = 0; g < groups.length; g++) {
    const { length, from, rows } = groups[g]!
    if (length === 2) n = collectPairs(from, rows, coordinate, amount, values, out, n)
    else if (length === 3) n = collectTriples(from, rows, coordinate, amount, values, out, n)
    else
      for (let j = 0, first = from; j < rows.length; j++, first += length) {
        let margin = amount[first]! * values[coordinate[first]!]!
        for (let k = first + 1; k < first + length; k++)
          margin += amount[k]! * values[coordinate[k]!]!
        if (margin < 0) out[n++] = rows[j]!
      }
  }
  return n
}

function collectPairs(
  from: number,
  rows: Int32Array,
  coordinate: Int32Array,
  amount: Float64Array,
  values: Float64Array,
  out: Int32Array,
  n: number,
): number {
  for (let j = 0, k = from; j < rows.length; j++, k += 2) {
    const margin =
      amount[k]! * values[coordinate[k]!]! + amount[k + 1]! * values[coordinate[k + 1]!]!
    if (margin < 0) out[n++] = rows[j]!
  }
  return n
}

function collectTriples(
  from: number,
  rows: Int32Array,
  coordinate: Int32Array,
  amount: Float64Array,
  values: Float64Array,
  out: Int32Array,
  n: number,
): number {
  for (let j = 0, k = from; j < rows.length; j++, k += 3) {
    const margin =
      amount[k]! * values[coordinate[k]!]! +
      amount[k + 1]! * values[coordinate[k + 1]!]! +
      amount[k + 2]! * values[coordinate[k + 2]!]!
    if (margin < 0) out[n++] = rows[j]!
  }
  return n
}
