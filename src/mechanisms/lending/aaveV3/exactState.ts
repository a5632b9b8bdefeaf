/**
 * State of an exact Aave v3.0.2 pool. Verbs write through a journal, so that a refused one leaves
 * no trace. Source: aave/aave-v3-core @ 782f51917056 contracts/protocol/libraries/types/DataTypes.sol
 * and libraries/configuration/ReserveConfiguration.sol (bit positions).
 */
import { RAY, Refusal } from './exactMath.ts'

/** What governance sets for a reserve; ratios in basis points, caps in whole tokens. */
export type ReserveConfig = {
  readonly ltv: bigint
  readonly liquidationThreshold: bigint
  /** 10,500 seizes 5 % more than was repaid. */
  readonly liquidationBonus: bigint
  readonly decimals: bigint
  readonly active: boolean
  readonly frozen: boolean
  readonly borrowingEnabled: boolean
  readonly stableBorrowingEnabled: boolean
  readonly paused: boolean
  readonly borrowableInIsolation: boolean
  readonly siloedBorrowing: boolean
  readonly flashLoanEnabled: boolean
  readonly reserveFactor: bigint
  readonly borrowCap: bigint
  readonly supplyCap: bigint
  readonly liquidationProtocolFee: bigint
  readonly eModeCategory: bigint
  readonly unbackedMintCap: bigint
  /** Largest debt against it as isolated collateral, cents. */
  readonly debtCeiling: bigint
}

/** A holder of scaled units, and the index when the holding last changed (ray). */
export type Holding = { balance: bigint; index: bigint }

/** A token whose balances are scaled: units = tokens / index. */
export type ScaledToken = { total: bigint; readonly holdings: Map<string, Holding> }

/** An index now, and what it was worked out from. */
export type Growth = { time: bigint; last: bigint; rate: bigint; index: bigint; now: bigint }

/** One asset of the pool; rates per year and indices in rays, amounts in the smallest unit. */
export type Reserve = {
  readonly id: number
  readonly asset: string
  /** Account of the aToken, which holds the reserve's cash. */
  readonly aToken: string
  readonly borrowBit: bigint
  readonly collateralBit: bigint
  config: ReserveConfig
  /** Name of its interest strategy. */
  strategy: string
  liquidityIndex: bigint
  currentLiquidityRate: bigint
  variableBorrowIndex: bigint
  currentVariableBorrowRate: bigint
  currentStableBorrowRate: bigint
  lastUpdateTimestamp: bigint
  /** Scaled. */
  accruedToTreasury: bigint
  unbacked: bigint
  /** Cents. */
  isolationModeTotalDebt: bigint
  readonly supply: ScaledToken
  readonly debt: ScaledToken
  /** The last growth worked out, of the liquidity and of the borrow index; no state. */
  readonly memo: readonly [Growth, Growth]
  /** By `owner spender`: aTokens, and credit that a borrower delegates. */
  readonly allowances: Map<string, { amount: bigint }>
  readonly delegations: Map<string, { amount: bigint }>
}

/** An interest strategy; all in rays. */
export type Strategy = {
  readonly optimalUsageRatio: bigint
  readonly baseVariableBorrowRate: bigint
  readonly variableRateSlope1: bigint
  readonly variableRateSlope2: bigint
  readonly stableRateSlope1: bigint
  readonly stableRateSlope2: bigint
  readonly baseStableRateOffset: bigint
  readonly stableRateExcessOffset: bigint
  readonly optimalStableToTotalDebtRatio: bigint
}

/** A category of assets that move together; `priceSource` null: each has its own price. */
export type EModeCategory = {
  readonly ltv: bigint
  readonly liquidationThreshold: bigint
  readonly liquidationBonus: bigint
  readonly priceSource: string | null
}

/** What a user does: two bits a reserve (borrowing, used as collateral), and the eMode. */
export type User = { config: bigint; eMode: bigint }

/** Roles of the access control. */
export type Role =
  | 'poolAdmin'
  | 'emergencyAdmin'
  | 'riskAdmin'
  | 'bridge'
  | 'flashBorrower'
  | 'isolatedCollateralSupplier'

/** A pool; premiums and the bridge's fee in basis points. */
export type Pool = {
  readonly reserves: Reserve[]
  readonly byAsset: Map<string, Reserve>
  readonly users: Map<string, User>
  readonly eModes: Map<bigint, { category: EModeCategory | null }>
  readonly strategies: ReadonlyMap<string, Strategy>
  readonly roles: ReadonlyMap<string, ReadonlySet<Role>>
  /** Account that receives the protocol's income. */
  readonly treasury: string
  flashLoanPremiumTotal: bigint
  flashLoanPremiumToProtocol: bigint
  bridgeProtocolFee: bigint
  /** Changes of the verbs that are running. */
  readonly journal: Change[]
  depth: number
}

type Change = { readonly target: object; readonly key: PropertyKey; readonly old: unknown }

/** The underlying assets, as the pool sees them: each answers null or its reason to refuse. */
export type Tokens = {
  balance(asset: string, account: string): bigint
  transfer(asset: string, from: string, to: string, amount: bigint): string | null
  /** Moves what `from` has allowed the pool to move. */
  transferFrom(asset: string, from: string, to: string, amount: bigint): string | null
}

/** Whether a rollup's sequencer is up (answer 0), and since when. */
export type Sentinel = {
  readonly answer: bigint
  readonly updatedAt: bigint
  readonly gracePeriod: bigint
}

/** What a verb finds when it is executed. */
export type Block = {
  /** Timestamp, seconds. */
  readonly time: bigint
  /** When a verb is refused, the caller puts these back. */
  readonly tokens: Tokens
  /** Answer of the feed of an asset or price source, usually with 8 digits. */
  price(source: string): bigint
  readonly sentinel: Sentinel | null
}

/** What a verb did, or the reason why nothing changed. */
export type Done<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }

/** Start a pool without reserves. */
export function createPool(setup: {
  readonly treasury: string
  readonly strategies: ReadonlyMap<string, Strategy>
  readonly roles: ReadonlyMap<string, ReadonlySet<Role>>
}): Pool {
  return {
    ...setup,
    reserves: [],
    byAsset: new Map(),
    users: new Map(),
    eModes: new Map(),
    flashLoanPremiumTotal: 0n,
    flashLoanPremiumToProtocol: 0n,
    bridgeProtocolFee: 0n,
    journal: [],
    depth: 0,
  }
}

const NO_GROWTH: Growth = { time: -1n, last: 0n, rate: 0n, index: 0n, now: 0n }

/** List an asset; nobody has touched it, its indices are 1. @returns the reserve. */
export function addReserve(
  pool: Pool,
  asset: string,
  aToken: string,
  strategy: string,
  config: ReserveConfig,
): Reserve {
  const id = pool.reserves.length
  const reserve: Reserve = {
    id,
    asset,
    aToken,
    borrowBit: 1n << BigInt(2 * id),
    collateralBit: 2n << BigInt(2 * id),
    config,
    strategy,
    liquidityIndex: RAY,
    currentLiquidityRate: 0n,
    variableBorrowIndex: RAY,
    currentVariableBorrowRate: 0n,
    currentStableBorrowRate: 0n,
    lastUpdateTimestamp: 0n,
    accruedToTreasury: 0n,
    unbacked: 0n,
    isolationModeTotalDebt: 0n,
    supply: { total: 0n, holdings: new Map() },
    debt: { total: 0n, holdings: new Map() },
    memo: [{ ...NO_GROWTH }, { ...NO_GROWTH }],
    allowances: new Map(),
    delegations: new Map(),
  }
  pool.reserves.push(reserve)
  pool.byAsset.set(asset, reserve)
  return reserve
}

/** Find a listed asset; an unlisted one has no token to ask. @throws {Refusal} */
export function reserveOf(pool: Pool, asset: string): Reserve {
  const found = pool.byAsset.get(asset)
  if (!found) throw new Refusal('empty')
  return found
}

/** Find or start the record of a user. */
export function userOf(pool: Pool, name: string): User {
  return entry(pool.users, name, () => ({ config: 0n, eMode: 0n }))
}

/** Find a category; null while it is not configured. */
export function categoryOf(pool: Pool, id: bigint): EModeCategory | null {
  return pool.eModes.get(id)?.category ?? null
}

/** Find a value of a map, or put a new one there. */
export function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = create()
  map.set(key, made)
  return made
}

/** Tell whether an account has a role. */
export function hasRole(pool: Pool, account: string, role: Role): boolean {
  return pool.roles.get(account)?.has(role) ?? false
}

/** Set a field so that a refusal can take it back. */
export function write<T extends object, K extends keyof T>(
  pool: Pool,
  target: T,
  key: K,
  value: T[K],
): void {
  const old = target[key]
  if (old === value) return
  pool.journal.push({ target, key, old })
  target[key] = value
}

/** Run a verb; when it is refused, put back what it changed. */
export function attempt<T>(pool: Pool, act: () => T): Done<T> {
  const mark = pool.journal.length
  pool.depth++
  try {
    return { ok: true, value: act() }
  } catch (error) {
    undo(pool.journal, mark)
    if (error instanceof Refusal) return { ok: false, reason: error.reason }
    throw error
  } finally {
    pool.depth--
    if (pool.depth === 0) pool.journal.length = 0
  }
}

/** Take back the changes since a mark, the last one first. */
function undo(journal: Change[], mark: number): void {
  for (let i = journal.length - 1; i >= mark; i--) {
    const { target, key, old } = journal[i]!
    const fields = target as Record<PropertyKey, unknown>
    fields[key] = old
  }
  journal.length = mark
}

const LAYOUT: readonly (readonly [keyof ReserveConfig, bigint, bigint])[] = [
  ['ltv', 0n, 16n],
  ['liquidationThreshold', 16n, 16n],
  ['liquidationBonus', 32n, 16n],
  ['decimals', 48n, 8n],
  ['active', 56n, 1n],
  ['frozen', 57n, 1n],
  ['borrowingEnabled', 58n, 1n],
  ['stableBorrowingEnabled', 59n, 1n],
  ['paused', 60n, 1n],
  ['borrowableInIsolation', 61n, 1n],
  ['siloedBorrowing', 62n, 1n],
  ['flashLoanEnabled', 63n, 1n],
  ['reserveFactor', 64n, 16n],
  ['borrowCap', 80n, 36n],
  ['supplyCap', 116n, 36n],
  ['liquidationProtocolFee', 152n, 16n],
  ['eModeCategory', 168n, 8n],
  ['unbackedMintCap', 176n, 36n],
  ['debtCeiling', 212n, 40n],
]

/** Pack a configuration into the word that `getConfiguration` answers. */
export function encodeConfig(config: ReserveConfig): bigint {
  return LAYOUT.reduce((word, [field, at]) => word | (BigInt(config[field]) << at), 0n)
}

/** Read a configuration from the word that `getConfiguration` answers. */
export function decodeConfig(word: bigint): ReserveConfig {
  const fields = LAYOUT.map(([field, at, width]) => {
    const value = (word >> at) & ((1n << width) - 1n)
    return [field, width === 1n ? value === 1n : value] as const
  })
  return Object.fromEntries(fields) as ReserveConfig
}
