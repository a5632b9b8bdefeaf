import type { Arg, Op, Proposal } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { held } from '../../token.ts'
import { AGAIN } from './payments.ts'
import { drawMint, drawPosition } from './proposeRange.ts'
import { drawSwap } from './proposeSwap.ts'
import { OTHERS, type World } from './world.ts'

type Draw = (w: World, random: Random, by: string) => readonly Arg[]

const WEIGHTS = {
  mint: 20,
  burn: 11,
  collect: 9,
  swap: 34,
  flash: 7,
  observe: 6,
  grow: 3,
  setFeeProtocol: 3,
  collectProtocol: 3,
  donate: 2,
  create: 1,
  pause: 1,
  initialize: 1,
  setOwner: 1,
  enableFeeAmount: 1,
  createPool: 1,
} as const

type Kind = keyof typeof WEIGHTS

const DAY = 86_400
const MAX_UINT128 = (1n << 128n) - 1n
const OWNER_ONLY: readonly Kind[] = [
  'setFeeProtocol',
  'collectProtocol',
  'setOwner',
  'enableFeeAmount',
]

/** Draw the next step: mostly what users do, often at or beyond a boundary. */
export function propose(w: World, random: Random): Proposal {
  const kind = urgent(w, random) ?? random.weighted(WEIGHTS)
  const owner = OWNER_ONLY.includes(kind) ? 0.85 : 0.01
  const by = random.chance(owner) ? w.factory.owner : actor(w, random, kind)
  const op: Op = { kind, by, args: DRAWS[kind](w, random, by) }
  return { wait: wait(random), op }
}

/** Anybody; for what only an owner can do to a position, mostly somebody who has one. */
function actor(w: World, random: Random, kind: Kind): string {
  if ((kind === 'burn' || kind === 'collect') && random.chance(0.85)) {
    const owners = [...w.pool.positions]
      .filter(([, p]) => p.liquidity > 0n || p.tokensOwed0 > 0n || p.tokensOwed1 > 0n)
      .map(([key]) => key.split(' ')[0]!)
      .filter((name) => w.users.includes(name))
    if (owners.length > 0) return random.pick(owners)
  }
  return random.pick(w.users)
}

/** What the state asks for: a price, liquidity, an unpaused token, the factory's owner back. */
function urgent(w: World, random: Random): Kind | null {
  if (w.pool.sqrtPriceX96 === 0n) return random.chance(0.4) ? 'initialize' : null
  if (w.pool.ticks.size === 0) return random.chance(0.6) ? 'mint' : null
  if (w.tokens.some((t) => t.paused)) return random.chance(0.3) ? 'pause' : null
  if (w.factory.owner !== 'admin') return random.chance(0.2) ? 'setOwner' : null
  // Out of range: a swap comes back to the liquidity, or liquidity comes to the price.
  if (w.pool.liquidity === 0n && random.chance(0.5)) return random.pick(['swap', 'swap', 'mint'])
  return null
}

function wait(random: Random): bigint {
  const scale = random.weighted({ same: 50, block: 33, hours: 10, months: 4, decades: 2 })
  if (scale === 'same') return 0n
  if (scale === 'block') return BigInt(1 + random.int(24))
  if (scale === 'hours') return BigInt(1 + random.int(DAY))
  if (scale === 'months') return BigInt(1 + random.int(200 * DAY))
  return BigInt(1 + random.int(40 * 365 * DAY))
}

const DRAWS: Readonly<Record<Kind, Draw>> = {
  initialize: (w, random) => [w.name, openingRoot(w, random)],
  mint: (w, random, by) => [w.name, ...drawMint(w, random, by)],
  burn: (w, random, by) => {
    const place = drawPosition(w, random, by)
    const { liquidity } = w.exact.positionAt(w.pool, by, place[0], place[1])
    const part = random.weighted({ some: 5, all: 3, none: 3, more: 1, far: 1 })
    const amounts = {
      some: random.amount(liquidity),
      all: liquidity,
      none: 0n,
      more: liquidity + 1n,
      far: 1n << 127n,
    }
    return [w.name, BigInt(place[0]), BigInt(place[1]), amounts[part]]
  },
  collect: (w, random, by) => {
    const place = drawPosition(w, random, by)
    const { tokensOwed0, tokensOwed1 } = w.exact.positionAt(w.pool, by, place[0], place[1])
    const wanted = (owed: bigint): bigint =>
      random.chance(0.5) ? MAX_UINT128 : clip(random.amount(owed))
    const requested = [wanted(tokensOwed0), wanted(tokensOwed1)]
    return [w.name, receiver(w, random, by), BigInt(place[0]), BigInt(place[1]), ...requested]
  },
  swap: (w, random, by) => [w.name, receiver(w, random, by), ...drawSwap(w, random)],
  flash: (w, random, by) => [w.name, receiver(w, random, by), ...flashArgs(w, random)],
  observe: (w, random) => [w.name, ...secondsAgos(w, random)],
  grow: (w, random) => {
    const next = w.pool.observationCardinalityNext
    const size = random.weighted({ more: 6, much: 1, same: 2, less: 1, none: 1 })
    const sizes = {
      more: next + 1 + random.int(6),
      much: next + random.int(60),
      same: next,
      less: next - 1,
      none: 0,
    }
    return [w.name, BigInt(Math.max(0, sizes[size]))]
  },
  setFeeProtocol: (w, random) => [w.name, feePart(random), feePart(random)],
  collectProtocol: (w, random, by) => {
    const wanted = (fees: bigint): bigint =>
      random.chance(0.4) ? MAX_UINT128 : clip(random.amount(fees))
    const requested = [wanted(w.pool.protocolFees0), wanted(w.pool.protocolFees1)]
    return [w.name, receiver(w, random, by), ...requested]
  },
  donate: (w, random, by) => {
    const side = random.int(2) as 0 | 1
    return [
      w.name,
      BigInt(side),
      random.amount(held(w.tokens[side], by) >> BigInt(random.int(200))),
    ]
  },
  create: (w, random) => {
    const to = random.chance(0.1) ? w.name : random.pick(w.users)
    return [BigInt(random.int(2)), to, random.big(1n << BigInt(random.int(190)))]
  },
  pause: (w, random) => {
    const paused = w.tokens.findIndex((t) => t.paused)
    return paused >= 0 ? [BigInt(paused), 0n] : [BigInt(random.int(2)), 1n]
  },
  setOwner: (w, random, by) => [
    by === 'admin' && w.factory.owner === 'admin' ? random.pick(['admin', 'u1']) : 'admin',
  ],
  enableFeeAmount: (_, random) => {
    const known = random.chance(0.15)
    const fee = random.pick([200n, 42n, 1n, 65_535n, 999_998n, 1_000_000n, 123_456n])
    const spacing = random.pick([1n, 4n, 60n, 16_383n, 16_383n, 16_384n, 0n, -1n])
    return [known ? 500n : fee, spacing]
  },
  // Only what is refused: nobody knows the name of a new pool.
  createPool: (_, random) =>
    random.pick([
      ['token0', 'token1', 500n],
      ['token1', 'token0', 3000n],
      ['token0', 'token0', 500n],
      ['token0', 'zero', 500n],
      ['token0', 'token1', 77n],
    ]),
}

function clip(amount: bigint): bigint {
  return amount > MAX_UINT128 ? MAX_UINT128 : amount
}

/** Prices of every size, by the number of the case, and both ends. */
function openingRoot(w: World, random: Random): bigint {
  const { MIN_SQRT_RATIO: min, MAX_SQRT_RATIO: max } = w.exact
  if (random.chance(0.15)) return random.pick([0n, min - 1n, max, max + 1n])
  const scale = Math.floor(w.number / 6) % 4
  if (scale === 1) return random.pick([min, min + random.big(1n << 33n), max - 1n])
  if (scale === 2) return 1n + (random.big(max - 2n) >> BigInt(random.int(120)))
  if (scale === 3) return random.pick([1n << 96n, w.exact.sqrtRatioAtTick(random.int(2000) - 1000)])
  return w.exact.sqrtRatioAtTick(random.int(400_000) - 200_000) + random.big(1n << 20n)
}

function receiver(w: World, random: Random, by: string): string {
  if (random.chance(0.8)) return by
  if (random.chance(0.7)) return random.pick(w.users)
  return random.pick([...OTHERS, 'token0', w.name])
}

function feePart(random: Random): bigint {
  return random.pick([
    0n,
    4n,
    10n,
    4n + BigInt(random.int(7)),
    random.chance(0.3) ? 3n : 5n,
    random.chance(0.3) ? 11n : 6n,
  ])
}

function flashArgs(w: World, random: Random): Arg[] {
  const amounts = ([0, 1] as const).map((side) => {
    const most = held(w.tokens[side], w.name)
    return random.chance(0.35) ? 0n : random.amount(most)
  })
  const back = amounts.map((amount) => {
    const fee = (amount * w.pool.fee + 999_999n) / 1_000_000n
    const off = random.weighted({ exact: 8, more: 2, less: 1 })
    if (off === 'less') return amount + fee > 0n ? amount + fee - 1n : 0n
    return off === 'more' ? amount + fee + random.amount(fee + 1000n) : amount + fee
  })
  return [...amounts, ...back, random.chance(0.1) ? random.pick(AGAIN) : 'none']
}

/** Now, at entries, between them, just before the oldest, long ago. */
function secondsAgos(w: World, random: Random): bigint[] {
  const now = BigInt.asUintN(32, w.time)
  const written = [...w.pool.observations.values()].filter((o) => o.initialized)
  const ago = (): bigint => {
    const entry = written.length > 0 ? random.pick(written).blockTimestamp : 0n
    const exact = BigInt.asUintN(32, now - entry)
    const how = random.weighted({ now: 2, entry: 3, after: 6, before: 1, wild: 1 })
    if (how === 'now') return 0n
    if (how === 'entry') return exact
    if (how === 'after') return exact === 0n ? 0n : random.big(exact)
    return how === 'before' ? BigInt.asUintN(32, exact + 1n) : random.big((1n << 32n) - 1n)
  }
  return Array.from({ length: random.int(4) }, ago)
}
