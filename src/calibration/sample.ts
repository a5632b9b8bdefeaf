import { log, median } from '../math/index.ts'
import { stepMoves } from '../mechanisms/prices/bootstrap/kernel.ts'
import { InputError, type PriceTable } from '../world/index.ts'

/** Thrown when prices cannot be calibrated on. */
export class CalibrationError extends InputError {
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

/** A price that was taken for a bad print: its place, and its ratio to the price before. */
export type Spike = { readonly place: number; readonly ratio: number }

/**
 * Blank prices that are off by more than e^0.4 for one bar and back in the next (within a quarter of the
 * move): a bad print, such as LINK at 0.0001 on 2020-03-12, and no price at which one could trade.
 * @param prices changed in place. @returns what was blanked.
 */
export function dropSpikes(prices: Float64Array): readonly Spike[] {
  const found: Spike[] = []
  let [before, here] = [-1, -1]
  for (let k = 0; k < prices.length; k++) {
    if (!(prices[k]! > 0)) continue
    if (before >= 0) {
      const away = log(prices[here]! / prices[before]!)
      const back = log(prices[k]! / prices[here]!)
      const isSpike = Math.abs(away) > SPIKE && Math.abs(away + back) < Math.abs(away) / 4
      if (isSpike) {
        found.push({ place: here, ratio: prices[here]! / prices[before]! })
        prices[here] = Number.NaN
        here = k
        continue
      }
    }
    before = here
    here = k
  }
  return found
}

const NAMED = 12

function spikeText(asset: string, time: Float64Array, spikes: readonly Spike[]): string {
  const each = spikes
    .slice(0, NAMED)
    .map(({ place, ratio }) => `${minute(time[place]!)} x ${Number(ratio.toPrecision(3))}`)
  const more = spikes.length > NAMED ? `, ${spikes.length - NAMED} more` : ''
  return `${asset}: ${spikes.length} bad prints, off by more than a factor 1.49 for one bar: ${each.join(', ')}${more}`
}

/** A moment to the minute, ISO, UTC. */
export function minute(time: number): string {
  return `${new Date(time * 1000).toISOString().slice(0, 16)}Z`
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

/** Distances that records have when their times are not exact, s. */
const ROUND_STEPS = [
  1, 5, 10, 12, 15, 30, 60, 180, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 28800, 43200, 86400,
  604800,
]

/** Share of a step by which a time may be off. */
const SLACK = 0.05

/** By how much times are off a grid through the first of them, -step/2..step/2. */
function offsets(time: Float64Array, step: number): Float64Array {
  return time.map((t) => t - time[0]! - step * Math.round((t - time[0]!) / step))
}

/**
 * The usual distance of rows at which all columns have a price, s; where times jitter around a round distance
 * (nine in ten within a twentieth), that one.
 */
export function rowDistance(time: Float64Array, columns: readonly Float64Array[]): number {
  const joint = time.filter((_, k) => columns.every((column) => column[k]! > 0))
  const usual = usualStep(joint)
  const round = ROUND_STEPS.find((step) => Math.abs(usual - step) <= SLACK * step)
  if (round === undefined || round === usual) return usual
  const off = offsets(joint, round)
  const middle = median(off)
  const near = off.filter((x) => Math.abs(x - middle) <= SLACK * round).length
  return near >= 0.9 * joint.length ? round : usual
}

/**
 * Put times that are off by less than a twentieth of the distance of rows where they belong, and join the
 * rows that then stand at one time; the first price of an asset holds.
 * @returns the table itself when nothing is off, or when its assets have different distances.
 */
export function onGrid(table: PriceTable): PriceTable {
  const { time, prices } = table
  const [step, ...others] = prices.map((column) => rowDistance(time, [column]))
  if (!(step! > 0) || others.some((other) => other !== step)) return table
  const off = offsets(time, step!)
  const middle = median(off)
  const moved = time.map((t, k) =>
    Math.abs(off[k]! - middle) <= SLACK * step! ? t - off[k]! + middle : t,
  )
  if (moved.every((t, k) => t === time[k])) return table
  const grid = Float64Array.from(new Set(moved))
  const place = new Map([...grid].map((t, k) => [t, k]))
  const joined = prices.map((column) => {
    const out = new Float64Array(grid.length).fill(Number.NaN)
    column.forEach((price, k) => {
      const at = place.get(moved[k]!)!
      if (!(out[at]! > 0)) out[at] = price
    })
    return out
  })
  return { ...table, time: grid, prices: joined }
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

/** What happens to prices that are off for one bar: left out, or taken as they are. */
export type SpikeRule = 'drop' | 'keep'

function blankSpikes(table: PriceTable, columns: readonly Float64Array[]): readonly string[] {
  return columns.flatMap((column, i) => {
    const spikes = dropSpikes(column)
    return spikes.length > 0 ? [spikeText(table.assets[i]!, table.time, spikes)] : []
  })
}

/** Say it when more than a tenth of the prices gives no return. */
function lossOf(
  columns: readonly Float64Array[],
  rows: number,
  step: number,
  distance: number,
): readonly string[] {
  const [first] = columns
  const joint = first!.filter((_, k) => columns.every((column) => column[k]! > 0)).length
  const lost = 1 - (rows * step) / distance / (joint - 1)
  return lost > 0.1
    ? [`${(100 * lost).toFixed(0)} % of the joint prices: they are not ${step} s from another`]
    : []
}

function checkRows({ assets }: PriceTable, moves: readonly Float64Array[], step: number): void {
  const rows = moves[0]!.length
  if (rows < FEWEST)
    throw new CalibrationError(
      `${assets.join(', ')}: ${rows} joint returns over ${step} s; at least ${FEWEST} are needed: use a longer record or fewer assets`,
    )
  const still = moves.findIndex((column) => column.every((x) => x === column[0]))
  if (still >= 0)
    throw new CalibrationError(
      `${assets[still]}: every return is ${moves[still]![0]}; use a record in which the price moves`,
    )
}

/**
 * Take joint returns of a price table. Times that are off by less than a twentieth of the distance of rows
 * are rounded to it.
 *
 * @param spans keep only these; empty: all.
 * @param step seconds; 0: the usual distance of rows.
 * @throws {CalibrationError} when fewer than 200 returns are left.
 */
export function sampleOf(
  given: PriceTable,
  spans: readonly Span[] = [],
  step = 0,
  spikes: SpikeRule = 'drop',
): Sample {
  const table = onGrid(given)
  const { time } = table
  const columns = blankOutside(table, spans)
  const dropped = spikes === 'drop' ? [...blankSpikes(table, columns)] : []
  const distance = rowDistance(time, columns)
  const chosen = step > 0 ? step : distance
  const { rows, follows, moves } = stepMoves(time, columns, chosen)
  checkRows(table, moves, chosen)
  dropped.push(...lossOf(columns, rows, chosen, distance))
  const starts = follows.reduce((a, b) => a + 1 - b, 0)
  if (starts > 1) dropped.push(`${starts - 1} gaps: what spans a gap is no return`)
  const found = columns.map((column) => levelsOf(time, column, chosen, columns))
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
