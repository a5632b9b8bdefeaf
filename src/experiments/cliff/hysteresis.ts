import { meanInterval } from '../../math/index.ts'
import { hasValue, intervalOf } from './curve.ts'

/** Whether the way up and the way down along a parameter differ. */
export type Hysteresis = {
  /** Distance of the steepest cells of both ways, unit of the parameter; null when not applicable or not told, or when one does not turn. */
  readonly width: number | null
  /** Largest mean difference of the order parameter between both ways; null when not applicable, or not told. */
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

/** Largest difference that counts as none: a share of the range that the measure goes through, or of its size. */
const SAME = { range: 0.05, size: 1e-3 } as const

/** Largest difference that counts as none, by means at all places. */
function marginOf(means: readonly number[]): number {
  const known = means.filter((value) => !Number.isNaN(value))
  const range = Math.max(...known) - Math.min(...known)
  return Math.max(SAME.range * range, SAME.size * Math.max(...known.map(Math.abs)))
}

/** What paths can tell of two ways at a place. */
type Verdict = 'same' | 'apart' | 'cannot tell'

/**
 * Judge paired differences: the same where their interval leaves no more than the margin, apart where it leaves
 * out 0. Of one path, which is that of a world without chance, any beyond rounding is a difference.
 * @param looks how many places are looked at: chance has that many tries.
 */
function judge(a: Float64Array, b: Float64Array, margin: number, looks: number): Verdict {
  const known = a.map((v, path) => v - b[path]!).filter((v) => !Number.isNaN(v))
  if (known.length === 0) return !hasValue(a) && !hasValue(b) ? 'same' : 'cannot tell'
  const size = Math.max(Math.abs(meanOf(a)), Math.abs(meanOf(b)))
  if (known.every((v) => Math.abs(v) <= 1e-9 * size)) return 'same'
  if (a.length === 1) return 'apart'
  const { low, high } = meanInterval(known, 1 - 0.05 / looks)
  if (low === null || high === null) return 'cannot tell'
  if (Math.max(-low, high) <= margin) return 'same'
  return low > 0 || high < 0 ? 'apart' : 'cannot tell'
}

/**
 * Tell whether paths that are run on at the same value measure the same: whether they differ by no more than is
 * none, not whether chance could have made that they do.
 * @param means of the measure at all places, which say what is none.
 */
export function sameWay(a: Float64Array, b: Float64Array, means: readonly number[]): Verdict {
  return judge(a, b, marginOf(means), 1)
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
  const margin = marginOf([...rising, ...falling])
  // The way down starts where the way up ends: the last place is no comparison.
  const verdicts = x.slice(0, -1).map((_, k) => judge(up[k]!, down[k]!, margin, x.length))
  const placesOf = (verdict: Verdict) => [...verdicts.keys()].filter((k) => verdicts[k] === verdict)
  const [apart, untold] = [placesOf('apart'), placesOf('cannot tell')]
  const gap = Math.max(0, ...apart.map((k) => Math.abs(rising[k]! - falling[k]!)))
  if (apart.length === 0 && untold.length > 0) {
    const where = `between ${x[untold[0]!]} and ${x[untold.at(-1)!]}`
    const note = `cannot tell: ${where} the paths leave room for a difference of more than ${Number(margin.toPrecision(2))}`
    return { width: null, gap: null, note, ways }
  }
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
