/**
 * Interest of a reserve and the tokens scaled by its indices.
 * Source: aave/aave-v3-core @ 782f51917056 contracts/protocol/libraries/logic/ReserveLogic.sol,
 * pool/DefaultReserveInterestRateStrategy.sol, tokenization/base/ScaledBalanceTokenBase.sol.
 */
import {
  add,
  add128,
  compoundedInterest,
  linearInterest,
  must,
  PERCENTAGE_FACTOR,
  percentMulHalfUp,
  RAY,
  Refusal,
  rayDivHalfUp,
  rayMulHalfUp,
  sub,
  toUint128,
  wadToRay,
} from './exactMath.ts'
import {
  type Block,
  type Done,
  entry,
  type Growth,
  type Holding,
  type Pool,
  type Reserve,
  type ScaledToken,
  type Strategy,
  write,
} from './exactState.ts'

/** What an interest strategy is asked; amounts in the smallest unit, rates in rays. */
export type RatesQuery = {
  readonly unbacked: bigint
  readonly liquidityAdded: bigint
  readonly liquidityTaken: bigint
  readonly totalStableDebt: bigint
  readonly totalVariableDebt: bigint
  readonly averageStableBorrowRate: bigint
  /** Basis points. */
  readonly reserveFactor: bigint
  /** Cash of the reserve before the verb. */
  readonly balance: bigint
}

/** Rates per year, ray. */
export type Rates = {
  readonly liquidity: bigint
  readonly stable: bigint
  readonly variable: bigint
}

/** Compute the liquidity index now, ray. `time`: seconds. */
export function normalizedIncome(reserve: Reserve, time: bigint): bigint {
  const { lastUpdateTimestamp: last, liquidityIndex, currentLiquidityRate } = reserve
  if (last === time) return liquidityIndex
  return grown(reserve.memo[0], linearInterest, [currentLiquidityRate, last, time, liquidityIndex])
}

/** Compute the variable borrow index now, ray. `time`: seconds. */
export function normalizedDebt(reserve: Reserve, time: bigint): bigint {
  const { lastUpdateTimestamp: last, variableBorrowIndex, currentVariableBorrowRate } = reserve
  if (last === time) return variableBorrowIndex
  const inputs = [currentVariableBorrowRate, last, time, variableBorrowIndex] as const
  return grown(reserve.memo[1], compoundedInterest, inputs)
}

/** Let an index grow; many accounts ask at the same time, so the last answer is kept. */
function grown(
  memo: Growth,
  interest: (rate: bigint, last: bigint, time: bigint) => bigint,
  [rate, last, time, index]: readonly [bigint, bigint, bigint, bigint],
): bigint {
  if (memo.time !== time || memo.last !== last || memo.rate !== rate || memo.index !== index) {
    const now = rayMulHalfUp(interest(rate, last, time), index)
    Object.assign(memo, { time, last, rate, index, now })
  }
  return memo.now
}

/** Let the indices grow to `time` and set the treasury's share of the interest aside. */
export function updateState(pool: Pool, reserve: Reserve, time: bigint): void {
  const last = reserve.lastUpdateTimestamp
  if (last === time) return
  const { debt, variableBorrowIndex: before, currentLiquidityRate, config } = reserve
  if (currentLiquidityRate !== 0n) {
    write(pool, reserve, 'liquidityIndex', toUint128(normalizedIncome(reserve, time)))
  }
  if (debt.total !== 0n) {
    write(pool, reserve, 'variableBorrowIndex', toUint128(normalizedDebt(reserve, time)))
  }
  if (config.reserveFactor !== 0n) {
    const after = rayMulHalfUp(debt.total, reserve.variableBorrowIndex)
    const interest = sub(after, rayMulHalfUp(debt.total, before))
    const share = percentMulHalfUp(interest, config.reserveFactor)
    if (share !== 0n) accrueToTreasury(pool, reserve, share)
  }
  write(pool, reserve, 'lastUpdateTimestamp', time)
}

/** Set an amount aside for the treasury, scaled, rounded half up. */
export function accrueToTreasury(pool: Pool, reserve: Reserve, amount: bigint): void {
  const scaled = toUint128(rayDivHalfUp(amount, reserve.liquidityIndex))
  write(pool, reserve, 'accruedToTreasury', add128(reserve.accruedToTreasury, scaled))
}

/** Give an amount to all suppliers at once: index x (1 + amount / liquidity). */
export function cumulateToLiquidityIndex(pool: Pool, reserve: Reserve, amount: bigint): void {
  const supplied = totalSupply(reserve, reserve.lastUpdateTimestamp)
  const liquidity = add(supplied, rayMulHalfUp(reserve.accruedToTreasury, reserve.liquidityIndex))
  const part = rayDivHalfUp(wadToRay(amount), wadToRay(liquidity))
  const index = rayMulHalfUp(add(part, RAY), reserve.liquidityIndex)
  write(pool, reserve, 'liquidityIndex', toUint128(index))
}

/** Set the rates for what the reserve will hold after the verb. `added`, `taken`: smallest unit. */
export function updateRates(
  pool: Pool,
  { tokens }: Block,
  reserve: Reserve,
  added: bigint,
  taken: bigint,
): void {
  const rates = interestRates(strategyOf(pool, reserve), {
    unbacked: reserve.unbacked,
    liquidityAdded: added,
    liquidityTaken: taken,
    totalStableDebt: 0n,
    totalVariableDebt: rayMulHalfUp(reserve.debt.total, reserve.variableBorrowIndex),
    averageStableBorrowRate: 0n,
    reserveFactor: reserve.config.reserveFactor,
    balance: tokens.balance(reserve.asset, reserve.aToken),
  })
  write(pool, reserve, 'currentLiquidityRate', toUint128(rates.liquidity))
  write(pool, reserve, 'currentStableBorrowRate', toUint128(rates.stable))
  write(pool, reserve, 'currentVariableBorrowRate', toUint128(rates.variable))
}

/** Find a reserve's strategy. @throws {RangeError} when the pool was made without it. */
export function strategyOf(pool: Pool, { strategy, asset }: Reserve): Strategy {
  const found = pool.strategies.get(strategy)
  if (found) return found
  throw new RangeError(`no strategy '${strategy}' for '${asset}'; give it to createPool`)
}

/** Answer `calculateInterestRates` of a strategy, or its reason to refuse. */
export function askStrategy(strategy: Strategy, query: RatesQuery): Done<Rates> {
  try {
    return { ok: true, value: interestRates(strategy, query) }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.reason }
    throw error
  }
}

/** Compute the rates of a strategy: two slopes each, and a surcharge on much stable debt. */
export function interestRates(strategy: Strategy, query: RatesQuery): Rates {
  const { totalStableDebt, totalVariableDebt, unbacked, reserveFactor } = query
  const debt = add(totalStableDebt, totalVariableDebt)
  let stableShare = 0n
  let borrowUsage = 0n
  let supplyUsage = 0n
  if (debt !== 0n) {
    stableShare = rayDivHalfUp(totalStableDebt, debt)
    const cash = sub(add(query.balance, query.liquidityAdded), query.liquidityTaken)
    borrowUsage = rayDivHalfUp(debt, add(cash, debt))
    supplyUsage = unbacked === 0n ? borrowUsage : rayDivHalfUp(debt, add(add(cash, debt), unbacked))
  }
  const optimal = strategy.optimalUsageRatio
  const excess = borrowUsage > optimal ? rayDivHalfUp(borrowUsage - optimal, RAY - optimal) : null
  const variable = variableRate(strategy, borrowUsage, excess)
  const stable = stableRate(strategy, borrowUsage, excess, stableShare)
  const paid = overallRate(query, variable, debt)
  const kept = sub(PERCENTAGE_FACTOR, reserveFactor)
  return { liquidity: percentMulHalfUp(rayMulHalfUp(paid, supplyUsage), kept), stable, variable }
}

function variableRate(strategy: Strategy, usage: bigint, excess: bigint | null): bigint {
  const { variableRateSlope1, variableRateSlope2, optimalUsageRatio } = strategy
  const rise = slopes(variableRateSlope1, variableRateSlope2, usage, excess, optimalUsageRatio)
  return add(strategy.baseVariableBorrowRate, rise)
}

function stableRate(
  strategy: Strategy,
  usage: bigint,
  excess: bigint | null,
  stableShare: bigint,
): bigint {
  const { stableRateSlope1, stableRateSlope2, optimalUsageRatio } = strategy
  const base = add(strategy.variableRateSlope1, strategy.baseStableRateOffset)
  const rise = slopes(stableRateSlope1, stableRateSlope2, usage, excess, optimalUsageRatio)
  const rate = add(base, rise)
  const optimal = strategy.optimalStableToTotalDebtRatio
  if (stableShare <= optimal) return rate
  const surplus = rayDivHalfUp(stableShare - optimal, RAY - optimal)
  return add(rate, rayMulHalfUp(strategy.stableRateExcessOffset, surplus))
}

/** What both slopes add; `excess` is how far the usage is beyond the optimum, null up to it. */
function slopes(
  slope1: bigint,
  slope2: bigint,
  usage: bigint,
  excess: bigint | null,
  optimal: bigint,
): bigint {
  if (excess === null) return rayDivHalfUp(rayMulHalfUp(slope1, usage), optimal)
  return add(slope1, rayMulHalfUp(slope2, excess))
}

/** The average rate that borrowers pay, weighted by their debt. */
function overallRate(query: RatesQuery, variable: bigint, debt: bigint): bigint {
  if (debt === 0n) return 0n
  const weight = wadToRay(debt)
  const { totalStableDebt, totalVariableDebt } = query
  // Most pools have no stable debt, and then all debt is variable.
  if (totalStableDebt === 0n) return rayDivHalfUp(rayMulHalfUp(weight, variable), weight)
  const byVariable = rayMulHalfUp(wadToRay(totalVariableDebt), variable)
  const byStable = rayMulHalfUp(wadToRay(totalStableDebt), query.averageStableBorrowRate)
  return rayDivHalfUp(add(byVariable, byStable), weight)
}

/** Compute all aTokens of a reserve, smallest unit. */
export function totalSupply(reserve: Reserve, time: bigint): bigint {
  return rayMulHalfUp(reserve.supply.total, normalizedIncome(reserve, time))
}

/** Compute all variable debt of a reserve, smallest unit. */
export function totalDebt(reserve: Reserve, time: bigint): bigint {
  return rayMulHalfUp(reserve.debt.total, normalizedDebt(reserve, time))
}

/** Read the scaled units of an account. */
export function scaledOf({ holdings }: ScaledToken, account: string): bigint {
  return holdings.get(account)?.balance ?? 0n
}

/** Compute the aTokens of an account, smallest unit. */
export function suppliedBy(reserve: Reserve, account: string, time: bigint): bigint {
  return rayMulHalfUp(scaledOf(reserve.supply, account), normalizedIncome(reserve, time))
}

/** Compute the variable debt of an account, smallest unit. */
export function owedBy(reserve: Reserve, account: string, time: bigint): bigint {
  const scaled = scaledOf(reserve.debt, account)
  return scaled === 0n ? 0n : rayMulHalfUp(scaled, normalizedDebt(reserve, time))
}

/** Create scaled units for an amount, rounded half up. @returns whether the account had none. */
export function mintScaled(
  pool: Pool,
  token: ScaledToken,
  to: string,
  amount: bigint,
  index: bigint,
): boolean {
  const scaled = rayDivHalfUp(amount, index)
  must(scaled !== 0n, '24')
  const holding = holdingOf(token, to)
  const before = holding.balance
  touch(pool, holding, index)
  write(pool, token, 'total', add(token.total, toUint128(scaled)))
  write(pool, holding, 'balance', add128(before, scaled))
  return before === 0n
}

/** Destroy the scaled units of an amount, rounded half up. */
export function burnScaled(
  pool: Pool,
  token: ScaledToken,
  from: string,
  amount: bigint,
  index: bigint,
): void {
  const scaled = rayDivHalfUp(amount, index)
  must(scaled !== 0n, '25')
  const holding = holdingOf(token, from)
  touch(pool, holding, index)
  write(pool, token, 'total', sub(token.total, toUint128(scaled)))
  write(pool, holding, 'balance', sub(holding.balance, scaled))
}

/** Move the scaled units of an amount, rounded half up; nobody's health is asked. */
export function transferScaled(
  pool: Pool,
  token: ScaledToken,
  from: string,
  to: string,
  amount: bigint,
  index: bigint,
): void {
  const sender = holdingOf(token, from)
  const recipient = holdingOf(token, to)
  touch(pool, sender, index)
  touch(pool, recipient, index)
  const scaled = toUint128(rayDivHalfUp(amount, index))
  write(pool, sender, 'balance', sub(sender.balance, scaled))
  write(pool, recipient, 'balance', add128(recipient.balance, scaled))
}

function holdingOf({ holdings }: ScaledToken, account: string): Holding {
  return entry(holdings, account, () => ({ balance: 0n, index: 0n }))
}

function touch(pool: Pool, holding: Holding, index: bigint): void {
  write(pool, holding, 'index', toUint128(index))
}
