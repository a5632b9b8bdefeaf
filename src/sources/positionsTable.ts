import { file, type Loaded, list, type ParamsOf, text } from '../world/index.ts'
import { type NamedRules, parseNamed } from './amounts.ts'
import { type CsvRow, type CsvTable, parseCsv, parseNumber } from './csv.ts'
import { dataSource, type Files } from './files.ts'
import { createPositions, type PositionBuilder } from './positions.ts'
import { createProblems, type Problems, quoted, SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const params = {
  file: file('CSV with the columns account, market, collateral, debt, threshold'),
  market: text('market to take; may be left out when the file has only one', ''),
  assets: list('assets that the file may use; empty: any', text('asset'), { default: [] }),
  date: text('day or block of the positions, printed in the report', 'not stated'),
}

type Read = {
  readonly rows: number
  readonly others: number
  readonly empty: number
}

type Columns = Readonly<Record<'account' | 'market' | 'collateral' | 'debt' | 'threshold', number>>

function columnsOf(table: CsvTable): Columns {
  return {
    account: table.column('account'),
    market: table.column('market'),
    collateral: table.column('collateral'),
    debt: table.column('debt'),
    threshold: table.column('threshold'),
  }
}

function cell(row: CsvRow, column: number): string {
  return column < 0 ? '' : row.cells[column]!.trim()
}

function chooseMarket(table: CsvTable, column: number, wanted: string): string {
  // A table without the column is one market, whatever it is called.
  if (column < 0) return ''
  const found = [...new Set(table.rows.map((row) => cell(row, column)))]
  const listed = found.map(quoted).join(', ')
  if (wanted === '' && found.length > 1)
    throw new SourceError([
      `${table.path}: holds the markets ${listed}; name one with the parameter "market"`,
    ])
  if (wanted !== '' && !found.includes(wanted))
    throw new SourceError([
      `${table.path}:1: has no market ${quoted(wanted)}; set the parameter "market" to one of ${listed || 'none: there are no rows'}`,
    ])
  return wanted === '' ? (found[0] ?? '') : wanted
}

function amountRules(known: readonly string[]): NamedRules {
  return {
    what: 'amount',
    refuse: (name) =>
      known.length === 0 || known.includes(name)
        ? null
        : `asset ${quoted(name)} is unknown; known are ${known.join(', ')}`,
  }
}

/** One fraction for all collaterals of the row, or one per collateral asset. */
function thresholdsOf(
  text: string,
  names: readonly string[],
  place: Parameters<Problems['add']>[0],
  p: Problems,
): (name: string) => number {
  if (text === '') return () => Number.NaN
  if (!text.includes(':')) {
    const value = parseNumber(text, place, p, { min: 0, max: 1, what: 'threshold' })
    return () => value
  }
  const given = parseNamed(text, place, p, {
    what: 'threshold',
    max: 1,
    refuse: (name) =>
      names.includes(name)
        ? null
        : `threshold of ${quoted(name)}, which is no collateral of this row; remove it`,
  })
  return (name) => given.find((entry) => entry.name === name)?.value ?? Number.NaN
}

/**
 * Add one row. Amounts of zero are kept: they name what the account may supply or borrow later.
 * @returns false when the row names nothing.
 */
function readRow(
  table: CsvTable,
  row: CsvRow,
  at: Columns,
  rules: NamedRules,
  into: PositionBuilder,
  p: Problems,
): boolean {
  const place = (column: number) => ({ path: table.path, line: row.line, column: column + 1 })
  const collateral = parseNamed(cell(row, at.collateral), place(at.collateral), p, rules)
  const debt = parseNamed(cell(row, at.debt), place(at.debt), p, rules)
  const names = collateral.map((entry) => entry.name)
  const limit = thresholdsOf(cell(row, at.threshold), names, place(at.threshold), p)
  if (collateral.length + debt.length === 0) return false
  into.account(cell(row, at.account))
  for (const c of collateral) into.collateral(c.name, c.value, limit(c.name))
  for (const d of debt) into.debt(d.name, d.value)
  return true
}

function readRows(
  table: CsvTable,
  market: string,
  assets: readonly string[],
  into: PositionBuilder,
): Read {
  const p = createProblems()
  const at = columnsOf(table)
  const rules = amountRules(assets)
  const seen = new Map<string, number>()
  let rows = 0
  let others = 0
  let empty = 0
  for (const row of table.rows) {
    const account = cell(row, at.account)
    const key = JSON.stringify([account, cell(row, at.market)])
    const before = seen.get(key)
    const place = { path: table.path, line: row.line, column: at.account + 1 }
    if (account === '') p.add(place, '"" is no account; give the row a name')
    else if (before !== undefined)
      p.add(place, `account ${quoted(account)} stands already in line ${before}; merge the rows`)
    seen.set(key, row.line)
    if (cell(row, at.market) !== market) {
      others++
      continue
    }
    if (readRow(table, row, at, rules, into, p)) rows++
    else empty++
  }
  p.check()
  return { rows, others, empty }
}

function load(given: ParamsOf<typeof params>, files: Files): Loaded {
  const read = files.read(given.file)
  const table = parseCsv(read.text, given.file, {
    required: ['account', 'collateral', 'debt'],
    optional: ['market', 'threshold'],
  })
  const market = chooseMarket(table, table.column('market'), given.market)
  const into = createPositions()
  const found = readRows(table, market, given.assets, into)
  const positions = into.table()
  const left = [
    { reason: 'rows of other markets', count: found.others },
    { reason: 'rows without any amount', count: found.empty },
  ]
  return {
    outputs: { positions },
    data: [dataSource(given.file, read, given.date)],
    leftOut: left.filter((entry) => entry.count > 0),
    assumptions: [],
    facts: [
      { name: 'accounts', value: found.rows, unit: 'accounts' },
      { name: 'entries', value: positions.amount.length, unit: 'entries' },
    ],
  }
}

/** Anybody's own book as a CSV; see the README of this folder for the columns. */
export const positionsTable: Source = source({
  kind: 'positionsTable',
  doc: 'positions from a CSV with the columns account, market, collateral, debt, threshold',
  params,
  outputs: { positions: 'the accounts of the market, in whole tokens' },
  load,
})
