/** The exact model in the state that the workload leaves, and what is timed on it. */

import { formatOp } from '../../parity/protocol.ts'
import { OPENING, RESERVES } from '../../parity/protocols/aaveV3/setup.ts'
import { VERBS } from '../../parity/protocols/aaveV3/verbs.ts'
import { blockOf, createWorld, type World } from '../../parity/protocols/aaveV3/world.ts'
import { held } from '../../parity/token.ts'
import * as Exact from '../../src/mechanisms/lending/aaveV3/exact.ts'
import { Refusal } from '../../src/mechanisms/lending/aaveV3/exactMath.ts'
import { attempt } from '../../src/mechanisms/lending/aaveV3/exactState.ts'
import type { Workload } from './workload.ts'

/** Account that liquidates: the contract with the loop. */
export const LIQUIDATOR = 'loop'
/** Tokens of each asset that liquidators hold, whole. */
export const PURSE: bigint = OPENING
const MAX = (1n << 256n) - 1n
// Made once: a new error looks at the stack, which takes longer than a liquidation.
const REHEARSED = new Refusal('rehearsed')

/** One liquidation; all of the debt that the rules let go. */
export type Target = { readonly user: string; readonly collateral: string; readonly debt: string }

/** What the liquidations leave, for comparison: accounts as `getUserAccountData` answers, balances. */
export type Aftermath = { readonly accounts: readonly bigint[]; readonly purse: readonly bigint[] }

/** The exact side: each function is a whole pass over the workload. */
export type ExactSide = {
  readonly world: World
  readonly users: readonly string[]
  readonly targets: readonly Target[]
  /** Health factors of all users, wads, in order. */
  health(): bigint[]
  /** Do all liquidations, one after the other, and take them back, as `eth_call` does. */
  liquidate(): void
  /** The same, looking at what they leave before they are taken back. */
  aftermath(): Aftermath
}

/** Thrown when a step of the workload is refused. */
export class StepRefusedError extends Error {
  override readonly name = 'StepRefusedError'
}

/** Do the workload's steps. @throws {StepRefusedError} when one is refused. */
export function createExactSide({ users, batches, time, frozen }: Workload): ExactSide {
  // Nobody waits for the sequencer here, so the moment of its last answer does not matter.
  const facts = { sequencerUpdatedAt: BigInt(frozen.start) - 100_000n }
  const start = BigInt(frozen.start)
  const world = createWorld(Exact, { users: users.length, time: start, number: 0, facts })
  for (const batch of batches) {
    world.time = batch.time
    for (const op of batch.ops) {
      const result = VERBS[op.kind]!(world, op)
      if (!result.ok) throw new StepRefusedError(`'${formatOp(op)}' is refused: ${result.reason}`)
    }
  }
  world.time = time
  for (const { balances, allowances } of [...world.tokens.values()]) {
    balances.set(LIQUIDATOR, 0n)
    allowances.set(`${LIQUIDATOR} pool`, MAX)
  }
  for (const [i, { decimals }] of RESERVES.entries())
    world.tokens.get(`t${i}`)!.balances.set(LIQUIDATOR, PURSE * 10n ** decimals)
  return sideOf(world, users)
}

function sideOf(world: World, users: readonly string[]): ExactSide {
  const { pool } = world
  const block = blockOf(world)
  const targets = users.flatMap((user) => targetOf(world, user))
  const health = (): bigint[] => users.map((user) => dataOf(world, block, user).healthFactor)
  const calls = targets.map(({ user, collateral, debt }) => {
    const order = { by: LIQUIDATOR, user, collateral, debt, debtToCover: MAX }
    return { ...order, receiveAToken: false }
  })
  const liquidateAll = (): void => {
    for (const call of calls) {
      const done = Exact.liquidate(pool, block, call)
      if (!done.ok)
        throw new StepRefusedError(`the liquidation of '${call.user}' is refused: ${done.reason}`)
    }
  }
  return {
    world,
    users,
    targets,
    health,
    liquidate: () => rehearse(world, liquidateAll),
    aftermath() {
      let seen: Aftermath = { accounts: [], purse: [] }
      rehearse(world, () => {
        liquidateAll()
        const accounts = targets.flatMap(({ user }) => wordsOf(dataOf(world, block, user)))
        const purse = RESERVES.map((_, i) => held(world.tokens.get(`t${i}`)!, LIQUIDATOR))
        seen = { accounts, purse }
      })
      return seen
    },
  }
}

type Data = Exact.AccountData & { readonly availableBorrows: bigint }

function dataOf({ pool }: World, block: Exact.Block, user: string): Data {
  const done = Exact.userAccountData(pool, block, user)
  if (done.ok) return done.value
  throw new StepRefusedError(`the account of '${user}' is refused: ${done.reason}`)
}

/** The words that `getUserAccountData` answers. */
function wordsOf(data: Data): bigint[] {
  const { collateral, debt, availableBorrows, liquidationThreshold, ltv, healthFactor } = data
  return [collateral, debt, availableBorrows, liquidationThreshold, ltv, healthFactor]
}

/** The largest debt of an unhealthy user against its largest collateral, by value. */
function targetOf(world: World, user: string): Target[] {
  const block = blockOf(world)
  if (dataOf(world, block, user).healthFactor >= Exact.WAD) return []
  const largest = (amount: (r: Exact.Reserve) => bigint): string => {
    const value = (r: Exact.Reserve): bigint =>
      (amount(r) * block.price(r.asset) * 10n ** 18n) / 10n ** r.config.decimals
    return world.pool.reserves.reduce((best, r) => (value(r) > value(best) ? r : best)).asset
  }
  const collateral = largest((r) => Exact.suppliedBy(r, user, world.time))
  const debt = largest((r) => Exact.owedBy(r, user, world.time))
  return [{ user, collateral, debt }]
}

/** Act and take everything back: the pool through its own journal, tokens by their balances. */
function rehearse({ pool, tokens }: World, act: () => void): void {
  const saved: [Map<string, bigint>, string, bigint][] = []
  for (const { asset, aToken } of pool.reserves) {
    const { balances } = tokens.get(asset)!
    for (const account of [LIQUIDATOR, aToken])
      saved.push([balances, account, balances.get(account) ?? 0n])
  }
  attempt(pool, () => {
    act()
    throw REHEARSED
  })
  for (const [balances, account, balance] of saved) balances.set(account, balance)
}
