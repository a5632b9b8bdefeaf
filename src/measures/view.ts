import type { Built, Lender, PriceSource, Venue, World } from '../world/index.ts'
import type { DebtTotals } from './books.ts'
import type { Forest } from './forest.ts'

/** What measures look at: which asset is shocked, who states its price, where it is sold. */
export type Focus = {
  /** Index of the shocked asset; -1 when the scenario names none. */
  readonly asset: number
  readonly source: PriceSource | null
  readonly venue: Venue | null
}

/** Facts of the opening state, before anybody acts. */
export type Opening = {
  /** Debt of all lenders at reference prices, USD. */
  readonly totalDebt: number
  /** Share of that debt that would be liquidatable if the scheduled shocks came at once. */
  readonly liquidatableShare: number
  /** Rows that owe something. */
  readonly debtors: number
  /** Price of the focus asset at the focus source, USD; NaN when there is none. */
  readonly focusPrice: number
  /** Bad debt of each lender before the first block, USD at reference prices, by instance name. */
  readonly badDebt: ReadonlyMap<string, number>
  /** Bad debt beyond reserves of each lender before the first block, USD; see `shortfallOf`. */
  readonly shortfall: ReadonlyMap<string, number>
  /** Debt owed to each lender before the first block, USD. */
  readonly debt: ReadonlyMap<string, number>
  /** Borrowing power of each lender's accounts before the first block, USD. */
  readonly borrowingPower: ReadonlyMap<string, number>
  /** What the liquidators hold together, USD at reference prices. */
  readonly liquidatorWealth: number
  /** What the dealers in options own together, USD at reference prices; 0 without any. */
  readonly dealerWealth: number
}

/** What controls did that only looking at every tick shows; sums by name of the target. */
export type ControlsWatched = {
  /** What suppliers could have taken out were it not halted, times the time of the halt, USD x hours. */
  readonly trapped: ReadonlyMap<string, number>
  /** Halts a day after which no bad debt has arisen since the start. */
  readonly falseAlarms: ReadonlyMap<string, number>
  /** Borrowing power lost on average, USD. */
  readonly capital: ReadonlyMap<string, number>
}

/** What constant-product pools lost to arbitrage in a path, as shares of the pools' values at the moment. */
export type ArbitrageSums = {
  /** Gained by whoever traded with the pools, at market prices. */
  readonly gained: number
  /** Lost by the pools against rebalancing at market prices, from the realised variance. */
  readonly lossVersusRebalancing: number
}

/** What all attackers gained together and what it cost them, USD; see `createAttackWatch`. */
export type AttackSums = { readonly profit: number; readonly cost: number }

/** How far prices and pools went in a path; NaN where the world has none to look at. */
export type Extremes = {
  /** Smallest share of an asset in a pool of several, and the highest price of one in another. */
  readonly share: number
  readonly price: number
  /** Lowest price of the focus asset at the watched source over that at the start. */
  readonly low: number
}

/** What was watched at every tick of a path. */
export type Watched = {
  /** Log of the focus asset's fundamental price over its watched price; NaN without a market. */
  readonly gap: Float64Array
  /** Price of the focus asset at the watched source, USD; empty in worlds without option books. */
  readonly price: Float64Array
  /** Largest loop gain of hedging over the probes; null without option books. */
  readonly hedgingGain: number | null
  /** By lender: the longest time in which the suppliers of one market could not get out, s. */
  readonly locked: ReadonlyMap<string, number>
  /** Lenders with a market whose suppliers cannot get out at the end either. */
  readonly lockedAtEnd: ReadonlySet<string>
  /** What controls did; null in worlds without controls. */
  readonly controls: ControlsWatched | null
  /** What arbitrage took from constant-product pools; null without such pools. */
  readonly arbitrage: ArbitrageSums | null
  /** Null without attackers. */
  readonly attack: AttackSums | null
  readonly extremes: Extremes
}

/** Facts of the end of a path that several measures ask for, each worked out once. */
export type Ending = {
  /** Reference prices, USD per asset. */
  readonly prices: () => Float64Array
  /** Debts at those prices, of all lenders or of the one named. */
  readonly totals: (lender?: string) => DebtTotals
  readonly forest: () => Forest
  /** Ids of the liquidations, of all lenders or of the one named. */
  readonly liquidations: (lender?: string) => readonly number[]
}

/** One finished path, as measures see it. */
export type PathView = {
  readonly world: World
  readonly focus: Focus
  /** Place of the path in its run, from 0; seed and place make it again. */
  readonly path: number
  readonly opening: Opening
  readonly watched: Watched
  readonly ending: Ending
  /** Loop gains sampled along the path. */
  readonly gains: readonly number[]
}

/** What a measure says of itself. */
export type MeasureInfo = {
  readonly name: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly doc: string
  /**
   * What a path without a number counts as where paths are compared: 0 where nothing happened that could be
   * measured, Infinity where what happened has no finite number. Absent: nothing follows from it.
   */
  readonly none?: number
}

/** A named number per path. */
export type Measure = MeasureInfo & {
  /** Also taken of each lender alone, as `name[lender]`. */
  readonly perLender?: true
  /**
   * @param lender name of the only lender to count; all of them when absent.
   * @returns the number, or null when the path has none (for example no liquidation to average).
   */
  readonly value: (view: PathView, lender?: string) => number | null
}

/** A lender with its name and its instance index in events. */
export type NamedLender = {
  readonly name: string
  readonly self: number
  readonly lender: Lender
}

/** Whether a lender is the one that is asked for, or a cell of it; all are when none is named. */
export function isAsked(name: string, only?: string): boolean {
  return only === undefined || name === only || name.startsWith(`${only}.`)
}

/** All lenders of a world, or the one of that name, or its cells where it is isolated. */
export function namedLenders(world: World, only?: string): readonly NamedLender[] {
  return world
    .all('lender')
    .filter(({ name }) => isAsked(name, only))
    .map(({ name, self, instance }) => ({ name, self, lender: instance.ports!.lender! }))
}

/** All lenders of a world. */
export function lendersOf(world: World): readonly Lender[] {
  return namedLenders(world).map(({ lender }) => lender)
}

/**
 * Fill `out` with reference prices: the first that a reference market states, or a lender's oracle
 * where there is no such market.
 * @param out length = number of assets, overwritten, USD.
 */
export function referencePrices(world: World, out: Float64Array): Float64Array {
  const markets = world.all('referenceMarket').map((i) => i.instance.ports!.referenceMarket!)
  const sources = markets.length > 0 ? markets : lendersOf(world)
  for (let a = 0; a < out.length; a++) {
    out[a] = world.spec.assets[a]!.price
    for (const source of sources) {
      const price = source.price(a)
      if (Number.isNaN(price)) continue
      out[a] = price
      break
    }
  }
  return out
}

/** Where liquidators sell, or, without any, the venue of the first agent that trades. */
function venueOf(world: World): Venue | null {
  const traders = world.ordered.filter(
    (i: Built) => i.model.phase === 'agent' && typeof i.spec.params.venue === 'string',
  )
  const trader = traders.find((i) => Array.isArray(i.spec.params.lenders)) ?? traders[0]
  return trader ? world.port('venue', trader.spec.params.venue as string) : null
}

/**
 * Find what the measures look at.
 * @param asset index of the shocked asset, or -1.
 * @param source name of the price source to watch; '' = the reference market, else the lender's oracle.
 */
export function focusOf(world: World, asset: number, source: string): Focus {
  const fallback = world.all('referenceMarket')[0] ?? world.all('priceSource')[0]
  const name = source || fallback?.name
  return {
    asset,
    source: name === undefined ? null : world.port('priceSource', name),
    venue: venueOf(world),
  }
}
