/**
 * Liquidation of an account whose healthFactor is below 1.
 * Source: aave/aave-v3-core @ 782f51917056 contracts/protocol/libraries/logic/LiquidationLogic.sol.
 */
import {
  accountData,
  assetPrice,
  isEnabledAtOnce,
  isSequencerUp,
  sharedCategory,
  unitOf,
} from './exactAccount.ts'
import { lowerIsolatedDebt } from './exactBorrow.ts'
import {
  divDown,
  mul,
  must,
  PERCENTAGE_FACTOR,
  percentDivHalfUp,
  percentMulHalfUp,
  Refusal,
  rayDivHalfUp,
  rayMulHalfUp,
  sub,
  WAD,
} from './exactMath.ts'
import {
  burnScaled,
  normalizedIncome,
  owedBy,
  scaledOf,
  suppliedBy,
  transferScaled,
  updateRates,
  updateState,
} from './exactReserve.ts'
import {
  attempt,
  type Block,
  categoryOf,
  type Done,
  type Pool,
  type Reserve,
  reserveOf,
  userOf,
} from './exactState.ts'
import { paid, setBit } from './exactSupply.ts'

/** Share of a debt that one liquidation may repay, basis points. */
const DEFAULT_CLOSE_FACTOR = 5_000n
/** HealthFactor up to which all of a debt may be repaid, wad. */
const CLOSE_FACTOR_HF_THRESHOLD: bigint = (95n * WAD) / 100n

/** A call for a liquidation; `debtToCover` is in the debt's smallest unit, 2^256 - 1 the most. */
export type LiquidationCall = {
  readonly by: string
  readonly collateral: string
  readonly debt: string
  readonly user: string
  readonly debtToCover: bigint
  /** Receive aTokens instead of the asset. */
  readonly receiveAToken: boolean
}

/** What was repaid and seized, smallest units; `seized` goes to the caller, `fee` to the treasury. */
export type Liquidation = {
  readonly repaid: bigint
  readonly seized: bigint
  readonly fee: bigint
}

/** Repay debt of an unhealthy account and seize its collateral with a bonus. */
export function liquidate(pool: Pool, block: Block, call: LiquidationCall): Done<Liquidation> {
  return attempt(pool, () => {
    const debt = reserveOf(pool, call.debt)
    const { by, user } = call
    updateState(pool, debt, block.time)
    const { eMode, config } = userOf(pool, user)
    const { healthFactor } = accountData(pool, block, user, eMode)
    const owed = owedBy(debt, user, block.time)
    const limit = closeLimit(owed, healthFactor)
    const wanted = call.debtToCover > limit ? limit : call.debtToCover
    const collateral = pool.byAsset.get(call.collateral)
    mustBeLiquidatable(block, collateral, debt, { config, healthFactor, owed })
    const held = suppliedBy(collateral, user, block.time)
    const amounts = liquidationAmounts(pool, block, { collateral, debt, eMode, wanted, held })
    if (amounts.repaid === owed) setBit(pool, user, debt.borrowBit, false)
    if (amounts.seized + amounts.fee === held) setBit(pool, user, collateral.collateralBit, false)
    burnScaled(pool, debt.debt, user, amounts.repaid, debt.variableBorrowIndex)
    updateRates(pool, block, debt, amounts.repaid, 0n)
    lowerIsolatedDebt(pool, user, debt, amounts.repaid)
    if (call.receiveAToken) seizeATokens(pool, block, collateral, call, amounts.seized)
    else seizeAssets(pool, block, collateral, call, amounts.seized)
    if (amounts.fee !== 0n) payFee(pool, block, collateral, user, amounts.fee)
    paid(block.tokens.transferFrom(debt.asset, by, debt.aToken, amounts.repaid))
    return amounts
  })
}

/** The largest part of a debt that may be repaid at once: half of it, or all below health 0.95. */
function closeLimit(owed: bigint, healthFactor: bigint): bigint {
  const isClose = healthFactor > CLOSE_FACTOR_HF_THRESHOLD
  return percentMulHalfUp(owed, isClose ? DEFAULT_CLOSE_FACTOR : PERCENTAGE_FACTOR)
}

function mustBeLiquidatable(
  block: Block,
  collateral: Reserve | undefined,
  debt: Reserve,
  account: { readonly config: bigint; readonly healthFactor: bigint; readonly owed: bigint },
): asserts collateral is Reserve {
  const { config, healthFactor, owed } = account
  if (!collateral?.config.active || !debt.config.active) throw new Refusal('27')
  must(!collateral.config.paused && !debt.config.paused, '29')
  must(healthFactor < CLOSE_FACTOR_HF_THRESHOLD || isSequencerUp(block), '59')
  must(healthFactor < WAD, '45')
  const isUsed = (config & collateral.collateralBit) !== 0n
  must(collateral.config.liquidationThreshold !== 0n && isUsed, '46')
  must(owed !== 0n, '47')
}

type Pair = {
  readonly collateral: Reserve
  readonly debt: Reserve
  readonly eMode: bigint
  readonly wanted: bigint
  readonly held: bigint
}

/**
 * Compute what is repaid and seized: value, rounded down, times the bonus, half up; where the
 * collateral does not suffice, all of it for the debt that it is worth without the bonus.
 */
function liquidationAmounts(pool: Pool, block: Block, pair: Pair): Liquidation {
  const { collateral, debt, eMode, wanted, held } = pair
  const category = sharedCategory(pool, eMode, collateral)
  const bonus = category?.liquidationBonus ?? collateral.config.liquidationBonus
  const debtSource = eMode === 0n ? null : categoryOf(pool, eMode)?.priceSource
  const priceCollateral = assetPrice(block, category?.priceSource ?? collateral.asset)
  const priceDebt = assetPrice(block, debtSource ?? debt.asset)
  const unitCollateral = unitOf(collateral)
  const unitDebt = unitOf(debt)
  const worth = mul(mul(priceDebt, wanted), unitCollateral)
  const base = divDown(worth, mul(priceCollateral, unitDebt))
  let seized = percentMulHalfUp(base, bonus)
  let repaid = wanted
  if (seized > held) {
    seized = held
    const value = mul(mul(priceCollateral, held), unitDebt)
    repaid = percentDivHalfUp(divDown(value, mul(priceDebt, unitCollateral)), bonus)
  }
  const share = collateral.config.liquidationProtocolFee
  if (share === 0n) return { repaid, seized, fee: 0n }
  const fee = percentMulHalfUp(sub(seized, percentDivHalfUp(seized, bonus)), share)
  return { repaid, seized: sub(seized, fee), fee }
}

function seizeAssets(
  pool: Pool,
  block: Block,
  reserve: Reserve,
  { by, user }: LiquidationCall,
  amount: bigint,
): void {
  updateState(pool, reserve, block.time)
  updateRates(pool, block, reserve, 0n, amount)
  burnScaled(pool, reserve.supply, user, amount, reserve.liquidityIndex)
  if (by !== reserve.aToken) paid(block.tokens.transfer(reserve.asset, reserve.aToken, by, amount))
}

function seizeATokens(
  pool: Pool,
  block: Block,
  reserve: Reserve,
  { by, user }: LiquidationCall,
  amount: bigint,
): void {
  const index = normalizedIncome(reserve, block.time)
  const before = suppliedBy(reserve, by, block.time)
  transferScaled(pool, reserve.supply, user, by, amount, index)
  if (before === 0n && isEnabledAtOnce(pool, userOf(pool, by).config, reserve, by)) {
    setBit(pool, by, reserve.collateralBit, true)
  }
}

/** Move the treasury's part; roundings may have left the account a unit less than that. */
function payFee(pool: Pool, block: Block, reserve: Reserve, user: string, fee: bigint): void {
  const index = normalizedIncome(reserve, block.time)
  const left = scaledOf(reserve.supply, user)
  const amount = rayDivHalfUp(fee, index) > left ? rayMulHalfUp(left, index) : fee
  transferScaled(pool, reserve.supply, user, pool.treasury, amount, index)
}
