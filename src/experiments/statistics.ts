import { meanInterval, quantile, sortedCopy } from '../math/index.ts'

/** A statistic by the name that conditions and tables use. */
export type Statistic = (values: Float64Array) => number

/** Mean of the worst (1 - level) share of values, the largest being worst. */
function tailMean(sorted: Float64Array, level: number): number {
  const from = Math.min(sorted.length - 1, Math.ceil(level * sorted.length))
  let total = 0
  for (let k = from; k < sorted.length; k++) total += sorted[k]!
  return total / (sorted.length - from)
}

/**
 * Find a statistic by name: mean, sd, min, max, pNN, varNN, esNN (NN in percent, may have decimals).
 * @returns null when the name is none of these.
 */
export function statisticOf(name: string): Statistic | null {
  if (name === 'mean') return (values) => meanInterval(values).mean
  if (name === 'sd') return (values) => meanInterval(values).sd
  if (name === 'min') return (values) => sortedCopy(values)[0]!
  if (name === 'max') return (values) => sortedCopy(values)[values.length - 1]!
  const match = /^(p|var|es)(\d+(?:\.\d+)?)$/.exec(name)
  const level = match ? Number(match[2]) / 100 : Number.NaN
  if (!match || !(level > 0 && level < 1)) return null
  if (match[1] === 'es') return (values) => tailMean(sortedCopy(values), level)
  return (values) => quantile(sortedCopy(values), level)
}
