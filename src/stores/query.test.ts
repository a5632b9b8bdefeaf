import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { QueryError, queryResults, type StoredPaths, writeMeasures, writePaths } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), "breakwater's "))
afterAll(() => rmSync(folder, { recursive: true }))

const run: StoredPaths = {
  ...{ seed: -7, first: 2, paths: 3 },
  columns: [
    { name: 'loss', unit: 'USD', values: Float64Array.of(1.5, Number.NaN, 1e300) },
    { name: 'loss[a]', unit: 'USD', values: Float64Array.of(1, Number.NaN, -0.25) },
    { name: 'LOSS[A]', unit: 'fraction', values: Float64Array.of(0, Number.NaN, 2) },
  ],
  failures: [{ path: 3, reason: "it's late" }],
}

beforeAll(async () => {
  await writePaths(run, join(folder, 'paths.parquet'))
  const measure = { name: 'loss', unit: 'USD', better: 'lower', note: 'what is lost', n: 2 }
  await writeMeasures(
    [{ ...measure, value: 5, low: null, high: null, interval: null }],
    join(folder, 'measures.parquet'),
  )
})

describe('stored paths', () => {
  it('read back row by row, with NULL where a path has no number', async () => {
    expect(await queryResults(folder, 'SELECT * FROM paths')).toEqual({
      columns: ['path', 'seed', 'failed', 'reason', 'loss', 'loss[a]', 'LOSS[A]_2'],
      rows: [
        [2, -7, false, null, 1.5, 1, 0],
        [3, -7, true, "it's late", null, null, null],
        [4, -7, false, null, 1e300, -0.25, 2],
      ],
    })
  })

  it('are the same bytes every time', async () => {
    await writePaths(run, join(folder, 'again'))
    const [first, again] = ['paths.parquet', 'again'].map((f) => readFileSync(join(folder, f)))
    expect(again!.equals(first!)).toBe(true)
  })
})

describe('queryResults', () => {
  it('gives numbers, texts, lists and moments as plain values', async () => {
    const sql =
      "SELECT count(*), sum(path), 1.5::DECIMAL(4,2), [1, 2], {'a': 'b'}, DATE '2026-01-02', 'nan'::DOUBLE, 2::HUGEINT ** 70 FROM paths"
    const { rows } = await queryResults(folder, sql)
    expect(rows[0]).toEqual([3, 9, 1.5, [1, 2], { a: 'b' }, expect.any(String), 'NaN', 2 ** 70])
  })

  it('tells the tables and their columns when it is asked nothing', async () => {
    const { columns, rows } = await queryResults(folder)
    expect(columns).toEqual(['table', 'column', 'type'])
    expect(rows).toContainEqual(['paths', 'loss[a]', 'DOUBLE'])
    expect(rows).toContainEqual(['measures', 'unit', 'VARCHAR'])
  })

  it.each([
    ['SELECT lost FROM paths', 'lost'],
    ['SELEC 1', 'SELEC'],
    ['SELECT * FROM trace', 'trace'],
  ])('refuses %s and names the tables', async (sql, part) => {
    const answer = queryResults(folder, sql)
    await expect(answer).rejects.toThrowError(QueryError)
    await expect(answer).rejects.toThrowError(part)
    await expect(answer).rejects.toThrowError('DuckDB says:\n  ')
    await expect(answer).rejects.toThrowError('Tables: measures, paths;')
  })

  it.each(['', '  ', ' ; ', '-- nothing'])('refuses %j, which asks nothing', async (sql) => {
    const answer = queryResults(folder, sql)
    await expect(answer).rejects.toThrowError(QueryError)
    await expect(answer).rejects.toThrowError('is empty; write SQL')
  })

  it('says how to keep an answer when a query would write it', async () => {
    for (const sql of ["COPY paths TO 'x.csv'", "ATTACH 'x.db'", "EXPORT DATABASE 'all'"])
      await expect(queryResults(folder, sql), sql).rejects.toThrowError('--csv > answer.csv')
  })

  it('keeps SQL away from files and settings', async () => {
    const secret = join(folder, 'secret.csv')
    writeFileSync(secret, 'a\n1\n')
    const quoted = (name: string) => `'${join(folder, name).replaceAll("'", "''")}'`
    for (const sql of [
      `COPY paths TO ${quoted('stolen.csv')}`,
      `SELECT * FROM read_csv(${quoted('secret.csv')})`,
      `SELECT * FROM ${quoted('paths.parquet')}`,
      `ATTACH ${quoted('new.db')}`,
      `EXPORT DATABASE ${quoted('all')}`,
      'SET enable_external_access = true',
      'RESET lock_configuration',
      'INSTALL httpfs',
    ])
      await expect(queryResults(folder, sql), sql).rejects.toThrowError(QueryError)
    for (const name of ['stolen.csv', 'new.db', 'all'])
      expect(existsSync(join(folder, name))).toBe(false)
  })

  it('changes nothing that is stored', async () => {
    const file = join(folder, 'paths.parquet')
    const before = readFileSync(file)
    await queryResults(folder, 'DROP TABLE paths')
    expect(readFileSync(file).equals(before)).toBe(true)
    expect((await queryResults(folder, 'SELECT count(*) FROM paths')).rows).toEqual([[3]])
  })

  it('says where results come from when there are none', async () => {
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    await expect(queryResults(empty, 'SELECT 1')).rejects.toThrowError('--out')
    await expect(queryResults(join(folder, 'no'), 'SELECT 1')).rejects.toThrowError('no folder')
    writeFileSync(join(empty, 'paths.parquet'), 'no parquet')
    await expect(queryResults(empty, 'SELECT 1')).rejects.toThrowError('cannot be read')
  })
})
