import { exp, log } from '../math/index.ts'
import { debtTotals } from './books.ts'
import { eventsOf, forestOf } from './forest.ts'
import { type Measure, type PathView, referencePrices } from './view.ts'

function badDebt({ world }: PathView): number {
  const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
  return debtTotals(world, prices, prices).bad
}

/** First liquidation of every row, as event ids. */
function firstLiquidations({ world: { trace } }: PathView): number[] {
  const { instance, row } = trace.columns
  const seen = new Set<number>()
  return eventsOf(trace, 'liquidation').filter((e) => {
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
    value: ({ world: { trace } }) =>
      eventsOf(trace, 'liquidation').reduce((sum, e) => sum + trace.columns.x[e]!, 0),
  },
  {
    name: 'badDebt',
    unit: usd,
    better: lower,
    doc: 'at the end: sum over accounts of max(0, debt - unweighted collateral), at reference prices',
    value: badDebt,
  },
  {
    name: 'badDebtShare',
    unit: 'fraction',
    better: lower,
    doc: 'badDebt / totalDebt',
    value: (view) => (view.opening.totalDebt === 0 ? 0 : badDebt(view) / view.opening.totalDebt),
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
    value: ({ world: { trace } }) => eventsOf(trace, 'liquidation').length,
  },
  {
    name: 'cascadeDepth',
    unit: 'liquidations',
    better: lower,
    doc: 'longest chain of liquidations in which each caused the next',
    value: ({ world: { trace } }) => forestOf(trace).depth.reduce((a, b) => Math.max(a, b), 0),
  },
  {
    name: 'loopGain',
    unit: 'ratio',
    better: lower,
    doc: 'log price fall that selling all that an extra 1 % fall makes liquidatable would cause, over that 1 %; whatever capital there is; largest over the probes of the path',
    value: (view) => (view.gains.length === 0 ? null : Math.max(...view.gains)),
  },
  {
    name: 'endogenousShare',
    unit: 'fraction',
    better: lower,
    doc: '1 - roots/events over liquidations in the trace: those that another liquidation caused',
    value: ({ world: { trace } }) => {
      const { depth } = forestOf(trace)
      return mean(eventsOf(trace, 'liquidation').map((e) => (depth[e]! > 1 ? 1 : 0)))
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
    value: ({ world: { trace } }) => {
      const counts = new Map<number, number>()
      let most = 0
      for (const e of eventsOf(trace, 'liquidation')) {
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
    doc: 'mean log distance below the trigger (-ln healthFactor) at the first liquidation of a position',
    value: (view) => mean(firstLiquidations(view).map((e) => -log(view.world.trace.columns.z[e]!))),
  },
]
