/**
 * What accounts do with a market, in integers: supply, redeem, borrow, repay, move market tokens.
 * Source: VenusProtocol/venus-protocol 10.3.0 contracts/Tokens/VTokens/{VToken,VBep20}.sol and
 * contracts/Comptroller/Diamond/facets/MarketFacet.sol.
 */

import {
  addToMarket,
  borrowAllowed,
  COMPTROLLER_ERROR,
  ensureListed,
  ensureMintAllowed,
  ensureRunning,
  redeemAllowed,
  removeFromMarket,
} from './exactLiquidity.ts'
import {
  accountSnapshot,
  accrue,
  borrowBalanceStored,
  collect,
  exchangeRateStored,
  MARKET_ERROR,
  pay,
} from './exactMarket.ts'
import {
  addUInt,
  demand,
  divScalarByExpTruncate,
  divUInt,
  ensure,
  MAX_UINT256,
  mulScalarTruncate,
  mulUInt,
  ONE,
  subUInt,
} from './exactMath.ts'
import {
  ACTIONS,
  attempt,
  type Caller,
  type Done,
  type ExactMarket,
  type ExactPool,
  marketOf,
  put,
  putIn,
  putMember,
  tokensOf,
} from './exactState.ts'

/** A code that is not zero means that the contract answered without reverting, and did nothing but accrue. */
type Code = Done<bigint>

/** Accrue interest in a market. @returns a code. */
export function accrueInterest(pool: ExactPool, caller: Caller, name: string): Code {
  return attempt(pool, () => accrue(pool, marketOf(pool, name), caller))
}

/** Accrue and then read. @returns what `read` finds. */
export function current(
  pool: ExactPool,
  caller: Caller,
  name: string,
  read: (market: ExactMarket) => bigint,
): Code {
  return attempt(pool, () => {
    const market = marketOf(pool, name)
    demand(accrue(pool, market, caller) === 0n, 'accrue interest failed')
    return read(market)
  })
}

/** Compute what an account's market tokens are worth in underlying, rounded down. @throws {RefusedError} */
export function underlyingOf(market: ExactMarket, account: string): bigint {
  return ensure(() => mulScalarTruncate(exchangeRateStored(market), tokensOf(market, account)))
}

/**
 * Supply underlying for market tokens: amount / exchange rate, rounded down.
 * @param receiver who gets the tokens; the sender pays.
 * @returns a code.
 */
export function mint(
  pool: ExactPool,
  caller: Caller,
  name: string,
  amount: bigint,
  receiver: string,
): Code {
  return attempt(pool, () => {
    const market = marketOf(pool, name)
    const error = accrue(pool, market, caller)
    if (error !== 0n) return error
    demand(receiver !== 'zero', 'zero address')
    ensureMintAllowed(pool, market, amount)
    const rate = exchangeRateStored(market)
    const arrived = collect(pool, market, caller.outside, caller.sender, amount)
    const tokens = ensure(() => divScalarByExpTruncate(arrived, rate))
    const supply = ensure(() => addUInt(market.totalSupply, tokens))
    put(pool, market, 'totalSupply', supply)
    putIn(pool, market.tokens, receiver, tokensOf(market, receiver) + tokens)
    return MARKET_ERROR.none
  })
}

/** Redeem market tokens for underlying: tokens x exchange rate, rounded down. @returns a code. */
export function redeem(
  pool: ExactPool,
  caller: Caller,
  name: string,
  tokens: bigint,
  onBehalf: string | null,
): Code {
  return redeeming(pool, caller, name, onBehalf, (rate) => ({
    tokens,
    amount: ensure(() => mulScalarTruncate(rate, tokens)),
  }))
}

/**
 * Redeem an amount of underlying: amount / exchange rate tokens, rounded down, but not none.
 * @returns a code.
 */
export function redeemUnderlying(
  pool: ExactPool,
  caller: Caller,
  name: string,
  amount: bigint,
  onBehalf: string | null,
): Code {
  return redeeming(pool, caller, name, onBehalf, (rate) => ({
    tokens: ensure(() => divScalarByExpTruncate(amount, rate)),
    amount,
  }))
}

function redeeming(
  pool: ExactPool,
  caller: Caller,
  name: string,
  onBehalf: string | null,
  size: (rate: bigint) => { readonly tokens: bigint; readonly amount: bigint },
): Code {
  return attempt(pool, () => {
    const { sender, outside } = caller
    const owner = accountOf(pool, sender, onBehalf)
    const market = marketOf(pool, name)
    const error = accrue(pool, market, caller)
    if (error !== 0n) return error
    const { tokens, amount } = size(exchangeRateStored(market))
    ensureRunning(pool, market, 'redeem')
    demand(redeemAllowed(pool, outside, market, owner, tokens) === 0n, 'math error')
    put(
      pool,
      market,
      'totalSupply',
      ensure(() => subUInt(market.totalSupply, tokens)),
    )
    putIn(
      pool,
      market.tokens,
      owner,
      ensure(() => subUInt(tokensOf(market, owner), tokens)),
    )
    demand(market.cash >= amount, 'math error')
    pay(pool, market, outside, sender, amount - redeemFee(pool, market, caller, amount))
    demand(tokens !== 0n || amount === 0n, 'redeemTokens zero')
    return MARKET_ERROR.none
  })
}

/** Pay the treasury its share of what is redeemed, rounded down. @returns the share. */
function redeemFee(pool: ExactPool, market: ExactMarket, caller: Caller, amount: bigint): bigint {
  if (pool.treasuryPercent === 0n) return 0n
  const fee = ensure(() => divUInt(mulUInt(amount, pool.treasuryPercent), ONE))
  pay(pool, market, caller.outside, pool.treasury, fee)
  return fee
}

/** Borrow underlying; the sender receives it, the sender or `onBehalf` owes it. @returns a code. */
export function borrow(
  pool: ExactPool,
  caller: Caller,
  name: string,
  amount: bigint,
  onBehalf: string | null,
): Code {
  return attempt(pool, () => {
    const { sender, outside } = caller
    const borrower = accountOf(pool, sender, onBehalf)
    const market = marketOf(pool, name)
    const error = accrue(pool, market, caller)
    if (error !== 0n) return error
    demand(borrowAllowed(pool, outside, market, borrower, amount) === 0n, 'math error')
    demand(market.cash >= amount, 'math error')
    const owed = borrowBalanceStored(market, borrower)
    const principal = ensure(() => addUInt(owed, amount))
    const total = ensure(() => addUInt(market.totalBorrows, amount))
    putIn(pool, market.debts, borrower, { principal, index: market.borrowIndex })
    put(pool, market, 'totalBorrows', total)
    pay(pool, market, outside, sender, amount)
    return MARKET_ERROR.none
  })
}

/** Repay a debt; any amount above it, so the largest word too, repays all. @returns a code. */
export function repayBorrow(
  pool: ExactPool,
  caller: Caller,
  name: string,
  amount: bigint,
  borrower: string,
): Code {
  return attempt(pool, () => {
    const market = marketOf(pool, name)
    const error = accrue(pool, market, caller)
    if (error !== 0n) return error
    repayFresh(pool, market, caller, borrower, amount)
    return MARKET_ERROR.none
  })
}

/**
 * Repay after accrual. Total borrows are truncated once, debts one by one: the last full repayment may
 * be refused for a unit too much.
 * @returns units that arrived.
 * @throws {RefusedError}
 */
export function repayFresh(
  pool: ExactPool,
  market: ExactMarket,
  { sender, outside }: Caller,
  borrower: string,
  amount: bigint,
): bigint {
  ensureRunning(pool, market, 'repay')
  ensureListed(market)
  const owed = borrowBalanceStored(market, borrower)
  const arrived = collect(pool, market, outside, sender, amount >= owed ? owed : amount)
  const principal = ensure(() => subUInt(owed, arrived))
  const total = ensure(() => subUInt(market.totalBorrows, arrived))
  putIn(pool, market.debts, borrower, { principal, index: market.borrowIndex })
  put(pool, market, 'totalBorrows', total)
  return arrived
}

/** Move market tokens of `from`, by the sender's allowance unless it is its own. @returns 1, or 0 when nothing moved. */
export function transferTokens(
  pool: ExactPool,
  { sender, outside }: Caller,
  name: string,
  from: string,
  to: string,
  tokens: bigint,
): Code {
  return attempt(pool, () => {
    const market = marketOf(pool, name)
    ensureRunning(pool, market, 'transfer')
    if (redeemAllowed(pool, outside, market, from, tokens) !== 0n) return 0n
    const key = `${from} ${sender}`
    const allowed = sender === from ? MAX_UINT256 : (market.allowances.get(key) ?? 0n)
    if (from === to || allowed < tokens || tokensOf(market, from) < tokens) return 0n
    if (tokensOf(market, to) + tokens > MAX_UINT256) return 0n
    putIn(pool, market.tokens, from, tokensOf(market, from) - tokens)
    putIn(pool, market.tokens, to, tokensOf(market, to) + tokens)
    if (allowed !== MAX_UINT256) putIn(pool, market.allowances, key, allowed - tokens)
    return 1n
  })
}

/** Let a spender move the sender's market tokens. */
export function approveTokens(
  pool: ExactPool,
  { sender }: Caller,
  name: string,
  spender: string,
  tokens: bigint,
): void {
  putIn(pool, marketOf(pool, name).allowances, `${sender} ${spender}`, tokens)
}

/** Let all of the sender's tokens in these markets count as collateral. @returns a code per market. */
export function enterMarkets(
  pool: ExactPool,
  { sender }: Caller,
  names: readonly string[],
): Done<readonly bigint[]> {
  return attempt(pool, () =>
    names.map((name) => {
      addToMarket(pool, marketOf(pool, name), sender)
      return COMPTROLLER_ERROR.none
    }),
  )
}

/** Enter a market for another account. @returns a code. */
export function enterMarketBehalf(
  pool: ExactPool,
  { sender }: Caller,
  name: string,
  account: string,
): Code {
  return attempt(pool, () => {
    demand(sender === account || isDelegate(pool, account, sender), 'NotAnApprovedDelegate')
    addToMarket(pool, marketOf(pool, name), account)
    return COMPTROLLER_ERROR.none
  })
}

/** Stop counting the sender's tokens of a market as collateral. Nothing accrues. @returns a code. */
export function exitMarket(pool: ExactPool, { sender, outside }: Caller, name: string): Code {
  return attempt(pool, () => {
    const market = marketOf(pool, name)
    demand(!market.paused.has(ACTIONS.exitMarket), 'action is paused')
    const [error, tokens, debt] = accountSnapshot(market, sender)
    demand(error === 0n, 'getAccountSnapshot failed')
    if (debt !== 0n) return COMPTROLLER_ERROR.nonzeroBorrowBalance
    const allowed = redeemAllowed(pool, outside, market, sender, tokens)
    if (allowed !== 0n) return COMPTROLLER_ERROR.rejection
    if (market.members.has(sender)) removeFromMarket(pool, market, sender)
    return COMPTROLLER_ERROR.none
  })
}

/** Allow an account to borrow, redeem and enter markets for the sender, or forbid it. */
export function updateDelegate(
  pool: ExactPool,
  { sender }: Caller,
  delegate: string,
  isApproved: boolean,
): Done<null> {
  return attempt(pool, () => {
    demand(delegate !== 'zero', "can't be zero address")
    const key = `${sender} ${delegate}`
    demand(pool.delegates.has(key) !== isApproved, 'Delegation status unchanged')
    putMember(pool, pool.delegates, key, isApproved)
    return null
  })
}

/** The account that a call acts for; the contract asks even an account that names itself. */
function accountOf(pool: ExactPool, sender: string, onBehalf: string | null): string {
  if (onBehalf === null) return sender
  demand(isDelegate(pool, onBehalf, sender), 'not an approved delegate')
  return onBehalf
}

function isDelegate({ delegates }: ExactPool, account: string, sender: string): boolean {
  return delegates.has(`${account} ${sender}`)
}
