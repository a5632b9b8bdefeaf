import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cellNumber, parseCsv } from './csv.ts'
import { createProblems, SourceError } from './problems.ts'
import { problemsOf } from './testing.ts'

const AB = { required: ['a', 'b'] }

function cellsOf(text: string): readonly (readonly string[])[] {
  return parseCsv(text, 'x.csv', AB).rows.map((row) => row.cells)
}

describe('parseCsv', () => {
  test('reads quoted fields, CRLF and blank lines, and keeps line numbers', () => {
    const text = 'a,b\r\n1,"two, ""three"""\r\n\r\n"line\nbreak",4\r\n5,6\r\n'
    const table = parseCsv(text, 'x.csv', AB)
    expect(table.rows).toEqual([
      { line: 2, cells: ['1', 'two, "three"'] },
      { line: 4, cells: ['line\nbreak', '4'] },
      { line: 6, cells: ['5', '6'] },
    ])
  })

  test('ignores a byte order mark', () => {
    expect(cellsOf('\uFEFFa,b\n1,2\n')).toEqual([['1', '2']])
  })

  test('gives back what was written, whatever the cells hold', () => {
    const cell = fc.string({ unit: fc.constantFrom('x', ',', '"', '\n', '\r', ' ', 'é', '1') })
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`
        const text = rows.map((row) => row.map(quote).join(',')).join('\n')
        expect(cellsOf(`a,b\n${text}\n`)).toEqual(rows)
      }),
    )
  })

  test.each([
    ['an empty file', '', 'x.csv:1: the file is empty'],
    ['a missing column', 'a,c\n1,2\n', 'x.csv:1: column "b" is missing'],
    ['an unknown column', 'a,b,c\n1,2,3\n', 'x.csv:1:3: column "c" is unknown'],
    ['a repeated column', 'a,b,a\n1,2,3\n', 'x.csv:1:3: column "a" stands twice'],
    ['too few cells', 'a,b\n1,2\n3\n', 'x.csv:3: 1 cells where the header has 2: "3"'],
    ['too many cells', 'a,b\n1,2,3\n', 'x.csv:2: 3 cells where the header has 2: "1,2,3"'],
    ['no last line end', 'a,b\n1,2', 'x.csv:2: the last row has no line end'],
    ['an open quote', 'a,b\n1,"2\n', 'x.csv:2: a quoted field is not closed'],
    ['text after a quote', 'a,b\n1,"2"x\n', 'x.csv:2: text after a closing quote, "x'],
  ])('refuses %s', async (_, text, problem) => {
    const problems = await problemsOf(() => parseCsv(text, 'x.csv', AB))
    expect(problems.some((p) => p.startsWith(problem))).toBe(true)
  })

  test('reports all malformed rows at once, but no more than 20', async () => {
    const three = await problemsOf(() => parseCsv('a,b\n1\n2\n3,4\n5\n', 'x.csv', AB))
    expect(three).toHaveLength(3)
    const many = await problemsOf(() => parseCsv(`a,b\n${'1\n'.repeat(50)}`, 'x.csv', AB))
    expect(many).toHaveLength(21)
    expect(many.at(-1)).toMatch(/may be more/)
  })
})

describe('cellNumber', () => {
  test.each(['NaN', 'Infinity', '1e999', '', '0x10', '1,5', '--1', '1e'])('refuses %j', (text) => {
    const table = parseCsv(`a,b\n1,"${text}"\n`, 'x.csv', AB)
    const problems = createProblems()
    expect(cellNumber(table, table.rows[0]!, 1, problems)).toBeNaN()
    expect(() => problems.check()).toThrow(SourceError)
    expect(() => problems.check()).toThrow(`x.csv:2:2: ${JSON.stringify(text)} is no number`)
  })

  test.each([
    ['-1', 'below 0'],
    ['2', 'above 1'],
  ])('refuses %s outside its limits', (text, why) => {
    const table = parseCsv(`a,b\n${text},0\n`, 'x.csv', AB)
    const problems = createProblems()
    cellNumber(table, table.rows[0]!, 0, problems, { min: 0, max: 1, what: 'fraction' })
    expect(() => problems.check()).toThrow(`x.csv:2:1: "${text}" is ${why}; correct the fraction`)
  })

  test.each([
    ['1.5', 1.5],
    ['.5', 0.5],
    ['4.130697e+09', 4.130697e9],
    [' 7. ', 7],
  ])('reads %j', (text, value) => {
    const table = parseCsv(`a,b\n${text},0\n`, 'x.csv', AB)
    expect(cellNumber(table, table.rows[0]!, 0, createProblems())).toBe(value)
  })
})
