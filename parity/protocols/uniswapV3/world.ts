import type * as Exact from '../../../src/mechanisms/liquidity/uniswapV3/exact.ts'
import type { TokenState } from '../../token.ts'

/** Units of each token that every user starts with: enough for the most liquidity at any price. */
export const OPENING: bigint = 1n << 200n

/** The pools of the deployment: the usual fees, no fee, and the extremes that the factory allows. */
export const POOLS: readonly {
  readonly name: string
  readonly fee: bigint
  readonly spacing: number
}[] = [
  { name: 'pool3000', fee: 3000n, spacing: 60 },
  { name: 'pool500', fee: 500n, spacing: 10 },
  { name: 'pool100', fee: 100n, spacing: 1 },
  { name: 'pool10000', fee: 10_000n, spacing: 200 },
  { name: 'pool0', fee: 0n, spacing: 7 },
  { name: 'pool999999', fee: 999_999n, spacing: 16_383 },
]

/** Accounts that positions and tokens may belong to, beside users and pools. */
export const OTHERS: readonly string[] = ['admin', 'treasury', 'zero']

/** Everything that a case can change. */
export type World = {
  readonly exact: typeof Exact
  readonly users: readonly string[]
  /** The case's pool. */
  readonly name: string
  readonly number: number
  /** Addresses by name, for the keys of positions. */
  readonly facts: Readonly<Record<string, bigint>>
  /** Ticks that were ever named by a mint, in order. */
  readonly known: Set<number>
  time: bigint
  pool: Exact.Pool
  tokens: [TokenState, TokenState]
  factory: Exact.Factory
  /** Ticks in use that the last step's price went across. */
  crossed: readonly number[]
}
