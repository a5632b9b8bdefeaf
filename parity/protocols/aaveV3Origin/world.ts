import type * as Exact from '../../../src/mechanisms/lending/aaveV3Origin/exact.ts'
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
  CATEGORIES,
  FLASH_PREMIUM,
  GRACE_PERIOD,
  OPENING,
  RATES,
  RESERVES,
  rolesOf,
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
  /** Addresses as errors write them. */
  readonly texts: ReadonlyMap<string, string>
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
    pool: createMarket(exact, users, facts),
    tokens: new Map(RESERVES.map(({ decimals }, i) => [`t${i}`, funded(names, decimals)])),
    prices: new Map(assets),
    sequencer: { answer: 0n, updatedAt: facts.sequencerUpdatedAt ?? 0n },
    texts: textsOf(facts),
  }
}

/** Read the texts that the deployment wrote as numbers. */
function textsOf(facts: Setup['facts']): Map<string, string> {
  const named = Object.entries(facts).filter(([name]) => name.startsWith('text-'))
  return new Map(
    named.map(([name, value]) => [
      name.slice(5),
      Buffer.from(value.toString(16), 'hex').toString('latin1'),
    ]),
  )
}

function createMarket(exact: typeof Exact, users: number, facts: Setup['facts']): Exact.Pool {
  const roles = new Map<string, Set<Exact.Role>>()
  for (const [name, list] of rolesOf(users)) {
    roles.set(name, new Set([...(roles.get(name) ?? []), ...list]))
  }
  const pool = exact.createPool({ treasury: 'treasury', umbrella: 'admin', roles })
  for (const [i, { rates, price: _, ...terms }] of RESERVES.entries()) {
    const reserve = exact.addReserve(pool, `t${i}`, `a${i}`, RATES[rates]!, {
      ...terms,
      active: true,
      frozen: false,
      borrowingEnabled: true,
      paused: false,
      flashLoanEnabled: true,
    })
    reserve.lastUpdateTimestamp = facts[`updated-t${i}`] ?? 0n
  }
  for (const [i, category] of CATEGORIES.entries()) {
    pool.categories.set(BigInt(i + 1), { ...category, ltvzeroBitmap: 0n })
  }
  pool.flashLoanPremiumTotal = FLASH_PREMIUM
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
