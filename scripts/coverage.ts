/**
 * Measure how often the intervals of statistics over paths cover the truth, and write docs/coverage.md:
 * `node scripts/coverage.ts` (about two minutes; seeded, so that the same code gives the same bytes).
 */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type Coverage,
  coverageAfterStop,
  coverageOf,
  crashFamily,
  FAMILIES,
  type Family,
  paretoFamily,
} from '../src/experiments/coverage.conformance.ts'
import { FEWEST_WORST, HEAVY_TAIL } from '../src/experiments/shortfall.ts'

const REPETITIONS = 2000
const FILE = resolve(import.meta.dirname, '../docs/coverage.md')

/** Coverage in percent; in brackets the share of the samples that call it approximate. */
function cell({ covered, approximate, missing }: Coverage): string {
  if (missing === 1) return '-'
  const doubt = approximate >= 0.005 ? ` (${Math.round(100 * approximate)})` : ''
  return `${(100 * covered).toFixed(1)}${doubt}`
}

function table(
  families: readonly Family[],
  sizes: readonly number[],
  statistics: readonly string[],
): string {
  const rows = sizes.flatMap((n) =>
    families.map((family) => {
      const found = coverageOf(family, statistics, n, REPETITIONS)
      const cells = statistics.map((name) => cell(found[name]!))
      process.stderr.write(`${family.name}, ${n}\n`)
      return `| ${n.toLocaleString('en-US')} | ${family.name} | ${cells.join(' | ')} |`
    }),
  )
  const head = ['paths', 'losses', ...statistics]
  return [
    `| ${head.join(' | ')} |`,
    `|${head.map((_, k) => (k === 1 ? '---' : '--:')).join('|')}|`,
    ...rows,
  ].join('\n')
}

/** Coverage overall, called approximate, and of the rest alone. */
function crashTable(): string {
  const rows = [0.003, 0.005, 0.008, 0.01, 0.015, 0.03].flatMap((chance) =>
    [1000, 2000].map((n) => {
      const family = crashFamily(chance)
      const found = coverageOf(family, ['es99'], n, 1000).es99!
      const plain = Number.isNaN(found.plain) ? '-' : (100 * found.plain).toFixed(1)
      return `| ${n.toLocaleString('en-US')} | ${family.name} | ${cell(found)} | ${plain} | ${(100 * found.above).toFixed(1)} |`
    }),
  )
  return [
    '| paths | losses | es99 | not called approximate | truth above |',
    '|--:|---|--:|--:|--:|',
    ...rows,
  ].join('\n')
}

/** Coverage at the path count at which a stop rule ends a run. */
function stopTable(): string {
  const rows = FAMILIES.slice(1, 3).flatMap((family) =>
    [['mean', 5] as const, ['p99', 10] as const, ['es99', 10] as const].map(([name, percent]) => {
      const { covered, paths } = coverageAfterStop(family, name, percent, 400)
      return `| ${name} within ${percent}% | ${family.name} | ${Math.round(paths).toLocaleString('en-US')} | ${(100 * covered).toFixed(1)} |`
    }),
  )
  return ['| rule | losses | mean paths | covered |', '|---|---|--:|--:|', ...rows].join('\n')
}

const all = ['mean', 'sd', 'p50', 'p95', 'p99', 'es95', 'es99']
const text = `# How often the intervals cover the truth

Made by \`node scripts/coverage.ts\`; do not edit. Every number: how many of ${REPETITIONS.toLocaleString('en-US')} seeded samples had the true value inside their
95 % interval, in percent (standard error 0.5). In brackets: how many of the samples called their interval
approximate, in percent. \`src/experiments/coverage.test.ts\` holds the code to it.

| statistic | interval |
|---|---|
| mean | Student t; approximate where the paths are fewer than 25 times the squared skewness (Cochran's rule) |
| sd | Hall's transformation of the squared distances; the same rule for their skewness |
| pNN, varNN | the value is inf{x: F(x) >= NN %}; order statistics with exact binomial ranks: at least 95 %, lumps included |
| esNN | Hall's transformation of the t statistic of quantile + excess / (1 - level): it takes out the skewness, on which Student's interval errs; of all lines that the quantile may be together where they move an end by two standard errors; none with fewer than ${FEWEST_WORST} paths in the tail; approximate at an estimated tail index below ${HEAVY_TAIL} |
| shares | Clopper-Pearson: at least 95 % |

${table(FAMILIES, [200, 2000], all)}

## Expected shortfall and the tail index

Expected shortfall under-covers from a tail index of 2 down (the losses have no variance there, nor has
the estimate), the more the larger the sample; at 2.5 it is within about a point of 93 to 97 %, from 3 on
inside. A run does not know its tail index. It estimates it (Hill) from the paths beyond the quantile, at
least ten of them, by their distances from the smallest value (from the median where there are negative
ones), and calls the interval approximate below ${HEAVY_TAIL}. That errs to the side of caution: lognormal losses
and offset Pareto losses look heavier than they are.

${table([1.5, 2, 2.5, 3, 4, 6].map(paretoFamily), [100, 200, 500, 1000, 2000], ['es95', 'es99'])}

## Crashes

Losses |N(0, 1)|, and N(50, 10) with the chance named: 1,000 samples. Where crashes come with about the
chance of the tail, nobody knows on which side of the gap the quantile lies; the interval takes both. A
crash that no path shows is in no interval: at a chance of 0.3 % one sample of 1,000 paths in twenty has none,
and these are most of the samples there that are not called approximate. The rule of three: what no path of
n shows has a chance below 3 / n (95 %), which is a share 3 / (n (1 - level)) of the tail.

${crashTable()}

## After a stop rule

\`--until\` looks at 1,000 x 2^k paths and stops where the rule holds; the interval then printed is the one of
a fixed number of paths. It covers a little less, because a narrow interval stops sooner (400 samples,
standard error 1.1; at most 32,000 paths).

${stopTable()}
`
writeFileSync(FILE, text)
console.log(`wrote ${FILE}`)
