import type { Venue } from '../../../world/index.ts'
import { type Bracket, guess, isTight, tighten } from './bracket.ts'

/** A venue used in one direction. */
export type Leg = { readonly venue: Venue; readonly sell: number; readonly buy: number }

/**
 * Amounts that a group of legs takes until each of them pays `price` at the margin.
 * `out` gets the amount of every leg, at most `limit` each; the sum is returned.
 */
export type Fill = (price: number, limit: number, out: Float64Array) => number

/**
 * How closely a split must meet the order before it is scaled to it, relative. What is bought is
 * stationary in the split, so it is exact to the square of this.
 */
const CLOSE = 1e-10
/** First step below the worst spot, relative in 1 / sqrt(price). */
const FIRST_STEP = 1 / 512
/** Where the search for liquidity ends: the price has fallen by a factor of 1e24. */
const LAST_STEP = 1e12
/** Step that looks for a leg without impact, which starts right at the bracket's lower end. */
const PROBE = 5
const MAX_STEPS = 200
/** Orders that a leg may take during the search; bounds legs without impact only. */
const MUCH = 1e6
/** Rounding of 1 / sqrt(price) and back, with room. */
const HAIR = 4 * Number.EPSILON

/**
 * Read the price of every leg at the margin of an order of zero.
 * @param scale multiplies every price.
 * @param out overwritten from entry `from` on; 0 where a leg has no liquidity.
 * @returns the highest.
 */
export function readSpots(
  legs: readonly Leg[],
  scale: number,
  out: Float64Array,
  from: number,
): number {
  let best = 0
  for (let i = 0; i < legs.length; i++) {
    const { venue, sell, buy } = legs[i]!
    const price = scale * venue.spot(sell, buy)
    out[from + i] = price
    if (price > best) best = price
  }
  return best
}

/** Fill parallel legs down to one price, into `out` from entry `from` on; see `Fill`. */
export function fillLegs(
  legs: readonly Leg[],
  price: number,
  limit: number,
  out: Float64Array,
  from: number,
): number {
  let sum = 0
  for (let i = 0; i < legs.length; i++) {
    const { venue, sell, buy } = legs[i]!
    const amount = Math.min(venue.amountTo(sell, buy, price), limit)
    out[from + i] = amount
    sum += amount
  }
  return sum
}

/** Make the parts add up to `amount` to the last bit: the largest takes what rounding leaves. */
export function settle(out: Float64Array, n: number, sum: number, amount: number): void {
  let largest = 0
  let rest = amount
  for (let i = 0; i < n; i++) {
    out[i]! *= amount / sum
    if (out[i]! > out[largest]!) largest = i
    rest -= out[i]!
  }
  out[largest]! += rest
}

/** Divide an order between two fills that it lies between: legs without impact take any part. */
function between(
  fill: Fill,
  low: number,
  high: number,
  amount: number,
  n: number,
  out: Float64Array,
  spare: Float64Array,
): void {
  const more = fill(1 / (high * high), amount, spare)
  const less = fill(1 / (low * low), amount, out)
  const share = more > less ? (amount - less) / (more - less) : 0
  for (let i = 0; i < n; i++) out[i]! += share * (spare[i]! - out[i]!)
  settle(out, n, less + share * (more - less), amount)
}

/** Highest spot below `price`, or 0. */
function nextSpot(spots: Float64Array, n: number, price: number): number {
  let next = 0
  for (let i = 0; i < n; i++) if (spots[i]! < price && spots[i]! > next) next = spots[i]!
  return next
}

/**
 * Narrow a bracket to two neighbouring spots that the order is filled between, so that no leg starts
 * inside it. Overwrites `out`.
 * @param b `side` stays 0 when no leg but those at the best spot is needed.
 * @returns whether the order is filled above the lowest spot; else `b.low` is that spot.
 */
function passSpots(
  b: Bracket,
  fill: Fill,
  spots: Float64Array,
  amount: number,
  n: number,
  out: Float64Array,
): boolean {
  let price = nextSpot(spots, n, Infinity)
  b.low = (1 - HAIR) / Math.sqrt(price)
  b.lowRest = -amount
  for (;;) {
    price = nextSpot(spots, n, price)
    if (price === 0) return false
    const rest = fill(price, MUCH * amount, out) - amount
    if (rest >= 0) {
      b.high = 1 / Math.sqrt(price)
      b.highRest = rest
      return true
    }
    b.low = (1 - HAIR) / Math.sqrt(price)
    b.lowRest = rest
    b.side = -1
  }
}

/**
 * Move a bracket down until the order is filled: by the last slope, at most 64 times as far as it has
 * come, to each spot on the way, so that no leg starts inside the bracket. Overwrites `out`.
 * @param u where to look first.
 * @param from price below which spots are still to come.
 * @param top start of the best leg, > 0, in 1 / sqrt(price).
 * @returns false when all legs together cannot take the order.
 */
function reachDown(
  b: Bracket,
  fill: Fill,
  spots: Float64Array,
  amount: number,
  n: number,
  u: number,
  from: number,
  top: number,
  out: Float64Array,
): boolean {
  let price = from
  while (u <= top * LAST_STEP) {
    const spot = nextSpot(spots, n, price)
    const edge = spot > 0 ? 1 / Math.sqrt(spot) : Infinity
    const isEdge = u >= edge
    if (isEdge) u = edge
    price = isEdge ? spot : 1 / (u * u)
    const rest = fill(price, MUCH * amount, out) - amount
    if (rest >= 0) {
      b.high = u
      b.highRest = rest
      return true
    }
    const slope = (rest - b.lowRest) / (u - b.low)
    b.low = isEdge ? (1 - HAIR) * u : u
    b.lowRest = rest
    if (isEdge) b.side = -1
    const gone = u - top
    u += Math.min(Math.max((-1.05 * rest) / slope, gone), 64 * gone)
  }
  return false
}

/** Give the whole order to the leg with the best spot, if it is the only one with it. */
function giveWhole(
  spots: Float64Array,
  best: number,
  amount: number,
  n: number,
  out: Float64Array,
): boolean {
  let legs = 0
  for (let i = 0; i < n; i++) {
    out[i] = spots[i] === best ? amount : 0
    if (spots[i] === best) legs++
  }
  return legs === 1
}

/**
 * Choose the next point: where that is the last one but for rounding, a hair beyond it, so that the
 * bracket closes when the price has too few digits for the order (tiny orders, flat legs).
 */
function stepFrom(last: number, b: Bracket): number {
  const u = guess(b)
  if (!isTight(last, u)) return u
  const beyond = last * (b.side < 0 ? 1 + 2 * HAIR : 1 - 2 * HAIR)
  return beyond > b.low && beyond < b.high ? beyond : u
}

/**
 * Find two prices that the order is filled between, from the best spot down.
 * @returns false when all legs together cannot take the order.
 */
function bracketFromTop(
  b: Bracket,
  fill: Fill,
  spots: Float64Array,
  amount: number,
  n: number,
  out: Float64Array,
): boolean {
  if (passSpots(b, fill, spots, amount, n, out)) return true
  const top = b.low
  const u = top * (1 + FIRST_STEP)
  return reachDown(b, fill, spots, amount, n, u, 0, top, out)
}

/**
 * Find two prices that the order is filled between, from a price down at which it is not.
 * @returns false when it is, or when all legs together cannot take the order.
 */
function bracketFrom(
  from: number,
  b: Bracket,
  fill: Fill,
  spots: Float64Array,
  amount: number,
  n: number,
  out: Float64Array,
): boolean {
  const top = 1 / Math.sqrt(nextSpot(spots, n, Infinity))
  const rest = fill(from, MUCH * amount, out) - amount
  b.low = 1 / Math.sqrt(from)
  b.lowRest = rest
  b.side = -1
  const gone = b.low - top
  if (!(rest < 0 && gone > 0)) return false
  const step = Math.min((-1.05 * rest * gone) / (rest + amount), 64 * gone)
  return reachDown(b, fill, spots, amount, n, b.low + step, from, top, out)
}

/**
 * Split an order over legs so that all that are used pay the same price at the margin and none that
 * is unused pays more. Legs that cannot be reached drop out because they take nothing.
 *
 * The common price is found by false position in u = 1 / sqrt(price), in which constant-product and
 * concentrated curves are linear.
 * @param spots price at which each leg starts to take something, length >= n.
 * @param amount whole tokens, > 0.
 * @param n number of legs.
 * @param out length >= n, overwritten with the amount of every leg; they add up to `amount`.
 * @param spare scratch, length >= n.
 * @param from price that the order is not filled at, to look from; wrong ones cost time only.
 * @returns the common price or one just above it; 0 when the legs together cannot take the order.
 */
export function splitOrder(
  fill: Fill,
  spots: Float64Array,
  amount: number,
  n: number,
  out: Float64Array,
  spare: Float64Array,
  from = 0,
): number {
  const best = nextSpot(spots, n, Infinity)
  if (best === 0) return 0
  const b: Bracket = { low: 0, lowRest: 0, high: 0, highRest: 0, side: 0 }
  if (!(from > 0 && bracketFrom(from, b, fill, spots, amount, n, out))) {
    b.side = 0
    if (!bracketFromTop(b, fill, spots, amount, n, out)) return 0
  }
  if (b.side === 0 && giveWhole(spots, best, amount, n, out)) return best
  let last = b.high
  for (let k = 0; k < MAX_STEPS && !isTight(b.low, b.high); k++) {
    const u = k === PROBE ? b.low * (1 + 2 * HAIR) : stepFrom(last, b)
    const rest = fill(1 / (u * u), MUCH * amount, out) - amount
    if (Math.abs(rest) <= CLOSE * amount) {
      settle(out, n, rest + amount, amount)
      return 1 / (u * u)
    }
    last = u
    tighten(b, u, rest)
  }
  between(fill, b.low, b.high, amount, n, out, spare)
  return 1 / (b.low * b.low)
}
