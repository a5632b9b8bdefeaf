/** Prices that bring accounts to a threshold, and their liquidations. */
import type * as Exact from '../../../src/mechanisms/lending/aaveV3Origin/exact.ts'
import type { Arg } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { MAX, near } from './proposeAmounts.ts'
import { RESERVES } from './setup.ts'
import { blockOf, type World } from './world.ts'

const WAD = 10n ** 18n

function healthOf(w: World, account: string): bigint {
  const data = w.exact.userAccountData(w.pool, blockOf(w), account)
  return data.ok ? data.value.healthFactor : MAX
}

/** Accounts that may be liquidated and still have a collateral. */
export function weak(w: World): string[] {
  return w.users.filter((user) => {
    const { config } = w.exact.userOf(w.pool, user)
    const hasCollateral = w.pool.reserves.some((r) => (config & r.collateralBit) !== 0n)
    return hasCollateral && healthOf(w, user) < WAD
  })
}

/** Arguments of a liquidation: the weakest account, sometimes a healthy one or a wrong pair. */
export function drawLiquidation(w: World, random: Random): Arg[] {
  const found = random.chance(0.95) ? weak(w) : []
  const user = random.pick(found.length > 0 ? found : w.users)
  const { config } = w.exact.userOf(w.pool, user)
  const pick = (bit: (r: Exact.Reserve) => bigint): Exact.Reserve => {
    const found = w.pool.reserves.filter((r) => (config & bit(r)) !== 0n)
    return random.pick(found.length > 0 && random.chance(0.96) ? found : w.pool.reserves)
  }
  const debt = pick((r) => r.borrowBit)
  const collateral = pick((r) => r.collateralBit)
  const owed = w.exact.owedBy(debt, user, w.time)
  const how = random.weighted({ max: 4, half: 3, all: 2, some: 3, dust: 0.6 })
  const amount = {
    max: () => MAX,
    half: () => near(random, (owed + 1n) / 2n),
    all: () => near(random, owed),
    some: () => random.big(owed),
    dust: () => random.big(20n),
  }[how]()
  return [collateral.asset, debt.asset, user, amount, random.chance(0.4) ? 1n : 0n]
}

/** Arguments of a price: a walk, a crash, a return, a threshold, dust, nothing. */
export function drawPrice(w: World, random: Random): Arg[] {
  const sources = w.pool.reserves.map(({ asset }) => asset)
  const source = random.pick(sources)
  const now = w.prices.get(source)!
  const usual = RESERVES[Number(source.slice(1))]!.price
  const how = random.weighted({ walk: 4, usual: 2, threshold: 6, crash: 0.5, zero: 0.2, dust: 0.1 })
  if (how === 'walk') return [source, (now * BigInt(970 + random.int(60))) / 1000n]
  if (how === 'crash') return [source, (now * BigInt(500 + random.int(450))) / 1000n]
  if (how === 'zero') return [source, random.pick([0n, -1n])]
  if (how === 'dust') return [source, BigInt(1 + random.int(3))]
  return (how === 'threshold' && threshold(w, random)) || [source, usual]
}

/** The price of a collateral at which an account's healthFactor is about 1, or 0.95. */
function threshold(w: World, random: Random): Arg[] | null {
  const healths = w.users.map((user) => [user, healthOf(w, user)] as const)
  const debtors = healths.filter(([, health]) => health < 3n * WAD && health > WAD / 2n)
  if (debtors.length === 0) return null
  const [user, health] = random.pick(debtors)
  const { config } = w.exact.userOf(w.pool, user)
  const used = w.pool.reserves.filter((r) => (config & r.collateralBit) !== 0n)
  if (used.length === 0) return null
  const { asset } = random.pick(used)
  const target = random.pick([WAD, (95n * WAD) / 100n, (99n * WAD) / 100n, (90n * WAD) / 100n])
  const price = (w.prices.get(asset)! * target) / health
  return [asset, price + BigInt(random.int(3) - 1)]
}
