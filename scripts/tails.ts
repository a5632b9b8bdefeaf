/**
 * Validate the estimators of tails on problems with known answers and write `docs/tails.md`; its last
 * section, a quiet day, is written by bench/tails.ts and stays.
 * Usage: node scripts/tails.ts [seeds per problem, default 200]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { estimateTail } from '../src/experiments/tail/estimate.ts'
import { PROBLEMS, type Problem } from '../src/experiments/tail/problems.conformance.ts'

const SEEDS = Number(process.argv[2] ?? 200)
const BUDGET = 1e5

function percent(x: number): string {
  return `${(100 * x).toFixed(1)} %`
}

/** One line of the table. */
function rowOf(problem: Problem, method: 'importance' | 'splitting'): string {
  const { probability: truth } = problem
  const found: number[] = []
  let [covered, within, largest, evaluations] = [0, 0, 0, 0]
  for (let seed = 1; seed <= SEEDS; seed++) {
    const tail = estimateTail({ ...problem, method, seed, budget: BUDGET })
    evaluations = Math.max(evaluations, tail.evaluations)
    if (tail.probability === null) continue
    found.push(tail.probability)
    if (tail.low <= truth && truth <= tail.high) covered++
    if (Math.abs(tail.probability - truth) <= 3 * tail.standardError!) within++
    largest = Math.max(largest, tail.coefficientOfVariation!)
  }
  const mean = found.reduce((a, b) => a + b, 0) / found.length
  const spread = Math.sqrt(found.reduce((a, b) => a + (b - mean) ** 2, 0) / (found.length - 1))
  const cells = [
    ...[problem.name, method, truth.toPrecision(5), percent(mean / truth - 1)],
    ...[percent(spread / mean), percent(largest), percent(covered / SEEDS)],
    ...[percent(within / SEEDS), String(evaluations), String(SEEDS - found.length)],
  ]
  return `| ${cells.join(' | ')} |`
}

const rows: string[] = []
for (const problem of PROBLEMS)
  for (const method of ['importance', 'splitting'] as const) {
    rows.push(rowOf(problem, method))
    process.stdout.write(`${rows.at(-1)}\n`)
  }

const QUIET_DAY = '\n## A quiet day on the real Compound book\n'
const [, ...quietDay] = readFileSync('docs/tails.md', 'utf8').split(QUIET_DAY)

writeFileSync(
  'docs/tails.md',
  `# Tails

Written by \`node scripts/tails.ts\`. Nine problems with exact probabilities (definitions: openturns/otbenchmark; probabilities by quadrature), ${SEEDS} seeds each, at most ${BUDGET.toLocaleString('en')} evaluations of the limit state.

| problem | method | probability | bias | scatter over seeds | largest reported c.v. | 95 % interval covers | within 3 s.e. | evaluations, at most | refused |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

A refused estimate counts as one that does not cover.

## Methods

- *importance*: adaptive splitting finds points that fail; one normal law is fitted to each region of failure, with no variance below 0.6 (so that weights have a finite variance), beside a wide law around the origin and the nominal law, which bounds every weight. A first sample refits the laws; the estimate comes from a second, independent sample and is unbiased. It is refused when the weights degenerate (effective sample below 10, or one weight above half of the sum) and when it contradicts the splitting that explored.
- *splitting*: a first run finds levels and moves; independent repetitions along these fixed levels are each unbiased whatever the moves, and their scatter is the error. It is refused above 50 % variation.
- *plain*: counting, with the exact interval.

In scenarios the point is all random numbers of the drivers. Splitting moves whole points by the distance to insolvency: the smallest common fall of all collateral at which bad debt would exceed the bound. Importance sampling tilts mean moves of the drivers over parts of the path, the rarest number of every column of decisions (jumps), and what is drawn beside it; each of these is an exact standard normal, so the weights are exact.
${quietDay.map((section) => `${QUIET_DAY}${section}`).join('')}`,
)
