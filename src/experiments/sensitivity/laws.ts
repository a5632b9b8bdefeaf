import { exp, inverseNormalCdf, log, normalCdf } from '../../math/index.ts'
import type { Distribution } from '../../scenario/index.ts'
import { type Range, SensitivityError } from './ranges.ts'

/** How an uncertain parameter is distributed: uniform over a range, or by a stated distribution. */
export type Law = Range | Distribution

/** Standard deviations at which the tails of normal and log-normal laws are cut off. */
const CUT = 4

const clamp = (u: number): number => Math.min(1, Math.max(0, u))

/** Distribution function and its inverse, with where the law ends. */
type Known = {
  readonly cdf: (x: number) => number
  readonly quantile: (u: number) => number
  readonly ends: Range
}

function uniform(low: number, high: number): Known {
  return {
    cdf: (x) => clamp((x - low) / (high - low)),
    quantile: (u) => low + (high - low) * u,
    ends: [low, high],
  }
}

function triangular(low: number, mode: number, high: number): Known {
  const width = high - low
  const peak = (mode - low) / width
  return {
    cdf(x) {
      if (x <= low || x >= high) return x <= low ? 0 : 1
      if (x <= mode) return (x - low) ** 2 / (width * (mode - low))
      return 1 - (high - x) ** 2 / (width * (high - mode))
    },
    quantile: (u) =>
      u < peak
        ? low + Math.sqrt(u * width * (mode - low))
        : high - Math.sqrt((1 - u) * width * (high - mode)),
    ends: [low, high],
  }
}

function knownOf(law: Law): Known {
  if (!('kind' in law)) return uniform(law[0], law[1])
  if (law.kind === 'uniform') return uniform(law.low, law.high)
  if (law.kind === 'triangular') return triangular(law.low, law.mode, law.high)
  if (law.kind === 'normal') {
    const { mean, sd } = law
    const at = (z: number): number => mean + sd * z
    const cdf = (x: number): number => normalCdf((x - mean) / sd)
    return { cdf, quantile: (u) => at(inverseNormalCdf(u)), ends: [at(-CUT), at(CUT)] }
  }
  const { median, sd } = law
  const at = (z: number): number => median * exp(sd * z)
  const cdf = (x: number): number => (x > 0 ? normalCdf(log(x / median) / sd) : 0)
  return { cdf, quantile: (u) => at(inverseNormalCdf(u)), ends: [at(-CUT), at(CUT)] }
}

/** A law within bounds: what experiments draw from. */
export type Drawn = {
  readonly low: number
  readonly high: number
  /** @param u in 0..1. @returns a value within low..high. */
  readonly quantile: (u: number) => number
}

/**
 * Make a law ready to draw from, conditioned on the values that a parameter may have; normal and
 * log-normal laws end at four standard deviations.
 * @param bounds lowest and highest value allowed.
 * @throws {SensitivityError} when nothing of it lies within the bounds, or it has no width.
 */
export function drawnOf(law: Law, bounds: Range = [-Infinity, Infinity]): Drawn {
  const { cdf, quantile, ends } = knownOf(law)
  const low = Math.max(ends[0], bounds[0])
  const high = Math.min(ends[1], bounds[1])
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high))
    throw new SensitivityError(
      `${lawText(law)} has no width within ${bounds[0]} .. ${bounds[1]}; give low < high, or a standard deviation above 0`,
    )
  const [from, to] = [cdf(low), cdf(high)]
  const value = (u: number): number => quantile(from + (to - from) * u)
  return { low, high, quantile: (u) => Math.min(high, Math.max(low, value(u))) }
}

/** Write a law: `uniform 0 .. 600`. */
function lawText(law: Law): string {
  if (!('kind' in law)) return `uniform ${law[0]} .. ${law[1]}`
  if (law.kind === 'uniform') return `uniform ${law.low} .. ${law.high}`
  if (law.kind === 'triangular') return `triangular ${law.low} .. ${law.mode} .. ${law.high}`
  if (law.kind === 'normal') return `normal ${law.mean} +- ${law.sd}`
  return `log-normal ${law.median}, sd of the log ${law.sd}`
}
