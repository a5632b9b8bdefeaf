import { describe, expect, test } from 'vitest'
import type { Loaded, Params, PriceTable } from '../world/index.ts'
import { createFiles } from './files.ts'
import { parseTime, priceHistory } from './priceHistory.ts'
import { dataPath, fact, loadWith, memoryFiles, problemsOf } from './testing.ts'

const BARS = 't,open,high,low,close,volume\n'

function load(contents: Readonly<Record<string, string>>, params: Params = {}): Promise<Loaded> {
  const files = memoryFiles(contents)
  return loadWith(priceHistory, { files: Object.keys(contents), ...params }, files)
}

function table(loaded: Loaded): PriceTable {
  return loaded.outputs.prices as PriceTable
}

test('reads the ETH history: known low, gaps and missing hours', async () => {
  const path = dataPath('prices/ETHUSDT_1h.csv.gz')
  const loaded = await loadWith(priceHistory, { files: [path], column: 'low' }, createFiles())
  const { time, prices, assets } = table(loaded)
  expect(assets).toEqual(['ETH'])
  expect(fact(loaded, 'ETH.bars')).toBe(74506)
  expect(fact(loaded, 'ETH.step')).toBe(3600)
  expect(fact(loaded, 'ETH.gaps')).toBe(28)
  expect(fact(loaded, 'ETH.missing')).toBe(126)
  const crash = time.indexOf(Date.parse('2020-03-13T02:00Z') / 1000)
  expect(prices[0]![crash]).toBe(86)
  expect(loaded.data[0]!.date).toBe('2017-08-17 to 2026-02-19')
})

test('takes a window of time and counts the rest', async () => {
  const bars = `${BARS}0,1,1,1,1,0\n60,2,2,2,2,0\n120,3,3,3,3,0\n`
  const iso = await load(
    { '/XUSDT.csv': bars },
    { from: '1970-01-01T00:01', to: '1970-01-01T00:01:59Z' },
  )
  expect([...table(iso).prices[0]!]).toEqual([2])
  expect(iso.leftOut).toEqual([{ reason: 'rows outside the chosen time', count: 2 }])
})

test.each([
  ['Date,Open,High,Low,Close', ['2023-05-01', '2023-05-02'], 86_400],
  ['timestamp,open,high,low,close', ['1682899200000', '1682902800000'], 3600],
  ['Time,open,high,low,close', ['2023-05-01T00:00:00Z', '2023-05-01 01:00'], 3600],
  ['datetime,X', ['1682899200', '1682899260'], 60],
])(
  'takes times under the header %s, in seconds, milliseconds or ISO',
  async (header, times, step) => {
    const cells = ',2'.repeat(header.split(',').length - 1)
    const text = `${header}\n${times.map((time) => `${time}${cells}\n`).join('')}`
    const { time, assets } = table(await load({ '/XUSDT.csv': text }))
    expect(assets).toEqual(['X'])
    expect([...time]).toEqual([1682899200, 1682899200 + step])
  },
)

test('states the layouts when there is no column of times', async () => {
  const [problem] = await problemsOf(() => load({ '/XUSDT.csv': 'when,close\n0,1\n' }))
  expect(problem).toMatch(/no column of times.*t, time, timestamp, datetime, date.*open,high,low/)
  expect((await problemsOf(() => load({ '/XUSDT.csv': '\n' })))[0]).toMatch(
    /empty; it needs t, and/,
  )
})

test('merges files and symbols on one time axis, NaN where a file has no price', async () => {
  const one = `${BARS}0,1,1,1,1,0\n60,2,2,2,2,0\n`
  const many = `symbol,${BARS}B,60,5,6,4,5,0\nC,60,7,7,7,7,0\nB,120,6,6,6,6,0\n`
  const wide = 't,D,E\n0,1.5,\n120,2.5,3.5\n'
  const loaded = await load(
    { '/AUSDT_1m.csv': one, '/many.csv': many, '/wide.csv': wide },
    { assets: ['A', 'B', 'D', 'E'] },
  )
  const { time, assets, prices } = table(loaded)
  expect([...time]).toEqual([0, 60, 120])
  expect(assets).toEqual(['A', 'B', 'D', 'E'])
  expect(prices.map((p) => [...p])).toEqual([
    [1, 2, Number.NaN],
    [Number.NaN, 5, 6],
    [1.5, Number.NaN, 2.5],
    [Number.NaN, Number.NaN, 3.5],
  ])
  expect(loaded.leftOut).toEqual([{ reason: 'empty cells', count: 1 }])
})

test('keeps exchanges apart and takes names from the parameter', async () => {
  const text = `exchange,symbol,${BARS}gemini,ETH,0,1,1,1,1,0\ncoinbase,ETH,0,2,2,2,2,0\n`
  expect(table(await load({ '/a.csv': text })).assets).toEqual(['gemini:ETH', 'coinbase:ETH'])
  const named = await load({ '/a.csv': `${BARS}0,1,1,1,1,0\n` }, { names: ['ETH'] })
  expect(table(named).assets).toEqual(['ETH'])
})

test('reports wicks, and filters low prices only when asked', async () => {
  const bars = `${BARS}0,3,3,3,3,0\n60,3,3,0.0001,2.9,0\n120,2.9,3,2.8,3,0\n`
  const kept = await load({ '/LINKUSDT.csv': bars }, { column: 'low' })
  expect(fact(kept, 'LINK.wicks')).toBe(1)
  expect([...table(kept).prices[0]!]).toEqual([3, 0.0001, 2.8])
  expect(kept.leftOut).toEqual([])
  const filtered = await load({ '/LINKUSDT.csv': bars }, { column: 'low', minPrice: 0.01 })
  expect([...table(filtered).prices[0]!]).toEqual([3, 2.8])
  expect(filtered.leftOut).toEqual([{ reason: 'prices below minPrice 0.01 USD', count: 1 }])
})

describe('refused with file, line, the value and what to do', () => {
  test.each([
    ['no row', '', '/XUSDT.csv:1: there is no row below the header; fetch'],
    ['zero', '0,1,1,0,1,0\n', '/XUSDT.csv:2:4: "0" is below'],
    ['a negative price', '0,1,1,-1,1,0\n', '/XUSDT.csv:2:4: "-1" is below'],
    ['NaN', '0,1,1,1,NaN,0\n', '/XUSDT.csv:2:5: "NaN" is no price'],
    [
      'doubled times',
      '0,1,1,1,1,0\n0,1,1,1,1,0\n',
      '/XUSDT.csv:3:1: time "0" of X does not follow "0"',
    ],
    ['times out of order', '60,1,1,1,1,0\n0,1,1,1,1,0\n', '/XUSDT.csv:3:1: time "0" of X does not'],
    ['a bar inside out', '0,1,0.5,0.4,1,0\n', '/XUSDT.csv:2: low 0.4 and high 0.5 do not enclose'],
  ])('%s', async (_, rows, problem) => {
    const problems = await problemsOf(() => load({ '/XUSDT.csv': BARS + rows }))
    expect(problems).toHaveLength(1)
    expect(problems[0]!.slice(0, problem.length)).toBe(problem)
  })

  test('a time that is none, an asset that is not there, a file without a name', async () => {
    const contents = { '/XUSDT.csv': `${BARS}0,1,1,1,1,0\n` }
    const time = await problemsOf(() => load(contents, { from: 'May 2023' }))
    expect(time[0]).toMatch(/from "May 2023" is no time; write 2023-05-01/)
    const asset = await problemsOf(() => load(contents, { assets: ['Y'] }))
    expect(asset[0]).toMatch(/no prices of "Y"; the files give none/)
    const name = await problemsOf(() => load({ '/bars.csv': contents['/XUSDT.csv'] }))
    expect(name[0]).toMatch(/state it in "names"/)
    const empty = await problemsOf(() => load(contents, { from: '2023-05-01' }))
    expect(empty[0]).toMatch(/no prices between/)
  })
})

test.each([
  ['1683504000', 1683504000],
  ['2023-05-08', 1683504000],
  ['2023-05-08 00:00', 1683504000],
  ['2023-05-08T02:00+02:00', 1683504000],
  ['8.5.2023', Number.NaN],
  ['2023-13-01', Number.NaN],
])('reads the time %s', (text, seconds) => {
  expect(parseTime(text)).toBe(seconds)
})

test('keeps columns under other names', async () => {
  const text = 't,btc_usd,implied_usdc\n0,20000,1\n60,20100,0.99\n'
  const { prices, assets } = table(
    await load({ '/x.csv': text }, { assets: ['USDC=implied_usdc', 'btc_usd'] }),
  )
  expect(assets).toEqual(['btc_usd', 'USDC'])
  expect([...prices[1]!]).toEqual([1, 0.99])
  const [problem] = await problemsOf(() => load({ '/x.csv': text }, { assets: ['USDC=missing'] }))
  expect(problem).toMatch(/no prices of "USDC"/)
})
