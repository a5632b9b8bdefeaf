import { columnOf, writeParquet } from './duckdb.ts'

/** One measure of one path in two worlds that met the same draws. */
export type StoredDifference = {
  readonly path: number
  /** `stress` or `calm`. */
  readonly weather: string
  readonly arm: string
  readonly measure: string
  /** NaN where a path has none. */
  readonly base: number
  readonly value: number
}

/** Version of this table. */
const DIFFERENCES_VERSION = 1

/**
 * Write paired differences as Parquet (zstd), rows in order: path, weather, arm, measure, base, value,
 * difference (value - base); NULL where a path has none.
 * @param file path of the file; overwritten.
 */
export async function writeDifferences(
  rows: readonly StoredDifference[],
  file: string,
): Promise<void> {
  const columns = [
    columnOf(rows, 'path', 'BIGINT', ({ path }) => BigInt(path)),
    columnOf(rows, 'weather', 'VARCHAR', ({ weather }) => weather),
    columnOf(rows, 'arm', 'VARCHAR', ({ arm }) => arm),
    columnOf(rows, 'measure', 'VARCHAR', ({ measure }) => measure),
    columnOf(rows, 'base', 'DOUBLE', ({ base }) => base),
    columnOf(rows, 'value', 'DOUBLE', ({ value }) => value),
    columnOf(rows, 'difference', 'DOUBLE', ({ base, value }) => value - base),
  ]
  const metadata = { breakwater_differences: String(DIFFERENCES_VERSION) }
  await writeParquet(columns, rows.length, metadata, file)
}
