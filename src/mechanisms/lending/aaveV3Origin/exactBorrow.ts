/**
 * Borrowing and repaying at the variable rate.
 * Source: aave-dao/aave-v3-origin 3.6.0 src/contracts/protocol/libraries/logic/BorrowLogic.sol,
 * ValidationLogic.sol, IsolationModeLogic.sol, tokenization/VariableDebtToken.sol.
 */
import {
  borrowsAny,
  isolatedCollateral,
  isSequencerUp,
  siloedDebt,
  unitOf,
} from '../aaveV3/exactAccount.ts'
import { VARIABLE } from '../aaveV3/exactBorrow.ts'
import { add, add128, MAX_UINT256, must, sub } from '../aaveV3/exactMath.ts'
import { scaledOf } from '../aaveV3/exactReserve.ts'
import { attempt, type Block, type Done, entry, userOf, write } from '../aaveV3/exactState.ts'
import { type Order, paid, setBit } from '../aaveV3/exactSupply.ts'
import { mustBeCovered, mustBeHealthy } from './exactAccount.ts'
import { rayDivDown, rayDivUp, rayMulUp, toUint128 } from './exactMath.ts'
import {
  burnScaled,
  mintScaled,
  owedBy,
  suppliedBy,
  totalSupply,
  updateRates,
  updateState,
} from './exactReserve.ts'
import { categoryOf, type Pool, type Reserve, reserveOf } from './exactState.ts'

/** Digits of the debt ceiling. */
const CEILING_DECIMALS = 2n

/** A borrow; `mode` must be 2. */
export type Borrow = Order & { readonly mode: bigint; readonly onBehalfOf: string }

/** Borrow an asset on an account that delegated enough credit, or on one's own. */
export function borrow(pool: Pool, block: Block, order: Borrow): Done<null> {
  return attempt(pool, () => {
    executeBorrow(pool, block, order, true)
    return null
  })
}

/** Borrow inside another verb. @param release whether the asset leaves the pool now. */
export function executeBorrow(pool: Pool, block: Block, order: Borrow, release: boolean): void {
  mustBeMode(order.mode)
  const { by, asset, amount, onBehalfOf } = order
  const reserve = reserveOf(pool, asset)
  updateState(pool, reserve, block.time)
  const index = reserve.variableBorrowIndex
  const scaled = rayDivUp(amount, index)
  mustLend(pool, block, reserve, order, scaled)
  if (by !== onBehalfOf) useCredit(pool, reserve, order, scaled)
  mintScaled(pool, reserve.debt, onBehalfOf, scaled, index)
  setBit(pool, onBehalfOf, reserve.borrowBit, true)
  raiseIsolatedDebt(pool, onBehalfOf, reserve, amount)
  updateRates(pool, reserve, 0n, release ? amount : 0n)
  if (release) paid(block.tokens.transfer(asset, reserve.aToken, by, amount))
  mustBeCovered(pool, block, onBehalfOf)
}

/** Refuse a number that is no interest rate mode, as the compiler's check of the enum does. */
function mustBeMode(mode: bigint): void {
  must(mode <= VARIABLE, 'Panic(33)')
}

function mustLend(
  pool: Pool,
  block: Block,
  reserve: Reserve,
  { mode, onBehalfOf }: Borrow,
  scaled: bigint,
): void {
  const terms = reserve.config
  const index = reserve.variableBorrowIndex
  must(scaled !== 0n, 'InvalidAmount')
  must(terms.active, 'ReserveInactive')
  must(!terms.paused, 'ReservePaused')
  must(!terms.frozen, 'ReserveFrozen')
  const { eMode, config } = userOf(pool, onBehalfOf)
  if (eMode === 0n) must(terms.borrowingEnabled, 'BorrowingNotEnabled')
  else must((categoryOf(pool, eMode).borrowableBitmap & reserve.bit) !== 0n, 'NotBorrowableInEMode')
  must(totalSupply(reserve, block.time) >= rayMulUp(scaled, index), 'InvalidAmount')
  must(isSequencerUp(block), 'PriceOracleSentinelCheckFailed')
  must(mode === VARIABLE, 'InvalidInterestRateModeSelected')
  if (terms.borrowCap !== 0n) {
    const owed = rayMulUp(add(reserve.debt.total, scaled), index)
    must(owed <= terms.borrowCap * unitOf(reserve), 'BorrowCapExceeded')
  }
  const siloed = siloedDebt(pool, config)
  if (siloed) must(siloed === reserve, 'SiloedBorrowingViolation')
  else if (borrowsAny(config)) must(!terms.siloedBorrowing, 'SiloedBorrowingViolation')
}

/** Use up credit: at least the amount must be delegated, what the debt grows by is taken from it. */
function useCredit(
  pool: Pool,
  reserve: Reserve,
  { by, amount, onBehalfOf }: Borrow,
  scaled: bigint,
): void {
  const index = reserve.variableBorrowIndex
  const owed = scaledOf(reserve.debt, onBehalfOf)
  const more = sub(rayMulUp(add(owed, scaled), index), rayMulUp(owed, index))
  const credit = creditOf(reserve, onBehalfOf, by)
  const lent = credit.amount
  must(lent >= amount, `InsufficientBorrowAllowance(${by},${lent},${amount})`)
  write(pool, credit, 'amount', lent >= more ? lent - more : 0n)
}

function raiseIsolatedDebt(pool: Pool, account: string, reserve: Reserve, amount: bigint): void {
  const isolated = isolatedCollateral(pool, userOf(pool, account).config)
  if (!isolated) return
  must(reserve.config.borrowableInIsolation, 'AssetNotBorrowableInIsolation')
  const total = add128(isolated.isolationModeTotalDebt, cents(reserve, amount))
  must(total <= isolated.config.debtCeiling, 'DebtCeilingExceeded')
  write(pool, isolated, 'isolationModeTotalDebt', total)
}

/** An amount in cents of its asset, rounded down. */
function cents(reserve: Reserve, amount: bigint): bigint {
  const digits = sub(reserve.config.decimals, CEILING_DECIMALS)
  return toUint128(amount / 10n ** digits)
}

/** A repayment; 2^256 - 1 repays all, or all that the aTokens cover. */
export type Repayment = Order & {
  readonly mode: bigint
  readonly onBehalfOf: string
  /** Pay with the repayer's own aTokens. */
  readonly withATokens: boolean
}

/** Repay variable debt. @returns the amount repaid. */
export function repay(pool: Pool, block: Block, order: Repayment): Done<bigint> {
  return attempt(pool, () => {
    mustBeMode(order.mode)
    const { by, asset, onBehalfOf, withATokens } = order
    const reserve = reserveOf(pool, asset)
    updateState(pool, reserve, block.time)
    const index = reserve.variableBorrowIndex
    mustTakeRepayment(reserve, order)
    const owed = owedBy(reserve, onBehalfOf, block.time)
    const everything = withATokens && order.amount === MAX_UINT256
    const amount = everything ? suppliedBy(reserve, by, block.time) : order.amount
    const repaid = amount < owed ? amount : owed
    const units = rayDivDown(repaid, index)
    const isClear = burnScaled(pool, reserve.debt, onBehalfOf, units, index)
    updateRates(pool, reserve, withATokens ? 0n : repaid, 0n)
    if (isClear) setBit(pool, onBehalfOf, reserve.borrowBit, false)
    const isolated = isolatedCollateral(pool, userOf(pool, onBehalfOf).config)
    if (isolated) lowerIsolatedDebt(pool, isolated, reserve, repaid)
    if (withATokens) payWithATokens(pool, block, reserve, by, repaid)
    else paid(block.tokens.transferFrom(asset, by, reserve.aToken, repaid))
    return repaid
  })
}

function mustTakeRepayment(reserve: Reserve, order: Repayment): void {
  const { by, amount, mode, onBehalfOf } = order
  must(amount !== 0n, 'InvalidAmount')
  must(mode === VARIABLE, 'InvalidInterestRateModeSelected')
  must(amount !== MAX_UINT256 || by === onBehalfOf, 'NoExplicitAmountToRepayOnBehalf')
  must(reserve.config.active, 'ReserveInactive')
  must(!reserve.config.paused, 'ReservePaused')
  must(scaledOf(reserve.debt, onBehalfOf) !== 0n, 'NoDebtOfSelectedType')
}

/** Burn aTokens instead of taking the asset; who still owes something must stay healthy. */
function payWithATokens(
  pool: Pool,
  block: Block,
  reserve: Reserve,
  by: string,
  repaid: bigint,
): void {
  const index = reserve.liquidityIndex
  const isEmpty = burnScaled(pool, reserve.supply, by, rayDivUp(repaid, index), index)
  const { config } = userOf(pool, by)
  if ((config & reserve.collateralBit) === 0n) return
  if (isEmpty) setBit(pool, by, reserve.collateralBit, false)
  if (borrowsAny(config)) mustBeHealthy(pool, block, by)
}

/** Count a repayment against the ceiling of an isolated collateral, never below 0. */
export function lowerIsolatedDebt(
  pool: Pool,
  isolated: { isolationModeTotalDebt: bigint },
  reserve: Reserve,
  repaid: bigint,
): void {
  const total = isolated.isolationModeTotalDebt
  const less = cents(reserve, repaid)
  write(pool, isolated, 'isolationModeTotalDebt', total > less ? total - less : 0n)
}

/** Cover deficit with the umbrella's own aTokens. @returns what was covered, smallest unit. */
export function eliminateDeficit(
  pool: Pool,
  block: Block,
  { by, asset, amount }: Order,
): Done<bigint> {
  return attempt(pool, () => {
    must(by === pool.umbrella, 'CallerNotUmbrella')
    must(amount !== 0n, 'InvalidAmount')
    const reserve = pool.byAsset.get(asset)
    const deficit = reserve?.deficit ?? 0n
    must(deficit !== 0n, 'ReserveNotInDeficit')
    must(!borrowsAny(userOf(pool, by).config), 'UserCannotHaveDebt')
    const found = reserveOf(pool, asset)
    updateState(pool, found, block.time)
    must(found.config.active, 'ReserveInactive')
    const covered = amount > deficit ? deficit : amount
    const scaled = rayDivUp(covered, found.liquidityIndex)
    const own = scaledOf(found.supply, by)
    must(scaled <= own, 'NotEnoughAvailableUserBalance')
    if (scaled === own) setBit(pool, by, found.collateralBit, false)
    burnScaled(pool, found.supply, by, scaled, found.liquidityIndex)
    write(pool, found, 'deficit', deficit - covered)
    updateRates(pool, found, 0n, 0n)
    return covered
  })
}

/** Delegate credit: `delegatee` may borrow on the account of `by`. */
export function approveDelegation(
  pool: Pool,
  { by, asset, amount, delegatee }: Order & { readonly delegatee: string },
): Done<null> {
  return attempt(pool, () => {
    write(pool, creditOf(reserveOf(pool, asset), by, delegatee), 'amount', amount)
    return null
  })
}

function creditOf({ delegations }: Reserve, from: string, to: string): { amount: bigint } {
  return entry(delegations, `${from} ${to}`, () => ({ amount: 0n }))
}
