import type { Arg, Op } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { held } from '../../token.ts'
import { anyMarket, ONE, supplied } from './look.ts'
import { MARKETS, RATES } from './markets.ts'
import type { World } from './world.ts'

const PERCENT = ONE / 100n
const LISTED = ['v0', 'v1', 'v2'] as const

const WEIGHTS = {
  collateralFactor: 4,
  incentive: 3,
  closeFactor: 2,
  reserveFactor: 2,
  supplyCap: 2,
  borrowCap: 2,
  pause: 5,
  pauseAll: 1,
  treasury: 2,
  forced: 1,
  forcedFor: 2,
  borrowable: 1,
  liquidator: 0.8,
  support: 1,
  unlist: 1,
  retire: 0.3,
  rateModel: 2,
  reduceReserves: 4,
  reduceDelta: 3,
  sweep: 4,
}

export type AdminKind = keyof typeof WEIGHTS

/** Draw a step of the admin; sometimes somebody else tries it. */
export function proposeAdmin(w: World, random: Random): Op {
  return adminStep(w, random, random.weighted(WEIGHTS))
}

/** Draw a step of this kind. */
export function adminStep(w: World, random: Random, kind: AdminKind): Op {
  const by = random.chance(0.07) ? random.pick(w.users) : 'admin'
  return { kind, by, args: DRAW[kind](w, random, anyMarket(w, random)) }
}

const DRAW: Readonly<Record<AdminKind, (w: World, random: Random, m: string) => readonly Arg[]>> = {
  collateralFactor: (_, random, m) => {
    const round = random.pick([40n, 50n, 80n])
    const threshold = (random.chance(0.3) ? round : BigInt(random.int(96))) * PERCENT
    const how = random.weighted({ below: 8, equal: 3, above: 1, none: 1, over: 0.5 })
    if (how === 'below') return [m, random.big(threshold), threshold]
    if (how === 'equal') return [m, threshold, threshold]
    if (how === 'none') return [m, 0n, threshold]
    return how === 'above' ? [m, threshold + 1n, threshold] : [m, threshold, ONE + 1n]
  },
  incentive: (w, random, m) => {
    const { liquidationThreshold, liquidationIncentive } = w.pool.markets.get(m)!
    const limit = liquidationThreshold === 0n ? 2n * ONE : (ONE * ONE) / liquidationThreshold
    const how = random.weighted({ some: 5, limit: 3, below: 1, same: 1 })
    if (how === 'some') return [m, ONE + random.big(20n * PERCENT)]
    if (how === 'limit') return [m, limit + random.pick([-1n, 0n, 0n, 1n])]
    return [m, how === 'below' ? ONE - 1n : liquidationIncentive]
  },
  closeFactor: (w, random) => {
    const edges = [4n, 5n, 90n, 91n].map((p) => p * PERCENT)
    if (random.chance(0.4)) return [random.pick([...edges, 90n * PERCENT + 1n, w.pool.closeFactor])]
    return [5n * PERCENT + random.big(85n * PERCENT)]
  },
  reserveFactor: (_, random, m) => [m, random.pick([0n, random.big(ONE), ONE, ONE + 1n])],
  supplyCap: (w, random, m) => {
    const tight = supplied(w, m) + BigInt(random.int(3))
    return [m, random.chance(0.5) ? tight : random.amount(2n * MARKETS[m]!.supplyCap)]
  },
  borrowCap: (w, random, m) => {
    const tight = w.pool.markets.get(m)!.totalBorrows + BigInt(random.int(3))
    return [m, random.chance(0.5) ? tight : 2n * MARKETS[m]!.borrowCap]
  },
  pause: (_, random, m) => [m, BigInt(random.int(9)), random.chance(0.8) ? 1n : 0n],
  pauseAll: () => [1n],
  treasury: (w, random) => {
    const percent = random.pick([0n, 1n, random.big(PERCENT), random.big(ONE - 1n), ONE - 1n, ONE])
    const who = random.chance(0.1) ? 'zero' : random.pick(w.users)
    return [random.pick(['admin', ...w.users]), who, percent]
  },
  forced: (_, random, m) => [m, random.chance(0.5) ? 1n : 0n],
  forcedFor: (w, random, m) => [random.pick(w.users), m, random.chance(0.6) ? 1n : 0n],
  borrowable: (_, random, m) => [m, random.chance(0.3) ? 1n : 0n],
  liquidator: (w, random) => [random.pick([...w.users, 'zero', w.pool.liquidator ?? 'zero'])],
  support: (_, random, m) => [random.chance(0.5) ? 'v3' : m],
  unlist: (_, random, m) => [random.chance(0.3) ? 'v3' : m],
  retire: (_, __, m) => [m],
  rateModel: (_, random, m) => {
    const names = Object.keys(RATES)
    return [m, random.chance(0.9) ? random.pick(names.slice(0, 2)) : random.pick(names)]
  },
  reduceReserves: (w, random, m) => [m, random.amount(w.pool.markets.get(m)!.totalReserves)],
  reduceDelta: (_, random, m) => [m, random.pick([0n, 1n, 2n, 50n, 500n, 1_000_000n])],
  sweep: (w, random, m) => {
    const { cash } = w.pool.markets.get(m)!
    const loose = held(w.tokens[m]!, m) - cash
    return [m, random.chance(0.2) ? random.amount(cash / 10n) : random.amount(loose)]
  },
}

/** Undo what stands in the way of everything, before long. */
export function proposeMending(w: World, random: Random): Op | null {
  const admin = (kind: string, ...args: readonly Arg[]): Op => ({ kind, by: 'admin', args })
  if (w.pool.isPaused && random.chance(0.35)) return admin('pauseAll', 0n)
  for (const m of Object.keys(MARKETS)) {
    if (w.tokens[m]!.paused && random.chance(0.3)) return admin('tokenPause', m, 0n)
    const price = w.prices[m]!
    if ((price < 10n ** 9n || price >> 150n > 0n) && random.chance(0.3))
      return admin('price', m, MARKETS[m]!.price)
  }
  for (const m of LISTED) {
    const { paused, isBorrowAllowed, isListed, borrowCap, supplyCap } = w.pool.markets.get(m)!
    if (!isListed) continue
    const [action] = paused
    if (action !== undefined && random.chance(0.08)) return admin('pause', m, BigInt(action), 0n)
    if (!isBorrowAllowed && random.chance(0.1)) return admin('borrowable', m, 1n)
    const setup = MARKETS[m]!
    if (borrowCap < setup.borrowCap && random.chance(0.05))
      return admin('borrowCap', m, setup.borrowCap)
    if (supplyCap < setup.supplyCap && random.chance(0.05))
      return admin('supplyCap', m, setup.supplyCap)
  }
  if (w.pool.treasuryPercent > ONE / 10n && random.chance(0.2))
    return admin('treasury', 'admin', 'u0', ONE / 1000n)
  return null
}
