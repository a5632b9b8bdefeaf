import { exp, philoxDraws } from '../../src/math/index.ts'
import type { DetectionBook } from '../workloads/books.ts'
import { createScanSide, createTriggerSide, type Side } from './sides.ts'

/** What the fuzz compared; `difference` is '' when the sides never differed. */
export type FuzzResult = {
  readonly books: number
  readonly steps: number
  readonly hits: number
  readonly difference: string
}

const STEPS = 200

/** Uniform numbers of one book, by place. */
type Uniform = (step: number, slot: number) => number

function randomBook(u: Uniform): DetectionBook {
  const n = 2 + Math.floor(u(0, 0) * 7)
  const rows = 10 + Math.floor(u(0, 1) * 290)
  const start = [0]
  const coordinate: number[] = []
  const amount: number[] = []
  const threshold: number[] = []
  const price = Float64Array.from({ length: n }, (_, a) => exp(8 * u(1, a) - 3))
  for (let row = 0; row < rows; row++) {
    const own = (slot: number): number => u(2 + row, slot)
    const health = 0.9 + 1.5 * own(0) ** 3
    const debt = exp(12 * own(1) - 4)
    const held = 1 + Math.floor(own(2) * 3)
    const owed = 1 + Math.floor(own(3) * 3)
    for (let j = 0; j < held + owed; j++) {
      const a = Math.floor(own(10 + j) * n)
      const isHeld = j < held
      const factor = own(20 + j) < 0.05 ? 0 : 0.5 + 0.45 * own(20 + j)
      coordinate.push(isHeld ? n + a : a)
      amount.push((isHeld ? (health * debt) / held : -debt / owed) / price[a]!)
      threshold.push(isHeld ? factor : 0)
      if (isHeld && factor === 0) amount[amount.length - 1] = 0
    }
    start.push(amount.length)
  }
  return {
    assets: Array.from({ length: n }, (_, a) => (a === n - 1 ? 'USDC' : `asset${a}`)),
    price,
    start: Int32Array.from(start),
    coordinate: Int32Array.from(coordinate),
    amount: Float64Array.from(amount),
    threshold: Float64Array.from(threshold),
  }
}

/** Prices of a step: calm, wild, crashing, gone to zero and back, or the same again. */
function randomValues(book: DetectionBook, u: Uniform): readonly Float64Array[] {
  const n = book.assets.length
  const last = Float64Array.from(book.price)
  const size = 0.0005 * exp(7 * u(0, 3))
  return Array.from({ length: STEPS }, (_, step) => {
    const own = (slot: number): number => u(100_000 + step, slot)
    const drop = own(0) < 0.02 ? 0.3 * own(1) : 0
    const isStill = own(2) < 0.2
    for (let a = 0; a < n; a++)
      if (!isStill) last[a]! *= exp(size * (2 * own(10 + a) - 1)) * (1 - drop)
    return Float64Array.from({ length: 2 * n }, (_, c) =>
      own(40 + (c % n)) < 0.003 ? 0 : last[c % n]!,
    )
  })
}

function hitsOf(side: Side, values: Float64Array, out: Int32Array): string {
  return out.subarray(0, side.find(values, out)).join()
}

/** Compare both sides on one random book. @returns how many hits, or where they differ. */
function compareBook(number: number): number | string {
  const draws = philoxDraws(17, number, 'fuzz')
  const book = randomBook(draws.uniform)
  const rows = book.start.length - 1
  const floor = draws.uniform(0, 4) < 0.3 ? 0 : exp(8 * draws.uniform(0, 5) - 4)
  const options = { floor, terms: { closeFactor: 0.5, liquidationBonus: 0.08 } }
  const scan = createScanSide(book, options)
  const weights = [...book.assets, ...book.assets].map((name) => (name === 'USDC' ? 0.1 : 1))
  const numeraire = draws.uniform(0, 6) < 0.3 ? { numeraire: 0 } : {}
  const triggers = createTriggerSide(book, { ...options, weights, ...numeraire })
  const out = new Int32Array(rows)
  let hits = 0
  for (const [step, values] of randomValues(book, draws.uniform).entries()) {
    const expected = hitsOf(scan, values, out)
    const found = hitsOf(triggers, values, out)
    if (found !== expected)
      return `book ${number}, step ${step}: triggers found [${found}], the scan [${expected}]`
    const rowsFound = expected === '' ? [] : expected.split(',').map(Number)
    hits += rowsFound.length
    for (const row of rowsFound) {
      // Not everybody is liquidated at once: what is left stays to be found again.
      if (draws.uniform(200_000 + step, row) < 0.4) continue
      for (const side of [scan, triggers]) side.liquidate(row, values)
    }
  }
  return hits
}

/** Compare triggers with the scan on random books: the rows found in every step, in their order. */
export function fuzz(books: number): FuzzResult {
  let hits = 0
  for (let number = 0; number < books; number++) {
    const result = compareBook(number)
    if (typeof result === 'string')
      return { books: number + 1, steps: STEPS * (number + 1), hits, difference: result }
    hits += result
  }
  return { books, steps: STEPS * books, hits, difference: '' }
}
