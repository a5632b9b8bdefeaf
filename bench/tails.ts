/**
 * The tail of a frozen quiet day on the real Compound book, feedback on: importance sampling and
 * splitting next to counting, by variance per CPU time. Rewrites the end of docs/tails.md, exits with
 * 1 when a bar fails.
 * Usage: node bench/tails.ts [METHOD]; with a method only that one is measured, as JSON.
 */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runTail, type TailMethod, type TailResult } from '../src/experiments/index.ts'
import { sha256, WorkloadError } from './workloads/hash.ts'

type Frozen = {
  readonly scenario: string
  readonly condition: string
  readonly pilot: string
  /** Paths that each method may take, those that explore included. */
  readonly budget: number
  /** Paths by which the CPU time of a plain path is told. */
  readonly plainPaths: number
  readonly seed: number
  readonly sha256: Readonly<Record<string, string>>
}

/** A tail and what it cost. */
type Measured = { readonly tail: TailResult; readonly cpu: number }

type Bar = { readonly bar: string; readonly measured: string; readonly isMet: boolean }

const ROOT = new URL('../', import.meta.url)
const DOCUMENT = new URL('docs/tails.md', ROOT)
const MARK = '\n## A quiet day on the real Compound book\n'

/** Read the workload. @throws {WorkloadError} when a file is not the one that was frozen. */
function readFrozen(): Frozen {
  const text = readFileSync(new URL('workloads/tails.json', import.meta.url), 'utf8')
  const frozen = JSON.parse(text) as Frozen
  for (const [file, wanted] of Object.entries(frozen.sha256)) {
    const found = sha256([readFileSync(new URL(file, ROOT))])
    if (found !== wanted)
      throw new WorkloadError(
        `${file} has sha256 ${found}, but ${wanted} is frozen in bench/workloads/tails.json; restore the file, or choose the threshold anew by a pilot and freeze it`,
      )
  }
  return frozen
}

/** Estimate the tail by one method in this process. */
async function measure(method: TailMethod): Promise<Measured> {
  const { scenario, condition, budget, plainPaths, seed } = readFrozen()
  const path = fileURLToPath(new URL(scenario, ROOT))
  const before = process.cpuUsage()
  const tail = await runTail(path, condition, {
    method,
    seed,
    budget: method === 'plain' ? plainPaths : budget,
  })
  const { user, system } = process.cpuUsage(before)
  return { tail, cpu: (user + system) / 1e6 }
}

async function inOwnProcess(method: TailMethod): Promise<Measured> {
  const script = fileURLToPath(import.meta.url)
  const { stdout } = await promisify(execFile)(process.execPath, [script, method])
  return JSON.parse(stdout) as Measured
}

/** Mean of two estimates, each weighted by its inverse variance; NaN where none is printed. */
function pooled(tails: readonly TailResult[]): number {
  let [sum, weights] = [0, 0]
  for (const { probability, standardError } of tails) {
    if (probability === null) continue
    sum += probability / standardError! ** 2
    weights += 1 / standardError! ** 2
  }
  return sum / weights
}

/** Variance of counting in the same CPU time over the variance of the estimate; 0 without one. */
function gainOf({ tail, cpu }: Measured, p: number, plainPath: number): number {
  if (tail.probability === null) return 0
  return (p * (1 - p)) / (cpu / plainPath) / tail.standardError! ** 2
}

function agreement(a: TailResult, b: TailResult): Bar {
  const bar = 'importance sampling and splitting agree within 3 combined standard errors'
  if (a.probability === null || b.probability === null)
    return { bar, measured: 'a method refused', isMet: false }
  const apart =
    Math.abs(a.probability - b.probability) / Math.hypot(a.standardError!, b.standardError!)
  return { bar, measured: apart.toFixed(2), isMet: apart <= 3 }
}

function rowOf({ tail, cpu }: Measured, gain: number | null): string {
  const { method, probability, low, high, coefficientOfVariation: variation } = tail
  const cells = [
    method,
    probability === null ? `none: ${tail.reason}` : probability.toPrecision(3),
    `${low.toPrecision(2)} .. ${high.toPrecision(2)}`,
    variation === null ? '' : `${(100 * variation).toFixed(0)} %`,
    tail.effectiveSampleSize.toFixed(1),
    `${(100 * tail.maxWeightShare).toFixed(0)} %`,
    `${tail.evaluations}`,
    cpu.toFixed(0),
    ((1000 * cpu) / tail.evaluations).toFixed(1),
    gain === null ? '' : `${gain.toPrecision(3)}x`,
  ]
  return `| ${cells.join(' | ')} |`
}

function sectionOf(frozen: Frozen, rows: readonly string[], bars: readonly Bar[]): string {
  const { condition, pilot, seed, scenario, sha256 } = frozen
  return `${MARK}
Written by \`npm run bench tails\`. \`${condition}\` on one path of [${scenario}](../${scenario}), 1,440 one-minute steps, feedback on, seed ${seed}. The threshold was chosen and committed before the measurement: ${pilot}. Frozen with sha256 ${sha256[scenario]!.slice(0, 12)} and those of the data.

| method | probability | 95 % interval | c.v. | effective sample | largest share | paths | CPU, s | CPU a path, ms | variance below counting, equal CPU |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

| bar | measured | |
|---|---|---|
${bars.map(({ bar, measured, isMet }) => `| ${bar} | ${measured} | ${isMet ? 'pass' : 'FAIL'} |`).join('\n')}

Counting in the same CPU time has variance p(1 - p) / n, p being the mean of both estimates weighted by their precision and n the paths that fit at the lowest cost of a path in the table (the plain row bears its process's start). Paths and time that explore are part of a method's cost. The gains are as rough as the variances: an effective sample of 10 tells them within a factor of about 2.
`
}

async function benchmark(): Promise<void> {
  const frozen = readFrozen()
  const plain = await inOwnProcess('plain')
  const methods = ['importance', 'splitting'] as const
  const [tilted, split] = (await Promise.all(methods.map(inOwnProcess))) as [Measured, Measured]
  const p = pooled([tilted.tail, split.tail])
  // So few plain paths bear the whole start of a process: they are not held to cost more than others.
  const plainPath = Math.min(...[plain, tilted, split].map((m) => m.cpu / m.tail.evaluations))
  const gains = [tilted, split].map((m) => gainOf(m, p, plainPath))
  const [worse, better] = gains.toSorted((a, b) => a - b) as [number, number]
  const bars: readonly Bar[] = [
    agreement(tilted.tail, split.tail),
    ...(
      [
        ['the better one: variance at least 100x below counting', better, 100],
        ['the other one: at least 20x', worse, 20],
      ] as const
    ).map(([bar, gain, least]) => ({
      bar,
      measured: gain > 0 ? `${gain.toPrecision(3)}x` : 'refused',
      isMet: gain >= least,
    })),
  ]
  const rows = [
    rowOf(plain, null),
    ...[tilted, split].map((measured, m) => rowOf(measured, gains[m]!)),
  ]
  const section = sectionOf(frozen, rows, bars)
  process.stdout.write(section)
  const [before] = readFileSync(DOCUMENT, 'utf8').split(MARK)
  writeFileSync(DOCUMENT, `${before}${section}`)
  if (bars.some(({ isMet }) => !isMet)) process.exitCode = 1
}

const given = process.argv.slice(2).filter((word) => word !== 'tails')
const [method] = given as readonly TailMethod[]
if (method === undefined) await benchmark()
else process.stdout.write(JSON.stringify(await measure(method)))
