/**
 * Measure how often the intervals of statistics over paths cover the truth, and write docs/coverage.md:
 * `node scripts/coverage.ts` (about three minutes; seeded, so that the same code gives the same bytes).
 */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type Coverage,
  coverageOf,
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

const all = ['mean', 'sd', 'p50', 'p95', 'p99', 'es95', 'es99']
const text = `# How often the intervals cover the truth

Made by \`node scripts/coverage.ts\`; do not edit. Every number: how many of ${REPETITIONS.toLocaleString('en-US')} seeded samples had the true value inside their
95 % interval, in percent (standard error 0.5). In brackets: how many of the samples called their interval
approximate, in percent. \`src/experiments/coverage.test.ts\` holds the code to it.

| statistic | interval |
|---|---|
| mean | Student t; approximate where the paths are fewer than 25 times the squared skewness (Cochran's rule) |
| sd | Hall's transformation of the squared distances; the same rule for their skewness |
| pNN, varNN | order statistics with exact binomial ranks: at least 95 %, lumps included |
| esNN | Hall's transformation of the t statistic of quantile + excess / (1 - level): it takes out the skewness, on which Student's interval errs; none with fewer than ${FEWEST_WORST} paths in the tail; approximate at an estimated tail index below ${HEAVY_TAIL} |
| shares | Clopper-Pearson: at least 95 % |

${table(FAMILIES, [200, 2000], all)}

## Expected shortfall and the tail index

Expected shortfall under-covers from a tail index of 2 down (the losses have no variance there, nor has
the estimate), the more the larger the sample; at 2.5 it is within about a point of 93 to 97 %, from 3 on
inside. A run does not know its tail index. It estimates it (Hill) from the paths beyond the quantile, at
least ten of them, by their distances from the smallest value (from the median where there are negative
ones), and calls the interval approximate below ${HEAVY_TAIL}. That errs to the side of caution: lognormal losses
and offset Pareto losses look heavier than they are.

${table([1.5, 2, 2.5, 3, 4, 6].map(paretoFamily), [100, 200, 500, 1000, 2000, 5000], ['es95', 'es99'])}
`
writeFileSync(FILE, text)
console.log(`wrote ${FILE}`)
