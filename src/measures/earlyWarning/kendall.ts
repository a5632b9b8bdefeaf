/** Count the pairs that a merge sort puts into another order. @param out sorted copy, overwritten. */
function sortCounting(values: Float64Array, out: Float64Array): number {
  const n = values.length
  if (n < 2) {
    out.set(values)
    return 0
  }
  const half = n >> 1
  const [left, right] = [new Float64Array(half), new Float64Array(n - half)]
  let swaps = sortCounting(values.subarray(0, half), left)
  swaps += sortCounting(values.subarray(half), right)
  for (let k = 0, i = 0, j = 0; k < n; k++) {
    if (j === right.length || (i < half && left[i]! <= right[j]!)) out[k] = left[i++]!
    else {
      out[k] = right[j++]!
      swaps += half - i
    }
  }
  return swaps
}

/**
 * Measure the trend of a series: Kendall's rank correlation with time (tau-b).
 *
 * @param values any unit; not changed.
 * @returns 1 when it rises all the way, -1 when it falls, 0 without a trend; NaN when all values are equal or
 * there are fewer than two.
 * Source: Knight, "A computer method for calculating Kendall's tau" (1966).
 */
export function kendallTrend(values: Float64Array): number {
  const n = values.length
  const pairs = (n * (n - 1)) / 2
  const sorted = new Float64Array(n)
  const falling = sortCounting(values, sorted)
  let tied = 0
  for (let from = 0, k = 1; k <= n; k++) {
    if (k < n && sorted[k] === sorted[from]) continue
    tied += ((k - from) * (k - from - 1)) / 2
    from = k
  }
  const untied = pairs - tied
  return untied > 0 ? (untied - 2 * falling) / Math.sqrt(untied * pairs) : Number.NaN
}
