import { sumError } from '../../math/index.ts'

/** Where rolling windows of a series lie. */
export type Windows = {
  /** Ticks of a window, >= 3. */
  readonly length: number
  /** Ticks from one window to the next, >= 1. */
  readonly stride: number
}

/** Indicators of one series. */
export type IndicatorName = 'variance' | 'autocorrelation' | 'skewness'

/** Sum of a term over the ticks from one up to another, which is left out. */
type WindowSum = (from: number, to: number) => number

/** Sum over all ticks before each, so that every window costs the same, whatever came before it. */
function sumsOf(n: number, term: (t: number) => number): WindowSum {
  const sums = new Float64Array(n + 1)
  // What rounding loses is kept: a calm window after a crash is small beside the sums that it is taken from.
  const lost = new Float64Array(n + 1)
  for (let t = 0; t < n; t++) {
    const x = term(t)
    sums[t + 1] = sums[t]! + x
    lost[t + 1] = lost[t]! + sumError(sums[t]!, x)
  }
  return (from, to) => sums[to]! - sums[from]! + (lost[to]! - lost[from]!)
}

function windowsIn(n: number, { length, stride }: Windows): number {
  return n < length ? 0 : Math.floor((n - length) / stride) + 1
}

/** Centred second moment over a window, 0 where rounding alone is left. */
function spread(square: number, mean: number): number {
  const left = square - mean * mean
  return left > 1e-12 * square ? left : 0
}

/**
 * Measure variance, lag-1 autocorrelation and size of the skewness of a series in rolling windows.
 *
 * @param x residuals, one per tick, about 0; not changed.
 * @returns per indicator one value per window: variance in the squared unit of x (divisor n), the others
 * without unit, skewness without its sign; NaN where nothing varies.
 */
export function rollingIndicators(
  x: Float64Array,
  windows: Windows,
): Readonly<Record<IndicatorName, Float64Array>> {
  const n = x.length
  const one = sumsOf(n, (t) => x[t]!)
  const two = sumsOf(n, (t) => x[t]! * x[t]!)
  const three = sumsOf(n, (t) => x[t]! * x[t]! * x[t]!)
  const lagged = sumsOf(n - 1, (t) => x[t]! * x[t + 1]!)
  const count = windowsIn(n, windows)
  const { length, stride } = windows
  const out = {
    variance: new Float64Array(count),
    autocorrelation: new Float64Array(count),
    skewness: new Float64Array(count),
  }
  for (let w = 0; w < count; w++) {
    const [from, to] = [w * stride, w * stride + length]
    const mean = one(from, to) / length
    const square = two(from, to) / length
    const variance = spread(square, mean)
    const cube = three(from, to) / length - 3 * mean * square + 2 * mean * mean * mean
    // Sum of (x_t - mean)(x_t+1 - mean) over the pairs inside the window.
    const inner = 2 * one(from, to) - x[from]! - x[to - 1]!
    const pairs = lagged(from, to - 1) - mean * inner + (length - 1) * mean * mean
    out.variance[w] = variance
    out.autocorrelation[w] = variance > 0 ? pairs / ((length - 1) * variance) : Number.NaN
    out.skewness[w] = variance > 0 ? Math.abs(cube) / (variance * Math.sqrt(variance)) : Number.NaN
  }
  return out
}

/**
 * Measure how strongly several series move together in rolling windows.
 *
 * @param series at least two of the same length; not changed.
 * @returns per window the mean correlation over all pairs of series that vary; NaN without such a pair.
 */
export function rollingCrossCorrelation(
  series: readonly Float64Array[],
  windows: Windows,
): Float64Array {
  const n = series[0]!.length
  const { length, stride } = windows
  const count = windowsIn(n, windows)
  const total = new Float64Array(count)
  const pairs = new Int32Array(count)
  const sums = series.map((x) => sumsOf(n, (t) => x[t]!))
  const squares = series.map((x) => sumsOf(n, (t) => x[t]! * x[t]!))
  for (let a = 0; a < series.length; a++)
    for (let b = 0; b < a; b++) {
      const products = sumsOf(n, (t) => series[a]![t]! * series[b]![t]!)
      for (let w = 0; w < count; w++) {
        const mean = (of: WindowSum): number => of(w * stride, w * stride + length) / length
        const [ma, mb] = [mean(sums[a]!), mean(sums[b]!)]
        const size = Math.sqrt(spread(mean(squares[a]!), ma) * spread(mean(squares[b]!), mb))
        if (!(size > 0)) continue
        total[w]! += (mean(products) - ma * mb) / size
        pairs[w]!++
      }
    }
  return total.map((sum, w) => (pairs[w]! > 0 ? sum / pairs[w]! : Number.NaN))
}
