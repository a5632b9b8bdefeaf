/**
 * State of an exact Aave v3.6 pool: that of v3.0.2, and what was added since. Fields of v3.0.2 that
 * the newer pool no longer has (stable debt, unbacked, bridge fee, strategies by name) stay unused.
 * Source: aave-dao/aave-v3-origin 3.6.0 src/contracts/protocol/libraries/types/DataTypes.sol,
 * libraries/configuration/ReserveConfiguration.sol (bit positions).
 */
import { RAY, Refusal } from '../aaveV3/exactMath.ts'
import * as V3 from '../aaveV3/exactState.ts'

/** Interest of a reserve, basis points per year. */
export type RateData = {
  readonly optimalUsageRatio: bigint
  readonly baseVariableBorrowRate: bigint
  readonly variableRateSlope1: bigint
  readonly variableRateSlope2: bigint
}

/** What governance sets for a reserve; ratios in basis points, caps in whole tokens. */
export type ReserveConfig = Omit<
  V3.ReserveConfig,
  'stableBorrowingEnabled' | 'eModeCategory' | 'unbackedMintCap'
>

/** One asset of the pool; rates per year and indices in rays, amounts in the smallest unit. */
export type Reserve = V3.Reserve & {
  /** Place in the bitmaps of eModes. */
  readonly bit: bigint
  /** Cash that the pool counts, whatever else lies on the aToken's account. */
  virtualBalance: bigint
  /** Debt that was burnt without being repaid and that nobody has covered yet. */
  deficit: bigint
  /** No liquidation up to this timestamp, seconds. */
  gracePeriodUntil: bigint
  /** Ltv to come back after a freeze, basis points. */
  pendingLtv: bigint
  rates: RateData
}

/** A category of assets that move together; bitmaps have a bit for each reserve. */
export type EModeCategory = {
  ltv: bigint
  liquidationThreshold: bigint
  liquidationBonus: bigint
  collateralBitmap: bigint
  borrowableBitmap: bigint
  /** Collaterals that back no new debt. */
  ltvzeroBitmap: bigint
}

/** A pool; premiums in basis points. */
export type Pool = Omit<V3.Pool, 'reserves' | 'byAsset'> & {
  readonly reserves: Reserve[]
  readonly byAsset: Map<string, Reserve>
  readonly categories: Map<bigint, EModeCategory>
  /** By `user manager`: who may choose collateral and eMode for whom. */
  readonly managers: Map<string, { approved: boolean }>
  /** Account that may cover deficits. */
  readonly umbrella: string
}

/** Start a pool without reserves. */
export function createPool(setup: {
  readonly treasury: string
  readonly umbrella: string
  readonly roles: V3.Pool['roles']
}): Pool {
  const { umbrella, ...rest } = setup
  const base = V3.createPool({ ...rest, strategies: new Map() })
  const added = { categories: new Map(), managers: new Map(), umbrella }
  return { ...base, reserves: [], byAsset: new Map(), ...added }
}

/** List an asset; nobody has touched it, its indices are 1. @returns the reserve. */
export function addReserve(
  pool: Pool,
  asset: string,
  aToken: string,
  rates: RateData,
  config: ReserveConfig,
): Reserve {
  const removed = { stableBorrowingEnabled: false, eModeCategory: 0n, unbackedMintCap: 0n }
  const listed = V3.addReserve(pool, asset, aToken, '', { ...config, ...removed })
  const reserve: Reserve = Object.assign(listed, {
    bit: 1n << BigInt(listed.id),
    virtualBalance: 0n,
    deficit: 0n,
    gracePeriodUntil: 0n,
    pendingLtv: 0n,
    rates,
  })
  reserve.currentVariableBorrowRate = rates.baseVariableBorrowRate * (RAY / 10_000n)
  return reserve
}

/** Find a listed asset; an unlisted one has no token to ask. @throws {Refusal} */
export function reserveOf(pool: Pool, asset: string): Reserve {
  const found = pool.byAsset.get(asset)
  if (!found) throw new Refusal('empty')
  return found
}

const NO_CATEGORY: Readonly<EModeCategory> = {
  ltv: 0n,
  liquidationThreshold: 0n,
  liquidationBonus: 0n,
  collateralBitmap: 0n,
  borrowableBitmap: 0n,
  ltvzeroBitmap: 0n,
}

/** Read a category; all is 0 while it is not configured. */
export function categoryOf(pool: Pool, id: bigint): Readonly<EModeCategory> {
  return pool.categories.get(id) ?? NO_CATEGORY
}

/** Change fields of a category. */
export function changeCategory(pool: Pool, id: bigint, change: Partial<EModeCategory>): void {
  const category = V3.entry(pool.categories, id, () => ({ ...NO_CATEGORY }))
  for (const [key, value] of Object.entries(change))
    V3.write(pool, category, key as keyof EModeCategory, value)
}

/** Pack a configuration into the word that `getConfiguration` answers: bit 252 is always set. */
export function encodeConfig(config: V3.ReserveConfig): bigint {
  return V3.encodeConfig(config) | (1n << 252n)
}
