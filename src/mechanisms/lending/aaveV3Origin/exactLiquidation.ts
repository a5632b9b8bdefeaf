/**
 * Liquidation of an account whose healthFactor is below 1, and the debt that no collateral is left for.
 * Source: aave-dao/aave-v3-origin 3.6.0 src/contracts/protocol/libraries/logic/LiquidationLogic.sol.
 */
import { assetPrice, borrowsAny, isSequencerUp, unitOf } from '../aaveV3/exactAccount.ts'
import {
  add128,
  divDown,
  mul,
  must,
  percentDivHalfUp,
  percentMulHalfUp,
  sub,
  WAD,
} from '../aaveV3/exactMath.ts'
import { scaledOf } from '../aaveV3/exactReserve.ts'
import { attempt, type Block, type Done, userOf, write } from '../aaveV3/exactState.ts'
import { paid, setBit } from '../aaveV3/exactSupply.ts'
import { accountData, collateralTerms } from './exactAccount.ts'
import { lowerIsolatedDebt } from './exactBorrow.ts'
import { mulDivUp, percentDivUp, rayDivDown, rayDivUp, toUint128 } from './exactMath.ts'
import {
  accrueInterest,
  burnScaled,
  owedBy,
  suppliedBy,
  transferScaled,
  updateRates,
  updateState,
} from './exactReserve.ts'
import { type Pool, type Reserve, reserveOf } from './exactState.ts'

/** Share of all debt of an account that one liquidation may repay, basis points. */
const DEFAULT_CLOSE_FACTOR = 5_000n
/** HealthFactor up to which all of a debt may be repaid, wad. */
const CLOSE_FACTOR_HF_THRESHOLD: bigint = (95n * WAD) / 100n
/** Collateral or debt below which all of a debt may be repaid: 2,000 USD with 8 digits. */
const CLOSE_FACTOR_VALUE = 200_000_000_000n
/** What a liquidation must leave of both, unless it takes all of one: 1,000 USD with 8 digits. */
const LEFTOVER_VALUE: bigint = CLOSE_FACTOR_VALUE / 2n

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

type Account = {
  readonly collateral: Reserve
  readonly debt: Reserve
  readonly eMode: bigint
  readonly config: bigint
  readonly totalDebt: bigint
  readonly healthFactor: bigint
  /** Of these two reserves, smallest units. */
  readonly held: bigint
  readonly owed: bigint
  readonly prices: { readonly collateral: bigint; readonly debt: bigint }
}

/** Repay debt of an unhealthy account and seize its collateral with a bonus. */
export function liquidate(pool: Pool, block: Block, call: LiquidationCall): Done<Liquidation> {
  return attempt(pool, () => {
    const debt = reserveOf(pool, call.debt)
    const collateral = reserveOf(pool, call.collateral)
    updateBoth(pool, block, debt, collateral)
    const { by, user } = call
    const { eMode, config } = userOf(pool, user)
    const data = accountData(pool, block, user, eMode)
    const held = suppliedBy(collateral, user, block.time)
    const owed = owedBy(debt, user, block.time)
    const both = { collateral, debt, eMode, config, held, owed }
    mustBeLiquidatable(block, { ...both, healthFactor: data.healthFactor }, by === user)
    const prices = {
      collateral: assetPrice(block, collateral.asset),
      debt: assetPrice(block, debt.asset),
    }
    const { debt: totalDebt, healthFactor } = data
    const account = { ...both, totalDebt, healthFactor, prices }
    const amounts = liquidationAmounts(pool, account, call.debtToCover)
    mustNotLeaveDust(account, amounts)
    const all = amounts.seized + amounts.fee
    if (all === held) setBit(pool, user, collateral.collateralBit, false)
    const isLast = data.collateral === (all * prices.collateral) / unitOf(collateral)
    settle(pool, block, call, account, { ...amounts, isLast })
    return amounts
  })
}

/**
 * Bring both reserves up to date. Where they are the same one, the treasury's share of the interest
 * is set aside twice, because the second look at the reserve was taken before the first update.
 */
function updateBoth(pool: Pool, { time }: Block, debt: Reserve, collateral: Reserve): void {
  const { variableBorrowIndex: before, lastUpdateTimestamp } = debt
  updateState(pool, debt, time)
  if (collateral !== debt) updateState(pool, collateral, time)
  else if (lastUpdateTimestamp !== time) accrueInterest(pool, debt, before)
}

function mustBeLiquidatable(
  block: Block,
  account: Omit<Account, 'totalDebt' | 'prices'>,
  isSelf: boolean,
): void {
  const { collateral, debt, config, healthFactor, owed } = account
  must(!isSelf, 'SelfLiquidation')
  must(collateral.config.active && debt.config.active, 'ReserveInactive')
  must(!collateral.config.paused && !debt.config.paused, 'ReservePaused')
  const isUrgent = healthFactor < CLOSE_FACTOR_HF_THRESHOLD
  must(isUrgent || isSequencerUp(block), 'PriceOracleSentinelCheckFailed')
  const isOver = (r: Reserve): boolean => r.gracePeriodUntil < block.time
  must(isOver(collateral) && isOver(debt), 'LiquidationGraceSentinelCheckFailed')
  must(healthFactor < WAD, 'HealthFactorNotBelowThreshold')
  must((config & collateral.collateralBit) !== 0n, 'CollateralCannotBeLiquidated')
  must(owed !== 0n, 'SpecifiedCurrencyNotBorrowedByUser')
}

/** The largest part of a debt that may be repaid at once: half of the account's whole debt. */
function closeLimit(account: Account): bigint {
  const { collateral, debt, totalDebt, healthFactor, held, owed, prices } = account
  const owedValue = mulDivUp(owed, prices.debt, unitOf(debt))
  const heldValue = mul(held, prices.collateral) / unitOf(collateral)
  const isSmall = heldValue < CLOSE_FACTOR_VALUE || owedValue < CLOSE_FACTOR_VALUE
  if (isSmall || healthFactor <= CLOSE_FACTOR_HF_THRESHOLD) return owed
  const half = percentMulHalfUp(totalDebt, DEFAULT_CLOSE_FACTOR)
  return owedValue > half ? mul(half, unitOf(debt)) / prices.debt : owed
}

/**
 * Compute what is repaid and seized: value, rounded down, times the bonus, half up; where the
 * collateral does not suffice, all of it for the debt that it is worth without the bonus, rounded up.
 */
function liquidationAmounts(pool: Pool, account: Account, debtToCover: bigint): Liquidation {
  const { collateral, debt, eMode, held, prices } = account
  const { bonus } = collateralTerms(pool, eMode, collateral)
  const limit = closeLimit(account)
  let repaid = debtToCover > limit ? limit : debtToCover
  const worth = mul(mul(prices.debt, repaid), unitOf(collateral))
  let seized = percentMulHalfUp(divDown(worth, mul(prices.collateral, unitOf(debt))), bonus)
  if (seized > held) {
    seized = held
    const value = mul(mul(prices.collateral, held), unitOf(debt))
    repaid = percentDivUp(divDown(value, mul(prices.debt, unitOf(collateral))), bonus)
  }
  const share = collateral.config.liquidationProtocolFee
  if (share === 0n) return { repaid, seized, fee: 0n }
  const fee = percentMulHalfUp(sub(seized, percentDivHalfUp(seized, bonus)), share)
  return { repaid, seized: sub(seized, fee), fee }
}

/** Refuse to leave a little of both debt and collateral. */
function mustNotLeaveDust(account: Account, { repaid, seized, fee }: Liquidation): void {
  const { collateral, debt, held, owed, prices } = account
  if (repaid >= owed || seized + fee >= held) return
  const debtLeft = mulDivUp(owed - repaid, prices.debt, unitOf(debt))
  const left = mul(held - seized - fee, prices.collateral) / unitOf(collateral)
  must(debtLeft >= LEFTOVER_VALUE && left >= LEFTOVER_VALUE, 'MustNotLeaveDust')
}

function settle(
  pool: Pool,
  block: Block,
  call: LiquidationCall,
  { collateral, debt, owed }: Account,
  { repaid, seized, fee, isLast }: Liquidation & { readonly isLast: boolean },
): void {
  const { by, user } = call
  burnDebt(pool, debt, user, { owed, repaid, isLast })
  if (collateral.config.debtCeiling !== 0n) lowerIsolatedDebt(pool, collateral, debt, repaid)
  const index = collateral.liquidityIndex
  if (call.receiveAToken) {
    transferScaled(pool, collateral.supply, user, by, rayDivUp(seized, index), index)
  } else {
    updateRates(pool, collateral, 0n, seized)
    burnScaled(pool, collateral.supply, user, rayDivUp(seized, index), index)
    paid(block.tokens.transfer(collateral.asset, collateral.aToken, by, seized))
  }
  if (fee !== 0n) payFee(pool, collateral, user, fee)
  if (isLast && borrowsAny(userOf(pool, user).config)) burnBadDebt(pool, block, user)
  paid(block.tokens.transferFrom(debt.asset, by, debt.aToken, repaid))
}

/** Burn what was repaid or, with the last collateral, all of it: the rest becomes deficit. */
function burnDebt(
  pool: Pool,
  reserve: Reserve,
  user: string,
  part: { readonly owed: bigint; readonly repaid: bigint; readonly isLast: boolean },
): void {
  const { owed, repaid, isLast } = part
  const index = reserve.variableBorrowIndex
  let isClear = true
  if (owed !== 0n) {
    const units = rayDivDown(isLast ? owed : repaid, index)
    isClear = burnScaled(pool, reserve.debt, user, units, index)
  }
  const left = sub(owed, repaid)
  if (isLast && left !== 0n) {
    write(pool, reserve, 'deficit', add128(reserve.deficit, toUint128(left)))
  }
  if (isClear) setBit(pool, user, reserve.borrowBit, false)
  updateRates(pool, reserve, repaid, 0n)
}

/** Burn every debt of an account without collateral. */
function burnBadDebt(pool: Pool, block: Block, user: string): void {
  const { config } = userOf(pool, user)
  for (const reserve of pool.reserves) {
    if ((config & reserve.borrowBit) === 0n || !reserve.config.active) continue
    updateState(pool, reserve, block.time)
    const owed = owedBy(reserve, user, block.time)
    burnDebt(pool, reserve, user, { owed, repaid: 0n, isLast: true })
  }
}

/** Move the treasury's part, at most what roundings have left. */
function payFee(pool: Pool, reserve: Reserve, user: string, fee: bigint): void {
  const index = reserve.liquidityIndex
  const left = scaledOf(reserve.supply, user)
  const units = rayDivUp(fee, index)
  const moved = units > left ? left : units
  transferScaled(pool, reserve.supply, user, pool.treasury, moved, index)
}
