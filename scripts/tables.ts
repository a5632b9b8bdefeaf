/**
 * Make the tables that README.md shows, from real runs: `node scripts/tables.ts` writes them between
 * their markers, `--check` fails when they are old. Bench ratios come from `npm run bench`.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from '../src/experiments/index.ts'
import { loadScenario } from '../src/scenario/index.ts'

const ROOT = resolve(import.meta.dirname, '..')
const MAIN_JOB = 'scenarios/compound-v2-eth-crash.yaml'
const COUPLED_JOB = 'scenarios/coupled-eth-crash'

type Case = {
  readonly id: string
  readonly what: string
  readonly scenario: string
  readonly set: Readonly<Record<string, number | string>>
  readonly measure: string
  readonly expected: number
  /** Allowed deviation, in the measure's unit. */
  readonly tolerance: number
}

/** Expected numbers: validation.md of the project's notes, except the Compound rows (issue 2). */
const CASES: readonly Case[] = [
  cascade(
    'C1',
    'cascade in a constant-product pool, r 0.4, shock 1 %',
    { r: 0.4, shock: 0.01 },
    0.04816742106,
  ),
  cascade('C1', 'the same at the critical density, r 0.5', { r: 0.5, shock: 0.01 }, 0.2067214862),
  cascade('C1', 'the same above it, r 1.0', { r: 1, shock: 0.01 }, 2.53598225),
  cascade(
    'C8',
    'a true jump: rising density, just below the fold',
    { r: 1, shock: 0.26, density: 'rising' },
    0.46699,
  ),
  cascade('C8', 'the same just above the fold', { r: 1, shock: 0.27, density: 'rising' }, 6.41049),
  spiral(0.045, 0.97, 0.013062200957),
  spiral(0.1, 0.92, 0.010909090909),
  {
    id: 'A6',
    what: 'leveraged loop, jump 12 %, USD lost of 100 M',
    scenario: 'papers/leveraged-loop',
    set: {},
    measure: 'badDebt',
    expected: 4.54e6,
    tolerance: 1e4,
  },
  {
    id: 'B1',
    what: 'overshoot past a trigger checked hourly, vol 80 %',
    scenario: 'papers/oracle-latency',
    set: {},
    measure: 'overshoot',
    expected: 0.004979736,
    tolerance: 0.01 * 0.004979736 + 3 * 0.000026,
  },
  compound(0.4, 0.133),
  compound(0.3, 0.077),
  compound(0.2, 0.057),
  frontier('debt', 'totalDebt', 18.06e6),
  frontier('bad debt as found', 'badDebt', 16.19e6),
  hedging('dealers hedge in the same block, volatility', 0.25, 0, 'volRatioStep', 4 / 3, 0.01),
  hedging('one block late, volatility per block', 0.5, 1, 'volRatioStep', 1.1547005, 0.01),
  hedging('one block late, over many blocks', 0.5, 1, 'volRatioLong', 2, 0.03),
  push('all of 30 blocks 20 % up, loss of the attacker, in quote reserves', 'multi', 0.249481326),
  push('one block far enough for all 30, the same', 'single', 1.023715784),
  {
    id: 'F6',
    what: 'arbitrage over loss versus rebalancing, fee half of the volatility per block',
    scenario: 'papers/lvr-with-fees',
    set: {},
    measure: 'arbOverLvr',
    expected: 0.538148,
    tolerance: 0.00538,
  },
  {
    id: 'J6',
    what: 'Mango-like: paper gain of the pushed position, USD',
    scenario: 'oracle-manipulation',
    set: {},
    measure: 'paperGain',
    expected: 421.08e6,
    tolerance: 1e5,
  },
]

/** Moving a time-weighted oracle of 30 blocks by 20 %. */
function push(what: string, mode: string, expected: number): Case {
  const set = { epsilon: 0.2, window: 30, mode }
  const scenario = 'papers/twap-attack'
  return { id: 'F7', what, scenario, set, measure: 'loss', expected, tolerance: 1e-8 }
}

function cascade(id: string, what: string, set: Case['set'], expected: number): Case {
  const scenario = 'papers/constant-product-cascade'
  return { id, what, scenario, set, measure: 'logDrop', expected, tolerance: 1e-4 * expected }
}

function spiral(bonus: number, ltv0: number, expected: number): Case {
  const what = `toxic spiral, bonus ${bonus}, loan-to-value ${ltv0}, bad debt`
  const set = { bonus, ltv0 }
  const scenario = 'papers/toxic-spiral'
  return { id: 'A3', what, scenario, set, measure: 'badDebt', expected, tolerance: 1e-9 }
}

function compound(ethDrop: number, expected: number): Case {
  return {
    id: 'data',
    what: `share of Compound v2 debt liquidatable if ETH fell ${ethDrop * 100} % at once`,
    scenario: 'compound-v2-eth-crash',
    set: { ethDrop, hours: 0.05 },
    measure: 'liquidatableDebtShare',
    expected,
    tolerance: 0.003,
  }
}

function frontier(what: string, measure: string, expected: number): Case {
  const scenario = 'frontier-insolvency'
  const set = {}
  return {
    id: 'data',
    what: `Inverse Frontier, ${what}, USD`,
    scenario,
    set,
    measure,
    expected,
    tolerance: 5e3,
  }
}

/** Dealers short of gamma: `tolerance` is relative. */
function hedging(
  what: string,
  g: number,
  lag: number,
  measure: string,
  expected: number,
  tolerance: number,
): Case {
  return {
    id: 'E4',
    what: `loop gain ${g}, ${what}, realised over input`,
    scenario: 'papers/hedging-feedback',
    set: { g, lag },
    measure,
    expected: Number(expected.toPrecision(9)),
    tolerance: tolerance * expected,
  }
}

/** Who loses how much more than alone, in the shipped scenario of two protocols. */
async function couplingTable(): Promise<string> {
  const { measures, paths, seed } = await run(loadScenario(join(ROOT, `${COUPLED_JOB}.yaml`)))
  const million = (value: number | null): string =>
    value === null ? 'none' : (value / 1e6).toFixed(2)
  const cell = (name: string): string => {
    const { value, low, high } = measures.find((m) => m.name === name)!
    return low === null ? million(value) : `${million(value)} [${million(low)} .. ${million(high)}]`
  }
  const row = (what: string, of: string): string =>
    `| ${what} | ${cell(`loss${of}`)} | ${cell(`couplingLoss${of}`)} | ${cell(`liquidatedDebt${of}`)} |`
  return [
    `| M USD, mean of ${paths} paths [95 % interval], seed ${seed} | loss | of it due to coupling | debt liquidated |`,
    '|---|---|---|---|',
    row('both protocols', ''),
    row('Aave v3, wstETH book', '[aave]'),
    row('Compound v2 book', '[compound]'),
  ].join('\n')
}

async function accuracyTable(): Promise<string> {
  const rows = [
    '| case | what | expected | ours | deviation | allowed |',
    '|---|---|---|---|---|---|',
  ]
  const cache = new Map()
  for (const { id, what, scenario, set, measure, expected, tolerance } of CASES) {
    const file = loadScenario(join(ROOT, `scenarios/${scenario}.yaml`))
    const { measures } = await run(file, { set, cache })
    const value = measures.find((m) => m.name === measure)?.value ?? Number.NaN
    const gap = Math.abs(value - expected)
    if (!(gap <= tolerance)) throw new Error(`${id} ${what}: ${value} is not ${expected}`)
    const cells = [value, gap, tolerance].map((v) => Number(v.toPrecision(v === value ? 7 : 2)))
    rows.push(`| ${id} | ${what} | ${expected} | ${cells.join(' | ')} |`)
  }
  return rows.join('\n')
}

type Parity = {
  readonly protocol: string
  readonly status: string
  readonly packages: Readonly<Record<string, string>>
  readonly operations: number
  readonly succeeded: number
  readonly fields: number
  readonly differences: number
  readonly mutants: { readonly caught: number; readonly of: number }
}

/** The ledger of docs/parity.md in short: the same results. */
function parityTable(): string {
  const folder = join(ROOT, 'parity/results')
  const results = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name): Parity => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  const number = (value: number): string => value.toLocaleString('en-US')
  const rows = results.map((r) => {
    const packages = Object.entries(r.packages).map(([name, version]) => `${name}@${version}`)
    const counts = [r.operations, r.succeeded, r.fields, r.differences].map(number)
    const mutants = `${r.mutants.caught} of ${r.mutants.of}`
    return `| ${[r.protocol, r.status, packages.join('<br>'), ...counts, mutants].join(' | ')} |`
  })
  return [
    '| protocol | status | contracts | operations | succeeded | fields compared | differences | mutants caught |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

/** What a command of the README prints. */
function printed(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'bin/breakwater.js'), ...args],
    { cwd: ROOT, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`${args.join(' ')} exits with ${status}\n${stderr}`)
  return stdout.trimEnd()
}

function shown(args: readonly string[], text: string): string {
  return `\`\`\`\n$ npx breakwater ${args.map((a) => (a.includes(' ') ? `"${a}"` : a)).join(' ')}\n${text}\n\`\`\``
}

function firstRun(): string {
  const args = ['run', MAIN_JOB]
  return shown(args, printed(args))
}

/** The part of a run of many paths that tells their risk. */
function riskOfMany(): string {
  const args = ['run', MAIN_JOB, '--paths', '400']
  const text = printed(args)
  const from = text.indexOf('Risk over')
  if (from < 0) throw new Error(`${args.join(' ')} prints no risk`)
  return shown(args, `...\n${text.slice(from, text.indexOf('\nnote:', from))}`)
}

/** Put a block between its markers. @throws {Error} when the markers are missing. */
function place(text: string, name: string, block: string): string {
  const marks = new RegExp(`(<!-- table: ${name} -->\n)[\\s\\S]*?(\n<!-- end -->)`)
  if (!marks.test(text)) throw new Error(`README.md has no markers for "${name}"`)
  return text.replace(marks, (_, open, close) => `${open}${block}${close}`)
}

const file = join(ROOT, 'README.md')
const before = readFileSync(file, 'utf8')
let after = place(before, 'first-run', firstRun())
after = place(after, 'risk', riskOfMany())
after = place(after, 'accuracy', await accuracyTable())
after = place(after, 'parity', parityTable())
after = place(after, 'coupling', await couplingTable())
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('README.md: its tables are old; run `node scripts/tables.ts` and commit')
    process.exitCode = 1
  } else console.log('README.md: tables are current')
} else writeFileSync(file, after)
