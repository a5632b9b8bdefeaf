import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeDifferences } from './differences.ts'
import { inMemory, quoted } from './duckdb.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-differences-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

it('writes what a path has with an arm and without it, NULL where it has none', async () => {
  const file = join(folder, 'differences.parquet')
  const common = { arm: 'pause', measure: 'loss' }
  const rows = Array.from({ length: 3000 }, (_, path) => ({
    ...{ ...common, path, weather: path % 2 ? 'calm' : 'stress', base: path },
    value: path === 7 ? Number.NaN : 3 * path,
  }))
  await writeDifferences(rows, file)
  await inMemory(async (connection) => {
    const ask = async (sql: string) =>
      (await connection.runAndReadAll(sql.replace('FILE', quoted(file)))).getRows()
    const sums = `SELECT count(*)::INT, count(difference)::INT, sum(difference - 2 * path) FROM FILE`
    expect(await ask(sums)).toEqual([[3000, 2999, 0]])
    const seventh = `SELECT weather, arm, measure, base, value, difference FROM FILE WHERE path = 7`
    expect(await ask(seventh)).toEqual([['calm', 'pause', 'loss', 7, null, null]])
  })
})
