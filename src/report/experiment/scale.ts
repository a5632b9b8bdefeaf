/** A linear axis: where a value lies in pixels, and which round values are marked. */
export type Scale = {
  readonly low: number
  readonly high: number
  readonly at: (value: number) => number
  readonly ticks: readonly number[]
  /** Distance of two ticks. */
  readonly step: number
}

/** A span of pixels, from the place of the low end to that of the high end. */
export type Span = readonly [from: number, to: number]

/** Power of ten at or below a positive number, exact. */
function powerOfTen(value: number): number {
  return Number(`1e${value.toExponential(15).split('e')[1]}`)
}

/** Smallest of 1, 2, 5, 10 ... that cuts a length into at most `count` parts. */
export function roundStep(length: number, count: number): number {
  const least = length / Math.max(1, count)
  const power = powerOfTen(least)
  return [1, 2, 5].map((k) => k * power).find((step) => step >= least * (1 - 1e-9)) ?? 10 * power
}

function ticksOf(low: number, high: number, step: number): readonly number[] {
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  // Rounded to the step, so that 3 x 0.1 is marked 0.3; -0 becomes 0.
  return Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, k) => Number(((first + k) * step).toPrecision(12)) + 0,
  )
}

/** Span of the finite ones of some values; null when there is none. */
export function spanOf(values: Iterable<number | null>): Span | null {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low <= high ? [low, high] : null
}

/** How an axis is laid over values. */
export type ScaleOptions = {
  /** About how many ticks; default 6. */
  readonly count?: number
  /** `round` ends the axis at ticks; default `tight`. */
  readonly ends?: 'round' | 'tight'
}

/**
 * Lay a linear axis over a span of values.
 * @param values from low to high; a single value gets room on both sides, 0 alone and null become 0 to 1.
 * @param pixels where the low and the high end are drawn.
 */
export function linearScale(
  values: Span | null,
  pixels: Span,
  { count = 6, ends = 'tight' }: ScaleOptions = {},
): Scale {
  let [low, high] = values ?? [0, 1]
  if (!(high - low > Math.max(1e-300, 1e-12 * Math.max(Math.abs(low), Math.abs(high))))) {
    const room = Math.abs(low) / 10
    low -= room
    high += room || 1
  }
  const step = roundStep(high - low, count)
  if (ends === 'round') {
    low = Math.floor(low / step + 1e-9) * step
    high = Math.ceil(high / step - 1e-9) * step
  }
  const [from, to] = pixels
  return {
    ...{ low, high, step },
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
    ticks: ticksOf(low, high, step),
  }
}
