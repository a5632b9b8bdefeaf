import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { EVENT_NAMES, eventCode, type Lender, TRACE_VERSION, type World } from '../world/index.ts'

/** What of a world a stored trace needs: the events, and the names that they refer to. */
export type TracedWorld = Pick<World, 'trace' | 'instances' | 'spec' | 'all'>

/** Columns of a stored trace, in order. */
const COLUMNS: readonly (readonly [string, string])[] = [
  ['id', 'INTEGER'],
  ['tick', 'INTEGER'],
  ['time', 'DOUBLE'],
  ['kind', 'VARCHAR'],
  ['instance', 'VARCHAR'],
  ['parent', 'INTEGER'],
  ['row', 'INTEGER'],
  ['account', 'VARCHAR'],
  ['asset', 'VARCHAR'],
  ['other', 'VARCHAR'],
  ['reason', 'VARCHAR'],
  ['x', 'DOUBLE'],
  ['y', 'DOUBLE'],
  ['z', 'DOUBLE'],
  ['w', 'DOUBLE'],
]

/** Rows that are handed to DuckDB at once: the size of its vectors. */
const CHUNK = 2048

/** Lender whose rows the events of each instance name; undefined where they name none. */
function lendersBy(world: TracedWorld): readonly (Lender | undefined)[] {
  const all = world.all('lender')
  return world.instances.map(({ instance, spec }) => {
    const named = all.find((i) => i.name === spec.params.lender)
    return instance.ports?.lender ?? named?.instance.ports?.lender
  })
}

/**
 * Make the function that names the account that an event speaks of: its name as the source gave it,
 * null when the event names none.
 */
export function accountNames(world: TracedWorld): (event: number) => string | null {
  const lenders = lendersBy(world)
  const { kind, row, instance } = world.trace.columns
  const failed = eventCode('failed')
  return (event) => {
    if (row[event]! < 0 || kind[event] === failed) return null
    return lenders[instance[event]!]?.account(row[event]!) ?? null
  }
}

/** Values of the rows from .. to - 1, one list per column in the order of `COLUMNS`. */
function columnValues(
  world: TracedWorld,
  account: (event: number) => string | null,
  from: number,
  to: number,
): DuckDBValue[][] {
  const { trace, instances, spec } = world
  const c = trace.columns
  const pick = (value: (event: number) => DuckDBValue): DuckDBValue[] =>
    Array.from({ length: to - from }, (_, k) => value(from + k))
  const number = (column: ArrayLike<number>) => pick((e) => column[e]!)
  const index = (column: ArrayLike<number>) => pick((e) => (column[e]! < 0 ? null : column[e]!))
  const failed = eventCode('failed')
  const asset = (code: number): string | null => spec.assets[code]?.name ?? null
  return [
    pick((e) => e),
    number(c.tick),
    number(c.time),
    pick((e) => EVENT_NAMES[c.kind[e]!]!),
    pick((e) => instances[c.instance[e]!]?.name ?? null),
    index(c.parent),
    index(c.row),
    pick(account),
    pick((e) => asset(c.asset[e]!)),
    pick((e) => (c.kind[e] === failed ? null : asset(c.other[e]!))),
    pick((e) => (c.kind[e] === failed ? (trace.texts[c.other[e]!] ?? null) : null)),
    number(c.x),
    number(c.y),
    number(c.z),
    number(c.w),
  ]
}

async function fillTable(world: TracedWorld, connection: DuckDBConnection): Promise<void> {
  const { DuckDBDataChunk, DOUBLE, INTEGER, VARCHAR } = await import('@duckdb/node-api')
  const types = COLUMNS.map(([, type]) => ({ DOUBLE, INTEGER, VARCHAR })[type]!)
  const columns = COLUMNS.map(([name, type]) => `"${name}" ${type}`).join(', ')
  await connection.run(`CREATE TABLE events (${columns})`)
  const account = accountNames(world)
  const appender = await connection.createAppender('events')
  for (let from = 0; from < world.trace.length; from += CHUNK) {
    const to = Math.min(from + CHUNK, world.trace.length)
    const chunk = DuckDBDataChunk.create(types, to - from)
    chunk.setColumns(columnValues(world, account, from, to))
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

/** Quote a text for SQL. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * Write the trace of a path as Parquet (zstd), names spelled out; one row per event, in order.
 *
 * Columns: id, tick, time (s), kind, instance, parent (NULL for roots), row, account, asset, other,
 * reason (of kind 'failed'), x, y, z, w as `EVENTS` describes them. The version of the event table
 * is in the file's key-value metadata as `breakwater_trace`.
 * @param file path of the file; overwritten.
 */
export async function writeTrace(world: TracedWorld, file: string): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  // One thread: the same trace gives the same bytes.
  const database = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await database.connect()
  try {
    await fillTable(world, connection)
    const metadata = `{breakwater_trace: ${quoted(String(TRACE_VERSION))}}`
    await connection.run(
      `COPY (SELECT * FROM events ORDER BY id) TO ${quoted(file)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA ${metadata})`,
    )
  } finally {
    connection.closeSync()
    database.closeSync()
  }
}
