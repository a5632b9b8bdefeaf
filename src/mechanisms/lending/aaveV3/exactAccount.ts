/**
 * What an account may do: value, health, isolation, siloed borrowing, eMode.
 * Source: aave/aave-v3-core @ 782f51917056 contracts/protocol/libraries/logic/GenericLogic.sol,
 * ValidationLogic.sol, configuration/UserConfiguration.sol.
 */
import {
  add,
  MAX_UINT256,
  mul,
  must,
  percentMulHalfUp,
  Refusal,
  rayMulHalfUp,
  WAD,
  wadDivHalfUp,
} from './exactMath.ts'
import { normalizedDebt, normalizedIncome, scaledOf } from './exactReserve.ts'
import {
  attempt,
  type Block,
  categoryOf,
  type Done,
  type EModeCategory,
  hasRole,
  type Pool,
  type Reserve,
  userOf,
} from './exactState.ts'

const BORROWING_MASK = BigInt(`0x${'5'.repeat(64)}`)
const COLLATERAL_MASK = BigInt(`0x${'a'.repeat(64)}`)

/** Value and health of an account; values in the feeds' unit, ratios in basis points. */
export type AccountData = {
  readonly collateral: bigint
  readonly debt: bigint
  readonly ltv: bigint
  readonly liquidationThreshold: bigint
  /** Wad; 2^256 - 1 without debt. */
  readonly healthFactor: bigint
  /** Some of its collateral counts in the health test but backs no new debt. */
  readonly hasZeroLtvCollateral: boolean
}

const EMPTY: AccountData = {
  collateral: 0n,
  debt: 0n,
  ltv: 0n,
  liquidationThreshold: 0n,
  healthFactor: MAX_UINT256,
  hasZeroLtvCollateral: false,
}

/** Ask the oracle; without a fallback an answer that is not positive is refused. */
export function assetPrice(block: Block, source: string): bigint {
  const answer = block.price(source)
  if (answer <= 0n) throw new Refusal('empty')
  return answer
}

/** Tell whether a user's record says that it borrows anything. */
export function borrowsAny(config: bigint): boolean {
  return (config & BORROWING_MASK) !== 0n
}

/** Compute value and health of an account, averages rounded down. @param eMode its category. */
export function accountData(pool: Pool, block: Block, account: string, eMode: bigint): AccountData {
  const { config } = userOf(pool, account)
  if (config === 0n) return EMPTY
  const category = eMode === 0n ? null : categoryOf(pool, eMode)
  const eModePrice = category?.priceSource ? assetPrice(block, category.priceSource) : 0n
  let [collateral, debt, ltv, threshold] = [0n, 0n, 0n, 0n]
  let hasZeroLtvCollateral = false
  for (const reserve of pool.reserves) {
    if ((config & (reserve.collateralBit | reserve.borrowBit)) === 0n) continue
    const terms = reserve.config
    const inCategory = eMode !== 0n && terms.eModeCategory === eMode
    const price = eModePrice !== 0n && inCategory ? eModePrice : assetPrice(block, reserve.asset)
    if (terms.liquidationThreshold !== 0n && (config & reserve.collateralBit) !== 0n) {
      const value = collateralValue(reserve, account, price, block.time)
      collateral = add(collateral, value)
      const own = inCategory ? category : terms
      if (terms.ltv === 0n) hasZeroLtvCollateral = true
      else ltv = add(ltv, mul(value, own?.ltv ?? 0n))
      threshold = add(threshold, mul(value, own?.liquidationThreshold ?? 0n))
    }
    if ((config & reserve.borrowBit) !== 0n) {
      debt = add(debt, debtValue(reserve, account, price, block.time))
    }
  }
  const average = (sum: bigint): bigint => (collateral === 0n ? 0n : sum / collateral)
  const liquidationThreshold = average(threshold)
  const healthFactor =
    debt === 0n
      ? MAX_UINT256
      : wadDivHalfUp(percentMulHalfUp(collateral, liquidationThreshold), debt)
  const ratios = { ltv: average(ltv), liquidationThreshold }
  return { collateral, debt, ...ratios, healthFactor, hasZeroLtvCollateral }
}

function collateralValue(reserve: Reserve, account: string, price: bigint, time: bigint): bigint {
  const scaled = scaledOf(reserve.supply, account)
  return mul(rayMulHalfUp(scaled, normalizedIncome(reserve, time)), price) / unitOf(reserve)
}

function debtValue(reserve: Reserve, account: string, price: bigint, time: bigint): bigint {
  const scaled = scaledOf(reserve.debt, account)
  const owed = scaled === 0n ? 0n : rayMulHalfUp(scaled, normalizedDebt(reserve, time))
  return mul(price, owed) / unitOf(reserve)
}

const UNITS = Array.from({ length: 78 }, (_, digits) => 10n ** BigInt(digits))

/** One whole token in the smallest unit. */
export function unitOf({ config }: Reserve): bigint {
  return UNITS[Number(config.decimals)] ?? BigInt.asUintN(256, 10n ** config.decimals)
}

/** Compute what an account may still borrow, in the feeds' unit. */
function availableBorrows({ collateral, debt, ltv }: AccountData): bigint {
  const limit = percentMulHalfUp(collateral, ltv)
  return limit < debt ? 0n : limit - debt
}

/** Answer `getUserAccountData`; refused while a feed that the account needs has no price. */
export function userAccountData(
  pool: Pool,
  block: Block,
  account: string,
): Done<AccountData & { readonly availableBorrows: bigint }> {
  return attempt(pool, () => {
    const data = accountData(pool, block, account, userOf(pool, account).eMode)
    return { ...data, availableBorrows: availableBorrows(data) }
  })
}

/** Refuse an account whose healthFactor is below 1. */
export function mustBeHealthy(
  pool: Pool,
  block: Block,
  account: string,
  eMode: bigint,
): AccountData {
  const data = accountData(pool, block, account, eMode)
  must(data.healthFactor >= WAD, '35')
  return data
}

/** Refuse to take `reserve` from an account that is unhealthy, or that holds collateral of no ltv. */
export function mustStayHealthy(pool: Pool, block: Block, account: string, reserve: Reserve): void {
  const data = mustBeHealthy(pool, block, account, userOf(pool, account).eMode)
  must(!data.hasZeroLtvCollateral || reserve.config.ltv === 0n, '57')
}

/** Find the isolated collateral of a user: its only one, and under a debt ceiling. */
export function isolatedCollateral(pool: Pool, config: bigint): Reserve | null {
  const only = theOne(config & COLLATERAL_MASK)
  if (only === 0n) return null
  const reserve = pool.reserves.find(({ collateralBit }) => collateralBit === only)
  return reserve && reserve.config.debtCeiling !== 0n ? reserve : null
}

/** Find the siloed asset that a user borrows: its only debt. */
export function siloedDebt(pool: Pool, config: bigint): Reserve | null {
  const only = theOne(config & BORROWING_MASK)
  if (only === 0n) return null
  const reserve = pool.reserves.find(({ borrowBit }) => borrowBit === only)
  return reserve?.config.siloedBorrowing ? reserve : null
}

/** The bit when exactly one is set, else 0. */
function theOne(bits: bigint): bigint {
  return bits !== 0n && (bits & (bits - 1n)) === 0n ? bits : 0n
}

/** Tell whether a user may enable a collateral beside those it has. */
export function mayUseAsCollateral(
  pool: Pool,
  config: bigint,
  { config: terms }: Reserve,
): boolean {
  if (terms.ltv === 0n) return false
  if ((config & COLLATERAL_MASK) === 0n) return true
  return isolatedCollateral(pool, config) === null && terms.debtCeiling === 0n
}

/** Tell whether a first supply enables the collateral; an isolated one only by a trusted caller. */
export function isEnabledAtOnce(
  pool: Pool,
  config: bigint,
  reserve: Reserve,
  caller: string,
): boolean {
  const trusted =
    reserve.config.debtCeiling === 0n || hasRole(pool, caller, 'isolatedCollateralSupplier')
  return trusted && mayUseAsCollateral(pool, config, reserve)
}

/** Tell whether the sequencer has been up for longer than the grace period. */
export function isSequencerUp({ sentinel, time }: Block): boolean {
  if (sentinel === null) return true
  return sentinel.answer === 0n && time - sentinel.updatedAt > sentinel.gracePeriod
}

/** The category of an account, if a reserve belongs to it. */
export function sharedCategory(
  pool: Pool,
  eMode: bigint,
  { config }: Reserve,
): EModeCategory | null {
  return eMode !== 0n && config.eModeCategory === eMode ? categoryOf(pool, eMode) : null
}
