/**
 * Uniswap v3 pool in integers, wei for wei. Source: Uniswap/v3-core v1.0.0 (npm 1.0.1)
 * contracts/UniswapV3Pool.sol and its libraries. Roundings are named in `exactMath.ts` and
 * `exactSwapMath.ts`; what comes in is rounded up, what goes out down. Reasons are the contract's own
 * revert texts, `empty` where it gives none.
 */

import { put } from './exactJournal.ts'
import {
  addLiquidity,
  checkInt128,
  checkUint256,
  int56,
  mulDivDown,
  mulDivUp,
  need,
  Q128,
  uint32,
  uint128,
  uint160,
  uint256,
} from './exactMath.ts'
import {
  type Cumulatives,
  growRing,
  observeSingle,
  startRing,
  writeObservation,
} from './exactOracle.ts'
import {
  type Amounts,
  attempt,
  type Callback,
  callBack,
  type Done,
  growthAt,
  guarded,
  type Pool,
  positionAt,
  positionKey,
  type Side,
  send,
  type Tokens,
} from './exactPool.ts'
import { amount0Of, amount1Of } from './exactSwapMath.ts'
import { sqrtRatioAtTick, tickAtSqrtRatio } from './exactTickMath.ts'
import {
  checkRange,
  clearTick,
  feeGrowthInside,
  flipTick,
  type Position,
  tickAt,
  updatePosition,
  updateTick,
} from './exactTicks.ts'

export * from './exactFactory.ts'
export { type Cumulatives, type Observation, observationAt } from './exactOracle.ts'
export {
  type Amounts,
  type Callback,
  createPool,
  type Done,
  type Pool,
  positionAt,
  positionKey,
  type Side,
  type Tokens,
} from './exactPool.ts'
export { type Swap, swap } from './exactSwap.ts'
export * from './exactTickMath.ts'
export { type Position, type Tick, tickAt } from './exactTicks.ts'

/** Where a position begins and ends; ticks of the pool's spacing, lower < upper. */
export type Range = { readonly lower: number; readonly upper: number }

/** Set the first price. `time`: block timestamp, seconds. */
export function initialize(pool: Pool, sqrtPriceX96: bigint, time: bigint): Done<null> {
  return attempt(() => {
    need(pool.sqrtPriceX96 === 0n, 'AI')
    pool.tick = tickAtSqrtRatio(sqrtPriceX96)
    pool.sqrtPriceX96 = sqrtPriceX96
    startRing(pool, pool.journal, time)
    pool.journal.length = 0
    pool.unlocked = true
    return null
  })
}

/**
 * Add liquidity to a position; the callback pays for it.
 * @param time block timestamp, seconds.
 * @returns units of token 0 and token 1 that it cost, rounded up.
 */
export function mint(
  pool: Pool,
  tokens: Tokens,
  order: Range & {
    readonly owner: string
    readonly liquidity: bigint
    readonly callback: Callback
  },
  time: bigint,
): Done<Amounts> {
  return guarded(pool, () => {
    need(order.liquidity > 0n)
    const amounts = modifyPosition(pool, order, checkInt128(order.liquidity), time)
    const owed = ([0, 1] as const).map((side) => tokens.balance(side) + amounts[side])
    callBack(order.callback, amounts[0], amounts[1])
    for (const side of [0, 1] as const) {
      if (amounts[side] > 0n) {
        need(checkUint256(owed[side]!) <= tokens.balance(side), side === 0 ? 'M0' : 'M1')
      }
    }
    return amounts
  })
}

/**
 * Take liquidity out of a position of the sender; what it is worth is owed to the position. With 0 the
 * fees are credited only.
 * @param time block timestamp, seconds.
 * @returns units of token 0 and token 1 that became owed, rounded down, without fees.
 */
export function burn(
  pool: Pool,
  order: Range & { readonly owner: string; readonly liquidity: bigint },
  time: bigint,
): Done<Amounts> {
  return guarded(pool, () => {
    const { owner, lower, upper } = order
    const costs = modifyPosition(pool, order, -checkInt128(order.liquidity), time)
    const amounts: Amounts = [-costs[0], -costs[1]]
    const position = positionAt(pool, owner, lower, upper)
    setPosition(pool, order, {
      ...position,
      tokensOwed0: uint128(position.tokensOwed0 + amounts[0]),
      tokensOwed1: uint128(position.tokensOwed1 + amounts[1]),
    })
    return amounts
  })
}

/**
 * Send what is owed to a position of the sender, at most what is requested.
 * @returns units of token 0 and token 1 sent.
 */
export function collect(
  pool: Pool,
  tokens: Tokens,
  order: Range & { readonly owner: string; readonly recipient: string },
  requested: Amounts,
): Done<Amounts> {
  return guarded(pool, () => {
    const position = positionAt(pool, order.owner, order.lower, order.upper)
    const amounts: Amounts = [
      least(requested[0], position.tokensOwed0),
      least(requested[1], position.tokensOwed1),
    ]
    const tokensOwed0 = position.tokensOwed0 - amounts[0]
    const tokensOwed1 = position.tokensOwed1 - amounts[1]
    setPosition(pool, order, { ...position, tokensOwed0, tokensOwed1 })
    for (const side of [0, 1] as const) {
      if (amounts[side] > 0n) send(tokens, side, order.recipient, amounts[side])
    }
    return amounts
  })
}

/**
 * Lend units for the length of the callback, for a fee rounded up. Whatever comes back beyond the loan
 * is fee, of which the protocol takes its part.
 */
export function flash(
  pool: Pool,
  tokens: Tokens,
  order: { readonly recipient: string; readonly amounts: Amounts; readonly callback: Callback },
): Done<null> {
  return guarded(pool, () => {
    const { recipient, amounts, callback } = order
    need(pool.liquidity > 0n, 'L')
    const fees = amounts.map((amount) => mulDivUp(amount, pool.fee, 1_000_000n))
    const before = [tokens.balance(0), tokens.balance(1)]
    for (const side of [0, 1] as const) {
      if (amounts[side] > 0n) send(tokens, side, recipient, amounts[side])
    }
    callBack(callback, fees[0]!, fees[1]!)
    const after = [tokens.balance(0), tokens.balance(1)]
    for (const side of [0, 1] as const) {
      const owed = checkUint256(before[side]! + fees[side]!)
      need(owed <= after[side]!, side === 0 ? 'F0' : 'F1')
    }
    for (const side of [0, 1] as const) share(pool, side, after[side]! - before[side]!)
    return null
  })
}

/** Share a flash loan's fee between the protocol (rounded down) and the liquidity in range. */
function share(pool: Pool, side: Side, paid: bigint): void {
  const divisor = BigInt(side === 0 ? pool.feeProtocol % 16 : pool.feeProtocol >> 4)
  const part = divisor === 0n ? 0n : paid / divisor
  const growth = mulDivDown(paid - part, Q128, pool.liquidity)
  if (side === 0) {
    pool.protocolFees0 = uint128(pool.protocolFees0 + uint128(part))
    pool.feeGrowthGlobal0X128 = uint256(pool.feeGrowthGlobal0X128 + growth)
  } else {
    pool.protocolFees1 = uint128(pool.protocolFees1 + uint128(part))
    pool.feeGrowthGlobal1X128 = uint256(pool.feeGrowthGlobal1X128 + growth)
  }
}

/**
 * Set the protocol's part of the fees of token 0 and token 1: 1 / n of them with n of 4 to 10, 0 for
 * none.
 * @param owner owner of the factory.
 */
export function setFeeProtocol(
  pool: Pool,
  { sender, owner }: { readonly sender: string; readonly owner: string },
  parts: readonly [number, number],
): Done<null> {
  return guarded(pool, () => {
    need(sender === owner)
    need(parts.every((part) => part === 0 || (part >= 4 && part <= 10)))
    pool.feeProtocol = parts[0] + (parts[1] << 4)
    return null
  })
}

/**
 * Send the protocol's fees, at most what is requested; the last unit of each stays.
 * @param owner owner of the factory.
 * @returns units of token 0 and token 1 sent.
 */
export function collectProtocol(
  pool: Pool,
  tokens: Tokens,
  { sender, owner, recipient }: Record<'sender' | 'owner' | 'recipient', string>,
  requested: Amounts,
): Done<Amounts> {
  return guarded(pool, () => {
    need(sender === owner)
    const sent = (wanted: bigint, held: bigint): bigint =>
      wanted >= held && held > 0n ? held - 1n : least(wanted, held)
    const amounts: Amounts = [
      sent(requested[0], pool.protocolFees0),
      sent(requested[1], pool.protocolFees1),
    ]
    const due = [
      requested[0] > 0n && pool.protocolFees0 > 0n,
      requested[1] > 0n && pool.protocolFees1 > 0n,
    ]
    pool.protocolFees0 -= amounts[0]
    pool.protocolFees1 -= amounts[1]
    for (const side of [0, 1] as const) {
      if (due[side]) send(tokens, side, recipient, amounts[side])
    }
    return amounts
  })
}

/** Pay for more slots of the ring of observations. `size`: at most 65,535; smaller ones change nothing. */
export function increaseObservationCardinalityNext(pool: Pool, size: number): Done<null> {
  return guarded(pool, () => {
    growRing(pool, pool.journal, size)
    return null
  })
}

/**
 * Read the cumulative sums as of some seconds ago, one by one.
 * @param time block timestamp, seconds.
 */
export function observe(
  pool: Pool,
  time: bigint,
  secondsAgos: readonly bigint[],
): Done<readonly Cumulatives[]> {
  return attempt(() => {
    need(pool.observationCardinality > 0, 'I')
    return secondsAgos.map((ago) => observeSingle(pool, time, ago))
  })
}

/**
 * Read the part of the cumulative sums during which the price was between two ticks in use; only
 * differences over time have a meaning.
 * @param time block timestamp, seconds.
 * @returns tick x seconds, seconds per liquidity times 2^128, seconds.
 */
export function snapshotCumulativesInside(
  pool: Pool,
  { lower, upper }: Range,
  time: bigint,
): Done<readonly [bigint, bigint, bigint]> {
  return attempt(() => {
    checkRange(lower, upper)
    const low = tickAt(pool, lower)
    const high = tickAt(pool, upper)
    need(low.initialized && high.initialized)
    const inside = (all: bigint, outsideLow: bigint, outsideHigh: bigint): bigint => {
      if (pool.tick < lower) return outsideLow - outsideHigh
      if (pool.tick >= upper) return outsideHigh - outsideLow
      return all - outsideLow - outsideHigh
    }
    const now = growthAt(pool, time)
    return [
      int56(inside(now.tickCumulative, low.tickCumulativeOutside, high.tickCumulativeOutside)),
      uint160(
        inside(
          now.secondsPerLiquidityCumulativeX128,
          low.secondsPerLiquidityOutsideX128,
          high.secondsPerLiquidityOutsideX128,
        ),
      ),
      uint32(inside(now.time, low.secondsOutside, high.secondsOutside)),
    ]
  })
}

/**
 * Change a position and the ticks at its ends.
 * @returns what the change costs in token 0 and token 1; negative what it pays.
 */
function modifyPosition(
  pool: Pool,
  order: Range & { readonly owner: string },
  change: bigint,
  time: bigint,
): Amounts {
  const { lower, upper } = order
  checkRange(lower, upper)
  updateRange(pool, order, change, time)
  if (change === 0n) return [0n, 0n]
  const low = sqrtRatioAtTick(lower)
  const high = sqrtRatioAtTick(upper)
  if (pool.tick < lower) return [amount0Of(low, high, change), 0n]
  if (pool.tick >= upper) return [0n, amount1Of(low, high, change)]
  writeObservation(pool, pool.journal, time, pool)
  const root = pool.sqrtPriceX96
  const amounts: Amounts = [amount0Of(root, high, change), amount1Of(low, root, change)]
  pool.liquidity = addLiquidity(pool.liquidity, change)
  return amounts
}

function updateRange(
  pool: Pool,
  order: Range & { readonly owner: string },
  change: bigint,
  time: bigint,
): void {
  const { owner, lower, upper } = order
  const { journal, tick: current } = pool
  const flipped: number[] = []
  if (change !== 0n) {
    const growth = growthAt(pool, time)
    const low = { liquidity: change, end: -1, current } as const
    const high = { liquidity: change, end: 1, current } as const
    if (updateTick(pool, journal, lower, low, growth)) flipped.push(lower)
    if (updateTick(pool, journal, upper, high, growth)) flipped.push(upper)
    for (const tick of flipped) flipTick(pool, journal, tick)
  }
  const inside = feeGrowthInside(pool, order, current, pool)
  setPosition(pool, order, updatePosition(positionAt(pool, owner, lower, upper), change, inside))
  if (change < 0n) for (const tick of flipped) clearTick(pool, journal, tick)
}

function setPosition(
  pool: Pool,
  { owner, lower, upper }: Range & { readonly owner: string },
  position: Position,
): void {
  put(pool.journal, pool.positions, positionKey(owner, lower, upper), position)
}

function least(x: bigint, y: bigint): bigint {
  return x < y ? x : y
}
