/**
 * Two points that an increasing function crosses zero between. Residuals are the function's values,
 * made smaller when their end has stood still twice.
 */
export type Bracket = {
  low: number
  lowRest: number
  high: number
  highRest: number
  /** End that moved last: -1 low, 1 high, 0 none. */
  side: number
}

/**
 * Replace the end of a bracket on whose side `rest` = f(u) lies. Mutates `b`.
 *
 * The other end's residual is weighted down by what the moving one has lost, or halved (Anderson and
 * Bjorck 1973), so that no end stands still for long.
 */
export function tighten(b: Bracket, u: number, rest: number): void {
  if (rest < 0) {
    if (b.side < 0) b.highRest *= weight(rest, b.lowRest)
    b.low = u
    b.lowRest = rest
    b.side = -1
  } else {
    if (b.side > 0) b.lowRest *= weight(rest, b.highRest)
    b.high = u
    b.highRest = rest
    b.side = 1
  }
}

function weight(now: number, before: number): number {
  const left = 1 - now / before
  return left > 0 ? Math.max(left, 0.1) : 0.5
}

/** Guess the zero by false position from the nearer end, strictly inside where floats allow. */
export function guess(b: Bracket): number {
  const slope = (b.highRest - b.lowRest) / (b.high - b.low)
  const u = b.highRest < -b.lowRest ? b.high - b.highRest / slope : b.low - b.lowRest / slope
  return u > b.low && u < b.high ? u : b.low + (b.high - b.low) / 2
}

/** Tell whether no more than a few floats lie between two points of one sign. */
export function isTight(low: number, high: number): boolean {
  return Math.abs(high - low) <= 16 * Number.EPSILON * Math.abs(high)
}
