import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Book, createBook, margin } from '../world/index.ts'
import { createCrossings } from './crossings.ts'

/** Two collateral coordinates and two debts. */
const LIABILITY = Uint8Array.of(0, 0, 1, 1)

type Row = readonly [number, number, number, number]

/** Amounts between dust and whales, or none. */
const amount = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e4, noNaN: true }))
/** Amounts with which a row often lies next to its threshold. */
const even = fc.double({ min: 0.97, max: 1.03, noNaN: true })
const row: fc.Arbitrary<Row> = fc.oneof(fc.tuple(amount, amount, amount, amount), {
  weight: 4,
  arbitrary: fc.tuple(even, even, even, even),
})

function signed([a, b, c, d]: Row): number[] {
  return [a, b, -c, -d]
}

function bookOf(rows: readonly Row[]): Book {
  return createBook(
    {
      start: rows.map((_, i) => 4 * i).concat(4 * rows.length),
      coordinate: rows.flatMap(() => [0, 1, 2, 3]),
      amount: rows.flatMap(signed),
    },
    LIABILITY,
  )
}

/** What a whole scan finds. */
function scan(book: Book, now: Float64Array, then: Float64Array): number[] {
  const rows = Array.from({ length: book.rows }, (_, i) => i)
  return rows.filter((i) => margin(book, then, i) < 0 && !(margin(book, now, i) < 0))
}

const factor = fc.oneof(
  fc.double({ min: 0.97, max: 1.03, noNaN: true }),
  fc.constantFrom(1, 1, 0.5, 2, 0),
)
const factors = fc.tuple(factor, factor, factor, factor)

/** One thing that happens between two looks. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ move: factors }) },
  { weight: 2, arbitrary: fc.record({ write: row, at: fc.nat(), mark: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ add: row }) },
  { weight: 1, arbitrary: fc.constant({ undo: true }) },
  { weight: 1, arbitrary: fc.constant({ reset: true }) },
)

type Step = {
  readonly move?: readonly number[]
  readonly write?: Row
  readonly at?: number
  readonly mark?: boolean
  readonly add?: Row
  readonly undo?: boolean
  readonly reset?: boolean
}

/** Do one step. @returns the mark to undo to. */
function act(book: Book, now: Float64Array, own: Step, mark: number): number {
  if (own.move) for (let c = 0; c < 4; c++) now[c]! *= own.move[c]!
  if (own.reset) now.fill(1)
  if (own.add) book.append([0, 1, 2, 3], signed(own.add))
  if (own.undo) book.undo(mark)
  if (own.write) {
    if (own.mark) mark = book.mark()
    const i = own.at! % book.rows
    book.write(i)
    book.amount.set(signed(own.write), book.start[i]!)
  }
  return mark
}

describe('crossings', () => {
  it('are those of a whole scan, whatever moved, was written, added or undone', () => {
    let most = 0
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 30 }),
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.double({ min: 0.9, max: 1.01, noNaN: true }),
        (rows, steps, shock) => {
          const book = bookOf(rows)
          const crossings = createCrossings(book)
          const now = new Float64Array(4).fill(1)
          let mark = book.mark()
          for (const own of steps) {
            mark = act(book, now, own, mark)
            const then = now.slice()
            then[0]! *= shock
            const expected = scan(book, now, then)
            most = Math.max(most, expected.length)
            expect([...crossings.find(now, then)]).toEqual(expected)
          }
        },
      ),
      { seed: 5, numRuns: 300 },
    )
    expect(most).toBeGreaterThan(5)
  })

  it('are found after the journal has forgotten what was not read', () => {
    const book = bookOf([
      [1, 0, 0.9, 0],
      [1, 0, 0.5, 0],
    ])
    const crossings = createCrossings(book)
    const now = new Float64Array(4).fill(1)
    const then = Float64Array.of(0.8, 1, 1, 1)
    expect([...crossings.find(now, then)]).toEqual([0])
    book.write(1)
    book.amount.set(signed([1, 0, 0.9, 0]), book.start[1]!)
    for (let k = 0; k < book.journal.rows.length; k++) book.write(0)
    expect(book.journal.rows).not.toContain(1)
    expect([...crossings.find(now, then)]).toEqual([0, 1])
  })

  it('are looked for only in rows that values could reach', () => {
    const book = bookOf([
      [1, 0, 0.9, 0],
      [1, 0, 0.1, 0],
    ])
    const looked: number[] = []
    const spy = new Proxy(book, {
      get: (target, key) =>
        key === 'start'
          ? new Proxy(target.start, {
              get: (start, at) => {
                looked.push(Number(at))
                return start[at as unknown as number]
              },
            })
          : target[key as keyof Book],
    })
    const crossings = createCrossings(spy)
    const now = new Float64Array(4).fill(1)
    crossings.find(now, now)
    looked.length = 0
    now[0] = 0.92
    expect(crossings.find(now, Float64Array.of(0.89, 1, 1, 1))).toEqual([0])
    expect(new Set(looked)).toEqual(new Set([0]))
  })
})
