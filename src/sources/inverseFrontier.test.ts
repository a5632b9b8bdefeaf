import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Loaded, Params, PositionTable } from '../world/index.ts'
import type { CompoundMarket } from './compoundV2Accounts.ts'
import { createFiles } from './files.ts'
import { inverseFrontier } from './inverseFrontier.ts'
import { readAccounts, readMarkets } from './inverseFrontierFile.ts'
import { dataPath, fact, loadWith, memoryFiles, problemsOf } from './testing.ts'

const FILES = {
  accounts: dataPath('lending/inverse_frontier_accounts_2024-04.csv'),
  markets: dataPath('lending/inverse_frontier_markets_2024-04.json'),
}

type Markets = Readonly<Record<string, CompoundMarket>>
type Prices = Readonly<Record<string, number>>

function load(params: Params = {}): Promise<Loaded> {
  return loadWith(inverseFrontier, { ...FILES, ...params }, createFiles())
}

/** Tokens per asset: supplied and borrowed by the accounts. */
function totalsOf(loaded: Loaded): ReadonlyMap<string, { supplied: number; borrowed: number }> {
  const t = loaded.outputs.positions as PositionTable
  const totals = new Map(t.assets.map((asset) => [asset, { supplied: 0, borrowed: 0 }]))
  t.asset.forEach((a, k) => {
    totals.get(t.assets[a]!)![t.debt[k] === 1 ? 'borrowed' : 'supplied'] += t.amount[k]!
  })
  return totals
}

describe('as found', () => {
  test('18.06 M borrowed against 8.10 M; 16.19 M of it is not covered', async () => {
    const loaded = await load()
    expect((loaded.outputs.positions as PositionTable).accounts).toHaveLength(796)
    expect(fact(loaded, 'markets')).toBe(23)
    expect(fact(loaded, 'totalBorrowed') / 1e6).toBeCloseTo(18.0617, 4)
    expect(fact(loaded, 'totalSupplied') / 1e6).toBeCloseTo(8.1026, 4)
    expect(fact(loaded, 'badDebt') / 1e6).toBeCloseTo(16.1873, 4)
    expect(fact(loaded, 'insolventAccounts')).toBe(58)
  })

  test('the DOLA bad debt of the file is larger by what it counts on solvent accounts', async () => {
    const loaded = await load()
    expect(fact(loaded, 'dolaOwedByInsolvent') / 1e6).toBeCloseTo(7.1994, 4)
    expect(fact(loaded, 'dolaBadDebtOfFile') / 1e6).toBeCloseTo(8.2604, 4)
    expect(fact(loaded, 'dolaBadDebtOfFile.solvent') / 1e6).toBeCloseTo(1.0611, 4)
    const rows = loaded.lists![0]!.rows
    expect(rows).toHaveLength(fact(loaded, 'dolaBadDebtOfFile.solventAccounts'))
    const listed = rows.reduce((total, row) => total + Number(row[1]), 0)
    expect(listed).toBeCloseTo(fact(loaded, 'dolaBadDebtOfFile.solvent'), 3)
    for (const row of rows) expect(Number(row[3])).toBeLessThanOrEqual(Number(row[2]))
  })

  test('the rule behind the file’s figure: frozen collateral counts for nothing', () => {
    const files = createFiles()
    const { markets } = readMarkets(files.read(FILES.markets).text, FILES.markets)
    const accounts = readAccounts(files.read(FILES.accounts).text, FILES.accounts, markets)
    const frozen = ['ETH', 'WBTC', 'YFI']
    let explained = 0
    let all = 0
    for (const { supplies, debts, dolaBadDebt } of accounts) {
      all += dolaBadDebt
      const live = supplies.filter((s) => !frozen.includes(markets[Number(s.name)]!.asset))
      const cover = live.reduce((sum, { name, value }) => {
        const { price, collateralFactor } = markets[Number(name)]!
        return sum + 0.9 * value * price * collateralFactor
      }, 0)
      const owed = debts.find((d) => d.name === '0')?.value ?? 0
      const expected = Math.max(0, owed - cover)
      if (Math.abs(expected - dolaBadDebt) <= 1e-5 * owed + 1e-6) explained += dolaBadDebt
    }
    expect(explained / all).toBeGreaterThan(0.99999)
  })

  test('amounts are cTokens times the exchange rate: dust stands on the grid of whole units', () => {
    const files = createFiles()
    const { markets } = readMarkets(files.read(FILES.markets).text, FILES.markets)
    const accounts = readAccounts(files.read(FILES.accounts).text, FILES.accounts, markets)
    const units = accounts.flatMap(({ supplies }) =>
      supplies.flatMap(({ name, value }) => {
        const { asset, decimals, exchangeRate } = markets[Number(name)]!
        const raw = value / (exchangeRate * 1e-8)
        return decimals === 18 && !asset.startsWith('xINV') && raw < 1e5 ? [raw] : []
      }),
    )
    expect(units.length).toBeGreaterThan(200)
    for (const raw of units)
      expect(Math.abs(raw - Math.round(raw))).toBeLessThan(1.2e-6 * raw + 1e-6)
  })

  test('values of all accounts follow from amounts, prices and factors', async () => {
    const loaded = await load()
    expect(fact(loaded, 'valueDeviation.max')).toBeLessThan(1e-6)
    expect(loaded.lists![1]!.rows).toEqual([])
  })

  test('every asset in use has a price and a market that funds its cTokens', async () => {
    const loaded = await load()
    const markets = loaded.outputs.markets as Markets
    expect(Object.keys(markets)).toEqual(loaded.outputs.assets)
    expect(Object.keys(loaded.outputs.prices as Prices)).toEqual(loaded.outputs.assets)
    expect(loaded.leftOut).toEqual([{ reason: 'markets that no account uses', count: 7 }])
    for (const [asset, { supplied, borrowed }] of totalsOf(loaded))
      expect(markets[asset]!.cash + borrowed).toBeGreaterThan(supplied)
    expect(markets.ETH!.cash).toBe(0)
    expect(markets.yvUSDC!.exchangeRate).toBeCloseTo(0.02, 12)
    expect(markets.xINV!.exchangeRate).toBeCloseTo(7.1514, 4)
  })

  test('more cash and a rate are parameters', async () => {
    const loaded = await load({ cashShare: 0.25, borrowRate: 0.07 })
    const markets = loaded.outputs.markets as Markets
    expect(markets.ETH!.cash).toBeCloseTo(0.25 * totalsOf(loaded).get('ETH')!.supplied, 9)
    expect(markets.DOLA!.baseRate).toBe(0.07)
  })
})

const MARKET = { decimals: 18, collateralFactor: 0.5, priceUsd: 2, exchangeRate: 2e8 }
const MARKETS = {
  lastUpdate: 1712668392190,
  markets: [
    { ...MARKET, index: 0, ctoken: '0xA' },
    { ...MARKET, index: 1, ctoken: '0x7Fcb7DAC61eE35b3D4a51117A7c58D53f0a8a670', priceUsd: 1 },
  ],
}
const HEADER =
  'account,usd_supplied,usd_borrowed,usd_borrowable,usd_shortfall,dola_bad_debt,supplied_by_market,borrowed_by_market,assets_in\n'

function loadTexts(rows: string, markets: unknown = MARKETS): Promise<Loaded> {
  const texts = { '/a.csv': `${HEADER}${rows}`, '/m.json': JSON.stringify(markets) }
  return loadWith(inverseFrontier, { accounts: '/a.csv', markets: '/m.json' }, memoryFiles(texts))
}

describe('any accounts', () => {
  test('collateral that has not entered counts as value, not for health', async () => {
    const loaded = await loadTexts('7,20,3,0,3,3,0:10,1:3,1\n')
    const t = loaded.outputs.positions as PositionTable
    expect(t.assets).toEqual(['market0', 'DOLA'])
    expect([...t.threshold]).toEqual([0, Number.NaN])
    expect(fact(loaded, 'badDebt')).toBe(0)
    expect(fact(loaded, 'liquidatableAccounts')).toBe(1)
    expect(fact(loaded, 'notEnteredKeptAtThreshold0.total')).toBe(20)
    expect(fact(loaded, 'dolaBadDebtOfFile.solvent')).toBe(3)
  })

  test('values that do not follow from the amounts are listed', async () => {
    const loaded = await loadTexts('7,21,3,7,0,0,0:10,1:3,0;1\n')
    expect(loaded.lists![1]!.rows).toEqual([['7', expect.closeTo(1 / 21, 9), 21, 3]])
  })

  test('bad debt is the sum of what collateral does not cover, whatever the amounts', async () => {
    const amount = fc.integer({ min: 0, max: 1e6 }).map((x) => x / 1000)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(amount, amount, fc.boolean())), async (accounts) => {
        const rows = accounts.map(
          ([s, d, entered], i) =>
            `${i},${2 * s},${d},0,0,0,0:${s},1:${d},${entered ? '0;1' : '1'}\n`,
        )
        const loaded = await loadTexts(rows.join(''))
        const expected = accounts.reduce((sum, [s, d]) => sum + Math.max(0, d - 2 * s), 0)
        expect(fact(loaded, 'badDebt')).toBeCloseTo(expected, 6)
        const liquidatable = accounts.filter(([s, d, entered]) => d > (entered ? s : 0))
        expect(fact(loaded, 'liquidatableAccounts')).toBe(liquidatable.length)
      }),
      { numRuns: 50 },
    )
  })
})

describe('refused with place, value and what to do', () => {
  test.each([
    ['an unknown market', '7,0,0,0,0,0,2:1,,\n', ':2:7: market "2" is unknown; known are 0 to 1'],
    ['a name of no market', '7,0,0,0,0,0,,,x\n', ':2:9: market "x" is unknown'],
    ['a negative amount', '7,0,0,0,0,0,0:-1,,\n', ':2:7: "-1" is below 0'],
    ['a market twice', '7,0,0,0,0,0,0:1;0:2,,\n', ':2:7: "0" stands twice'],
    ['an account twice', '7,0,0,0,0,0,,,\n7,0,0,0,0,0,,,\n', ':3:1: account "7" stands already'],
    ['a value that is no number', '7,?,0,0,0,0,,,\n', ':2:2: "?" is no amount'],
  ])('%s', async (_, rows, problem) => {
    const problems = await problemsOf(() => loadTexts(rows))
    expect(problems[0]).toContain(`/a.csv${problem}`)
  })

  test.each([
    ['no list', {}, '/m.json:1: has no list "markets"'],
    [
      'a factor above one',
      { ...MARKETS, markets: [{ ...MARKETS.markets[0], collateralFactor: 1.1 }] },
      '/m.json: $.markets[0].collateralFactor: "1.1" is above 1',
    ],
    [
      'markets out of order',
      { ...MARKETS, markets: [MARKETS.markets[1]] },
      '/m.json: $.markets[0]: index "1" is not 0',
    ],
    [
      'a contract twice',
      { ...MARKETS, markets: [{ ...MARKETS.markets[1], index: 0 }, MARKETS.markets[1]] },
      '/m.json: $.markets[1]: market of "DOLA" stands twice',
    ],
    [
      'no price',
      { ...MARKETS, markets: [{ ...MARKETS.markets[0], priceUsd: null }] },
      '/m.json: $.markets[0].priceUsd: "null" is no number',
    ],
  ])('%s', async (_, markets, problem) => {
    const problems = await problemsOf(() => loadTexts('7,0,0,0,0,0,,,\n', markets))
    expect(problems[0]).toContain(problem)
  })
})
