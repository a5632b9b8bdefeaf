/** State of a pool, what it sees of its tokens, and the lock under which every verb runs. */
import { type Journal, undo } from './exactJournal.ts'
import { need, Refusal, uint32 } from './exactMath.ts'
import { type Cumulatives, observeSingle, type Ring } from './exactOracle.ts'
import {
  type Growth,
  maxLiquidityPerTick,
  NO_POSITION,
  type Position,
  type Ticks,
} from './exactTicks.ts'

/** Token 0 or token 1. */
export type Side = 0 | 1

/** State of a pool; amounts in the tokens' smallest units, prices token 1 per token 0. */
export type Pool = Ring &
  Ticks & {
    /** Swap fee, millionths of what comes in. */
    readonly fee: bigint
    /** Square root of the price times 2^96, rounded; 0 before the start. */
    sqrtPriceX96: bigint
    /** The protocol takes 1 / n of a token's fees, 0 for nothing: n of token 0 + 16 n of token 1. */
    feeProtocol: number
    unlocked: boolean
    /** Fees per unit of liquidity since the start, times 2^128, modulo 2^256. */
    feeGrowthGlobal0X128: bigint
    feeGrowthGlobal1X128: bigint
    protocolFees0: bigint
    protocolFees1: bigint
    /** By `positionKey`. */
    readonly positions: Map<string, Position>
    /** Changes of the verb that is running. */
    readonly journal: Journal
  }

/** The pool's two tokens as it sees them. */
export type Tokens = {
  /** Units of token 0 or 1 that the pool holds. */
  balance(side: Side): bigint
  /** Send units from the pool; false when the token refuses. */
  send(side: Side, to: string, amount: bigint): boolean
}

/** What a verb did: its returned amounts, or the reason why nothing changed (`empty` for none). */
export type Done<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }

/** Amounts of token 0 and token 1. */
export type Amounts = readonly [bigint, bigint]

/**
 * What the caller does when the pool calls back: it is told what it owes of each token (a swap: negative
 * what it got; a flash loan: the fees), and answers null, or the reason why it fails.
 */
export type Callback = (amount0: bigint, amount1: bigint) => string | null

/**
 * Create a pool that has no price yet.
 * @param fee millionths of what comes in, below one million.
 * @param tickSpacing positions begin and end at its multiples, 1 to 16,383.
 */
export function createPool(fee: bigint, tickSpacing: number): Pool {
  return {
    fee,
    tickSpacing,
    maxLiquidityPerTick: maxLiquidityPerTick(tickSpacing),
    sqrtPriceX96: 0n,
    tick: 0,
    observationIndex: 0,
    observationCardinality: 0,
    observationCardinalityNext: 0,
    feeProtocol: 0,
    unlocked: false,
    feeGrowthGlobal0X128: 0n,
    feeGrowthGlobal1X128: 0n,
    protocolFees0: 0n,
    protocolFees1: 0n,
    liquidity: 0n,
    ticks: new Map(),
    bitmap: new Map(),
    positions: new Map(),
    observations: new Map(),
    journal: [],
  }
}

/** Name a position in `positions`. */
export function positionKey(owner: string, lower: number, upper: number): string {
  return `${owner} ${lower} ${upper}`
}

/** Read a position; zeros where there is none. */
export function positionAt(pool: Pool, owner: string, lower: number, upper: number): Position {
  return pool.positions.get(positionKey(owner, lower, upper)) ?? NO_POSITION
}

/** Read the growth of fees and the cumulative sums as of a block timestamp, seconds. */
export function growthAt(pool: Pool, time: bigint): Growth {
  const { tickCumulative, secondsPerLiquidityCumulativeX128 }: Cumulatives = observeSingle(
    pool,
    time,
    0n,
  )
  return {
    feeGrowthGlobal0X128: pool.feeGrowthGlobal0X128,
    feeGrowthGlobal1X128: pool.feeGrowthGlobal1X128,
    tickCumulative,
    secondsPerLiquidityCumulativeX128,
    time: uint32(time),
  }
}

/** Send units from the pool. @throws {Refusal} `TF` when the token refuses. */
export function send(tokens: Tokens, side: Side, to: string, amount: bigint): void {
  need(tokens.send(side, to, amount), 'TF')
}

/** Have the caller act. @throws {Refusal} with its reason when it fails. */
export function callBack(callback: Callback, amount0: bigint, amount1: bigint): void {
  const refused = callback(amount0, amount1)
  if (refused !== null) throw new Refusal(refused)
}

/** Run a verb under the pool's lock; when it is refused, the pool is put back. */
export function guarded<T>(pool: Pool, act: () => T): Done<T> {
  if (!pool.unlocked) return { ok: false, reason: 'LOK' }
  const saved = { ...pool }
  pool.unlocked = false
  const done = attempt(act)
  if (done.ok) pool.unlocked = true
  else {
    Object.assign(pool, saved)
    undo(pool.journal)
  }
  pool.journal.length = 0
  return done
}

/** Run what may be refused. */
export function attempt<T>(act: () => T): Done<T> {
  try {
    return { ok: true, value: act() }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.reason }
    throw error
  }
}
