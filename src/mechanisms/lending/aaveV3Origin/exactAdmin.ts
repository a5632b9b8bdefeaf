/**
 * What governance changes while the pool runs.
 * Source: aave-dao/aave-v3-origin 3.6.0 src/contracts/protocol/pool/PoolConfigurator.sol,
 * libraries/configuration/ReserveConfiguration.sol (limits).
 */
import type { Terms } from '../aaveV3/exactAdmin.ts'
import { add, must, PERCENTAGE_FACTOR, percentMulHalfUp, Refusal } from '../aaveV3/exactMath.ts'
import { attempt, type Block, type Done, hasRole, type Role, write } from '../aaveV3/exactState.ts'
import { totalDebt, totalSupply, updateRates, updateState } from './exactReserve.ts'
import {
  categoryOf,
  changeCategory,
  type Pool,
  type RateData,
  type Reserve,
  type ReserveConfig,
} from './exactState.ts'

/** A switch of a reserve. */
export type Switch =
  | 'active'
  | 'borrowingEnabled'
  | 'flashLoanEnabled'
  | 'borrowableInIsolation'
  | 'siloedBorrowing'

/** A number of a reserve. */
export type Limit =
  | 'reserveFactor'
  | 'borrowCap'
  | 'supplyCap'
  | 'liquidationProtocolFee'
  | 'debtCeiling'

/** A list of reserves that an eMode keeps. */
export type Bitmap = 'collateralBitmap' | 'borrowableBitmap' | 'ltvzeroBitmap'

const CAP: bigint = (1n << 36n) - 1n
const LIMITS: Readonly<Record<Limit, readonly [bigint, string]>> = {
  reserveFactor: [PERCENTAGE_FACTOR, 'InvalidReserveFactor'],
  borrowCap: [CAP, 'InvalidBorrowCap'],
  supplyCap: [CAP, 'InvalidSupplyCap'],
  liquidationProtocolFee: [PERCENTAGE_FACTOR, 'InvalidLiquidationProtocolFee'],
  debtCeiling: [(1n << 40n) - 1n, 'InvalidDebtCeiling'],
}
/** Longest time without liquidations after a pause, seconds. */
const MAX_GRACE_PERIOD = 4n * 3_600n
/** Largest sum of a strategy's rates, basis points. */
const MAX_BORROW_RATE = 100_000n
const OPTIMAL_BOUNDS = [100n, 9_900n] as const

type Admins = readonly [string, ...Role[]]
const RISK: Admins = ['CallerNotRiskOrPoolAdmin', 'riskAdmin', 'poolAdmin']
const POOL: Admins = ['CallerNotPoolAdmin', 'poolAdmin']
const EMERGENCY: Admins = ['CallerNotPoolOrEmergencyAdmin', 'poolAdmin', 'emergencyAdmin']
const ANY: Admins = [
  'CallerNotRiskOrPoolOrEmergencyAdmin',
  ...(['riskAdmin', 'poolAdmin', 'emergencyAdmin'] as const),
]

function mustBe(pool: Pool, by: string, [reason, ...roles]: Admins): void {
  must(
    roles.some((role) => hasRole(pool, by, role)),
    reason,
  )
}

function listed(pool: Pool, asset: string): Reserve {
  const found = pool.byAsset.get(asset)
  if (!found) throw new Refusal('AssetNotListed')
  return found
}

function configure(pool: Pool, reserve: Reserve, change: Partial<ReserveConfig>): void {
  write(pool, reserve, 'config', { ...reserve.config, ...change })
}

/** Turn a switch of a reserve on or off. */
export function setSwitch(
  pool: Pool,
  block: Block,
  by: string,
  asset: string,
  [field, on]: readonly [Switch, boolean],
): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, field === 'active' ? POOL : RISK)
    const reserve = listed(pool, asset)
    if (field === 'active' && !on) mustHaveNoSuppliers(reserve, block.time)
    if (field === 'siloedBorrowing' && on) {
      must(totalDebt(reserve, block.time) === 0n, 'ReserveDebtNotZero')
    }
    configure(pool, reserve, { [field]: on })
    return null
  })
}

/** Freeze a reserve, which also ends its ltv, or unfreeze it, which does not bring the ltv back. */
export function setFreeze(pool: Pool, by: string, asset: string, frozen: boolean): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, ANY)
    const reserve = listed(pool, asset)
    must(frozen !== reserve.config.frozen, 'InvalidFreezeState')
    if (frozen) {
      endLtv(pool, reserve)
      for (const [id, { collateralBitmap, ltvzeroBitmap }] of pool.categories) {
        if ((collateralBitmap & reserve.bit) === 0n) continue
        changeCategory(pool, id, { ltvzeroBitmap: ltvzeroBitmap | reserve.bit })
      }
    }
    configure(pool, reserve, { frozen })
    return null
  })
}

function endLtv(pool: Pool, reserve: Reserve): void {
  const { ltv } = reserve.config
  if (ltv === 0n) return
  write(pool, reserve, 'pendingLtv', ltv)
  configure(pool, reserve, { ltv: 0n })
}

/** Let a collateral back no new debt, or bring its ltv back. */
export function setLtvzero(pool: Pool, by: string, asset: string, zero: boolean): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, ANY)
    const reserve = listed(pool, asset)
    const { ltv, frozen } = reserve.config
    must(zero || !frozen, 'ReserveFrozen')
    must(zero ? ltv !== 0n : ltv === 0n && reserve.pendingLtv !== 0n, 'InvalidLtvzeroState')
    if (zero) endLtv(pool, reserve)
    else {
      configure(pool, reserve, { ltv: reserve.pendingLtv })
      write(pool, reserve, 'pendingLtv', 0n)
    }
    return null
  })
}

/** Pause a reserve, or unpause it with a time without liquidations, seconds. */
export function setPause(
  pool: Pool,
  block: Block,
  by: string,
  asset: string,
  [paused, grace]: readonly [boolean, bigint],
): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, EMERGENCY)
    pauseOne(pool, block, listed(pool, asset), paused, grace)
    return null
  })
}

/** Pause or unpause all reserves. */
export function setPoolPause(
  pool: Pool,
  block: Block,
  by: string,
  [paused, grace]: readonly [boolean, bigint],
): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, EMERGENCY)
    for (const reserve of pool.reserves) pauseOne(pool, block, reserve, paused, grace)
    return null
  })
}

function pauseOne(
  pool: Pool,
  { time }: Block,
  reserve: Reserve,
  paused: boolean,
  grace: bigint,
): void {
  if (!paused && grace !== 0n) {
    must(grace <= MAX_GRACE_PERIOD, 'InvalidGracePeriod')
    write(pool, reserve, 'gracePeriodUntil', time + grace)
  }
  configure(pool, reserve, { paused })
}

/** End the time without liquidations. */
export function endGracePeriod(pool: Pool, by: string, asset: string): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, EMERGENCY)
    write(pool, listed(pool, asset), 'gracePeriodUntil', 0n)
    return null
  })
}

/** Set a number of a reserve; a first debt ceiling of a collateral needs a reserve without suppliers. */
export function setLimit(
  pool: Pool,
  block: Block,
  by: string,
  asset: string,
  [field, value]: readonly [Limit, bigint],
): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, RISK)
    const reserve = listed(pool, asset)
    const isFirst = field === 'debtCeiling' && reserve.config.debtCeiling === 0n
    if (isFirst && isCollateral(pool, reserve)) mustHaveNoSuppliers(reserve, block.time)
    const [most, reason] = LIMITS[field]
    must(value <= most, reason)
    if (field === 'reserveFactor') updateState(pool, reserve, block.time)
    configure(pool, reserve, { [field]: value })
    if (field === 'reserveFactor') updateRates(pool, reserve, 0n, 0n)
    if (field === 'debtCeiling' && value === 0n) write(pool, reserve, 'isolationModeTotalDebt', 0n)
    return null
  })
}

function isCollateral(pool: Pool, { config, bit }: Reserve): boolean {
  if (config.liquidationThreshold !== 0n) return true
  return [...pool.categories.values()].some(({ collateralBitmap: map }) => (map & bit) !== 0n)
}

function mustHaveNoSuppliers(reserve: Reserve, time: bigint): void {
  const isEmpty = totalSupply(reserve, time) === 0n && reserve.accruedToTreasury === 0n
  must(isEmpty, 'ReserveLiquidityNotZero')
}

/** Set what a reserve counts as collateral; while it is frozen, its ltv has to wait. */
export function setCollateral(
  pool: Pool,
  block: Block,
  by: string,
  asset: string,
  { ltv, liquidationThreshold, liquidationBonus }: Terms,
): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, RISK)
    const reserve = listed(pool, asset)
    must(ltv <= liquidationThreshold, 'InvalidReserveParams')
    if (liquidationThreshold !== 0n) {
      mustLeaveRoom(liquidationThreshold, liquidationBonus, 'InvalidReserveParams')
    } else {
      must(liquidationBonus === 0n, 'InvalidReserveParams')
      mustHaveNoSuppliers(reserve, block.time)
    }
    must(liquidationBonus <= 0xffffn, 'InvalidLiquidationBonus')
    write(pool, reserve, 'pendingLtv', reserve.config.frozen ? ltv : 0n)
    if (!reserve.config.frozen) configure(pool, reserve, { ltv })
    configure(pool, reserve, { liquidationThreshold, liquidationBonus })
    return null
  })
}

/** A liquidation at the threshold must pay: threshold x bonus <= 1. */
function mustLeaveRoom(threshold: bigint, bonus: bigint, reason: string): void {
  must(bonus > PERCENTAGE_FACTOR, reason)
  must(percentMulHalfUp(threshold, bonus) <= PERCENTAGE_FACTOR, reason)
}

/** Set the terms of a category. @param id 1 to 255. */
export function setEModeCategory(pool: Pool, by: string, id: bigint, terms: Terms): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, RISK)
    const { ltv, liquidationThreshold } = terms
    const reason = 'InvalidEmodeCategoryParams'
    must(ltv !== 0n && liquidationThreshold !== 0n && ltv <= liquidationThreshold, reason)
    mustLeaveRoom(liquidationThreshold, terms.liquidationBonus, reason)
    must(id !== 0n, 'EModeCategoryReserved')
    changeCategory(pool, id, terms)
    return null
  })
}

/** Put a reserve on a list of a category, or take it off. */
export function setAssetEMode(
  pool: Pool,
  block: Block,
  by: string,
  { asset, id, list, on }: { asset: string; id: bigint; list: Bitmap; on: boolean },
): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, list === 'ltvzeroBitmap' ? ANY : RISK)
    const reserve = listed(pool, asset)
    const { collateralBitmap, ltvzeroBitmap } = categoryOf(pool, id)
    const { frozen, liquidationThreshold } = reserve.config
    if (list === 'ltvzeroBitmap') {
      const isListed = (collateralBitmap & reserve.bit) !== 0n
      must(isListed, `MustBeEmodeCollateral(${asset},${id})`)
      must(on || !frozen, 'ReserveFrozen')
    }
    if (list === 'collateralBitmap' && on) must(!frozen, 'ReserveFrozen')
    if (list === 'collateralBitmap' && !on) {
      if (liquidationThreshold === 0n) mustHaveNoSuppliers(reserve, block.time)
      if (id !== 0n) changeCategory(pool, id, { ltvzeroBitmap: ltvzeroBitmap & ~reserve.bit })
    }
    must(id !== 0n, 'EModeCategoryReserved')
    const now = categoryOf(pool, id)[list]
    changeCategory(pool, id, { [list]: on ? now | reserve.bit : now & ~reserve.bit })
    return null
  })
}

/** Give a reserve other rates, at once. */
export function setRates(
  pool: Pool,
  block: Block,
  by: string,
  asset: string,
  rates: RateData,
): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, RISK)
    const reserve = listed(pool, asset)
    updateState(pool, reserve, block.time)
    const { optimalUsageRatio: optimal, variableRateSlope1, variableRateSlope2 } = rates
    const isInside = optimal >= OPTIMAL_BOUNDS[0] && optimal <= OPTIMAL_BOUNDS[1]
    must(isInside, 'InvalidOptimalUsageRatio')
    must(variableRateSlope1 <= variableRateSlope2, 'Slope2MustBeGteSlope1')
    const most = add(rates.baseVariableBorrowRate, variableRateSlope1 + variableRateSlope2)
    must(most <= MAX_BORROW_RATE, 'InvalidMaxRate')
    write(pool, reserve, 'rates', rates)
    updateRates(pool, reserve, 0n, 0n)
    return null
  })
}

/** Set the premium of flash loans. @param value basis points. */
export function setFlashPremium(pool: Pool, by: string, value: bigint): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, POOL)
    must(value <= PERCENTAGE_FACTOR, 'FlashloanPremiumInvalid')
    write(pool, pool, 'flashLoanPremiumTotal', value)
    return null
  })
}
