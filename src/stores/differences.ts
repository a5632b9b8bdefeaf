import { type StoredColumn, writeParquet } from './duckdb.ts'

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

type Cell = number | bigint | string | null

/**
 * Write paired differences as Parquet (zstd), rows in order: path, weather, arm, measure, base, value,
 * difference (value - base); NULL where a path has none.
 * @param file path of the file; overwritten.
 */
export async function writeDifferences(
  rows: readonly StoredDifference[],
  file: string,
): Promise<void> {
  const column = (
    name: string,
    type: StoredColumn['type'],
    value: (row: StoredDifference) => Cell,
  ): StoredColumn => ({ name, type, values: (from, to) => rows.slice(from, to).map(value) })
  const known = (value: number): number | null => (Number.isNaN(value) ? null : value)
  const columns = [
    column('path', 'BIGINT', ({ path }) => BigInt(path)),
    column('weather', 'VARCHAR', ({ weather }) => weather),
    column('arm', 'VARCHAR', ({ arm }) => arm),
    column('measure', 'VARCHAR', ({ measure }) => measure),
    column('base', 'DOUBLE', ({ base }) => known(base)),
    column('value', 'DOUBLE', ({ value }) => known(value)),
    column('difference', 'DOUBLE', ({ base, value }) => known(value - base)),
  ]
  const metadata = { breakwater_differences: String(DIFFERENCES_VERSION) }
  await writeParquet(columns, rows.length, metadata, file)
}
