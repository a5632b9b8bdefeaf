/**
 * Interest of a reserve and the tokens scaled by its indices. What an account owns is rounded down,
 * what it owes is rounded up.
 * Source: aave-dao/aave-v3-origin 3.6.0 src/contracts/protocol/libraries/logic/ReserveLogic.sol,
 * misc/DefaultReserveInterestRateStrategyV2.sol, tokenization/base/ScaledBalanceTokenBase.sol.
 */
import {
  add,
  add128,
  must,
  PERCENTAGE_FACTOR,
  percentMulHalfUp,
  RAY,
  Refusal,
  rayDivHalfUp,
  rayMulHalfUp,
  sub,
} from '../aaveV3/exactMath.ts'
import { normalizedIncome, scaledOf } from '../aaveV3/exactReserve.ts'
import { type Done, entry, type Holding, type ScaledToken, write } from '../aaveV3/exactState.ts'
import {
  add120,
  compoundedInterest,
  rayDivDown,
  rayMulDown,
  rayMulUp,
  toUint120,
  toUint128,
} from './exactMath.ts'
import type { Pool, RateData, Reserve } from './exactState.ts'

/** What an interest strategy is asked; amounts in the smallest unit. */
export type RatesQuery = {
  /** Deficit that is not covered. */
  readonly unbacked: bigint
  readonly liquidityAdded: bigint
  readonly liquidityTaken: bigint
  readonly totalDebt: bigint
  /** Basis points. */
  readonly reserveFactor: bigint
  /** Cash that the pool counts, before the verb. */
  readonly virtualBalance: bigint
}

/** Rates per year, ray. */
export type Rates = { readonly liquidity: bigint; readonly variable: bigint }

/** Compute the variable borrow index now, ray. `time`: seconds. */
export function normalizedDebt(reserve: Reserve, time: bigint): bigint {
  const { lastUpdateTimestamp: last, variableBorrowIndex, currentVariableBorrowRate } = reserve
  if (last === time) return variableBorrowIndex
  return rayMulHalfUp(
    compoundedInterest(currentVariableBorrowRate, last, time),
    variableBorrowIndex,
  )
}

/** Let the indices grow to `time` and set the treasury's share of the interest aside. */
export function updateState(pool: Pool, reserve: Reserve, time: bigint): void {
  if (reserve.lastUpdateTimestamp === time) return
  const before = reserve.variableBorrowIndex
  if (reserve.currentLiquidityRate !== 0n) {
    write(pool, reserve, 'liquidityIndex', toUint128(normalizedIncome(reserve, time)))
  }
  if (reserve.debt.total !== 0n) {
    write(pool, reserve, 'variableBorrowIndex', toUint128(normalizedDebt(reserve, time)))
  }
  accrueInterest(pool, reserve, before)
  write(pool, reserve, 'lastUpdateTimestamp', time)
}

/** Set aside the treasury's share of what the borrow index grew. @param before index, ray. */
export function accrueInterest(pool: Pool, reserve: Reserve, before: bigint): void {
  const { debt, config, variableBorrowIndex } = reserve
  if (config.reserveFactor === 0n) return
  const interest = rayMulDown(debt.total, sub(variableBorrowIndex, before))
  const share = percentMulHalfUp(interest, config.reserveFactor)
  if (share !== 0n) accrueToTreasury(pool, reserve, share)
}

/** Set an amount aside for the treasury, scaled, rounded down. */
export function accrueToTreasury(pool: Pool, reserve: Reserve, amount: bigint): void {
  const scaled = toUint128(rayDivDown(amount, reserve.liquidityIndex))
  write(pool, reserve, 'accruedToTreasury', add128(reserve.accruedToTreasury, scaled))
}

/** Set rates and counted cash for what a verb adds and takes, smallest unit. */
export function updateRates(pool: Pool, reserve: Reserve, added: bigint, taken: bigint): void {
  const rates = interestRates(reserve.rates, {
    unbacked: reserve.deficit,
    liquidityAdded: added,
    liquidityTaken: taken,
    totalDebt: rayMulUp(reserve.debt.total, reserve.variableBorrowIndex),
    reserveFactor: reserve.config.reserveFactor,
    virtualBalance: reserve.virtualBalance,
  })
  write(pool, reserve, 'currentLiquidityRate', toUint128(rates.liquidity))
  write(pool, reserve, 'currentVariableBorrowRate', toUint128(rates.variable))
  const filled = add128(reserve.virtualBalance, toUint128(added))
  write(pool, reserve, 'virtualBalance', sub(filled, toUint128(taken)))
}

/** Answer `calculateInterestRates` of the strategy, or its reason to refuse. */
export function askStrategy(rates: RateData, query: RatesQuery): Done<Rates> {
  try {
    return { ok: true, value: interestRates(rates, query) }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.reason }
    throw error
  }
}

/** Basis points as a ray. */
function ray(basisPoints: bigint): bigint {
  return basisPoints * (RAY / PERCENTAGE_FACTOR)
}

/** Compute the rates: two slopes; suppliers share the deficit through their usage. */
export function interestRates(rates: RateData, query: RatesQuery): Rates {
  const base = ray(rates.baseVariableBorrowRate)
  const { totalDebt } = query
  if (totalDebt === 0n) return { liquidity: 0n, variable: base }
  const cash = sub(add(query.virtualBalance, query.liquidityAdded), query.liquidityTaken)
  const owned = add(cash, totalDebt)
  const usage = rayDivHalfUp(totalDebt, owned)
  const supplyUsage = rayDivHalfUp(totalDebt, add(owned, query.unbacked))
  const variable = add(base, slopes(rates, usage))
  const paid = rayMulHalfUp(variable, supplyUsage)
  const kept = sub(PERCENTAGE_FACTOR, query.reserveFactor)
  return { liquidity: percentMulHalfUp(paid, kept), variable }
}

function slopes(rates: RateData, usage: bigint): bigint {
  const optimal = ray(rates.optimalUsageRatio)
  const slope1 = ray(rates.variableRateSlope1)
  if (usage <= optimal) return rayDivHalfUp(rayMulHalfUp(slope1, usage), optimal)
  const excess = rayDivHalfUp(usage - optimal, RAY - optimal)
  return add(slope1, rayMulHalfUp(ray(rates.variableRateSlope2), excess))
}

/** Compute all aTokens of a reserve, smallest unit, rounded down. */
export function totalSupply(reserve: Reserve, time: bigint): bigint {
  return rayMulDown(reserve.supply.total, normalizedIncome(reserve, time))
}

/** Compute all variable debt of a reserve, smallest unit, rounded up. */
export function totalDebt(reserve: Reserve, time: bigint): bigint {
  return rayMulUp(reserve.debt.total, normalizedDebt(reserve, time))
}

/** Compute the aTokens of an account, smallest unit, rounded down. */
export function suppliedBy(reserve: Reserve, account: string, time: bigint): bigint {
  return rayMulDown(scaledOf(reserve.supply, account), normalizedIncome(reserve, time))
}

/** Compute the variable debt of an account, smallest unit, rounded up. */
export function owedBy(reserve: Reserve, account: string, time: bigint): bigint {
  return rayMulUp(scaledOf(reserve.debt, account), normalizedDebt(reserve, time))
}

/** Create scaled units. @returns whether the account had none. */
export function mintScaled(
  pool: Pool,
  token: ScaledToken,
  to: string,
  scaled: bigint,
  index: bigint,
): boolean {
  must(scaled !== 0n, 'InvalidMintAmount')
  const holding = holdingOf(token, to)
  const before = holding.balance
  write(pool, holding, 'index', toUint128(index))
  write(pool, token, 'total', add(token.total, toUint120(scaled)))
  write(pool, holding, 'balance', add120(before, scaled))
  return before === 0n
}

/** Destroy scaled units. @returns whether the account has none left. */
export function burnScaled(
  pool: Pool,
  token: ScaledToken,
  from: string,
  scaled: bigint,
  index: bigint,
): boolean {
  must(scaled !== 0n, 'InvalidBurnAmount')
  const holding = holdingOf(token, from)
  const left = sub(holding.balance, scaled)
  write(pool, holding, 'index', toUint128(index))
  write(pool, token, 'total', sub(token.total, scaled))
  write(pool, holding, 'balance', left)
  return left === 0n
}

/** Move scaled units; nobody's health is asked. */
export function transferScaled(
  pool: Pool,
  token: ScaledToken,
  from: string,
  to: string,
  scaled: bigint,
  index: bigint,
): void {
  const sender = holdingOf(token, from)
  const recipient = holdingOf(token, to)
  write(pool, sender, 'index', toUint128(index))
  write(pool, recipient, 'index', toUint128(index))
  write(pool, sender, 'balance', sub(sender.balance, toUint120(scaled)))
  write(pool, recipient, 'balance', add120(recipient.balance, scaled))
}

function holdingOf({ holdings }: ScaledToken, account: string): Holding {
  return entry(holdings, account, () => ({ balance: 0n, index: 0n }))
}
