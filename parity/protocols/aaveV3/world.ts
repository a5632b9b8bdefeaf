import type * as Exact from '../../../src/mechanisms/lending/aaveV3/exact.ts'
import type { Setup } from '../../protocol.ts'
import {
  copyToken,
  createToken,
  held,
  moveToken,
  moveTokenFrom,
  type TokenState,
} from '../../token.ts'
import {
  BRIDGE_FEE,
  CATEGORIES,
  FLASH_PREMIUM,
  FLASH_PREMIUM_TO_PROTOCOL,
  GRACE_PERIOD,
  OPENING,
  PEG,
  PEG_PRICE,
  RESERVES,
  rolesOf,
  STRATEGIES,
} from './setup.ts'

/** Everything that a case can change. */
export type World = {
  readonly exact: typeof Exact
  readonly users: readonly string[]
  readonly number: number
  /** Steps done. */
  steps: number
  time: bigint
  readonly pool: Exact.Pool
  tokens: Map<string, TokenState>
  readonly prices: Map<string, bigint>
  sequencer: { answer: bigint; updatedAt: bigint }
}

/** Start as the contracts are deployed. */
export function createWorld(exact: typeof Exact, { users, time, number, facts }: Setup): World {
  const names = Array.from({ length: users }, (_, i) => `u${i}`)
  const assets = RESERVES.map(({ price }, i) => [`t${i}`, price] as const)
  return {
    exact,
    users: names,
    number,
    steps: 0,
    time,
    pool: createMarket(exact, users),
    tokens: new Map(RESERVES.map(({ decimals }, i) => [`t${i}`, funded(names, decimals)])),
    prices: new Map([...assets, [PEG, PEG_PRICE]]),
    sequencer: { answer: 0n, updatedAt: facts.sequencerUpdatedAt ?? 0n },
  }
}

function createMarket(exact: typeof Exact, users: number): Exact.Pool {
  const roles = new Map<string, Set<Exact.Role>>()
  for (const [name, list] of rolesOf(users)) {
    roles.set(name, new Set([...(roles.get(name) ?? []), ...list]))
  }
  const strategies = new Map(Object.entries(STRATEGIES))
  const pool = exact.createPool({ treasury: 'treasury', strategies, roles })
  for (const [i, { strategy, price: _, ...terms }] of RESERVES.entries()) {
    exact.addReserve(pool, `t${i}`, `a${i}`, strategy, {
      ...terms,
      active: true,
      frozen: false,
      borrowingEnabled: true,
      stableBorrowingEnabled: false,
      paused: false,
      flashLoanEnabled: true,
    })
  }
  for (const [i, category] of CATEGORIES.entries()) {
    exact.setEModeCategory(pool, 'admin', BigInt(i + 1), category)
  }
  pool.flashLoanPremiumTotal = FLASH_PREMIUM
  pool.flashLoanPremiumToProtocol = FLASH_PREMIUM_TO_PROTOCOL
  pool.bridgeProtocolFee = BRIDGE_FEE
  return pool
}

function funded(users: readonly string[], decimals: bigint): TokenState {
  const accounts = ['admin', ...users]
  const token = createToken(
    Object.fromEntries(accounts.map((name) => [name, OPENING * 10n ** decimals])),
  )
  for (const account of accounts) token.allowances.set(`${account} pool`, (1n << 256n) - 1n)
  return token
}

/** Copy what the pool does not put back itself. */
export function copyTokens(tokens: World['tokens']): World['tokens'] {
  return new Map([...tokens].map(([name, token]) => [name, copyToken(token)]))
}

/** What the pool finds now. */
export function blockOf(w: World): Exact.Block {
  const token = (asset: string): TokenState => w.tokens.get(asset)!
  return {
    time: w.time,
    tokens: {
      balance: (asset, account) => held(token(asset), account),
      transfer: (asset, from, to, amount) => moveToken(token(asset), from, to, amount),
      transferFrom: (asset, from, to, amount) =>
        moveTokenFrom(token(asset), 'pool', from, to, amount),
    },
    price: (source) => w.prices.get(source) ?? 0n,
    sentinel: { ...w.sequencer, gracePeriod: GRACE_PERIOD },
  }
}

/** Accounts that can hold something, beside the users. */
export const OTHERS: readonly string[] = ['admin', 'treasury', 'zero']
