import type { World as FloatWorld } from '../../src/world/index.ts'
import type { Check, Op, Result } from '../protocol.ts'
import { all, touched } from '../protocols/aaveV3/checks.ts'
import { VERBS } from '../protocols/aaveV3/verbs.ts'
import { blockOf, copyTokens, type World } from '../protocols/aaveV3/world.ts'
import type { Random } from '../random.ts'
import { aaveFunding, aaveOpening } from './aaveOpening.ts'
import { aaveScenario } from './aaveScenario.ts'
import { type AaveState, aaveWorld, readAave } from './aaveState.ts'
import { positionFigures, shortfall } from './floats.ts'
import {
  AFTERWARDS,
  type EndToEnd,
  type ExactRun,
  type Figure,
  type Figures,
  type FloatLiquidation,
  movesOf,
  type Stage,
  split,
} from './plan.ts'
import { coversAll, isCoarse, toUnits, toWhole } from './units.ts'

const MAX = (1n << 256n) - 1n
const WAD = 1e18
/** Digits of the feeds. */
const USD_DIGITS = 8

/** Prices fall twice while the floats take part, and once more. */
const STAGES: readonly Stage[] = [
  { tick: 1, shares: { t0: 8_000n, t2: 8_600n, t3: 7_300n, t4: 6_500n } },
  { tick: 6, shares: { t0: 9_300n, t2: 9_000n, t3: 9_100n, t4: 9_000n, t1: 9_950n } },
  { tick: AFTERWARDS, shares: { t0: 9_000n, t2: 7_500n, t3: 7_000n, t4: 8_500n, t1: 9_700n } },
]

/** Aave v3.0.2. */
export const aave: EndToEnd<AaveState> = {
  name: 'aaveV3',
  funding: aaveFunding,
  opening: aaveOpening,
  read: readAave,
  shocks: ({ reserves }) =>
    split(movesOf(STAGES, new Map(reserves.map(({ asset, price }) => [asset, price])))),
  price: ({ source, to }) => ({ kind: 'price', by: 'admin', args: [source, to] }),
  start: (state) => run(aaveWorld(state)),
  floatFigures,
  scenario: aaveScenario,
}

function run(w: World): ExactRun {
  let last = { repaid: 0n, seized: 0n, fee: 0n, debt: '', collateral: '' }
  const liquidate = (op: Op): Result => {
    const [collateral, debt, user] = op.args.map(String) as [string, string, string]
    const debtToCover = BigInt(op.args[3]!)
    const receiveAToken = op.args[4] === 1n
    const call = { by: op.by, collateral, debt, user, debtToCover, receiveAToken }
    const done = w.exact.liquidate(w.pool, blockOf(w), call)
    if (!done.ok) return done
    last = { ...done.value, debt, collateral }
    return { ok: true, returned: [] }
  }
  return {
    propose: (random) => proposal(w, random),
    apply(op, time) {
      w.time = time
      const saved = copyTokens(w.tokens)
      const result = op.kind === 'liquidate' ? liquidate(op) : VERBS[op.kind]!(w, op)
      if (!result.ok) w.tokens = saved
      return result
    },
    touched: (op) => touched(w, op),
    all: () => fields(w),
    at(time) {
      w.time = time
    },
    order: (liquidation) => order(w, liquidation),
    outcome: () => ({
      repaid: figureOf(w, last.debt, last.repaid),
      seized: figureOf(w, last.collateral, last.seized + last.fee),
    }),
    figures: () => figures(w),
    healthKey: (account) => `health ${account}`,
    health: (account) => healthOf(w, account),
    stated: () => stated(w),
  }
}

/** All fields but allowances between users, of which there are none: account by account. */
function fields(w: World): Check[] {
  const shared = all({ ...w, users: [] })
  const own = w.users.flatMap((user) => {
    const address = (check: Check): boolean => check.args.includes(user)
    return all({ ...w, users: [user] }).filter(address)
  })
  return [...shared, ...own]
}

function decimalsOf(w: World, asset: string): number {
  return Number(w.pool.byAsset.get(asset)?.config.decimals ?? 0n)
}

/** What a liquidator sends: the units, or as much as possible where the floats take all of a side. */
function order(w: World, from: FloatLiquidation): Op {
  const { account, debt, collateral, repaid, seized } = from
  const owedIn = w.pool.byAsset.get(debt)!
  const heldIn = w.pool.byAsset.get(collateral)!
  const owed = w.exact.owedBy(owedIn, account, w.time)
  const held = w.exact.suppliedBy(heldIn, account, w.time)
  const repay = toUnits(repaid, decimalsOf(w, debt))
  const isAll =
    coversAll(repay, owed) || coversAll(toUnits(seized, decimalsOf(w, collateral)), held)
  const args = [collateral, debt, account, isAll ? MAX : repay, 0n]
  return { kind: 'liquidate', by: 'admin', args }
}

function healthOf(w: World, account: string): number {
  const done = w.exact.userAccountData(w.pool, blockOf(w), account)
  if (!done.ok || done.value.debt === 0n) return Number.POSITIVE_INFINITY
  return Number(done.value.healthFactor) / WAD
}

/** Accounts whose health the contract knows only roughly. */
function stated(w: World): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const user of w.users) {
    const hasCoarse = w.pool.reserves.some((r) => {
      const [owed, held] = [w.exact.owedBy(r, user, w.time), w.exact.suppliedBy(r, user, w.time)]
      return isCoarse(owed) || isCoarse(held)
    })
    const reason = isMixed(w, user) ? 'averagedThresholds' : hasCoarse ? 'fewDecimals' : null
    if (reason === null) continue
    found.set(`health ${user}`, reason)
    if (reason === 'averagedThresholds') found.set(`margin ${user}`, reason)
  }
  return found
}

/** Whether collaterals with different thresholds are averaged. */
function isMixed(w: World, account: string): boolean {
  const { config, eMode } = w.exact.userOf(w.pool, account)
  const category = w.exact.categoryOf(w.pool, eMode)
  const thresholds = w.pool.reserves
    .filter(({ collateralBit }) => (config & collateralBit) !== 0n)
    .map(({ config: own }) => {
      const isShared = eMode !== 0n && own.eModeCategory === eMode
      return isShared && category ? category.liquidationThreshold : own.liquidationThreshold
    })
  return new Set(thresholds).size > 1
}

/** An amount of a reserve, and the reserve's size: all that is supplied. */
function figureOf({ pool, exact, time }: World, asset: string, units: bigint): Figure {
  const reserve = pool.byAsset.get(asset)!
  const decimals = Number(reserve.config.decimals)
  return {
    value: toWhole(units, decimals),
    size: toWhole(exact.totalSupply(reserve, time), decimals),
  }
}

/** Debts, collateral, health, cash and rates. */
function figures(w: World): Figures {
  const found: Figures = new Map()
  const { exact, pool, time } = w
  for (const r of pool.reserves) {
    const { asset } = r
    const put = (key: string, units: bigint) => found.set(key, figureOf(w, asset, units))
    put(`cash ${asset}`, blockOf(w).tokens.balance(asset, r.aToken))
    put(`debts ${asset}`, exact.totalDebt(r, time))
    found.set(`borrowRate ${asset}`, { value: Number(r.currentVariableBorrowRate) / 1e27, size: 1 })
    found.set(`liquidityRate ${asset}`, { value: Number(r.currentLiquidityRate) / 1e27, size: 1 })
    for (const user of w.users) {
      put(`debt ${asset} ${user}`, exact.owedBy(r, user, time))
      put(`collateral ${asset} ${user}`, exact.suppliedBy(r, user, time))
    }
  }
  const size = poolValue(w)
  found.set('badDebt pool', { value: shortfallOf(w), size })
  for (const user of w.users) {
    const value = healthOf(w, user)
    if (value === Number.POSITIVE_INFINITY) continue
    found.set(`health ${user}`, { value, size: value })
    found.set(`margin ${user}`, { value: marginOf(w, user), size })
  }
  return found
}

/** What all suppliers own, USD. */
function poolValue({ pool, exact, prices, time }: World): number {
  return pool.reserves.reduce((sum, r) => {
    const tokens = toWhole(exact.totalSupply(r, time), Number(r.config.decimals))
    return sum + tokens * toWhole(prices.get(r.asset)!, USD_DIGITS)
  }, 0)
}

/** Debt beyond collateral over all users, USD; this version of the contract does not book it. */
function shortfallOf(w: World): number {
  const missing = w.users.map((user) => {
    const done = w.exact.userAccountData(w.pool, blockOf(w), user)
    return done.ok && done.value.debt > done.value.collateral
      ? done.value.debt - done.value.collateral
      : 0n
  })
  return toWhole(
    missing.reduce((sum, x) => sum + x, 0n),
    USD_DIGITS,
  )
}

/** Collateral with thresholds less debt, USD. */
function marginOf(w: World, account: string): number {
  const done = w.exact.userAccountData(w.pool, blockOf(w), account)
  if (!done.ok) return Number.NaN
  const { collateral, liquidationThreshold, debt } = done.value
  return toWhole(collateral * liquidationThreshold - debt * 10_000n, USD_DIGITS + 4)
}

/** The same of a world. */
function floatFigures(world: FloatWorld): Figures {
  const lender = world.port('lender', 'aaveV3')
  const found = positionFigures(world, lender, '')
  found.set('badDebt pool', { value: shortfall(lender), size: 0 })
  const column = (key: string): Float64Array => world.columns[`aaveV3/${key}`] as Float64Array
  for (const [m, { name }] of world.spec.assets.slice(1).entries()) {
    const put = (key: string, value: number) => found.set(`${key} ${name}`, { value, size: 0 })
    put('cash', lender.cash(m + 1))
    put('debts', (column('scaledDebt')[m]! * lender.value(m)) / lender.price(m + 1))
    put('borrowRate', column('variableBorrowRate')[m]!)
    put('liquidityRate', column('liquidityRate')[m]!)
  }
  return found
}

/** A liquidation of anybody: what is owed and held, or not; dust, a part, all, more than all. */
function proposal(w: World, random: Random): ReturnType<ExactRun['propose']> {
  const pick = (isWanted: (user: string) => boolean): string => {
    const wanted = w.users.filter(isWanted)
    return wanted.length > 0 && random.chance(0.9) ? random.pick(wanted) : random.pick(w.users)
  }
  const user = pick((name) => healthOf(w, name) < 1)
  const { config } = w.exact.userOf(w.pool, user)
  const choose = (bit: 'borrowBit' | 'collateralBit') => {
    const used = w.pool.reserves.filter((r) => (config & r[bit]) !== 0n)
    return used.length > 0 && random.chance(0.95) ? random.pick(used) : random.pick(w.pool.reserves)
  }
  const debt = choose('borrowBit')
  const owed = w.exact.owedBy(debt, user, w.time)
  const amount = random.chance(0.5) ? MAX : random.amount(owed)
  const args = [
    choose('collateralBit').asset,
    debt.asset,
    user,
    amount,
    random.chance(0.1) ? 1n : 0n,
  ]
  const wait = random.chance(0.2) ? 1n + random.big(7_200n) : 0n
  return { wait, op: { kind: 'liquidate', by: 'admin', args } }
}
