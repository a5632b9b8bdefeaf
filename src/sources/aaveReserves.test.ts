import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Loaded, Params } from '../world/index.ts'
import { readSnapshot } from './aaveReserveFile.ts'
import { type AaveReserve, aaveReserves } from './aaveReserves.ts'
import { aaveStethAccounts } from './aaveStethAccounts.ts'
import { createFiles } from './files.ts'
import { createPositions } from './positions.ts'
import { dataPath, fact, loadWith } from './testing.ts'

const file = dataPath('lending/aave_reserve_params.json')
const SNAPSHOTS: readonly string[] = (
  JSON.parse(createFiles().read(file).text) as { snapshot: string }[]
).map((s) => s.snapshot)

type Reserves = Readonly<Record<string, AaveReserve>>
type EModes = readonly { category: number; liquidationThreshold: number }[]
type Prices = Readonly<Record<string, number>>

function load(params: Params): Promise<Loaded> {
  return loadWith(aaveReserves, { file, ...params }, createFiles())
}

describe('the nine snapshots', () => {
  test('there are nine, all readable, with terms that belong together', async () => {
    expect(SNAPSHOTS).toHaveLength(9)
    for (const snapshot of SNAPSHOTS) {
      const assets = snapshot.includes('Arbitrum')
        ? ['WETH', 'USDC=0xaf88d065e77c8cC2239327C5EDb3A432268e5831']
        : []
      const { outputs } = await load({ snapshot, assets })
      for (const r of Object.values(outputs.reserves as Reserves)) {
        expect(r.ltv).toBeLessThanOrEqual(r.liquidationThreshold)
        expect(r.liquidationThreshold * (1 + r.liquidationBonus)).toBeLessThanOrEqual(1)
        expect(r.liquidationBonus).toBeLessThan(0.25)
        expect(r.slope1 + r.slope2 + r.baseRate).toBeGreaterThanOrEqual(0)
        expect(r.slope2).toBeLessThan(10)
      }
      for (const price of Object.values(outputs.prices as Prices)) {
        expect(price).toBeGreaterThan(1e-3)
        expect(price).toBeLessThan(2e5)
      }
    }
  })

  test('Ethereum of October 2023: eModes named by the reserves', async () => {
    const loaded = await load({ snapshot: 'Ethereum_Upgrade', assets: ['ETH=WETH', 'wstETH'] })
    const { ETH, wstETH } = loaded.outputs.reserves as Reserves
    expect(ETH).toEqual({
      ltv: 0.805,
      liquidationThreshold: 0.83,
      liquidationBonus: 0.05,
      liquidationProtocolFee: 0.1,
      reserveFactor: 0.15,
      supplyCap: 1_800_000,
      borrowCap: 1_400_000,
      debtCeiling: 0,
      borrowableInIsolation: 0,
      siloedBorrowing: 0,
      eMode: 1,
      optimalUtilization: expect.closeTo(0.8, 12),
      baseRate: 0,
      slope1: expect.closeTo(0.028, 12),
      slope2: expect.closeTo(0.8, 12),
      cash: 0,
    })
    expect(wstETH!.eMode).toBe(1)
    expect(loaded.outputs.eModes).toEqual([
      { category: 1, ltv: 0.9, liquidationThreshold: 0.93, liquidationBonus: 0.01 },
    ])
    expect((loaded.outputs.prices as Prices).ETH).toBeCloseTo(1816.855, 3)
    expect(loaded.assumptions[0]).toMatchObject({ value: expect.stringContaining('20231031') })
    expect(loaded.assumptions[1]).toMatchObject({ value: 'ETH, wstETH', parameter: 'utilization' })
  })

  test('Ethereum of 2025: cash in tokens, ceilings in USD, eModes from bitmaps', async () => {
    const { outputs, leftOut } = await load({ snapshot: 'Ethereum core, mid-2025' })
    const reserves = outputs.reserves as Reserves
    expect(reserves.wstETH!.cash / 955_002.8).toBeCloseTo(1, 6)
    expect(reserves.USDC!.cash / 407.385e6).toBeCloseTo(1, 5)
    expect(reserves['1INCH']!.debtCeiling).toBe(1_179_648)
    expect(reserves.WETH!.liquidationThreshold).toBe(0.83)
    const inFirst = Object.keys(reserves).filter((name) => reserves[name]!.eMode === 1)
    expect(inFirst.sort()).toEqual(
      ['WETH', 'wstETH', 'cbETH', 'rETH', 'weETH', 'osETH', 'ETHx'].sort(),
    )
    expect(outputs.eModes as EModes).toHaveLength(16)
    expect(leftOut.map((l) => l.reason).join()).toContain('further eModes')
  })

  test('the known order of reserve ids fits the labels of the eModes', async () => {
    const labels: Readonly<Record<number, readonly [string, RegExp]>> = {
      2: ['sUSDe', /sUSDe Stablecoins/],
      3: ['rsETH', /rsETH/],
      4: ['LBTC', /LBTC_WBTC/],
      7: ['eBTC', /eBTC\/WBTC/],
      9: ['PT-eUSDE-29MAY2025', /PT-eUSDe Stablecoins May 2025/],
      13: ['PT-eUSDE-14AUG2025', /PT-eUSDe Stablecoins August 2025/],
      16: ['FBTC', /FBTC/],
    }
    const raw = (JSON.parse(createFiles().read(file).text) as unknown[])[0] as {
      eModes: Record<string, { label: string }>
    }
    for (const [category, [symbol, label]] of Object.entries(labels)) {
      const { outputs } = await load({
        snapshot: 'Ethereum core, mid-2025',
        categories: [Number(category)],
      })
      expect(raw.eModes[category]!.label).toMatch(label)
      expect((outputs.reserves as Reserves)[symbol]!.eMode).toBe(Number(category))
      expect((outputs.eModes as EModes).map((e) => e.category)).toEqual([Number(category)])
    }
  })

  test('bitmaps of a pool whose ids are unknown need reserveIds', async () => {
    const without = await load({ snapshot: 'Mantle' })
    expect(without.leftOut.map((l) => l.reason).join()).toContain(
      'without the parameter reserveIds',
    )
    const ids = [
      'WETH',
      'WMNT',
      'USDT0',
      'USDC',
      'USDe',
      'sUSDe',
      'FBTC',
      'syrupUSDT',
      'wrsETH',
      'GHO',
    ]
    const given = await load({ snapshot: 'Mantle', reserveIds: ids })
    const reserves = given.outputs.reserves as Reserves
    expect([reserves.sUSDe!.eMode, reserves.FBTC!.eMode, reserves.WMNT!.eMode]).toEqual([1, 3, 0])
  })

  test('v2: prices in ETH become USD by USDC at par or a given price; no later terms', async () => {
    const implied = await load({ snapshot: 'AaveV2Polygon' })
    const prices = implied.outputs.prices as Prices
    expect(prices.USDC).toBeCloseTo(1, 12)
    expect(prices.WETH).toBeCloseTo(1898.19, 1)
    const given = (await load({ snapshot: 'AaveV2Polygon', ethPrice: 2000 })).outputs
    expect((given.prices as Prices).WETH).toBe(2000)
    const { DAI } = given.reserves as Reserves
    expect([DAI!.supplyCap, DAI!.eMode, DAI!.liquidationProtocolFee]).toEqual([0, 0, 0])
    expect(given.eModes).toEqual([])
  })
})

describe('cash', () => {
  const snapshot = 'Ethereum_Upgrade'

  test('given cash replaces the snapshot’s and is scaled', async () => {
    const { outputs } = await load({
      snapshot: 'Ethereum core, mid-2025',
      assets: ['WETH', 'wstETH'],
      cash: [{ asset: 'WETH', amount: 100 }],
      cashScale: 0.5,
    })
    const { WETH, wstETH } = outputs.reserves as Reserves
    expect(WETH!.cash).toBe(50)
    expect(wstETH!.cash / (0.5 * 955_002.8)).toBeCloseTo(1, 6)
  })

  test('a utilization gives the cash that a snapshot does not', async () => {
    const positions = createPositions()
    positions.account('0')
    positions.collateral('wstETH', 10)
    positions.debt('WETH', 90)
    const { outputs } = await load({
      ...{ snapshot, assets: ['WETH', 'wstETH'] },
      ...{ positions: positions.table(), utilization: 0.9 },
    })
    const reserves = outputs.reserves as Reserves
    expect(reserves.WETH!.cash).toBeCloseTo(10, 9)
    // Collateral that nobody borrows is all there.
    expect(reserves.wstETH!.cash).toBeCloseTo(10, 6)
  })

  test('positions are funded exactly where cash would not do', async () => {
    const amount = fc.double({ min: 0, max: 1e6, noNaN: true })
    await fc.assert(
      fc.asyncProperty(amount, amount, amount, async (supplied, owed, cash) => {
        const into = createPositions()
        into.account('0')
        into.collateral('WETH', supplied)
        into.debt('WETH', owed)
        const { outputs, facts } = await load({
          snapshot,
          assets: ['WETH'],
          cash: [{ asset: 'WETH', amount: cash }],
          positions: into.table(),
        })
        const { WETH } = outputs.reserves as Reserves
        expect(WETH!.cash + owed).toBeGreaterThanOrEqual(supplied)
        const isRaised = facts.find((f) => f.name === 'reservesWithCashRaised')!.value === 1
        if (isRaised) expect(WETH!.cash - Math.max(0, supplied - owed)).toBeLessThan(1e-2)
        else expect(WETH!.cash).toBe(cash)
      }),
      { numRuns: 25 },
    )
  })

  test('the v3 borrowers and plain reserves for their remainder', async () => {
    const borrowers = await loadWith(
      aaveStethAccounts,
      { borrowers: dataPath('lending/aave_v3_wsteth_borrowers_2023-06.csv') },
      createFiles(),
    )
    const plain = ['otherCollateral', 'otherDebt'].map((asset) => ({
      asset,
      price: 1,
      liquidationThreshold: 0.7,
      liquidationBonus: 0.1,
      cash: 0,
    }))
    const loaded = await load({
      snapshot,
      assets: ['ETH=WETH', 'wstETH', 'cbETH', 'rETH'],
      plain,
      positions: borrowers.outputs.positions,
    })
    const reserves = loaded.outputs.reserves as Reserves
    const tokens = fact(borrowers, 'otherCollateral')
    expect(reserves.otherCollateral!.cash / tokens).toBeCloseTo(1, 8)
    expect(reserves.otherDebt).toMatchObject({ cash: 0, slope1: 0, liquidationThreshold: 0.7 })
    expect(reserves.wstETH!.cash).toBeGreaterThan(299_907)
    expect((loaded.outputs.prices as Prices).otherDebt).toBe(1)
  })
})

test('a snapshot is found by part of its name', () => {
  const { text } = createFiles().read(file)
  expect(readSnapshot(text, file, 'Optimism').reserves.length).toBe(13)
})
