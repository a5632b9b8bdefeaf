import { median } from '../../math/index.ts'
import { eventsOf, forestOf } from '../../measures/index.ts'
import type { Trace } from '../../world/index.ts'
import type { Onset } from './types.ts'

/** Share of all that a path liquidates by which the trouble has begun. */
const BEGUN = 0.01
/** A fall this many times what noise makes in the same time is an event. */
const LARGE = 6
/** Standard deviation of a normal distribution over its median absolute deviation. */
const NORMAL = 1.4826
/** Ticks over which noise is measured. */
const SPANS = [1, 10, 30] as const

/** How onsets are found, in words. */
export const FOUND_BY = [
  'cause of the first 1 % of liquidated debt',
  'start of the deepest fall of the price',
] as const

/** Tick of the cause of the liquidations by which a hundredth of all liquidated debt is repaid. */
function byLiquidations(trace: Trace): Onset | null {
  const ids = eventsOf(trace, 'liquidation')
  const { x, tick } = trace.columns
  const total = ids.reduce((sum, e) => sum + x[e]!, 0)
  if (!(total > 0)) return null
  let repaid = 0
  const first = ids.find((e) => {
    repaid += x[e]!
    return repaid >= BEGUN * total
  })!
  return {
    tick: tick[forestOf(trace).root[first]!]!,
    by: FOUND_BY[0],
  }
}

/**
 * Measure the noise of a price per square root of a tick: the largest over spans, because prices that move in
 * steps or lag behind look calmer over few ticks than they are.
 */
function noiseOf(price: Float64Array): number {
  const noises = SPANS.filter((span) => price.length > 4 * span).map((span) => {
    const moves = price.slice(span).map((p, t) => Math.abs(p - price[t]!))
    return (NORMAL * median(moves)) / Math.sqrt(span)
  })
  return Math.max(0, ...noises)
}

/**
 * Find where the deepest fall of a price starts, when it is no noise: on the way from top to bottom the first
 * fall that is too large for its time.
 * @param price logarithm, one per tick, from tick 0 on.
 * @returns null when noise could have made it.
 */
export function fallOf(price: Float64Array): Onset | null {
  let [peak, top, bottom] = [0, 0, 0]
  for (let t = 0; t < price.length; t++) {
    if (price[t]! >= price[peak]!) peak = t
    if (price[peak]! - price[t]! > price[top]! - price[bottom]!) [top, bottom] = [peak, t]
  }
  const line = LARGE * noiseOf(price)
  for (let to = top + 1; to <= bottom; to++) {
    let [from, most] = [top, line]
    for (let t = top; t < to; t++) {
      const size = (price[t]! - price[to]!) / Math.sqrt(to - t)
      if (size > most) [from, most] = [t, size]
    }
    if (most > line) return { tick: from, by: FOUND_BY[1] }
  }
  return null
}

/** Find where the trouble of a path starts; null when there is none. */
export function onsetOf(trace: Trace, price: Float64Array): Onset | null {
  return byLiquidations(trace) ?? fallOf(price)
}
