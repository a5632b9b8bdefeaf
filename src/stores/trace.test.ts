import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, describe, expect, it } from 'vitest'
import { EVENT_NAMES, TRACE_VERSION, type World } from '../world/index.ts'
import { livelyWorld, stepAndHash } from './livelyWorld.conformance.ts'
import { accountNames, writeTrace } from './trace.ts'

const folder = mkdtempSync(join(tmpdir(), "breakwater's "))
afterAll(() => rmSync(folder, { recursive: true }))

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const database = await DuckDBInstance.create(':memory:')
  const connection = await database.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJS()
  } finally {
    connection.closeSync()
    database.closeSync()
  }
}

function expectedRow(world: World, e: number): Record<string, unknown> {
  const { columns: c, texts } = world.trace
  const kind = EVENT_NAMES[c.kind[e]!]!
  const index = (value: number): number | null => (value < 0 ? null : value)
  const asset = (value: number): string | null => world.spec.assets[value]?.name ?? null
  return {
    ...{ id: e, tick: c.tick[e], time: c.time[e], kind },
    instance: world.instances[c.instance[e]!]!.name,
    parent: index(c.parent[e]!),
    row: index(c.row[e]!),
    account: accountNames(world)(e),
    asset: asset(c.asset[e]!),
    other: kind === 'failed' ? null : asset(c.other[e]!),
    reason: kind === 'failed' ? texts[c.other[e]!] : null,
    ...{ x: c.x[e], y: c.y[e], z: c.z[e], w: c.w[e] },
  }
}

describe('a stored trace', () => {
  it('reads back from Parquet as it was, names spelled out', async () => {
    const world = livelyWorld()
    stepAndHash(world, 100)
    world.trace.add('failed', { instance: 1, parent: -1, other: world.trace.text("it's late") })
    const file = join(folder, 'trace.parquet')
    await writeTrace(world, file)
    const from = `'${file.replaceAll("'", "''")}'`
    const rows = await query(`SELECT * FROM ${from}`)
    expect(rows).toEqual(rows.map((_, e) => expectedRow(world, e)))
    expect(rows.length).toBe(world.trace.length)
    const kinds = new Set(rows.map((row) => row.kind))
    for (const kind of ['news', 'answer', 'liquidation', 'swap', 'failed'])
      expect(kinds).toContain(kind)
    const accounts = rows.filter((row) => row.kind === 'liquidation').map((row) => row.account)
    expect(accounts[0]).toMatch(/^account \d+$/)
    const metadata = await query(
      `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(${from})`,
    )
    expect(metadata).toContainEqual({ key: 'breakwater_trace', value: String(TRACE_VERSION) })
    const [stored] = await query(`SELECT DISTINCT compression FROM parquet_metadata(${from})`)
    expect(stored).toEqual({ compression: 'ZSTD' })
  })

  it('may be empty', async () => {
    const file = join(folder, 'empty.parquet')
    await writeTrace(livelyWorld(), file)
    expect(await query(`SELECT * FROM '${file.replaceAll("'", "''")}'`)).toEqual([])
  })
})
