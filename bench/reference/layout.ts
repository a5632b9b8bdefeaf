import type { Workload } from '../workloads/crash.ts'

/** Rows with the same number of entries, packed: entries of the j-th row start at from + j x length. */
export type PackedGroup = {
  readonly length: number
  /** First entry of the group. */
  readonly from: number
  /** Row numbers, ascending. */
  readonly rows: Int32Array
}

/**
 * The workload as plain typed arrays. Coordinate m < markets is debt of market m, coordinate
 * markets + m its collateral at the market's own factor, further ones at thresholds of entries' own.
 */
export type Packed = {
  readonly markets: number
  readonly rows: number
  /** Market and threshold of a coordinate; 0 on debt. */
  readonly market: Int32Array
  readonly factor: Float64Array
  /** Rows with debt. */
  readonly groups: readonly PackedGroup[]
  /** First packed entry and number of entries of a row; -1 and 0 without debt. */
  readonly start: Int32Array
  readonly count: Int32Array
  readonly coordinate: Int32Array
  /** Opening amounts: cTokens, and debt at index 1 as negative numbers. */
  readonly amount: Float64Array
  /** Per market: opening totals in whole tokens and cTokens, and rates per block. */
  readonly cash: Float64Array
  readonly borrows: Float64Array
  readonly supply: Float64Array
  readonly openingRate: Float64Array
  readonly reserveFactor: Float64Array
  readonly base: Float64Array
  readonly slope: Float64Array
  readonly jumpSlope: Float64Array
  readonly kink: Float64Array
}

type Entries = { readonly coordinate: number[]; readonly amount: number[] }

/** Factors are widened by 2^-50 so that a row exactly at its threshold stays healthy. */
const EQUALITY = 1 + 4 * Number.EPSILON

/** Coordinates in order of first use, and the entries of every row, merged by coordinate. */
function layRows(workload: Workload) {
  const { positions, markets, assets } = workload
  const { start, asset, debt, amount, threshold } = positions
  const size = markets.length
  const market = Array.from({ length: 2 * size }, (_, c) => c % size)
  const factor = Array.from({ length: 2 * size }, (_, c) =>
    c < size ? 0 : markets[c - size]!.value.collateralFactor,
  )
  const place = positions.assets.map((name) =>
    markets.findIndex((m) => assets[m.asset]!.name === name),
  )
  const own = new Map<string, number>()
  function coordinateOf(k: number): number {
    const m = place[asset[k]!]!
    if (debt[k] === 1) return m
    const limit = threshold[k]!
    if (Number.isNaN(limit) || limit === factor[size + m]) return size + m
    const key = `${m} ${limit}`
    const known = own.get(key) ?? market.length
    if (known === market.length) {
      own.set(key, known)
      market.push(m)
      factor.push(limit)
    }
    return known
  }
  const rows: Entries[] = positions.accounts.map((_, row) => {
    const entries: Entries = { coordinate: [], amount: [] }
    for (let k = start[row]!; k < start[row + 1]!; k++) {
      const c = coordinateOf(k)
      const tokens = c < size ? -amount[k]! : amount[k]! / markets[market[c]!]!.value.exchangeRate
      const at = entries.coordinate.indexOf(c)
      if (at < 0) {
        entries.coordinate.push(c)
        entries.amount.push(tokens)
      } else entries.amount[at]! += tokens
    }
    return entries
  })
  return { rows, market, factor: factor.map((f) => f * EQUALITY) }
}

/** Pack rows with debt by their number of entries. */
function packRows(rows: readonly Entries[], markets: number) {
  const owing = rows
    .map((_, row) => row)
    .filter((r) => rows[r]!.coordinate.some((c) => c < markets))
  const lengths = [...new Set(owing.map((r) => rows[r]!.coordinate.length))].sort((a, b) => a - b)
  const groups: PackedGroup[] = []
  const start = new Int32Array(rows.length).fill(-1)
  const count = new Int32Array(rows.length)
  const coordinate: number[] = []
  const amount: number[] = []
  for (const length of lengths) {
    const members = owing.filter((r) => rows[r]!.coordinate.length === length)
    groups.push({ length, from: amount.length, rows: Int32Array.from(members) })
    for (const r of members) {
      start[r] = amount.length
      count[r] = length
      coordinate.push(...rows[r]!.coordinate)
      amount.push(...rows[r]!.amount)
    }
  }
  return {
    groups,
    start,
    count,
    coordinate: Int32Array.from(coordinate),
    amount: Float64Array.from(amount),
  }
}

/** Turn a workload into typed arrays, once, before anything is timed. */
export function pack(workload: Workload): Packed {
  const { markets, frozen } = workload
  const { rows, market, factor } = layRows(workload)
  const size = markets.length
  const perMarket = (value: (m: number) => number): Float64Array =>
    Float64Array.from({ length: size }, (_, m) => value(m))
  const terms = (m: number) => markets[m]!.value
  const borrows = new Float64Array(size)
  const tokens = new Float64Array(size)
  for (const { coordinate, amount } of rows)
    coordinate.forEach((c, k) => {
      if (c < size) borrows[c]! -= amount[k]!
      else tokens[market[c]!]! += amount[k]!
    })
  const { blocksPerYear } = frozen
  return {
    markets: size,
    rows: rows.length,
    market: Int32Array.from(market),
    factor: Float64Array.from(factor),
    ...packRows(rows, size),
    cash: perMarket((m) => terms(m).cash),
    borrows,
    supply: perMarket((m) =>
      Math.max((terms(m).cash + borrows[m]!) / terms(m).exchangeRate, tokens[m]!),
    ),
    openingRate: perMarket((m) => terms(m).exchangeRate),
    reserveFactor: perMarket((m) => terms(m).reserveFactor),
    base: perMarket((m) => terms(m).baseRate / blocksPerYear),
    slope: perMarket((m) =>
      terms(m).kink > 0 ? terms(m).multiplier / (blocksPerYear * terms(m).kink) : 0,
    ),
    jumpSlope: perMarket((m) => terms(m).jumpMultiplier / blocksPerYear),
    kink: perMarket((m) => terms(m).kink),
  }
}
