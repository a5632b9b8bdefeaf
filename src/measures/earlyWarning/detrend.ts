import { exp } from '../../math/index.ts'

/** Standard deviations of the kernel beyond which nothing counts. */
const REACH = 4

/**
 * Take the slow part out of a series: subtract its average under a Gaussian kernel.
 *
 * @param values one per tick, any unit; not changed.
 * @param bandwidth standard deviation of the kernel, ticks, > 0.
 * @returns residuals, same length. Near the ends the kernel is cut off and weighs what there is.
 * Source: Dakos et al., "Slowing down as an early warning signal for abrupt climate change" (2008).
 */
export function gaussianDetrend(values: Float64Array, bandwidth: number): Float64Array {
  const n = values.length
  const reach = Math.min(n - 1, Math.ceil(REACH * bandwidth))
  const kernel = Float64Array.from({ length: reach + 1 }, (_, d) =>
    exp((-d * d) / (2 * bandwidth * bandwidth)),
  )
  return values.map((value, t) => {
    let [weights, total] = [0, 0]
    for (let u = Math.max(0, t - reach); u <= Math.min(n - 1, t + reach); u++) {
      const weight = kernel[Math.abs(u - t)]!
      weights += weight
      // Distances, so that a constant stays exactly 0.
      total += weight * (value - values[u]!)
    }
    return total / weights
  })
}
