import { EVENT_NAMES, eventCode, type Lender, TRACE_VERSION, type World } from '../world/index.ts'
import { type StoredColumn, writeParquet } from './duckdb.ts'

/** What of a world a stored trace needs: the events, and the names that they refer to. */
export type TracedWorld = Pick<World, 'trace' | 'instances' | 'spec' | 'all'>

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

/** Columns of a stored trace, in order. */
function traceColumns(world: TracedWorld): readonly StoredColumn[] {
  const { trace, instances, spec } = world
  const c = trace.columns
  const failed = eventCode('failed')
  const asset = (code: number): string | null => spec.assets[code]?.name ?? null
  const column = (
    name: string,
    type: StoredColumn['type'],
    value: (event: number) => number | string | null,
  ): StoredColumn => ({
    ...{ name, type },
    values: (from, to) => Array.from({ length: to - from }, (_, k) => value(from + k)),
  })
  const index = (of: ArrayLike<number>) => (e: number) => (of[e]! < 0 ? null : of[e]!)
  return [
    column('id', 'INTEGER', (e) => e),
    column('tick', 'INTEGER', (e) => c.tick[e]!),
    column('time', 'DOUBLE', (e) => c.time[e]!),
    column('kind', 'VARCHAR', (e) => EVENT_NAMES[c.kind[e]!]!),
    column('instance', 'VARCHAR', (e) => instances[c.instance[e]!]?.name ?? null),
    column('parent', 'INTEGER', index(c.parent)),
    column('row', 'INTEGER', index(c.row)),
    column('account', 'VARCHAR', accountNames(world)),
    column('asset', 'VARCHAR', (e) => asset(c.asset[e]!)),
    column('other', 'VARCHAR', (e) => (c.kind[e] === failed ? null : asset(c.other[e]!))),
    column('reason', 'VARCHAR', (e) =>
      c.kind[e] === failed ? (trace.texts[c.other[e]!] ?? null) : null,
    ),
    ...(['x', 'y', 'z', 'w'] as const).map((name) => column(name, 'DOUBLE', (e) => c[name][e]!)),
  ]
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
  const metadata = { breakwater_trace: String(TRACE_VERSION) }
  await writeParquet(traceColumns(world), world.trace.length, metadata, file)
}
