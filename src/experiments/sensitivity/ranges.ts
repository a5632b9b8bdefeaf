import { InputError } from '../../world/index.ts'
/** Lowest and highest value of a parameter, both finite, low < high. */
export type Range = readonly [low: number, high: number]

/** One range per parameter, in the order in which a function takes them. */
export type Ranges = readonly Range[]

/** An estimate with its 95 % confidence interval; NaN where it has no meaning. */
export type Interval = { readonly value: number; readonly low: number; readonly high: number }

/** A function of parameters, in their units. */
export type Response = (parameters: Float64Array) => number

/** Thrown when an analysis of sensitivity is asked for something that it cannot do. */
export class SensitivityError extends InputError {
  override readonly name = 'SensitivityError'
}

/** @throws {SensitivityError} when there are no ranges, or one is not a finite interval. */
export function checkRanges(ranges: Ranges): void {
  if (ranges.length === 0)
    throw new SensitivityError('no parameters to vary; give at least one range')
  ranges.forEach(([low, high], k) => {
    if (!(Number.isFinite(low) && Number.isFinite(high) && low < high))
      throw new SensitivityError(
        `range ${k} is ${low} .. ${high}; give a lowest and a higher finite value`,
      )
  })
}

/** @throws {SensitivityError} when a count is not a whole number of at least `least`. */
export function checkCount(name: string, value: number, least: number): void {
  if (!(Number.isSafeInteger(value) && value >= least))
    throw new SensitivityError(`${name} is ${value}; use a whole number from ${least} on`)
}

/** @throws {SensitivityError} when a seed is no whole number. */
export function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed)) throw new SensitivityError(`seed is ${seed}; use a whole number`)
}

/**
 * Put a point of the unit cube into the ranges.
 * @param unit length >= `from` + ranges; numbers in 0..1.
 * @param out length >= `at` + ranges; overwritten from `at` on.
 */
export function place(
  ranges: Ranges,
  unit: ArrayLike<number>,
  from: number,
  out: Float64Array,
  at: number,
): void {
  for (let k = 0; k < ranges.length; k++) {
    const [low, high] = ranges[k]!
    out[at + k] = low + (high - low) * unit[from + k]!
  }
}

/** Evaluate a function at the rows of a table of `width` columns. */
export function evaluate(f: Response, points: Float64Array, width: number): Float64Array {
  const values = new Float64Array(points.length / width)
  for (let i = 0; i < values.length; i++) values[i] = f(points.slice(i * width, (i + 1) * width))
  return values
}
