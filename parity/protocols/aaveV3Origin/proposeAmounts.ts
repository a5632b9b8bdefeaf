/** Amounts at the limits of what accounts may do, and flash loans. */
import type * as Exact from '../../../src/mechanisms/lending/aaveV3Origin/exact.ts'
import type { Arg } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { held } from '../../token.ts'
import { blockOf, type World } from './world.ts'

export const MAX: bigint = (1n << 256n) - 1n

/** The smaller one. */
export const least = (x: bigint, y: bigint): bigint => (x < y ? x : y)

/** A limit, one less, one more, or something below it. */
export function near(random: Random, limit: bigint): bigint {
  const how = random.weighted({ at: 5, below: 2, above: 2, some: 3 })
  if (how === 'above') return limit < MAX ? limit + 1n : limit
  if (how === 'below') return limit > 0n ? limit - 1n : 0n
  return how === 'at' ? limit : random.big(limit)
}

/** Units of an asset that the pool holds. */
export function cashOf(_: World, { virtualBalance }: Exact.Reserve): bigint {
  return virtualBalance
}

/** The price of an asset, at least 1. */
function priceFor(w: World, reserve: Exact.Reserve): bigint {
  const price = w.prices.get(reserve.asset) ?? 1n
  return price > 0n ? price : 1n
}

/** What an account may borrow: by its collateral, the caps, the ceiling and the cash. */
export function mostBorrowable(w: World, reserve: Exact.Reserve, account: string): bigint {
  const data = w.exact.userAccountData(w.pool, blockOf(w), account)
  if (!data.ok) return 1n
  const { decimals, borrowCap } = reserve.config
  const unit = 10n ** decimals
  let most = (data.value.availableBorrows * unit) / priceFor(w, reserve)
  most = least(most, cashOf(w, reserve))
  if (borrowCap !== 0n) {
    const room = borrowCap * unit - w.exact.totalDebt(reserve, w.time)
    most = least(most, room > 0n ? room : 0n)
  }
  const { config } = w.exact.userOf(w.pool, account)
  const isolated = w.exact.isolatedCollateral(w.pool, config)
  if (!isolated || decimals < 2n) return most
  const room = isolated.config.debtCeiling - isolated.isolationModeTotalDebt
  return least(most, room > 0n ? (room + 1n) * 10n ** (decimals - 2n) - 1n : 0n)
}

/** The amount whose value is what the collateral still covers, or a unit of value more or less. */
export function atCover(w: World, random: Random, reserve: Exact.Reserve, account: string): bigint {
  const data = w.exact.userAccountData(w.pool, blockOf(w), account)
  if (!data.ok) return 1n
  const value = data.value.availableBorrows + BigInt(random.int(4) - 1)
  const price = priceFor(w, reserve)
  const unit = 10n ** reserve.config.decimals
  return value > 0n ? (value * unit + price - 1n) / price : 1n
}

/** About what an account may withdraw before its healthFactor falls below 1. */
export function mostWithdrawable(w: World, reserve: Exact.Reserve, account: string): bigint {
  const own = w.exact.suppliedBy(reserve, account, w.time)
  const most = least(own, cashOf(w, reserve))
  const { config, eMode } = w.exact.userOf(w.pool, account)
  if ((config & reserve.collateralBit) === 0n || !w.exact.borrowsAny(config)) return most
  const data = w.exact.userAccountData(w.pool, blockOf(w), account)
  if (!data.ok) return most
  const { collateral, debt, liquidationThreshold } = data.value
  const { threshold } = w.exact.collateralTerms(w.pool, eMode, reserve)
  const spare = collateral * liquidationThreshold - debt * 10_000n
  if (spare <= 0n || threshold === 0n) return 0n
  const unit = 10n ** reserve.config.decimals
  return least(most, (spare * unit) / (threshold * priceFor(w, reserve)))
}

/** What the receiver may do with a flash loan, mostly nothing. */
function inner(w: World, random: Random, receiver: string, asset: string): Arg[] {
  if (random.chance(0.5)) return []
  const reserve = w.pool.byAsset.get(asset)!
  const some = random.amount(held(w.tokens.get(asset)!, receiver) / 10n)
  const owed = w.exact.owedBy(reserve, receiver, w.time)
  const debtors = w.pool.reserves.filter((r) => w.exact.scaledOf(r.debt, receiver) > 0n)
  const choice = random.pick(['supply', 'repay', 'treasury', 'withdraw', 'flash', 'donate'])
  if (choice === 'supply') return ['supply', asset, some, receiver]
  if (choice === 'repay') {
    const debt = debtors.length > 0 && owed === 0n ? random.pick(debtors).asset : asset
    return ['repay', debt, MAX, 2n, receiver]
  }
  if (choice === 'treasury') return ['mintToTreasury', asset]
  if (choice === 'withdraw') return ['withdraw', asset, MAX, receiver]
  if (choice === 'donate') return ['donate', asset, some]
  return ['flash', receiver, random.pick(w.pool.reserves).asset, random.amount(1000n)]
}

function receiverOf(w: World, random: Random, by: string): string {
  return random.chance(0.9) ? by : random.pick([...w.users, 'treasury', 'admin'])
}

/** Arguments of a flash loan of one asset. */
export function drawFlash(w: World, random: Random, by: string): Arg[] {
  const reserve = random.pick(w.pool.reserves)
  const receiver = receiverOf(w, random, by)
  const { asset } = reserve
  const cash = cashOf(w, reserve)
  const amount = random.chance(0.5) ? near(random, cash) : random.amount(cash / 2n)
  return [receiver, asset, amount, ...inner(w, random, receiver, asset)]
}

/** Arguments of a flash loan of several assets, some of which stay as debt. */
export function drawFlashMany(w: World, random: Random, by: string): Arg[] {
  const receiver = receiverOf(w, random, by)
  const reserves = w.pool.reserves.filter(() => random.chance(0.3))
  if (reserves.length === 0) reserves.push(random.pick(w.pool.reserves))
  const asDebt = random.chance(0.4)
  const modes = reserves.map(() => {
    if (random.chance(0.04)) return random.pick([1n, 3n])
    return asDebt && random.chance(0.6) ? 2n : 0n
  })
  const amounts = reserves.map((reserve, i) => {
    const most = modes[i] === 2n ? mostBorrowable(w, reserve, by) : cashOf(w, reserve)
    return random.amount(most / 2n)
  })
  const onBehalfOf = random.chance(0.9) ? by : random.pick(w.users)
  const rest = inner(w, random, receiver, reserves[0]!.asset)
  const assets = reserves.map(({ asset }) => asset)
  return [receiver, onBehalfOf, BigInt(assets.length), ...assets, ...amounts, ...modes, ...rest]
}
