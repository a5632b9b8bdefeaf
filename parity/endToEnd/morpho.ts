import type * as Exact from '../../src/mechanisms/lending/morphoBlue/exact.ts'
import type { World as FloatWorld } from '../../src/world/index.ts'
import type { Op, Result } from '../protocol.ts'
import { allChecks, touchedChecks } from '../protocols/morphoBlue/checks.ts'
import { VERBS } from '../protocols/morphoBlue/verbs.ts'
import { outside, type World } from '../protocols/morphoBlue/world.ts'
import type { Random } from '../random.ts'
import { copyToken } from '../token.ts'
import { positionFigures } from './floats.ts'
import { morphoFunding, morphoOpening } from './morphoOpening.ts'
import { decimalsOf, morphoScenario } from './morphoScenario.ts'
import { type MorphoState, morphoWorld, OPENED, readMorpho } from './morphoState.ts'
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

const WAD = 1e18
const YEAR = 365 * 86_400

/**
 * The dollar markets' collateral falls twice; in the market of the other direction the dollar rises as
 * much. Then both turn against their borrowers.
 */
const STAGES: readonly Stage[] = [
  { tick: 1, shares: { feed0: 8_000n, feed1: 12_500n } },
  { tick: 6, shares: { feed0: 9_600n, feed1: [10_000n, 9_600n] } },
  { tick: AFTERWARDS, shares: { feed0: 6_500n, feed1: 4_000n } },
]

/** Morpho Blue with three markets. */
export const morpho: EndToEnd<MorphoState> = {
  name: 'morphoBlue',
  funding: morphoFunding,
  opening: morphoOpening,
  read: readMorpho,
  shocks: ({ prices }) => split(movesOf(STAGES, new Map(Object.entries(prices)))),
  price: ({ source, to }) => ({ kind: 'setPrice', by: 'admin', args: [source, to] }),
  start: (state) => run(morphoWorld(state)),
  floatFigures,
  scenario: morphoScenario,
}

function run(w: World): ExactRun {
  let last = { repaid: 0n, seized: 0n, market: '' }
  const written = new Map(OPENED.map((market) => [market, 0n]))
  const liquidate = (op: Op): Result => {
    const [market, user, seizedAssets, repaidShares] = op.args as [string, string, bigint, bigint]
    const caller = { sender: op.by, time: w.time, outside: outside(w) }
    const asked = { seizedAssets, repaidShares }
    const done = w.exact.liquidate(w.morpho, caller, market, user, asked, null)
    if (!done.ok) return done
    written.set(market, written.get(market)! + done.value.badDebtAssets)
    last = { repaid: done.value.repaidAssets, seized: done.value.seizedAssets, market }
    return { ok: true, returned: [last.seized, last.repaid] }
  }
  return {
    propose: (random) => proposal(w, random),
    apply(op, time) {
      w.time = time
      const entries = Object.entries(w.tokens)
      const saved = Object.fromEntries(entries.map(([name, token]) => [name, copyToken(token)]))
      const result = op.kind === 'liquidate' ? liquidate(op) : VERBS[op.kind]!(w, op)
      if (!result.ok) w.tokens = saved
      return result
    },
    touched: (op) => touchedChecks(w, op),
    all: () => fields(w),
    at(time) {
      w.time = time
    },
    order: (liquidation) => order(w, liquidation),
    outcome: () => outcome(w, last),
    figures: () => figures(w, written),
    healthKey: (account, lender) => `health ${account} ${lender}`,
    health: (account, lender) => healthOf(w, lender, viewed(w, lender), account),
    stated: () => stated(w),
  }
}

/** All fields; who may act for whom is left out, since nobody may. */
function fields(w: World): ReturnType<ExactRun['all']> {
  return allChecks(w).filter(({ get }) => get !== 'isAuthorized')
}

/** A market with interest to now; the state stays. */
function viewed(w: World, name: string): Exact.Market {
  const stored = w.morpho.markets.get(name)!
  const positions = new Map([...stored.positions].map(([who, p]) => [who, { ...p }]))
  const market = { ...stored, positions }
  const copy: Exact.Morpho = { ...w.morpho, markets: new Map([[name, market]]), journal: null }
  w.exact.accrueInterest(copy, { sender: 'admin', time: w.time, outside: outside(w) }, name)
  return market
}

function healthOf(w: World, name: string, market: Exact.Market, account: string): number {
  const position = market.positions.get(account)
  if (!position || position.borrowShares === 0n) return Number.POSITIVE_INFINITY
  const price = w.prices[market.params.oracle]!
  const { borrowed, maxBorrow } = w.exact.health(market, position, price)
  const decimals = decimalsOf(w.morpho.markets.get(name)!.params.loanToken)
  return toWhole(maxBorrow, decimals) / toWhole(borrowed, decimals)
}

/** Seize all collateral, or repay all debt, or the share of it that the floats repaid. */
function order(w: World, from: FloatLiquidation): Op {
  const { account, lender, repaid, seized, debt, collateral } = from
  const market = viewed(w, lender)
  const position = market.positions.get(account)!
  const { borrowed } = w.exact.health(market, position, w.prices[market.params.oracle]!)
  const repay = toUnits(repaid, decimalsOf(debt))
  const seize = toUnits(seized, decimalsOf(collateral))
  const call = (assets: bigint, shares: bigint): Op => {
    const args = [lender, account, assets, shares, 'none', 0n]
    return { kind: 'liquidate', by: 'admin', args }
  }
  if (coversAll(seize, position.collateral)) return call(position.collateral, 0n)
  if (coversAll(repay, borrowed)) return call(0n, position.borrowShares)
  return call(0n, (repay * position.borrowShares) / borrowed)
}

function outcome(
  w: World,
  { repaid, seized, market }: { repaid: bigint; seized: bigint; market: string },
): { repaid: Figure; seized: Figure } {
  const { params, totalSupplyAssets } = w.morpho.markets.get(market)!
  const [loan, held] = [decimalsOf(params.loanToken), decimalsOf(params.collateralToken)]
  const pledged = w.tokens[params.collateralToken]!.balances.get('morpho') ?? 0n
  return {
    repaid: { value: toWhole(repaid, loan), size: toWhole(totalSupplyAssets, loan) },
    seized: { value: toWhole(seized, held), size: toWhole(pledged + seized, held) },
  }
}

/** Totals, rate, bad debt written off so far, debts, supplies, collateral and health of every market. */
function figures(w: World, written: ReadonlyMap<string, bigint>): Figures {
  const found: Figures = new Map()
  for (const name of OPENED) {
    const market = viewed(w, name)
    const { params } = market
    const [loan, held] = [decimalsOf(params.loanToken), decimalsOf(params.collateralToken)]
    const size = toWhole(market.totalSupplyAssets, loan)
    const put = (key: string, units: bigint): void =>
      void found.set(key, { value: toWhole(units, loan), size })
    put(`supply ${name}`, market.totalSupplyAssets)
    put(`badDebt ${name}`, written.get(name)!)
    put(`debts ${name}`, market.totalBorrowAssets)
    put(`cash ${name}`, market.totalSupplyAssets - market.totalBorrowAssets)
    const pledged = [...market.positions.values()].reduce((sum, p) => sum + p.collateral, 0n)
    // As stored at the last touch: the floats' column is that, too.
    const rate = Number(w.morpho.markets.get(name)!.rateAtTarget) / WAD
    if (params.irm !== 'zero') found.set(`rateAtTarget ${name}`, { value: rate * YEAR, size: 1 })
    for (const [who, position] of market.positions) {
      if (!w.users.includes(who)) continue
      const at = `${who} ${name}`
      const worth = supplied(market, position.supplyShares)
      const { borrowed } = w.exact.health(market, position, w.prices[params.oracle]!)
      put(`debt ${params.loanToken} ${at}`, borrowed)
      put(`collateral ${params.loanToken} ${at}`, worth)
      const units = toWhole(position.collateral, held)
      const all = toWhole(pledged, held)
      found.set(`collateral ${params.collateralToken} ${at}`, { value: units, size: all })
      const value = healthOf(w, name, market, who)
      if (value < Number.POSITIVE_INFINITY) found.set(`health ${at}`, { value, size: value })
    }
  }
  return found
}

/** Accounts whose health the contract knows only roughly. */
function stated(w: World): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const name of OPENED) {
    const market = viewed(w, name)
    for (const [who, position] of market.positions) {
      const { borrowed } = w.exact.health(market, position, w.prices[market.params.oracle]!)
      if (isCoarse(borrowed) || isCoarse(position.collateral))
        found.set(`health ${who} ${name}`, 'fewDecimals')
    }
  }
  return found
}

/** What shares of supply are worth, rounded down as a withdrawal is. */
function supplied({ totalSupplyAssets, totalSupplyShares }: Exact.Market, shares: bigint): bigint {
  return (shares * (totalSupplyAssets + 1n)) / (totalSupplyShares + 1_000_000n)
}

/** The same of a world. */
function floatFigures(world: FloatWorld): Figures {
  const found: Figures = new Map()
  for (const name of OPENED) {
    const lender = world.port('lender', name)
    for (const [key, figure] of positionFigures(world, lender, ` ${name}`))
      if (!key.startsWith('margin ')) found.set(key, figure)
    const column = (key: string): number => (world.columns[`${name}/${key}`] as Float64Array)[0]!
    const debt = lender.assetOf(0)
    const put = (key: string, value: number) => found.set(`${key} ${name}`, { value, size: 0 })
    const supply = lender.claims(debt)
    const debts = (column('totalBorrowShares') * lender.value(0)) / lender.price(debt)
    put('supply', supply)
    put('debts', debts)
    put('cash', lender.cash(debt))
    put('badDebt', lender.deficit(debt))
    if (world.instances.find((i) => i.name === name)!.spec.params.irm !== 'none')
      put('rateAtTarget', column('rateAtTarget') * YEAR)
  }
  return found
}

/** A liquidation of anybody in any market: dust, a part, all, more than all, of either side. */
function proposal(w: World, random: Random): ReturnType<ExactRun['propose']> {
  const name = random.pick(OPENED)
  const market = viewed(w, name)
  const users = w.users.filter((user) => market.positions.has(user))
  const ill = users.filter((user) => healthOf(w, name, market, user) < 1)
  const user = random.pick(ill.length > 0 && random.chance(0.9) ? ill : users)
  const { collateral, borrowShares } = market.positions.get(user)!
  const bySeizing = random.chance(0.5)
  const seized = bySeizing ? (random.chance(0.5) ? collateral : random.amount(collateral)) : 0n
  const shares = random.chance(0.4) ? borrowShares : random.amount(borrowShares)
  const args = [name, user, seized, bySeizing ? 0n : shares, 'none', 0n]
  const wait = random.chance(0.2) ? 1n + random.big(7_200n) : 0n
  return { wait, op: { kind: 'liquidate', by: 'admin', args } }
}
