import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api'

/** Quote a text for SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Quote a name for SQL. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Use an empty database in memory; one thread, so that the same rows give the same bytes. */
export async function inMemory<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const database = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await database.connect()
  try {
    return await use(connection)
  } finally {
    connection.closeSync()
    database.closeSync()
  }
}

/** A column of a table: its name, its type, and its values from row to row. */
export type StoredColumn = {
  readonly name: string
  readonly type: 'BIGINT' | 'BOOLEAN' | 'DOUBLE' | 'INTEGER' | 'VARCHAR'
  readonly values: (from: number, to: number) => DuckDBValue[]
}

/** A value before it is stored; NaN is stored as NULL. */
export type StoredValue = number | bigint | string | boolean | null

/** Make a column of what rows hold. */
export function columnOf<Row>(
  rows: readonly Row[],
  name: string,
  type: StoredColumn['type'],
  value: (row: Row) => StoredValue,
): StoredColumn {
  const known = (v: StoredValue): StoredValue =>
    typeof v === 'number' && Number.isNaN(v) ? null : v
  return { name, type, values: (from, to) => rows.slice(from, to).map((row) => known(value(row))) }
}

/** Rows that are handed to DuckDB at once: the size of its vectors. */
const CHUNK = 2048

/** Fill a new table. */
async function fill(
  connection: DuckDBConnection,
  columns: readonly StoredColumn[],
  rows: number,
): Promise<void> {
  const duckdb = await import('@duckdb/node-api')
  const types = columns.map(({ type }): DuckDBType => duckdb[type])
  const declared = columns.map(({ name, type }) => `${quotedName(name)} ${type}`)
  await connection.run(`CREATE TABLE stored (${declared.join(', ')})`)
  const appender = await connection.createAppender('stored')
  for (let from = 0; from < rows; from += CHUNK) {
    const to = Math.min(from + CHUNK, rows)
    const chunk = duckdb.DuckDBDataChunk.create(types, to - from)
    chunk.setColumns(columns.map(({ values }) => values(from, to)))
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

/**
 * Write columns as Parquet (zstd), rows in order.
 * @param metadata key-value metadata of the file.
 * @param file path of the file; overwritten.
 */
export async function writeParquet(
  columns: readonly StoredColumn[],
  rows: number,
  metadata: Readonly<Record<string, string>>,
  file: string,
): Promise<void> {
  const pairs = Object.entries(metadata).map(([key, value]) => `${key}: ${quoted(value)}`)
  await inMemory(async (connection) => {
    await fill(connection, columns, rows)
    await connection.run(
      `COPY stored TO ${quoted(file)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {${pairs.join(', ')}})`,
    )
  })
}
