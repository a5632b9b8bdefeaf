import { exp, expm1, log } from '../math/index.ts'
import { ARBITRAGE_MEASURES } from './arbitrage.ts'
import { ATTACK_MEASURES, attackersLoss } from './attack.ts'
import { assetsOf, shortfallOf } from './books.ts'
import { POWER_MEASURES } from './borrowingPower.ts'
import { COMPARISONS } from './comparisons.ts'
import { CONTROL_MEASURES } from './controls.ts'
import { DISPUTE_MEASURES } from './disputes.ts'
import { EXTREME_MEASURES } from './extremes.ts'
import { eventsOf } from './forest.ts'
import { HEDGING_MEASURES } from './hedging.ts'
import { ISOLATION_MEASURES } from './isolation.ts'
import { dealerWealth, liquidatorWealth } from './opening.ts'
import { isAsked, type Measure, type MeasureInfo, namedLenders, type PathView } from './view.ts'
import { isLocked, recoveryTicks } from './watch.ts'
import { WATERFALL_MEASURES } from './waterfall.ts'

/** Bad debt before the first block, USD; of one lender when named. */
export function openingBadDebt({ opening }: PathView, only?: string): number {
  return [...opening.badDebt].reduce((sum, [name, bad]) => sum + (isAsked(name, only) ? bad : 0), 0)
}

/** Bad debt that arose, and what borrowers lost to liquidations. */
function loss(view: PathView, only?: string): number {
  const { x, y } = view.world.trace.columns
  const taken = view.ending.liquidations(only).reduce((sum, e) => sum + y[e]! - x[e]!, 0)
  return view.ending.totals(only).bad - openingBadDebt(view, only) + taken
}

/** What the dealers in options lost together, USD; null without any. */
function dealerLoss({ world, opening, ending }: PathView): number | null {
  if (world.all('optionBook').length === 0) return null
  return opening.dealerWealth - dealerWealth(world, ending.prices())
}

function lockedFunds(view: PathView, only?: string): number {
  const prices = view.ending.prices()
  let total = 0
  for (const { lender } of namedLenders(view.world, only))
    for (const asset of assetsOf(lender))
      if (isLocked(lender, asset))
        total += (lender.claims(asset) - lender.cash(asset)) * prices[asset]!
  return total
}

/** Growth of bad debt that is dust, or interest on old bad debt, as a share of the opening debt. */
const DUST = 1e-5

/** 1 when bad debt of a lender is beyond its reserves at the end, whenever it arose. */
function insolvent({ world, ending }: PathView, only?: string): number {
  const isBeyond = namedLenders(world, only).some(
    ({ name, lender }) => shortfallOf(lender, ending.totals(name), ending.prices()) > 0,
  )
  return isBeyond ? 1 : 0
}

/** 1 when more bad debt is beyond the reserves of a lender than before the first block. */
function newlyInsolvent({ world, opening, ending }: PathView, only?: string): number {
  const grew = namedLenders(world, only).some(({ name, lender }) => {
    const before = opening.shortfall.get(name) ?? 0
    const now = shortfallOf(lender, ending.totals(name), ending.prices())
    return now - before > DUST * (opening.debt.get(name) ?? 0)
  })
  return grew ? 1 : 0
}

function timeToExit({ watched }: PathView, only?: string): number {
  const all = [...watched.locked].filter(([name]) => isAsked(name, only))
  return all.reduce((most, [, seconds]) => Math.max(most, seconds), 0)
}

/** First liquidation of every row, as event ids. */
function firstLiquidations({ world: { trace }, ending }: PathView): number[] {
  const { instance, row } = trace.columns
  const seen = new Set<number>()
  return ending.liquidations().filter((e) => {
    const key = row[e]! * 65536 + instance[e]!
    return !seen.has(key) && seen.add(key)
  })
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length
}

const usd = 'USD'
const lower = 'lower'

/** Every measure, in the order in which they are printed. Adding one is one function and one line. */
export const MEASURES: readonly Measure[] = [
  {
    name: 'totalDebt',
    unit: usd,
    better: lower,
    doc: 'debt of all accounts at the start, at reference prices',
    value: (view) => view.opening.totalDebt,
  },
  {
    name: 'liquidatableDebtShare',
    unit: 'fraction',
    better: lower,
    doc: 'share of that debt that is liquidatable if the scheduled shocks came at once, before anyone acts',
    value: (view) => (view.world.all('shock').length === 0 ? null : view.opening.liquidatableShare),
  },
  {
    name: 'liquidatedDebt',
    unit: usd,
    better: lower,
    doc: 'debt repaid by liquidators, at oracle prices of the moment',
    perLender: true,
    value: (view, only) =>
      view.ending.liquidations(only).reduce((sum, e) => sum + view.world.trace.columns.x[e]!, 0),
  },
  {
    name: 'badDebt',
    unit: usd,
    better: lower,
    doc: 'at the end: deficits booked and sum over accounts of max(0, debt - unweighted collateral), at reference prices',
    perLender: true,
    value: (view, only) => view.ending.totals(only).bad,
  },
  {
    name: 'badDebtShare',
    unit: 'fraction',
    better: lower,
    doc: 'badDebt / totalDebt; none where nothing was owed at the start and bad debt arose',
    none: Infinity,
    value({ opening: { totalDebt }, ending }) {
      const { bad } = ending.totals()
      if (totalDebt > 0) return bad / totalDebt
      return bad > 0 ? null : 0
    },
  },
  {
    name: 'maxPriceImpact',
    unit: 'fraction',
    better: lower,
    doc: 'largest fall of a reference price below its fundamental, caused by trades',
    value: ({ world }) =>
      world.all('referenceMarket').length === 0
        ? null
        : eventsOf(world.trace, 'impact').reduce(
            (most, e) => Math.max(most, 1 - exp(world.trace.columns.w[e]!)),
            0,
          ),
  },
  {
    name: 'liquidations',
    unit: 'count',
    better: lower,
    doc: 'liquidations executed',
    perLender: true,
    value: (view, only) => view.ending.liquidations(only).length,
  },
  {
    name: 'accountsLiquidated',
    unit: 'accounts',
    better: lower,
    doc: 'accounts that were liquidated at least once',
    value: (view) => firstLiquidations(view).length,
  },
  {
    name: 'loss',
    unit: usd,
    better: lower,
    doc: 'bad debt that arose in the run, plus collateral seized beyond the debt repaid; in a world of attackers without lenders, what the attackers lost',
    perLender: true,
    value: (view, only) => attackersLoss(view) ?? loss(view, only),
  },
  {
    name: 'dealerLoss',
    unit: usd,
    better: lower,
    doc: "what the dealers in options lost: fall of money, hedges at reference prices and options at the dealers' own model; none without dealers",
    value: dealerLoss,
  },
  {
    name: 'jointLoss',
    unit: usd,
    better: lower,
    doc: 'loss and dealerLoss together; none without dealers',
    value: (view) => {
      const dealers = dealerLoss(view)
      return dealers === null ? null : loss(view) + dealers
    },
  },
  {
    name: 'accountsInsolvent',
    unit: 'accounts',
    better: lower,
    doc: 'accounts that owe more than their unweighted collateral is worth at the end, at reference prices',
    perLender: true,
    value: (view, only) => view.ending.totals(only).insolvent,
  },
  {
    name: 'insolvent',
    unit: 'probability',
    better: lower,
    doc: '1 when bad debt is beyond the reserves of a protocol at the end, whenever it arose, 0 when not; its mean is the probability of insolvency. No protocol here has junior capital beside reserves',
    perLender: true,
    value: insolvent,
  },
  {
    name: 'newlyInsolvent',
    unit: 'probability',
    better: lower,
    doc: '1 when bad debt beyond the reserves of a protocol arose in the run, by more than 0.001 % of the debt before, 0 when not: what was there before, its interest and dust do not count',
    perLender: true,
    value: newlyInsolvent,
  },
  {
    name: 'lockedFunds',
    unit: usd,
    better: lower,
    doc: 'at the end: what suppliers are owed beyond cash in markets whose cash is below 1 % of it, at reference prices',
    perLender: true,
    value: lockedFunds,
  },
  {
    name: 'timeToExit',
    unit: 's',
    better: lower,
    doc: 'longest time in which the cash of a market stayed below 1 % of what its suppliers are owed, counted to the end when it lasts; markets of more than 0.1 % of all that suppliers are owed',
    perLender: true,
    value: timeToExit,
  },
  {
    name: 'lockedAtEnd',
    unit: 'probability',
    better: lower,
    doc: '1 when a lock that timeToExit counts lasts at the end, so that the true time is longer, 0 when not',
    perLender: true,
    value: ({ watched }, only) =>
      (only === undefined ? watched.lockedAtEnd.size > 0 : watched.lockedAtEnd.has(only)) ? 1 : 0,
  },
  {
    name: 'trough',
    unit: 'fraction',
    better: lower,
    doc: 'largest fall of the shocked asset at the watched source below its fundamental price, at the end of a tick; none without a reference market',
    value: ({ watched: { gap } }) => {
      const deepest = gap.reduce((a, b) => Math.max(a, b), 0)
      return Number.isNaN(deepest) ? null : -expm1(-deepest)
    },
  },
  {
    name: 'gaps',
    unit: 'count',
    better: lower,
    doc: 'market orders that were larger than all that was offered; none without a seller',
    value: ({ world }) =>
      world.instances.some(({ spec }) => spec.kind === 'agents/seller')
        ? eventsOf(world.trace, 'gap').length
        : null,
  },
  {
    name: 'timeToRecovery',
    unit: 's',
    better: lower,
    doc: 'from the largest fall of the shocked asset at the watched source below its fundamental price until half of the gap was gone for good, counted to the end when it lasts; none without a gap',
    none: 0,
    value: ({ world, watched }) => {
      const ticks = recoveryTicks(watched.gap)
      return ticks === null ? null : ticks * world.spec.tickSeconds
    },
  },
  {
    name: 'liquidatorProfit',
    unit: usd,
    better: 'higher',
    doc: 'what the liquidators gained or lost, gas paid, what they hold at reference prices',
    value: (view) =>
      view.world.instances.some(({ spec }) => spec.kind === 'agents/liquidator')
        ? liquidatorWealth(view.world, view.ending.prices()) - view.opening.liquidatorWealth
        : null,
  },
  {
    name: 'cascadeDepth',
    unit: 'liquidations',
    better: lower,
    doc: 'longest chain of liquidations in which each caused the next',
    value: ({ ending }) => ending.forest().depth.reduce((a, b) => Math.max(a, b), 0),
  },
  {
    name: 'loopGain',
    unit: 'ratio',
    better: lower,
    doc: 'log price fall that selling all that an extra 1 % fall makes liquidatable would cause, over that 1 %; whatever capital there is; largest over the probes of the path',
    value: (view) => (view.gains.length === 0 ? null : Math.max(...view.gains)),
  },
  ...HEDGING_MEASURES,
  {
    name: 'endogenousShare',
    unit: 'fraction',
    better: lower,
    doc: '1 - roots/events over liquidations in the trace: those that another liquidation caused; none without a liquidation',
    none: 0,
    value: ({ ending }) => {
      const { depth } = ending.forest()
      return mean(ending.liquidations().map((e) => (depth[e]! > 1 ? 1 : 0)))
    },
  },
  {
    name: 'logDrop',
    unit: 'log',
    better: lower,
    doc: 'fall of the log price of the shocked asset at the watched source, start to end',
    value: ({ focus, opening }) =>
      focus.source && focus.asset >= 0
        ? log(opening.focusPrice / focus.source.price(focus.asset))
        : null,
  },
  {
    name: 'steps',
    unit: 'liquidations',
    better: lower,
    doc: 'most liquidations of one position',
    value: ({ world: { trace }, ending }) => {
      const counts = new Map<number, number>()
      let most = 0
      for (const e of ending.liquidations()) {
        const key = trace.columns.row[e]! * 65536 + trace.columns.instance[e]!
        const count = (counts.get(key) ?? 0) + 1
        counts.set(key, count)
        most = Math.max(most, count)
      }
      return most
    },
  },
  {
    name: 'triggerProbability',
    unit: 'fraction',
    better: lower,
    doc: 'share of the positions with debt that were liquidated at least once',
    value: (view) =>
      view.opening.debtors === 0 ? null : firstLiquidations(view).length / view.opening.debtors,
  },
  {
    name: 'overshoot',
    unit: 'log',
    better: lower,
    doc: 'mean log distance below the trigger (-ln healthFactor) at the first liquidation of a position; none without a liquidation',
    none: 0,
    value: (view) => mean(firstLiquidations(view).map((e) => -log(view.world.trace.columns.z[e]!))),
  },
  ...CONTROL_MEASURES,
  ...DISPUTE_MEASURES,
  ...ARBITRAGE_MEASURES,
  ...ATTACK_MEASURES,
  ...EXTREME_MEASURES,
  ...ISOLATION_MEASURES,
  ...WATERFALL_MEASURES,
  ...POWER_MEASURES,
]

/** Take one measure of a path, of all lenders. @returns null when there is none. */
export function measureValue(name: string, view: PathView): number | null {
  return MEASURES.find((m) => m.name === name)?.value(view) ?? null
}

/** One column of a run's results. */
export type MeasureColumn = MeasureInfo & {
  readonly value: (view: PathView) => number | null
}

/** Name of a measure of one lender alone. */
export function ofLender(measure: string, lender: string): string {
  return `${measure}[${lender}]`
}

/** What a measure says of itself, by its name or the name that it has for one lender; null when unknown. */
export function measureInfo(name: string): MeasureInfo | null {
  const base = name.replace(/\[.*$/, '')
  return [...MEASURES, ...COMPARISONS].find((m) => m.name === base) ?? null
}

/** All columns of a run: every measure, and those that are taken of each lender alone. */
export function columnsOf(lenders: readonly string[]): readonly MeasureColumn[] {
  return MEASURES.flatMap(({ name, unit, better, doc, perLender, value }): MeasureColumn[] => [
    { name, unit, better, doc, value: (view) => value(view) },
    ...(perLender ? lenders : []).map((lender) => ({
      ...{ name: ofLender(name, lender), unit, better, doc: `${doc}; ${lender} alone` },
      value: (view: PathView) => value(view, lender),
    })),
  ])
}

/** Names of everything that can be measured with these lenders. */
export function measureNames(lenders: readonly string[]): readonly string[] {
  const compared = COMPARISONS.flatMap(({ name, perLender }) => [
    name,
    ...(perLender ? lenders : []).map((l) => ofLender(name, l)),
  ])
  return [...columnsOf(lenders).map(({ name }) => name), ...compared]
}
