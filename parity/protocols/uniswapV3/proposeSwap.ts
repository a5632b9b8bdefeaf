import type { Arg } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { dryRun, fullPay, shortOf } from './payments.ts'
import { port } from './verbs.ts'
import type { World } from './world.ts'

const MAX_INT256 = (1n << 255n) - 1n

/** Draw the arguments of a swap after its recipient. */
export function drawSwap(w: World, random: Random): Arg[] {
  const zeroForOne = direction(w, random)
  const limit = drawLimit(w, random, zeroForOne)
  const amount = drawAmount(w, random, zeroForOne)
  const order = [zeroForOne ? 1n : 0n, amount, limit]
  if (random.chance(0.94)) return [...order, ...fullPay(random)]
  const asked = { recipient: 'zero', zeroForOne, amountSpecified: amount, sqrtPriceLimitX96: limit }
  const tokens = { ...port(w), send: (): boolean => true }
  const owed = dryRun(w, (callback) => w.exact.swap(w.pool, tokens, { ...asked, callback }, w.time))
  return [...order, ...shortOf(random, owed), 'none']
}

/** Either way; towards the liquidity when there is none at the price. */
function direction(w: World, random: Random): boolean {
  const { liquidity, ticks, tick } = w.pool
  if (liquidity > 0n || ticks.size === 0 || random.chance(0.1)) return random.chance(0.5)
  const below = [...ticks.keys()].some((t) => t <= tick)
  const above = [...ticks.keys()].some((t) => t > tick)
  return below && above ? random.chance(0.5) : below
}

/** Far away, near, at a tick in use, one beside it, and invalid ones. */
function drawLimit(w: World, random: Random, zeroForOne: boolean): bigint {
  const { exact, pool } = w
  const { MIN_SQRT_RATIO: min, MAX_SQRT_RATIO: max } = exact
  const way = zeroForOne ? -1 : 1
  const wrong = pool.sqrtPriceX96 - BigInt(way)
  const how = random.weighted({ far: 12, near: 4, tick: 4, end: 1, bad: 1 })
  if (how === 'bad') return random.pick([pool.sqrtPriceX96, min, max, wrong < 0n ? 0n : wrong])
  // A walk over the whole bitmap takes more gas than a block has where the spacing is 1.
  const farthest = Math.min(250_000 * pool.tickSpacing, 1_774_544)
  if (how === 'end' && farthest === 1_774_544) return zeroForOne ? min + 1n : max - 1n
  const ahead = [...pool.ticks.keys()]
    .filter((t) => (zeroForOne ? t <= pool.tick : t > pool.tick))
    .filter((t) => Math.abs(t - pool.tick) <= farthest)
  if (how === 'tick' && ahead.length > 0) {
    const root = exact.sqrtRatioAtTick(random.pick(ahead))
    return within(root + BigInt(random.int(3) - 1), min, max)
  }
  const distance = how === 'near' ? random.int(3 * pool.tickSpacing) : 1 + random.int(farthest)
  const tick = Math.min(Math.max(pool.tick + way * distance, exact.MIN_TICK), exact.MAX_TICK)
  return within(exact.sqrtRatioAtTick(tick) + random.big(1000n), min, max)
}

function within(root: bigint, min: bigint, max: bigint): bigint {
  if (root <= min) return min + 1n
  return root >= max ? max - 1n : root
}

/** What moves the price a little or a lot, in or out; one unit, nothing, and all there is. */
function drawAmount(w: World, random: Random, zeroForOne: boolean): bigint {
  const { liquidity, sqrtPriceX96: root } = w.pool
  const how = random.weighted({ size: 22, one: 2, all: 5, zero: 1 })
  if (how === 'zero') return 0n
  const exactIn = random.chance(0.55)
  const sign = exactIn ? 1n : -1n
  if (how === 'one') return sign
  if (how === 'all') return exactIn ? MAX_INT256 : -MAX_INT256 - BigInt(random.int(2))
  // Token 0 or token 1 that moves the square root of the price by half.
  const is0 = zeroForOne === exactIn
  const unit = root === 0n ? 1n : is0 ? (liquidity << 96n) / root : (liquidity * root) >> 96n
  const amount = random.amount(unit + 2n) >> BigInt(random.int(2))
  return sign * (amount === 0n ? 1n : amount)
}
