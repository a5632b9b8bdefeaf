import {
  type Assets,
  type Book,
  createTriggers,
  type Lender,
  type TriggerOptions,
} from '../../../world/index.ts'
import { largestPair, type Prospect } from './kernel.ts'
import { createYields, type Yields } from './yields.ts'

/** Rows that were liquidatable at the prices seen; entries 0 .. count - 1 are valid, in row order. */
export type Candidates = {
  count: number
  row: Int32Array
  /** Coordinates of the largest debt and the largest collateral of each row. */
  debt: Int32Array
  collateral: Int32Array
  /** Place of the two among the watch's pairs. */
  pair: Int32Array
  /** That debt when last touched, whole tokens; 0 when the row has nothing to seize. */
  owed: Float64Array
  /** That collateral when last touched, whole tokens. */
  held: Float64Array
}

/** Pairs of debt and collateral that were ever found, by place. */
export type Pairs = { readonly debt: number[]; readonly collateral: number[] }

/** What a watcher sees of one lender. */
export type Watch = {
  readonly pairs: Pairs
  readonly yields: Yields
  /** Take the prices of the opening for all that was seen before the first block. */
  open(): void
  /**
   * Record the prices of block `number`.
   * @returns these, and those of `lag` blocks before, which are looked at until the next call; by
   *   asset, 0 where there was no answer. Overwritten by the next call.
   */
  see(number: number): Sight
  /**
   * Find who is liquidatable at the prices seen.
   * @param minDebt USD; rows that owe less in all may be left out.
   * @returns the watch's own columns: read them before the next call.
   */
  find(minDebt: number): Candidates
  /** Drop what is remembered between looks, after parameters may have changed. */
  forget(): void
}

/** Prices by asset, USD. */
export type Sight = { now: Float64Array; past: Float64Array }

/** Where this lender's prices are kept in the shared ring of seen prices. */
type Place = {
  readonly lag: number
  readonly assets: Assets
  readonly at: number
  readonly of: number
}

function noCandidates(): Candidates {
  const [none, nothing] = [new Int32Array(0), new Float64Array(0)]
  return {
    count: 0,
    row: none,
    debt: none,
    collateral: none,
    pair: none,
    owed: nothing,
    held: nothing,
  }
}

/** Make room for what is noted of the rows found; few of a book ever are. */
function makeRoom(found: Candidates): void {
  if (found.debt.length >= found.count) return
  const n = 2 * found.count
  found.debt = new Int32Array(n)
  found.collateral = new Int32Array(n)
  found.pair = new Int32Array(n)
  found.owed = new Float64Array(n)
  found.held = new Float64Array(n)
}

/** Remember what was looked at, so that the same is not looked at twice. */
function createMemory(length: number) {
  const last = new Float64Array(length)
  let version = -1
  let least = Number.NaN
  return {
    holds(values: Float64Array, bookVersion: number, minDebt: number): boolean {
      if (version !== bookVersion || least !== minDebt) return false
      for (let c = 0; c < length; c++) if (last[c] !== values[c]) return false
      return true
    },
    keep(values: Float64Array, bookVersion: number, minDebt: number): void {
      last.set(values)
      version = bookVersion
      least = minDebt
    },
    forget(): void {
      version = -1
    },
  }
}

/** Value of a row's entry on a coordinate. */
function worthOf(book: Book, values: Float64Array, row: number, coordinate: number): number {
  let k = book.start[row]!
  while (book.coordinate[k] !== coordinate) k++
  return book.amount[k]! * values[coordinate]!
}

/** Number pairs in the order in which they are found. */
function createPairs(coordinates: number) {
  const known = new Map<number, number>()
  const pairs = { debt: [] as number[], collateral: [] as number[] }
  return {
    pairs,
    placeOf(debt: number, collateral: number): number {
      const key = debt * coordinates + collateral
      const before = known.get(key)
      if (before !== undefined) return before
      known.set(key, pairs.debt.length)
      pairs.debt.push(debt)
      return pairs.collateral.push(collateral) - 1
    },
  }
}

/** Assets behind a lender's coordinates, each once. */
function pricedAssets(lender: Lender): readonly number[] {
  const { coordinates } = lender.book
  return [...new Set(Array.from({ length: coordinates }, (_, c) => lender.assetOf(c)))]
}

/** Coordinate that carries most of the book's debt at opening prices. */
function mainDebt({ book, assetOf }: Lender, assets: Assets): number {
  const total = new Float64Array(book.coordinates)
  const end = book.start[book.rows]!
  for (let k = 0; k < end; k++)
    total[book.coordinate[k]!]! -= book.amount[k]! * assets[assetOf(book.coordinate[k]!)]!.price
  return total.indexOf(total.reduce((a, b) => Math.max(a, b), 0))
}

/** Measure a book in what most of its debt is, and leave the room in boxes to what moves. */
function boxesOf(lender: Lender, assets: Assets): TriggerOptions {
  const main = mainDebt(lender, assets)
  const isVolatile = (c: number): boolean => assets[lender.assetOf(c)]!.kind === 'volatile'
  const isStill = (c: number): boolean =>
    main >= 0 && isVolatile(main) ? lender.assetOf(c) === lender.assetOf(main) : !isVolatile(c)
  const { coordinates } = lender.book
  return {
    numeraire: main >= 0 && isVolatile(main) ? main : -1,
    weights: Array.from({ length: coordinates }, (_, c) => (isStill(c) ? 0.1 : 1)),
  }
}

/**
 * Follow a least debt in steps, so that what is found stays the same while it wavers.
 * @returns at most `minDebt`.
 */
function stepped(minDebt: number, last: number): number {
  if (!(minDebt > 0)) return Number.NEGATIVE_INFINITY
  return last <= minDebt && minDebt <= 4 * last ? last : minDebt / 1.4
}

/**
 * Watch a lender through prices of the past. Rows are looked at again only when the values seen or
 * the book have changed since the last look, so what is found depends on them alone.
 * @param seen state column: ring of (lag + 1) x lenders x assets oracle prices.
 */
export function createWatch(lender: Lender, seen: Float64Array, place: Place): Watch {
  const { book } = lender
  const { lag, assets, at, of } = place
  const n = book.coordinates
  const values = new Float64Array(2 * n)
  const thresholds = values.subarray(0, n)
  const full = values.subarray(n)
  const memory = createMemory(2 * n)
  const priced = pricedAssets(lender)
  const triggers = createTriggers(book, boxesOf(lender, assets))
  const pair: Prospect = { debt: 0, collateral: 0, owed: 0, repay: 0, cost: 0, gain: 0 }
  const { pairs, placeOf } = createPairs(n)
  const yields = createYields(lender)
  const ring = Array.from({ length: lag + 1 }, (_, k) => {
    const from = (k * of + at) * assets.length
    return seen.subarray(from, from + assets.length)
  })
  const sight: Sight = { now: seen, past: seen }
  const found = noCandidates()
  let least = Number.NEGATIVE_INFINITY

  function search(): void {
    if (found.row.length < book.rows) found.row = new Int32Array(Math.ceil(book.rows * 1.2))
    found.count = triggers.hits(thresholds, found.row, least, Number.NEGATIVE_INFINITY)
    makeRoom(found)
    for (let j = 0; j < found.count; j++) note(j)
  }
  /** Note the largest pair of what was found. */
  function note(j: number): void {
    const { past } = sight
    const isPair = largestPair(lender, full, found.row[j]!, pair)
    found.debt[j] = pair.debt
    found.collateral[j] = pair.collateral
    found.pair[j] = placeOf(pair.debt, pair.collateral)
    found.owed[j] = isPair ? pair.owed / past[lender.assetOf(pair.debt)]! : 0
    found.held[j] = isPair
      ? worthOf(book, full, found.row[j]!, pair.collateral) / past[lender.assetOf(pair.collateral)]!
      : 0
  }
  function record(now: Float64Array): void {
    for (const a of priced) now[a] = lender.price(a) || 0
  }
  return {
    open() {
      for (const prices of ring) record(prices)
    },
    pairs,
    yields,
    see(number) {
      sight.now = ring[number % (lag + 1)]!
      record(sight.now)
      // The oldest of the ring.
      sight.past = ring[(number + 1) % (lag + 1)]!
      return sight
    },
    find(minDebt) {
      lender.coordinatesAt(sight.past, 'threshold', thresholds)
      lender.coordinatesAt(sight.past, 'value', full)
      least = stepped(minDebt, least)
      if (!memory.holds(values, book.version, least)) {
        search()
        memory.keep(values, book.version, least)
      }
      return found
    },
    forget() {
      memory.forget()
      yields.forget()
    },
  }
}
