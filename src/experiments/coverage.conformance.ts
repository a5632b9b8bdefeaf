import {
  type Draws,
  exp,
  inverseNormalCdf,
  log,
  normalCdf,
  normalPdf,
  paretoQuantile,
  paretoShortfall,
  philoxDraws,
} from '../math/index.ts'
import { parseStopRule } from './condition.ts'
import { sampleOf } from './sample.ts'
import { statisticOf } from './statistics.ts'

/** A distribution of losses whose statistics are known in closed form. */
export type Family = {
  readonly name: string
  readonly quantile: (p: number) => number
  readonly shortfall: (level: number) => number
  readonly mean: number
  readonly sd: number
}

function studentFour(p: number): number {
  // Closed form for four degrees of freedom (Shaw 2006).
  const a = 4 * p * (1 - p)
  const q = Math.cos(Math.acos(Math.sqrt(a)) / 3) / Math.sqrt(a)
  return 2 * Math.sign(p - 0.5) * Math.sqrt(Math.max(0, q - 1))
}

function lognormalShortfall(level: number): number {
  return (Math.sqrt(Math.E) * normalCdf(1 - inverseNormalCdf(level))) / (1 - level)
}

/** Pareto losses from 1 up. */
export function paretoFamily(index: number): Family {
  const variance = index > 2 ? index / ((index - 1) ** 2 * (index - 2)) : Infinity
  return {
    name: `Pareto ${index}`,
    quantile: (p) => paretoQuantile(p, index, 1),
    shortfall: (level) => paretoShortfall(level, index, 1),
    mean: index / (index - 1),
    sd: Math.sqrt(variance),
  }
}

/** Chance of no loss at all in the last family. */
const NO_LOSS = 0.7

/** Light and heavy tails, and what runs give most often: a lump at zero and a skewed rest. */
export const FAMILIES: readonly Family[] = [
  {
    ...{ name: 'normal', quantile: inverseNormalCdf, mean: 0, sd: 1 },
    shortfall: (level) => normalPdf(inverseNormalCdf(level)) / (1 - level),
  },
  {
    ...{ name: 'exponential', quantile: (p) => -log(1 - p), mean: 1, sd: 1 },
    shortfall: (level) => 1 - log(1 - level),
  },
  {
    ...{ name: 'lognormal', quantile: (p) => exp(inverseNormalCdf(p)) },
    ...{ shortfall: lognormalShortfall, mean: Math.sqrt(Math.E) },
    sd: Math.sqrt((Math.E - 1) * Math.E),
  },
  {
    ...{ name: 'Student t4', quantile: studentFour, mean: 0, sd: Math.sqrt(2) },
    shortfall: (level) => {
      const q = studentFour(level)
      return ((0.375 * (1 + (q * q) / 4) ** -2.5) / (1 - level)) * ((4 + q * q) / 3)
    },
  },
  paretoFamily(3),
  {
    name: '70 % no loss, else lognormal',
    quantile: (p) => (p <= NO_LOSS ? 0 : exp(inverseNormalCdf((p - NO_LOSS) / (1 - NO_LOSS)))),
    shortfall: (level) => lognormalShortfall(1 - (1 - level) / (1 - NO_LOSS)),
    mean: (1 - NO_LOSS) * Math.sqrt(Math.E),
    sd: Math.sqrt((1 - NO_LOSS) * Math.E ** 2 - (1 - NO_LOSS) ** 2 * Math.E),
  },
]

/** Mean of a half-normal quantile over the levels from `from` to 1, times their width. */
function halfNormalBeyond(from: number): number {
  return 2 * normalPdf(inverseNormalCdf((1 + from) / 2))
}

/** Losses in a crash. */
const CRASH = { mean: 50, sd: 10 }

/**
 * Small losses |N(0, 1)|, and with a chance a crash N(50, 10): two lumps with a gap between them. Too far
 * apart to overlap by more than 1e-5 of the crash, which is left out of the closed forms.
 */
export function crashFamily(chance: number, sd: number = CRASH.sd): Family {
  const calm = 1 - chance
  const crash = (p: number): number => CRASH.mean + sd * inverseNormalCdf(p)
  const mean = calm * halfNormalBeyond(0) + chance * CRASH.mean
  return {
    name: `${Number((100 * chance).toPrecision(3))} % crash${sd === 0 ? ' of one size' : ''}`,
    quantile: (p) =>
      p < calm ? inverseNormalCdf((1 + p / calm) / 2) : crash(Math.max(1e-12, (p - calm) / chance)),
    shortfall: (level) => {
      if (level < calm)
        return (calm * halfNormalBeyond(level / calm) + chance * CRASH.mean) / (1 - level)
      const from = (level - calm) / chance
      const beyond = from <= 0 ? 0 : normalPdf(inverseNormalCdf(from))
      return CRASH.mean + (sd * beyond) / Math.max(1e-12, 1 - from)
    },
    mean,
    sd: Math.sqrt(calm + chance * (CRASH.mean ** 2 + sd ** 2) - mean * mean),
  }
}

/** The true value of a statistic. */
function truthOf(family: Family, statistic: string): number {
  if (statistic === 'mean' || statistic === 'sd') return family[statistic]
  const level = Number(statistic.replace(/^\D+/, '')) / 100
  return statistic.startsWith('es') ? family.shortfall(level) : family.quantile(level)
}

/** How often intervals covered the truth, in shares of the repetitions. */
export type Coverage = {
  readonly covered: number
  /** Truth below or above the interval. */
  readonly below: number
  readonly above: number
  /** Called approximate. */
  readonly approximate: number
  /** Covered, as a share of those not called approximate; NaN when all are. */
  readonly plain: number
  /** Had no interval: too few values. */
  readonly missing: number
}

function draw(family: Family, draws: Draws, repetition: number, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, k) => family.quantile(draws.uniform(repetition, k)))
}

/**
 * Draw samples of a family and count how often the 95 % intervals of statistics cover the truth.
 * @returns by the name of the statistic.
 */
export function coverageOf(
  family: Family,
  statistics: readonly string[],
  n: number,
  repetitions: number,
): Readonly<Record<string, Coverage>> {
  const draws = philoxDraws(20_241, n, family.name)
  const counts = statistics.map(() => ({
    below: 0,
    above: 0,
    approximate: 0,
    missing: 0,
    plain: 0,
  }))
  for (let r = 0; r < repetitions; r++) {
    const sample = sampleOf(draw(family, draws, r, n))
    statistics.forEach((name, s) => {
      const { low, high, approximate } = statisticOf(name)!(sample)
      const count = counts[s]!
      const truth = truthOf(family, name)
      if (low === null || high === null) count.missing++
      else if (truth < low) count.below++
      else if (truth > high) count.above++
      else if (!approximate) count.plain++
      if (approximate) count.approximate++
    })
  }
  return Object.fromEntries(
    statistics.map((name, s) => {
      const { below, above, approximate, missing, plain } = counts[s]!
      const share = (count: number): number => count / repetitions
      return [
        name,
        {
          covered: share(repetitions - below - above - missing),
          ...{ below: share(below), above: share(above) },
          ...{ approximate: share(approximate), missing: share(missing) },
          plain: plain / (repetitions - approximate - missing),
        },
      ]
    }),
  )
}

/** Path counts at which a run with a stop rule looks at it. */
const LOOKS = [1000, 2000, 4000, 8000, 16_000, 32_000]

/**
 * Stop where a rule first holds, as `--until` does, and count how often the interval that is then printed
 * covers the truth.
 * @param statistic such as `p99`. @param percent half width asked for, % of the value.
 * @returns coverage and mean count of paths; repetitions that never reach the rule count where they end.
 */
export function coverageAfterStop(
  family: Family,
  statistic: string,
  percent: number,
  repetitions: number,
): { readonly covered: number; readonly paths: number } {
  const rule = parseStopRule(`badDebt.${statistic} within ${percent}%`, ['badDebt'])
  const draws = philoxDraws(20_242, percent, `${family.name} ${statistic}`)
  const truth = truthOf(family, statistic)
  let covered = 0
  let paths = 0
  for (let r = 0; r < repetitions; r++) {
    let values = new Float64Array(0)
    for (const n of LOOKS) {
      const before = values
      values = Float64Array.from({ length: n }, (_, k) =>
        k < before.length ? before[k]! : family.quantile(draws.uniform(r, k)),
      )
      if (rule.reached(() => values)) break
    }
    const { low, high } = rule.estimate(() => values)
    if (low !== null && high !== null && low <= truth && truth <= high) covered++
    paths += values.length / repetitions
  }
  return { covered: covered / repetitions, paths }
}
