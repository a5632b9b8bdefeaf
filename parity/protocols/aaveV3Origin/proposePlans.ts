/** Situations that chance alone brings about too seldom. */
import type { Op } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { held } from '../../token.ts'
import { least, MAX, mostBorrowable, near } from './proposeAmounts.ts'
import { RESERVES } from './setup.ts'
import { blockOf, type World } from './world.ts'

/** Steps of a case in which the market is filled. */
export const FILLING = 30

/** A step towards such a situation, or in it; mostly none. */
export function planOf(w: World, random: Random): Op | null {
  if (w.steps < w.users.length) return opening(w, random)
  if (w.steps < FILLING) return null
  return isolation(w, random) ?? ruin(w, random) ?? zeroLtv(w, random) ?? fullReserve(w, random)
}

/** Half of the users enter an eMode before they owe anything. */
function opening({ steps, users }: World, random: Random): Op | null {
  const by = users[steps]
  if (!by || random.chance(0.5)) return null
  return { kind: 'setUserEMode', by, args: [BigInt(1 + random.int(2)), by] }
}

/** The user of a case whose only collateral is the isolated asset. */
export const hermitOf = ({ users, number }: World): string => users[(number + 4) % users.length]!

/** What that user does: enable the asset, borrow up to the ceiling, repay. */
function isolation(w: World, random: Random): Op | null {
  if (w.steps < FILLING || !random.chance(0.07)) return null
  const by = hermitOf(w)
  const { config, eMode } = w.exact.userOf(w.pool, by)
  if (eMode !== 0n) return { kind: 'setUserEMode', by, args: [0n, by] }
  if (!w.exact.isolatedCollateral(w.pool, config))
    return { kind: 'useAsCollateral', by, args: ['t4', 1n, by] }
  const able = w.pool.reserves.filter((r) => mostBorrowable(w, r, by) > 0n)
  const lent = able.filter((r) => r.config.borrowableInIsolation)
  if (lent.length > 0) {
    const reserve = random.pick(lent)
    return {
      kind: 'borrow',
      by,
      args: [reserve.asset, near(random, mostBorrowable(w, reserve, by)), 2n, by],
    }
  }
  return { kind: 'repay', by, args: ['t1', MAX, 2n, by] }
}

/** A collateral that backs no new debt, and an account that takes out another one. */
function zeroLtv(w: World, random: Random): Op | null {
  if (!random.chance(0.025)) return null
  for (const by of w.users) {
    const { config } = w.exact.userOf(w.pool, by)
    if (!w.exact.borrowsAny(config)) continue
    const used = w.pool.reserves.filter((r) => (config & r.collateralBit) !== 0n)
    const closed = used.find((r) => r.config.ltv === 0n)
    const others = used.filter((r) => r.config.ltv !== 0n)
    if (others.length === 0 || used.length < 2) continue
    const { asset, config: terms } = closed ? random.pick(others) : random.pick(used)
    if (closed && random.chance(0.5)) {
      const { liquidationThreshold: threshold, liquidationBonus: bonus } = closed.config
      const usual = [closed.asset, threshold - 500n, threshold, bonus]
      return { kind: 'collateral', by: 'admin', args: usual }
    }
    if (closed) return { kind: 'withdraw', by, args: [asset, 1n + random.big(1000n), by] }
    const rest = [terms.liquidationThreshold, terms.liquidationBonus]
    // Enough accounts are in this state.
    if (w.pool.reserves.some((r) => r.config.ltv === 0n)) return null
    return { kind: 'collateral', by: 'admin', args: [asset, 0n, ...rest] }
  }
  return null
}

/** A supply up to the cap, counting what is owed to the treasury. */
function fullReserve(w: World, random: Random): Op | null {
  if (!random.chance(0.03)) return null
  const capped = w.pool.reserves.filter(({ config }) => config.supplyCap > 0n)
  if (capped.length === 0) return null
  const reserve = random.pick(capped)
  const { asset, config, supply, accruedToTreasury } = reserve
  const index = w.exact.normalizedIncome(reserve, w.time)
  const present = w.exact.rayMulDown(supply.total + accruedToTreasury, index)
  const unit = 10n ** config.decimals
  const room = config.supplyCap * unit - present
  if (room <= 0n) {
    const more = present / unit + BigInt(2 + random.int(50))
    return { kind: 'limit', by: 'admin', args: [asset, 'supplyCap', more] }
  }
  const by = random.pick(w.users)
  const most = least(held(w.tokens.get(asset)!, by), room)
  return { kind: 'supply', by, args: [asset, near(random, most), by] }
}

/** A debt that no collateral is left for, and who covers it. */
function ruin(w: World, random: Random): Op | null {
  if (!random.chance(0.12)) return null
  const lost = w.pool.reserves.find(({ deficit }) => deficit > 0n)
  if (lost && random.chance(0.5)) {
    const { asset, deficit } = lost
    const own = w.exact.suppliedBy(lost, 'admin', w.time)
    if (own <= deficit) return { kind: 'supply', by: 'admin', args: [asset, deficit * 2n, 'admin'] }
    return { kind: 'eliminate', by: 'admin', args: [asset, near(random, deficit / 2n + 1n)] }
  }
  const by = random.pick(w.users)
  for (const user of w.users) {
    const { config } = w.exact.userOf(w.pool, user)
    const debts = w.pool.reserves.filter((r) => (config & r.borrowBit) !== 0n)
    const used = w.pool.reserves.filter((r) => (config & r.collateralBit) !== 0n)
    const data = w.exact.userAccountData(w.pool, blockOf(w), user)
    const [collateral] = used
    if (!data.ok || !collateral || used.length > 1 || debts.length === 0 || user === by) continue
    const { asset } = collateral
    if (data.value.collateral < data.value.debt) {
      return { kind: 'liquidate', by, args: [asset, debts[0]!.asset, user, MAX, 0n] }
    }
    // A debt in the same asset would fall with it.
    if (debts.includes(collateral)) continue
    const price = (w.prices.get(asset)! * data.value.debt * 9n) / (data.value.collateral * 10n)
    const usual = RESERVES[Number(asset.slice(1))]!.price
    if (price * 20n < usual || random.chance(0.5)) continue
    return { kind: 'price', by: 'admin', args: [asset, price] }
  }
  return null
}
