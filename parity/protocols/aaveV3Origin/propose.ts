import type * as Exact from '../../../src/mechanisms/lending/aaveV3Origin/exact.ts'
import type { Arg, Proposal } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { held } from '../../token.ts'
import { FORBIDDEN } from './forbidden.ts'
import { drawAdmin, repairs } from './proposeAdmin.ts'
import {
  atCover,
  cashOf,
  drawFlash,
  drawFlashMany,
  least,
  MAX,
  mostBorrowable,
  mostWithdrawable,
  near,
} from './proposeAmounts.ts'
import { FILLING, hermitOf, planOf } from './proposePlans.ts'
import { drawLiquidation, drawPrice, weak } from './proposeShocks.ts'
import { tour } from './proposeTour.ts'
import type { World } from './world.ts'

/** Draw the arguments of a step by `by`. */
export type Draw = (w: World, random: Random, by: string) => readonly Arg[]

const WEIGHTS = {
  supply: 12,
  withdraw: 9,
  borrow: 17,
  repay: 8,
  repayWithATokens: 3,
  liquidate: 5,
  price: 5,
  useAsCollateral: 5,
  setUserEMode: 5,
  flash: 4,
  flashMany: 3,
  mintToTreasury: 3,
  transfer: 4,
  transferFrom: 2,
  approve: 1,
  increase: 1,
  decrease: 1,
  delegate: 2,
  admin: 7,
  rates: 2,
  deposit: 1,
  donate: 1,
  create: 1,
  allow: 1,
  pauseToken: 0.3,
  sequencer: 0.7,
  supplyWithPermit: 0.3,
  repayWithPermit: 0.3,
  forbidden: 1,
  manager: 2,
  renounce: 1,
  eliminate: 3,
} as const

type Kind = keyof typeof WEIGHTS
const DAY = 86_400

/** Draw the next step: mostly what users do, often at or beyond a boundary. */
export function propose(w: World, random: Random): Proposal {
  const wait = waitBefore(w, random)
  const planned = tour(w) ?? planOf(w, random) ?? repairs(w, random)
  if (planned) return { wait, op: planned }
  const drawn = urgent(w, random) ?? random.weighted(WEIGHTS)
  const kind =
    drawn === 'liquidate' && weak(w).length === 0 && random.chance(0.8) ? 'borrow' : drawn
  if (kind === 'admin') return { wait, op: drawAdmin(w, random) }
  const by = actor(w, random, kind)
  return { wait, op: { kind, by, args: DRAWS[kind](w, random, by) } }
}

/** What the state asks for: a market to fill, an account to liquidate. */
function urgent(w: World, random: Random): Kind | null {
  if (w.steps < FILLING) return random.chance(0.7) ? 'supply' : 'borrow'
  return weak(w).length > 0 && random.chance(0.45) ? 'liquidate' : null
}

function actor(w: World, random: Random, kind: Kind): string {
  if (kind === 'forbidden') return 'u0'
  if (kind === 'eliminate') return random.chance(0.95) ? 'admin' : random.pick(w.users)
  if (random.chance(0.01)) return 'admin'
  const able = ABLE[kind]
  const found = able ? w.users.filter((user) => able(w, user)) : []
  return random.pick(found.length > 0 && random.chance(0.92) ? found : w.users)
}

type Able = (w: World, user: string) => boolean
const supplies: Able = (w, user) =>
  w.pool.reserves.some((r) => w.exact.scaledOf(r.supply, user) > 0n)
const owes: Able = (w, user) => w.exact.borrowsAny(w.exact.userOf(w.pool, user).config)
/** Who can do what; steps that are not named here anybody can. */
const ABLE: Readonly<Partial<Record<Kind, Able>>> = {
  withdraw: supplies,
  transfer: supplies,
  useAsCollateral: supplies,
  approve: supplies,
  repay: owes,
  repayWithATokens: (w, user) =>
    w.pool.reserves.some(
      (r) => w.exact.scaledOf(r.debt, user) > 0n && w.exact.scaledOf(r.supply, user) > 0n,
    ),
  transferFrom: (w, user) => grants(w, ([, spender]) => spender === user).length > 0,
  decrease: (w, user) => grants(w, ([owner]) => owner === user).length > 0,
}

type Grant = { readonly reserve: Exact.Reserve; readonly pair: string[]; readonly amount: bigint }

/** Allowances of aTokens that are not used up. */
function grants(w: World, fits: (pair: readonly string[]) => boolean): Grant[] {
  return w.pool.reserves.flatMap((reserve) =>
    [...reserve.allowances].flatMap(([key, { amount }]) => {
      const pair = key.split(' ')
      return amount > 0n && fits(pair) ? [{ reserve, pair, amount }] : []
    }),
  )
}

function waitBefore(w: World, random: Random): bigint {
  const scale = random.weighted({ same: 50, block: 35, hours: 10, months: 4.7, years: 0.3 })
  if (w.steps === 0 || scale === 'same') return 0n
  if (scale === 'block') return BigInt(1 + random.int(24))
  if (scale === 'hours') return BigInt(1 + random.int(DAY))
  if (scale === 'months') return BigInt(1 + random.int(120 * DAY))
  return BigInt(1 + random.int(3 * 365 * DAY))
}

const other = (w: World, random: Random, by: string): string =>
  random.chance(0.85) ? by : random.pick([...w.users, 'zero', 'treasury', 'a0'])
const anyAsset = (w: World, random: Random): string =>
  random.chance(0.01) ? 'u0' : random.pick(w.pool.reserves).asset

/** A reserve of which the account has something, else any. */
function reserveWith(
  w: World,
  random: Random,
  has: (reserve: Exact.Reserve) => boolean,
): Exact.Reserve {
  const found = w.pool.reserves.filter(has)
  return random.pick(found.length > 0 && random.chance(0.95) ? found : w.pool.reserves)
}

function supplyArgs(w: World, random: Random, by: string): Arg[] {
  const filling = w.steps < FILLING
  const reserve = filling ? opened(w, random, by) : random.pick(w.pool.reserves)
  const asset = filling ? reserve.asset : anyAsset(w, random)
  const own = held(w.tokens.get(reserve.asset)!, by)
  const share = BigInt(3 + random.int(by === hermitOf(w) ? 5 : 200))
  const part = filling ? own / share : random.amount(own / 4n)
  return [asset, part, other(w, random, by)]
}

/** What a user supplies first: the isolated asset alone, or mostly assets of its eMode. */
function opened(w: World, random: Random, by: string): Exact.Reserve {
  const { eMode } = w.exact.userOf(w.pool, by)
  const isHermit = by === hermitOf(w)
  const { collateralBitmap } = w.exact.categoryOf(w.pool, eMode)
  const own = w.pool.reserves.filter(({ config: c, bit }) =>
    isHermit ? c.debtCeiling > 0n : eMode !== 0n && (collateralBitmap & bit) !== 0n,
  )
  return random.pick(own.length > 0 && random.chance(isHermit ? 1 : 0.75) ? own : w.pool.reserves)
}

function withdrawArgs(w: World, random: Random, by: string): Arg[] {
  const reserve = reserveWith(w, random, (r) => w.exact.scaledOf(r.supply, by) > 0n)
  const own = w.exact.suppliedBy(reserve, by, w.time)
  const how = random.weighted({ limit: 5, some: 4, all: 2, max: 2, cash: 0.5 })
  const to = other(w, random, by)
  if (how === 'limit') return [reserve.asset, near(random, mostWithdrawable(w, reserve, by)), to]
  if (how === 'some') return [reserve.asset, some(random, own / 3n), to]
  if (how === 'cash') return [reserve.asset, near(random, least(own, cashOf(w, reserve))), to]
  return [reserve.asset, how === 'all' ? own : MAX, to]
}

function borrowArgs(w: World, random: Random, by: string): Arg[] {
  const { config, eMode } = w.exact.userOf(w.pool, by)
  const isolated = w.exact.isolatedCollateral(w.pool, config)
  const only = w.exact.siloedDebt(w.pool, config)
  const siloed = only && w.pool.byAsset.get(only.asset)!
  const borrowing = w.exact.borrowsAny(config)
  const { borrowableBitmap } = w.exact.categoryOf(w.pool, eMode)
  const fits = ({ config: c, bit }: Exact.Reserve): boolean =>
    (!borrowing || !c.siloedBorrowing || random.chance(0.1)) &&
    (eMode === 0n || (borrowableBitmap & bit) !== 0n) &&
    (!isolated || c.borrowableInIsolation)
  const chosen = siloed && random.chance(0.8) ? siloed : reserveWith(w, random, fits)
  const lenders = w.users.filter((u) => (chosen.delegations.get(`${u} ${by}`)?.amount ?? 0n) > 0n)
  const onBehalfOf = lenders.length > 0 && random.chance(0.6) ? random.pick(lenders) : by
  const most = mostBorrowable(w, chosen, onBehalfOf)
  if (random.chance(0.1)) return [chosen.asset, atCover(w, random, chosen, by), 2n, by]
  if (most === 0n && random.chance(0.8)) return borrowSomethingElse(w, random, by)
  const amount = random.chance(0.3) ? near(random, most) : some(random, most / 2n)
  const mode = random.chance(0.95) ? 2n : BigInt(random.int(4))
  return [chosen.asset, amount, mode, random.chance(0.98) ? onBehalfOf : random.pick(w.users)]
}

/** What an account can borrow at all, if anything. */
function borrowSomethingElse(w: World, random: Random, by: string): Arg[] {
  const account = random.chance(0.9) ? by : random.pick(w.users)
  const found = w.pool.reserves.filter((r) => mostBorrowable(w, r, account) > 0n)
  if (found.length === 0) return [random.pick(w.pool.reserves).asset, 1n, 2n, by]
  const reserve = random.pick(found)
  const amount = some(random, mostBorrowable(w, reserve, account))
  const lent = reserve.delegations.get(`${account} ${by}`)?.amount ?? 0n
  return [reserve.asset, lent > 0n ? least(lent, amount) : amount, 2n, account]
}

/** An amount that is seldom 0. */
function some(random: Random, most: bigint): bigint {
  const amount = random.chance(0.5) ? random.big(most) : random.amount(most)
  return amount === 0n && random.chance(0.8) ? 1n + random.big(most) : amount
}

function repayArgs(w: World, random: Random, by: string): Arg[] {
  const debtor = random.chance(0.75)
    ? by
    : random.pick(w.users.filter((u) => owes(w, u)).concat(by))
  const reserve = reserveWith(w, random, (r) => w.exact.scaledOf(r.debt, debtor) > 0n)
  const owed = w.exact.owedBy(reserve, debtor, w.time)
  const amount = random.chance(debtor === by ? 0.2 : 0.04) ? MAX : repayment(random, owed)
  return [reserve.asset, amount, random.chance(0.96) ? 2n : BigInt(random.int(4)), debtor]
}

const repayment = (random: Random, owed: bigint): bigint =>
  random.chance(0.3) ? near(random, owed) : some(random, owed)

function repayATokensArgs(w: World, random: Random, by: string): Arg[] {
  const reserve = reserveWith(
    w,
    random,
    (r) => w.exact.scaledOf(r.debt, by) > 0n && w.exact.scaledOf(r.supply, by) > 0n,
  )
  const own = w.exact.suppliedBy(reserve, by, w.time)
  const most = least(w.exact.owedBy(reserve, by, w.time), own)
  return [reserve.asset, random.chance(0.3) ? MAX : repayment(random, most), 2n]
}

const DRAWS: Readonly<Record<Exclude<Kind, 'admin'>, Draw>> = {
  supply: supplyArgs,
  deposit: supplyArgs,
  withdraw: withdrawArgs,
  borrow: borrowArgs,
  repay: repayArgs,
  repayWithATokens: repayATokensArgs,
  liquidate: drawLiquidation,
  price: drawPrice,
  useAsCollateral: (w, random, by) => {
    const { config } = w.exact.userOf(w.pool, by)
    const reserve = reserveWith(w, random, (r) => w.exact.scaledOf(r.supply, by) > 0n)
    const used = (config & reserve.collateralBit) !== 0n
    return [reserve.asset, used === random.chance(0.9) ? 0n : 1n, wardOf(w, random, by)]
  },
  setUserEMode: (w, random, by) => {
    const { eMode } = w.exact.userOf(w.pool, by)
    const id =
      eMode !== 0n && random.chance(0.5) ? 0n : BigInt(random.int(random.chance(0.1) ? 5 : 3))
    return [id, wardOf(w, random, by)]
  },
  flash: drawFlash,
  flashMany: drawFlashMany,
  mintToTreasury: (w, random) => {
    const assets = w.pool.reserves.filter(() => random.chance(0.4)).map(({ asset }) => asset)
    return random.chance(0.05) ? [...assets, 'u0'] : assets
  },
  transfer: (w, random, by) => {
    const [asset, amount] = withdrawArgs(w, random, by)
    const to = random.chance(0.9) ? random.pick(w.users) : random.pick(['treasury', 'zero', by])
    return [asset!, to, amount === MAX && random.chance(0.8) ? 0n : amount!]
  },
  transferFrom: (w, random, by) => {
    const given = grants(w, ([, spender]) => spender === by)
    if (given.length === 0) return [anyReserve(w, random), random.pick(w.users), by, 1n]
    const { reserve, pair, amount } = random.pick(given)
    const most = least(amount, mostWithdrawable(w, reserve, pair[0]!))
    return [reserve.asset, pair[0]!, random.pick(w.users), near(random, most)]
  },
  approve: (w, random, by) => approveArgs(w, random, by),
  increase: (w, random, by) => approveArgs(w, random, by),
  decrease: (w, random, by) => {
    const given = grants(w, ([owner]) => owner === by)
    if (given.length === 0) return [anyReserve(w, random), random.pick(w.users), 1n]
    const { reserve, pair, amount } = random.pick(given)
    return [reserve.asset, pair[1]!, least(random.amount(amount), MAX)]
  },
  delegate: (w, random) => {
    const reserve = random.chance(0.3) ? w.pool.reserves[0]! : random.pick(w.pool.reserves)
    const unit = 10n ** reserve.config.decimals
    return [reserve.asset, random.pick(w.users), random.amount(unit * 100_000n)]
  },
  rates: (w, random) => {
    const reserve = random.pick(w.pool.reserves)
    const cash = cashOf(w, reserve)
    const [debt, factor] = [random.amount(cash * 4n), BigInt(random.int(10_002))]
    const moved = [random.amount(cash), random.amount(cash), random.amount(cash)]
    return [reserve.asset, ...moved, debt, random.amount(cash), factor]
  },
  manager: (w, random) => [random.pick(w.users), random.chance(0.8) ? 1n : 0n],
  renounce: (w, random) => [random.pick(w.users)],
  eliminate: (w, random) => {
    const reserve = reserveWith(w, random, ({ deficit }) => deficit > 0n)
    return [reserve.asset, random.chance(0.2) ? MAX : near(random, reserve.deficit / 2n + 1n)]
  },
  donate: (w, random, by) => {
    const reserve = random.pick(w.pool.reserves)
    return [reserve.asset, random.amount(held(w.tokens.get(reserve.asset)!, by) / 100n)]
  },
  create: (w, random) => {
    const { asset, config } = random.pick(w.pool.reserves)
    return [asset, random.pick(w.users), random.amount(1_000_000n * 10n ** config.decimals)]
  },
  allow: (w, random) => [
    anyReserve(w, random),
    random.chance(0.6) ? MAX : random.amount(10n ** 20n),
  ],
  pauseToken: (w, random) => [anyReserve(w, random), 1n],
  sequencer: (_, random) => [random.chance(0.5) ? 1n : 0n],
  supplyWithPermit: (w, random) => [anyReserve(w, random), random.amount(1000n), w.time],
  repayWithPermit: (w, random) => [anyReserve(w, random), random.amount(1000n), w.time],
  forbidden: (_, random) => [BigInt(random.int(FORBIDDEN.length))],
}

/** Oneself, or somebody whose position one manages. */
function wardOf(w: World, random: Random, by: string): string {
  const wards = w.users.filter((user) => w.exact.isManager(w.pool, user, by))
  if (wards.length > 0 && random.chance(0.3)) return random.pick(wards)
  return random.chance(0.97) ? by : random.pick(w.users)
}

const anyReserve = (w: World, random: Random): string => random.pick(w.pool.reserves).asset

function approveArgs(w: World, random: Random, by: string): Arg[] {
  const reserve = reserveWith(w, random, (r) => w.exact.scaledOf(r.supply, by) > 0n)
  const own = w.exact.suppliedBy(reserve, by, w.time)
  return [reserve.asset, random.pick(w.users), random.chance(0.3) ? MAX : random.amount(own)]
}
