import type { Arg, Op } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import {
  atThreshold,
  available,
  borrowedAssets,
  free,
  type Held,
  holders,
  isUnhealthy,
  least,
  scale,
  suppliedAssets,
} from './look.ts'
import { MARKETS, OTHERS, PRICES, SIGNED, TOKENS } from './markets.ts'
import type { World } from './world.ts'

type Draw = (w: World, random: Random) => Op

/** How often each kind of step is drawn. */
export const WEIGHTS = {
  supply: 14,
  withdraw: 9,
  borrow: 14,
  repay: 8,
  supplyCollateral: 12,
  withdrawCollateral: 7,
  liquidate: 13,
  setPrice: 7,
  accrueInterest: 3,
  flashLoan: 3,
  setFee: 2,
  setFeeRecipient: 1.5,
  setAuthorization: 2,
  setAuthorizationWithSig: 3,
  pause: 0.6,
  approve: 1,
  mint: 0.6,
  extSloads: 1,
  borrowRateView: 4,
  borrowRate: 0.3,
  createMarket: 0.6,
  enableIrm: 0.5,
  enableLltv: 0.5,
  setOwner: 0.5,
} as const

const MAX = (1n << 256n) - 1n
const YEAR = 365n * 86_400n

/** A step of each kind; `restore` brings an absurd price back. */
export const DRAWS: Readonly<Record<keyof typeof WEIGHTS, Draw>> & {
  restore(w: World, random: Random, feed: string): Op
} = {
  supply: (w, random) => {
    const m = pickMarket(w, random)
    const by = random.pick(w.users)
    const most = scale(w, m)
    const sizes = either(
      random,
      huge(random, random.amount(most)),
      random.amount(most * 1_000_000n),
    )
    return op('supply', by, m, ...sizes, someone(w, random, by), ...callback(w, random, m, by))
  },
  withdraw: (w, random) => {
    const found = owner(w, random, ({ position }) => position.supplyShares > 0n)
    if (!found) return DRAWS.supply(w, random)
    const { m, name } = found
    const by = actor(w, random, name)
    const market = w.morpho.markets.get(m)
    const shares = market?.positions.get(name)?.supplyShares ?? 0n
    const most = market ? least(suppliedAssets(market, name), available(market)) : 0n
    const part = least(shares, random.chance(0.7) ? fits(w, m, shares) : shares)
    return op(
      'withdraw',
      by,
      m,
      ...either(random, random.amount(most), random.amount(part)),
      name,
      receiver(w, random, by),
    )
  },
  borrow: (w, random) => {
    const found = owner(w, random, (held) => free(w, held) > 0n && available(held.market) > 0n)
    if (!found) return DRAWS[random.pick(['supply', 'supplyCollateral'] as const)](w, random)
    const { m, name } = found
    const by = actor(w, random, name)
    const market = w.morpho.markets.get(m)
    const room = market
      ? least(free(w, { m, name, market, position: market.positions.get(name) }), available(market))
      : 0n
    const most = random.chance(0.04) ? scale(w, m) : room
    const shares = market
      ? (most * (market.totalBorrowShares + 1_000_000n)) / (market.totalBorrowAssets + 1n)
      : 0n
    return op(
      'borrow',
      by,
      m,
      ...either(random, random.amount(most), random.amount(shares)),
      name,
      receiver(w, random, by),
    )
  },
  repay: (w, random) => {
    const found = owner(w, random, ({ position }) => position.borrowShares > 0n)
    if (!found) return DRAWS.borrow(w, random)
    const { m, name } = found
    const by = random.chance(0.7) && w.users.includes(name) ? name : random.pick(w.users)
    const market = w.morpho.markets.get(m)
    const shares = market?.positions.get(name)?.borrowShares ?? 0n
    const assets = market ? borrowedAssets(market, name) : 0n
    const sizes = either(random, huge(random, random.amount(assets)), random.amount(shares))
    return op(
      'repay',
      by,
      m,
      ...sizes,
      random.chance(0.02) ? 'zero' : name,
      ...callback(w, random, m, by),
    )
  },
  supplyCollateral: (w, random) => {
    const m = pickMarket(w, random)
    const by = random.pick(w.users)
    const { collateralToken } = MARKETS[m]!
    const most = scale(w, m, collateralToken) * 2n
    return op(
      'supplyCollateral',
      by,
      m,
      huge(random, random.amount(most)),
      someone(w, random, by),
      ...callback(w, random, m, by),
    )
  },
  withdrawCollateral: (w, random) => {
    const found = owner(w, random, ({ position }) => position.collateral > 0n)
    if (!found) return DRAWS.supplyCollateral(w, random)
    const { m, name } = found
    const by = actor(w, random, name)
    const market = w.morpho.markets.get(m)
    const position = market?.positions.get(name)
    const all = position?.collateral ?? 0n
    const debt = market ? borrowedAssets(market, name) : 0n
    const value = market && position ? free(w, { m, name, market, position }) : 0n
    const most = debt === 0n ? all : (all * value) / (value + debt)
    return op(
      'withdrawCollateral',
      by,
      m,
      random.amount(random.chance(0.9) ? most : all),
      name,
      receiver(w, random, by),
    )
  },
  liquidate: (w, random) => {
    const found = owner(w, random, (held) => isUnhealthy(w, held))
    if (!found) return DRAWS.setPrice(w, random)
    const { m, name } = found
    const by = random.pick(w.users)
    const market = w.morpho.markets.get(m)
    const position = market?.positions.get(name)
    const debt = position?.borrowShares ?? 0n
    const held = position?.collateral ?? 0n
    const coverable = market ? covered(w, m, held, debt) : { held, debt }
    const sizes = either(
      random,
      random.chance(0.25)
        ? coverable.held
        : random.amount(random.chance(0.8) ? coverable.held : held),
      random.amount(random.chance(0.8) ? coverable.debt : debt),
    )
    return op('liquidate', by, m, name, ...sizes, ...callback(w, random, m, by))
  },
  setPrice: (w, random) => {
    const feed = random.pick(Object.keys(PRICES))
    return op('setPrice', random.pick(w.users), feed, newPrice(w, random, feed))
  },
  restore: (w, random, feed) => op('setPrice', random.pick(w.users), feed, PRICES[feed]!),
  accrueInterest: (w, random) => op('accrueInterest', random.pick(w.users), pickMarket(w, random)),
  flashLoan: (w, random) => {
    const token = random.chance(0.03) ? 'zero' : random.pick(TOKENS)
    const by = random.pick(w.users)
    const most = w.tokens[token]?.balances.get('morpho') ?? 0n
    const m = pickMarket(w, random)
    return op('flashLoan', by, token, random.amount(most), ...callback(w, random, m, by, true))
  },
  setFee: (w, random) => {
    const fee = random.pick([0n, 10n ** 17n, 250_000_000_000_000_000n, 250_000_000_000_000_001n])
    return op(
      'setFee',
      boss(w, random),
      pickMarket(w, random),
      random.chance(0.3) ? random.big(fee) : fee,
    )
  },
  setFeeRecipient: (w, random) =>
    op(
      'setFeeRecipient',
      boss(w, random),
      random.pick(['treasury', 'treasury', 'u0', 'u1', 'zero', 'signer']),
    ),
  setAuthorization: (w, random) => {
    const by = random.pick(w.users)
    const manager = random.pick(w.users)
    const now = w.morpho.authorized.has(`${by} ${manager}`)
    return op('setAuthorization', by, manager, now === random.chance(0.15) ? 1n : 0n)
  },
  setAuthorizationWithSig: (w, random) => signed(w, random),
  pause: (w, random) => op('pause', random.pick(w.users), random.pick(TOKENS), 1n),
  approve: (w, random) => {
    const most = random.chance(0.6) ? MAX : random.big(scale(w, 'm0'))
    return op('approve', random.pick(w.users), random.pick(TOKENS), most)
  },
  mint: (w, random) => {
    const to = random.pick([...w.users, 'morpho', 'signer'])
    return op('mint', random.pick(w.users), random.pick(TOKENS), to, random.amount(scale(w, 'm0')))
  },
  extSloads: (w, random) => op('extSloads', random.pick(w.users), anyMarket(random)),
  borrowRateView: (w, random) =>
    op('borrowRateView', random.pick(w.users), ...curveInput(w, random)),
  borrowRate: (w, random) => op('borrowRate', random.pick(w.users), ...curveInput(w, random)),
  createMarket: (w, random) => op('createMarket', random.pick(w.users), anyMarket(random)),
  enableIrm: (w, random) => op('enableIrm', boss(w, random), random.pick(['irm', 'zero', 'feed0'])),
  enableLltv: (w, random) => {
    const lltvs = [...Object.values(MARKETS).map(({ lltv }) => lltv), 10n ** 18n, 10n ** 18n - 1n]
    return op('enableLltv', boss(w, random), random.pick(lltvs))
  },
  setOwner: (w, random) => op('setOwner', boss(w, random), random.pick(['admin', 'u0', 'u1'])),
}

function op(kind: string, by: string, ...args: readonly Arg[]): Op {
  return { kind, by, args }
}

/** Assets or shares; seldom both or none. */
function either(random: Random, assets: bigint, shares: bigint): [bigint, bigint] {
  const how = random.weighted({ assets: 50, shares: 47, both: 1, none: 1 })
  if (how === 'none') return [0n, 0n]
  if (how === 'shares') return [0n, shares === 0n && random.chance(0.8) ? 1n : shares]
  return [assets === 0n && random.chance(0.8) ? 1n : assets, how === 'assets' ? 0n : shares]
}

/** Seldom an amount beyond every word. */
function huge(random: Random, amount: bigint): bigint {
  if (!random.chance(0.015)) return amount
  return random.pick([MAX, 1n << 128n, (1n << 128n) - 1n, 1n << 108n])
}

function anyMarket(random: Random): string {
  return random.pick(Object.keys(MARKETS))
}

function pickMarket(w: World, random: Random): string {
  const created = [...w.morpho.markets.keys()]
  if (created.length === 0 || random.chance(0.01)) return anyMarket(random)
  return random.chance(0.4) ? created[0]! : random.pick(created)
}

function someone(w: World, random: Random, by: string): string {
  if (random.chance(0.85)) return by
  return random.chance(0.85) ? random.pick([...w.users, 'signer']) : random.pick(OTHERS)
}

function receiver(w: World, random: Random, by: string): string {
  return random.chance(0.85) ? by : random.pick([...w.users, ...OTHERS])
}

/** An account whose position answers a question; seldom any account, and null when there is none. */
function owner(
  w: World,
  random: Random,
  asks: (held: Held) => boolean,
): { m: string; name: string } | null {
  if (random.chance(0.05)) return { m: pickMarket(w, random), name: random.pick(w.users) }
  const found = holders(w).filter(asks)
  return found.length > 0 ? random.pick(found) : null
}

/** Who acts on an account's behalf: itself, its managers, seldom anybody. */
function actor(w: World, random: Random, name: string): string {
  const managers = w.users.filter((u) => w.morpho.authorized.has(`${name} ${u}`))
  const isUser = w.users.includes(name)
  if (managers.length > 0 && (!isUser || random.chance(0.4))) return random.pick(managers)
  return isUser && random.chance(0.96) ? name : random.pick(w.users)
}

function boss(w: World, random: Random): string {
  return random.chance(0.92) ? w.morpho.owner : random.pick(w.users)
}

/** Shares whose assets the market has, about. */
function fits(w: World, m: string, shares: bigint): bigint {
  const market = w.morpho.markets.get(m)
  if (!market) return shares
  return (
    (available(market) * (market.totalSupplyShares + 1_000_000n)) / (market.totalSupplyAssets + 1n)
  )
}

/** What a liquidation can seize and repay at most: the smaller of debt with the incentive and collateral. */
function covered(w: World, m: string, held: bigint, debt: bigint): { held: bigint; debt: bigint } {
  const market = w.morpho.markets.get(m)!
  const price = w.prices[market.params.oracle] ?? 0n
  if (price === 0n) return { held, debt }
  const factor = w.exact.liquidationIncentiveFactor(market.params.lltv)
  const assets = (debt * (market.totalBorrowAssets + 1n)) / (market.totalBorrowShares + 1_000_000n)
  const worth = (((assets * factor) / 10n ** 18n) * 10n ** 36n) / price
  return worth <= held ? { held: worth, debt } : { held, debt: (debt * held) / (worth + 1n) }
}

/** What happens in the callback; often nothing, and then there is none. */
function callback(
  w: World,
  random: Random,
  m: string,
  by: string,
  always = false,
): [string, bigint] | [string, string, bigint] {
  const then =
    always || random.chance(0.22)
      ? random.pick([
          'mint',
          'mint',
          'supplyCollateral',
          'withdrawCollateral',
          'borrow',
          'withdraw',
          'repay',
          'drain',
        ])
      : 'none'
  const size = then === 'none' ? 0n : random.amount(inside(w, m, by, then))
  return always ? [then, m, size] : [then, size]
}

function inside(w: World, m: string, by: string, then: string): bigint {
  const market = w.morpho.markets.get(m)
  const position = market?.positions.get(by)
  if (!market || !position) return scale(w, m)
  if (then === 'repay') return position.borrowShares
  if (then === 'withdraw') return least(suppliedAssets(market, by), available(market))
  if (then === 'withdrawCollateral') return position.collateral
  if (then === 'borrow') return least(free(w, { m, name: by, market, position }), available(market))
  return scale(w, m)
}

/** Exactly where an account's health turns, one less, or any other. */
function newPrice(w: World, random: Random, feed: string): bigint {
  const usual = PRICES[feed]!
  const how = random.weighted({ edge: 40, drift: 38, crash: 14, wild: 3 })
  const debtors = holders(w).filter(
    ({ market, position }) =>
      market.params.oracle === feed && position.borrowShares > 0n && position.collateral > 0n,
  )
  if (how === 'edge' && debtors.length > 0) {
    const price = atThreshold(random.pick(debtors))
    return random.chance(0.5) && price > 0n ? price - 1n : price
  }
  if (how === 'wild') return random.pick([0n, 1n, (1n << 255n) - 1n, 1n << 200n])
  const percent = how === 'crash' ? BigInt(20 + random.int(60)) : BigInt(80 + random.int(60))
  return (usual * percent) / 100n
}

function signed({ morpho, time }: World, random: Random): Op {
  const next = morpho.nonces.get('signer') ?? 0n
  const nonce = random.chance(0.85) && next < SIGNED.nonces ? next : next + 1n
  const open = SIGNED.deadlines.filter((deadline) => deadline > time)
  const deadline = random.pick(random.chance(0.9) ? open : SIGNED.deadlines)
  const known = nonce < SIGNED.nonces && random.chance(0.9)
  const by = random.pick(SIGNED.managers)
  const args = [random.pick(SIGNED.managers), random.chance(0.8) ? 1n : 0n, nonce, deadline]
  return op('setAuthorizationWithSig', by, ...args, known ? 1n : 0n)
}

/** A market's own numbers, or any: utilization above one, times in the future, sums beyond words. */
function curveInput(w: World, random: Random): Arg[] {
  const m = pickMarket(w, random)
  const limit = 1n << BigInt(random.int(128))
  const supplied = random.chance(0.1) ? 0n : 1n + random.big(limit)
  const most = random.chance(0.1) ? limit : (supplied * 12n) / 10n
  const borrowed = random.chance(0.1) ? (supplied * 9n) / 10n : random.big(most)
  const ago = random.pick([0n, 1n, 3600n, YEAR / 50n, YEAR, 40n * YEAR, w.time + 5n])
  const lastUpdate = ago > w.time ? ago : w.time - random.big(ago)
  return [m, supplied, 0n, borrowed, 0n, lastUpdate, 0n]
}
