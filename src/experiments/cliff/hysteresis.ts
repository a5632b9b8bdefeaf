import { meanInterval } from '../../math/index.ts'
import { intervalOf } from './curve.ts'

/** Whether the way up and the way down along a parameter differ. */
export type Hysteresis = {
  /** Distance of the steepest cells of both ways, unit of the parameter; null when not applicable, or when one does not turn. */
  readonly width: number | null
  /** Largest mean difference of the order parameter between both ways; null when not applicable. */
  readonly gap: number | null
  /** What was found, or why it does not apply. */
  readonly note: string
  /** Places and mean order parameter on both ways; empty when not applicable. */
  readonly ways: readonly { readonly x: number; readonly up: number; readonly down: number }[]
}

/** Say why hysteresis does not apply. */
export function notApplicable(why: string): Hysteresis {
  return { width: null, gap: null, note: `not applicable: ${why}`, ways: [] }
}

const meanOf = (values: Float64Array): number => intervalOf(values).value

/** Least change in a cell, as a share of the largest difference of both ways, that is a turn. */
const TURN = 0.05

/** Middle of the cell in which a way changes most; null when it changes next to nothing anywhere. */
function turnOf(x: readonly number[], y: readonly number[], gap: number): number | null {
  let [best, most] = [0, TURN * gap]
  for (let k = 0; k + 1 < x.length; k++) {
    const change = Math.abs(y[k + 1]! - y[k]!)
    if (change > most) [best, most] = [k + 1, change]
  }
  return best === 0 ? null : (x[best - 1]! + x[best]!) / 2
}

/**
 * Whether paired differences are more than chance makes; without chance any beyond rounding is.
 * @param looks how many places are looked at: chance has that many tries.
 */
function differs(up: Float64Array, down: Float64Array, looks: number): boolean {
  const known = up.map((v, path) => v - down[path]!).filter((v) => !Number.isNaN(v))
  if (known.length === 0) return false
  const { mean, low, high } = meanInterval(known, 1 - 0.05 / looks)
  const size = Math.max(Math.abs(meanOf(up)), Math.abs(meanOf(down)))
  if (!(Math.abs(mean) > 1e-9 * size)) return false
  return low === null || high === null || low > 0 || high < 0
}

/** Whether values agree, path by path, as far as chance can tell. */
export function sameWay(a: Float64Array, b: Float64Array): boolean {
  return !differs(a, b, 1)
}

/**
 * Compare the way up with the way down.
 * @param up order parameter at each place, path by path, each place started from the end of the one before.
 * @param down the same on the way back, in the order of `x`.
 */
export function compareWays(
  x: readonly number[],
  up: readonly Float64Array[],
  down: readonly Float64Array[],
): Hysteresis {
  const [rising, falling] = [up.map(meanOf), down.map(meanOf)]
  const ways = x.map((at, k) => ({ x: at, up: rising[k]!, down: falling[k]! }))
  // The way down starts where the way up ends: the last place is no comparison.
  const apart = x
    .map((_, k) => k)
    .filter((k) => k < x.length - 1 && differs(up[k]!, down[k]!, x.length))
  const gap = Math.max(0, ...apart.map((k) => Math.abs(rising[k]! - falling[k]!)))
  if (apart.length === 0)
    return { width: 0, gap: 0, note: 'none: the way up and the way down agree', ways }
  const where = `the way up and the way down differ between ${x[apart[0]!]} and ${x[apart.at(-1)!]}`
  const [turned, returned] = [turnOf(x, rising, gap), turnOf(x, falling, gap)]
  if (turned === null || returned === null) {
    const which = returned === null ? 'down' : 'up'
    const note = `${where}: the way ${which} does not turn in this range, what is gone does not come back`
    return { width: null, gap, note, ways }
  }
  const width = Math.abs(turned - returned)
  const note =
    width > 0
      ? `${where}: they turn at places ${Number(width.toPrecision(6))} apart`
      : `${where}, but turn in the same cell`
  return { width, gap, note, ways }
}
