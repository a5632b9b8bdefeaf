/** A running sum that keeps what rounding would lose. */
export type Sum = {
  /** Add one number. */
  add(x: number): void
  /** Read the sum of what was added since the start or the last reset; 0 when nothing was. */
  value(): number
  /** Start again at 0. */
  reset(): void
}

/**
 * Add numbers in index order with Neumaier's compensation.
 *
 * @param values any length and unit; not changed.
 * @param from first index, default 0.
 * @param to index after the last, default the length.
 * @returns the sum of values[from..to-1]; relative error about 1 ulp plus n^2 2^-106 times the
 * condition of the sum. 0 for an empty range; infinities give the plain result.
 * Source: Neumaier, ZAMM 54 (1974), algorithm IV.
 */
export function sum(
  values: ArrayLike<number>,
  from: number = 0,
  to: number = values.length,
): number {
  let total = 0
  let lost = 0
  for (let i = from; i < to; i++) {
    const x = values[i]!
    const next = total + x
    lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total
    total = next
  }
  return total - total === 0 ? total + lost : total
}

/**
 * Start a running sum with the arithmetic of `sum`.
 *
 * @returns a sum at 0; it allocates nothing after this call.
 */
export function createSum(): Sum {
  let total = 0
  let lost = 0
  return {
    add(x) {
      const next = total + x
      lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total
      total = next
    },
    value: () => (total - total === 0 ? total + lost : total),
    reset() {
      total = 0
      lost = 0
    },
  }
}
