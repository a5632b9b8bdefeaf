/** Swaps across ticks. Source: Uniswap/v3-core v1.0.0 contracts/UniswapV3Pool.sol, `swap`. */
import {
  addLiquidity,
  checkInt256,
  checkUint256,
  mulDivDown,
  need,
  Q128,
  uint128,
  uint256,
} from './exactMath.ts'
import { writeObservation } from './exactOracle.ts'
import {
  type Amounts,
  type Callback,
  callBack,
  type Done,
  growthAt,
  guarded,
  type Pool,
  type Side,
  send,
  type Tokens,
} from './exactPool.ts'
import { type SwapStep, swapStep } from './exactSwapMath.ts'
import {
  MAX_SQRT_RATIO,
  MAX_TICK,
  MIN_SQRT_RATIO,
  MIN_TICK,
  sqrtRatioAtTick,
  tickAtSqrtRatio,
} from './exactTickMath.ts'
import {
  crossTick,
  type Growth,
  type NextTick,
  nextTickAbove,
  nextTickBelow,
} from './exactTicks.ts'

/** What a swap is asked to do. */
export type Swap = {
  /** Who receives what goes out. */
  readonly recipient: string
  /** True: token 0 comes in and the price falls. */
  readonly zeroForOne: boolean
  /** Units that come in, or, negative, units that go out. */
  readonly amountSpecified: bigint
  /** Square root of the price, times 2^96, at which the swap ends at the latest. */
  readonly sqrtPriceLimitX96: bigint
  /** Pays what is owed. */
  readonly callback: Callback
}

/** A swap on its way. */
type Walk = {
  remaining: bigint
  calculated: bigint
  root: bigint
  tick: number
  feeGrowth: bigint
  protocolFee: bigint
  liquidity: bigint
}

/**
 * Swap until the order is done or the price limit is reached, send what goes out, and have the caller
 * pay what comes in.
 * @param time block timestamp, seconds.
 * @returns changes of the pool's holdings of token 0 and token 1: what goes out is negative.
 */
export function swap(pool: Pool, tokens: Tokens, order: Swap, time: bigint): Done<Amounts> {
  const { zeroForOne, amountSpecified, sqrtPriceLimitX96: limit } = order
  if (amountSpecified === 0n) return { ok: false, reason: 'AS' }
  return guarded(pool, () => {
    const inside = zeroForOne
      ? limit < pool.sqrtPriceX96 && limit > MIN_SQRT_RATIO
      : limit > pool.sqrtPriceX96 && limit < MAX_SQRT_RATIO
    need(inside, 'SPL')
    const walk = start(pool, order)
    // Sums as of before the swap, read at the first tick that is crossed.
    let before: Growth | null = null
    while (walk.remaining !== 0n && walk.root !== limit) {
      const next = nextTick(pool, walk.tick, zeroForOne)
      const nextRoot = sqrtRatioAtTick(next.tick)
      const from = walk.root
      take(pool, walk, order, nextRoot)
      if (walk.root === nextRoot) {
        if (next.initialized) {
          before ??= growthAt(pool, time)
          cross(pool, walk, next.tick, order, before)
        }
        walk.tick = zeroForOne ? next.tick - 1 : next.tick
      } else if (walk.root !== from) walk.tick = tickAtSqrtRatio(walk.root)
    }
    store(pool, walk, zeroForOne, time)
    return settle(tokens, order, amountsOf(walk, order))
  })
}

function start(pool: Pool, { zeroForOne, amountSpecified }: Swap): Walk {
  return {
    remaining: amountSpecified,
    calculated: 0n,
    root: pool.sqrtPriceX96,
    tick: pool.tick,
    feeGrowth: zeroForOne ? pool.feeGrowthGlobal0X128 : pool.feeGrowthGlobal1X128,
    protocolFee: 0n,
    liquidity: pool.liquidity,
  }
}

function nextTick(pool: Pool, tick: number, zeroForOne: boolean): NextTick {
  const next = zeroForOne ? nextTickBelow(pool, tick) : nextTickAbove(pool, tick)
  return { ...next, tick: Math.min(Math.max(next.tick, MIN_TICK), MAX_TICK) }
}

/** Swap within one range and account for it. */
function take(pool: Pool, walk: Walk, order: Swap, nextRoot: bigint): void {
  const { sqrtPriceLimitX96: limit, zeroForOne, amountSpecified } = order
  const beyond = zeroForOne ? nextRoot < limit : nextRoot > limit
  const target = beyond ? limit : nextRoot
  const step = swapStep(walk.root, target, walk.liquidity, walk.remaining, pool.fee)
  walk.root = step.root
  const paid = checkInt256(uint256(step.amountIn + step.fee))
  if (amountSpecified > 0n) {
    walk.remaining -= paid
    walk.calculated = checkInt256(walk.calculated - checkInt256(step.amountOut))
  } else {
    walk.remaining += checkInt256(step.amountOut)
    walk.calculated = checkInt256(walk.calculated + paid)
  }
  takeFee(pool, walk, step, zeroForOne)
}

/** The protocol's part of the fee, rounded down, is counted apart; the rest grows with liquidity. */
function takeFee(pool: Pool, walk: Walk, step: SwapStep, zeroForOne: boolean): void {
  const divisor = BigInt(zeroForOne ? pool.feeProtocol % 16 : pool.feeProtocol >> 4)
  const part = divisor > 0n ? step.fee / divisor : 0n
  walk.protocolFee = uint128(walk.protocolFee + uint128(part))
  if (walk.liquidity === 0n) return
  walk.feeGrowth = uint256(walk.feeGrowth + mulDivDown(step.fee - part, Q128, walk.liquidity))
}

function cross(pool: Pool, walk: Walk, tick: number, order: Swap, before: Growth): void {
  const growth = order.zeroForOne
    ? { ...before, feeGrowthGlobal0X128: walk.feeGrowth }
    : { ...before, feeGrowthGlobal1X128: walk.feeGrowth }
  const net = crossTick(pool, pool.journal, tick, growth)
  walk.liquidity = addLiquidity(walk.liquidity, order.zeroForOne ? -net : net)
}

/** Write the end of the swap to the pool; an observation only when the tick has changed. */
function store(pool: Pool, walk: Walk, zeroForOne: boolean, time: bigint): void {
  if (walk.tick !== pool.tick) writeObservation(pool, pool.journal, time, pool)
  pool.sqrtPriceX96 = walk.root
  pool.tick = walk.tick
  pool.liquidity = walk.liquidity
  if (zeroForOne) {
    pool.feeGrowthGlobal0X128 = walk.feeGrowth
    pool.protocolFees0 = uint128(pool.protocolFees0 + walk.protocolFee)
  } else {
    pool.feeGrowthGlobal1X128 = walk.feeGrowth
    pool.protocolFees1 = uint128(pool.protocolFees1 + walk.protocolFee)
  }
}

function amountsOf({ remaining, calculated }: Walk, order: Swap): Amounts {
  const specified = order.amountSpecified - remaining
  const exactIn = order.amountSpecified > 0n
  return order.zeroForOne === exactIn ? [specified, calculated] : [calculated, specified]
}

/** Send what goes out first, then let the caller pay and check that it did. */
function settle(tokens: Tokens, order: Swap, amounts: Amounts): Amounts {
  const { recipient, zeroForOne, callback } = order
  const into: Side = zeroForOne ? 0 : 1
  const out: Side = zeroForOne ? 1 : 0
  if (amounts[out] < 0n) send(tokens, out, recipient, -amounts[out])
  const owed = checkUint256(tokens.balance(into) + uint256(amounts[into]))
  callBack(callback, amounts[0], amounts[1])
  need(owed <= tokens.balance(into), 'IIA')
  return amounts
}
