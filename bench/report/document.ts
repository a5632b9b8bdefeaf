import { cpus } from 'node:os'
import type { CaseResult } from '../cases.ts'
import { barsOf } from './bars.ts'
import type { BenchResult } from './result.ts'
import { table, whole } from './table.ts'
import {
  barTable,
  detectionTable,
  kernelTable,
  pathTable,
  scenarioTable,
  speedTable,
} from './tables.ts'

function hashTable(hashes: Readonly<Record<string, string>>): string {
  return table([['Part', 'sha256'], ...Object.entries(hashes).map(([k, v]) => [k, `\`${v}\``])])
}

function factsOf(c: CaseResult): string {
  return `- ${c.variant}: ${whole(c.rows)} rows, ${whole(c.rowsWithDebt)} with debt, ${c.agreement.liquidations} liquidations, ${whole(c.scans)} of ${whole(c.blocks)} blocks change anything, ${whole(c.unhealthy)} rows below their thresholds in the last block`
}

function headOf({ rounds, date, kernels }: BenchResult): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  const compiler = 'missing' in kernels ? kernels.missing : kernels.compiler
  return `${date === '' ? '' : `Date: ${date}. `}Machine: ${model}, ${cpus().length} cores; Node ${process.versions.node}, ${process.platform} ${process.arch}; ${compiler}. Ratios are medians of ${rounds} rounds, all sides in turn in one process per workload. Trust ratios of 1.5x or more, not times: other work may share the machine.`
}

const DETECTION_TEXT = `Who can be liquidated, asked at every step while all prices move. **Scan**: one pass over all rows, grouped by length, then a filter by size and a sort of what is left (\`bench/detection/sides.ts\`). **Triggers**: \`createTriggers\` of \`src/world\`, as the liquidators use it. Both then liquidate what they found by the same rule, half of the largest debt against the largest collateral with a bonus of 8 % (\`bench/detection/execute.ts\`), which is timed, and the rows are looked at again. Hits owe at least 0.1 ETH and hold at least as much. Paths start anew in every round; putting amounts back is timed. Before a ratio counts, checksums over all rows found, step by step in order, and the amounts at the end must be the same; where a scan of the whole path takes too long a round has its part of the path's steps, and both sides are compared over the steps that the scan followed.

Books (\`bench/workloads/books.ts\`): the real Compound book of May 2023; the real Aave v3 book of wstETH of June 2023, and 1e5 rows drawn from its loops, both measured in ether; 1e5 and 1e6 rows drawn as issue 5 states, 78 % of them the Compound file's own dust with debts changed by up to 2 %, the others with the file's numbers of entries, log-normal debt above 0.1 ETH and health by the stated quantiles, straight in log between them (1 at 0 %, 20 at 100 %); the same with 60 % less headroom; the same with a twentieth of the rows on their triggers, every other one owing what it holds in the same asset, so that no move takes it away from there.

Paths (\`bench/workloads/paths.ts\`), numbers in \`detection.json\`: 1,440 steps of a minute, quiet or falling by 30 % in all volatile assets; 1,800 steps of 12 s in which ETH falls by 40 %; 240 steps of 5 %; 120 steps of 20 %. Staked assets grow by 4 % a year against ETH and lose 1 % of it in the crash, 5 % where their discount is the story; that last path was added after the first measurement, because at 1 % no loop of the synthetic book is liquidated.

The bar for loops of staked ether is held by the 1e5 loops. The real book of wstETH has no bar: it has 502 rows, a scan of which costs a few microseconds, and in its crash those who owe dollars are liquidated, not loops.`

const PATHS_TEXT = `The real book with its backlog in blocks of 12 s: a quiet day, and the crash. The base is a scan in those blocks only in which prices seen, amounts or the least debt that pays have changed; both sides share everything else: in the fused loop the least debt that can pay, and one question for every pair of markets whether any row of it could; in the engine all models. The engine with a scan is a second copy of its modules in the same process, in which triggers are replaced (\`bench/scanEngine.ts\`). Reference market, two feeds and their median, Compound v2 and liquidators, without pools and arbitrage.`

const SIDES_TEXT = `- **Scan kernel** (\`bench/reference/scanKernel.ts\`): one pass over all rows with debt per block, grouped by row length, counting the unhealthy.
- **Reference loop** (\`bench/reference/fusedLoop.ts\`): one closure over typed arrays, no engine, ports or trace. Per block: prices, feeds by deviation and heartbeat, a scan of all rows, and for what it finds the liquidator's and Compound's arithmetic, the purchase and sale through the exponential impact, capital and settlement. The event-driven variant scans only when something has changed; it is the stricter comparison and has no bar.
- **Engine**: reference market, two feeds and their median, Compound v2 and liquidators, with trace, causes, undo and ledger. Pools, router and arbitrage are left out, because the loop has none.

Both sides must do the same liquidations in the same order and end with the same bad debt, or the run fails.`

/** @returns the text of docs/benchmarks.md. */
export function document(result: BenchResult): string {
  const { cases, detectionHashes, kernels } = result
  const caseHashes = Object.assign({}, ...cases.map((c) => c.hashes)) as Record<string, string>
  return `# Benchmarks

Written by \`npm run bench\`; do not edit by hand.

${headOf(result)}

${barTable(barsOf(result))}

The own WASM scan has bars only if it is shipped; it is not: triggers made scans rare. \`npm run bench peers\` and \`npm run bench parity\` compare with packages and contracts ([benchmarks-peers.md](benchmarks-peers.md), [benchmarks-parity.md](benchmarks-parity.md)).

## Detection

${detectionTable(result)}

${DETECTION_TEXT}

## Whole paths

${pathTable(result)}

${PATHS_TEXT}

${scenarioTable(result)}

The shipped scenario with pools, router and arbitrage. The scan is \`Book.below\` at opening prices, in the same process; no engine passes the cost of the random numbers, and most of a path is not random.

## Kernels

${kernelTable(kernels)}

Counts of unhealthy rows over the same columns, the same loop in TypeScript and in C with strict IEEE arithmetic, whichever flags are faster: one collateral against money; a pair with gathered prices; four entries column by column; four entries row by row.

## The engine next to a fused loop

${speedTable(result)}

The real Compound v2 book of May 2023 on the way down: ETH falls by 40 % within 6 hours, blocks of 12 s, every volatile asset with noise that is gone at the end.

${cases.map(factsOf).join('\n')}

\`withBacklog\` is the book as found: 1,550 accounts stand below their thresholds from the start, most of them too small or too empty to pay for a liquidation. \`withoutBacklog\` leaves out those and the dust that comes to stand there on the way; healthy dust stays. \`withoutDust\` leaves out all dust. Dust: one liquidation of the largest pair, without slippage, earns less than twice the gas and the least profit at opening prices.

${SIDES_TEXT}

## Hashes

Numbers and hashes are frozen in \`bench/workloads/*.json\`, before anything was measured on them; a run refuses anything else.

${hashTable(caseHashes)}

${hashTable(detectionHashes)}
`
}
