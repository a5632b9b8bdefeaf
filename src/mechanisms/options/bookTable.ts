import { exp, log } from '../../math/index.ts'
import { addGreeks, type BookColumns, type BookTerms, DELTA, GAMMA, VEGA, YEAR } from './book.ts'
import { OptionInputError } from './errors.ts'
import { addLevel, BUILD_COST, covers, emptyLevel, fitLevel, type Level } from './level.ts'
import { halfWidth, meanVol, spanOf } from './span.ts'

/** How a table is made. */
export type BookTableOptions = {
  /** seconds between evaluations, as far as is known; the shortest window is a multiple of it */
  readonly interval: number
  /** largest error of delta, all levels together, relative to the book's largest; default 1e-6 */
  readonly tolerance?: number
}

/** What a table is at present and how far it was off where it was checked. */
export type BookTableReport = {
  /** evaluations of single rows by the formulas so far, builds included, and of the whole by `greeks` */
  readonly rowsEvaluated: number
  readonly calls: number
  /** rows that are interpolated, and rows that stay with the formulas */
  readonly tabled: number
  readonly exact: number
  /** sums over the levels of the largest errors at the checks: units, per USD, USD per 1.00 */
  readonly deltaError: number
  readonly gammaError: number
  readonly vegaError: number
}

/** Sums over a book by interpolation; see `createBookTable`. */
export type BookTable = {
  /**
   * Evaluate delta, gamma and vega of the whole book.
   *
   * @param spot USD, above 0; time in seconds.
   * @param state length TABLE_STATE, zeros at the start, read and overwritten. Keep it beside the
   * book's columns: the same book, state, spot and time give the same bits, after a rewind too.
   * @param out length >= 3; overwritten by delta (units), gamma (per USD) and vega (USD per 1.00).
   */
  greeks(spot: number, time: number, state: Float64Array, out: Float64Array): void
  /** Tell what the table is at present. */
  report(): BookTableReport
}

/** Windows grow by this factor from level to level. */
const GROWTH = 2
const LEVELS = 17
/** Levels below use the summary of the book that this one was built with: a pass over all rows. */
const SUMMARY_LEVEL = 4
/** Entries of the state: the version, 1 once built; then ln(spot), time and calls of each level. */
const VERSION = 0
const LIVE = 1
const HEAD = 2
const PER_LEVEL = 3
/** Length of a table's state. */
export const TABLE_STATE: number = HEAD + PER_LEVEL * LEVELS

/** Of the whole book at one time: mean vol, largest delta. */
type Summary = { time: number; vol: number; largest: number }

type Store = {
  readonly book: BookColumns
  readonly levels: readonly Level[]
  /** rows that stay with the formulas until the shortest window ends */
  readonly rest: Int32Array
  restCount: number
  /** of each level, relative to the book's largest delta */
  readonly tolerance: number
  /** the state that the levels were built from */
  readonly built: Float64Array
  readonly span: Float64Array
  readonly summary: Summary
  rowsEvaluated: number
  calls: number
}

/**
 * Interpolate the sums over a large book near the present spot and time.
 *
 * Time moves in every block and delta with it, so a table in the spot alone would be old after one
 * block. Here every row lies in the level with the longest window of ln(spot) and time over which it is
 * smooth, or so far from the money that it does not change; a level is a polynomial over its window.
 * When a window is left, its level and those below are built anew, where rows that come close to their
 * expiry sink, and in the end stay with the formulas. Each row is thus evaluated about as rarely as it
 * can be. Every build is checked against the formulas; rows that fail it sink a level.
 *
 * A level whose window is left early is answered by the formulas until it has paid for itself, so that
 * the cost never exceeds about twice that of the formulas.
 *
 * @param book read at every build and for the rows that stay with the formulas.
 * @param terms gives the book's terms now; version, a number that changes with them or the columns.
 * @throws {OptionInputError} when the interval is not above 0.
 */
export function createBookTable(
  book: BookColumns,
  terms: () => BookTerms,
  version: () => number,
  options: BookTableOptions,
): BookTable {
  const store = emptyStore(book, options)
  return {
    greeks(spot, time, state, out) {
      const now = terms()
      const logSpot = log(spot)
      out.fill(0, 0, 3)
      store.calls++
      const valid = state[LIVE] === 1 && state[VERSION] === version()
      const wait = state[LIVE] === 1 && state[callsOf(LEVELS - 1)]! < BUILD_COST
      if (!valid && wait) {
        state[callsOf(LEVELS - 1)]!++
        store.rowsEvaluated += book.vol.length
        addGreeks(book, now, null, book.vol.length, logSpot, time, out)
        return
      }
      if (!valid) {
        state[VERSION] = version()
        state[LIVE] = 1
        anchor(state, LEVELS - 1, logSpot, time)
      }
      restore(store, now, state)
      addAll(store, now, logSpot, time, state, out)
    },
    report: () => reportOf(store),
  }
}

const callsOf = (level: number): number => HEAD + PER_LEVEL * level + 2

function emptyStore(book: BookColumns, { interval, tolerance = 1e-6 }: BookTableOptions): Store {
  if (!(interval > 0)) {
    throw new OptionInputError(
      `interval is '${interval}'; give seconds between evaluations above 0`,
    )
  }
  const n = book.vol.length
  const durations = [2 * BUILD_COST * interval]
  while (durations.length < LEVELS) durations.push(durations.at(-1)! * GROWTH)
  return {
    book,
    levels: durations.map((duration) => emptyLevel(n, duration)),
    rest: new Int32Array(n),
    restCount: 0,
    tolerance: tolerance / LEVELS,
    built: new Float64Array(TABLE_STATE).fill(Number.NaN),
    span: new Float64Array(n),
    summary: { time: Number.NaN, vol: 1, largest: 0 },
    rowsEvaluated: 0,
    calls: 0,
  }
}

/** Let the windows of a level and all below start here. */
function anchor(state: Float64Array, top: number, logSpot: number, time: number): void {
  for (let l = 0; l <= top; l++) state.set([logSpot, time, 0], HEAD + PER_LEVEL * l)
}

/** Build what does not belong to the state: from the highest level whose window starts elsewhere. */
function restore(store: Store, terms: BookTerms, state: Float64Array): void {
  const { built } = store
  let top = -1
  for (let l = 0; l < LEVELS; l++) {
    const at = HEAD + PER_LEVEL * l
    if (built[at] !== state[at] || built[at + 1] !== state[at + 1]) top = l
    // Rows that have expired are gone from the store; only a full build brings them back.
    if (!(built[at + 1]! <= state[at + 1]!)) top = LEVELS
  }
  if (built[VERSION] !== state[VERSION]) top = LEVELS
  if (top < 0) return
  if (built[VERSION] !== state[VERSION]) store.summary.time = Number.NaN
  gather(store, top)
  top = Math.min(top, LEVELS - 1)
  for (let l = top; l >= 0; l--) buildLevel(store, terms, state, l)
  built.set(state)
}

/** Take all rows of a level and those below back into the rest; at the top, all rows of the book. */
function gather(store: Store, top: number): void {
  const { levels, rest } = store
  if (top >= LEVELS - 1) {
    for (let i = 0; i < rest.length; i++) rest[i] = i
    store.restCount = rest.length
    return
  }
  for (let l = 0; l <= top; l++) {
    rest.set(levels[l]!.rows.subarray(0, levels[l]!.count), store.restCount)
    store.restCount += levels[l]!.count
  }
  rest.subarray(0, store.restCount).sort()
}

/** Look at the whole book, unless that was done for this time. */
function summarise({ book, summary }: Store, terms: BookTerms, time: number): Summary {
  if (summary.time === time) return summary
  summary.time = time
  summary.vol = meanVol(book, time)
  summary.largest = largestDelta(book, terms, time)
  return summary
}

/** Let a level take from the rest the rows that last as long as its window. */
function buildLevel(store: Store, terms: BookTerms, state: Float64Array, l: number): void {
  const { book, levels, rest, span } = store
  const level = levels[l]!
  level.logSpot = state[HEAD + PER_LEVEL * l]!
  level.time = state[HEAD + PER_LEVEL * l + 1]!
  const { vol, largest } = summarise(store, terms, levels[Math.max(l, SUMMARY_LEVEL)]!.time)
  level.halfWidth = halfWidth(vol, level.duration)
  for (let k = 0; k < store.restCount; k++) {
    span[rest[k]!] = spanOf(book, terms, rest[k]!, level.logSpot, level.time, vol)
  }
  take(store, level, level.duration)
  const allowed = store.tolerance * largest
  for (let margin = 2; level.count > 0; margin *= 2) {
    fitLevel(level, book, terms)
    store.rowsEvaluated += BUILD_COST * level.count
    if (level.error[DELTA]! <= allowed) return
    giveBack(store, level)
    take(store, level, margin > 8 ? Infinity : margin * level.duration)
  }
  level.error.fill(0)
}

/** Move rows whose span is at least `needed` from the rest to a level and drop those that expired. */
function take(store: Store, level: Level, needed: number): void {
  const { rest, span } = store
  let kept = 0
  level.count = 0
  for (let k = 0; k < store.restCount; k++) {
    const i = rest[k]!
    if (span[i]! >= needed) level.rows[level.count++] = i
    else if (span[i]! > 0) rest[kept++] = i
  }
  store.restCount = kept
}

function giveBack(store: Store, level: Level): void {
  store.rest.set(level.rows.subarray(0, level.count), store.restCount)
  store.restCount += level.count
  store.rest.subarray(0, store.restCount).sort()
}

function addAll(
  store: Store,
  terms: BookTerms,
  logSpot: number,
  time: number,
  state: Float64Array,
  out: Float64Array,
): void {
  const { book, levels } = store
  for (let l = LEVELS - 1; l >= 0; l--) {
    const level = levels[l]!
    const calls = callsOf(l)
    if (!covers(level, logSpot, time) && state[calls]! >= BUILD_COST) {
      anchor(state, l, logSpot, time)
      restore(store, terms, state)
    }
    state[calls]!++
    if (level.count === 0) continue
    if (covers(level, logSpot, time)) addLevel(level, logSpot, time, out)
    else {
      store.rowsEvaluated += level.count
      addGreeks(book, terms, level.rows, level.count, logSpot, time, out)
    }
  }
  store.rowsEvaluated += store.restCount
  addGreeks(book, terms, store.rest, store.restCount, logSpot, time, out)
}

/** The larger of the book's deltas at a spot of infinity, all its calls, and at 0, all its puts. */
function largestDelta(book: BookColumns, terms: BookTerms, time: number): number {
  const { sign, quantity, expiresAt } = book
  let calls = 0
  let puts = 0
  for (let i = 0; i < sign.length; i++) {
    const life = expiresAt[i]! - time
    if (!(life > 0)) continue
    const units =
      terms.dividend === 0 ? quantity[i]! : quantity[i]! * exp((-terms.dividend * life) / YEAR)
    if (sign[i]! > 0) calls += units
    else puts += units
  }
  return Math.max(Math.abs(calls), Math.abs(puts))
}

function reportOf({ levels, restCount, rowsEvaluated, calls }: Store): BookTableReport {
  const total = (k: number): number => levels.reduce((sum, { error }) => sum + error[k]!, 0)
  return {
    rowsEvaluated,
    calls,
    tabled: levels.reduce((sum, { count }) => sum + count, 0),
    exact: restCount,
    deltaError: total(DELTA),
    gammaError: total(GAMMA),
    vegaError: total(VEGA),
  }
}
