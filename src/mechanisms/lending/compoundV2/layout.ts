import type { Assets, BookRows, PerAsset, PositionTable } from '../../../world/index.ts'
import { tokensFor } from './kernel.ts'

/** One market's terms and opening totals. Rates are per year, as in the constructor. */
export type MarketTerms = {
  /** Share of collateral value that counts in the liquidity test. */
  readonly collateralFactor: number
  /** Underlying tokens per cToken at the start. */
  readonly exchangeRate: number
  /** Whole tokens that the market holds at the start. */
  readonly cash: number
  /** Whole tokens of `cash` that belong to the protocol. */
  readonly reserves: number
  /** Share of interest that goes to reserves. */
  readonly reserveFactor: number
  /** Borrow rate at utilization 0. */
  readonly baseRate: number
  /** Rise of the borrow rate from utilization 0 to the kink. */
  readonly multiplier: number
  /** Slope of the borrow rate above the kink, per unit of utilization. */
  readonly jumpMultiplier: number
  /** Utilization at which the slope changes. */
  readonly kink: number
}

/** What all markets of one Comptroller share, its markets, and its positions. */
export type CompoundTerms = {
  readonly closeFactor: number
  /** As a factor: 1.08 seizes 8 % more than was repaid. */
  readonly liquidationIncentive: number
  readonly protocolSeizeShare: number
  readonly blocksPerYear: number
  readonly markets: readonly PerAsset<MarketTerms>[]
  readonly positions: PositionTable
}

/**
 * Where everything is in the book. Coordinate m < markets is the debt of market m (unit: principal
 * per borrow index); coordinate markets + m is its collateral at the market's own factor (unit:
 * cTokens); further ones are collateral at thresholds of entries' own.
 */
export type Layout = {
  /** Market of a coordinate. */
  readonly market: Int32Array
  /** Threshold of a collateral coordinate, widened by `EQUALITY`; 0 on debt. */
  readonly factor: Float64Array
  readonly liability: Uint8Array
  readonly rows: BookRows
}

/** Thrown when a position refers to an asset that has no market, or states a bad amount. */
export class PositionError extends Error {
  override readonly name = 'PositionError'
}

/**
 * Equality is not a shortfall, but value = price x rate x factor rounds three times. Widening
 * factors by 2^-50 keeps a position at the boundary healthy; health is off by less than 1e-15.
 */
const EQUALITY = 1 + 4 * Number.EPSILON

function marketOf(table: PositionTable, assets: Assets, terms: CompoundTerms): Int32Array {
  return Int32Array.from(table.assets, (name) =>
    terms.markets.findIndex((market) => assets[market.asset]!.name === name),
  )
}

/** Coordinate of every entry of the table, and the thresholds of coordinates beyond the first 2M. */
function coordinatesOf(table: PositionTable, assets: Assets, terms: CompoundTerms) {
  const markets = terms.markets.length
  const market = marketOf(table, assets, terms)
  const own: Map<number, number>[] = terms.markets.map(() => new Map())
  const extra: { readonly market: number; readonly factor: number }[] = []
  const coordinate = new Int32Array(table.amount.length)
  for (let k = 0; k < coordinate.length; k++) {
    const m = market[table.asset[k]!] ?? -1
    if (m < 0)
      throw new PositionError(`no market for "${table.assets[table.asset[k]!]}"; add it to markets`)
    if (!(table.amount[k]! >= 0 && table.amount[k]! < Infinity))
      throw new PositionError(
        `entry ${k}: amount ${table.amount[k]}; amounts are whole tokens >= 0`,
      )
    const threshold = table.threshold[k]!
    const isOwn = table.debt[k] === 0 && threshold >= 0
    if (!isOwn || threshold === terms.markets[m]!.value.collateralFactor)
      coordinate[k] = table.debt[k] === 1 ? m : markets + m
    else {
      const known = own[m]!.get(threshold) ?? 2 * markets + extra.length
      if (known === 2 * markets + extra.length) extra.push({ market: m, factor: threshold })
      own[m]!.set(threshold, known)
      coordinate[k] = known
    }
  }
  return { coordinate, extra }
}

/** Merge entries of one row on one coordinate, so that a row and a coordinate name one entry. */
function mergeRows(
  table: PositionTable,
  coordinate: Int32Array,
  scale: Float64Array,
): BookRows & { readonly amount: Float64Array } {
  const place = new Int32Array(scale.length).fill(-1)
  const start = new Int32Array(table.start.length)
  const merged = new Int32Array(coordinate.length)
  const amount = new Float64Array(coordinate.length)
  let size = 0
  for (let row = 0; row + 1 < table.start.length; row++) {
    start[row] = size
    for (let k = table.start[row]!; k < table.start[row + 1]!; k++) {
      const c = coordinate[k]!
      if (place[c]! < start[row]!) {
        place[c] = size
        merged[size++] = c
      }
      amount[place[c]!]! += tokensFor(table.amount[k]!, scale[c]!)
    }
  }
  start[table.start.length - 1] = size
  return { start, coordinate: merged.subarray(0, size), amount: amount.subarray(0, size) }
}

/**
 * Lay positions out as rows of a book over the coordinates that they need.
 * @param terms its `positions` in whole underlying tokens; collateral becomes cTokens at the
 *   market's opening exchange rate, debt becomes principal at index 1, negative.
 * @returns new arrays; entries of a row on the same coordinate are merged.
 * @throws {PositionError} when an asset has no market, or an amount is negative or not finite.
 */
export function layOut(terms: CompoundTerms, assets: Assets): Layout {
  const { markets, positions } = terms
  const n = markets.length
  const { coordinate, extra } = coordinatesOf(positions, assets, terms)
  const market = Int32Array.from({ length: 2 * n + extra.length }, (_, c) =>
    c < 2 * n ? c % n : extra[c - 2 * n]!.market,
  )
  const factor = Float64Array.from(market, (m, c) => {
    if (c < n) return 0
    return EQUALITY * (c < 2 * n ? markets[m]!.value.collateralFactor : extra[c - 2 * n]!.factor)
  })
  const liability = Uint8Array.from(market, (_, c) => (c < n ? 1 : 0))
  const scale = Float64Array.from(market, (m, c) => (c < n ? 1 : markets[m]!.value.exchangeRate))
  const rows = mergeRows(positions, coordinate, scale)
  for (let k = 0; k < rows.amount.length; k++)
    if (rows.coordinate[k]! < n) rows.amount[k] = 0 - rows.amount[k]!
  return { market, factor, liability, rows }
}
