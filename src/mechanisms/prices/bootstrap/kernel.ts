import { log } from '../../../math/index.ts'

/** GARCH(1,1) of one asset: next = long-run (1 - alpha - beta) + alpha return^2 + beta variance. */
export type GarchLaw = {
  /** Long-run volatility, 1/sqrt(year). */
  readonly vol: number
  /** Weight of the last squared return. */
  readonly alpha: number
  /** Weight of the last variance; alpha + beta < 1. */
  readonly beta: number
}

/** Next step's variance, in the unit of `longRun` (per step). */
export function nextVariance(law: GarchLaw, longRun: number, move: number, now: number): number {
  const { alpha, beta } = law
  return longRun * (1 - alpha - beta) + alpha * move * move + beta * now
}

/** Joint log returns over one step; `follows[k]` is 1 where row k starts when row k - 1 ended. */
export type Moves = {
  readonly rows: number
  readonly follows: Uint8Array
  readonly moves: readonly Float64Array[]
}

/**
 * Take log returns of prices that stand exactly one step apart in every column. What spans a gap is no
 * return and is left out.
 *
 * @param time Unix seconds, ascending; @param columns prices, NaN where there is none.
 * @param step seconds; prices in between are ignored.
 */
export function stepMoves(
  time: Float64Array,
  columns: readonly Float64Array[],
  step: number,
): Moves {
  const moves: number[][] = columns.map(() => [])
  const follows: number[] = []
  let anchor = -1
  let isJoined = false
  for (let k = 0; k < time.length; k++) {
    if (!columns.every((column) => column[k]! > 0)) continue
    const gap = anchor < 0 ? Number.POSITIVE_INFINITY : time[k]! - time[anchor]!
    if (gap < step) continue
    if (gap === step) {
      columns.forEach((column, i) => {
        moves[i]!.push(log(column[k]! / column[anchor]!))
      })
      follows.push(isJoined ? 1 : 0)
    }
    isJoined = gap === step
    anchor = k
  }
  return {
    rows: follows.length,
    follows: Uint8Array.from(follows),
    moves: moves.map((column) => Float64Array.from(column)),
  }
}

/** Residuals of one asset and the variance per step that follows the last row. */
export type Filtered = { readonly residuals: Float64Array; readonly last: number }

/**
 * Divide returns, less their mean, by the volatility that GARCH expects of them. The filter starts at the
 * long-run variance, and again after every gap.
 *
 * @param longRun variance per step.
 * @returns residuals scaled to mean 0 and mean square 1.
 */
export function filterMoves(
  move: Float64Array,
  follows: Uint8Array,
  law: GarchLaw,
  longRun: number,
): Filtered {
  const n = move.length
  const residuals = new Float64Array(n)
  let mean = 0
  for (let k = 0; k < n; k++) mean += move[k]! / n
  let variance = longRun
  for (let k = 0; k < n; k++) {
    if (follows[k] === 0) variance = longRun
    const centred = move[k]! - mean
    residuals[k] = centred / Math.sqrt(variance)
    variance = nextVariance(law, longRun, centred, variance)
  }
  standardise(residuals)
  return { residuals, last: variance }
}

function standardise(values: Float64Array): void {
  let mean = 0
  for (const v of values) mean += v / values.length
  let square = 0
  for (const v of values) square += ((v - mean) * (v - mean)) / values.length
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0
  for (let k = 0; k < values.length; k++) values[k] = (values[k]! - mean) * scale
}
