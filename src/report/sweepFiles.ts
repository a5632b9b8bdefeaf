import type { SweepDocument } from '../experiments/index.ts'
import { type StoredColumn, writeParquet } from '../stores/index.ts'
import type { Output } from './files.ts'

/** Version of the tables. */
const VERSION = '1'

type Value = number | string | null

function column(
  name: string,
  type: StoredColumn['type'],
  value: (row: number) => Value,
): StoredColumn {
  const values = (from: number, to: number): Value[] =>
    Array.from({ length: to - from }, (_, k) => value(from + k))
  return { name, type, values }
}

/** Columns value, low and high of some rows; NULL where there is none. */
function intervalColumns(
  rows: readonly { readonly [K in 'value' | 'low' | 'high']: number | null }[],
): readonly StoredColumn[] {
  const keys = ['value', 'low', 'high'] as const
  return keys.map((key) => column(key, 'DOUBLE', (row) => rows[row]![key]))
}

/**
 * Lay a sweep out as tables: `points.parquet` (one row per point: its parameters by name, value, low,
 * high, n) and `line.parquet` (one row per row of the first grid: at, value, low, high, kind, note).
 */
export function sweepTables({ points, line, vary, order }: SweepDocument): readonly Output[] {
  const metadata = { breakwater_sweep: VERSION, breakwater_measure: JSON.stringify(order) }
  const parameters = vary.map(({ name }, k) =>
    // A parameter may be called like a column of results.
    column(
      ['value', 'low', 'high', 'n'].includes(name.toLowerCase()) ? `${name}_` : name,
      'DOUBLE',
      (row) => points[row]!.at[k]!,
    ),
  )
  const count = column('n', 'INTEGER', (row) => points[row]!.n)
  const cliffs = [
    column('at', 'DOUBLE', (row) => line[row]!.at),
    ...intervalColumns(line),
    column('kind', 'INTEGER', (row) => line[row]!.kind),
    column('note', 'VARCHAR', (row) => line[row]!.note),
  ]
  return [
    {
      name: 'points.parquet',
      content: (path) =>
        writeParquet(
          [...parameters, ...intervalColumns(points), count],
          points.length,
          metadata,
          path,
        ),
    },
    {
      name: 'line.parquet',
      content: (path) => writeParquet(cliffs, line.length, metadata, path),
    },
  ]
}
