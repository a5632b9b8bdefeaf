/**
 * What the protocol's administration sets, in integers. One account holds all rights here; the contracts
 * ask either their admin or an access control, with different reasons.
 * Source: VenusProtocol/venus-protocol 10.3.0 contracts/Comptroller/Diamond/facets/{SetterFacet,MarketFacet}.sol
 * and contracts/Tokens/VTokens/{VToken,VBep20}.sol.
 */
import { COMPTROLLER_ERROR, ensureListed } from './exactLiquidity.ts'
import { accrue, collect, MARKET_ERROR, payReserves, setReserveFactorFresh } from './exactMarket.ts'
import { checked, demand, ONE, RefusedError } from './exactMath.ts'
import type { ExactJumpRate } from './exactRates.ts'
import {
  ACTIONS,
  attempt,
  type Caller,
  type Done,
  type ExactMarket,
  type ExactPool,
  marketOf,
  put,
  putMember,
} from './exactState.ts'

const CLOSE_FACTOR_MIN = 5n * 10n ** 16n
const CLOSE_FACTOR_MAX = 9n * 10n ** 17n
const MARKET_NOT_LISTED = 9n
const MARKET_ALREADY_LISTED = 10n
/** In the order in which unlisting asks for them. */
const UNLISTING = [
  ['borrow', 'borrow'],
  ['mint', 'mint'],
  ['redeem', 'redeem'],
  ['repay', 'repay'],
  ['enterMarket', 'enter market'],
  ['liquidate', 'liquidate'],
  ['seize', 'seize'],
  ['transfer', 'transfer'],
  ['exitMarket', 'exit market'],
] as const

function ensureAllowed(pool: ExactPool, { sender }: Caller): void {
  demand(sender === pool.admin, 'access denied')
}

function ensureAdmin(pool: ExactPool, { sender }: Caller): void {
  demand(sender === pool.admin, 'only admin can')
}

/** List a market: accounts may enter it, nothing is open yet. @returns a code. */
export function supportMarket(pool: ExactPool, caller: Caller, name: string): Done<bigint> {
  return attempt(pool, () => {
    ensureAllowed(pool, caller)
    const market = marketOf(pool, name)
    if (market.isListed) return MARKET_ALREADY_LISTED
    // A market that was unlisted stays in the contract's list of all markets.
    demand(!market.wasListed, 'already added')
    put(pool, market, 'isListed', true)
    put(pool, market, 'wasListed', true)
    put(pool, market, 'collateralFactor', 0n)
    return COMPTROLLER_ERROR.none
  })
}

/** Take a market off the list; everything must be paused and closed. @returns a code. */
export function unlistMarket(pool: ExactPool, caller: Caller, name: string): Done<bigint> {
  return attempt(pool, () => {
    ensureAllowed(pool, caller)
    const market = marketOf(pool, name)
    if (!market.isListed) return MARKET_NOT_LISTED
    for (const [action, text] of UNLISTING) {
      demand(market.paused.has(ACTIONS[action]), `${text} action is not paused`)
    }
    demand(market.borrowCap === 0n, 'borrow cap is not 0')
    demand(market.supplyCap === 0n, 'supply cap is not 0')
    demand(market.collateralFactor === 0n, 'collateral factor is not 0')
    put(pool, market, 'isListed', false)
    return COMPTROLLER_ERROR.none
  })
}

/** Set what counts of a collateral, mantissas; a factor needs a price. @returns a code. */
export function setCollateralFactor(
  pool: ExactPool,
  caller: Caller,
  name: string,
  factor: bigint,
  threshold: bigint,
): Done<bigint> {
  return attempt(pool, () => {
    ensureAllowed(pool, caller)
    const market = marketOf(pool, name)
    ensureListed(market)
    if (factor > ONE) return COMPTROLLER_ERROR.invalidCollateralFactor
    if (factor !== 0n && caller.outside.spot(name) === 0n) return COMPTROLLER_ERROR.price
    if (threshold > ONE || threshold < factor) return COMPTROLLER_ERROR.invalidLiquidationThreshold
    ensureSafe(threshold, market.liquidationIncentive)
    put(pool, market, 'collateralFactor', factor)
    put(pool, market, 'liquidationThreshold', threshold)
    return COMPTROLLER_ERROR.none
  })
}

/** Set what a liquidator receives per unit repaid, as a factor, mantissa. @returns a code. */
export function setLiquidationIncentive(
  pool: ExactPool,
  caller: Caller,
  name: string,
  incentive: bigint,
): Done<bigint> {
  return attempt(pool, () => {
    ensureAllowed(pool, caller)
    const market = marketOf(pool, name)
    demand(market.liquidationIncentive !== incentive, 'old value is same as new value')
    ensureListed(market)
    demand(incentive >= ONE, 'incentive < 1e18')
    ensureSafe(market.liquidationThreshold, incentive)
    put(pool, market, 'liquidationIncentive', incentive)
    return COMPTROLLER_ERROR.none
  })
}

/** A liquidation must leave an account healthier: threshold x incentive stays below one. */
function ensureSafe(threshold: bigint, incentive: bigint): void {
  if (checked(threshold * incentive) >= ONE * ONE)
    throw new RefusedError(`UnsafeLiquidationParams(${threshold},${incentive})`)
}

/** Set the share of a debt that one liquidation may repay: 5 % to 90 %. @returns a code. */
export function setCloseFactor(pool: ExactPool, caller: Caller, factor: bigint): Done<bigint> {
  return attempt(pool, () => {
    demand(factor !== pool.closeFactor, 'old value is same as new value')
    ensureAdmin(pool, caller)
    if (factor < CLOSE_FACTOR_MIN || factor > CLOSE_FACTOR_MAX)
      return COMPTROLLER_ERROR.invalidCloseFactor
    put(pool, pool, 'closeFactor', factor)
    return COMPTROLLER_ERROR.none
  })
}

/** Set the most that may be supplied or borrowed, units of underlying; 0 closes. */
export function setCap(
  pool: ExactPool,
  caller: Caller,
  name: string,
  side: 'supplyCap' | 'borrowCap',
  cap: bigint,
): Done<null> {
  return attempt(pool, () => {
    ensureAllowed(pool, caller)
    put(pool, marketOf(pool, name), side, cap)
    return null
  })
}

/** Pause the whole pool, or let it go on. @returns 1 when paused. */
export function setProtocolPaused(
  pool: ExactPool,
  caller: Caller,
  isPaused: boolean,
): Done<bigint> {
  return attempt(pool, () => {
    ensureAllowed(pool, caller)
    put(pool, pool, 'isPaused', isPaused)
    return isPaused ? 1n : 0n
  })
}

/** Pause actions of a market, by number, or let them go on. */
export function setActionsPaused(
  pool: ExactPool,
  caller: Caller,
  name: string,
  actions: readonly number[],
  isPaused: boolean,
): Done<null> {
  return attempt(pool, () => {
    ensureAllowed(pool, caller)
    const market = marketOf(pool, name)
    for (const action of actions) {
      ensureListed(market)
      putMember(pool, market.paused, action, isPaused)
    }
    return null
  })
}

/** Set who receives which share of what is redeemed. @returns a code. */
export function setTreasury(
  pool: ExactPool,
  caller: Caller,
  guardian: string,
  treasury: string,
  percent: bigint,
): Done<bigint> {
  return attempt(pool, () => {
    const { sender } = caller
    demand(sender === pool.admin || sender === pool.treasuryGuardian, 'access denied')
    demand(percent < ONE, 'percent >= 100%')
    demand(guardian !== 'zero' && treasury !== 'zero', "can't be zero address")
    put(pool, pool, 'treasuryGuardian', guardian)
    put(pool, pool, 'treasury', treasury)
    put(pool, pool, 'treasuryPercent', percent)
    return COMPTROLLER_ERROR.none
  })
}

/** Let all debts of a market be liquidated whole, whatever the health, or stop that. */
export function setForcedLiquidation(
  pool: ExactPool,
  caller: Caller,
  name: string,
  isForced: boolean,
): Done<null> {
  return attempt(pool, () => {
    ensureAllowed(pool, caller)
    const market = marketOf(pool, name)
    ensureListed(market)
    put(pool, market, 'isForcedLiquidation', isForced)
    return null
  })
}

/** Let one account's debt in a market be liquidated whole, or stop that. */
export function setForcedLiquidationFor(
  pool: ExactPool,
  caller: Caller,
  borrower: string,
  name: string,
  isForced: boolean,
): Done<null> {
  return attempt(pool, () => {
    ensureAllowed(pool, caller)
    ensureListed(marketOf(pool, name))
    putMember(pool, pool.forcedFor, `${borrower} ${name}`, isForced)
    return null
  })
}

/** Open or close borrowing of a market in the core pool. */
export function setBorrowAllowed(
  pool: ExactPool,
  caller: Caller,
  name: string,
  isAllowed: boolean,
): Done<null> {
  return attempt(pool, () => {
    ensureAllowed(pool, caller)
    const market = marketOf(pool, name)
    demand(market.isListed, 'MarketConfigNotFound')
    put(pool, market, 'isBorrowAllowed', isAllowed)
    return null
  })
}

/** Name the only account that may liquidate. */
export function setLiquidator(pool: ExactPool, caller: Caller, liquidator: string): Done<null> {
  return attempt(pool, () => {
    demand((pool.liquidator ?? 'zero') !== liquidator, 'old address is same as new address')
    ensureAdmin(pool, caller)
    demand(liquidator !== 'zero', "can't be zero address")
    put(pool, pool, 'liquidator', liquidator)
    return null
  })
}

/** Set the share of interest that goes to reserves, mantissa, from now on. @returns a code. */
export function setReserveFactor(
  pool: ExactPool,
  caller: Caller,
  name: string,
  factor: bigint,
): Done<bigint> {
  return afterAccrual(pool, caller, name, (market) => setReserveFactorFresh(pool, market, factor))
}

/** Charge interest by another model from now on. @returns a code. */
export function setRates(
  pool: ExactPool,
  caller: Caller,
  name: string,
  rates: ExactJumpRate,
): Done<bigint> {
  return afterAccrual(pool, caller, name, (market) => {
    put(pool, market, 'rates', rates)
    return MARKET_ERROR.none
  })
}

/** Send reserves to their receiver, unless accrual did so in this block. @returns a code. */
export function reduceReserves(
  pool: ExactPool,
  caller: Caller,
  name: string,
  amount: bigint,
): Done<bigint> {
  return afterAccrual(pool, caller, name, (market) =>
    market.reduceReservesBlock === caller.block
      ? MARKET_ERROR.none
      : payReserves(pool, market, caller.outside, amount),
  )
}

function afterAccrual(
  pool: ExactPool,
  caller: Caller,
  name: string,
  act: (market: ExactMarket) => bigint,
): Done<bigint> {
  return attempt(pool, () => {
    ensureAllowed(pool, caller)
    const market = marketOf(pool, name)
    const error = accrue(pool, market, caller)
    return error === 0n ? act(market) : error
  })
}

/** Give underlying to a market's reserves; anybody may. @returns a code. */
export function addReserves(
  pool: ExactPool,
  caller: Caller,
  name: string,
  amount: bigint,
): Done<bigint> {
  return attempt(pool, () => {
    const market = marketOf(pool, name)
    const error = accrue(pool, market, caller)
    if (error !== 0n) return error
    const arrived = collect(pool, market, caller.outside, caller.sender, amount)
    put(pool, market, 'totalReserves', checked(market.totalReserves + arrived))
    return MARKET_ERROR.none
  })
}

/** Set after how many blocks accrual sends reserves to their receiver. */
export function setReduceReservesBlockDelta(
  pool: ExactPool,
  caller: Caller,
  name: string,
  blocks: bigint,
): Done<null> {
  return attempt(pool, () => {
    demand(blocks > 0n, 'Invalid Input')
    ensureAllowed(pool, caller)
    put(pool, marketOf(pool, name), 'reduceReservesBlockDelta', blocks)
    return null
  })
}

/** Take underlying out and count what is left as the market's cash; nothing accrues. */
export function sweepAndSync(
  pool: ExactPool,
  { sender, outside }: Caller,
  name: string,
  amount: bigint,
): Done<null> {
  return attempt(pool, () => {
    demand(sender === pool.admin, 'empty')
    const refused = amount > 0n ? outside.send(name, sender, amount) : null
    if (refused !== null) throw new RefusedError(refused)
    put(pool, marketOf(pool, name), 'cash', outside.held(name))
    return null
  })
}
