import {
  type Book,
  type Context,
  createBook,
  type Outcome,
  type PriceSource,
} from '../../../world/index.ts'
import {
  type Accrued,
  accrue,
  borrowRate,
  exchangeRate,
  type JumpRate,
  MAX_BORROW_RATE,
  ratesPerBlock,
  utilization,
} from './kernel.ts'
import { type CompoundTerms, type Layout, layOut } from './layout.ts'

/** State columns; entry m belongs to market m. Cash is what the instance holds in the ledger. */
export type MarketColumns = {
  readonly borrowIndex: Float64Array
  /** Whole underlying tokens. */
  readonly totalBorrows: Float64Array
  /** Whole underlying tokens. */
  readonly totalReserves: Float64Array
  /** CTokens. */
  readonly totalSupply: Float64Array
  /** Block number of the last accrual. */
  readonly accrualBlock: Int32Array
}

/** Constants per market. */
type MarketConstants = {
  readonly asset: Int32Array
  readonly rates: readonly JumpRate[]
  readonly reserveFactor: Float64Array
  readonly openingRate: Float64Array
  /** CTokens of all rows at the start. */
  readonly openingTokens: Float64Array
}

/** What accrual to now would leave in the markets looked at last; scratch, not state. */
type Fresh = {
  readonly rate: Float64Array
  readonly index: Float64Array
  readonly borrows: Float64Array
  readonly reserves: Float64Array
}

/** Sums over a row's entries, USD, as `weigh` left them. */
type Weight = { collateral: number; debt: number }

/** One lender: terms, links, state and scratch. All functions of this folder act on it. */
export type Compound = {
  readonly terms: CompoundTerms
  readonly context: Context
  readonly columns: MarketColumns
  readonly constants: MarketConstants
  readonly layout: Layout
  readonly book: Book
  /** Set when linked. */
  oracle: PriceSource
  readonly fresh: Fresh
  readonly accrued: Accrued
  readonly weight: Weight
  /** Prices of the markets' assets while coordinates are computed. */
  readonly prices: Float64Array
  readonly values: Float64Array
  /** Log moves of the markets' prices that are taken back while a trigger is looked for. */
  readonly undone: Float64Array
}

/** Thrown when a market's cash and borrows do not fund the cTokens that positions hold. */
export class MarketFundingError extends Error {
  override readonly name = 'MarketFundingError'
}

const NO_ORACLE: PriceSource = {
  covers: () => false,
  price: () => NaN,
  cause: () => -1,
  moveOf: () => 0,
}

function constantsOf(terms: CompoundTerms, layout: Layout): MarketConstants {
  const { markets, blocksPerYear } = terms
  const { coordinate, amount } = layout.rows
  const openingTokens = new Float64Array(markets.length)
  for (let k = 0; k < amount.length; k++)
    if (amount[k]! > 0) openingTokens[layout.market[coordinate[k]!]!]! += amount[k]!
  return {
    asset: Int32Array.from(markets, (market) => market.asset),
    rates: markets.map(({ value }) =>
      ratesPerBlock({ ...value, base: value.baseRate }, blocksPerYear),
    ),
    reserveFactor: Float64Array.from(markets, (market) => market.value.reserveFactor),
    openingRate: Float64Array.from(markets, (market) => market.value.exchangeRate),
    openingTokens,
  }
}

/** Cash of a market, whole tokens. */
export function cashOf({ context, constants }: Compound, market: number): number {
  return context.ledger.balance(context.self, constants.asset[market]!)
}

/**
 * Set a market's supply so that its exchange rate is the opening one: who has supplied what borrowers
 * owe and the market holds, beyond the rows' own collateral, are pure suppliers.
 * @throws {MarketFundingError} when rows hold more cTokens than that.
 */
export function fund(compound: Compound, market: number): void {
  const { columns, constants, context } = compound
  const cash = cashOf(compound, market)
  const borrows = columns.totalBorrows[market]!
  const reserves = columns.totalReserves[market]!
  const rate = constants.openingRate[market]!
  const tokens = constants.openingTokens[market]!
  const supply = (cash + borrows - reserves) / rate
  if (!(supply >= tokens * (1 - 1e-12))) {
    const name = context.assets[constants.asset[market]!]!.name
    const needed = tokens * rate + reserves - borrows
    throw new MarketFundingError(
      `${context.name}, market ${name}: positions hold ${tokens} cTokens (${tokens * rate} ${name} at exchange rate ${rate}), but cash ${cash} + borrows ${borrows} - reserves ${reserves} funds only ${supply}; raise its "cash" to at least ${needed}`,
    )
  }
  columns.totalSupply[market] = Math.max(supply, tokens)
}

/** What cToken holders of an asset are owed, whole tokens; 0 without a market. */
export function claimsOf(compound: Compound, asset: number): number {
  const market = compound.constants.asset.indexOf(asset)
  return market < 0 ? 0 : compound.columns.totalSupply[market]! * storedRate(compound, market)
}

function openMarkets(compound: Compound): void {
  const { terms, context, columns, constants, layout } = compound
  const { coordinate, amount } = layout.rows
  columns.borrowIndex.fill(1)
  columns.totalBorrows.fill(0)
  for (let k = 0; k < amount.length; k++)
    if (amount[k]! < 0) columns.totalBorrows[layout.market[coordinate[k]!]!]! -= amount[k]!
  terms.markets.forEach(({ value }, m) => {
    columns.totalReserves[m] = value.reserves
    context.ledger.endow(context.self, constants.asset[m]!, value.cash)
    fund(compound, m)
  })
}

/**
 * Make a lender over its state columns: lay out the positions, register their book, set the
 * columns' opening values and endow the opening cash.
 * @throws {PositionError} when a position refers to an asset without a market.
 * @throws {MarketFundingError} when a market cannot fund the positions' collateral.
 */
export function openCompound(
  terms: CompoundTerms,
  columns: MarketColumns,
  context: Context,
): Compound {
  const layout = layOut(terms, context.assets)
  const perMarket = (): Float64Array => new Float64Array(terms.markets.length)
  const compound: Compound = {
    terms,
    context,
    columns,
    constants: constantsOf(terms, layout),
    layout,
    book: context.book(createBook(layout.rows, layout.liability)),
    oracle: NO_ORACLE,
    fresh: {
      rate: perMarket(),
      index: perMarket(),
      borrows: perMarket(),
      reserves: perMarket(),
    },
    accrued: { borrows: NaN, reserves: NaN, index: NaN },
    weight: { collateral: NaN, debt: NaN },
    prices: perMarket(),
    values: new Float64Array(layout.market.length),
    undone: perMarket(),
  }
  openMarkets(compound)
  return compound
}

/** Underlying per cToken from stored totals, without interest since the last touch. */
export function storedRate(compound: Compound, market: number): number {
  const { columns, constants } = compound
  return exchangeRate(
    cashOf(compound, market),
    columns.totalBorrows[market]!,
    columns.totalReserves[market]!,
    columns.totalSupply[market]!,
    constants.openingRate[market]!,
  )
}

/**
 * Work out what accrual to now leaves in a market, into `fresh`; the state stays as it is, so that
 * a refused action leaves no trace. `settle` writes it.
 * @returns a refusal when the borrow rate is above the contract's maximum.
 */
export function peek(compound: Compound, market: number): Outcome {
  const { columns, constants, fresh, accrued, context } = compound
  const cash = cashOf(compound, market)
  accrued.borrows = columns.totalBorrows[market]!
  accrued.reserves = columns.totalReserves[market]!
  accrued.index = columns.borrowIndex[market]!
  const blocks = context.chain.number() - columns.accrualBlock[market]!
  if (blocks > 0) {
    const used = utilization(cash, accrued.borrows, accrued.reserves)
    const rate = borrowRate(used, constants.rates[market]!)
    if (!(rate <= MAX_BORROW_RATE)) return 'borrow rate is above the maximum'
    accrue(rate, blocks, constants.reserveFactor[market]!, accrued)
  }
  const { borrows, reserves, index } = accrued
  const supply = columns.totalSupply[market]!
  fresh.rate[market] = exchangeRate(cash, borrows, reserves, supply, constants.openingRate[market]!)
  fresh.index[market] = index
  fresh.borrows[market] = borrows
  fresh.reserves[market] = reserves
  return null
}

/** Write what the last `peek` at this market worked out. */
export function settle({ columns, fresh, context }: Compound, market: number): void {
  columns.borrowIndex[market] = fresh.index[market]!
  columns.totalBorrows[market] = fresh.borrows[market]!
  columns.totalReserves[market] = fresh.reserves[market]!
  columns.accrualBlock[market] = context.chain.number()
}
