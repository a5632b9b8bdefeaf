/**
 * Fit a sequence that does not rise to values, by least squares: neighbours in the wrong order are
 * pooled to their mean.
 * @param values any length; not changed.
 * @returns same length, not rising, with the same mean.
 * Source: Barlow et al., "Statistical Inference under Order Restrictions" (1972), pool adjacent
 *   violators.
 */
export function poolFalling(values: readonly number[]): number[] {
  const pools: { total: number; count: number }[] = []
  for (const value of values) {
    let pool = { total: value, count: 1 }
    for (;;) {
      const before = pools.at(-1)
      if (!before || before.total / before.count >= pool.total / pool.count) break
      pools.pop()
      pool = { total: before.total + pool.total, count: before.count + pool.count }
    }
    pools.push(pool)
  }
  return pools.flatMap(({ total, count }) => Array.from({ length: count }, () => total / count))
}
