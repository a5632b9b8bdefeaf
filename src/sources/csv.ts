import { createProblems, type Problems, quoted, SourceError } from './problems.ts'

/** One record of a file; `line` is where it starts, counted from 1. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] }

/** A parsed file: every row has as many cells as the header. */
export type CsvTable = {
  readonly path: string
  readonly header: readonly string[]
  readonly rows: readonly CsvRow[]
  /** Place of a column; -1 when the file does not have it. */
  column(name: string): number
}

/** What a file must and may hold; unknown columns are refused unless `others` is true. */
export type CsvShape = {
  readonly required: readonly string[]
  readonly optional?: readonly string[]
  readonly others?: boolean
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

function splitQuoted(text: string, from: number, path: string, line: number): CsvScan {
  const cells: string[] = []
  let at = from
  let lines = 1
  for (;;) {
    let cell = ''
    if (text[at] === '"') {
      at++
      for (;;) {
        const end = text.indexOf('"', at)
        if (end < 0)
          throw new SourceError([
            `${path}:${line}: a quoted field is not closed; add the missing ", or fetch the file again`,
          ])
        cell += text.slice(at, end)
        at = end + 1
        if (text[at] !== '"') break
        cell += '"'
        at++
      }
    } else {
      const start = at
      while (at < text.length && text[at] !== ',' && text[at] !== '\n') at++
      cell = text.slice(start, at)
      if (text[at] !== ',' && cell.endsWith('\r')) cell = cell.slice(0, -1)
    }
    for (const c of cell) if (c === '\n') lines++
    cells.push(cell)
    if (text[at] === '\r' && text[at + 1] === '\n') at++
    if (at >= text.length || text[at] === '\n') return { cells, next: at + 1, lines }
    if (text[at] !== ',')
      throw new SourceError([
        `${path}:${line}: text after a closing quote, ${quoted(text.slice(at, at + 20))}; double the " inside a quoted field`,
      ])
    at++
  }
}

type CsvScan = { readonly cells: string[]; readonly next: number; readonly lines: number }

function scanLine(text: string, from: number, path: string, line: number): CsvScan {
  let end = text.indexOf('\n', from)
  if (end < 0) end = text.length
  const plain = text.slice(from, text[end - 1] === '\r' && end > from ? end - 1 : end)
  if (plain.includes('"')) return splitQuoted(text, from, path, line)
  return { cells: plain.split(','), next: end + 1, lines: 1 }
}

function checkHeader(header: readonly string[], shape: CsvShape, path: string, p: Problems): void {
  const known = [...shape.required, ...(shape.optional ?? [])]
  for (const name of shape.required)
    if (!header.includes(name))
      p.add(
        { path, line: 1 },
        `column ${quoted(name)} is missing; the header must hold ${known.join(',')}`,
      )
  header.forEach((name, i) => {
    const place = { path, line: 1, column: i + 1 }
    if (header.indexOf(name) !== i)
      p.add(place, `column ${quoted(name)} stands twice; remove or rename one`)
    else if (!shape.others && !known.includes(name))
      p.add(place, `column ${quoted(name)} is unknown; known are ${known.join(', ')}`)
  })
}

/**
 * Parse comma-separated text strictly: one header, the same number of cells in every row, `"` quotes,
 * LF or CRLF line ends, and a line end after the last row, so that a cut-off file is noticed.
 * @param path used in error texts.
 * @throws {SourceError} with every malformed row, up to 20.
 * @example parseCsv('a,b\n1,2\n', 'x.csv', { required: ['a', 'b'] }).rows[0].cells // ['1', '2']
 */
export function parseCsv(text: string, path: string, shape: CsvShape): CsvTable {
  const p = createProblems()
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (body.trim() === '')
    throw new SourceError([`${path}:1: the file is empty; it needs ${shape.required.join(',')}`])
  const first = scanLine(body, 0, path, 1)
  const header = first.cells.map((name) => name.trim())
  checkHeader(header, shape, path, p)
  p.check()
  const rows: CsvRow[] = []
  let line = 1 + first.lines
  for (let at = first.next; at < body.length; ) {
    const scan = scanLine(body, at, path, line)
    const blank = scan.cells.length === 1 && scan.cells[0] === ''
    if (!blank && scan.cells.length !== header.length)
      p.add(
        { path, line },
        `${scan.cells.length} cells where the header has ${header.length}: ${quoted(scan.cells.join(','))}; complete or remove the row`,
      )
    else if (!blank) rows.push({ line, cells: scan.cells })
    at = scan.next
    line += scan.lines
  }
  if (!body.endsWith('\n'))
    p.add(
      { path, line: line - 1 },
      'the last row has no line end, so the file may be cut off; fetch it again, or add a line end',
    )
  p.check()
  return { path, header, rows, column: (name) => header.indexOf(name) }
}

/** Limits of a number in a cell. */
export type NumberLimits = { readonly min?: number; readonly max?: number; readonly what?: string }

/**
 * Read a decimal number from a cell.
 * @param column place in the row, from 0.
 * @returns the number, or NaN when a problem was noted.
 */
export function cellNumber(
  table: CsvTable,
  row: CsvRow,
  column: number,
  p: Problems,
  limits: NumberLimits = {},
): number {
  const text = row.cells[column]!.trim()
  const place = { path: table.path, line: row.line, column: column + 1 }
  return parseNumber(text, place, p, limits)
}

/**
 * Read a decimal number: finite, no words such as NaN or inf, within limits.
 * @returns the number, or NaN when a problem was noted.
 */
export function parseNumber(
  text: string,
  place: Parameters<Problems['add']>[0],
  p: Problems,
  limits: NumberLimits = {},
): number {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN
  const what = limits.what ?? 'number'
  if (!Number.isFinite(value))
    p.add(place, `${quoted(text)} is no ${what}; write a finite decimal such as 12.5`)
  else if (limits.min !== undefined && value < limits.min)
    p.add(place, `${quoted(text)} is below ${limits.min}; correct the ${what}`)
  else if (limits.max !== undefined && value > limits.max)
    p.add(place, `${quoted(text)} is above ${limits.max}; correct the ${what}`)
  else return value
  return Number.NaN
}
