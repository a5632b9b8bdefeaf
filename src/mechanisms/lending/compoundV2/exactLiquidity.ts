/**
 * The Comptroller in integers: what an account may borrow, redeem and lose, and what is allowed.
 * Source: VenusProtocol/venus-protocol 10.3.0 contracts/Lens/ComptrollerLens.sol and
 * contracts/Comptroller/Diamond/facets/{PolicyFacet,MarketFacet,FacetBase}.sol;
 * compound-finance/compound-protocol @ a3214f67b733 contracts/Comptroller.sol.
 */

import { accountSnapshot, borrowBalanceStored, exchangeRateStored } from './exactMarket.ts'
import {
  checked,
  demand,
  divExp,
  mulExp,
  mulTruncate,
  mulTruncateAdd,
  RefusedError,
} from './exactMath.ts'
import {
  ACTIONS,
  type ExactMarket,
  type ExactPool,
  marketOf,
  type Outside,
  putIn,
  putMember,
} from './exactState.ts'

/** Codes that the Comptroller answers instead of reverting. */
export const COMPTROLLER_ERROR = {
  none: 0n,
  unauthorized: 1n,
  insufficientShortfall: 3n,
  insufficientLiquidity: 4n,
  invalidCloseFactor: 5n,
  invalidCollateralFactor: 6n,
  nonzeroBorrowBalance: 12n,
  price: 13n,
  rejection: 14n,
  snapshot: 15n,
  tooMuchRepay: 17n,
  marketNotCollateral: 19n,
  invalidLiquidationThreshold: 20n,
} as const

/** Which share of a collateral's value counts, and at which prices. */
export type Weighting = 'collateralFactor' | 'liquidationThreshold'

/** A change that is supposed to happen in one market. */
export type Change = {
  readonly market: string | null
  readonly redeemTokens: bigint
  readonly borrowAmount: bigint
}

/** Code, USD by which collateral exceeds debt, USD by which debt exceeds collateral; mantissas. */
export type Liquidity = readonly [error: bigint, liquidity: bigint, shortfall: bigint]

/** No change. */
export const NO_CHANGE: Change = { market: null, redeemTokens: 0n, borrowAmount: 0n }

/**
 * Sum an account's collateral and debts over the markets it has entered, as stored.
 *
 * Per market: value = factor x rate x price, each product rounded down; collateral += value x tokens
 * and debt += price x debt, rounded down. Redeeming and borrowing count as debt.
 * @throws {RefusedError} when a product leaves the range of a word.
 */
export function hypotheticalLiquidity(
  pool: ExactPool,
  outside: Outside,
  account: string,
  change: Change,
  weighting: Weighting,
): Liquidity {
  let collateral = 0n
  let debts = 0n
  for (const name of pool.entered.get(account) ?? []) {
    const market = marketOf(pool, name)
    if (!market.isListed) continue
    const [error, tokens, debt, rate] = accountSnapshot(market, account)
    if (error !== 0n) return [COMPTROLLER_ERROR.snapshot, 0n, 0n]
    const isChanged = name === change.market
    if (!isChanged && tokens === 0n && debt === 0n) continue
    const [collateralPrice, debtPrice] = pricesOf(outside, name, weighting)
    if (collateralPrice === 0n || debtPrice === 0n) return [COMPTROLLER_ERROR.price, 0n, 0n]
    const value = mulExp(mulExp(market[weighting], rate), collateralPrice)
    collateral = mulTruncateAdd(value, tokens, collateral)
    debts = mulTruncateAdd(debtPrice, debt, debts)
    if (!isChanged) continue
    debts = mulTruncateAdd(value, change.redeemTokens, debts)
    debts = mulTruncateAdd(debtPrice, change.borrowAmount, debts)
  }
  return collateral > debts
    ? [COMPTROLLER_ERROR.none, collateral - debts, 0n]
    : [COMPTROLLER_ERROR.none, 0n, debts - collateral]
}

function pricesOf(outside: Outside, name: string, weighting: Weighting): readonly [bigint, bigint] {
  if (weighting === 'collateralFactor') return outside.bounded(name)
  const spot = outside.spot(name)
  return [spot, spot]
}

/**
 * Compute the market tokens that a repayment seizes, rounded down:
 * repaid x ((incentive x price of debt) / (price of collateral x exchange rate)).
 * @returns code and tokens.
 * @throws {RefusedError} when a product leaves its range, or the collateral's value rounds to 0.
 */
export function calculateSeizeTokens(
  outside: Outside,
  borrowed: ExactMarket,
  collateral: ExactMarket,
  repaid: bigint,
): readonly [error: bigint, tokens: bigint] {
  const debtPrice = outside.spot(borrowed.name)
  const price = outside.spot(collateral.name)
  if (debtPrice === 0n || price === 0n) return [COMPTROLLER_ERROR.price, 0n]
  const numerator = mulExp(collateral.liquidationIncentive, debtPrice)
  const denominator = mulExp(price, exchangeRateStored(collateral))
  return [COMPTROLLER_ERROR.none, mulTruncate(divExp(numerator, denominator), repaid)]
}

/** Refuse while the pool, or this action of this market, is paused. @throws {RefusedError} */
export function ensureRunning(
  pool: ExactPool,
  market: ExactMarket,
  action: keyof typeof ACTIONS,
): void {
  demand(!pool.isPaused, 'protocol is paused')
  ensureNotPaused(market, action)
}

function ensureNotPaused(market: ExactMarket, action: keyof typeof ACTIONS): void {
  demand(!market.paused.has(ACTIONS[action]), 'action is paused')
}

/** @throws {RefusedError} when the market is not listed. */
export function ensureListed(market: ExactMarket): void {
  demand(market.isListed, 'market not listed')
}

/** Enter a market. @throws {RefusedError} */
export function addToMarket(pool: ExactPool, market: ExactMarket, account: string): void {
  ensureNotPaused(market, 'enterMarket')
  ensureListed(market)
  if (market.members.has(account)) return
  putMember(pool, market.members, account, true)
  putIn(pool, pool.entered, account, [...(pool.entered.get(account) ?? []), market.name])
}

/** Leave a market: the last one entered takes its place in the account's list. */
export function removeFromMarket(pool: ExactPool, market: ExactMarket, account: string): void {
  const list = [...(pool.entered.get(account) ?? [])]
  const last = list.pop()
  const at = list.indexOf(market.name)
  if (at >= 0 && last !== undefined) list[at] = last
  putMember(pool, market.members, account, false)
  putIn(pool, pool.entered, account, list)
}

/** Say whether tokens may leave an account. @returns a code. @throws {RefusedError} */
export function redeemAllowed(
  pool: ExactPool,
  outside: Outside,
  market: ExactMarket,
  account: string,
  redeemTokens: bigint,
): bigint {
  ensureListed(market)
  if (!market.members.has(account)) return COMPTROLLER_ERROR.none
  const change = { market: market.name, redeemTokens, borrowAmount: 0n }
  return coded(hypotheticalLiquidity(pool, outside, account, change, 'collateralFactor'))
}

function coded([error, , shortfall]: Liquidity): bigint {
  if (error !== COMPTROLLER_ERROR.none) return error
  return shortfall === 0n ? COMPTROLLER_ERROR.none : COMPTROLLER_ERROR.insufficientLiquidity
}

/** Refuse supply beyond the cap. @throws {RefusedError} */
export function ensureMintAllowed(pool: ExactPool, market: ExactMarket, amount: bigint): void {
  ensureRunning(pool, market, 'mint')
  ensureListed(market)
  demand(market.supplyCap !== 0n, 'market supply cap is 0')
  const supplied = mulTruncateAdd(exchangeRateStored(market), market.totalSupply, amount)
  demand(supplied <= market.supplyCap, 'market supply cap reached')
}

/** Say whether an account may borrow; it enters the market by that. @returns a code. @throws {RefusedError} */
export function borrowAllowed(
  pool: ExactPool,
  outside: Outside,
  market: ExactMarket,
  account: string,
  borrowAmount: bigint,
): bigint {
  ensureRunning(pool, market, 'borrow')
  ensureListed(market)
  demand(market.isBorrowAllowed, 'BorrowNotAllowedInPool')
  demand(market.borrowCap !== 0n, 'market borrow cap is 0')
  if (!market.members.has(account)) addToMarket(pool, market, account)
  const [collateralPrice, debtPrice] = outside.bounded(market.name)
  if (collateralPrice === 0n || debtPrice === 0n) return COMPTROLLER_ERROR.price
  const borrowed = checked(market.totalBorrows + borrowAmount)
  demand(borrowed <= market.borrowCap, 'market borrow cap reached')
  const change = { market: market.name, redeemTokens: 0n, borrowAmount }
  return coded(hypotheticalLiquidity(pool, outside, account, change, 'collateralFactor'))
}

/** What a liquidation is asked to do. */
export type Liquidation = {
  readonly borrowed: ExactMarket
  readonly collateral: ExactMarket
  readonly liquidator: string
  readonly borrower: string
  readonly repayAmount: bigint
}

/** Say whether a liquidation is allowed. @returns a code. @throws {RefusedError} */
export function liquidateAllowed(pool: ExactPool, outside: Outside, order: Liquidation): bigint {
  const { borrowed, collateral, liquidator, borrower, repayAmount } = order
  ensureRunning(pool, borrowed, 'liquidate')
  if (pool.liquidator !== null && liquidator !== pool.liquidator) {
    return COMPTROLLER_ERROR.unauthorized
  }
  ensureListed(collateral)
  ensureListed(borrowed)
  const owed = borrowBalanceStored(borrowed, borrower)
  if (borrowed.isForcedLiquidation || pool.forcedFor.has(`${borrower} ${borrowed.name}`)) {
    return repayAmount > owed ? COMPTROLLER_ERROR.tooMuchRepay : COMPTROLLER_ERROR.none
  }
  const [error, , shortfall] = hypotheticalLiquidity(
    pool,
    outside,
    borrower,
    NO_CHANGE,
    'liquidationThreshold',
  )
  if (error !== COMPTROLLER_ERROR.none) return error
  if (shortfall === 0n) return COMPTROLLER_ERROR.insufficientShortfall
  return repayAmount > mulTruncate(pool.closeFactor, owed)
    ? COMPTROLLER_ERROR.tooMuchRepay
    : COMPTROLLER_ERROR.none
}

/** Say whether a market may seize another's tokens. @returns a code. @throws {RefusedError} */
export function seizeAllowed(
  pool: ExactPool,
  collateral: ExactMarket,
  seizer: ExactMarket | null,
  borrower: string,
): bigint {
  ensureRunning(pool, collateral, 'seize')
  ensureListed(collateral)
  if (!collateral.members.has(borrower)) return COMPTROLLER_ERROR.marketNotCollateral
  // Whoever is no market of this pool cannot be a seizer.
  if (seizer === null) throw new RefusedError('market not listed')
  ensureListed(seizer)
  return COMPTROLLER_ERROR.none
}
