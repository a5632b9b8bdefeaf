import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { addGreeks, type BookColumns, type BookRow, type BookTerms, bookColumns } from './book.ts'
import { createBookTable, TABLE_STATE } from './bookTable.ts'
import { OptionInputError } from './errors.ts'

const DAY = 86400
const BLOCK = 12
const SPOT = 3000
const TERMS: BookTerms = { rate: 0.03, dividend: 0.01, volSpot: SPOT }

type Sort = { readonly seed: number; readonly side: 'both' | 'sold'; readonly slope: number }

/** Strikes within 60 % of the spot, a smile, expiries of one day to half a year. */
function randomBook(n: number, { seed, side, slope }: Sort): BookColumns {
  const draws = philoxDraws(seed, 0, 'book')
  const days = [1, 2, 3, 7, 14, 30, 60, 90, 180]
  const rows = Array.from({ length: n }, (_, i): BookRow => {
    const strike = Math.round((SPOT * Math.exp(1.2 * (draws.uniform(0, i) - 0.5))) / 25) * 25
    const m = Math.log(strike / SPOT)
    const size = 10 * draws.uniform(1, i)
    return {
      type: draws.uniform(2, i) < 0.5 ? 'call' : 'put',
      strike,
      expiresAt: days[i % days.length]! * DAY,
      vol: 0.6 + 0.3 * m * m - 0.1 * m,
      slope,
      quantity: side === 'both' && draws.uniform(3, i) < 0.4 ? size : -size,
    }
  })
  return bookColumns(rows)
}

/** A spot with a vol of 60 %, one value a block. */
function randomPath(blocks: number, seed: number, jump = 0): Float64Array {
  const draws = philoxDraws(seed, 0, 'path')
  const path = new Float64Array(blocks)
  let spot = SPOT
  for (let b = 0; b < blocks; b++) {
    path[b] = spot
    spot *= Math.exp(0.6 * Math.sqrt(BLOCK / (365 * DAY)) * draws.normal(b, 0))
    if (b === blocks / 2) spot *= 1 + jump
  }
  return path
}

function plain(book: BookColumns, spot: number, time: number): Float64Array {
  const out = new Float64Array(3)
  addGreeks(book, TERMS, null, book.vol.length, Math.log(spot), time, out)
  return out
}

function largestDelta(book: BookColumns, time: number): number {
  let largest = 0
  for (let k = -60; k <= 60; k++) {
    largest = Math.max(largest, Math.abs(plain(book, SPOT * Math.exp(k / 40), time)[0]!))
  }
  return largest
}

const tableOf = (book: BookColumns, version = (): number => 1) =>
  createBookTable(book, () => TERMS, version, { interval: BLOCK })

describe('a table of a large book', () => {
  it.each<Sort & { readonly jump: number }>([
    { seed: 1, side: 'both', slope: 0, jump: 0 },
    { seed: 2, side: 'sold', slope: -0.2, jump: 0 },
    { seed: 3, side: 'both', slope: 0.1, jump: -0.3 },
  ])('errs by less than 1e-6 of the largest delta across an expiry: %j', (sort) => {
    const book = randomBook(1500, sort)
    const blocks = DAY / BLOCK + 200
    const path = randomPath(blocks, sort.seed, sort.jump)
    const table = tableOf(book)
    const [state, out] = [new Float64Array(TABLE_STATE), new Float64Array(3)]
    let [worst, checked] = [0, 0]
    for (let b = 0; b < blocks; b++) {
      table.greeks(path[b]!, b * BLOCK, state, out)
      const near = b % 37 === 0 || Math.abs(b - DAY / BLOCK) < 20
      if (!near) continue
      checked++
      worst = Math.max(worst, Math.abs(out[0]! - plain(book, path[b]!, b * BLOCK)[0]!))
    }
    expect(checked).toBeGreaterThan(200)
    expect(worst / largestDelta(book, 0)).toBeLessThan(1e-6)
    const { calls, rowsEvaluated } = table.report()
    expect(calls).toBe(blocks)
    // What the plain loop evaluates, against builds, checks and the rows left to the formulas.
    expect((1500 * blocks) / rowsEvaluated).toBeGreaterThan(sort.jump === 0 ? 30 : 20)
  })

  it('gamma and vega err by less than 1e-4 of their largest value', () => {
    const book = randomBook(800, { seed: 4, side: 'sold', slope: 0 })
    const path = randomPath(3000, 4)
    const table = tableOf(book)
    const [state, out] = [new Float64Array(TABLE_STATE), new Float64Array(3)]
    const [worst, largest] = [
      [0, 0, 0],
      [0, 0, 0],
    ]
    for (let b = 0; b < 3000; b++) {
      table.greeks(path[b]!, b * BLOCK, state, out)
      if (b % 29 > 0) continue
      const exact = plain(book, path[b]!, b * BLOCK)
      for (let k = 0; k < 3; k++) {
        worst[k] = Math.max(worst[k]!, Math.abs(out[k]! - exact[k]!))
        largest[k] = Math.max(largest[k]!, Math.abs(exact[k]!))
      }
    }
    expect(worst[1]! / largest[1]!).toBeLessThan(1e-4)
    expect(worst[2]! / largest[2]!).toBeLessThan(1e-4)
    const { deltaError, tabled, exact } = table.report()
    expect(deltaError).toBeLessThan(1e-6 * largestDelta(book, 0))
    expect(tabled + exact).toBe(800)
    expect(tabled).toBeGreaterThan(700)
  })

  it('leaves options near the money in their last hour to the formulas, bit for bit', () => {
    const rows = Array.from({ length: 50 }, (_, i): BookRow => {
      const type = i % 2 ? 'call' : 'put'
      return { type, strike: 2990 + i / 2, expiresAt: 600, vol: 0.6, quantity: i - 20 }
    })
    const book = bookColumns(rows)
    const table = tableOf(book)
    const [state, out] = [new Float64Array(TABLE_STATE), new Float64Array(3)]
    for (let time = 0; time <= 624; time += BLOCK) {
      table.greeks(SPOT + time / 100, time, state, out)
      expect(out).toEqual(plain(book, SPOT + time / 100, time))
    }
    expect(out).toEqual(new Float64Array(3))
  })
})

describe('what a result depends on', () => {
  it('a rewind, and a table made anew from the state, give the same bits', () => {
    const book = randomBook(400, { seed: 5, side: 'both', slope: -0.1 })
    const blocks = 1200
    const path = randomPath(2 * blocks, 5, -0.05)
    const start = DAY - 1300 * BLOCK
    const state = new Float64Array(TABLE_STATE)
    const walk = (table: ReturnType<typeof tableOf>, from: number, to: number): number[] => {
      const out = new Float64Array(3)
      const seen: number[] = []
      for (let b = from; b < to; b++) {
        table.greeks(path[b]!, start + b * BLOCK, state, out)
        seen.push(...out)
      }
      return seen
    }
    const table = tableOf(book)
    walk(table, 0, blocks)
    const saved = state.slice()
    const first = walk(table, blocks, 2 * blocks)
    state.set(saved)
    expect(walk(table, blocks, 2 * blocks)).toEqual(first)
    state.set(saved)
    expect(walk(tableOf(book), blocks, 2 * blocks)).toEqual(first)
  })

  it('follows a change of the columns at once, whatever it costs', () => {
    const book = randomBook(300, { seed: 6, side: 'both', slope: 0 })
    let version = 1
    const table = tableOf(book, () => version)
    const [state, out] = [new Float64Array(TABLE_STATE), new Float64Array(3)]
    const largest = largestDelta(book, 0)
    for (let b = 0; b < 300; b++) {
      if (b % 60 === 30) {
        version++
        for (let i = 0; i < 300; i++) book.vol[i]! *= 1.05
        book.quantity[b] = 0
      }
      table.greeks(SPOT, b * BLOCK, state, out)
      const error = Math.abs(out[0]! - plain(book, SPOT, b * BLOCK)[0]!)
      expect(error / largest).toBeLessThan(1e-6)
    }
  })

  it('costs at most about twice the formulas when every block jumps out of every window', () => {
    const book = randomBook(300, { seed: 7, side: 'both', slope: 0 })
    const table = tableOf(book)
    const [state, out] = [new Float64Array(TABLE_STATE), new Float64Array(3)]
    for (let b = 0; b < 800; b++) {
      const spot = SPOT * (b % 2 ? 1.5 + b / 1000 : 0.6 - b / 2000)
      table.greeks(spot, b * BLOCK, state, out)
      expect(Math.abs(out[0]! - plain(book, spot, b * BLOCK)[0]!)).toBeLessThan(1e-3)
    }
    expect(table.report().rowsEvaluated).toBeLessThan(2.2 * 300 * 800)
  })

  it('an empty book has no greeks, and an interval must be positive', () => {
    const book = bookColumns([])
    const out = Float64Array.from([1, 2, 3])
    tableOf(book).greeks(SPOT, 0, new Float64Array(TABLE_STATE), out)
    expect(out).toEqual(new Float64Array(3))
    const make = (): unknown =>
      createBookTable(
        book,
        () => TERMS,
        () => 1,
        { interval: 0 },
      )
    expect(make).toThrow(OptionInputError)
    expect(make).toThrow(/interval is '0'/)
  })
})
