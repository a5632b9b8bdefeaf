/** What governance does, and what it puts right again. */
import type { Arg, Op } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { near } from './proposeAmounts.ts'
import { RATES, RESERVES } from './setup.ts'
import type { World } from './world.ts'

const KINDS = {
  switch: 6,
  freeze: 3,
  ltvzero: 3,
  pause: 4,
  endGrace: 1,
  limit: 8,
  collateral: 3,
  category: 2,
  assetCategory: 4,
  setRates: 2,
  flashPremium: 1,
  setPoolPause: 1,
} as const
const SWITCHES = {
  borrowingEnabled: 2,
  flashLoanEnabled: 2,
  borrowableInIsolation: 2,
  siloedBorrowing: 1,
  active: 1,
} as const
const LIMITS = {
  reserveFactor: 3,
  borrowCap: 3,
  supplyCap: 3,
  liquidationProtocolFee: 2,
  debtCeiling: 3,
} as const
const LISTS = ['collateralBitmap', 'borrowableBitmap', 'ltvzeroBitmap'] as const
/** Chance that somebody without the role tries. */
const INTRUSION = 0.07
const MAX_GRACE = 14_400n

/** Draw a step of governance. */
export function drawAdmin(w: World, random: Random): Op {
  const by = random.chance(INTRUSION) ? random.pick(w.users) : 'admin'
  const kind = random.weighted(KINDS)
  return { kind, by, args: DRAWS[kind](w, random) }
}

/** Sometimes put right what stands in the way: pauses, freezes, missing prices, a silent sequencer. */
export function repairs(w: World, random: Random): Op | null {
  if (!random.chance(0.3)) return null
  const op = (kind: string, ...args: Arg[]): Op => ({ kind, by: 'admin', args })
  const grace = random.chance(0.5) ? 0n : near(random, MAX_GRACE)
  for (const reserve of w.pool.reserves) {
    const { asset, config, bit } = reserve
    const usual = RESERVES[Number(asset.slice(1))]!
    if (w.pool.reserves.every((r) => r.config.paused)) return op('setPoolPause', 0n, grace)
    if (config.paused) return op('pause', asset, 0n, grace)
    if (config.frozen) return op('freeze', asset, 0n)
    if (!config.active) return op('switch', asset, 'active', 1n)
    if (w.tokens.get(asset)!.paused) return op('pauseToken', asset, 0n)
    if (w.prices.get(asset)! < 1000n) return op('price', asset, usual.price)
    if (!config.borrowingEnabled) return op('switch', asset, 'borrowingEnabled', 1n)
    const unable = w.users.find(
      (u) => w.tokens.get(asset)!.allowances.get(`${u} pool`)! < 10n ** 30n,
    )
    if (unable) return { kind: 'allow', by: unable, args: [asset, (1n << 256n) - 1n] }
    if (!random.chance(0.3)) continue
    if (reserve.pendingLtv !== 0n && config.ltv === 0n) return op('ltvzero', asset, 0n)
    for (const [id, { ltvzeroBitmap }] of w.pool.categories)
      if ((ltvzeroBitmap & bit) !== 0n) return op('assetCategory', asset, id, 'ltvzeroBitmap', 0n)
  }
  return w.sequencer.answer !== 0n ? op('sequencer', 0n) : null
}

type Draw = (w: World, random: Random) => readonly Arg[]

const DRAWS: Readonly<Record<keyof typeof KINDS, Draw>> = {
  switch: (w, random) => {
    const field = random.weighted(SWITCHES)
    const { asset, config } = random.pick(w.pool.reserves)
    const toggle = random.chance(0.9) ? !config[field] : config[field]
    return [asset, field, toggle ? 1n : 0n]
  },
  freeze: (w, random) => {
    const { asset, config } = random.pick(w.pool.reserves)
    return [asset, config.frozen === random.chance(0.1) ? 1n : 0n]
  },
  ltvzero: (w, random) => {
    const { asset, config } = random.pick(w.pool.reserves)
    return [asset, (config.ltv !== 0n) === random.chance(0.8) ? 1n : 0n]
  },
  pause: (w, random) => {
    const { asset, config } = random.pick(w.pool.reserves)
    const grace = random.chance(0.5) ? 0n : near(random, MAX_GRACE)
    return [asset, config.paused === random.chance(0.4) ? 1n : 0n, grace]
  },
  endGrace: (w, random) => {
    const graced = w.pool.reserves.filter((r) => r.gracePeriodUntil >= w.time)
    return [random.pick(graced.length > 0 ? graced : w.pool.reserves).asset]
  },
  limit: (w, random) => {
    const field = random.weighted(LIMITS)
    const reserve = random.pick(w.pool.reserves)
    const { asset } = reserve
    if (field === 'debtCeiling') return ceiling(w, random)
    const most = field.endsWith('Cap') ? (1n << 36n) - 1n : 10_000n
    if (random.chance(0.1)) return [asset, field, near(random, most)]
    if (!field.endsWith('Cap')) return [asset, field, BigInt(random.int(5_000))]
    const unit = 10n ** reserve.config.decimals
    const total =
      field === 'borrowCap'
        ? w.exact.totalDebt(reserve, w.time)
        : w.exact.totalSupply(reserve, w.time)
    return [asset, field, random.chance(0.3) ? 0n : total / unit + BigInt(random.int(3_000))]
  },
  collateral: (w, random) => {
    const { asset, config } = random.pick(w.pool.reserves)
    if (random.chance(0.1)) return [asset, 0n, 0n, random.chance(0.5) ? 0n : 10_500n]
    if (random.chance(0.3)) {
      const terms = RESERVES[Number(asset.slice(1))]!
      return [asset, terms.ltv, terms.liquidationThreshold, terms.liquidationBonus]
    }
    const threshold = BigInt(5_000 + random.int(4_000))
    const ltv = random.chance(0.25) ? 0n : near(random, threshold)
    const limit = (10_000n * 10_000n) / threshold
    const usual = random.chance(0.5) ? config.liquidationBonus : near(random, limit)
    return [asset, ltv, threshold, usual]
  },
  category: (_, random) => {
    const threshold = BigInt(8_500 + random.int(1_300))
    const ltv = random.chance(0.1) ? near(random, threshold) : threshold - BigInt(random.int(500))
    return [BigInt(random.int(4)), ltv, threshold, BigInt(10_050 + random.int(300))]
  },
  assetCategory: (w, random) => {
    const id = random.pick([0n, 1n, 1n, 2n, 2n, 3n])
    const on = random.chance(0.65) ? 1n : 0n
    return [random.pick(w.pool.reserves).asset, id, random.pick(LISTS), on]
  },
  setRates: (w, random) => {
    const { asset } = random.pick(w.pool.reserves)
    if (random.chance(0.5)) return [asset, ...Object.values(random.pick(RATES))]
    const optimal = random.pick([99n, 100n, 5_000n, 9_900n, 9_901n])
    const one = BigInt(random.int(3_000))
    const two = random.chance(0.1) ? one - (one > 0n ? 1n : 0n) : one + BigInt(random.int(90_000))
    return [asset, optimal, BigInt(random.int(9_000)), one, two]
  },
  flashPremium: (_, random) => [
    random.chance(0.15) ? near(random, 10_000n) : BigInt(random.int(100)),
  ],
  setPoolPause: (_, random) => [
    random.chance(0.3) ? 1n : 0n,
    random.chance(0.5) ? 0n : near(random, MAX_GRACE),
  ],
}

/** A ceiling for the isolated asset near its present debt; for others only while nobody supplies. */
function ceiling(w: World, random: Random): Arg[] {
  const isolated = w.pool.reserves.filter(({ config }) => config.debtCeiling > 0n)
  const reserve = random.pick(
    isolated.length > 0 && random.chance(0.9) ? isolated : w.pool.reserves,
  )
  if (random.chance(0.1)) return [reserve.asset, 'debtCeiling', near(random, (1n << 40n) - 1n)]
  const more = random.chance(0.7) ? BigInt(random.int(10_000_000)) : 0n
  const zero = random.chance(0.06)
  return [reserve.asset, 'debtCeiling', zero ? 0n : reserve.isolationModeTotalDebt + more]
}
