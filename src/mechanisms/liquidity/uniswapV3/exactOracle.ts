/**
 * The pool's ring of observations. Times are seconds modulo 2^32, sums wrap at 56 bits (tick x seconds,
 * signed) and 160 bits (seconds per liquidity, times 2^128). Source: Uniswap/v3-core v1.0.0
 * contracts/libraries/Oracle.sol.
 */
import { type Journal, put } from './exactJournal.ts'
import { int56, need, Refusal, uint32, uint160, uint256 } from './exactMath.ts'

/** One entry of the ring. */
export type Observation = {
  readonly blockTimestamp: bigint
  readonly tickCumulative: bigint
  readonly secondsPerLiquidityCumulativeX128: bigint
  /** False in slots that were only paid for. */
  readonly initialized: boolean
}

/** The ring, and what its next entry is computed from. */
export type Ring = {
  readonly observations: Map<number, Observation>
  observationIndex: number
  observationCardinality: number
  observationCardinalityNext: number
  tick: number
  liquidity: bigint
}

/** Sums up to a moment. */
export type Cumulatives = {
  readonly tickCumulative: bigint
  readonly secondsPerLiquidityCumulativeX128: bigint
}

/** Largest number of entries. */
export const MAX_CARDINALITY = 65535

// More steps than the gas of a block pays for: there the contract's search ends without a reason.
const SEARCH_STEPS = 100_000

const EMPTY: Observation = {
  blockTimestamp: 0n,
  tickCumulative: 0n,
  secondsPerLiquidityCumulativeX128: 0n,
  initialized: false,
}

/** Read a slot of the ring; zeros where nothing was written. */
export function observationAt({ observations }: Ring, index: number): Observation {
  return observations.get(index) ?? EMPTY
}

/** Write the first entry. `time`: block timestamp, seconds. */
export function startRing(ring: Ring, journal: Journal, time: bigint): void {
  put(journal, ring.observations, 0, { ...EMPTY, blockTimestamp: uint32(time), initialized: true })
  ring.observationIndex = 0
  ring.observationCardinality = 1
  ring.observationCardinalityNext = 1
}

/**
 * Write an entry with the tick and liquidity that held since the last one, once a block. The ring
 * grows to the size that was paid for when its last slot has been used.
 */
export function writeObservation(
  ring: Ring,
  journal: Journal,
  time: bigint,
  held: { readonly tick: number; readonly liquidity: bigint },
): void {
  const now = uint32(time)
  const last = observationAt(ring, ring.observationIndex)
  if (last.blockTimestamp === now) return
  const grows =
    ring.observationCardinalityNext > ring.observationCardinality &&
    ring.observationIndex === ring.observationCardinality - 1
  if (grows) ring.observationCardinality = ring.observationCardinalityNext
  ring.observationIndex = (ring.observationIndex + 1) % ring.observationCardinality
  put(journal, ring.observations, ring.observationIndex, extend(last, now, held))
}

/** Pay for slots up to a size, marking each with time 1. Smaller sizes change nothing. */
export function growRing(ring: Ring, journal: Journal, size: number): void {
  need(ring.observationCardinalityNext > 0, 'I')
  for (let i = ring.observationCardinalityNext; i < size; i++) {
    put(journal, ring.observations, i, { ...observationAt(ring, i), blockTimestamp: 1n })
  }
  if (size > ring.observationCardinalityNext) ring.observationCardinalityNext = size
}

/**
 * Compute the sums as of some seconds ago: at an entry as they stand, between two of them linearly
 * (average tick rounded towards zero), after the last one with the present tick and liquidity.
 * @param time block timestamp, seconds.
 * @throws {Refusal} `OLD` before the oldest entry.
 */
export function observeSingle(ring: Ring, time: bigint, secondsAgo: bigint): Cumulatives {
  const now = uint32(time)
  const last = observationAt(ring, ring.observationIndex)
  if (secondsAgo === 0n) return last.blockTimestamp === now ? last : extend(last, now, ring)
  const target = uint32(now - secondsAgo)
  const [before, after] = around(ring, now, target)
  if (target === before.blockTimestamp) return before
  if (target === after.blockTimestamp) return after
  const span = uint32(after.blockTimestamp - before.blockTimestamp)
  const part = uint32(target - before.blockTimestamp)
  const average = int56(after.tickCumulative - before.tickCumulative) / span
  const grown = uint160(
    after.secondsPerLiquidityCumulativeX128 - before.secondsPerLiquidityCumulativeX128,
  )
  return {
    tickCumulative: int56(before.tickCumulative + average * part),
    secondsPerLiquidityCumulativeX128: uint160(
      before.secondsPerLiquidityCumulativeX128 + uint256(grown * part) / span,
    ),
  }
}

/** Add the time since an entry: tick x seconds, and 2^128 seconds / max(1, liquidity) rounded down. */
function extend(
  last: Observation,
  now: bigint,
  { tick, liquidity }: { readonly tick: number; readonly liquidity: bigint },
): Observation {
  const delta = uint32(now - last.blockTimestamp)
  const perLiquidity = (delta << 128n) / (liquidity > 0n ? liquidity : 1n)
  return {
    blockTimestamp: now,
    tickCumulative: int56(last.tickCumulative + BigInt(tick) * delta),
    secondsPerLiquidityCumulativeX128: uint160(
      last.secondsPerLiquidityCumulativeX128 + perLiquidity,
    ),
    initialized: true,
  }
}

/** Tell whether time a is not after b, both counted backwards from `now` over one wrap of 2^32. */
function notAfter(now: bigint, a: bigint, b: bigint): boolean {
  const wrapped = (t: bigint): bigint => (t > now ? t : t + (1n << 32n))
  return wrapped(a) <= wrapped(b)
}

/** Find the entries before and after a time; after the last entry a virtual one is added. */
function around(ring: Ring, now: bigint, target: bigint): readonly [Observation, Observation] {
  const { observationIndex: index, observationCardinality: cardinality } = ring
  const newest = observationAt(ring, index)
  if (notAfter(now, newest.blockTimestamp, target)) {
    return [newest, newest.blockTimestamp === target ? EMPTY : extend(newest, target, ring)]
  }
  let oldest = observationAt(ring, (index + 1) % cardinality)
  if (!oldest.initialized) oldest = observationAt(ring, 0)
  need(notAfter(now, oldest.blockTimestamp, target), 'OLD')
  return search(ring, now, target)
}

/** Bisect from the oldest entry to the newest; slots that were only paid for count as older. */
function search(ring: Ring, now: bigint, target: bigint): readonly [Observation, Observation] {
  const { observationIndex, observationCardinality: cardinality } = ring
  const at = (i: bigint): Observation => observationAt(ring, Number(i % BigInt(cardinality)))
  let low = BigInt((observationIndex + 1) % cardinality)
  let high = low + BigInt(cardinality) - 1n
  for (let steps = 0; steps < SEARCH_STEPS; steps++) {
    const middle = uint256(low + high) / 2n
    const before = at(middle)
    if (!before.initialized) {
      low = uint256(middle + 1n)
      continue
    }
    const after = at(uint256(middle + 1n))
    const reached = notAfter(now, before.blockTimestamp, target)
    if (reached && notAfter(now, target, after.blockTimestamp)) return [before, after]
    if (reached) low = uint256(middle + 1n)
    else high = uint256(middle - 1n)
  }
  throw new Refusal('empty')
}
