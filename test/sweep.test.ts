import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { main } from '../src/cli/main.ts'
import { readAxis } from '../src/cli/sweep.ts'
import {
  CliffError,
  run,
  type SweepDocument,
  sweep,
  sweepDocument,
} from '../src/experiments/index.ts'
import { sweepText } from '../src/report/sweepText.ts'
import { inMemory, quoted } from '../src/stores/duckdb.ts'

const paper = (name: string): string =>
  new URL(`../scenarios/papers/${name}.yaml`, import.meta.url).pathname
const CASCADE = paper('constant-product-cascade')
const LOOP = paper('leveraged-loop')

const folder = mkdtempSync(join(tmpdir(), 'sweep-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  vi.restoreAllMocks()
})

async function cli(...args: readonly string[]) {
  const written = { out: '', error: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.out += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.error += text
    return true
  })
  const code = await main(args)
  vi.restoreAllMocks()
  return { code, ...written }
}

describe('a sweep', () => {
  it('of the cascade has its cliff at r = 1/2 in every row, whatever the shock', async () => {
    const found = await sweep(CASCADE, {
      vary: [
        { name: 'r', low: 0.3, high: 0.7, cells: 4 },
        { name: 'shock', low: 0.02, high: 0.04, cells: 1 },
      ],
      set: { positions: 150 },
      ...{ workers: 1, rounds: 1 },
    })
    expect(found.line.map(({ at }) => at)).toEqual([0.02, 0.04])
    for (const { cliff, kind } of found.line) {
      expect(kind).toBe(0)
      expect(cliff!.low).toBeLessThanOrEqual(0.5)
      expect(cliff!.high).toBeGreaterThanOrEqual(0.5)
      expect(Math.abs(cliff!.value - 0.5)).toBeLessThan(0.03)
    }
    expect(found.points.length).toBeGreaterThan(10)
    const crossed = found.cells.filter(({ from, to }) => from[0]! <= 0.5 && to[0]! >= 0.5)
    expect(crossed.every(({ depth }) => depth === 1)).toBe(true)
    const { at, value } = found.points.at(-1)!
    const set = { r: at[0]!, shock: at[1]!, positions: 150 }
    const { measures } = await run(CASCADE, { set })
    expect(value.value).toBe(measures.find(({ name }) => name === 'logDrop')!.value)
  })

  it('prints, and writes what it prints', async () => {
    const dir = join(folder, 'loop')
    const args = ['--vary', 'jump=0..0.2:5', '--vary', 'healthFactor0=1.03..1.1:3', '--json']
    const { code, out } = await cli(
      'sweep',
      LOOP,
      ...args,
      '--rounds',
      '1',
      '--no-line',
      '--workers',
      '1',
      '--out',
      dir,
    )
    expect(code).toBe(0)
    const document = JSON.parse(out) as SweepDocument
    const same = JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8'))
    expect(same).toEqual(document)
    const rows = await inMemory(async (connection) => {
      const file = quoted(join(dir, 'points.parquet'))
      return (await connection.runAndReadAll(`select * from ${file}`)).getRowsJson()
    })
    expect(rows).toEqual(
      document.points.map(({ at, value, low, high, n }) => [...at, value, low, high, n]),
    )
    // validation.md A6: badDebt = max(0, LT / HF0 - (1 - jump) / (1 + bonus)) of 100 M.
    for (const { at, value } of document.points) {
      const loss = Math.max(0, 0.95 / at[1]! - (1 - at[0]!) / 1.01)
      expect(Math.abs(value! / 1e8 - loss)).toBeLessThan(1e-6)
    }
  })

  it('says where there is no cliff, and why', async () => {
    const options = { vary: [{ name: 'jump', low: 0.1, high: 0.2, cells: 6 }], workers: 1 } as const
    const found = await sweep(LOOP, options)
    expect(found.line).toMatchObject([{ at: null, cliff: null, kind: null }])
    expect(found.line[0]!.note).not.toBe('')
    // A straight line: no cell holds more than its share, but each a tenth and more of the whole.
    const text = sweepText(found)
    expect(text).toContain('cliff: none')
    expect(JSON.stringify(sweepDocument(found))).not.toContain('NaN')
  })

  it.each([
    [['jump=0..0.2', 'jump=0..0.1'], /varied twice/],
    [['jump=0..0.2', 'bonus=0..0.1', 'staleGap=0..0.1'], /one or two/],
    [['jump=0..0.2:1'], /from 2 on/],
    [['jump=0..0.2:x'], /from 2 on/],
    [['jump=0.2..0'], /empty/],
  ])('cannot be of %j', async (vary, told) => {
    const { code, error } = await cli('sweep', LOOP, ...vary.flatMap((one) => ['--vary', one]))
    expect([code, error]).toEqual([2, expect.stringMatching(told)])
  })

  it('reads how many values there are', () => {
    expect(readAxis('r=0.2..0.9:15')).toEqual({ name: 'r', low: 0.2, high: 0.9, cells: 14 })
    expect(readAxis('r=-1e-3..2')).toEqual({ name: 'r', low: -0.001, high: 2 })
    expect(() => readAxis('r')).toThrow(CliffError)
  })
})
