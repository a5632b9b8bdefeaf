/** Exact model of the harness's own Token (contracts/Harness.sol), for the tests' assets. */
import type { Check } from './protocol.ts'

const MAX_UINT256 = (1n << 256n) - 1n

/** State of a token; amounts in its smallest unit. */
export type TokenState = {
  totalSupply: bigint
  paused: boolean
  readonly balances: Map<string, bigint>
  /** By `owner spender`. */
  readonly allowances: Map<string, bigint>
}

/** Start a token with the balances that the deployment minted. */
export function createToken(balances: Readonly<Record<string, bigint>> = {}): TokenState {
  const totalSupply = Object.values(balances).reduce((sum, b) => sum + b, 0n)
  const entries = Object.entries(balances)
  return { totalSupply, paused: false, balances: new Map(entries), allowances: new Map() }
}

/** Copy a token, to be put back when a step is refused. */
export function copyToken(token: TokenState): TokenState {
  const { balances, allowances } = token
  return { ...token, balances: new Map(balances), allowances: new Map(allowances) }
}

/** Read a balance. */
export function held(token: TokenState, account: string): bigint {
  return token.balances.get(account) ?? 0n
}

/** Create units. @returns null, or the reason why nothing changed. */
export function mintToken(token: TokenState, to: string, amount: bigint): string | null {
  if (token.totalSupply + amount > MAX_UINT256) return 'Panic(17)'
  token.totalSupply += amount
  token.balances.set(to, held(token, to) + amount)
  return null
}

/** Move units. @returns null, or the reason why nothing changed. */
export function moveToken(
  token: TokenState,
  from: string,
  to: string,
  amount: bigint,
): string | null {
  if (token.paused) return 'Token: paused'
  if (held(token, from) < amount) return 'Token: balance'
  token.balances.set(from, held(token, from) - amount)
  token.balances.set(to, held(token, to) + amount)
  return null
}

/** Move units by allowance. @returns null, or the reason why nothing changed. */
export function moveTokenFrom(
  token: TokenState,
  spender: string,
  from: string,
  to: string,
  amount: bigint,
): string | null {
  const key = `${from} ${spender}`
  const allowed = token.allowances.get(key) ?? 0n
  if (allowed < amount) return 'Token: allowance'
  const refused = moveToken(token, from, to, amount)
  if (refused === null && allowed !== MAX_UINT256) token.allowances.set(key, allowed - amount)
  return refused
}

/** The check of a balance: `on` is the token's name. */
export function balanceCheck(on: string, token: TokenState, account: string): Check {
  return { on, get: 'balanceOf', args: [account], is: [held(token, account)] }
}
