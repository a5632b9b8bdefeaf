import { cpus } from 'node:os'
import type { CaseResult, ScenarioResult } from './cases.ts'

/** One demand and whether it is met. */
export type Bar = {
  readonly name: string
  readonly demand: string
  readonly value: string
  readonly isMet: boolean
}

/** Everything that one run of the benchmark found. */
export type BenchResult = {
  readonly cases: readonly CaseResult[]
  readonly scenario: ScenarioResult
  /** CPU seconds of `breakwater --help`: with the compile cache filled, and without one. */
  readonly helpWarm: number
  readonly helpCold: number
  readonly rounds: number
  readonly date: string
}

const MOST_OF_FUSED = { withoutBacklog: 2.5, withoutDust: 2.5, withBacklog: 6 } as const

function atMost(name: string, value: number, most: number, unit: string): Bar {
  return {
    name,
    demand: `<= ${most}${unit}`,
    value: `${value.toFixed(2)}${unit}`,
    isMet: value <= most,
  }
}

function agreementBar({ agreement: a, variant }: CaseResult): Bar {
  const value = a.isSame
    ? `${a.liquidations} liquidations, badDebt off by ${a.badDebtGap.toExponential(1)}`
    : a.difference
  return {
    name: `${variant}: engine does what the reference loop does`,
    demand: 'same rows, blocks, order; badDebt within 1e-9',
    value,
    isMet: a.isSame && a.badDebtGap <= 1e-9 && a.liquidations > 0,
  }
}

/** All demands with what was measured. */
export function barsOf({ cases, helpWarm, helpCold }: BenchResult): readonly Bar[] {
  return [
    ...cases.map(agreementBar),
    ...cases
      .filter((c) => c.variant === 'withoutBacklog')
      .map((c) => atMost(`${c.variant}: reference loop / scan kernel`, c.fusedToKernel, 1.5, 'x')),
    ...cases.map((c) =>
      atMost(
        `${c.variant}: engine / reference loop`,
        c.engineToFused,
        MOST_OF_FUSED[c.variant],
        'x',
      ),
    ),
    atMost('breakwater --help, CPU', helpWarm, 0.3, ' s'),
    atMost('breakwater --help, CPU, without compile cache', helpCold, 0.3, ' s'),
  ]
}

/** Lay rows out as a Markdown table; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, c) => cell.padEnd(widths[c]!)).join(' | ')} |`
  const rule = `|${widths.map((w) => '-'.repeat(w + 2)).join('|')}|`
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n')
}

function micro(path: number, blocks: number): string {
  return ((path / blocks) * 1e6).toFixed(1)
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** @returns bars as a table. */
export function barTable(bars: readonly Bar[]): string {
  const rows = bars.map((b) => [b.name, b.demand, b.value, b.isMet ? 'pass' : 'FAIL'])
  return table([['Bar', 'Demand', 'Measured', ''], ...rows])
}

/** @returns speeds and ratios as a table. */
export function speedTable({ cases, scenario }: BenchResult): string {
  const head = [
    'Workload',
    'rows with debt',
    'kernel us/block',
    'reference us/block',
    'engine us/block',
    'engine blocks/s',
    'engine position-blocks/s',
    'reference / kernel',
    'engine / reference',
    'engine / event-driven reference',
  ]
  const rows = cases.map((c) => {
    const { blocks } = c
    const rate = blocks / c.engine
    return [
      c.variant,
      whole(c.rowsWithDebt),
      micro(c.kernel, blocks),
      `${micro(c.fused, blocks)} (event-driven ${micro(c.onChange, blocks)})`,
      micro(c.engine, blocks),
      whole(rate),
      whole(rate * c.rowsWithDebt),
      `${c.fusedToKernel.toFixed(2)}x`,
      `${c.engineToFused.toFixed(2)}x`,
      `${c.engineToOnChange.toFixed(2)}x`,
    ]
  })
  const rate = scenario.blocks / scenario.path
  const full = [
    'whole scenario (pools, router, arbitrage)',
    whole(scenario.rowsWithDebt),
    '',
    '',
    micro(scenario.path, scenario.blocks),
    whole(rate),
    whole(rate * scenario.rowsWithDebt),
    '',
    '',
    '',
  ]
  return table([head, ...rows, full])
}

function hashes(cases: readonly CaseResult[]): string {
  const all = Object.assign({}, ...cases.map((c) => c.hashes)) as Record<string, string>
  return table([['Part', 'sha256'], ...Object.entries(all).map(([k, v]) => [k, `\`${v}\``])])
}

/** @returns the text of docs/benchmarks.md. */
export function document(result: BenchResult): string {
  const { cases, rounds, date } = result
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  const { blocks } = cases[0]!
  const facts = cases.map((c) => {
    const { variant, rows, rowsWithDebt } = c
    return `${variant}: ${whole(rows)} rows, ${whole(rowsWithDebt)} with debt, ${c.agreement.liquidations} liquidations, ${whole(c.scans)} of ${whole(blocks)} blocks change anything, ${whole(c.unhealthy)} rows below their thresholds in the last block`
  })
  return `# Benchmarks

Written by \`npm run bench\`; do not edit by hand.

${date === '' ? '' : `Date: ${date}. `}Machine: ${model}, ${cpus().length} cores; Node ${process.versions.node}, ${process.platform} ${process.arch}. Ratios are medians of ${rounds} rounds, all sides in turn in one process per workload; times are medians of whole paths of ${whole(blocks)} blocks. Trust ratios, not times: other work shares the machine.

${barTable(barsOf(result))}

${speedTable(result)}

## The workload

The real Compound v2 book of May 2023 on the way down: ETH falls by 40 % within 6 hours, blocks of 12 s, every volatile asset with noise that is gone at the end. Numbers and hashes are frozen in \`bench/workloads/crash.json\`; a run refuses anything else.

${facts.map((fact) => `- ${fact}`).join('\n')}

\`withBacklog\` is the book as found: 1,550 accounts stand below their thresholds from the start, most of them too small or too empty to pay for a liquidation, and are looked at again in every block. \`withoutBacklog\` leaves out those and the dust that comes to stand there on the way; healthy dust stays. \`withoutDust\` leaves out all dust. Dust: one liquidation of the largest pair, without slippage, earns less than twice the gas and the least profit at opening prices.

${hashes(cases)}

## The sides

- **Scan kernel** (\`bench/reference/scanKernel.ts\`): one pass over all rows with debt per block, grouped by row length, counting the unhealthy.
- **Reference loop** (\`bench/reference/fusedLoop.ts\`): one closure over typed arrays, no engine, ports or trace. Per block: prices, feeds by deviation and heartbeat, a scan of all rows, and for what it finds the liquidator's and Compound's arithmetic, the purchase and sale through the exponential impact, capital and settlement. The event-driven variant scans only when prices seen or amounts have changed, as the engine does; it is the stricter comparison and has no bar.
- **Engine**: reference market, two feeds and their median, Compound v2 and liquidators, with trace, causes, undo and ledger. Pools, router and arbitrage are left out, because the loop has none; the last line of the table has them.

Both sides must do the same liquidations in the same order and end with the same bad debt, or the run fails.
`
}
