import { log, pow } from './elementary.ts'

/** Tail index alpha of P(X > x) ~ x^-alpha, with its standard error. */
export type TailIndex = { readonly index: number; readonly standardError: number }

/**
 * Estimate the tail index from the largest values (Hill).
 *
 * @param sorted length > k, ascending; not changed. The k + 1 largest must be above 0.
 * @param k values beyond the threshold, >= 1.
 * @returns index (Infinity when the k + 1 largest are equal) and its standard error index / sqrt(k).
 * @throws {RangeError} when there are too few values or they are not above 0.
 * Source: Hill, "A simple general approach to inference about the tail of a distribution" (1975).
 */
export function hill(sorted: Float64Array, k: number): TailIndex {
  const n = sorted.length
  if (!(k >= 1 && k < n)) throw new RangeError(`${k} values of ${n}; use 1 <= k < n`)
  const threshold = sorted[n - 1 - k]!
  if (!(threshold > 0))
    throw new RangeError(`the threshold is '${threshold}'; use a k for which it is above 0`)
  let total = 0
  for (let i = n - k; i < n; i++) total += log(sorted[i]! / threshold)
  const index = k / total
  return { index, standardError: index / Math.sqrt(k) }
}

/**
 * Invert the Pareto distribution P(X > x) = (x / scale)^-index.
 *
 * @param level probability in 0..1, below 1; index and scale above 0.
 * @returns the level-quantile (value at risk), in the unit of the scale.
 */
export function paretoQuantile(level: number, index: number, scale: number): number {
  return scale * pow(1 - level, -1 / index)
}

/**
 * Average a Pareto variable beyond its level-quantile (expected shortfall).
 *
 * @returns in the unit of the scale; Infinity for an index of at most 1.
 */
export function paretoShortfall(level: number, index: number, scale: number): number {
  return index <= 1 ? Infinity : (paretoQuantile(level, index, scale) * index) / (index - 1)
}

/** A generalised Pareto tail: P(X > x) = share * (1 + shape (x - threshold) / scale)^(-1 / shape). */
export type ParetoTail = {
  /** xi = 1 / tail index; 0 is the exponential tail, below 0 the tail ends. */
  readonly shape: number
  /** beta > 0, in the unit of the threshold. */
  readonly scale: number
  readonly threshold: number
  /** P(X > threshold), inside 0..1. */
  readonly share: number
}

/**
 * Invert a generalised Pareto tail.
 *
 * @param level probability from 1 - share up to 1.
 * @returns the level-quantile (value at risk).
 * @throws {RangeError} when the level is not in the tail.
 * Source: McNeil, Frey and Embrechts, "Quantitative Risk Management" (2015), equation 5.18.
 */
export function paretoTailQuantile(level: number, tail: ParetoTail): number {
  const { shape, scale, threshold, share } = tail
  if (!(level >= 1 - share && level < 1))
    throw new RangeError(`level is '${level}'; use one from ${1 - share} up to 1`)
  const beyond = (1 - level) / share
  if (shape === 0) return threshold - scale * log(beyond)
  return threshold + (scale / shape) * (pow(beyond, -shape) - 1)
}

/**
 * Average beyond the level-quantile of a generalised Pareto tail: ES = VaR / (1 - shape) +
 * (scale - shape threshold) / (1 - shape).
 *
 * @returns in the unit of the threshold; Infinity for a shape of 1 and above.
 * @throws {RangeError} when the level is not in the tail.
 * Source: McNeil, Frey and Embrechts, "Quantitative Risk Management" (2015), equation 5.19.
 */
export function paretoTailShortfall(level: number, tail: ParetoTail): number {
  const { shape, scale, threshold } = tail
  const quantile = paretoTailQuantile(level, tail)
  return shape >= 1 ? Infinity : (quantile + scale - shape * threshold) / (1 - shape)
}
