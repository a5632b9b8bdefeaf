/**
 * What an account may do: value, health, collateral, eMode.
 * Source: aave-dao/aave-v3-origin 3.6.0 src/contracts/protocol/libraries/logic/GenericLogic.sol,
 * ValidationLogic.sol.
 */
import { type AccountData, assetPrice, isolatedCollateral, unitOf } from '../aaveV3/exactAccount.ts'
import { add, MAX_UINT256, mul, must, WAD, wadDivHalfUp } from '../aaveV3/exactMath.ts'
import { attempt, type Block, type Done, userOf } from '../aaveV3/exactState.ts'
import { mulDivUp, percentDivUp, percentMulDown } from './exactMath.ts'
import { owedBy, suppliedBy } from './exactReserve.ts'
import { categoryOf, type Pool, type Reserve } from './exactState.ts'

const COLLATERAL_MASK = BigInt(`0x${'a'.repeat(64)}`)
const EMPTY: AccountData = {
  collateral: 0n,
  debt: 0n,
  ltv: 0n,
  liquidationThreshold: 0n,
  healthFactor: MAX_UINT256,
  hasZeroLtvCollateral: false,
}

/** Terms of a reserve as collateral of an account in an eMode, basis points. */
export function collateralTerms(
  pool: Pool,
  eMode: bigint,
  { bit, config }: Reserve,
): { readonly ltv: bigint; readonly threshold: bigint; readonly bonus: bigint } {
  const category = categoryOf(pool, eMode)
  const { ltv, liquidationThreshold: threshold, liquidationBonus: bonus } = config
  if (eMode === 0n || (category.collateralBitmap & bit) === 0n) return { ltv, threshold, bonus }
  return {
    ltv: (category.ltvzeroBitmap & bit) === 0n ? category.ltv : 0n,
    threshold: category.liquidationThreshold,
    bonus: category.liquidationBonus,
  }
}

/** Compute value and health of an account: collateral rounded down, debt up. @param eMode its category. */
export function accountData(pool: Pool, block: Block, account: string, eMode: bigint): AccountData {
  const { config } = userOf(pool, account)
  if (config === 0n) return EMPTY
  let [collateral, debt, ltv, threshold] = [0n, 0n, 0n, 0n]
  let hasZeroLtvCollateral = false
  for (const reserve of pool.reserves) {
    if ((config & (reserve.collateralBit | reserve.borrowBit)) === 0n) continue
    const price = assetPrice(block, reserve.asset)
    if ((config & reserve.collateralBit) !== 0n) {
      const value = mul(suppliedBy(reserve, account, block.time), price) / unitOf(reserve)
      const terms = collateralTerms(pool, eMode, reserve)
      collateral = add(collateral, value)
      if (terms.ltv === 0n) hasZeroLtvCollateral = true
      else ltv = add(ltv, mul(value, terms.ltv))
      threshold = add(threshold, mul(value, terms.threshold))
    }
    if ((config & reserve.borrowBit) !== 0n) {
      debt = add(debt, mulDivUp(owedBy(reserve, account, block.time), price, unitOf(reserve)))
    }
  }
  const average = (sum: bigint): bigint => (collateral === 0n ? 0n : sum / collateral)
  const healthFactor = debt === 0n ? MAX_UINT256 : wadDivHalfUp(threshold, debt) / 10_000n
  const ratios = { ltv: average(ltv), liquidationThreshold: average(threshold) }
  return { collateral, debt, ...ratios, healthFactor, hasZeroLtvCollateral }
}

/** Answer `getUserAccountData`; refused while a feed that the account needs has no price. */
export function userAccountData(
  pool: Pool,
  block: Block,
  account: string,
): Done<AccountData & { readonly availableBorrows: bigint }> {
  return attempt(pool, () => {
    const data = accountData(pool, block, account, userOf(pool, account).eMode)
    const limit = percentMulDown(data.collateral, data.ltv)
    return { ...data, availableBorrows: limit <= data.debt ? 0n : limit - data.debt }
  })
}

/** Refuse an account whose healthFactor is below 1. */
export function mustBeHealthy(pool: Pool, block: Block, account: string): AccountData {
  const data = accountData(pool, block, account, userOf(pool, account).eMode)
  must(data.healthFactor >= WAD, 'HealthFactorLowerThanLiquidationThreshold')
  return data
}

/** Refuse to take `reserve` from an account that is unhealthy, or that holds collateral of no ltv. */
export function mustStayHealthy(pool: Pool, block: Block, account: string, reserve: Reserve): void {
  const { hasZeroLtvCollateral } = mustBeHealthy(pool, block, account)
  if (!hasZeroLtvCollateral) return
  const { ltv } = collateralTerms(pool, userOf(pool, account).eMode, reserve)
  must(ltv === 0n, 'LtvValidationFailed')
}

/** Refuse a debt that the collateral does not cover: debt / ltv, rounded up. */
export function mustBeCovered(pool: Pool, block: Block, account: string): void {
  const { eMode } = userOf(pool, account)
  const { collateral, debt, ltv, healthFactor } = accountData(pool, block, account, eMode)
  must(ltv !== 0n, 'LtvValidationFailed')
  must(healthFactor >= WAD, 'HealthFactorLowerThanLiquidationThreshold')
  must(collateral >= percentDivUp(debt, ltv), 'CollateralCannotCoverNewBorrow')
}

/** Tell whether an account may enable a collateral beside those it has. */
export function mayUseAsCollateral(pool: Pool, account: string, reserve: Reserve): boolean {
  const { config, eMode } = userOf(pool, account)
  if (collateralTerms(pool, eMode, reserve).ltv === 0n) return false
  if ((config & COLLATERAL_MASK) === 0n) return true
  return isolatedCollateral(pool, config) === null && reserve.config.debtCeiling === 0n
}
