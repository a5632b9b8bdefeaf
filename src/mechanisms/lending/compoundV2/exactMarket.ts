/**
 * One market's own arithmetic in integers: interest, exchange rate, debts, cash, reserves.
 * Source: VenusProtocol/venus-protocol 10.3.0 contracts/Tokens/VTokens/{VToken,VBep20}.sol;
 * compound-finance/compound-protocol @ a3214f67b733 contracts/CToken.sol.
 */
import {
  addUInt,
  carefully,
  checked,
  demand,
  divUInt,
  ensure,
  getExp,
  mulScalarTruncate,
  mulScalarTruncateAddUInt,
  mulUInt,
  ONE,
  RefusedError,
  subUInt,
} from './exactMath.ts'
import { borrowRatePerBlock } from './exactRates.ts'
import { type Caller, type ExactMarket, type ExactPool, put, tokensOf } from './exactState.ts'

/** Highest borrow rate per block that accrual accepts, mantissa. */
export const MAX_BORROW_RATE: bigint = 5n * 10n ** 12n

/** Codes that a market answers instead of reverting. */
export const MARKET_ERROR = {
  none: 0n,
  badInput: 2n,
  comptrollerRejection: 3n,
  invalidAccountPair: 6n,
  invalidCloseAmount: 7n,
  math: 9n,
  insufficientCash: 14n,
} as const

/**
 * Accrue simple interest over the blocks since the last touch, then reduce reserves when it is time.
 *
 * factor = rate x blocks; interest = factor x borrows, reserves += reserveFactor x interest, and
 * index += factor x index, each rounded down.
 * @returns 0, or the code of a step that left its range; nothing has changed then.
 * @throws {RefusedError} when the borrow rate is above the maximum, or cannot be computed.
 */
export function accrue(pool: ExactPool, market: ExactMarket, { block, outside }: Caller): bigint {
  if (market.accrualBlock === block) return MARKET_ERROR.none
  const { cash, totalBorrows, totalReserves, borrowIndex, reserveFactor } = market
  const rate = borrowRatePerBlock(market.rates, cash, totalBorrows, totalReserves)
  demand(rate <= MAX_BORROW_RATE, 'borrow rate is absurdly high')
  const blocks = ensure(() => subUInt(block, market.accrualBlock))
  const after = carefully(() => {
    const factor = mulUInt(rate, blocks)
    const interest = mulScalarTruncate(factor, totalBorrows)
    return {
      borrows: addUInt(interest, totalBorrows),
      reserves: mulScalarTruncateAddUInt(reserveFactor, interest, totalReserves),
      index: mulScalarTruncateAddUInt(factor, borrowIndex, borrowIndex),
    }
  })
  if (after === null) return MARKET_ERROR.math
  put(pool, market, 'accrualBlock', block)
  put(pool, market, 'borrowIndex', after.index)
  put(pool, market, 'totalBorrows', after.borrows)
  put(pool, market, 'totalReserves', after.reserves)
  const since = ensure(() => subUInt(block, market.reduceReservesBlock))
  if (since >= market.reduceReservesBlockDelta) {
    put(pool, market, 'reduceReservesBlock', block)
    const amount = cash < after.reserves ? cash : after.reserves
    payReserves(pool, market, outside, amount)
  }
  return MARKET_ERROR.none
}

/**
 * Send reserves to their receiver. @returns 0, or the code of what is in the way.
 * @throws {RefusedError} when the token refuses.
 */
export function payReserves(
  pool: ExactPool,
  market: ExactMarket,
  outside: Caller['outside'],
  amount: bigint,
): bigint {
  if (amount === 0n) return MARKET_ERROR.none
  if (market.cash < amount) return MARKET_ERROR.insufficientCash
  if (amount > market.totalReserves) return MARKET_ERROR.badInput
  put(pool, market, 'totalReserves', market.totalReserves - amount)
  pay(pool, market, outside, pool.reserveReceiver, amount)
  return MARKET_ERROR.none
}

/** Send underlying out of the market's cash. @throws {RefusedError} */
export function pay(
  pool: ExactPool,
  market: ExactMarket,
  outside: Caller['outside'],
  to: string,
  amount: bigint,
): void {
  put(pool, market, 'cash', checked(market.cash - amount))
  const refused = outside.send(market.name, to, amount)
  if (refused !== null) throw new RefusedError(refused)
}

/**
 * Take underlying into the market's cash. @returns what arrived, which is less for tokens with fees.
 * @throws {RefusedError}
 */
export function collect(
  pool: ExactPool,
  market: ExactMarket,
  outside: Caller['outside'],
  from: string,
  amount: bigint,
): bigint {
  const before = outside.held(market.name)
  const refused = outside.take(market.name, from, amount)
  if (refused !== null) throw new RefusedError(refused)
  const arrived = checked(outside.held(market.name) - before)
  put(pool, market, 'cash', checked(market.cash + arrived))
  return arrived
}

/**
 * Compute underlying per market token as stored, a mantissa, rounded down:
 * (cash + borrows - reserves) x 10^18 / supply, or the initial rate without supply.
 * @throws {CarefulMathError}
 */
export function exchangeRateCareful(market: ExactMarket): bigint {
  const { cash, totalBorrows, totalReserves, totalSupply } = market
  if (totalSupply === 0n) return market.initialExchangeRate
  return getExp(subUInt(addUInt(cash, totalBorrows), totalReserves), totalSupply)
}

/** Compute underlying per market token as stored. @throws {RefusedError} 'math error' */
export function exchangeRateStored(market: ExactMarket): bigint {
  return ensure(() => exchangeRateCareful(market))
}

/**
 * Compute an account's debt as stored, rounded down: principal x index / index of its last change.
 * @throws {CarefulMathError}
 */
export function borrowBalanceCareful(market: ExactMarket, account: string): bigint {
  const debt = market.debts.get(account)
  if (!debt || debt.principal === 0n) return 0n
  return divUInt(mulUInt(debt.principal, market.borrowIndex), debt.index)
}

/** Compute an account's debt as stored. @throws {RefusedError} 'math error' */
export function borrowBalanceStored(market: ExactMarket, account: string): bigint {
  return ensure(() => borrowBalanceCareful(market, account))
}

/** What an account has in a market: code, market tokens, debt, exchange rate; zeros with a code. */
export type Snapshot = readonly [
  error: bigint,
  tokens: bigint,
  debt: bigint,
  exchangeRateMantissa: bigint,
]

/** Read what an account has in a market, as stored. */
export function accountSnapshot(market: ExactMarket, account: string): Snapshot {
  const found = carefully(
    () => [borrowBalanceCareful(market, account), exchangeRateCareful(market)] as const,
  )
  if (found === null) return [MARKET_ERROR.math, 0n, 0n, 0n]
  return [MARKET_ERROR.none, tokensOf(market, account), ...found]
}

/** Set the share of interest that goes to reserves; interest is accrued already. @returns a code. */
export function setReserveFactorFresh(
  pool: ExactPool,
  market: ExactMarket,
  factor: bigint,
): bigint {
  if (factor > ONE) return MARKET_ERROR.badInput
  put(pool, market, 'reserveFactor', factor)
  return MARKET_ERROR.none
}
