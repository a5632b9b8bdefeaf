import { describe, expect, it } from 'vitest'
import { exp, philoxDraws } from '../math/index.ts'
import { type Book, createBook } from './book.ts'
import { createRadius } from './radius.conformance.ts'
import { TriggerError } from './triggerState.ts'
import { createTriggers, type Triggers } from './triggers.ts'

/** A stream of numbers in 0..1 by order, seeded. */
function stream(seed: number) {
  const draws = philoxDraws(seed, 0, 'triggers')
  let at = 0
  const uniform = (): number => draws.uniform(at++, 0)
  return {
    uniform,
    normal: () => draws.normal(at++, 1),
    chance: (p: number) => uniform() < p,
    whole: (n: number) => Math.floor(uniform() * n),
  }
}
type Stream = ReturnType<typeof stream>

const DEBTS = 4
const COLLATERALS = 6
const N = DEBTS + COLLATERALS
const LIABILITY = Uint8Array.from({ length: N }, (_, c) => (c < DEBTS ? 1 : 0))

/** A row with up to three debts and collaterals; sizes over six orders, health mostly near 1. */
function rowOf(r: Stream, values: Float64Array) {
  const size = exp(r.normal() * 3 + 5)
  const coordinate: number[] = []
  const amount: number[] = []
  const pick = (from: number, n: number, total: number): void => {
    const count = r.whole(4)
    for (let j = 0; j < count; j++) {
      const c = from + r.whole(n)
      if (coordinate.includes(c)) continue
      coordinate.push(c)
      const tokens = r.chance(0.05) ? 0 : total / count / (values[c]! > 1e-30 ? values[c]! : 1)
      amount.push(from === 0 ? 0 - tokens : tokens)
    }
  }
  pick(0, DEBTS, size)
  pick(DEBTS, COLLATERALS, size * (r.chance(0.2) ? 0.9 : 1 + 0.5 * Math.abs(r.normal())))
  return { coordinate, amount }
}

function bookOf(r: Stream, values: Float64Array, rows: number): Book {
  const start = [0]
  const coordinate: number[] = []
  const amount: number[] = []
  for (let i = 0; i < rows; i++) {
    const row = rowOf(r, values)
    coordinate.push(...row.coordinate)
    amount.push(...row.amount)
    start.push(coordinate.length)
  }
  return createBook({ start, coordinate, amount }, LIABILITY)
}

/** Values that move together and alone, with interest, crashes, moved thresholds and odd answers. */
function market(r: Stream) {
  const values = Float64Array.from({ length: N }, () => exp(r.normal() * 2))
  const vol = exp(r.normal() - 5)
  const kept = new Map<number, number>()
  const crash = { left: 0, by: 1 }
  function oddity(): void {
    const c = r.whole(N)
    if (kept.has(c)) {
      values[c] = kept.get(c)!
      kept.delete(c)
    } else {
      kept.set(c, values[c]!)
      values[c] = [0, 0, Number.NaN, -1, 1e-12, 1e13, Infinity, 1e-320][r.whole(8)]!
    }
  }
  return {
    values,
    step(): void {
      if (r.chance(0.15)) return
      const common = vol * r.normal()
      if (r.chance(0.02) && crash.left === 0)
        Object.assign(crash, { left: 20, by: exp(-r.uniform() / 8) })
      const fall = crash.left-- > 0 ? crash.by : 1
      if (crash.left < 0) crash.left = 0
      for (let c = 0; c < N; c++) {
        const own = c < DEBTS ? 1 + 1e-5 * r.uniform() : fall
        if (r.chance(0.7)) values[c]! *= own * exp(common + vol * r.normal())
      }
      // A control moves a threshold, and with it the coordinate.
      if (r.chance(0.05)) values[DEBTS + r.whole(COLLATERALS)]! *= 0.9 + 0.2 * r.uniform()
      if (r.chance(0.03)) oddity()
    },
  }
}

/** Repay part of a row's debt and seize as much collateral, or close it altogether. */
function execute(r: Stream, book: Book, row: number): void {
  const factor = r.chance(0.2) ? 0 : 0.5
  book.write(row)
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
    book.amount[k]! *= book.amount[k]! < 0 ? factor : 0.3 + 0.4 * factor
}

/** Change the book as engines and agents do. */
function change(
  r: Stream,
  book: Book,
  marks: number[],
  hits: readonly number[],
  values: Float64Array,
) {
  for (const row of hits) if (r.chance(0.2) && row < book.rows) execute(r, book, row)
  if (r.chance(0.1) && book.rows > 0) execute(r, book, r.whole(book.rows))
  if (r.chance(0.1)) {
    const { coordinate, amount } = rowOf(r, values)
    book.append(coordinate, amount)
  }
  if (r.chance(0.1)) marks.push(book.mark())
  if (r.chance(0.07) && marks.length > 0) {
    marks.length = 1 + r.whole(marks.length)
    book.undo(marks.at(-1)!)
  }
}

function sizes(r: Stream, step: number): readonly [number, number] {
  const fall = exp(-step / 30)
  return (
    [
      [-Infinity, -Infinity],
      [0, 0],
      [50, 50],
      [2000 * fall, 2000 * fall],
      [2000 * (0.5 + r.uniform()), -Infinity],
      [-Infinity, 2000 * (0.5 + r.uniform())],
    ] as const
  )[Math.floor(step / 37) % 6]!
}

type Asker = {
  readonly every: number
  readonly shift: number
  readonly ask: (values: Float64Array, floors: readonly [number, number]) => number[]
}

/** Several askers of one book: all in the same run, with boxes of different shapes. */
function askersOf(r: Stream, book: Book): readonly Asker[] {
  const weights = Float64Array.from({ length: N }, () => [1, 0.1, 0.05, 0.5][r.whole(4)]!)
  const options = [{}, { weights }, { numeraire: r.whole(N), weights }, { numeraire: r.whole(N) }]
  const radius = createRadius(book)
  const boxes = options.map((option, j): Asker => {
    const triggers = createTriggers(book, option)
    const ask: Asker['ask'] = (values, [debt, collateral]) => {
      const out = new Int32Array(book.rows)
      return [...out.subarray(0, triggers.hits(values, out, debt, collateral))]
    }
    return { every: [1, 1, 3, 7][j]!, shift: [1, 1.3, 1, 0.8][j]!, ask }
  })
  return [
    ...boxes,
    { every: 1, shift: 1, ask: (values, floors) => radius.below(values, ...floors) },
  ]
}

/** Run one random book. @returns hits and rows looked at in all. */
function fuzz(seed: number, steps: number): number {
  const r = stream(seed)
  const { values, step } = market(r)
  const book = bookOf(r, values, r.whole(60))
  const askers = askersOf(r, book)
  const marks = [book.mark()]
  const opening = values.slice()
  let total = 0
  for (let s = 0; s < steps; s++) {
    step()
    if (r.chance(0.01)) {
      values.set(opening)
      book.undo(marks[0]!)
      marks.length = 1
    }
    const floors = sizes(r, s)
    let hits: number[] = []
    for (const { every, shift, ask } of askers) {
      if (s % every > 0) continue
      const seen = values.map((value, c) => (c < DEBTS ? value : value * shift))
      const out = new Int32Array(book.rows)
      hits = [...out.subarray(0, book.below(seen, out, ...floors))]
      const answer = ask(seen, floors)
      if (answer.join() !== hits.join())
        expect({ seed, s, every, answer }).toEqual({ seed, s, every, answer: hits })
      total += hits.length
    }
    change(r, book, marks, hits, values)
  }
  return total
}

describe('triggers', () => {
  it('answer what the scan and the radius engine answer, on 240 random books', () => {
    let total = 0
    for (let seed = 0; seed < 240; seed++) total += fuzz(seed, 200)
    expect(total).toBeGreaterThan(40_000)
  })
})

describe('a box', () => {
  const ask = (triggers: Triggers, book: Book, values: Float64Array): number[] => {
    const out = new Int32Array(book.rows)
    return [...out.subarray(0, triggers.hits(values, out))]
  }

  it('holds to its worst corner and no further, however small the step beyond', () => {
    const r = stream(5)
    let hits = 0
    for (let k = 0; k < 500; k++) {
      const values = Float64Array.from({ length: N }, () => exp(r.normal() * 3))
      const book = bookOf(r, values, 1)
      const triggers = createTriggers(book)
      const [margin, gross] = [book, book].map((b, j) => {
        let total = 0
        for (let e = 0; e < b.start[1]!; e++) {
          const value = b.amount[e]! * values[b.coordinate[e]!]!
          total += j === 0 ? value : Math.abs(value)
        }
        return total
      })
      ask(triggers, book, values)
      // All debts up and all collaterals down by the same share, until nothing is left.
      for (const beyond of [-1e-9, -1e-13, 0, 1e-13, 1e-9]) {
        const share = (margin! / gross!) * (1 + beyond)
        const corner = values.map((value, c) => value * (c < DEBTS ? 1 + share : 1 - share))
        const scan = new Int32Array(1)
        const expected = book.below(corner, scan)
        expect(ask(triggers, book, corner).length).toBe(expected)
        hits += expected
      }
    }
    expect(hits).toBeGreaterThan(300)
  })

  it('is not looked at while it holds, nor while nothing changes', () => {
    const r = stream(6)
    const values = Float64Array.from({ length: N }, () => exp(r.normal()))
    const rows = 2000
    const book = bookOf(r, values, rows)
    const triggers = createTriggers(book)
    ask(triggers, book, values)
    const { looks } = triggers
    expect(looks).toBeGreaterThan(1000)
    for (let k = 0; k < 100; k++) ask(triggers, book, values)
    expect(triggers.looks).toBe(looks)
    const lone = createTriggers(book)
    const still = values.map((value, c) => value * (c < DEBTS ? 0.5 : 2))
    const hits = ask(lone, book, still).length
    const before = lone.looks
    for (let k = 0; k < 100; k++) {
      still[N - 1]! *= exp(1e-4 * r.normal())
      ask(lone, book, still)
    }
    // Hits are looked at whenever anything moves.
    expect(lone.looks - before).toBeLessThan(100 * hits + 100)
    expect(100 * hits).toBeLessThan((100 * rows) / 4)
  })

  it('of a loop rests while collateral and debt move together, measured in the debt', () => {
    const rows = 1000
    const start = Int32Array.from({ length: rows + 1 }, (_, i) => 2 * i)
    const coordinate = Int32Array.from({ length: 2 * rows }, (_, k) => k % 2)
    const r = stream(7)
    const amount = Float64Array.from({ length: 2 * rows }, (_, k) =>
      k % 2 === 0 ? -1 : 1.005 + 0.05 * r.uniform(),
    )
    const book = createBook({ start, coordinate, amount }, Uint8Array.of(1, 0))
    const ratio = createTriggers(book, { numeraire: 0, weights: [0.1, 1] })
    const plain = createTriggers(book)
    const values = Float64Array.of(2000, 2000)
    for (let k = 0; k < 200; k++) {
      const move = exp(0.01 * r.normal())
      values[0]! *= move
      values[1]! *= move * exp(1e-5 * r.normal())
      expect(ask(ratio, book, values)).toEqual(ask(plain, book, values))
    }
    expect(ratio.looks).toBeLessThan(2 * rows)
    expect(plain.looks).toBeGreaterThan(20 * ratio.looks)
  })

  it('takes at most 128 bytes a row beside what does not grow with the book', () => {
    const r = stream(8)
    const values = Float64Array.from({ length: N }, () => exp(r.normal()))
    const bytes = [1000, 21_000].map((rows) => {
      const book = bookOf(r, values, rows)
      const triggers = createTriggers(book)
      ask(triggers, book, values)
      return triggers.bytes
    })
    expect((bytes[1]! - bytes[0]!) / 20_000).toBeLessThan(128)
    expect(bytes[0]).toBeLessThan(32 * 2 ** 20)
  })

  it('is refused for a numeraire that is no coordinate, and for weights out of range', () => {
    const book = createBook({ start: [0, 1], coordinate: [0], amount: [-1] }, Uint8Array.of(1))
    expect(() => createTriggers(book, { numeraire: 1 })).toThrow(TriggerError)
    expect(() => createTriggers(book, { weights: [0.01] })).toThrow(TriggerError)
    expect(() => createTriggers(book, { weights: [] })).toThrow(TriggerError)
  })

  it('follows a value that vanishes only when it is measured', () => {
    const book = createBook(
      { start: [0, 2], coordinate: [0, 1], amount: [-1e300, 1] },
      Uint8Array.of(1, 0),
    )
    const triggers = createTriggers(book, { numeraire: 1 })
    for (const debt of [0, 1e-310, 2e-300, 1e-310, 0])
      expect(ask(triggers, book, Float64Array.of(debt, 1.5))).toEqual(debt > 1.5e-300 ? [0] : [])
  })
})
