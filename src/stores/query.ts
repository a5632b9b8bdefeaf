import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection, JS } from '@duckdb/node-api'
import { InputError } from '../world/index.ts'
import { inMemory, quoted, quotedName } from './duckdb.ts'

/** Thrown when results cannot be queried: no folder, no results in it, or SQL that fails. */
export class QueryError extends InputError {
  override readonly name = 'QueryError'
}

/** One value of an answer. */
export type Cell =
  | number
  | string
  | boolean
  | null
  | readonly Cell[]
  | { readonly [key: string]: Cell }

/** The answer to a query. */
export type Answer = {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** How files of tables end. */
const ENDING = '.parquet'

/** Tables of a folder of results, by name: whatever a command wrote there. */
function tablesIn(dir: string): readonly string[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith(ENDING) && !file.startsWith('.'))
    .map((file) => file.slice(0, -ENDING.length))
    .sort()
}

/** What every table holds, one row per column. */
const COLUMNS_QUERY =
  'SELECT table_name AS "table", column_name AS "column", data_type AS "type" FROM information_schema.columns ORDER BY table_name = \'trace\', table_name, ordinal_position'

function cellOf(value: JS): Cell {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(cellOf)
  if (value !== undefined && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cellOf(item as JS)]))
  return String(value)
}

/** Load the tables, then close the door: SQL of the user reaches no file and no setting. */
async function loadTables(connection: DuckDBConnection, dir: string): Promise<readonly string[]> {
  const tables = tablesIn(dir)
  for (const table of tables) {
    const file = quoted(join(dir, `${table}${ENDING}`))
    await connection.run(`CREATE TABLE ${quotedName(table)} AS SELECT * FROM read_parquet(${file})`)
  }
  await connection.run("SET temp_directory = ''")
  await connection.run('SET enable_external_access = false')
  await connection.run('SET lock_configuration = true')
  return tables
}

function checkFolder(dir: string): void {
  const found = statSync(dir, { throwIfNoEntry: false })
  if (!found?.isDirectory())
    throw new QueryError(
      `there is no folder "${dir}"; name one that "breakwater run ... --out DIR" wrote`,
    )
  if (tablesIn(dir).length === 0)
    throw new QueryError(
      `"${dir}" holds no table (*${ENDING}); write some with "breakwater run ... --out ${dir}", or any experiment with --out`,
    )
}

function emptyText(dir: string, sql: string): string {
  return `the query "${sql}" is empty; write SQL such as "select * from measures", or leave it out to list the columns of "${dir}"`
}

/** Tell what DuckDB says of a query, and what to do. */
function refusal(dir: string, why: string, loaded: readonly string[]): string {
  // DuckDB has no code for it: this is its text wherever a query reaches for a file.
  const isWrite = why.includes('disabled by configuration')
  const remedy = isWrite
    ? `Queries are read-only copies and reach no file; to keep an answer: breakwater query ${dir} "select ..." --csv > answer.csv`
    : `Tables: ${loaded.join(', ')}; "breakwater query ${dir}" lists their columns.`
  return `the query of "${dir}" fails. DuckDB says:\n${why.replaceAll(/^(?=.)/gm, '  ')}\n${remedy}`
}

/**
 * Query the results in a folder by SQL of DuckDB. Its tables are the folder's Parquet files, by their names
 * without the ending. They are copies in memory; nothing that the SQL says can read or write a file.
 * @param sql without it: the columns of every table.
 * @returns the rows of the last statement.
 * @throws {QueryError} when there are no results or the SQL is wrong.
 */
export async function queryResults(dir: string, sql: string = COLUMNS_QUERY): Promise<Answer> {
  checkFolder(dir)
  return inMemory(async (connection) => {
    let loaded: readonly string[] = []
    try {
      loaded = await loadTables(connection, dir)
    } catch (cause) {
      throw new QueryError(`the results in "${dir}" cannot be read: ${String(cause)}`, { cause })
    }
    try {
      const reader = await connection.runAndReadAll(sql)
      if (reader.columnCount === 0) throw new QueryError(emptyText(dir, sql))
      const rows = reader.getRowsJS().map((row) => row.map(cellOf))
      return { columns: reader.deduplicatedColumnNames(), rows }
    } catch (cause) {
      if (cause instanceof QueryError) throw cause
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new QueryError(refusal(dir, why.trim(), loaded), { cause })
    }
  })
}
