import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SweepDocument } from '../experiments/index.ts'
import { type StoredColumn, writeParquet } from '../stores/index.ts'

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
 * Write a sweep: `sweep.json`, `points.parquet` (one row per point: its parameters by name, value, low,
 * high, n) and `line.parquet` (one row per row of the first grid: at, value, low, high, kind, note).
 * @returns the files.
 */
export async function writeSweepFiles(
  sweep: SweepDocument,
  dir: string,
): Promise<readonly string[]> {
  mkdirSync(dir, { recursive: true })
  const { points, line, vary, order } = sweep
  const [json, table, cliffs] = ['sweep.json', 'points.parquet', 'line.parquet'].map((file) =>
    join(dir, file),
  ) as [string, string, string]
  writeFileSync(json, `${JSON.stringify(sweep, null, 2)}\n`)
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
  await writeParquet(
    [...parameters, ...intervalColumns(points), count],
    points.length,
    metadata,
    table,
  )
  const columns = [
    column('at', 'DOUBLE', (row) => line[row]!.at),
    ...intervalColumns(line),
    column('kind', 'INTEGER', (row) => line[row]!.kind),
    column('note', 'VARCHAR', (row) => line[row]!.note),
  ]
  await writeParquet(columns, line.length, metadata, cliffs)
  return [json, table, cliffs]
}
