import { type Assets, type BookRows, InputError, type PositionTable } from '../../world/index.ts'

/** What a lender's positions are laid out over. */
export type Ground = {
  /** World asset of each market, ascending market numbers. */
  readonly asset: ArrayLike<number>
  /** Underlying tokens per unit of a market's collateral entries at the start. */
  readonly openingRate: ArrayLike<number>
  /** Threshold of a market's collateral in a variant, fraction. */
  threshold(market: number, variant: number): number
  /**
   * Variant of a row's collateral in a market: 0 for the market's own terms, other numbers where a
   * protocol has further terms for the same asset, such as eModes. Absent: always 0.
   */
  variant?(row: number, market: number): number
}

/**
 * Where everything is in the book. Coordinate m < markets is the debt of market m, coordinate
 * markets + m its collateral on the market's own terms; further ones are collateral in other variants
 * or at thresholds of entries' own.
 */
export type Layout = {
  /** Market of a coordinate. */
  readonly market: Int32Array
  /** Today's threshold of a collateral coordinate, widened by `EQUALITY`; 0 on debt. */
  readonly factor: Float64Array
  /** Opening threshold of a collateral coordinate; 0 on debt. */
  readonly threshold: Float64Array
  /** Variant of a collateral coordinate; 0 on debt. */
  readonly variant: Int32Array
  readonly liability: Uint8Array
  readonly rows: BookRows & { readonly amount: Float64Array }
}

/** Thrown when a position refers to an asset that has no market, or states a bad amount. */
export class PositionError extends InputError {
  override readonly name = 'PositionError'
}

/**
 * Equality is not a shortfall, but value = price x rate x factor rounds three times. Widening
 * factors by 2^-50 keeps a position at the boundary healthy; health is off by less than 1e-15.
 */
export const EQUALITY: number = 1 + 4 * Number.EPSILON

type Terms = { readonly market: number; readonly variant: number; readonly threshold: number }

/** Number terms of one kind, so that equal ones share a coordinate. */
function register(first: number) {
  const known: Map<number, Map<number, number>>[] = []
  const extra: Terms[] = []
  return {
    extra,
    of(market: number, variant: number, threshold: number): number {
      known[market] ??= new Map()
      const own = known[market]
      const byThreshold = own.get(variant) ?? new Map<number, number>()
      own.set(variant, byThreshold)
      const found = byThreshold.get(threshold)
      if (found !== undefined) return found
      const coordinate = first + extra.length
      extra.push({ market, variant, threshold })
      byThreshold.set(threshold, coordinate)
      return coordinate
    },
  }
}

function marketOf(table: PositionTable, assets: Assets, { asset }: Ground): Int32Array {
  const names = Array.from(asset, (a) => assets[a]!.name)
  return Int32Array.from(table.assets, (name) => names.indexOf(name))
}

/** What makes a market for an asset; for a member of a group, `X.0`, that is its count, and no entry of its own. */
function marketRemedy(name: string, { assets: held }: PositionTable, markets: readonly string[]) {
  const membersOf = (group: string, names: readonly string[]): readonly string[] =>
    names.filter((one) => one.startsWith(`${group}.`) && /^\d+$/.test(one.slice(group.length + 1)))
  const group = name.replace(/\.\d+$/, '')
  const isMember = group !== name
  if (isMember && (markets.includes(group) || membersOf(group, markets).length > 0))
    return `give the asset "${group}" a count of ${membersOf(group, held).length}, as many as there are accounts on it`
  const { length: count } = membersOf(name, markets)
  if (count > 0)
    return `"${name}" is a group of ${count} assets: make ${count} accounts on it, or take away its count`
  return 'add it to markets'
}

function checkEntry(
  table: PositionTable,
  k: number,
  market: number,
  markets: () => readonly string[],
): void {
  if (market < 0) {
    const name = table.assets[table.asset[k]!] ?? ''
    throw new PositionError(`no market for "${name}"; ${marketRemedy(name, table, markets())}`)
  }
  if (!(table.amount[k]! >= 0 && table.amount[k]! < Infinity))
    throw new PositionError(`entry ${k}: amount ${table.amount[k]}; amounts are whole tokens >= 0`)
}

/** Coordinate of every entry of the table, and the terms of coordinates beyond the first 2M. */
function coordinatesOf(table: PositionTable, assets: Assets, ground: Ground) {
  const markets = ground.asset.length
  const market = marketOf(table, assets, ground)
  const others = register(2 * markets)
  const coordinate = new Int32Array(table.amount.length)
  for (let row = 0; row + 1 < table.start.length; row++)
    for (let k = table.start[row]!; k < table.start[row + 1]!; k++) {
      const m = market[table.asset[k]!] ?? -1
      checkEntry(table, k, m, () => Array.from(ground.asset, (a) => assets[a]!.name))
      if (table.debt[k] === 1) {
        coordinate[k] = m
        continue
      }
      const variant = ground.variant?.(row, m) ?? 0
      const usual = ground.threshold(m, variant)
      const stated = table.threshold[k]!
      const threshold = stated >= 0 ? stated : usual
      coordinate[k] =
        variant === 0 && threshold === usual ? markets + m : others.of(m, variant, threshold)
    }
  return { coordinate, extra: others.extra }
}

/** Merge entries of one row on one coordinate, so that a row and a coordinate name one entry. */
function mergeRows(table: PositionTable, coordinate: Int32Array, scale: Float64Array) {
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
      amount[place[c]!]! += table.amount[k]! / scale[c]!
    }
  }
  start[table.start.length - 1] = size
  return { start, coordinate: merged.subarray(0, size), amount: amount.subarray(0, size) }
}

/**
 * Lay positions out as rows of a book over the coordinates that they need.
 * @param table whole underlying tokens; collateral becomes units at the market's opening rate, debt
 *   becomes principal at index 1, negative.
 * @returns new arrays; entries of a row on the same coordinate are merged.
 * @throws {PositionError} when an asset has no market, or an amount is negative or not finite.
 */
export function layOut(table: PositionTable, assets: Assets, ground: Ground): Layout {
  const n = ground.asset.length
  const { coordinate, extra } = coordinatesOf(table, assets, ground)
  const of = (c: number): Terms =>
    extra[c - 2 * n] ?? { market: c % n, variant: 0, threshold: ground.threshold(c % n, 0) }
  const terms = Array.from({ length: 2 * n + extra.length }, (_, c) => of(c))
  const market = Int32Array.from(terms, (t) => t.market)
  const scale = Float64Array.from(market, (m, c) => (c < n ? 1 : ground.openingRate[m]!))
  const rows = mergeRows(table, coordinate, scale)
  for (let k = 0; k < rows.amount.length; k++)
    if (rows.coordinate[k]! < n) rows.amount[k] = 0 - rows.amount[k]!
  const threshold = Float64Array.from(terms, (t, c) => (c < n ? 0 : t.threshold))
  return {
    market,
    factor: threshold.map((t) => EQUALITY * t),
    threshold,
    variant: Int32Array.from(terms, (t, c) => (c < n ? 0 : t.variant)),
    liability: Uint8Array.from(terms, (_, c) => (c < n ? 1 : 0)),
    rows,
  }
}

/**
 * Set thresholds to today's terms. Coordinates at thresholds of entries' own move in proportion to
 * their market's, up to 1; where the market had none, they stay.
 * @param opening threshold of a market's collateral in a variant, as laid out. @param now the same today.
 */
export function rethreshold(
  layout: Layout,
  opening: (market: number, variant: number) => number,
  now: (market: number, variant: number) => number,
): void {
  const { market, variant, liability, threshold, factor } = layout
  for (let c = 0; c < market.length; c++) {
    if (liability[c] === 1) continue
    const usual = opening(market[c]!, variant[c]!)
    const today = now(market[c]!, variant[c]!)
    const stated = threshold[c]!
    const moved = usual > 0 ? Math.min(1, stated * (today / usual)) : stated
    factor[c] = EQUALITY * (stated === usual ? today : moved)
  }
}
