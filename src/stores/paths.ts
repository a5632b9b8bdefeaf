import { type StoredColumn, writeParquet } from './duckdb.ts'

/** Numbers of the paths of a run, as they are stored. */
export type StoredPaths = {
  readonly seed: number
  /** Number of the first path. */
  readonly first: number
  readonly paths: number
  /** One number per path and column; NaN where a path has none. */
  readonly columns: readonly {
    readonly name: string
    readonly unit: string
    readonly values: Float64Array
  }[]
  readonly failures: readonly { readonly path: number; readonly reason: string }[]
}

/** One measure over all paths, as it is stored. */
export type StoredMeasure = {
  readonly name: string
  readonly unit: string
  readonly better: string
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly interval: string | null
  readonly n: number
  readonly note: string
}

/** Version of these tables. */
const PATHS_VERSION = 1

function generated(
  name: string,
  type: StoredColumn['type'],
  value: (row: number) => number | bigint | string | boolean | null,
): StoredColumn {
  const values = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, k) => value(from + k))
  return { name, type, values }
}

/** Names that DuckDB tells apart: it does not look at the case. */
function distinct(names: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let own = name
    for (let k = 2; taken.has(own.toLowerCase()); k++) own = `${name}_${k}`
    taken.add(own.toLowerCase())
    return own
  })
}

/**
 * Write the numbers of all paths as Parquet (zstd), one row per path, in order.
 *
 * Columns: path (from 0), seed, failed, reason (NULL unless failed), then one per measure, and
 * `cut.<channel>` for channels that were cut; NULL where a path has none. Units are in the file's
 * key-value metadata as `breakwater_units`, JSON by column.
 * @param file path of the file; overwritten.
 */
export async function writePaths(run: StoredPaths, file: string): Promise<void> {
  const { seed, first, paths, columns } = run
  const reasons = new Map(run.failures.map(({ path, reason }) => [path, reason]))
  const names = distinct(['path', 'seed', 'failed', 'reason', ...columns.map((c) => c.name)])
  const stored: readonly StoredColumn[] = [
    generated('path', 'BIGINT', (row) => BigInt(first + row)),
    generated('seed', 'BIGINT', () => BigInt(seed)),
    generated('failed', 'BOOLEAN', (row) => reasons.has(first + row)),
    generated('reason', 'VARCHAR', (row) => reasons.get(first + row) ?? null),
    ...columns.map(({ values }, k) =>
      generated(names[4 + k]!, 'DOUBLE', (row) =>
        Number.isNaN(values[row]!) ? null : values[row]!,
      ),
    ),
  ]
  const units = Object.fromEntries(columns.map(({ unit }, k) => [names[4 + k]!, unit]))
  const metadata = {
    breakwater_paths: String(PATHS_VERSION),
    breakwater_units: JSON.stringify(units),
  }
  await writeParquet(stored, paths, metadata, file)
}

/**
 * Write measures over all paths as Parquet (zstd), one row per measure, in order.
 * @param file path of the file; overwritten.
 */
export async function writeMeasures(
  measures: readonly StoredMeasure[],
  file: string,
): Promise<void> {
  const text = (name: 'name' | 'unit' | 'better' | 'interval' | 'note') =>
    generated(name, 'VARCHAR', (row) => measures[row]![name])
  const number = (name: 'value' | 'low' | 'high') =>
    generated(name, 'DOUBLE', (row) => measures[row]![name])
  const columns = [
    ...[text('name'), text('unit'), text('better')],
    ...[number('value'), number('low'), number('high'), text('interval')],
    ...[generated('n', 'BIGINT', (row) => BigInt(measures[row]!.n)), text('note')],
  ]
  const metadata = { breakwater_measures: String(PATHS_VERSION) }
  await writeParquet(columns, measures.length, metadata, file)
}
