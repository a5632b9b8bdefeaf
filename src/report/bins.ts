import { eventsOf } from '../measures/index.ts'
import type { Trace } from '../world/index.ts'

/** Liquidations of one stretch of time. */
export type Bin = {
  /** Seconds since the start. */
  readonly from: number
  readonly to: number
  readonly liquidations: number
  /** USD. */
  readonly repaid: number
}

/** Bins over a whole path. */
const BINS = 84

/** Steps, s, that make readable bins. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400]

/**
 * Sort liquidations into bins of equal length; empty ones are left out.
 * @param duration length of the path, s.
 * @param tickSeconds no bin is shorter.
 */
export function binsOf(trace: Trace, duration: number, tickSeconds: number): readonly Bin[] {
  const wanted = Math.max(duration / BINS, tickSeconds)
  const step = STEPS.find((s) => s >= wanted) ?? Math.ceil(wanted / 86400) * 86400
  const bins = new Map<number, { liquidations: number; repaid: number }>()
  const { time, x } = trace.columns
  for (const e of eventsOf(trace, 'liquidation')) {
    // A block's events carry its end; they belong to the bin that ends there.
    const place = Math.max(0, Math.ceil(time[e]! / step) - 1)
    const bin = bins.get(place) ?? { liquidations: 0, repaid: 0 }
    bin.liquidations++
    bin.repaid += x[e]!
    bins.set(place, bin)
  }
  return [...bins].map(([place, bin]) => ({ from: place * step, to: (place + 1) * step, ...bin }))
}
