import { cpus } from 'node:os'
import { median } from '../measure.ts'
import { type Ratio, ratioOf, type Timing } from './passes.ts'

/** What is timed, as the tables call it. */
export const SIDES = {
  loop: 'contract: getUserAccountData, Solidity loop in one call',
  multicall: 'contract: getUserAccountData, Multicall3 in one call',
  each: 'contract: getUserAccountData, one call each',
  exact: 'exact model: health factor',
  scan: 'float model: scan for health factors below 1',
  float: 'float model: health factors as numbers',
  mathUtils: '@aave/math-utils: formatUserSummary',
  liquidationLoop: 'contract: liquidationCall, Solidity loop in one call',
  mined: 'contract: liquidationCall, a transaction and block each',
  liquidation: 'exact model: liquidation, taken back',
  blueSdk: '@morpho-org/blue-sdk: AccrualPosition.healthFactor',
  isolated: 'exact Morpho Blue: health factor',
  isolatedScan: 'float Morpho Blue: scan for health factors below 1',
} as const

/** Everything that one run found. */
export type Found = {
  /** In groups of sides that were timed in turn. */
  readonly timings: readonly (readonly Timing[])[]
  readonly rounds: number
  readonly date: string
  readonly versions: Readonly<Record<string, string>>
  /** Of the workload. */
  readonly sha256: string
  readonly users: number
  readonly liquidations: number
  /** Largest relative difference to the exact health factors. */
  readonly gaps: {
    readonly float: number
    readonly isolatedFloat: number
    readonly mathUtils: number
  }
}

/** One demand and whether it is met. */
export type Bar = {
  readonly name: string
  readonly demand: number
  readonly value: Ratio
  readonly isMet: boolean
}

type Side = keyof typeof SIDES

const BARS: readonly (readonly [string, Side, Side, number])[] = [
  ['exact health factor, 3 reserves', 'loop', 'exact', 20],
  ['exact liquidation', 'liquidationLoop', 'liquidation', 20],
  ['float health factor', 'loop', 'scan', 5_000],
]

const PAIRS: readonly (readonly [Side, Side])[] = [
  ['loop', 'exact'],
  ['multicall', 'exact'],
  ['each', 'exact'],
  ['loop', 'scan'],
  ['loop', 'float'],
  ['multicall', 'scan'],
  ['liquidationLoop', 'liquidation'],
  ['mined', 'liquidation'],
  ['mathUtils', 'exact'],
  ['mathUtils', 'float'],
  ['blueSdk', 'isolated'],
  ['blueSdk', 'isolatedScan'],
]

/** Two sides as they were timed in turn. */
function timedTogether({ timings }: Found, over: Side, under: Side): readonly [Timing, Timing] {
  for (const group of timings) {
    const [first, second] = [over, under].map((side) =>
      group.find(({ name }) => name === SIDES[side]),
    )
    if (first && second) return [first, second]
  }
  const names = `'${SIDES[over]}' and '${SIDES[under]}'`
  throw new RangeError(`${names} were not timed in turn; put them into one group of passes`)
}

/** CPU time where the system tells it: it does not depend on what else runs; wall time elsewhere. */
function clockOf({ timings }: Found): 'cpu' | 'wall' {
  return timings.flat().every(({ cpu }) => cpu.every(Number.isFinite)) ? 'cpu' : 'wall'
}

function compare(found: Found, over: Side, under: Side, clock: 'cpu' | 'wall'): Ratio {
  const [first, second] = timedTogether(found, over, under)
  return ratioOf(first[clock], second[clock])
}

/** All demands with what was measured. */
export function barsOf(found: Found): readonly Bar[] {
  return BARS.map(([name, over, under, demand]) => {
    const value = compare(found, over, under, clockOf(found))
    return { name, demand, value, isMet: value.median >= demand }
  })
}

/** Lay rows out as a Markdown table; the first row is the head. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, c) => cell.padEnd(widths[c]!)).join(' | ')} |`
  const rule = `|${widths.map((w) => '-'.repeat(w + 2)).join('|')}|`
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n')
}

/** Three figures, with separators of thousands. */
function figure(value: number): string {
  const text = Number(value.toPrecision(3))
  return text.toLocaleString('en-US', { maximumFractionDigits: 20 })
}

function spread({ median: middle, low, high }: Ratio): string {
  return `${figure(middle)}x (${figure(low)}-${figure(high)})`
}

/** @returns bars as a table. */
export function barTable(bars: readonly Bar[]): string {
  const rows = bars.map(({ name, demand, value, isMet }) => [
    name,
    `>= ${figure(demand)}x`,
    spread(value),
    isMet ? 'pass' : 'FAIL',
  ])
  return table([['Bar: against the Solidity loop', 'Demand', 'Measured', ''], ...rows])
}

/** @returns all ratios as a table. */
export function ratioTable(found: Found): string {
  const rows = PAIRS.map(([over, under]) => [
    SIDES[under],
    SIDES[over],
    clockOf(found) === 'cpu' ? spread(compare(found, over, under, 'cpu')) : '',
    spread(compare(found, over, under, 'wall')),
  ])
  return table([['Faster', 'than', 'CPU time', 'wall time'], ...rows])
}

/** @returns times per position as a table. */
export function timeTable({ timings }: Found): string {
  const micro = (seconds: readonly number[]): string => figure(median(seconds) * 1e6)
  const all = new Map(
    timings
      .flat()
      .reverse()
      .map((timing) => [timing.name, timing]),
  )
  const rows = [...all.values()]
    .reverse()
    .map(({ name, cpu, wall }) => [name, cpu.every(Number.isFinite) ? micro(cpu) : '', micro(wall)])
  return table([['us per position or liquidation', 'CPU', 'wall'], ...rows])
}

/** @returns the text of docs/benchmarks-parity.md. */
export function document(found: Found): string {
  const { rounds, date, versions, sha256, users, liquidations, gaps } = found
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  const gap = (value: number): string => value.toExponential(1)
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `# Benchmarks against the contracts

Written by \`npm run bench parity\`; do not edit by hand.

Date: ${date}. Machine: ${model}, ${cpus().length} cores; Node ${process.versions.node}, ${process.platform} ${process.arch}. ${packages.join(', ')}. Workload sha256: \`${sha256}\`.

${rounds} rounds; in each, the sides are timed in turn in the same run, in three groups: the contracts with the models, then each package with the models, so that no side pays for the garbage that a package leaves. Ratios are medians of the rounds' own ratios, quartiles in brackets. CPU time is that of the process that does the work, all threads: anvil's for the contracts, so that HTTP and JSON in the caller are not counted; Node's for everything else, with its compiler and garbage collector. Bars are held to ${clockOf(found) === 'cpu' ? 'CPU' : 'wall'} time. Other work shares the machine: trust ratios, not times.

${barTable(barsOf(found))}

${ratioTable(found)}

${timeTable(found)}

## The workload

${users} accounts of the contracts of Aave v3.0.2 as \`parity/protocols/aaveV3\` deploys them, each in three of four reserves: two collaterals and a debt, or one and two debts. Interest runs for 30 days, prices fall, an hour passes; ${liquidations} accounts are then below 1. Numbers and the hash of all steps are frozen in \`bench/parity/workload.json\`. Before anything is timed, all ${users} health factors, and account data and balances after all ${liquidations} liquidations, must be the same integers on both sides and equal to what was recorded from the contracts (\`bench/parity/recorded.json\`); a test without a node checks the exact model against that record.

## Where the work differs

- **Contract, loop in one call** (\`bench/parity/Loop.sol\`): the least that a node can do for many accounts. The EVM also meters gas, decodes arguments, calls proxies, libraries, tokens and the oracle, and finds storage slots by hash; the model does the arithmetic and the rules only. A call's changes are dropped at its end; the exact model takes its liquidations back through its journal, and that is timed.
- **Multicall3, one call each, mined transactions**: what users do. Times of blocks grow with the state of the node.
- **Exact model**: the contract's integers, rounding by rounding. A reserve's index is grown once for all accounts that ask at the same time; the contract does it for every account. What keeps a liquidation from being faster is bigint: some 30 products and quotients of rays, half of them for the new rates of the two reserves, take two thirds of its time; taking it back takes a thirtieth.
- **Float model**: the scan that a simulation does in a block: prices and indices with interest to now, then one multiply-add per entry; it tells who is below 1, without a division. "As numbers" divides as well. It does not round: the contract cuts the average threshold of several collaterals to basis points, so health factors are off by up to ${gap(gaps.float)}; here no account is on another side of 1.
- **@aave/math-utils**: decimal strings; \`formatUserSummary\` also answers values in USD, what may still be borrowed, and every reserve's balances. It gets only the three reserves in use, and reserves are formatted once, outside the timing. It keeps the threshold's decimals as the float model does: off by up to ${gap(gaps.mathUtils)}.
- **@morpho-org/blue-sdk**: isolated markets have one collateral, so each account's collateral counts as ether and its debt as dollars; market and positions are made once. Same integers as the exact Morpho Blue, and hardly more work: no ratio to be proud of. The float scan is off by up to ${gap(gaps.isolatedFloat)}.
`
}
