import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Book, BookError, type BookRows, createBook, margin } from './book.ts'

type Plan = { readonly liability: readonly number[]; readonly rows: readonly (readonly Entry[])[] }
type Entry = { readonly coordinate: number; readonly amount: number }

const plan: fc.Arbitrary<Plan> = fc
  .array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 6 })
  .chain((liability) => {
    const entry = fc
      .record({
        coordinate: fc.nat(liability.length - 1),
        size: fc.double({ min: 0, max: 1e6, noNaN: true }),
      })
      .map(({ coordinate, size }) => ({
        coordinate,
        amount: liability[coordinate] === 1 ? 0 - size : size,
      }))
    const rows = fc.array(fc.array(entry, { maxLength: 5 }), { maxLength: 30 })
    return rows.map((value) => ({ liability, rows: value }))
  })

const coordinateValues: fc.Arbitrary<Float64Array> = fc
  .array(fc.double({ min: 0, max: 1e4, noNaN: true }), { minLength: 6, maxLength: 6 })
  .map((values) => Float64Array.from(values))

function rowsOf(rows: Plan['rows']): BookRows {
  const start = [0]
  for (const row of rows) start.push(start.at(-1)! + row.length)
  const entries = rows.flat()
  return {
    start,
    coordinate: entries.map((entry) => entry.coordinate),
    amount: entries.map((entry) => entry.amount),
  }
}

function bookOf({ rows, liability }: Plan): Book {
  return createBook(rowsOf(rows), Uint8Array.from(liability))
}

function isBelow(row: readonly Entry[], { liability }: Plan, values: Float64Array): boolean {
  if (!row.some((entry) => liability[entry.coordinate] === 1)) return false
  const products = row.map((entry) => entry.amount * values[entry.coordinate]!)
  return products.reduce((sum, value) => sum + value) < 0
}

function amounts(book: Book): number[] {
  return [...book.amount.subarray(0, book.start[book.rows] ?? 0)]
}

function below(book: Book, values: Float64Array): number[] {
  const out = new Int32Array(book.rows)
  return [...out.subarray(0, book.below(values, out))]
}

const small: Plan = {
  liability: [1, 0],
  rows: [
    [
      { coordinate: 0, amount: -3 },
      { coordinate: 1, amount: 5 },
    ],
    [{ coordinate: 1, amount: 7 }],
  ],
}

describe('a book scanned at coordinate values', () => {
  it('finds exactly the rows with debt whose sum is negative, in row order', () => {
    fc.assert(
      fc.property(plan, coordinateValues, (p, values) => {
        const expected = p.rows.flatMap((row, i) => (isBelow(row, p, values) ? [i] : []))
        expect(below(bookOf(p), values)).toEqual(expected)
      }),
    )
  })

  it('agrees with margin() row by row, at the last bit', () => {
    fc.assert(
      fc.property(plan, coordinateValues, (p, values) => {
        const book = bookOf(p)
        const negative = p.rows.flatMap((_, i) => (margin(book, values, i) < 0 ? [i] : []))
        expect(below(book, values)).toEqual(negative)
        p.rows.forEach((row, i) => {
          const products = row.map((e) => e.amount * values[e.coordinate]!)
          const sum = products.length === 0 ? 0 : products.reduce((a, b) => a + b)
          expect(margin(book, values, i)).toBe(sum)
        })
      }),
    )
  })

  it('does not count equality as below', () => {
    const book = bookOf(small)
    expect(below(book, Float64Array.of(5, 3))).toEqual([])
    expect(below(book, Float64Array.of(5 + 1e-9, 3))).toEqual([0])
  })

  it('does not count a row whose value is unknown as below', () => {
    expect(below(bookOf(small), Float64Array.of(1, NaN))).toEqual([])
  })

  it('gives rows in order when rows of different lengths alternate', () => {
    const debt = { coordinate: 0, amount: -1 }
    const rows = Array.from({ length: 40 }, (_, i) =>
      Array.from({ length: 1 + (i % 3) }, () => debt),
    )
    const book = bookOf({ liability: [1], rows })
    expect(below(book, Float64Array.of(1))).toEqual(rows.map((_, i) => i))
  })

  it('scans a book without rows', () => {
    const book = bookOf({ liability: [1], rows: [] })
    expect(book.rows).toBe(0)
    expect(below(book, Float64Array.of(1))).toEqual([])
  })
})

describe('a book laid out from rows', () => {
  it('keeps entries in the order of the rows', () => {
    fc.assert(
      fc.property(plan, (p) => {
        const book = bookOf(p)
        expect(book.rows).toBe(p.rows.length)
        p.rows.forEach((row, i) => {
          const entries = Array.from({ length: book.count[i]! }, (_, k) => ({
            coordinate: book.coordinate[book.start[i]! + k]!,
            amount: book.amount[book.start[i]! + k]!,
          }))
          expect(entries).toEqual(row)
        })
      }),
    )
  })

  it('copies its source', () => {
    const source = { start: [0, 1], coordinate: [0], amount: Float64Array.of(-1) }
    const book = createBook(source, Uint8Array.of(1))
    source.amount[0] = -2
    expect(book.amount[0]).toBe(-1)
  })

  it.each([
    ['positive debt', { start: [0, 1], coordinate: [0], amount: [1] }],
    ['negative collateral', { start: [0, 1], coordinate: [1], amount: [-1] }],
    ['an amount that is no number', { start: [0, 1], coordinate: [1], amount: [NaN] }],
    ['an infinite amount', { start: [0, 1], coordinate: [1], amount: [Infinity] }],
    ['an unknown coordinate', { start: [0, 1], coordinate: [2], amount: [1] }],
    ['a negative coordinate', { start: [0, 1], coordinate: [-1], amount: [1] }],
    ['fewer amounts than coordinates', { start: [0, 2], coordinate: [0, 1], amount: [-1] }],
    ['no start', { start: [], coordinate: [], amount: [] }],
    ['a start beyond the entries', { start: [0, 3], coordinate: [0], amount: [-1] }],
    ['a start that does not begin at 0', { start: [1, 2], coordinate: [0, 0], amount: [-1, -1] }],
    ['a start that falls', { start: [0, 2, 1], coordinate: [0], amount: [-1] }],
  ])('refuses %s', (_, rows) => {
    expect(() => createBook(rows, Uint8Array.of(1, 0))).toThrow(BookError)
  })

  it('refuses to append an amount of the wrong sign, and stays as it was', () => {
    const book = bookOf(small)
    expect(() => book.append([0], [1])).toThrow(BookError)
    expect(book.rows).toBe(2)
    expect(amounts(book)).toEqual([-3, 5, 7])
  })
})

type Step =
  | { readonly kind: 'change'; readonly row: number; readonly factor: number }
  | { readonly kind: 'append'; readonly amount: number }
  | { readonly kind: 'mark' }
  | { readonly kind: 'undo'; readonly to: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      row: fc.nat(),
      factor: fc.double({ min: 0, max: 2, noNaN: true }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      amount: fc.double({ min: 0, max: 9, noNaN: true }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('mark' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('undo' as const), to: fc.nat() }) },
)

type Saved = { readonly mark: number; readonly amounts: number[]; readonly below: number[] }

function scale(book: Book, row: number, factor: number): void {
  book.write(row)
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
    book.amount[k]! *= factor
}

/** Apply one step; marks still valid are on the stack, oldest first. */
function apply(book: Book, marks: Saved[], values: Float64Array, s: Step): void {
  if (s.kind === 'change' && book.rows > 0) scale(book, s.row % book.rows, s.factor)
  if (s.kind === 'append') book.append([0], [s.amount === 0 ? 0 : -s.amount])
  if (s.kind === 'mark')
    marks.push({ mark: book.mark(), amounts: amounts(book), below: below(book, values) })
  if (s.kind === 'undo' && marks.length > 0) {
    const at = s.to % marks.length
    const saved = marks[at]!
    book.undo(saved.mark)
    marks.length = at + 1
    expect(amounts(book)).toEqual(saved.amounts)
    expect(below(book, values)).toEqual(saved.below)
  }
}

describe('undo of a book', () => {
  it('returns to any mark, also nested ones, with rows appended and changed in between', () => {
    const indebted = plan.map((p) => ({ ...p, liability: [1, ...p.liability.slice(1)] }))
    const consistent = indebted.map((p) => ({
      ...p,
      rows: p.rows.map((row) =>
        row.map((e) => (e.coordinate === 0 ? { ...e, amount: 0 - Math.abs(e.amount) } : e)),
      ),
    }))
    fc.assert(
      fc.property(
        consistent,
        coordinateValues,
        fc.array(step, { maxLength: 60 }),
        (p, values, steps) => {
          const book = bookOf(p)
          const marks: Saved[] = []
          for (const s of [{ kind: 'mark' } as const, ...steps]) apply(book, marks, values, s)
          apply(book, marks, values, { kind: 'undo', to: 0 })
          expect(amounts(book)).toEqual(p.rows.flat().map((entry) => entry.amount))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('may return to the same mark again and again', () => {
    const book = bookOf(small)
    const mark = book.mark()
    for (let i = 0; i < 3; i++) {
      scale(book, 0, 0.5)
      scale(book, 0, 0.5)
      expect(amounts(book)).toEqual([-0.75, 1.25, 7])
      book.undo(mark)
      expect(amounts(book)).toEqual([-3, 5, 7])
    }
  })

  it('keeps earlier changes when a later mark is undone', () => {
    const book = bookOf(small)
    const first = book.mark()
    scale(book, 0, 2)
    const second = book.mark()
    scale(book, 0, 2)
    scale(book, 1, 2)
    book.undo(second)
    expect(amounts(book)).toEqual([-6, 10, 7])
    book.undo(first)
    expect(amounts(book)).toEqual([-3, 5, 7])
  })

  it('drops appended rows and reuses their numbers', () => {
    const book = bookOf(small)
    const mark = book.mark()
    expect(book.append([0, 1], [-1, 2])).toBe(2)
    scale(book, 2, 10)
    expect(below(book, Float64Array.of(3, 1))).toEqual([0, 2])
    book.undo(mark)
    expect(book.rows).toBe(2)
    expect(book.append([0], [-4])).toBe(2)
    expect(below(book, Float64Array.of(1, 1))).toEqual([2])
    expect(margin(book, Float64Array.of(2, 1), 2)).toBe(-8)
  })

  it('keeps an appended row when a later mark is undone', () => {
    const book = bookOf(small)
    book.append([0], [-1])
    const mark = book.mark()
    scale(book, 2, 3)
    book.append([0], [-5])
    book.undo(mark)
    expect(amounts(book)).toEqual([-3, 5, 7, -1])
  })
})

describe('growth of a book', () => {
  it('keeps rows and sums when appended far beyond its first size', () => {
    const book = bookOf(small)
    for (let i = 0; i < 500; i++) expect(book.append([0, 1], [-1 - i, 1])).toBe(2 + i)
    const values = Float64Array.of(1, 100)
    expect(below(book, values)).toEqual(Array.from({ length: 400 }, (_, i) => 102 + i))
    expect(margin(book, values, 501)).toBe(-400)
  })
})

describe('the version of a book', () => {
  it('changes whenever amounts may have changed', () => {
    const book = bookOf(small)
    const seen = [book.version]
    const mark = book.mark()
    book.write(0)
    seen.push(book.version)
    book.write(0)
    seen.push(book.version)
    book.append([0], [-1])
    seen.push(book.version)
    book.undo(mark)
    seen.push(book.version)
    expect(new Set(seen).size).toBe(seen.length)
  })
})
