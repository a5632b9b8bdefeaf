import type { Context, Outcome } from '../../../world/index.ts'
import {
  cashOf,
  type Desk,
  type LiquidationRules,
  openDesk,
  type Protocol,
  unitsOf,
} from '../desk.ts'
import { fundedUnits } from '../funding.ts'
import { SLACK } from '../refusals.ts'
import { openRules } from '../rules.ts'
import {
  type Accrued,
  accrue,
  borrowRate,
  exchangeRate,
  type JumpRate,
  MAX_BORROW_RATE,
  maxClose,
  ratesPerBlock,
  redeemAmount,
  utilization,
} from './kernel.ts'
import { COMPOUND_REFUSALS, type CompoundTerms } from './terms.ts'

/** State columns; entry m belongs to market m. Cash is what the instance holds in the ledger. */
export type MarketColumns = LiquidationRules & {
  readonly borrowIndex: Float64Array
  /** Whole underlying tokens. */
  readonly totalBorrows: Float64Array
  /** Whole underlying tokens. */
  readonly totalReserves: Float64Array
  /** CTokens. */
  readonly totalSupply: Float64Array
  /** Block number of the last accrual. */
  readonly accrualBlock: Int32Array
  /** Terms as they are now. */
  readonly collateralFactor: Float64Array
  readonly borrowCap: Float64Array
  /** Per year, per unit of utilization. */
  readonly jumpMultiplier: Float64Array
  /** 1 where supplying, borrowing is paused; length 1: where seizing is, in all markets. */
  readonly mintPaused: Uint8Array
  readonly borrowPaused: Uint8Array
  readonly seizePaused: Uint8Array
  /** Length 1: the Comptroller's. */
  readonly closeFactor: Float64Array
  readonly liquidationIncentive: Float64Array
}

/** One Comptroller: the shared desk, and what is Compound's own. All functions here act on it. */
export type Compound = {
  readonly desk: Desk
  readonly terms: CompoundTerms
  readonly columns: MarketColumns
  /** Per block; made from terms. */
  readonly rates: JumpRate[]
  readonly openingRate: Float64Array
  /** CTokens of all rows at the start. */
  readonly openingTokens: Float64Array
  /** What accrual to now would leave in the markets looked at last; scratch, not state. */
  readonly borrows: Float64Array
  readonly reserves: Float64Array
  readonly accrued: Accrued
}

/** Set a market's supply so that its exchange rate is the opening one; see `fundedUnits`. */
function fund(compound: Compound, market: number): void {
  const { desk, columns, openingRate, openingTokens } = compound
  const cash = cashOf(desk, market)
  const owned = cash + columns.totalBorrows[market]! - columns.totalReserves[market]!
  const rate = openingRate[market]!
  const tokens = openingTokens[market]!
  columns.totalSupply[market] = fundedUnits(desk, market, owned, cash, rate, tokens)
}

/** A market's rate model per block. @param jumpMultiplier per year, as it is now. */
export function rateOf(terms: CompoundTerms, market: number, jumpMultiplier: number): JumpRate {
  const { value } = terms.markets[market]!
  return ratesPerBlock({ ...value, base: value.baseRate, jumpMultiplier }, terms.blocksPerYear)
}

function openMarkets(compound: Compound): void {
  const { terms, desk, columns } = compound
  columns.closeFactor[0] = terms.closeFactor
  columns.liquidationIncentive[0] = terms.liquidationIncentive
  columns.borrowIndex.fill(1)
  columns.totalBorrows.set(unitsOf(desk, 'debt'))
  terms.markets.forEach(({ value }, m) => {
    columns.collateralFactor[m] = value.collateralFactor
    columns.borrowCap[m] = value.borrowCap ?? 0
    columns.jumpMultiplier[m] = value.jumpMultiplier
    columns.totalReserves[m] = value.reserves
    desk.context.ledger.endow(desk.context.self, desk.asset[m]!, value.cash)
    fund(compound, m)
  })
}

/** Underlying per cToken from stored totals, without interest since the last touch. */
function storedRate({ desk, columns, openingRate }: Compound, market: number): number {
  return exchangeRate(
    cashOf(desk, market),
    columns.totalBorrows[market]!,
    columns.totalReserves[market]!,
    columns.totalSupply[market]!,
    openingRate[market]!,
  )
}

/** Write what a unit of principal and a cToken are worth in all markets, as stored. */
function fill(
  compound: Compound,
  prices: Float64Array,
  debts: Float64Array,
  tokens: Float64Array,
): void {
  const { desk, columns, openingRate } = compound
  const { borrowIndex, totalBorrows, totalReserves, totalSupply } = columns
  const { asset, context } = desk
  // Not cashOf() and storedRate(): a book may have a thousand markets, and agents ask every block.
  const { balances, assets } = context.ledger
  const first = context.self * assets
  for (let m = 0; m < prices.length; m++) {
    const price = prices[m]!
    const cash = balances[first + asset[m]!]!
    const supply = totalSupply[m]!
    debts[m] = price * borrowIndex[m]!
    tokens[m] =
      price * exchangeRate(cash, totalBorrows[m]!, totalReserves[m]!, supply, openingRate[m]!)
  }
}

/**
 * Work out what accrual to now leaves in a market. @returns a refusal when the borrow rate is above the
 * contract's maximum.
 */
export function peek(compound: Compound, market: number): Outcome {
  const { desk, columns, terms, accrued, openingRate } = compound
  const { fresh, context } = desk
  const cash = cashOf(desk, market)
  accrued.borrows = columns.totalBorrows[market]!
  accrued.reserves = columns.totalReserves[market]!
  accrued.index = columns.borrowIndex[market]!
  const blocks = context.chain.number() - columns.accrualBlock[market]!
  if (blocks > 0) {
    const used = utilization(cash, accrued.borrows, accrued.reserves)
    const rate = borrowRate(used, compound.rates[market]!)
    if (!(rate <= MAX_BORROW_RATE)) return 'borrow rate is above the maximum'
    accrue(rate, blocks, terms.markets[market]!.value.reserveFactor, accrued)
  }
  const { borrows, reserves, index } = accrued
  const supply = columns.totalSupply[market]!
  fresh.holding[market] = exchangeRate(cash, borrows, reserves, supply, openingRate[market]!)
  fresh.owing[market] = index
  compound.borrows[market] = borrows
  compound.reserves[market] = reserves
  return null
}

/** Write what the last `peek` at a market worked out. */
export function settle({ desk, columns, borrows, reserves }: Compound, market: number): void {
  columns.borrowIndex[market] = desk.fresh.owing[market]!
  columns.totalBorrows[market] = borrows[market]!
  columns.totalReserves[market] = reserves[market]!
  columns.accrualBlock[market] = desk.context.chain.number()
}

/** The contract reverts where rounding makes a total negative; in floats it stops at zero. */
function add(total: Float64Array, market: number, change: number): void {
  total[market] = Math.max(0, total[market]! + change)
}

/** Test pause and cap. Source: Comptroller.borrowAllowed; the cap itself must not be reached. */
function mayBorrow(
  { desk, columns, borrows }: Compound,
  coordinate: number,
  amount: number,
): Outcome {
  const market = desk.layout.market[coordinate]!
  if (columns.borrowPaused[market] === 1) return COMPOUND_REFUSALS.borrowPaused
  const cap = columns.borrowCap[market]!
  const isReached = cap > 0 && borrows[market]! + amount >= cap * (1 - SLACK)
  return isReached ? COMPOUND_REFUSALS.borrowCap : null
}

/** Source: CToken.sol and Comptroller.sol; the verbs' names there are in the README. */
function protocolOf(compound: Compound): Protocol {
  const { columns, desk } = compound
  const { totalBorrows, totalReserves, totalSupply, borrowIndex, closeFactor } = columns
  return {
    owing: (m) => borrowIndex[m]!,
    holding: (m) => storedRate(compound, m),
    fill: (prices, debts, tokens) => fill(compound, prices, debts, tokens),
    peek: (m) => peek(compound, m),
    settle: (m) => settle(compound, m),
    supplied: (m, units) => add(totalSupply, m, units),
    borrowed: (m, tokens) => add(totalBorrows, m, tokens),
    seized(m, units, kept) {
      totalReserves[m]! += redeemAmount(kept, desk.fresh.holding[m]!)
      add(totalSupply, m, -units)
    },
    reopen(m, before, after) {
      totalBorrows[m] = Math.max(0, totalBorrows[m]! + before - after)
      fund(compound, m)
    },
    get closeFactor() {
      return closeFactor[0]!
    },
    close: (deal) => maxClose(deal.owed, closeFactor[0]!),
    maySupply: (_, c) =>
      columns.mintPaused[desk.layout.market[c]!] === 1 ? COMPOUND_REFUSALS.mintPaused : null,
    mayBorrow: (_, c, amount) => mayBorrow(compound, c, amount),
    mayLiquidate: () => (columns.seizePaused[0] === 1 ? COMPOUND_REFUSALS.seizePaused : null),
    claims: (m) => totalSupply[m]! * storedRate(compound, m),
  }
}

/**
 * Open a Comptroller over its state columns: lay out the positions, register their book, set the
 * columns' opening values and endow the opening cash.
 * @throws {PositionError} when a position refers to an asset without a market.
 * @throws {MarketFundingError} when a market cannot fund the positions' collateral.
 */
export function openCompound(
  terms: CompoundTerms,
  columns: MarketColumns,
  context: Context,
): Compound {
  const { markets } = terms
  const openingRate = Float64Array.from(markets, ({ value }) => value.exchangeRate)
  const ground = {
    asset: markets.map(({ asset }) => asset),
    openingRate,
    threshold: (m: number) => markets[m]!.value.collateralFactor,
  }
  const desk = openDesk(context, terms.positions, ground)
  const compound: Compound = {
    desk,
    terms,
    columns,
    rates: markets.map((_, m) => rateOf(terms, m, markets[m]!.value.jumpMultiplier)),
    openingRate,
    openingTokens: unitsOf(desk, 'collateral'),
    borrows: new Float64Array(markets.length),
    reserves: new Float64Array(markets.length),
    accrued: { borrows: NaN, reserves: NaN, index: NaN },
  }
  desk.protocol = protocolOf(compound)
  desk.incentive.fill(terms.liquidationIncentive)
  desk.kept.fill(terms.protocolSeizeShare)
  openRules(desk, columns, terms)
  openMarkets(compound)
  return compound
}
