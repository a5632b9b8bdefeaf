/**
 * Ticks, the bitmap that finds them, and positions. Growth of fees is units per liquidity times 2^128
 * and wraps at 256 bits. Source: Uniswap/v3-core v1.0.0 contracts/libraries/Tick.sol, TickBitmap.sol,
 * Position.sol.
 */
import { type Journal, put, remove } from './exactJournal.ts'
import {
  addLiquidity,
  checkInt128,
  int56,
  MAX_UINT128,
  mulDivDown,
  need,
  Q128,
  uint32,
  uint128,
  uint160,
  uint256,
} from './exactMath.ts'
import type { Cumulatives } from './exactOracle.ts'
import { MAX_TICK, MIN_TICK } from './exactTickMath.ts'

/** A tick at which positions begin or end; `outside` is the side where the price is not. */
export type Tick = {
  /** Liquidity of all positions that begin or end here. */
  readonly liquidityGross: bigint
  /** Liquidity that comes in when the price goes up across the tick. */
  readonly liquidityNet: bigint
  readonly feeGrowthOutside0X128: bigint
  readonly feeGrowthOutside1X128: bigint
  readonly tickCumulativeOutside: bigint
  readonly secondsPerLiquidityOutsideX128: bigint
  readonly secondsOutside: bigint
  readonly initialized: boolean
}

/** A position: liquidity of one owner between two ticks, and what is owed to it, in units. */
export type Position = {
  readonly liquidity: bigint
  readonly feeGrowthInside0LastX128: bigint
  readonly feeGrowthInside1LastX128: bigint
  readonly tokensOwed0: bigint
  readonly tokensOwed1: bigint
}

/** The ticks of a pool. */
export type Ticks = {
  readonly ticks: Map<number, Tick>
  /** 256 ticks of the spacing per word. */
  readonly bitmap: Map<number, bigint>
  readonly tickSpacing: number
  /** Largest gross liquidity of a tick. */
  readonly maxLiquidityPerTick: bigint
}

/** The pool's growth of fees and cumulative sums at a moment. */
export type Growth = Cumulatives & {
  readonly feeGrowthGlobal0X128: bigint
  readonly feeGrowthGlobal1X128: bigint
  /** Block timestamp, seconds modulo 2^32. */
  readonly time: bigint
}

const NO_TICK: Tick = {
  liquidityGross: 0n,
  liquidityNet: 0n,
  feeGrowthOutside0X128: 0n,
  feeGrowthOutside1X128: 0n,
  tickCumulativeOutside: 0n,
  secondsPerLiquidityOutsideX128: 0n,
  secondsOutside: 0n,
  initialized: false,
}

/** A position that nobody has opened. */
export const NO_POSITION: Position = {
  liquidity: 0n,
  feeGrowthInside0LastX128: 0n,
  feeGrowthInside1LastX128: 0n,
  tokensOwed0: 0n,
  tokensOwed1: 0n,
}

/** Compute the largest gross liquidity of a tick: 2^128 - 1 shared by all ticks of the spacing. */
export function maxLiquidityPerTick(tickSpacing: number): bigint {
  const most = Math.floor(MAX_TICK / tickSpacing)
  return MAX_UINT128 / BigInt(2 * most + 1)
}

/** Read a tick; zeros where there is none. */
export function tickAt({ ticks }: Ticks, tick: number): Tick {
  return ticks.get(tick) ?? NO_TICK
}

/**
 * Change the liquidity that begins (`end` -1) or ends (`end` 1) at a tick. A new tick at or below the
 * price counts all growth so far as outside.
 * @returns true when the tick came into use or went out of it.
 * @throws {Refusal} `LS`, `LA`, `LO` (more than a tick may have), or without a reason.
 */
export function updateTick(
  pool: Ticks,
  journal: Journal,
  tick: number,
  change: { readonly liquidity: bigint; readonly end: -1 | 1; readonly current: number },
  growth: Growth,
): boolean {
  const old = tickAt(pool, tick)
  const gross = addLiquidity(old.liquidityGross, change.liquidity)
  need(gross <= pool.maxLiquidityPerTick, 'LO')
  const signed = change.end === 1 ? -change.liquidity : change.liquidity
  const opened = old.liquidityGross === 0n && tick <= change.current ? outsideAll(growth) : null
  put(journal, pool.ticks, tick, {
    ...old,
    ...opened,
    liquidityGross: gross,
    liquidityNet: checkInt128(old.liquidityNet + signed),
    initialized: true,
  })
  return (gross === 0n) !== (old.liquidityGross === 0n)
}

function outsideAll(growth: Growth): Partial<Tick> {
  return {
    feeGrowthOutside0X128: growth.feeGrowthGlobal0X128,
    feeGrowthOutside1X128: growth.feeGrowthGlobal1X128,
    tickCumulativeOutside: growth.tickCumulative,
    secondsPerLiquidityOutsideX128: growth.secondsPerLiquidityCumulativeX128,
    secondsOutside: growth.time,
  }
}

/** Forget a tick. */
export function clearTick(pool: Ticks, journal: Journal, tick: number): void {
  remove(journal, pool.ticks, tick)
}

/** Turn a tick's outside over, because the price crosses it. @returns its net liquidity. */
export function crossTick(pool: Ticks, journal: Journal, tick: number, growth: Growth): bigint {
  const old = tickAt(pool, tick)
  put(journal, pool.ticks, tick, {
    ...old,
    feeGrowthOutside0X128: uint256(growth.feeGrowthGlobal0X128 - old.feeGrowthOutside0X128),
    feeGrowthOutside1X128: uint256(growth.feeGrowthGlobal1X128 - old.feeGrowthOutside1X128),
    tickCumulativeOutside: int56(growth.tickCumulative - old.tickCumulativeOutside),
    secondsPerLiquidityOutsideX128: uint160(
      growth.secondsPerLiquidityCumulativeX128 - old.secondsPerLiquidityOutsideX128,
    ),
    secondsOutside: uint32(growth.time - old.secondsOutside),
  })
  return old.liquidityNet
}

/** Compute the growth of both fees between two ticks. `current`: tick of the price. */
export function feeGrowthInside(
  pool: Ticks,
  { lower, upper }: { readonly lower: number; readonly upper: number },
  current: number,
  growth: Pick<Growth, 'feeGrowthGlobal0X128' | 'feeGrowthGlobal1X128'>,
): readonly [bigint, bigint] {
  const low = tickAt(pool, lower)
  const high = tickAt(pool, upper)
  const inside = (all: bigint, outsideLow: bigint, outsideHigh: bigint): bigint => {
    const below = current >= lower ? outsideLow : all - outsideLow
    const above = current < upper ? outsideHigh : all - outsideHigh
    return uint256(all - below - above)
  }
  const { feeGrowthGlobal0X128: all0, feeGrowthGlobal1X128: all1 } = growth
  return [
    inside(all0, low.feeGrowthOutside0X128, high.feeGrowthOutside0X128),
    inside(all1, low.feeGrowthOutside1X128, high.feeGrowthOutside1X128),
  ]
}

/** Change a tick's bit. @throws {Refusal} without a reason when the tick is not of the spacing. */
export function flipTick(pool: Ticks, journal: Journal, tick: number): void {
  need(tick % pool.tickSpacing === 0)
  const place = tick / pool.tickSpacing
  const word = pool.bitmap.get(place >> 8) ?? 0n
  put(journal, pool.bitmap, place >> 8, word ^ (1n << BigInt(place & 255)))
}

/** A tick that a swap goes to; it may lie beyond the lowest or highest one. */
export type NextTick = { readonly tick: number; readonly initialized: boolean }

/**
 * Find the next tick in use at or below `tick` in its word of the bitmap, or the word's lowest tick.
 */
export function nextTickBelow(pool: Ticks, tick: number): NextTick {
  const place = Math.floor(tick / pool.tickSpacing)
  const bit = place & 255
  const word = (pool.bitmap.get(place >> 8) ?? 0n) & ((2n << BigInt(bit)) - 1n)
  const found = word === 0n ? 0 : highestBit(word)
  return { tick: (place - bit + found) * pool.tickSpacing, initialized: word !== 0n }
}

/** Find the next tick in use above `tick` in the word of its successor, or that word's highest tick. */
export function nextTickAbove(pool: Ticks, tick: number): NextTick {
  const place = Math.floor(tick / pool.tickSpacing) + 1
  const bit = place & 255
  const word = ((pool.bitmap.get(place >> 8) ?? 0n) >> BigInt(bit)) << BigInt(bit)
  const found = word === 0n ? 255 : highestBit(word & -word)
  return { tick: (place - bit + found) * pool.tickSpacing, initialized: word !== 0n }
}

function highestBit(word: bigint): number {
  return word.toString(2).length - 1
}

/**
 * Credit fees to a position, rounded down, and change its liquidity. What is owed wraps at 128 bits.
 * @throws {Refusal} `NP` when an empty position is only touched; `LS`, `LA`.
 */
export function updatePosition(
  position: Position,
  change: bigint,
  inside: readonly [bigint, bigint],
): Position {
  need(change !== 0n || position.liquidity > 0n, 'NP')
  const owed = (growth: bigint, last: bigint): bigint =>
    uint128(mulDivDown(uint256(growth - last), position.liquidity, Q128))
  return {
    liquidity: addLiquidity(position.liquidity, change),
    feeGrowthInside0LastX128: inside[0],
    feeGrowthInside1LastX128: inside[1],
    tokensOwed0: uint128(position.tokensOwed0 + owed(inside[0], position.feeGrowthInside0LastX128)),
    tokensOwed1: uint128(position.tokensOwed1 + owed(inside[1], position.feeGrowthInside1LastX128)),
  }
}

/** Check a range. @throws {Refusal} `TLU` (not ascending), `TLM` (too low), `TUM` (too high). */
export function checkRange(lower: number, upper: number): void {
  need(lower < upper, 'TLU')
  need(lower >= MIN_TICK, 'TLM')
  need(upper <= MAX_TICK, 'TUM')
}
