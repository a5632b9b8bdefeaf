/** The frozen workload: 200 accounts of Aave v3.0.2 in three reserves each, and a fall of prices. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { formatOp, type Op } from '../../parity/protocol.ts'
import { RESERVES } from '../../parity/protocols/aaveV3/setup.ts'
import { type Random, randomOf } from '../../parity/random.ts'

/** What bench/parity/workload.json holds; shares in percent, amounts in USD or whole tokens. */
export type Frozen = {
  readonly seed: string
  readonly users: number
  /** Numbers of the reserves in use. */
  readonly reserves: readonly number[]
  /** Value of each collateral. */
  readonly smallestUsd: number
  readonly largestUsd: number
  /** Share of what the ltv allows that is borrowed. */
  readonly lowestUse: number
  readonly highestUse: number
  /** What `admin` supplies, by asset. */
  readonly liquidity: Readonly<Record<string, number>>
  readonly usersPerBlock: number
  readonly blockSeconds: number
  /** Between the last loan and the fall, and from there to the measurement. */
  readonly restSeconds: number
  readonly lastSeconds: number
  /** Prices after the fall, in percent of those before. */
  readonly shock: Readonly<Record<string, number>>
  readonly start: number
  readonly sha256: string
}

/** Steps that share a block, and its timestamp. */
export type Batch = { readonly time: bigint; readonly ops: readonly Op[] }

/** Everything both sides do before the measurement. */
export type Workload = {
  readonly frozen: Frozen
  readonly users: readonly string[]
  readonly batches: readonly Batch[]
  /** Timestamp at which everything is measured, seconds. */
  readonly time: bigint
  readonly sha256: string
}

/** Thrown when the workload is not the frozen one. */
export class WorkloadError extends Error {
  override readonly name = 'WorkloadError'
}

/** Read the frozen numbers. */
export function readFrozen(): Frozen {
  return JSON.parse(readFileSync(new URL('workload.json', import.meta.url), 'utf8')) as Frozen
}

/** Draw the steps from the frozen numbers, and hash them. */
export function buildWorkload(frozen: Frozen): Workload {
  const random = randomOf(frozen.seed)
  const users = Array.from({ length: frozen.users }, (_, i) => `u${i}`)
  let time = BigInt(frozen.start)
  const batch = (wait: number, ops: readonly Op[]): Batch => {
    time += BigInt(wait)
    return { time, ops }
  }
  const batches = [batch(frozen.blockSeconds, liquidity(frozen))]
  for (let from = 0; from < users.length; from += frozen.usersPerBlock) {
    const some = users.slice(from, from + frozen.usersPerBlock)
    const ops = some.flatMap((user) => opening(frozen, random, user))
    batches.push(batch(frozen.blockSeconds, ops))
  }
  batches.push(batch(frozen.restSeconds, fall(frozen)))
  time += BigInt(frozen.lastSeconds)
  const lines = batches.flatMap((b) => b.ops.map((op) => `${b.time} ${formatOp(op)}`))
  const sha256 = createHash('sha256')
    .update(`${lines.join('\n')}\n${time}\n`)
    .digest('hex')
  return { frozen, users, batches, time, sha256 }
}

/** @throws {WorkloadError} when what is drawn is not what was frozen. */
export function loadWorkload(frozen: Frozen = readFrozen()): Workload {
  const workload = buildWorkload(frozen)
  const { sha256 } = workload
  if (sha256 === frozen.sha256) return workload
  const remedy = 'take the change back, or freeze anew with: node bench/parity/main.ts --record'
  throw new WorkloadError(
    `the workload's sha256 is ${sha256}, bench/parity/workload.json says '${frozen.sha256}'; ${remedy}`,
  )
}

function liquidity({ liquidity: amounts }: Frozen): Op[] {
  return Object.entries(amounts).map(([asset, tokens]) => {
    const { decimals } = RESERVES[Number(asset.slice(1))]!
    const amount = BigInt(tokens) * 10n ** decimals
    return { kind: 'supply', by: 'admin', args: [asset, amount, 'admin'] }
  })
}

/** Three different reserves: collateral, either, debt. */
function opening(frozen: Frozen, random: Random, by: string): Op[] {
  const left = [...frozen.reserves]
  const draw = (): number => left.splice(random.int(left.length), 1)[0]!
  const isSecondDebt = random.chance(0.5)
  const [first, second, third] = [draw(), draw(), draw()]
  const held = isSecondDebt ? [first] : [first, second]
  const owed = isSecondDebt ? [second, third] : [third]
  const ops: Op[] = []
  let limit = 0n
  for (const reserve of held) {
    const span = BigInt(frozen.largestUsd - frozen.smallestUsd) * 100_000_000n
    const value = BigInt(frozen.smallestUsd) * 100_000_000n + random.big(span)
    limit += (value * RESERVES[reserve]!.ltv) / 10_000n
    ops.push(step('supply', by, reserve, value))
  }
  const use = frozen.lowestUse + random.int(frozen.highestUse - frozen.lowestUse + 1)
  const debt = (limit * BigInt(use)) / 100n
  const part = owed.length === 1 ? debt : (debt * BigInt(20 + random.int(61))) / 100n
  for (const [i, reserve] of owed.entries())
    ops.push(step('borrow', by, reserve, i === 0 ? part : debt - part))
  return ops
}

/** @param value in the feeds' unit, 8 digits. */
function step(kind: 'supply' | 'borrow', by: string, reserve: number, value: bigint): Op {
  const { price, decimals } = RESERVES[reserve]!
  const amount = (value * 10n ** decimals) / price
  const args = kind === 'supply' ? [amount, by] : [amount, 2n, by]
  return { kind, by, args: [`t${reserve}`, ...args] }
}

function fall({ shock }: Frozen): Op[] {
  return Object.entries(shock).map(([asset, percent]) => {
    const { price } = RESERVES[Number(asset.slice(1))]!
    return { kind: 'price', by: 'admin', args: [asset, (price * BigInt(percent)) / 100n] }
  })
}
