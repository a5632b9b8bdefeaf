import type { Arg } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { dryRun, fullPay, shortOf } from './payments.ts'
import type { World } from './world.ts'

/** Draw the arguments of a mint after the pool. */
export function drawMint(w: World, random: Random, by: string): Arg[] {
  const owner = random.chance(0.9) ? by : random.pick([...w.users, 'treasury', 'zero', w.name])
  const [lower, upper] = random.chance(0.3) ? drawPosition(w, random, owner) : drawRange(w, random)
  const liquidity = drawLiquidity(w, random, lower, upper)
  const place = [owner, BigInt(lower), BigInt(upper), liquidity]
  if (random.chance(0.92)) return [...place, ...fullPay(random)]
  const order = { owner, lower, upper, liquidity }
  const owed = dryRun(w, (callback) =>
    w.exact.mint(w.pool, NO_TOKENS, { ...order, callback }, w.time),
  )
  return [...place, ...shortOf(random, owed), 'none']
}

const NO_TOKENS = { balance: (): bigint => 0n, send: (): boolean => true }

/** Draw a range of an account's own positions, or any range when it has none. */
export function drawPosition(w: World, random: Random, owner: string): [number, number] {
  const own = [...w.pool.positions].filter(([key]) => key.startsWith(`${owner} `))
  const live = own.filter(([, p]) => p.liquidity > 0n || p.tokensOwed0 > 0n || p.tokensOwed1 > 0n)
  const list = live.length > 0 && random.chance(0.95) ? live : own
  if (list.length === 0) return drawRange(w, random)
  const [, lower, upper] = random.pick(list)[0].split(' ')
  return [Number(lower), Number(upper)]
}

/** Ranges around, below and above the price, as narrow as can be and as wide, and invalid ones. */
function drawRange(w: World, random: Random): [number, number] {
  const { tickSpacing: s, tick } = w.pool
  const last = Math.floor(887_272 / s)
  const middle = Math.floor(tick / s)
  const far = (): number => 1 + random.int(1 << random.int(10))
  const place = random.weighted({
    around: 10,
    below: 3,
    above: 3,
    edge: 3,
    full: 2,
    any: 1,
    bad: 1,
  })
  if (place === 'bad') return badRange(random, s)
  const ranges = {
    around: [middle - far(), middle + 1 + far()],
    below: [middle - far() - far(), middle - random.int(2)],
    above: [middle + 1 + random.int(2), middle + 2 + far() + far()],
    edge: random.chance(0.5) ? [middle, middle + 1] : [middle - 1, middle],
    full: [-last, last],
    any: [-random.int(last), 1 + random.int(last)],
  } as const
  const clamp = (i: number): number => Math.min(Math.max(i, -last), last)
  const [low, high] = ranges[place]
  const lower = Math.min(clamp(low), last - 1)
  return [lower * s, Math.max(clamp(high), lower + 1) * s]
}

function badRange(random: Random, s: number): [number, number] {
  const low = -Math.floor(887_272 / s) * s
  return random.pick([
    [s, s],
    [s, -s],
    [-887_273, 0],
    [0, 887_273],
    [low, s + 1],
    [low - s, s],
    [1, 2 * s],
  ])
}

/** Dust, usual sizes, all that the fuller tick may still have, one more, and what fits nowhere. */
function drawLiquidity(w: World, random: Random, lower: number, upper: number): bigint {
  const { exact, pool } = w
  const gross = [lower, upper].map((tick) => exact.tickAt(pool, tick).liquidityGross)
  const fuller = gross[0]! > gross[1]! ? gross[0]! : gross[1]!
  const room = pool.maxLiquidityPerTick - fuller
  const size = random.weighted({ usual: 60, dust: 8, huge: 2, all: 1, over: 1, none: 2, wide: 1 })
  const sizes = {
    usual: random.big(10n ** BigInt(10 + random.int(14))),
    dust: 1n + random.big(1000n),
    huge: random.amount(room >> 8n),
    all: room,
    over: room + 1n,
    none: 0n,
    wide: 1n << 127n,
  }
  return sizes[size]
}
