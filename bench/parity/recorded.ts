import { readFileSync, writeFileSync } from 'node:fs'

/** What the contracts answered in the frozen state; numbers as decimal texts. */
export type Recorded = {
  readonly workload: string
  readonly packages: Readonly<Record<string, string>>
  /** keccak of the creation code, by contract. */
  readonly codeHashes: Readonly<Record<string, string>>
  /** Health factors, wads, by user. */
  readonly health: readonly string[]
  /** Users that are liquidated, in order. */
  readonly liquidated: readonly string[]
  /** After all liquidations: six words of account data of each, then the liquidator's balances. */
  readonly accounts: readonly string[]
  readonly purse: readonly string[]
}

const FILE = new URL('recorded.json', import.meta.url)

/** Read what the contracts answered when it was recorded. */
export function readRecorded(): Recorded {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Recorded
}

/** Keep what the contracts answered. */
export function writeRecorded(recorded: Recorded): void {
  writeFileSync(FILE, `${JSON.stringify(recorded, null, 2)}\n`)
}
