import { exp, log } from '../../../math/index.ts'
import { InputError, type TickTable } from '../../../world/index.ts'

/**
 * Ranges between neighbouring ticks of a pool, in whole tokens; immutable, shared by all lanes.
 * Interval i lies between `root[i]` and `root[i + 1]`.
 */
export type Ranges = {
  /** Square root of the price (token 1 per token 0) at every tick, ascending. */
  readonly root: Float64Array
  /** Liquidity of every interval, >= 0; one entry fewer than `root`. */
  readonly liquidity: Float64Array
  /** Token 0 that an interval holds when the price is below it. */
  readonly amount0: Float64Array
  /** Token 1 that an interval holds when the price is above it. */
  readonly amount1: Float64Array
  /** Token 0 held by intervals i and above, at entry i. */
  readonly above0: Float64Array
  /** Token 1 held by intervals below i, at entry i. */
  readonly below1: Float64Array
  /** Interval that the price starts in. */
  readonly start: number
  /** Square root of the price at the start. */
  readonly startRoot: number
}

/** Where a swap ends; overwritten by every call that takes it. */
export type Landing = { root: number; interval: number }

/** Thrown when a tick table does not describe a pool. */
export class TickTableError extends InputError {
  override readonly name = 'TickTableError'
}

/** Half the logarithm of the price ratio between neighbouring ticks, ln(1.0001) / 2. */
const HALF_TICK = 4.999750016665417e-5
/** Net sums cancel only to rounding: liquidity below this share of the gross sum is none. */
const DUST = 1e-15
/** What may be left of an order that ends with the last liquidity, relative. */
const ROUNDING = 1e-12

/**
 * Compute the price that a tick table was read at.
 * @returns whole token 1 per whole token 0.
 */
export function tablePrice(table: TickTable): number {
  return table.sqrtPrice * table.sqrtPrice * powerOfTen(table.decimals[0] - table.decimals[1])
}

/**
 * Compute by how many ticks a table is moved so that its active price becomes `price`.
 *
 * This is an assumption about the world, not a reading: liquidity providers are taken to stand
 * around the scenario's price as they stood around the price of the table.
 * @param price whole token 1 per whole token 0, > 0.
 * @returns ticks (a real number), positive when the price goes up.
 */
export function tickShift(table: TickTable, price: number): number {
  return log(price / tablePrice(table)) / (2 * HALF_TICK)
}

function powerOfTen(n: number): number {
  let power = 1
  for (let k = 0; k < Math.abs(n); k++) power *= 10
  return n < 0 ? 1 / power : power
}

/**
 * Add up net liquidity into the liquidity of every interval, raw units.
 * @returns length ticks - 1; exact zeros where the sum cancels to rounding.
 * @throws {TickTableError} when the ticks do not ascend or liquidity turns negative.
 */
export function liquidityOf({ pool, ticks, net }: TickTable): Float64Array {
  if (ticks.length < 2 || ticks.length !== net.length)
    throw new TickTableError(`pool "${pool}": ${ticks.length} ticks with ${net.length} net values`)
  const gross = net.reduce((sum, value) => sum + Math.abs(value), 0)
  const liquidity = new Float64Array(ticks.length - 1)
  let active = 0
  for (let i = 0; i < liquidity.length; i++) {
    if (!(ticks[i]! < ticks[i + 1]!))
      throw new TickTableError(`pool "${pool}": tick ${ticks[i + 1]} after ${ticks[i]}`)
    active += net[i]!
    if (!(active > -DUST * gross))
      throw new TickTableError(`pool "${pool}": liquidity ${active} above tick ${ticks[i]}`)
    liquidity[i] = active > DUST * gross ? active : 0
  }
  return liquidity
}

/** Index of the interval that holds `tick`. @throws {TickTableError} when none does. */
function intervalOf({ pool, ticks, tick }: TickTable): number {
  let i = ticks.length - 1
  while (i >= 0 && ticks[i]! > tick) i--
  if (i < 0 || i === ticks.length - 1)
    throw new TickTableError(`pool "${pool}": active tick ${tick} lies outside its ticks`)
  return i
}

/**
 * Build the ranges of a pool from its tick table, moved so that the active price is `price`.
 *
 * All boundaries' square roots of price are multiplied by one factor and liquidity is unchanged;
 * decimals are taken out, so that amounts are whole tokens.
 * @param price whole token 1 per whole token 0 at the start, > 0.
 * @throws {TickTableError} when the table does not describe a pool.
 */
export function rangesOf(table: TickTable, price: number): Ranges {
  const raw = liquidityOf(table)
  const start = intervalOf(table)
  const [d0, d1] = table.decimals
  // Whole tokens: amount1 = L (root' - root) with root in whole units needs L / 10^((d0 + d1) / 2).
  const unit = Math.sqrt(powerOfTen(-(d0 + d1)))
  const factor = Math.sqrt(price) / table.sqrtPrice
  const root = Float64Array.from(table.ticks, (tick) => factor * exp(tick * HALF_TICK))
  // A price that stands on a tick may miss it by rounding.
  const startRoot = Math.min(Math.max(Math.sqrt(price), root[start]!), root[start + 1]!)
  const n = raw.length
  const liquidity = raw.map((value) => value * unit)
  const amount0 = new Float64Array(n)
  const amount1 = new Float64Array(n)
  const above0 = new Float64Array(n + 1)
  const below1 = new Float64Array(n + 1)
  for (let i = 0; i < n; i++) {
    amount0[i] = liquidity[i]! * (1 / root[i]! - 1 / root[i + 1]!)
    amount1[i] = liquidity[i]! * (root[i + 1]! - root[i]!)
    below1[i + 1] = below1[i]! + amount1[i]!
  }
  for (let i = n - 1; i >= 0; i--) above0[i] = above0[i + 1]! + amount0[i]!
  return { root, liquidity, amount0, amount1, above0, below1, start, startRoot }
}

/** Token 0 that the pool's curve holds at a price: all that it can pay when the price goes up. */
export function reserve0(r: Ranges, root: number, interval: number): number {
  return r.above0[interval + 1]! + r.liquidity[interval]! * (1 / root - 1 / r.root[interval + 1]!)
}

/** Token 1 that the pool's curve holds at a price: all that it can pay when the price goes down. */
export function reserve1(r: Ranges, root: number, interval: number): number {
  return r.below1[interval]! + r.liquidity[interval]! * (root - r.root[interval]!)
}

function land(end: Landing, root: number, interval: number, bought: number): number {
  end.root = root
  end.interval = interval
  return bought
}

/**
 * Sell token 0 into the curve, interval by interval downwards.
 *
 * Within an interval 1 / root' = 1 / root + x / L, and root root' x tokens are paid (Uniswap/v3-core
 * contracts/libraries/SqrtPriceMath.sol and SwapMath.sol, without rounding).
 * @param amount whole token 0 without fee, > 0.
 * @param end overwritten with where the price lands, when the order is filled.
 * @returns whole token 1 bought; 0 when liquidity ends before the order does.
 */
export function sell0(
  r: Ranges,
  root: number,
  interval: number,
  amount: number,
  end: Landing,
): number {
  const { liquidity, amount0, amount1 } = r
  let i = interval
  let left = amount
  let bought = 0
  let from = root
  let room = liquidity[i]! * (1 / r.root[i]! - 1 / root)
  while (left > room) {
    bought += i === interval ? liquidity[i]! * (root - r.root[i]!) : amount1[i]!
    left -= room
    from = r.root[i]!
    if (i === 0) return left <= ROUNDING * amount ? land(end, from, 0, bought) : 0
    room = amount0[--i]!
  }
  const to = from / (1 + (left * from) / liquidity[i]!)
  return land(end, to, i, bought + left * from * to)
}

/**
 * Sell token 1 into the curve, interval by interval upwards: root' = root + y / L, and
 * y / (root root') tokens are paid.
 * @param amount whole token 1 without fee, > 0.
 * @param end overwritten with where the price lands, when the order is filled.
 * @returns whole token 0 bought; 0 when liquidity ends before the order does.
 */
export function sell1(
  r: Ranges,
  root: number,
  interval: number,
  amount: number,
  end: Landing,
): number {
  const { liquidity, amount0, amount1 } = r
  const last = liquidity.length - 1
  let i = interval
  let left = amount
  let bought = 0
  let from = root
  let room = liquidity[i]! * (r.root[i + 1]! - root)
  while (left > room) {
    bought += i === interval ? liquidity[i]! * (1 / root - 1 / r.root[i + 1]!) : amount0[i]!
    left -= room
    from = r.root[i + 1]!
    if (i === last) return left <= ROUNDING * amount ? land(end, from, last, bought) : 0
    room = amount1[++i]!
  }
  const to = from + left / liquidity[i]!
  return land(end, to, i, bought + left / (from * to))
}

/**
 * Find where the curve starts to pay for token 0: the price itself unless there is no liquidity
 * right below it.
 * @returns square root of the price; 0 when nothing is left to buy.
 */
export function edge0(r: Ranges, root: number, interval: number): number {
  let i = interval
  if (r.liquidity[i]! > 0 && root > r.root[i]!) return root
  while (i >= 0 && !(r.liquidity[i]! > 0 && root > r.root[i]!)) i--
  return i < 0 ? 0 : Math.min(root, r.root[i + 1]!)
}

/**
 * Find where the curve starts to pay for token 1.
 * @returns square root of the price; Infinity when nothing is left to buy.
 */
export function edge1(r: Ranges, root: number, interval: number): number {
  const n = r.liquidity.length
  let i = interval
  if (r.liquidity[i]! > 0 && root < r.root[i + 1]!) return root
  while (i < n && !(r.liquidity[i]! > 0 && root < r.root[i + 1]!)) i++
  return i === n ? Infinity : Math.max(root, r.root[i]!)
}

/**
 * Find the last tick at or below a price in `root`, looking downwards from `high` in doubling steps:
 * most targets lie a few ticks away.
 * @returns largest i <= `high` with roots[i] <= root; -1 when there is none.
 */
function tickBelow(roots: Float64Array, root: number, high: number): number {
  let step = 1
  let top = high + 1
  let low = high
  while (low >= 0 && roots[low]! > root) {
    top = low
    low -= step
    step *= 2
  }
  return lastAtMost(roots, root, Math.max(low, -1), top)
}

/** Find the last tick at or below a price in `root`, looking upwards from `from`, which is one. */
function tickAbove(roots: Float64Array, root: number, from: number): number {
  let step = 1
  let low = from
  let top = from + 1
  while (top < roots.length && roots[top]! <= root) {
    low = top
    top += step
    step *= 2
  }
  return lastAtMost(roots, root, low, Math.min(top, roots.length))
}

/** Bisect: roots[low] <= root < roots[top], where -1 and the length stand for the infinities. */
function lastAtMost(roots: Float64Array, root: number, low: number, top: number): number {
  while (top - low > 1) {
    const middle = (low + top) >> 1
    if (roots[middle]! <= root) low = middle
    else top = middle
  }
  return low
}

/**
 * Compute the token 0 that moves the price down to a target, from sums over whole intervals.
 * @param target square root of the price to reach, >= 0; below the last tick all is counted.
 * @returns whole token 0 without fee; 0 when the price is at or below the target.
 */
export function sell0To(r: Ranges, root: number, interval: number, target: number): number {
  if (target >= root) return 0
  const { liquidity, above0 } = r
  const low = r.root[interval]!
  if (target >= low) return liquidity[interval]! * (1 / target - 1 / root)
  const j = tickBelow(r.root, target, interval - 1)
  const first = liquidity[interval]! * (1 / low - 1 / root)
  const whole = above0[j + 1]! - above0[interval]!
  return first + whole + (j < 0 ? 0 : liquidity[j]! * (1 / target - 1 / r.root[j + 1]!))
}

/**
 * Compute the token 1 that moves the price up to a target, from sums over whole intervals.
 * @param target square root of the price to reach; above the last tick all is counted.
 * @returns whole token 1 without fee; 0 when the price is at or above the target.
 */
export function sell1To(r: Ranges, root: number, interval: number, target: number): number {
  if (target <= root) return 0
  const { liquidity, below1 } = r
  const high = r.root[interval + 1]!
  if (target <= high) return liquidity[interval]! * (target - root)
  const n = liquidity.length
  const j = tickAbove(r.root, target, interval + 1)
  const first = liquidity[interval]! * (high - root)
  const whole = below1[j]! - below1[interval + 1]!
  return first + whole + (j === n ? 0 : liquidity[j]! * (target - r.root[j]!))
}
