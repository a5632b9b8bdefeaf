/**
 * Borrowing and repaying at the variable rate; stable-rate verbs end where the pool disables them.
 * Source: aave/aave-v3-core @ 782f51917056 contracts/protocol/libraries/logic/BorrowLogic.sol,
 * ValidationLogic.sol, IsolationModeLogic.sol, tokenization/base/DebtTokenBase.sol.
 */
import {
  accountData,
  assetPrice,
  borrowsAny,
  isolatedCollateral,
  isSequencerUp,
  siloedDebt,
  unitOf,
} from './exactAccount.ts'
import {
  add,
  add128,
  MAX_UINT256,
  mul,
  must,
  percentDivHalfUp,
  percentMulHalfUp,
  Refusal,
  rayMulHalfUp,
  sub,
  toUint128,
  WAD,
} from './exactMath.ts'
import {
  burnScaled,
  interestRates,
  mintScaled,
  owedBy,
  strategyOf,
  suppliedBy,
  totalDebt,
  updateRates,
  updateState,
} from './exactReserve.ts'
import {
  attempt,
  type Block,
  categoryOf,
  type Done,
  entry,
  type Pool,
  type Reserve,
  reserveOf,
  userOf,
  write,
} from './exactState.ts'
import { type Order, paid, setBit } from './exactSupply.ts'

/** Interest rate modes. */
export const STABLE = 1n
export const VARIABLE = 2n

/** Part of the rate above which stable debt may not be rebalanced, basis points. */
const REBALANCE_THRESHOLD = 9_000n
/** Digits of the debt ceiling. */
const CEILING_DECIMALS = 2n

/** A borrow; `mode` is 1 (stable, refused) or 2 (variable). */
export type Borrow = Order & { readonly mode: bigint; readonly onBehalfOf: string }

/** Borrow an asset on an account that delegated enough credit, or on one's own. */
export function borrow(pool: Pool, block: Block, order: Borrow): Done<null> {
  return attempt(pool, () => {
    executeBorrow(pool, block, order, order.amount)
    return null
  })
}

/** Borrow inside another verb. @param taken what leaves the pool now: the amount, or 0. */
export function executeBorrow(pool: Pool, block: Block, order: Borrow, taken: bigint): void {
  mustBeMode(order.mode)
  const { by, asset, amount, onBehalfOf } = order
  const reserve = reserveOf(pool, asset)
  updateState(pool, reserve, block.time)
  const isolated = isolatedCollateral(pool, userOf(pool, onBehalfOf).config)
  mustLend(pool, block, reserve, order, isolated)
  if (by !== onBehalfOf) {
    const credit = creditOf(reserve, onBehalfOf, by)
    write(pool, credit, 'amount', sub(credit.amount, amount))
  }
  const isFirst = mintScaled(pool, reserve.debt, onBehalfOf, amount, reserve.variableBorrowIndex)
  if (isFirst) setBit(pool, onBehalfOf, reserve.borrowBit, true)
  if (isolated) {
    const total = add128(isolated.isolationModeTotalDebt, cents(reserve, amount))
    write(pool, isolated, 'isolationModeTotalDebt', total)
  }
  updateRates(pool, block, reserve, 0n, taken)
  if (taken > 0n) paid(block.tokens.transfer(asset, reserve.aToken, by, taken))
}

/** Refuse a number that is no interest rate mode, as the compiler's check of the enum does. */
function mustBeMode(mode: bigint): void {
  must(mode <= VARIABLE, 'Panic(33)')
}

function mustLend(
  pool: Pool,
  block: Block,
  reserve: Reserve,
  order: Borrow,
  isolated: Reserve | null,
): void {
  const { amount, mode, onBehalfOf } = order
  const terms = reserve.config
  must(amount !== 0n, '26')
  must(terms.active, '27')
  must(!terms.paused, '29')
  must(!terms.frozen, '28')
  must(terms.borrowingEnabled, '30')
  must(isSequencerUp(block), '59')
  must(mode === VARIABLE || mode === STABLE, '33')
  if (terms.borrowCap !== 0n) {
    const owed = rayMulHalfUp(reserve.debt.total, reserve.variableBorrowIndex)
    must(add(owed, amount) <= terms.borrowCap * unitOf(reserve), '50')
  }
  if (isolated) {
    must(terms.borrowableInIsolation, '60')
    const total = add128(isolated.isolationModeTotalDebt, cents(reserve, amount))
    must(total <= isolated.config.debtCeiling, '53')
  }
  mustBeCovered(pool, block, reserve, order)
  must(mode === VARIABLE || terms.stableBorrowingEnabled, '31')
  const { config } = userOf(pool, onBehalfOf)
  const siloed = siloedDebt(pool, config)
  if (siloed) must(siloed === reserve, '89')
  else if (borrowsAny(config)) must(!terms.siloedBorrowing, '89')
}

/** Refuse what the account's collateral does not cover: (debt + new) / ltv, rounded half up. */
function mustBeCovered(
  pool: Pool,
  block: Block,
  reserve: Reserve,
  { asset, amount, onBehalfOf }: Borrow,
): void {
  const { eMode } = userOf(pool, onBehalfOf)
  if (eMode !== 0n) must(reserve.config.eModeCategory === eMode, '58')
  const source = eMode === 0n ? null : (categoryOf(pool, eMode)?.priceSource ?? null)
  const { collateral, debt, ltv, healthFactor } = accountData(pool, block, onBehalfOf, eMode)
  must(collateral !== 0n, '34')
  must(ltv !== 0n, '57')
  must(healthFactor > WAD, '35')
  const value = mul(assetPrice(block, source ?? asset), amount) / unitOf(reserve)
  must(percentDivHalfUp(add(debt, value), ltv) <= collateral, '36')
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
    const owed = owedBy(reserve, onBehalfOf, block.time)
    mustTakeRepayment(reserve, order, owed)
    const everything = withATokens && order.amount === MAX_UINT256
    const amount = everything ? suppliedBy(reserve, by, block.time) : order.amount
    const repaid = amount < owed ? amount : owed
    burnScaled(pool, reserve.debt, onBehalfOf, repaid, reserve.variableBorrowIndex)
    updateRates(pool, block, reserve, withATokens ? 0n : repaid, 0n)
    if (owed === repaid) setBit(pool, onBehalfOf, reserve.borrowBit, false)
    lowerIsolatedDebt(pool, onBehalfOf, reserve, repaid)
    if (withATokens) burnScaled(pool, reserve.supply, by, repaid, reserve.liquidityIndex)
    else paid(block.tokens.transferFrom(asset, by, reserve.aToken, repaid))
    return repaid
  })
}

function mustTakeRepayment(reserve: Reserve, order: Repayment, owed: bigint): void {
  const { by, amount, mode, onBehalfOf } = order
  must(amount !== 0n, '26')
  must(amount !== MAX_UINT256 || by === onBehalfOf, '40')
  must(reserve.config.active, '27')
  must(!reserve.config.paused, '29')
  must(owed !== 0n && mode === VARIABLE, '39')
}

/** Count a repayment against the ceiling of the account's isolated collateral, never below 0. */
export function lowerIsolatedDebt(
  pool: Pool,
  account: string,
  reserve: Reserve,
  repaid: bigint,
): void {
  const isolated = isolatedCollateral(pool, userOf(pool, account).config)
  if (!isolated) return
  const total = isolated.isolationModeTotalDebt
  const less = cents(reserve, repaid)
  write(pool, isolated, 'isolationModeTotalDebt', total <= less ? 0n : total - less)
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

/** Ask to swap a debt's rate mode; without stable rates there is always a reason against it. */
export function swapBorrowRateMode(
  pool: Pool,
  block: Block,
  { by, asset, mode }: { readonly by: string; readonly asset: string; readonly mode: bigint },
): Done<never> {
  return attempt(pool, () => {
    mustBeMode(mode)
    const reserve = reserveOf(pool, asset)
    updateState(pool, reserve, block.time)
    const { active, paused, frozen } = reserve.config
    must(active, '27')
    must(!paused, '29')
    must(!frozen, '28')
    must(mode !== STABLE, '41')
    must(mode === VARIABLE, '33')
    must(owedBy(reserve, by, block.time) !== 0n, '42')
    throw new Refusal('31')
  })
}

/** Ask to rebalance a stable debt; without one, its new rate is a division by zero. */
export function rebalanceStableBorrowRate(pool: Pool, block: Block, asset: string): Done<never> {
  return attempt(pool, () => {
    const reserve = reserveOf(pool, asset)
    const currentRate = reserve.currentLiquidityRate
    updateState(pool, reserve, block.time)
    must(reserve.config.active, '27')
    must(!reserve.config.paused, '29')
    const { liquidity } = interestRates(strategyOf(pool, reserve), {
      unbacked: reserve.unbacked,
      liquidityAdded: 0n,
      liquidityTaken: 0n,
      totalStableDebt: 0n,
      totalVariableDebt: totalDebt(reserve, block.time),
      averageStableBorrowRate: 0n,
      reserveFactor: reserve.config.reserveFactor,
      balance: block.tokens.balance(asset, reserve.aToken),
    })
    must(currentRate <= percentMulHalfUp(liquidity, REBALANCE_THRESHOLD), '44')
    throw new Refusal('empty')
  })
}
