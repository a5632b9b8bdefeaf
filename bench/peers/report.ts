import { cpus } from 'node:os'
import { median } from '../measure.ts'
import { ratioOf, type Timing } from '../parity/passes.ts'
import { table } from '../report/table.ts'

/** A peer and what answers the same here. */
export type Pair = { readonly peer: string; readonly own: string; readonly agreement: string }

/** Timings of sides that ran in turn. */
export type FoundGroup = {
  readonly timings: readonly Timing[]
  readonly pairs: readonly Pair[]
}

/** Everything that one run found; `missing` says why something was not measured. */
export type FoundPeers = {
  readonly groups: readonly FoundGroup[]
  readonly missing: readonly string[]
  readonly rounds: number
  readonly date: string
  readonly versions: Readonly<Record<string, string>>
}

function figure(value: number): string {
  const text = Number(value.toPrecision(3))
  return text.toLocaleString('en-US', { maximumFractionDigits: 20 })
}

/** @returns a line for every pair: both times, their ratio and how far they agree. */
export function peerTable(groups: readonly FoundGroup[]): string {
  const rows = groups.flatMap(({ timings, pairs }) =>
    pairs.map(({ peer, own, agreement }) => {
      const of = (name: string): readonly number[] =>
        timings.find((timing) => timing.name === name)!.wall
      const { median: middle, low, high } = ratioOf(of(peer), of(own))
      const micro = (name: string): string => figure(median(of(name)) * 1e6)
      const ratio = `${figure(middle)}x (${figure(low)}-${figure(high)})`
      return [peer, micro(peer), own, micro(own), ratio, agreement]
    }),
  )
  return table([['Peer', 'us', 'Breakwater', 'us', 'Ratio', 'Results'], ...rows])
}

/** @returns the text of docs/benchmarks-peers.md. */
export function document({ groups, missing, rounds, date, versions }: FoundPeers): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `# Benchmarks against what a user would pick instead

Written by \`npm run bench peers\`; do not edit by hand.

${date === '' ? '' : `Date: ${date}. `}Machine: ${model}, ${cpus().length} cores; Node ${process.versions.node}, ${process.platform} ${process.arch}. ${packages.join(', ')}. Times are wall time per position, liquidation or swap, medians of ${rounds} rounds in which the sides of a group were timed in turn in one process; ratios are medians of the rounds' own ratios, quartiles in brackets. Other work may share the machine: trust ratios of 1.5x or more, not times. Before anything is timed all sides must give the answers that the last column states, or the run fails.

${peerTable(groups)}
${missing.map((reason) => `\nNot measured: ${reason}\n`).join('')}
## Where the work differs

- **anvil, Aave v3** (contracts of v3.0.2, 200 accounts in three of four reserves, frozen in \`bench/parity/workload.json\`; \`npm run bench parity\` measures the same sides more closely and holds bars to them): the EVM also meters gas, decodes arguments, calls proxies, tokens and the oracle, and hashes storage slots. Solidity loop: one \`eth_call\` for all accounts, HTTP and JSON included but shared by 200 accounts. Multicall3 adds a call per account, one call each adds HTTP per account. An automined transaction also signs, mines and writes a block, and its time grows with the state of the node.
- **exact Aave**: the contract's integers, rounding by rounding, without gas, proxies or storage. An index is grown once for all accounts that ask at one time. Liquidations are taken back through a journal, which is timed.
- **float Aave, scan**: one multiply-add per entry with prices and indices as of now; tells who is below 1, without dividing. It does less than all peers: that is what a simulation needs in every block. "As numbers" divides as well.
- **@aave/math-utils**: decimal strings; also answers values in dollars, what may still be borrowed and every reserve's balances. Reserves are formatted once, outside the timing, and only those in use are given.
- **@morpho-org/blue-sdk**: one market with one collateral: all collateral of an account counts as ether, all its debt as dollars. Market and positions are made once. The exact model does the same integers with hardly less work.
- **@uniswap/v3-sdk**: the pool USDC/WETH 0.05 % with its ${'1,415'} initialised ticks of \`data/dex/uniswap_v3_tick_liquidity.json\`; JSBI integers in software. \`getOutputAmount\` also makes the pool after the swap. The exact pool looks for the next tick in the contract's bitmap, in native bigint, keeps fees and observations, and takes the swap back. The float kernel walks prepared ranges without rounding and without fees' growth: it is what paths run on.
`
}
