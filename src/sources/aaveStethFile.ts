import { type CsvRow, type CsvTable, cellNumber, type NumberLimits, parseCsv } from './csv.ts'
import { createProblems, type Problems, quoted, SourceError } from './problems.ts'

/** One borrower as the file gives it; values in the file's unit, tokens whole. */
export type AaveRow = {
  readonly line: number
  readonly account: string
  readonly collateral: number
  readonly debt: number
  /** Average liquidation threshold, fraction. */
  readonly threshold: number
  readonly healthFactor: number
  /** Tokens of stETH (v2) or wstETH (v3). */
  readonly staked: number
  readonly weth: number
  readonly eMode: 0 | 1
  readonly cbeth: number
  readonly reth: number
}

/** A borrowers file: Aave v2 in ETH, or v3 in USD. */
export type AaveFile = { readonly unit: 'ETH' | 'USD'; readonly rows: readonly AaveRow[] }

/** One row of a companion file; coin values in the unit of the borrowers file. */
export type StableRow = {
  readonly line: number
  readonly key: string
  readonly debt: number
  readonly coins: readonly { readonly coin: string; readonly value: number }[]
}

const SHARED = ['account', 'liq_threshold_bps', 'ltv_bps', 'health_factor', 'weth_debt'] as const
const V2 = [...SHARED, 'collateral_eth', 'debt_eth', 'steth_collateral'] as const
const V3 = [
  ...SHARED,
  'collateral_usd',
  'debt_usd',
  'wsteth_collateral',
  'emode',
  'cbeth_collateral',
  'reth_collateral',
] as const

const STABLE = [
  'account',
  'collateral',
  'debt',
  'health_factor',
  'liq_threshold_bps',
  'steth_collateral',
  'diff_debt',
] as const

const VALUE: NumberLimits = { min: 0, what: 'value' }
const BPS: NumberLimits = { min: 0, max: 10_000, what: 'number of basis points' }

/** Coins whose symbol is not the upper case of the column. */
const SPELT: Readonly<Record<string, string>> = { susd: 'sUSD' }

/** What is equal in both files for one account; the files number their accounts differently. */
function keyOf(row: {
  collateral: number
  debt: number
  healthFactor: number
  threshold: number
  staked: number
}): string {
  const { collateral, debt, healthFactor, threshold, staked } = row
  return `${collateral}|${debt}|${healthFactor}|${threshold}|${staked}`
}

/** The key by which a companion row finds its account. */
export function accountKey(row: AaveRow): string {
  return keyOf(row)
}

type Reader = {
  readonly table: CsvTable
  readonly p: Problems
  readonly lines: Map<string, number>
}

function nameOf({ table, p, lines }: Reader, row: CsvRow): string {
  const column = table.column('account')
  const name = row.cells[column]!.trim()
  const place = { path: table.path, line: row.line, column: column + 1 }
  const before = lines.get(name)
  if (name === '') p.add(place, '"" is no account; give the row a name')
  else if (before !== undefined)
    p.add(place, `account ${quoted(name)} stands already in line ${before}; remove one row`)
  lines.set(name, row.line)
  return name
}

function eModeOf({ table, p }: Reader, row: CsvRow): 0 | 1 {
  const column = table.column('emode')
  if (column < 0) return 0
  const text = row.cells[column]!.trim()
  if (text === '0' || text === '1') return text === '1' ? 1 : 0
  const place = { path: table.path, line: row.line, column: column + 1 }
  p.add(place, `${quoted(text)} is no e-mode flag; write 0 or 1`)
  return 0
}

function readRow(reader: Reader, row: CsvRow, unit: 'ETH' | 'USD'): AaveRow {
  const { table, p } = reader
  const end = unit === 'ETH' ? '_eth' : '_usd'
  const get = (column: string, limits: NumberLimits): number =>
    cellNumber(table, row, table.column(column), p, limits)
  const optional = (column: string): number => (unit === 'ETH' ? 0 : get(column, VALUE))
  get('ltv_bps', BPS)
  return {
    line: row.line,
    account: nameOf(reader, row),
    collateral: get(`collateral${end}`, VALUE),
    debt: get(`debt${end}`, VALUE),
    threshold: get('liq_threshold_bps', BPS) / 10_000,
    healthFactor: get('health_factor', { min: 0, what: 'health factor' }),
    staked: get(unit === 'ETH' ? 'steth_collateral' : 'wsteth_collateral', VALUE),
    weth: get('weth_debt', VALUE),
    eMode: eModeOf(reader, row),
    cbeth: optional('cbeth_collateral'),
    reth: optional('reth_collateral'),
  }
}

/**
 * Read a file of Aave borrowers with stETH (v2, values in ETH) or wstETH (v3, values in USD); which
 * of the two it is follows from its columns.
 * @throws {SourceError} with every malformed row, up to 20.
 */
export function readBorrowers(text: string, path: string): AaveFile {
  const header = text.slice(0, text.indexOf('\n')).split(',')
  const unit = header.some((name) => name.trim() === 'collateral_eth') ? 'ETH' : 'USD'
  const table = parseCsv(text, path, { required: unit === 'ETH' ? V2 : V3 })
  const p = createProblems()
  const reader: Reader = { table, p, lines: new Map() }
  const rows = table.rows.map((row) => readRow(reader, row, unit))
  p.check()
  if (rows.length === 0)
    throw new SourceError([`${path}:1: there is no account after the header; fetch the file again`])
  return { unit, rows }
}

/**
 * Read a companion file: stablecoin debt by coin, one column `<coin>_debt` each.
 * @throws {SourceError} with every malformed row, up to 20.
 */
export function readStables(text: string, path: string): readonly StableRow[] {
  const table = parseCsv(text, path, { required: STABLE, others: true })
  const p = createProblems()
  const known: readonly string[] = STABLE
  const columns = table.header.filter((name) => !known.includes(name))
  for (const name of columns)
    if (!/^[a-z0-9]+_debt$/.test(name))
      p.add(
        { path, line: 1, column: table.column(name) + 1 },
        `column ${quoted(name)} is unknown; a coin's column is named like usdc_debt`,
      )
  p.check()
  const rows = table.rows.map((row) => {
    const get = (name: string, limits = VALUE): number =>
      cellNumber(table, row, table.column(name), p, limits)
    const key = keyOf({
      collateral: get('collateral'),
      debt: get('debt'),
      healthFactor: get('health_factor'),
      threshold: get('liq_threshold_bps', BPS) / 10_000,
      staked: get('steth_collateral'),
    })
    const coins = columns.map((name) => {
      const coin = name.slice(0, -'_debt'.length)
      return { coin: SPELT[coin] ?? coin.toUpperCase(), value: get(name) }
    })
    return { line: row.line, key, debt: get('debt'), coins: coins.filter((c) => c.value > 0) }
  })
  p.check()
  return rows
}
