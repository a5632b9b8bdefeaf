import { log } from '../math/index.ts'
import { stepMoves } from '../mechanisms/prices/bootstrap/kernel.ts'
import type { PriceTable } from '../world/index.ts'

/** Thrown when prices cannot be calibrated on. */
export class CalibrationError extends Error {
  override readonly name = 'CalibrationError'
}

/** Seconds in a year of 365 days. */
export const YEAR: number = 365 * 86400

/** A stretch of time, Unix seconds, both ends included. */
export type Span = { readonly from: number; readonly to: number }

/** Joint log returns over one step, gaps left out, with the log prices at which they start. */
export type Sample = {
  readonly assets: readonly string[]
  /** Seconds. */
  readonly step: number
  /** Years per step. */
  readonly years: number
  readonly rows: number
  readonly from: number
  readonly to: number
  /** 1 where a row starts when the row before ended. */
  readonly follows: Uint8Array
  readonly moves: readonly Float64Array[]
  /** Log price before each move. */
  readonly levels: readonly Float64Array[]
  /** What was left out, in words. */
  readonly dropped: readonly string[]
}

/** Fewest returns that anything is fitted to. */
export const FEWEST = 200
const SPIKE = 0.4

/**
 * Blank prices that are off by more than e^0.4 for one bar and back in the next (within a quarter of the
 * move): a bad print, such as LINK at 0.0001 on 2020-03-12, and no price at which one could trade.
 * @param prices changed in place. @returns how many were blanked.
 */
export function dropSpikes(prices: Float64Array): number {
  let count = 0
  let [before, here] = [-1, -1]
  for (let k = 0; k < prices.length; k++) {
    if (!(prices[k]! > 0)) continue
    if (before >= 0) {
      const away = log(prices[here]! / prices[before]!)
      const back = log(prices[k]! / prices[here]!)
      const isSpike = Math.abs(away) > SPIKE && Math.abs(away + back) < Math.abs(away) / 4
      if (isSpike) {
        prices[here] = Number.NaN
        count++
        here = k
        continue
      }
    }
    before = here
    here = k
  }
  return count
}

/** The most frequent distance of times, the smaller one in a tie. */
export function usualStep(time: Float64Array): number {
  const counts = new Map<number, number>()
  for (let k = 1; k < time.length; k++) {
    const step = time[k]! - time[k - 1]!
    counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  let best = Number.NaN
  for (const [step, count] of counts) {
    const most = counts.get(best) ?? 0
    if (count > most || (count === most && step < best)) best = step
  }
  return best
}

function within(spans: readonly Span[], time: number): boolean {
  return spans.length === 0 || spans.some(({ from, to }) => time >= from && time <= to)
}

function blankOutside(table: PriceTable, spans: readonly Span[]): Float64Array[] {
  return table.prices.map((column) =>
    column.map((price, k) => (within(spans, table.time[k]!) ? price : Number.NaN)),
  )
}

/** Log prices at the starts of the moves: summed back from the prices that the moves were taken of. */
function levelsOf(
  time: Float64Array,
  column: Float64Array,
  step: number,
  all: readonly Float64Array[],
) {
  const out: number[] = []
  const times: number[] = []
  let anchor = -1
  for (let k = 0; k < time.length; k++) {
    if (!all.every((c) => c[k]! > 0)) continue
    const gap = anchor < 0 ? Number.POSITIVE_INFINITY : time[k]! - time[anchor]!
    if (gap < step) continue
    if (gap === step) {
      out.push(log(column[anchor]!))
      times.push(time[k]!)
    }
    anchor = k
  }
  return { levels: Float64Array.from(out), times }
}

/**
 * Take joint returns of a price table.
 *
 * @param spans keep only these; empty: all.
 * @param step seconds; 0: the usual distance of rows.
 * @throws {CalibrationError} when fewer than 200 returns are left.
 */
export function sampleOf(table: PriceTable, spans: readonly Span[] = [], step = 0): Sample {
  const columns = blankOutside(table, spans)
  const dropped: string[] = []
  columns.forEach((column, i) => {
    const count = dropSpikes(column)
    if (count > 0)
      dropped.push(
        `${table.assets[i]}: ${count} bad prints (off by more than a factor 1.49 for one bar)`,
      )
  })
  const chosen = step > 0 ? step : usualStep(table.time)
  const { rows, follows, moves } = stepMoves(table.time, columns, chosen)
  if (rows < FEWEST)
    throw new CalibrationError(
      `${table.assets.join(', ')}: ${rows} joint returns over ${chosen} s; at least ${FEWEST} are needed: use a longer record or fewer assets`,
    )
  const still = moves.findIndex((column) => column.every((x) => x === column[0]))
  if (still >= 0)
    throw new CalibrationError(
      `${table.assets[still]}: every return is ${moves[still]![0]}; use a record in which the price moves`,
    )
  const starts = follows.reduce((a, b) => a + 1 - b, 0)
  if (starts > 1) dropped.push(`${starts - 1} gaps: what spans a gap is no return`)
  const found = columns.map((column) => levelsOf(table.time, column, chosen, columns))
  const { times } = found[0]!
  return {
    assets: table.assets,
    ...{ step: chosen, years: chosen / YEAR, rows, follows, moves, dropped },
    ...{ levels: found.map(({ levels }) => levels), from: times[0]! - chosen, to: times.at(-1)! },
  }
}

/** One asset of a sample. */
export function single(sample: Sample, asset: number): Sample {
  return {
    ...sample,
    assets: [sample.assets[asset]!],
    moves: [sample.moves[asset]!],
    levels: [sample.levels[asset]!],
  }
}
