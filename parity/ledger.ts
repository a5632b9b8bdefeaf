import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Verdict } from './chain/verify.ts'
import { ROOT } from './load.ts'
import type { MutantVerdict } from './mutate.ts'

const RESULTS = join(import.meta.dirname, 'results')
const LEDGER = join(ROOT, 'docs/parity.md')

/** What the ledger shows of one protocol; `reason` says why one is not verified. */
export type LedgerEntry = {
  readonly protocol: string
  readonly status: 'verified' | 'not verified'
  readonly reason?: string
  readonly packages: Readonly<Record<string, string>>
  readonly codeHashes: Readonly<Record<string, string>>
  readonly seed: string
  readonly users: number
  readonly operations: number
  readonly succeeded: number
  readonly reverts: Readonly<Record<string, number>>
  readonly fields: number
  readonly differences: number
  readonly getters: { readonly compared: number; readonly called: number; readonly left: number }
  /** Functions that are neither compared nor called, with the reason. */
  readonly left: Readonly<Record<string, string>>
  readonly mutants: { readonly caught: number; readonly of: number; readonly latest: number }
  readonly date: string
}

/** Write what a verification found to parity/results/<name>.json. */
export function writeResult(
  name: string,
  { seed, users }: { readonly seed: string; readonly users: number },
  verdict: Verdict,
  mutants: readonly MutantVerdict[],
): void {
  const caught = mutants.flatMap(({ caughtAfter }) => (caughtAfter === null ? [] : [caughtAfter]))
  const reason = reasonAgainst(verdict, mutants.length - caught.length)
  const { packages, codeHashes, operations, succeeded, reverts, fields, getters, left, failure } =
    verdict
  const entry: LedgerEntry = {
    protocol: name,
    status: reason ? 'not verified' : 'verified',
    ...(reason ? { reason } : {}),
    packages,
    codeHashes,
    seed,
    users,
    operations,
    succeeded,
    reverts: Object.fromEntries(Object.entries(reverts).sort((a, b) => b[1] - a[1])),
    fields,
    differences: failure?.differences.length ?? 0,
    getters,
    left,
    mutants: { caught: caught.length, of: mutants.length, latest: Math.max(0, ...caught) },
    date: new Date().toISOString().slice(0, 10),
  }
  writeEntry(entry)
}

function reasonAgainst({ failure, uncovered, ...v }: Verdict, missed: number): string | null {
  if (failure) return `${failure.differences[0]?.field} differs`
  if (v.succeeded * 2 < v.operations) return 'fewer than half of the operations succeeded'
  if (uncovered.length > 0) return `not compared: ${uncovered.join(', ')}`
  return missed > 0 ? `${missed} mutants not noticed` : null
}

/** Write that a protocol could not be verified at all, and why; older counts go. */
export function writeObstacle(name: string, reason: string): void {
  const entry: LedgerEntry = {
    protocol: name,
    status: 'not verified',
    reason,
    packages: {},
    codeHashes: {},
    seed: '',
    users: 0,
    operations: 0,
    succeeded: 0,
    reverts: {},
    fields: 0,
    differences: 0,
    getters: { compared: 0, called: 0, left: 0 },
    left: {},
    mutants: { caught: 0, of: 0, latest: 0 },
    date: new Date().toISOString().slice(0, 10),
  }
  writeEntry(entry)
}

function writeEntry(entry: LedgerEntry): void {
  mkdirSync(RESULTS, { recursive: true })
  const file = join(RESULTS, `${entry.protocol}.json`)
  writeFileSync(file, `${JSON.stringify(entry, null, 2)}\n`)
}

/** Read all results, by name. */
export function readResults(): LedgerEntry[] {
  if (!existsSync(RESULTS)) return []
  return readdirSync(RESULTS)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(RESULTS, file), 'utf8')) as LedgerEntry)
}

/** Write docs/parity.md from the results. */
export function writeLedger(): void {
  writeFileSync(LEDGER, formatLedger(readResults()))
}

/** Write the ledger's page. */
export function formatLedger(entries: readonly LedgerEntry[]): string {
  const rows = entries.map((e) =>
    [
      e.protocol,
      e.reason ? `${e.status}: ${e.reason}` : e.status,
      lines(Object.entries(e.packages).map(([name, version]) => `${name}@${version}`)),
      lines(Object.entries(e.codeHashes).map(([name, hash]) => `${name} \`${short(hash)}\``)),
      count(e.operations),
      count(e.succeeded),
      count(e.operations - e.succeeded),
      count(e.fields),
      `${e.differences}`,
      `${e.getters.compared} + ${e.getters.called}, ${e.getters.left} left`,
      `${e.mutants.caught} of ${e.mutants.of} (within ${count(e.mutants.latest)})`,
      e.date,
    ].join(' | '),
  )
  return `${HEAD}${rows.map((row) => `| ${row} |\n`).join('')}\n${entries.map(section).join('\n')}${further()}`
}

/** Sections that other generators write to parity/results/sections/, by name. */
function further(): string {
  const folder = join(RESULTS, 'sections')
  if (!existsSync(folder)) return ''
  const files = readdirSync(folder).sort()
  return files.map((file) => `\n${readFileSync(join(folder, file), 'utf8')}`).join('')
}

const HEAD = `# Parity with the deployed contracts

Generated by \`npm run parity -- all --ledger\` from \`parity/results/\`; nothing here is typed by hand.

Each exact model and the real bytecode were driven with the same seeded random operations. \`verified\` means: after every operation both agreed on success or on the reason of failure, and on every field of the market and of the accounts that it touched, as integers; every 200 operations on every field of every account. Functions: compared getters + called functions, and those left out for a reason given in \`parity/protocols/\`. Mutants: deliberate mistakes in the model that the recorded trace noticed, and the operations it took.

| protocol | status | package | code hash | operations | succeeded | refused | fields compared | differences | functions | mutants caught | date |
|---|---|---|---|---|---|---|---|---|---|---|---|
`

function section({ protocol, seed, users, codeHashes, reverts, left }: LedgerEntry): string {
  const hashes = Object.entries(codeHashes).map(([name, hash]) => `- ${name}: \`${hash}\``)
  const reasons = Object.entries(reverts).map(([reason, n]) => `| ${reason} | ${count(n)} |`)
  const leftOut = Object.entries(left).map(([name, why]) => `- \`${name}\`: ${why}`)
  return `## ${protocol}

Seed ${seed}, ${users} users. Keccak-256 of the creation code as shipped:

${hashes.join('\n')}

Neither compared nor called:

${leftOut.length > 0 ? leftOut.join('\n') : '- nothing'}

| refused because | operations |
|---|---|
${reasons.join('\n')}
`
}

function lines(parts: readonly string[]): string {
  return parts.join('<br>')
}

function short(hash: string): string {
  return `${hash.slice(0, 10)}...${hash.slice(-4)}`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
