import type { Op, Proposal } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { held } from '../../token.ts'
import type { World } from './model.ts'

type Draw = (w: World, random: Random, by: string) => readonly (bigint | string)[]

const WEIGHTS = {
  swap: 34,
  deposit: 14,
  withdraw: 12,
  flash: 8,
  donate: 4,
  skim: 3,
  sync: 3,
  transfer: 4,
  approve: 3,
  transferFrom: 4,
  setFeeTo: 4,
  mint: 2,
  burn: 2,
  pause: 1,
  create: 1,
  permit: 1,
  setFeeToSetter: 1,
} as const

const DAY = 86_400

/** Draw the next step: mostly what users do, often at or beyond a boundary. */
export function propose(w: World, random: Random): Proposal {
  const kind = urgent(w, random) ?? random.weighted(WEIGHTS)
  const admin = kind === 'setFeeTo' || kind === 'setFeeToSetter' ? 0.8 : 0.01
  const by = random.chance(admin) ? w.factory.feeToSetter : actor(w, random, kind)
  const args = kind === 'create' || kind === 'pause' ? DRAWS[kind](w, random, by) : undefined
  const op: Op = { kind, by, args: args ?? DRAWS[kind](w, random, by) }
  return { wait: wait(random), op }
}

/** Who acts: whoever redeems or hands on shares mostly has some. */
function actor(w: World, random: Random, kind: keyof typeof WEIGHTS): string {
  const needsShares = kind === 'withdraw' || kind === 'transfer'
  const holders = w.users.filter((name) => (w.pair.balances.get(name) ?? 0n) > 0n)
  return needsShares && holders.length > 0 && random.chance(0.9)
    ? random.pick(holders)
    : random.pick(w.users)
}

/** What the state asks for: liquidity, an unpaused token, use of what lies loose in the pair. */
function urgent(w: World, random: Random): keyof typeof WEIGHTS | null {
  if (w.pair.totalSupply === 0n) return random.chance(0.5) ? 'deposit' : null
  if (w.tokens.some((t) => t.paused)) return random.chance(0.2) ? 'pause' : null
  const { reserve0, reserve1, totalSupply } = w.pair
  const loose0 = held(w.tokens[0], 'pair') - reserve0
  const loose1 = held(w.tokens[1], 'pair') - reserve1
  const worth = loose0 * totalSupply >= reserve0 && loose1 * totalSupply >= reserve1
  if (worth && loose0 > 0n && loose1 > 0n && random.chance(0.6)) return 'mint'
  if ((w.pair.balances.get('pair') ?? 0n) > 0n && random.chance(0.4)) return 'burn'
  return (loose0 || loose1) && random.chance(0.4)
    ? random.pick(['sync', 'sync', 'skim', 'donate'])
    : null
}

function wait(random: Random): bigint {
  const scale = random.weighted({ same: 55, block: 30, hours: 10, months: 4, decades: 1 })
  if (scale === 'same') return 0n
  if (scale === 'block') return BigInt(1 + random.int(24))
  if (scale === 'hours') return BigInt(1 + random.int(DAY))
  if (scale === 'months') return BigInt(1 + random.int(200 * DAY))
  return BigInt(1 + random.int(40 * 365 * DAY))
}

const DRAWS: Readonly<Record<keyof typeof WEIGHTS, Draw>> = {
  deposit: (w, random, by) => [...depositAmounts(w, random, by), receiver(w, random, by)],
  mint: (w, random, by) => [receiver(w, random, by)],
  withdraw: (w, random, by) => {
    const own = w.pair.balances.get(by) ?? 0n
    const part = random.chance(0.2) ? own : random.amount(own)
    return [part, receiver(w, random, by)]
  },
  burn: (w, random, by) => [receiver(w, random, by)],
  swap: (w, random, by) => swapArgs(w, random, by),
  flash: (w, random, by) => flashArgs(w, random, by),
  donate: (w, random, by) => {
    const reserves = [w.pair.reserve0, w.pair.reserve1] as const
    // A gift of one token alone mints nothing, so the other one often follows.
    const bare = random.chance(0.8)
      ? reserves.findIndex((r, i) => held(w.tokens[i as 0 | 1], 'pair') === r)
      : -1
    const side = (bare < 0 ? random.int(2) : bare) as 0 | 1
    const reserve = reserves[side]
    const most = least(held(w.tokens[side], by), reserve + 1000n)
    return [BigInt(side), random.chance(0.02) ? held(w.tokens[side], by) : random.amount(most)]
  },
  create: (w, random) => {
    if (random.chance(0.5)) return atLimit(w, random)
    const to = random.chance(0.02) ? 'pair' : random.pick(w.users)
    return [BigInt(random.int(2)), to, random.big(1n << BigInt(random.int(255)))]
  },
  pause: (w, random) => {
    const paused = w.tokens.findIndex((t) => t.paused)
    return paused >= 0 ? [BigInt(paused), 0n] : [BigInt(random.int(2)), 1n]
  },
  skim: (w, random, by) => [receiver(w, random, by)],
  sync: () => [],
  transfer: (w, random, by) => {
    const to = random.chance(0.1) ? 'pair' : random.pick(w.users)
    return [to, random.amount(w.pair.balances.get(by) ?? 0n)]
  },
  approve: (w, random, by) => {
    const unlimited = random.chance(0.3)
    const own = w.pair.balances.get(by) ?? 0n
    return [random.pick(w.users), unlimited ? (1n << 256n) - 1n : random.amount(2n * own)]
  },
  transferFrom: (w, random, by) => {
    const granted = w.users.filter((u) => (w.pair.allowances.get(`${u} ${by}`) ?? 0n) > 0n)
    const from = random.pick(granted.length > 0 ? granted : w.users)
    const allowed = w.pair.allowances.get(`${from} ${by}`) ?? 0n
    const own = w.pair.balances.get(from) ?? 0n
    return [from, random.pick(w.users), random.amount(least(allowed, own))]
  },
  permit: (w, random) => [w.time + BigInt(random.int(5) - 1) * BigInt(DAY)],
  setFeeTo: (w, random) => {
    const off = w.factory.feeTo !== null && random.chance(0.4)
    return [off ? 'zero' : random.pick(['treasury', 'treasury', 'treasury', 'u0', 'pair'])]
  },
  setFeeToSetter: (_, random, by) => [
    random.pick(by === 'admin' ? ['admin', 'u1'] : ['admin', 'admin', by]),
  ],
}

function receiver(w: World, random: Random, by: string): string {
  if (random.chance(0.8)) return by
  if (random.chance(0.7)) return random.pick(w.users)
  return random.pick(['pair', 'zero', 'treasury', 'token0', 'token1'])
}

/** Both tokens in the pool's proportion, one of them often a little off. */
function depositAmounts(w: World, random: Random, by: string): [bigint, bigint] {
  const { reserve0, reserve1, totalSupply } = w.pair
  const own0 = held(w.tokens[0], by)
  const own1 = held(w.tokens[1], by)
  if (totalSupply === 0n || reserve0 === 0n || reserve1 === 0n) return opening(w, random)
  const most = least(own0, 2n * reserve0)
  const amount0 = random.amount(most)
  const even = (amount0 * reserve1) / reserve0
  const off = random.weighted({ even: 5, more: 2, less: 2, wild: 1 })
  if (off === 'even') return [amount0, even]
  if (off === 'more') return [amount0, even + random.amount(even / 10n + 2n)]
  if (off === 'less') return [amount0, even - least(even, random.amount(even / 10n + 2n))]
  return [amount0, random.amount(own1)]
}

/** Bring the pair's balance to the largest reserve, or one unit beyond; a sync or swap follows. */
function atLimit(w: World, random: Random): [bigint, string, bigint] {
  const side = random.int(2) as 0 | 1
  const limit = (1n << 112n) - BigInt(random.int(2))
  const balance = held(w.tokens[side], 'pair')
  return [BigInt(side), 'pair', balance < limit ? limit - balance : 1n]
}

/** Pools of every size, by the number of the case: dust, usual, and close to 2^112. */
function opening(w: World, random: Random): [bigint, bigint] {
  const size = w.number % 6
  if (size === 1) return [random.big(4000n), random.big(4000n)]
  if (size === 3) return [random.big(1n << 111n), random.big(1n << 111n)]
  const scale = 10n ** BigInt(12 + random.int(12))
  return [random.big(scale), random.big(scale * 10n ** BigInt(random.int(4)))]
}

function swapArgs(w: World, random: Random, by: string): (bigint | string)[] {
  const to = receiver(w, random, by)
  const side = random.int(2) as 0 | 1
  const [reserveIn, reserveOut] = sides(w, side)
  const into = random.amount(least(held(w.tokens[side], by), reserveIn * 3n + 3n))
  // What lies in the pair already counts as paid in.
  const loose = held(w.tokens[side], 'pair') - reserveIn
  const best = w.exact.amountOut(into + loose, reserveIn, reserveOut)
  const paid = wobble(best.ok ? best.value : 0n, random)
  const extra = random.chance(0.04) ? random.amount(reserveIn / 100n) : 0n
  return side === 0 ? [into, 0n, extra, paid, to] : [0n, into, paid, extra, to]
}

/** The largest amount that the pair pays, one more, one less, or any smaller one. */
function wobble(best: bigint, random: Random): bigint {
  const how = random.weighted({ exact: 6, less: 3, more: 1 })
  if (how === 'more') return best + 1n
  return how === 'less' && best > 0n ? best - random.big(best / 50n) : best
}

function flashArgs(w: World, random: Random, by: string): (bigint | string)[] {
  const side = random.int(2) as 0 | 1
  const [reserveIn, reserveOut] = sides(w, side)
  const out = random.amount(reserveOut > 1n ? reserveOut - 1n : 0n)
  const again = random.chance(0.15) ? random.pick(['sync', 'skim', 'mint', 'burn']) : 'none'
  const to = random.chance(0.06) ? random.pick(['pair', 'zero', 'treasury', 'token1']) : by
  const less = random.chance(0.1) ? 1n : 0n
  if (random.chance(0.5)) {
    const price = w.exact.amountIn(out, reserveIn, reserveOut)
    const back = (price.ok ? price.value : 0n) - (price.ok ? less : 0n)
    return side === 0 ? [0n, out, back, 0n, again, to] : [out, 0n, 0n, back, again, to]
  }
  if (random.chance(0.2)) return evenFlash(side, out, again, to)
  // The same token back: out x 1000 / 997, rounded up.
  const back = (out * 1000n + 996n) / 997n
  const short = back > less ? back - less : back
  return side === 0 ? [0n, out, 0n, short, again, to] : [out, 0n, short, 0n, again, to]
}

/** 997 parts out and 1,000 parts back leave the product exactly where it was. */
function evenFlash(side: 0 | 1, most: bigint, again: string, to: string): (bigint | string)[] {
  const parts = most / 997n
  const [out, back] = [997n * parts, 1000n * parts]
  return side === 0 ? [0n, out, 0n, back, again, to] : [out, 0n, back, 0n, again, to]
}

function sides({ pair }: World, into: 0 | 1): [bigint, bigint] {
  return into === 0 ? [pair.reserve0, pair.reserve1] : [pair.reserve1, pair.reserve0]
}

function least(x: bigint, y: bigint): bigint {
  return x < y ? x : y
}
