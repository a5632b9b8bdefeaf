import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Loaded, Params, PositionTable } from '../world/index.ts'
import { aaveStethAccounts } from './aaveStethAccounts.ts'
import { createFiles } from './files.ts'
import { dataPath, fact, loadWith, memoryFiles } from './testing.ts'

const V2 = {
  borrowers: dataPath('lending/aave_v2_steth_borrowers_2023-06.csv'),
  stableDebtors: dataPath('lending/aave_v2_steth_stable_debtors_2023-06.csv'),
}
const V3 = {
  borrowers: dataPath('lending/aave_v3_wsteth_borrowers_2023-06.csv'),
  stableDebtors: dataPath('lending/aave_v3_wsteth_stable_debtors_2023-06.csv'),
}

type Prices = Readonly<Record<string, number>>
type Sums = { collateral: number; weighted: number; debt: number }

function load(params: Params): Promise<Loaded> {
  return loadWith(aaveStethAccounts, params, createFiles())
}

/** Sums per account at the prices of the source. */
function sumsOf(loaded: Loaded): readonly Sums[] {
  const t = loaded.outputs.positions as PositionTable
  const prices = loaded.outputs.prices as Prices
  return t.accounts.map((_, i) => {
    const sums = { collateral: 0, weighted: 0, debt: 0 }
    for (let k = t.start[i]!; k < t.start[i + 1]!; k++) {
      const value = t.amount[k]! * prices[t.assets[t.asset[k]!]!]!
      if (t.debt[k] === 1) sums.debt += value
      else {
        sums.collateral += value
        sums.weighted += value * t.threshold[k]!
      }
    }
    return sums
  })
}

/** Columns of a borrowers file by name, as numbers. */
function columnsOf(path: string): readonly Readonly<Record<string, number>>[] {
  const [header, ...rows] = createFiles().read(path).text.trim().split('\n')
  const names = header!.split(',')
  return rows.map((row) => {
    const cells = row.split(',')
    return Object.fromEntries(names.map((name, i) => [name, Number(cells[i])]))
  })
}

describe.each([
  ['v2', V2, 'eth', 1719.57, 1309, 1_104_269.945, 509_688.354],
  ['v3', V3, 'usd', 1, 502, 652_122_461, 403_940_327],
] as const)('%s as found', (_, files, unit, usd, accounts, collateral, debt) => {
  test('accounts and totals are those of the file', async () => {
    const loaded = await load(files)
    const sums = sumsOf(loaded)
    const of = (key: keyof Sums): number => sums.reduce((total, s) => total + s[key], 0) / usd
    expect(sums).toHaveLength(accounts)
    expect(of('collateral') / collateral).toBeCloseTo(1, 8)
    expect(of('debt') / debt).toBeCloseTo(1, 8)
    expect(fact(loaded, 'totalCollateral') / of('collateral')).toBeCloseTo(1, 9)
    expect(fact(loaded, 'totalDebt') / of('debt')).toBeCloseTo(1, 9)
  })

  test('every health factor rebuilds to 1e-6 from tokens, prices and thresholds', async () => {
    const sums = sumsOf(await load(files))
    const worst = columnsOf(files.borrowers).map((row, i) => {
      expect(sums[i]!.collateral / usd / row[`collateral_${unit}`]!).toBeCloseTo(1, 12)
      return Math.abs(sums[i]!.weighted / sums[i]!.debt / row.health_factor! - 1)
    })
    expect(worst).toHaveLength(accounts)
    expect(Math.max(...worst)).toBeLessThanOrEqual(1e-6)
  })

  test('all rows of stablecoin debt find their account, and no account is overfull', async () => {
    const loaded = await load(files)
    expect(fact(loaded, 'stableDebtorsJoined')).toBe(columnsOf(files.stableDebtors).length)
    expect(loaded.leftOut).toEqual([])
    expect(fact(loaded, 'columnsDisagree')).toBe(0)
  })
})

test('v2: prices in ETH, one debt moved within its last digit, thresholds of the reserve', async () => {
  const loaded = await load(V2)
  const prices = loaded.outputs.prices as Prices
  expect(prices.ETH).toBe(1719.57)
  expect(prices.stETH! / prices.ETH!).toBeCloseTo(0.9997409, 6)
  expect(loaded.lists?.[0]?.rows.map((row) => row[0])).toEqual(['217'])
  expect(fact(loaded, 'ownThreshold')).toBe(0.83)
  expect(fact(loaded, 'withAverageThreshold')).toBe(10)
  expect((loaded.outputs.positions as PositionTable).category).toBeUndefined()
})

test('v3: prices implied by most single-asset accounts, e-mode as category 1', async () => {
  const loaded = await load(V3)
  const prices = loaded.outputs.prices as Prices
  expect(prices.ETH).toBeCloseTo(1719.57, 2)
  expect(prices.wstETH).toBeCloseTo(1941.05, 2)
  expect(prices.cbETH).toBeCloseTo(1786.16, 2)
  expect(prices.rETH).toBeCloseTo(1847.51, 2)
  expect(fact(loaded, 'filePrice.wstETH.agree')).toBe(317)
  expect(fact(loaded, 'filePrice.wstETH.spread')).toBeLessThan(3e-6)
  const { category } = loaded.outputs.positions as PositionTable
  expect(category?.reduce((a, b) => a + b, 0)).toBe(130)
  expect(fact(loaded, 'ownThreshold.eMode')).toBe(0.93)
  expect((loaded.outputs.rates as Prices).wstETH).toBeCloseTo(1.1288, 4)
})

test('another price of ETH moves what is priced in ETH, and says so', async () => {
  const [then, now] = [await load(V3), await load({ ...V3, ethPrice: 859.785 })]
  const [a, b] = [then.outputs.prices as Prices, now.outputs.prices as Prices]
  for (const name of ['ETH', 'wstETH', 'cbETH', 'rETH'])
    expect(b[name]! / a[name]!).toBeCloseTo(0.5, 7)
  for (const name of ['USDC', 'DAI', 'otherCollateral', 'otherDebt']) expect(b[name]).toBe(1)
  expect(now.outputs.positions).toEqual(then.outputs.positions)
  const said = now.assumptions.find((entry) => entry.name === 'prices set to one date')
  expect(said).toMatchObject({ value: 859.785, parameter: 'ethPrice' })
  expect(then.assumptions.some((entry) => entry.name === 'prices set to one date')).toBe(false)
})

test('coins that are not kept, and coins without a name, join the remainder in value', async () => {
  const all = await load(V3)
  const few = await load({ ...V3, coins: ['USDC'], cbeth: '', staked: 'W', eth: 'WETH' })
  const assets = (few.outputs.positions as PositionTable).assets
  expect([...assets].sort()).toEqual(
    ['W', 'WETH', 'USDC', 'rETH', 'otherCollateral', 'otherDebt'].sort(),
  )
  const merged = ['DAI', 'USDT', 'LUSD'].reduce((s, coin) => s + fact(all, `stableDebt.${coin}`), 0)
  expect(fact(few, 'otherDebt') / (fact(all, 'otherDebt') + merged)).toBeCloseTo(1, 9)
  const [a, b] = [sumsOf(all), sumsOf(few)]
  a.forEach((sums, i) => {
    expect(b[i]!.debt / sums.debt).toBeCloseTo(1, 12)
    expect(b[i]!.weighted / sums.weighted).toBeCloseTo(1, 12)
  })
})

test('any mix of assets keeps its totals and its weighted collateral', async () => {
  const account = fc.record({
    staked: fc.double({ min: 0.01, max: 1e4, noNaN: true }),
    other: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1e7, noNaN: true })),
    bps: fc.integer({ min: 1, max: 10_000 }),
    weth: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1e3, noNaN: true })),
    rest: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
    eMode: fc.integer({ min: 0, max: 1 }),
  })
  const digits = (x: number): string => `${Number(x.toPrecision(7))}`
  const row = (i: number, c: number, d: number, bps: number, rest: string): string =>
    `${i},${digits(c)},${digits(d)},${bps},0,${digits((c * bps) / d / 1e4)},${rest},0,0\n`
  const singles = [1, 2, 3].map((x) => row(x, 2000 * x, 1500, 8000, `${x},${1},0`)).join('')
  await fc.assert(
    fc.asyncProperty(fc.array(account, { minLength: 1, maxLength: 8 }), async (accounts) => {
      const wanted = accounts.map((a) => ({
        ...a,
        collateral: Number(digits(a.staked * 2000 + a.other)),
        debt: Number(digits(a.weth * 1500 + a.rest)),
      }))
      const rows = wanted.map((a, i) =>
        row(i + 9, a.collateral, a.debt, a.bps, `${digits(a.staked)},${digits(a.weth)},${a.eMode}`),
      )
      const header =
        'account,collateral_usd,debt_usd,liq_threshold_bps,ltv_bps,health_factor,wsteth_collateral,weth_debt,emode,cbeth_collateral,reth_collateral\n'
      const files = memoryFiles({ '/b.csv': `${header}${singles}${rows.join('')}` })
      const loaded = await loadWith(aaveStethAccounts, { borrowers: '/b.csv' }, files)
      const sums = sumsOf(loaded).slice(3)
      wanted.forEach((a, i) => {
        expect(sums[i]!.collateral / a.collateral).toBeCloseTo(1, 9)
        expect(sums[i]!.weighted / (a.collateral * a.bps * 1e-4)).toBeCloseTo(1, 9)
        expect(Math.abs(sums[i]!.debt / a.debt - 1)).toBeLessThanOrEqual(5.1e-7)
      })
      expect(fact(loaded, 'columnsDisagree')).toBe(0)
    }),
    { numRuns: 60 },
  )
})
