import {
  type Book,
  type Context,
  createBook,
  type Outcome,
  type PositionTable,
  type PriceSource,
} from '../../world/index.ts'
import { type Ground, type Layout, layOut } from './layout.ts'

/**
 * What a protocol states of itself, as plain functions of market numbers; all verbs of a lender are
 * built on them. Units are what entries of the book hold: `owing` and `holding` underlying tokens
 * each. Totals are the protocol's own columns and follow what the verbs do.
 */
export type Protocol = {
  /** Underlying per unit of a debt entry, as the health test counts it now. */
  owing(market: number): number
  /** Underlying per unit of a collateral entry, as the health test counts it now. */
  holding(market: number): number
  /**
   * Write the value of a unit of debt and of collateral in all markets, USD: price x `owing`, price x
   * `holding`. Absent: they are asked one by one; a protocol with many markets can be faster.
   */
  fill?(prices: Float64Array, debts: Float64Array, collaterals: Float64Array): void
  /**
   * Work out both with interest to now into `desk.fresh`; the state stays as it is, so that a refused
   * action leaves no trace.
   */
  peek(market: number): Outcome
  /** Write what the last `peek` at this market worked out. */
  settle(market: number): void
  /** Collateral units have been added, or taken (negative). */
  supplied(market: number, units: number): void
  /** Debt has been added, or repaid (negative). */
  borrowed(market: number, tokens: number, units: number): void
  /** Collateral units have been seized; the protocol keeps `kept` of them. */
  seized(market: number, units: number, kept: number): void
  /** A row's debt units (<= 0) are others than laid out, before the first block. */
  reopen(market: number, before: number, after: number, row: number): void
  /** Largest share of a debt that `close` ever allows; absent: all of it. */
  readonly closeFactor?: number
  /** Largest repayment of `deal.owed` that one liquidation may make, as far as the rules limit it. */
  close(deal: Deal): number
  /** Largest repayment up to `repay` that leaves nothing behind that the rules forbid. */
  within?(deal: Deal, repay: number): number
  /** What suppliers are owed, whole tokens. */
  claims(market: number): number
  /** Bad debt booked to a market, whole tokens; absent: none ever. */
  deficit?(market: number): number
  /** Pay for booked bad debt of a market, up to `amount`. @returns whole tokens used; absent: none. */
  coverDeficit?(market: number, amount: number, holder: number): number
  maySupply?(row: number, coordinate: number, amount: number): Outcome
  mayWithdraw?(row: number, coordinate: number, amount: number): Outcome
  mayBorrow?(row: number, coordinate: number, amount: number): Outcome
  mayRepay?(row: number, coordinate: number): Outcome
  /** Whether liquidations of a pair of markets are halted. */
  mayLiquidate?(debtMarket: number, collateralMarket: number): Outcome
  /** Share of seized collateral that the protocol keeps at another incentive than the usual one. */
  keeps?(coordinate: number, incentive: number): number
  /** A row has borrowed. */
  lent?(row: number, market: number, tokens: number): void
  /** A row has repaid, or a liquidator for it; `seized` is the collateral's coordinate or -1. */
  repaid?(row: number, market: number, tokens: number, seized: number): void
  /** A verb has moved tokens of a market: the last step of each. */
  touched?(market: number): void
  /** A liquidation has left a row without collateral and with debt; `event` says so. */
  stranded?(row: number, event: number): void
}

/** One liquidation under examination; scratch. */
export type Deal = {
  owedEntry: number
  heldEntry: number
  debtMarket: number
  collateralMarket: number
  /** Coordinate of the collateral. */
  collateral: number
  /** Debt with interest to now, whole tokens; or its value, when `priceDebt` is 1. */
  owed: number
  /** Units. */
  held: number
  /** Value of `held`, USD. */
  heldValue: number
  priceDebt: number
  priceCollateral: number
  /** What is seized per unit of value repaid, and the protocol's share of it. */
  incentive: number
  kept: number
  /** Units that the repayment under examination seizes. */
  units: number
  /** Whole tokens of them that the liquidator receives. */
  received: number
  /** HealthFactor of the row, and all its debt in USD. */
  health: number
  debt: number
  event: {
    readonly instance: number
    parent: number
    row: number
    asset: number
    other: number
    x: number
    y: number
    z: number
    w: number
  }
}

/**
 * Rules of liquidation beside a fixed bonus and a close factor, as state columns of length 1. Neither
 * Compound v2 nor Aave has them: they are what a changed contract would do.
 */
export type LiquidationRules = {
  /** Staged liquidation: healthFactor that one liquidation restores at most; 0 = not staged. */
  readonly targetHealth: Float64Array
  /** Dutch auction: bonus per unit of 1 - healthFactor, up to the usual bonus; 0 = always that. */
  readonly bonusPerShortfall: Float64Array
  /** 1: accounts beyond the toxicity frontier are left alone. */
  readonly stopAtFrontier: Float64Array
}

/** One lender: positions, links and scratch that all protocols share. */
export type Desk = {
  readonly context: Context
  readonly positions: PositionTable
  readonly layout: Layout
  readonly book: Book
  /** World asset of a market. */
  readonly asset: Int32Array
  /** Per coordinate, as a factor: 1.08 seizes at most 8 % more than was repaid. Filled by the protocol. */
  readonly incentive: Float64Array
  /** Per coordinate: share of seized collateral that the protocol keeps. Filled by the protocol. */
  readonly kept: Float64Array
  /** Per coordinate: 1 where collateral may be seized; the protocol may clear it. */
  readonly seizable: Uint8Array
  /** Set by the protocol, once, before anything is asked. */
  protocol: Protocol
  /** Set by the protocol where it has them. */
  rules: LiquidationRules
  /** Set when linked. */
  oracle: PriceSource
  /** Underlying per unit after interest to now, in the markets looked at last; scratch. */
  readonly fresh: { readonly owing: Float64Array; readonly holding: Float64Array }
  /** Sums over a row's entries, USD, as `weigh` left them. */
  readonly weight: { collateral: number; debt: number }
  readonly deal: Deal
  /** Prices of the markets' assets while coordinates are computed. */
  readonly prices: Float64Array
  /** Values of a unit of collateral in all markets, USD; scratch. */
  readonly collaterals: Float64Array
  readonly values: Float64Array
  /** Log moves of the markets' prices that are taken back while a trigger is looked for. */
  readonly undone: Float64Array
  /** What their thresholds are multiplied by meanwhile, to be what they were before changes. */
  readonly rescaled: Float64Array
  /** How often what follows from terms has been remade. */
  revision: number
  /** State column of length 1: changes of terms so far. */
  changes: Float64Array
  /** Codes of the terms that change a market's threshold. */
  thresholdTerms: readonly number[]
}

/** Rules that change nothing, for lenders that have none. */
function noRules(): LiquidationRules {
  const [targetHealth, bonusPerShortfall] = [new Float64Array(1), new Float64Array(1)]
  return { targetHealth, bonusPerShortfall, stopAtFrontier: new Float64Array(1) }
}

const NO_ORACLE: PriceSource = {
  covers: () => false,
  price: () => NaN,
  cause: () => -1,
  moveOf: () => 0,
}

function newDeal(instance: number): Deal {
  return {
    owedEntry: -1,
    heldEntry: -1,
    debtMarket: -1,
    collateralMarket: -1,
    collateral: -1,
    owed: NaN,
    held: NaN,
    heldValue: NaN,
    units: NaN,
    received: NaN,
    priceDebt: NaN,
    priceCollateral: NaN,
    incentive: NaN,
    kept: NaN,
    health: NaN,
    debt: NaN,
    event: { instance, parent: -1, row: -1, asset: -1, other: -1, x: NaN, y: NaN, z: NaN, w: NaN },
  }
}

function missing(): never {
  throw new TypeError('a desk was used before its protocol was set')
}

const NO_PROTOCOL: Protocol = {
  owing: missing,
  holding: missing,
  peek: missing,
  settle: missing,
  supplied: missing,
  borrowed: missing,
  seized: missing,
  reopen: missing,
  close: missing,
  claims: missing,
}

/**
 * Make what all lenders share: lay the positions out and register their book. The caller then sets
 * `protocol` and `incentive`, if need be `kept` and `seizable`, and opens the protocol's columns.
 * @throws {PositionError} when a position refers to an asset without a market.
 */
export function openDesk(context: Context, positions: PositionTable, ground: Ground): Desk {
  const layout = layOut(positions, context.assets, ground)
  const markets = ground.asset.length
  const perMarket = (): Float64Array => new Float64Array(markets)
  const perCoordinate = (): Float64Array => new Float64Array(layout.market.length)
  return {
    context,
    positions,
    layout,
    book: context.book(createBook(layout.rows, layout.liability)),
    asset: Int32Array.from(ground.asset),
    incentive: perCoordinate().fill(1),
    kept: perCoordinate(),
    seizable: new Uint8Array(layout.market.length).fill(1),
    protocol: NO_PROTOCOL,
    rules: noRules(),
    oracle: NO_ORACLE,
    fresh: { owing: perMarket(), holding: perMarket() },
    weight: { collateral: NaN, debt: NaN },
    deal: newDeal(context.self),
    prices: perMarket(),
    collaterals: perMarket(),
    values: perCoordinate(),
    undone: perMarket(),
    rescaled: perMarket(),
    revision: 0,
    changes: new Float64Array(1),
    thresholdTerms: [],
  }
}

/** Cash of a market, whole tokens. */
export function cashOf({ context, asset }: Desk, market: number): number {
  return context.ledger.balance(context.self, asset[market]!)
}

/** Sum the rows' collateral units of each market, or their debt units (as numbers >= 0). */
export function unitsOf({ layout, asset }: Desk, side: 'collateral' | 'debt'): Float64Array {
  const total = new Float64Array(asset.length)
  const { coordinate, amount } = layout.rows
  for (let k = 0; k < amount.length; k++) {
    const m = layout.market[coordinate[k]!]!
    if (side === 'collateral' ? amount[k]! > 0 : amount[k]! < 0) total[m]! += Math.abs(amount[k]!)
  }
  return total
}
