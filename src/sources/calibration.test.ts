import { describe, expect, test } from 'vitest'
import type { ImpactTable, PriceTable } from '../world/index.ts'
import { depthOfQuotes, depthOfSnapshot, readQuotes, realisedVolatility } from './calibrate.ts'
import { createFiles } from './files.ts'
import { priceHistory } from './priceHistory.ts'
import { quoteCurve } from './quoteCurve.ts'
import { dataPath, loadWith } from './testing.ts'

test('realised volatility of a known path', () => {
  const time = Float64Array.of(0, 3600, 7200, 14400)
  const prices = [Float64Array.of(100, 100 * Math.exp(0.01), 100, 100 * Math.exp(0.02))]
  const table: PriceTable = { time, assets: ['A'], prices }
  const perYear = (0.01 ** 2 + 0.01 ** 2 + 0.02 ** 2) * ((365 * 86400) / 14400)
  expect(realisedVolatility(table, 0)).toBeCloseTo(Math.sqrt(perYear), 12)
})

test('ETH in May 2023 moved by 0.370 a year, hourly closes: the default vol', async () => {
  const given = {
    files: [dataPath('prices/ETHUSDT_1h.csv.gz')],
    from: '2023-05-01',
    to: '2023-05-31T23:59',
  }
  const loaded = await loadWith(priceHistory, given, createFiles())
  expect(realisedVolatility(loaded.outputs.prices as PriceTable, 0)).toBeCloseTo(0.3701, 4)
})

test('depth of quotes that follow the linear law', () => {
  const k = 0.01 / 5e6
  const quotes = [1, 10, 100, 1000, 2000, 3000].map((sold) => {
    const average = 2000 * Math.exp((-k / 2) * sold * 2000)
    return { time: 0, sold, bought: sold * average }
  })
  expect(depthOfSnapshot(quotes) / 5e6).toBeCloseTo(1, 2)
})

describe('USD that moves the marginal price by 1 %, aggregator quotes into USDC, 20 Nov 2023', () => {
  const path = dataPath('dex/1inch_quotes_crvusd_collateral.csv.gz')
  const usdc = { address: '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48', decimals: 6 }
  test.each([
    ['WETH', '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2', 18, [9.3, 11.3, 12.8]],
    ['WBTC', '0x2260fac5e5542a773aa44fbcfedf7c193bc2c599', 8, [2.5, 3.2, 4.0]],
    ['wstETH', '0x7f39c581f595b53c5cb19bd0b3f8da6c935e2ca0', 18, [8.3, 9.9, 11.6]],
    ['sfrxETH', '0xac3e018457b222d93114458476f3e3416abbe38f', 18, [5.4, 7.1, 8.5]],
  ])('%s', (_, address, decimals, expected) => {
    const quotes = readQuotes(createFiles().read(path).text, path, { address, decimals }, usdc)
    const depth = depthOfQuotes(quotes)
    expect(depth.snapshots).toBe(17)
    const found = [depth.p10, depth.median, depth.p90].map((x) => x / 1e6)
    found.forEach((x, i) => {
      expect(x).toBeCloseTo(expected[i]!, 1)
    })
  })
})

test('wstETH into ETH, aggregator quotes of 20 Nov 2023: deep up to 26,500 ETH, then not', async () => {
  const given = {
    file: dataPath('dex/1inch_quotes_crvusd_collateral.csv.gz'),
    ...{ sell: 'wstETH', buy: 'WETH' },
  }
  const { size, impact, spot } = (await loadWith(quoteCurve, given, createFiles())).outputs
    .curve as ImpactTable
  const [near, far] = [size.length - 2, size.length - 1]
  expect((size[near]! * spot) / 26_500).toBeCloseTo(1, 2)
  expect(impact[near]).toBeCloseTo(0.00102, 4)
  expect((size[far]! * spot) / 59_300).toBeCloseTo(1, 2)
  expect(impact[far]).toBeCloseTo(0.0182, 3)
})
