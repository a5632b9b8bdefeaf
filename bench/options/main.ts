/**
 * Re-hedging of a book of 10,000 options, two days in blocks of 12 s across two expiries: the engine's
 * table next to the plain loop over all options. Prints a table; exits with 1 when a bar fails.
 * Usage: node bench/run.ts options [--rounds N]
 */
import { parseArgs } from 'node:util'
import { log, philoxDraws } from '../../src/math/index.ts'
import {
  addGreeks,
  type BookRow,
  bookColumns,
  createBookTable,
  DELTA,
  TABLE_STATE,
} from '../../src/mechanisms/options/index.ts'
import { interleave, ratio } from '../measure.ts'

const OPTIONS = 10_000
const SPOT = 3000
const BLOCK = 12
const BLOCKS = 14_400
const VOL = 0.6
/** Blocks of the path that the plain loop is timed on; it costs the same in every block. */
const SAMPLED = 144
const BARS = { speed: 20, error: 1e-6 }
const EXPIRIES: Readonly<Record<string, readonly number[]>> = {
  'weeks and months': [1, 2, 3, 7, 14, 30, 60, 90, 180],
  'mostly near': [0.25, 0.5, 1, 2, 3, 5, 7],
  'none near': [7, 14, 30, 60, 90, 180],
}

function rowsOf(days: readonly number[]): readonly BookRow[] {
  const draws = philoxDraws(1, 0, 'book')
  return Array.from({ length: OPTIONS }, (_, i) => {
    const u = (slot: number): number => draws.uniform(i, slot)
    const away = (u(0) - 0.5) * 1.2
    return {
      type: u(1) < 0.5 ? 'call' : 'put',
      strike: Math.round((SPOT * Math.exp(away)) / 25) * 25,
      expiresAt: days[i % days.length]! * 86_400,
      vol: VOL + 0.3 * away * away - 0.1 * away,
      quantity: Math.round((u(2) - 0.5) * 200) / 10,
    }
  })
}

function pathOf(): Float64Array {
  const draws = philoxDraws(1, 0, 'path')
  const step = VOL * Math.sqrt(BLOCK / (365 * 86_400))
  const spots = new Float64Array(BLOCKS)
  for (let b = 0, spot = SPOT; b < BLOCKS; b++, spot *= Math.exp(step * draws.normal(b, 0)))
    spots[b] = spot
  return spots
}

/** Largest error of delta over the sampled blocks, relative to the largest delta over the path. */
function errorOf(tabled: Float64Array, plain: (block: number) => number): number {
  let largest = 0
  let worst = 0
  for (let b = 0; b < BLOCKS; b += BLOCKS / SAMPLED) {
    const exact = plain(b)
    largest = Math.max(largest, Math.abs(exact))
    worst = Math.max(worst, Math.abs(exact - tabled[b]!))
  }
  return worst / largest
}

function measure(days: readonly number[], rounds: number) {
  const book = bookColumns(rowsOf(days))
  const terms = { rate: 0.03, dividend: 0, volSpot: SPOT }
  const spots = pathOf()
  const sums = new Float64Array(3)
  const tabled = new Float64Array(BLOCKS)
  const plain = (b: number): number => {
    sums.fill(0)
    addGreeks(book, terms, null, OPTIONS, log(spots[b]!), b * BLOCK, sums)
    return sums[DELTA]!
  }
  const table = (): void => {
    const made = createBookTable(
      book,
      () => terms,
      () => 1,
      { interval: BLOCK },
    )
    const state = new Float64Array(TABLE_STATE)
    for (let b = 0; b < BLOCKS; b++) {
      made.greeks(spots[b]!, b * BLOCK, state, sums)
      tabled[b] = sums[DELTA]!
    }
  }
  const loop = (): void => {
    for (let b = 0; b < BLOCKS; b += BLOCKS / SAMPLED) plain(b)
  }
  const times = interleave({ table, loop }, rounds, 1)
  const speed = ratio(times.loop, times.table) * (BLOCKS / SAMPLED)
  return { speed, error: errorOf(tabled, plain) }
}

const { values } = parseArgs({
  args: process.argv.slice(2).filter((a) => a !== 'options'),
  options: { rounds: { type: 'string', default: '5' }, date: { type: 'string' } },
})
process.stdout.write(`${OPTIONS} options, ${BLOCKS} blocks of ${BLOCK} s, builds included\n`)
for (const [name, days] of Object.entries(EXPIRIES)) {
  const { speed, error } = measure(days, Number(values.rounds))
  const holds = speed >= BARS.speed && error <= BARS.error
  if (!holds) process.exitCode = 1
  process.stdout.write(
    `${name.padEnd(18)} loop / table ${speed.toFixed(1).padStart(6)} (bar ${BARS.speed})   ` +
      `delta error ${error.toExponential(1)} (bar ${BARS.error.toExponential(0)})   ${holds ? 'pass' : 'FAIL'}\n`,
  )
}
