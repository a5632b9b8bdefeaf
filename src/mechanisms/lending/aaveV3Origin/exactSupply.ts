/**
 * Supplying, withdrawing, moving aTokens, choosing collateral and eMode, position managers.
 * Source: aave-dao/aave-v3-origin 3.6.0 src/contracts/protocol/libraries/logic/SupplyLogic.sol,
 * tokenization/AToken.sol, tokenization/base/IncentivizedERC20.sol, pool/Pool.sol.
 */
import { borrowsAny, unitOf } from '../aaveV3/exactAccount.ts'
import { add, MAX_UINT256, must, Refusal, sub } from '../aaveV3/exactMath.ts'
import { normalizedIncome, scaledOf } from '../aaveV3/exactReserve.ts'
import { attempt, type Block, type Done, entry, userOf, write } from '../aaveV3/exactState.ts'
import { type Order, paid, setBit } from '../aaveV3/exactSupply.ts'
import {
  collateralTerms,
  mayUseAsCollateral,
  mustBeHealthy,
  mustStayHealthy,
} from './exactAccount.ts'
import { rayDivDown, rayDivUp, rayMulDown, toUint120 } from './exactMath.ts'
import { burnScaled, mintScaled, transferScaled, updateRates, updateState } from './exactReserve.ts'
import { categoryOf, type Pool, type Reserve, reserveOf } from './exactState.ts'

/** Supply an asset and receive aTokens; the first supply may become collateral at once. */
export function supply(
  pool: Pool,
  block: Block,
  { by, asset, amount, onBehalfOf }: Order & { readonly onBehalfOf: string },
): Done<null> {
  return attempt(pool, () => {
    const reserve = reserveOf(pool, asset)
    updateState(pool, reserve, block.time)
    const index = reserve.liquidityIndex
    const scaled = rayDivDown(amount, index)
    mustAcceptSupply(reserve, scaled, onBehalfOf)
    updateRates(pool, reserve, amount, 0n)
    paid(block.tokens.transferFrom(asset, by, reserve.aToken, amount))
    const isFirst = mintScaled(pool, reserve.supply, onBehalfOf, scaled, index)
    const isOpen = reserve.config.debtCeiling === 0n
    if (isFirst && isOpen && mayUseAsCollateral(pool, onBehalfOf, reserve)) {
      setBit(pool, onBehalfOf, reserve.collateralBit, true)
    }
    return null
  })
}

function mustAcceptSupply(reserve: Reserve, scaled: bigint, to: string): void {
  const { active, paused, frozen, supplyCap } = reserve.config
  must(scaled !== 0n, 'InvalidAmount')
  must(active, 'ReserveInactive')
  must(!paused, 'ReservePaused')
  must(!frozen, 'ReserveFrozen')
  must(to !== reserve.aToken, 'SupplyToAToken')
  if (supplyCap === 0n) return
  const units = add(add(reserve.supply.total, scaled), reserve.accruedToTreasury)
  const supplied = rayMulDown(units, reserve.liquidityIndex)
  must(supplied <= supplyCap * unitOf(reserve), 'SupplyCapExceeded')
}

/** Take an asset out for aTokens; 2^256 - 1 takes all. @returns the amount. */
export function withdraw(
  pool: Pool,
  block: Block,
  { by, asset, amount, to }: Order & { readonly to: string },
): Done<bigint> {
  return attempt(pool, () => {
    const reserve = reserveOf(pool, asset)
    must(to !== reserve.aToken, 'WithdrawToAToken')
    updateState(pool, reserve, block.time)
    const index = reserve.liquidityIndex
    const own = scaledOf(reserve.supply, by)
    const all = amount === MAX_UINT256
    const scaled = all ? own : rayDivUp(amount, index)
    const taken = all ? rayMulDown(own, index) : amount
    must(scaled !== 0n, 'InvalidAmount')
    must(scaled <= own, 'NotEnoughAvailableUserBalance')
    must(reserve.config.active, 'ReserveInactive')
    must(!reserve.config.paused, 'ReservePaused')
    updateRates(pool, reserve, 0n, taken)
    const isEmpty = burnScaled(pool, reserve.supply, by, scaled, index)
    paid(block.tokens.transfer(asset, reserve.aToken, to, taken))
    leave(pool, block, reserve, by, isEmpty)
    return taken
  })
}

/** After units left an account: an empty collateral ends, and a debtor must stay healthy. */
function leave(pool: Pool, block: Block, reserve: Reserve, from: string, isEmpty: boolean): void {
  const { config } = userOf(pool, from)
  if ((config & reserve.collateralBit) === 0n) return
  if (isEmpty) setBit(pool, from, reserve.collateralBit, false)
  if (borrowsAny(config)) mustStayHealthy(pool, block, from, reserve)
}

/** A choice of collateral; `onBehalfOf` must have made `by` its manager, or be `by`. */
export type CollateralChoice = {
  readonly by: string
  readonly asset: string
  readonly use: boolean
  readonly onBehalfOf: string
}

/** Use a supply as collateral, or no longer; the account must stay healthy. */
export function setUseAsCollateral(
  pool: Pool,
  block: Block,
  { by, asset, use, onBehalfOf: user }: CollateralChoice,
): Done<null> {
  return attempt(pool, () => {
    mustManage(pool, by, user)
    const reserve = pool.byAsset.get(asset)
    if (!reserve?.config.active) throw new Refusal('ReserveInactive')
    must(!reserve.config.paused, 'ReservePaused')
    if (use === ((userOf(pool, user).config & reserve.collateralBit) !== 0n)) return null
    if (use) {
      must(scaledOf(reserve.supply, user) !== 0n, 'UnderlyingBalanceZero')
      must(mayUseAsCollateral(pool, user, reserve), 'UserInIsolationModeOrLtvZero')
    }
    setBit(pool, user, reserve.collateralBit, use)
    if (!use) mustStayHealthy(pool, block, user, reserve)
    return null
  })
}

/** Enter, change or leave (0) an eMode; all debts and collaterals must belong to it. */
export function setUserEMode(
  pool: Pool,
  block: Block,
  { by, eMode, onBehalfOf }: { by: string; eMode: bigint; onBehalfOf: string },
): Done<null> {
  return attempt(pool, () => {
    mustManage(pool, by, onBehalfOf)
    const user = userOf(pool, onBehalfOf)
    if (user.eMode === eMode) return null
    const { liquidationThreshold, borrowableBitmap } = categoryOf(pool, eMode)
    must(eMode === 0n || liquidationThreshold !== 0n, 'InconsistentEModeCategory')
    for (const reserve of pool.reserves) {
      const { borrowBit, collateralBit, bit, asset, config } = reserve
      if ((user.config & borrowBit) !== 0n) {
        const fits = eMode === 0n ? config.borrowingEnabled : (borrowableBitmap & bit) !== 0n
        must(fits, `InvalidDebtInEmode(${asset},${eMode})`)
      }
      if ((user.config & collateralBit) !== 0n) {
        const { ltv } = collateralTerms(pool, eMode, reserve)
        must(ltv !== 0n, `InvalidCollateralInEmode(${asset},${eMode})`)
      }
    }
    write(pool, user, 'eMode', eMode)
    mustBeHealthy(pool, block, onBehalfOf)
    return null
  })
}

function mustManage(pool: Pool, by: string, user: string): void {
  must(by === user || isManager(pool, user, by), 'CallerNotPositionManager')
}

/** Tell whether a user has approved a position manager. */
export function isManager(pool: Pool, user: string, manager: string): boolean {
  return pool.managers.get(`${user} ${manager}`)?.approved ?? false
}

/** Let a manager choose collateral and eMode of a user, or no longer. */
export function setManager(
  pool: Pool,
  user: string,
  manager: string,
  approved: boolean,
): Done<null> {
  return attempt(pool, () => {
    const grant = entry(pool.managers, `${user} ${manager}`, () => ({ approved: false }))
    write(pool, grant, 'approved', approved)
    return null
  })
}

/** Move aTokens; a sender with debt must stay healthy. */
export function transfer(
  pool: Pool,
  block: Block,
  { by, asset, amount, to }: Order & { readonly to: string },
): Done<null> {
  return attempt(pool, () => {
    move(pool, block, reserveOf(pool, asset), { from: by, to, amount: toUint120(amount) })
    return null
  })
}

/**
 * Move aTokens by allowance: at least `amount` must be allowed, and what the sender's balance loses
 * is used up, as far as it is there; an unlimited one stays.
 */
export function transferFrom(
  pool: Pool,
  block: Block,
  { by, asset, amount, from, to }: Order & { readonly from: string; readonly to: string },
): Done<null> {
  return attempt(pool, () => {
    const reserve = reserveOf(pool, asset)
    const index = normalizedIncome(reserve, block.time)
    const own = scaledOf(reserve.supply, from)
    const left = rayMulDown(sub(own, rayDivUp(amount, index)), index)
    const lost = sub(rayMulDown(own, index), left)
    const allowance = allowanceOf(reserve, from, by)
    const allowed = allowance.amount
    must(allowed >= amount, `ERC20InsufficientAllowance(${by},${allowed},${amount})`)
    if (allowed !== MAX_UINT256) {
      write(pool, allowance, 'amount', allowed >= lost ? allowed - lost : 0n)
    }
    move(pool, block, reserve, { from, to, amount: toUint120(amount) })
    return null
  })
}

function move(
  pool: Pool,
  block: Block,
  reserve: Reserve,
  { from, to, amount }: { readonly from: string; readonly to: string; readonly amount: bigint },
): void {
  const index = normalizedIncome(reserve, block.time)
  const before = scaledOf(reserve.supply, from)
  const scaled = toUint120(rayDivUp(amount, index))
  transferScaled(pool, reserve.supply, from, to, scaled, index)
  must(!reserve.config.paused, 'ReservePaused')
  if (from === to || scaled === 0n) return
  leave(pool, block, reserve, from, before === scaled)
}

/** How an allowance changes. */
export type Approval = 'approve' | 'increase' | 'decrease'

/** Allow `spender` to move aTokens of `by`. */
export function approve(
  pool: Pool,
  { by, asset, amount, spender }: Order & { readonly spender: string },
  how: Approval,
): Done<null> {
  return attempt(pool, () => {
    const allowance = allowanceOf(reserveOf(pool, asset), by, spender)
    const change = { approve: () => amount, increase: add, decrease: sub }[how]
    write(pool, allowance, 'amount', change(allowance.amount, amount))
    return null
  })
}

function allowanceOf({ allowances }: Reserve, owner: string, spender: string): { amount: bigint } {
  return entry(allowances, `${owner} ${spender}`, () => ({ amount: 0n }))
}
