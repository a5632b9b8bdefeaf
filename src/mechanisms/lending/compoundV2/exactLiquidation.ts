/**
 * Liquidation in integers. Source: VenusProtocol/venus-protocol 10.3.0
 * contracts/Tokens/VTokens/VToken.sol (liquidateBorrowFresh, seizeInternal); the protocol's share of seized
 * tokens: compound-finance/compound-protocol @ a3214f67b733 contracts/CToken.sol (seizeInternal).
 */
import {
  COMPTROLLER_ERROR,
  calculateSeizeTokens,
  liquidateAllowed,
  seizeAllowed,
} from './exactLiquidity.ts'
import { accrue, exchangeRateStored, MARKET_ERROR } from './exactMarket.ts'
import { checked, demand, MAX_UINT256, mulExp, mulTruncate } from './exactMath.ts'
import {
  attempt,
  type Caller,
  type Done,
  type ExactMarket,
  type ExactPool,
  marketOf,
  put,
  putIn,
  tokensOf,
} from './exactState.ts'
import { repayFresh } from './exactVerbs.ts'

/** Who is liquidated, where, and for how much. */
export type LiquidationOrder = {
  readonly borrowed: string
  readonly collateral: string
  readonly borrower: string
  /** Units of the borrowed market's underlying. */
  readonly repayAmount: bigint
}

/**
 * Repay a part of an unhealthy account's debt and seize market tokens for it.
 *
 * Both markets accrue first; all others count as stored.
 * @returns a code; with any but 0 nothing but accrual happened.
 */
export function liquidateBorrow(
  pool: ExactPool,
  caller: Caller,
  order: LiquidationOrder,
): Done<bigint> {
  return attempt(pool, () => {
    const borrowed = marketOf(pool, order.borrowed)
    const collateral = marketOf(pool, order.collateral)
    const error = accrue(pool, borrowed, caller)
    if (error !== 0n) return error
    const collateralError = accrue(pool, collateral, caller)
    if (collateralError !== 0n) return collateralError
    const { borrower, repayAmount } = order
    const { sender: liquidator, outside } = caller
    const asked = { borrowed, collateral, liquidator, borrower, repayAmount }
    const allowed = liquidateAllowed(pool, outside, asked)
    if (allowed !== COMPTROLLER_ERROR.none) return MARKET_ERROR.comptrollerRejection
    if (borrower === liquidator) return MARKET_ERROR.invalidAccountPair
    if (repayAmount === 0n || repayAmount === MAX_UINT256) return MARKET_ERROR.invalidCloseAmount
    const repaid = repayFresh(pool, borrowed, caller, borrower, repayAmount)
    const [seizeError, tokens] = calculateSeizeTokens(outside, borrowed, collateral, repaid)
    demand(seizeError === 0n, 'LIQUIDATE_COMPTROLLER_CALCULATE_AMOUNT_SEIZE_FAILED')
    demand(tokensOf(collateral, borrower) >= tokens, 'LIQUIDATE_SEIZE_TOO_MUCH')
    const done = seizeFresh(pool, collateral, borrowed, liquidator, borrower, tokens)
    demand(done === MARKET_ERROR.none, 'token seizure failed')
    return MARKET_ERROR.none
  })
}

/** Seize as an account that is no market, which is never allowed. @returns a code. */
export function seize(
  pool: ExactPool,
  { sender }: Caller,
  name: string,
  liquidator: string,
  borrower: string,
  tokens: bigint,
): Done<bigint> {
  return attempt(pool, () => {
    const seizer = pool.markets.get(sender) ?? null
    return seizeFresh(pool, marketOf(pool, name), seizer, liquidator, borrower, tokens)
  })
}

/** Move seized tokens; Compound burns the protocol's share and books its worth as reserves. */
function seizeFresh(
  pool: ExactPool,
  collateral: ExactMarket,
  seizer: ExactMarket | null,
  liquidator: string,
  borrower: string,
  tokens: bigint,
): bigint {
  const allowed = seizeAllowed(pool, collateral, seizer, borrower)
  if (allowed !== COMPTROLLER_ERROR.none) return MARKET_ERROR.comptrollerRejection
  if (borrower === liquidator) return MARKET_ERROR.invalidAccountPair
  if (tokensOf(collateral, borrower) < tokens) return MARKET_ERROR.math
  const kept = mulExp(tokens, collateral.protocolSeizeShare)
  const received = tokensOf(collateral, liquidator) + tokens - kept
  if (received > MAX_UINT256) return MARKET_ERROR.math
  if (kept > 0n) {
    const worth = mulTruncate(exchangeRateStored(collateral), kept)
    put(pool, collateral, 'totalReserves', checked(collateral.totalReserves + worth))
    put(pool, collateral, 'totalSupply', checked(collateral.totalSupply - kept))
  }
  putIn(pool, collateral.tokens, borrower, tokensOf(collateral, borrower) - tokens)
  putIn(pool, collateral.tokens, liquidator, received)
  return MARKET_ERROR.none
}
