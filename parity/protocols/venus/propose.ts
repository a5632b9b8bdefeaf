import type { Arg, Op, Proposal } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { held } from '../../token.ts'
import {
  anyMarket,
  borrowable,
  debtOf,
  isStretched,
  isUnderwater,
  least,
  lendable,
  MAX_UINT256,
  ONE,
  other,
  rateOf,
  redeemable,
  suppliable,
  tokensOf,
} from './look.ts'
import { MARKETS } from './markets.ts'
import { type AdminKind, adminStep, proposeAdmin, proposeMending } from './proposeAdmin.ts'
import type { World } from './world.ts'

const WEIGHTS = {
  mint: 11,
  mintBehalf: 1,
  redeem: 6,
  redeemUnderlying: 6,
  redeemBehalf: 1,
  redeemUnderlyingBehalf: 1,
  borrow: 14,
  borrowBehalf: 2,
  repay: 9,
  repayBehalf: 2,
  liquidate: 16,
  seize: 2,
  transfer: 4,
  transferFrom: 2,
  approve: 2,
  enter: 4,
  enterBehalf: 1,
  exit: 3,
  delegate: 3,
  accrue: 2,
  exchangeRateCurrent: 1,
  totalBorrowsCurrent: 1,
  borrowBalanceCurrent: 1,
  balanceOfUnderlying: 1,
  addReserves: 1.5,
  donate: 0.5,
  tokenPause: 0.5,
  tokenApprove: 0.5,
  price: 9,
  admin: 13,
}

type Kind = Exclude<keyof typeof WEIGHTS, 'admin'>
/** Kinds that are drawn too seldom to be sure of them. */
const TOUR: readonly (Kind | AdminKind)[] = [
  'mintBehalf',
  'redeemBehalf',
  'redeemUnderlyingBehalf',
  'borrowBehalf',
  'repayBehalf',
  'liquidate',
  'seize',
  'transferFrom',
  'exit',
  'exchangeRateCurrent',
  'totalBorrowsCurrent',
  'borrowBalanceCurrent',
  'balanceOfUnderlying',
  'addReserves',
  'reduceReserves',
  'reserveFactor',
  'rateModel',
  'reduceDelta',
  'sweep',
  'enterBehalf',
  'forcedFor',
  'liquidate',
  'borrowCap',
  'supplyCap',
  'unlist',
  'closeFactor',
  'treasury',
  'incentive',
]
type Draw = (w: World, random: Random, by: string) => readonly Arg[] | Op

/** Draw the next step: mostly one that the contracts accept, often exactly at a limit. */
export function propose(w: World, random: Random): Proposal {
  return { wait: waitOf(random), op: opOf(w, random) }
}

function waitOf(random: Random): bigint {
  const how = random.weighted({ same: 60, next: 26, odd: 5, few: 8.2, idle: 0.8 })
  if (how === 'same') return 0n
  if (how === 'next') return 3n
  if (how === 'odd') return BigInt(1 + random.int(8))
  return how === 'few' ? random.big(45n) + 1n : 300n + random.big(4000n)
}

function opOf(w: World, random: Random): Op {
  const opening = openingOf(w)
  if (opening) return opening
  const mending = proposeMending(w, random)
  if (mending) return mending
  const filling = random.chance(0.5) ? fill(w, random) : null
  if (filling) return filling
  const turn = TOUR[turnOf(w)]
  if (turn !== undefined) return rare(w, random, turn)
  const kind = random.weighted(WEIGHTS)
  return kind === 'admin' ? proposeAdmin(w, random) : accountStep(w, random, kind)
}

/** Fill a cap that is nearly reached to the unit, or by one unit too much. */
function fill(w: World, random: Random): Op | null {
  const by = random.pick(w.users)
  const more = random.chance(0.2) ? 1n : 0n
  for (const m of ['v0', 'v1', 'v2']) {
    const { supplyCap, borrowCap } = w.pool.markets.get(m)!
    const [toSupply, toBorrow] = [suppliable(w, m), lendable(w, m)]
    if (supplyCap > 0n && toSupply > 0n && toSupply < 4n)
      return { kind: 'mint', by, args: [m, toSupply + more] }
    if (borrowCap > 0n && toBorrow > 0n && toBorrow < 4n)
      return { kind: 'borrow', by, args: [m, toBorrow + more] }
  }
  return null
}

/** Every tenth step takes its turn with the rare kinds. */
function turnOf({ number, steps }: World): number {
  return steps % 10 === 9 ? (number * 20 + (steps - 9) / 10) % TOUR.length : -1
}

/** A step of the tour is about the market whose every function must be used. */
function rare(w: World, random: Random, kind: Kind | AdminKind): Op {
  w.focus = 'v0'
  const op =
    kind in DRAW ? accountStep(w, random, kind as Kind) : adminStep(w, random, kind as AdminKind)
  w.focus = null
  return op
}

function accountStep(w: World, random: Random, kind: Kind): Op {
  const by = random.pick(w.users)
  const drawn = DRAW[kind](w, random, by)
  return 'kind' in drawn ? drawn : { kind, by, args: drawn }
}

/** First everybody supplies to one market and enters it. */
function openingOf({ steps, users }: World): Op | null {
  const by = users[steps % users.length]!
  const m = `v${steps % 3}`
  if (steps < users.length) return { kind: 'mint', by, args: [m, MARKETS[m]!.opening / 3n] }
  return steps < 2 * users.length ? { kind: 'enter', by, args: [m] } : null
}

const DRAW: Readonly<Record<Kind, Draw>> = {
  mint: (w, random, by) => {
    const m = anyMarket(w, random)
    return [m, random.amount(least(held(w.tokens[m]!, by), suppliable(w, m)))]
  },
  mintBehalf: (w, random, by) => {
    const m = anyMarket(w, random)
    const who = random.chance(0.1) ? 'zero' : other(w, random, by)
    return [m, who, random.amount(held(w.tokens[m]!, by) / 4n)]
  },
  redeem: (w, random, by) => redeeming(w, random, by, false),
  redeemUnderlying: (w, random, by) => redeeming(w, random, by, true),
  redeemBehalf: (w, random, by) => behalf(w, random, by, (who) => redeeming(w, random, who, false)),
  redeemUnderlyingBehalf: (w, random, by) =>
    behalf(w, random, by, (who) => redeeming(w, random, who, true)),
  borrow: (w, random, by) => borrowing(w, random, by),
  borrowBehalf: (w, random, by) => behalf(w, random, by, (who) => borrowing(w, random, who)),
  repay: (w, random, by) => {
    const m = indebted(w, random, by)
    return [m, random.chance(0.3) ? MAX_UINT256 : random.amount(debtOf(w, m, by))]
  },
  repayBehalf: (w, random, by) => {
    const who = other(w, random, by)
    const m = indebted(w, random, who)
    return [m, who, random.chance(0.2) ? MAX_UINT256 : random.amount(debtOf(w, m, who))]
  },
  liquidate: (w, random, by) => liquidating(w, random, by),
  seize: (w, random, by) => [anyMarket(w, random), by, random.pick(w.users), random.big(100n)],
  transfer: (w, random, by) => {
    const m = anyMarket(w, random)
    const to = random.chance(0.1) ? by : other(w, random, by)
    return [m, to, random.amount(redeemable(w, m, by))]
  },
  transferFrom: (w, random, by) => {
    const m = anyMarket(w, random)
    const pairs = [...w.pool.markets.get(m)!.allowances.keys()].filter((k) => k.endsWith(` ${by}`))
    const from = pairs.length > 0 ? random.pick(pairs).split(' ')[0]! : other(w, random, by)
    const to = random.chance(0.5) ? by : random.pick(w.users)
    return [m, from, to, random.amount(redeemable(w, m, from))]
  },
  approve: (w, random, by) => {
    const m = anyMarket(w, random)
    const units = random.chance(0.4) ? MAX_UINT256 : random.amount(tokensOf(w, m, by))
    return [m, other(w, random, by), units]
  },
  enter: (w, random) => Array.from({ length: 1 + random.int(3) }, () => anyMarket(w, random)),
  enterBehalf: (w, random, by) => behalf(w, random, by, () => [anyMarket(w, random)]),
  exit: (w, random, by) => {
    const entered = w.pool.entered.get(by) ?? []
    const idle = entered.filter((m) => tokensOf(w, m, by) === 0n && debtOf(w, m, by) === 0n)
    return [random.pick(idle.length > 0 ? idle : [...entered, anyMarket(w, random)])]
  },
  delegate: (w, random, by) => {
    const who = random.chance(0.05) ? 'zero' : other(w, random, by)
    const isOn = w.pool.delegates.has(`${by} ${who}`)
    return [who, isOn !== random.chance(0.8) ? 1n : 0n]
  },
  accrue: (w, random) => [anyMarket(w, random)],
  exchangeRateCurrent: (w, random) => [anyMarket(w, random)],
  totalBorrowsCurrent: (w, random) => [anyMarket(w, random)],
  borrowBalanceCurrent: (w, random) => [anyMarket(w, random), random.pick(w.users)],
  balanceOfUnderlying: (w, random) => [anyMarket(w, random), random.pick(w.users)],
  addReserves: (w, random, by) => {
    const m = anyMarket(w, random)
    return [m, random.amount(held(w.tokens[m]!, by) / 1000n)]
  },
  donate: (w, random, by) => {
    const m = anyMarket(w, random)
    return [m, random.amount(held(w.tokens[m]!, by) / 100n)]
  },
  tokenPause: (w, random) => [anyMarket(w, random), 1n],
  tokenApprove: (w, random, by) => {
    const m = anyMarket(w, random)
    const units = random.chance(0.6) ? MAX_UINT256 : random.amount(held(w.tokens[m]!, by))
    return [m, units]
  },
  price: (w, random) => {
    const m = anyMarket(w, random)
    return [m, movedPrice(w, random, m)]
  },
}

function movedPrice(w: World, random: Random, m: string): bigint {
  const { price } = MARKETS[m]!
  const how = random.weighted({ back: 3, down: 5, up: 3, any: 1, zero: 0.3, dust: 0.1, huge: 0.1 })
  const now = w.prices[m]!
  if (how === 'back') return price
  if (how === 'down') return now - random.big(now / 3n)
  if (how === 'up') return now + random.big(now / 3n)
  if (how === 'any') return random.big(2n * price)
  if (how === 'zero') return 0n
  return how === 'dust' ? 1n : 1n << 200n
}

/** Redeem what may leave; underlying is asked for in units that the tokens are worth. */
function redeeming(w: World, random: Random, who: string, isUnderlying: boolean): Arg[] {
  const m = anyMarket(w, random)
  const rate = rateOf(w, m)
  const { cash } = w.pool.markets.get(m)!
  const tokens = least(redeemable(w, m, who), rate === 0n ? 0n : (cash * ONE) / rate)
  return [m, random.amount(isUnderlying ? (tokens * rate) / ONE : tokens)]
}

function borrowing(w: World, random: Random, who: string): Arg[] {
  const m = anyMarket(w, random)
  const most = borrowable(w, m, who)
  if (random.chance(0.5)) return [m, most - random.big(most / 3n)]
  return [m, random.amount(most)]
}

/** A market in which an account owes something, if there is one. */
function indebted(w: World, random: Random, who: string): string {
  const owing = indebtedIn(w, who)
  return owing.length > 0 ? random.pick(owing) : anyMarket(w, random)
}

function indebtedIn(w: World, who: string): string[] {
  return Object.keys(MARKETS).filter((m) => debtOf(w, m, who) > 0n)
}

/** Act for an account that allows it, sometimes for one that does not. */
function behalf(
  w: World,
  random: Random,
  by: string,
  draw: (who: string) => readonly Arg[],
): readonly Arg[] | Op {
  const allowing = w.users.filter((user) => w.pool.delegates.has(`${user} ${by}`))
  if (allowing.length === 0 && random.chance(0.8))
    return { kind: 'delegate', by: other(w, random, by), args: [by, 1n] }
  const known = allowing.length > 0 && random.chance(0.9)
  const who = known ? random.pick(allowing) : random.pick(w.users)
  const [m, ...rest] = draw(who)
  return [m!, who, ...rest]
}

/** Liquidate whoever may be; when nobody may, let a price fall or try in vain. */
function liquidating(w: World, random: Random, by: string): readonly Arg[] | Op {
  const stretched = random.chance(0.15) ? w.users.filter((user) => isStretched(w, user)) : []
  const weak = stretched.length > 0 ? stretched : w.users.filter((user) => isUnderwater(w, user))
  if (weak.length === 0 && random.chance(0.75)) return crash(w, random, by)
  const who = weak.length > 0 ? random.pick(weak) : random.pick(w.users)
  const m = indebted(w, random, who)
  const kept = Object.keys(MARKETS).filter((c) => tokensOf(w, c, who) > 0n)
  const collateral = kept.length > 0 ? random.pick(kept) : anyMarket(w, random)
  const most = (debtOf(w, m, who) * w.pool.closeFactor) / ONE
  const repay = random.chance(0.02)
    ? MAX_UINT256
    : random.amount(worth(w, m, collateral, who, most))
  const args = [m, who, repay, collateral]
  const sender = w.pool.liquidator !== null && random.chance(0.8) ? w.pool.liquidator : by
  return { kind: 'liquidate', by: sender, args }
}

/** Let the price of some debtor's collateral fall. */
function crash(w: World, random: Random, by: string): Op {
  const debtors = w.users.filter((user) => indebtedIn(w, user).length > 0)
  const who = random.pick(debtors.length > 0 ? debtors : w.users)
  const owing = indebtedIn(w, who)
  const kept = (w.pool.entered.get(who) ?? []).filter(
    (m) => tokensOf(w, m, who) > 0n && !owing.includes(m),
  )
  const m = kept.length > 0 ? random.pick(kept) : anyMarket(w, random)
  return { kind: 'price', by, args: [m, (w.prices[m]! * BigInt(40 + random.int(55))) / 100n] }
}

/** The largest repayment, or what the collateral still covers. */
function worth(w: World, m: string, collateral: string, who: string, most: bigint): bigint {
  const { liquidationIncentive } = w.pool.markets.get(collateral)!
  const perUnit = (liquidationIncentive * w.prices[m]!) / ONE
  if (perUnit === 0n) return most
  const units = (tokensOf(w, collateral, who) * rateOf(w, collateral)) / ONE
  return least(most, (units * w.prices[collateral]!) / perUnit)
}
