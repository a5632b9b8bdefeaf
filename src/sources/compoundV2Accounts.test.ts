import { beforeAll, describe, expect, test } from 'vitest'
import type { Loaded, Params, PositionTable } from '../world/index.ts'
import { type CompoundMarket, compoundV2Accounts } from './compoundV2Accounts.ts'
import { createFiles } from './files.ts'
import { dataPath, fact, loadWith, memoryFiles, problemsOf } from './testing.ts'

const FILES = {
  accounts: dataPath('lending/compound_v2_accounts_2023-05.csv.gz'),
  implied: dataPath('lending/compound_v2_market_implied_2023-05.csv'),
  parameters: dataPath('lending/compound_v2_public_parameters.csv'),
}

type Outputs = {
  readonly positions: PositionTable
  readonly prices: Readonly<Record<string, number>>
  readonly markets: Readonly<Record<string, CompoundMarket>>
}

const files = createFiles()

function load(params: Params = {}): Promise<Loaded> {
  return loadWith(compoundV2Accounts, { ...FILES, ...params }, files)
}

function outputs(loaded: Loaded): Outputs {
  return loaded.outputs as unknown as Outputs
}

type Row = { readonly debt: number; readonly weighted: number; readonly value: number }

/** Values of every account in USD, from the outputs alone; `move` multiplies prices. */
function rowsOf(out: Outputs, move: Readonly<Record<string, number>> = {}): readonly Row[] {
  const { positions: t, prices, markets } = out
  return t.accounts.map((_, i) => {
    let debt = 0
    let weighted = 0
    let value = 0
    for (let k = t.start[i]!; k < t.start[i + 1]!; k++) {
      const asset = t.assets[t.asset[k]!]!
      const usd = t.amount[k]! * prices[asset]! * (move[asset] ?? 1)
      if (t.debt[k] === 1) debt += usd
      else {
        value += usd
        const own = t.threshold[k]!
        weighted += usd * (Number.isNaN(own) ? markets[asset]!.collateralFactor : own)
      }
    }
    return { debt, weighted, value }
  })
}

function total(rows: readonly number[]): number {
  return rows.reduce((sum, x) => sum + x, 0)
}

/** Share of debt that becomes liquidatable when only ETH falls, both at prices before. */
function shareAfter(out: Outputs, drop: number): number {
  const before = rowsOf(out)
  const after = rowsOf(out, { ETH: 1 - drop })
  const hit = before.filter((_, i) => after[i]!.debt > after[i]!.weighted * (1 + 1e-12))
  return total(hit.map((row) => row.debt)) / total(before.map((row) => row.debt))
}

describe('the accounts of May 2023', () => {
  let loaded: Loaded
  let out: Outputs
  beforeAll(async () => {
    loaded = await load()
    out = outputs(loaded)
  })

  test('owe 300,001 ETH; 305,900 before scaling; 104 ETH are liquidatable at the start', () => {
    expect(out.positions.accounts).toHaveLength(12433)
    expect(fact(loaded, 'accountsWithDebt')).toBe(8851)
    expect(Math.abs(fact(loaded, 'totalDebt') - 300001)).toBeLessThan(1)
    expect(Math.abs(fact(loaded, 'totalDebtBeforeScaling') - 305900)).toBeLessThan(10)
    expect(fact(loaded, 'liquidatableDebtAtStart')).toBeCloseTo(103.98, 1)
    expect(fact(loaded, 'liquidatableAccountsAtStart')).toBe(1550)
    const rows = rowsOf(out)
    expect(Math.abs(total(rows.map((row) => row.debt)) / 1837 - 300001)).toBeLessThan(1)
    const hit = rows.filter((row) => row.debt > row.weighted * (1 + 1e-12))
    expect(Math.abs(total(hit.map((row) => row.debt)) / 1837 - 104)).toBeLessThan(1)
  })

  test.each([
    [0.4, 0.133],
    [0.3, 0.077],
    [0.2, 0.057],
  ])('when only ETH falls by %d, %d of the debt is liquidatable', (drop, share) => {
    expect(Math.abs(shareAfter(out, drop) - share)).toBeLessThan(0.003)
  })

  test('carry the weighted collateral of the file, and weighted / factor unweighted', () => {
    const rows = rowsOf(out)
    // Account 2: cUSDC only, 27235.57 ETH weighted.
    expect(rows[2]!.weighted / 1837).toBeCloseTo(27235.57, 4)
    expect(rows[2]!.value / 1837).toBeCloseTo(27235.57 / 0.855, 4)
    expect(rows[2]!.debt / 1837).toBeCloseTo(15927.13, 4)
    // Account 0: three supplies, scaled by one factor.
    expect(rows[0]!.weighted / 1837).toBeCloseTo(68174.16, 4)
    const cTokens = { ETH: 1467753, BAT: 4.130697e9, WBTC: 176472.6 }
    const per = { ETH: 0.01656905, BAT: 1.611767e-6, WBTC: 0.2107815 }
    const names = ['ETH', 'BAT', 'WBTC'] as const
    const factor = 68174.16 / total(names.map((asset) => cTokens[asset] * per[asset]))
    const value = total(
      names.map((a) => (cTokens[a] * per[a] * factor) / out.markets[a]!.collateralFactor),
    )
    expect(rows[0]!.value / 1837 / value).toBeCloseTo(1, 9)
  })

  test('imply prices that the freshest debts allow, and exchange rates near those of the time', () => {
    const { prices, markets } = out
    expect(prices).toMatchObject({ ETH: 1837, USDC: 1, DAI: 1, USDT: 1, FEI: 1 })
    expect(markets.ETH!.exchangeRate).toBeCloseTo(0.02008, 5)
    expect(markets.USDC!.exchangeRate).toBeCloseTo(0.02279, 5)
    expect(markets.DAI!.exchangeRate).toBeCloseTo(0.02219, 5)
    expect(markets.WBTC!.exchangeRate).toBeCloseTo(0.0201, 10)
    // Least implied debt value per unit (column p05): principal plus the least interest.
    const freshest = { AAVE: 0.03739185, COMP: 0.02041922, LINK: 0.003662445, UNI: 0.002792788 }
    const others = { BAT: 0.0001306815, SUSHI: 0.000512227, WBTC: 15.02925, ZRX: 0.000122206 }
    for (const [asset, eth] of Object.entries({ ...freshest, ...others }))
      expect(prices[asset]! / (eth * 1837)).toSatisfy((ratio: number) => ratio > 0.9 && ratio <= 1)
  })

  test('typical interest agrees with the markets whose price is known twice', () => {
    const debt = { AAVE: 0.03757171, BAT: 0.0001411796, COMP: 0.02107267, ETH: 1.044866 }
    const more = { LINK: 0.003880764, SUSHI: 0.0005480371, UNI: 0.002982031, WBTC: 15.4311 }
    const ratios = Object.entries({ ...debt, ...more, ZRX: 0.0001349309 }).map(
      ([asset, eth]) => (eth * 1837) / out.prices[asset]! - 1,
    )
    expect(ratios.toSorted((a, b) => a - b)[4]).toBeCloseTo(0.055, 1)
  })

  test('leave nothing out; cash funds all cTokens of the accounts', () => {
    expect(loaded.leftOut).toEqual([])
    expect(fact(loaded, 'notEnteredKeptAtThreshold0')).toBe(303)
    expect(fact(loaded, 'balancesOfTwoContractsAddedUp')).toBe(138)
    const held = new Map<string, number>()
    const { positions: t } = out
    t.amount.forEach((amount, k) => {
      const asset = t.assets[t.asset[k]!]!
      held.set(asset, (held.get(asset) ?? 0) + (t.debt[k] === 1 ? -amount : amount))
    })
    for (const [asset, net] of held) expect(out.markets[asset]!.cash).toBeGreaterThanOrEqual(net)
    const usdc = out.markets.USDC!
    expect(usdc.cash).toBeCloseTo(230577000, -7)
  })

  test('both factors are reported', () => {
    expect(fact(loaded, 'debtFactor.count')).toBe(8851)
    expect(fact(loaded, 'debtFactor.p50')).toBeCloseTo(1.0206, 3)
    expect(fact(loaded, 'debtFactor.outside0.8-1.2')).toBe(276)
    expect(fact(loaded, 'debtFactor.outside0.8-1.2.total')).toBeLessThan(1.5)
    expect(fact(loaded, 'collateralFactor.count')).toBe(11987)
    expect(fact(loaded, 'collateralFactor.p01')).toBeCloseTo(0.8334, 4)
    expect(fact(loaded, 'collateralFactor.p99')).toBeCloseTo(1, 5)
    expect(fact(loaded, 'collateralFactor.outside0.8-1.2')).toBe(76)
  })

  test('every assumption but the zero reserves names the parameter that changes it', () => {
    for (const { name, parameter, source } of loaded.assumptions) {
      expect(source).not.toBe('')
      if (name !== 'reserves') expect(Object.keys(compoundV2Accounts.params)).toContain(parameter)
    }
  })
})

test('accounts below a stated health factor can be left out, and are counted', async () => {
  const [all, some] = await Promise.all([load(), load({ lowestHealth: 1.1 })])
  const isLow = ({ debt, weighted }: Row): boolean => debt > 0 && weighted / debt < 1.1 - 1e-9
  const before = rowsOf(outputs(all))
  const after = rowsOf(outputs(some))
  const low = before.filter(isLow)
  expect(low.length).toBeGreaterThan(1000)
  expect(after.filter(isLow)).toEqual([])
  const gone = some.leftOut.find(({ reason }) => reason.includes('lowestHealth'))!
  // What counts is the stated total, which a few accounts' entries do not explain.
  expect(gone.count).toBe(before.length - after.length)
  expect(Math.abs(gone.count - low.length)).toBeLessThan(0.01 * low.length)
  expect(all.leftOut.some(({ reason }) => reason.includes('lowestHealth'))).toBe(false)
})

describe('assumptions', () => {
  test('a larger collateral factor keeps the weighted collateral and lowers the tokens', async () => {
    const [base, more] = [
      outputs(await load()),
      outputs(await load({ collateralFactorScale: 1.2 })),
    ]
    expect(more.prices).toEqual(base.prices)
    expect(more.markets.ETH!.collateralFactor).toBeCloseTo(0.99, 12)
    expect(more.markets.USDC!.collateralFactor).toBe(1)
    const [was, is] = [rowsOf(base), rowsOf(more)]
    for (const i of [0, 1, 2, 3, 4]) {
      expect(is[i]!.weighted / was[i]!.weighted).toBeCloseTo(1, 9)
      expect(is[i]!.value / was[i]!.value).toBeLessThan(0.87)
    }
  })

  test('a shifted collateral factor leaves every position as it is, and moves what counts', async () => {
    const shifts = (asset: string, by: number) => ({ collateralFactorShifts: [{ asset, by }] })
    const base = outputs(await load())
    expect(outputs(await load(shifts('ETH', 0)))).toEqual(base)
    const more = outputs(await load(shifts('ETH', 0.05)))
    expect(more.positions).toEqual(base.positions)
    expect(more.markets.ETH!.collateralFactor).toBeCloseTo(0.875, 12)
    expect({ ...more.markets, ETH: base.markets.ETH }).toEqual(base.markets)
    expect(outputs(await load(shifts('ETH', 0.9))).markets.ETH!.collateralFactor).toBe(0.999999)
    await expect(load(shifts('ETC', 0.05))).rejects.toThrow('"ETC" has no market')
  })

  test('exchange rates change units, not values', async () => {
    const [base, more] = [outputs(await load()), outputs(await load({ exchangeRateScale: 0.8 }))]
    expect(more.prices.WBTC! / base.prices.WBTC!).toBeCloseTo(1.25, 9)
    expect(more.markets.ETH!.exchangeRate).toBe(base.markets.ETH!.exchangeRate)
    expect(rowsOf(more)[0]!.weighted / rowsOf(base)[0]!.weighted).toBeCloseTo(1, 9)
  })

  test('cash, rates and reserve factors scale', async () => {
    const base = outputs(await load()).markets
    const given = { cashScale: 1.2, rateScale: 0.8, reserveFactorScale: 10 }
    const more = outputs(await load(given)).markets
    expect(more.USDC!.cash / base.USDC!.cash).toBeCloseTo(1.2, 9)
    expect(more.USDC!.multiplier).toBeCloseTo(0.032, 12)
    expect(more.COMP!.reserveFactor).toBe(1)
    const less = outputs(await load({ cashScale: 0.1 })).markets
    expect(less.ETH!.cash / base.ETH!.cash).toBeGreaterThan(0.5)
  })

  test('the price of ETH scales everything but stablecoins', async () => {
    const [base, more] = [outputs(await load()), outputs(await load({ ethPrice: 3674 }))]
    expect(more.prices.WBTC! / base.prices.WBTC!).toBeCloseTo(2, 9)
    expect(more.prices.USDC).toBe(1)
    expect(Math.abs(shareAfter(more, 0.4) - 0.133)).toBeLessThan(0.003)
  })
})

describe('broken copies are refused', () => {
  const text = (path: string): string => files.read(path).text
  const head = 'account,borrow_eth,collateral_eth_weighted,ctoken_balances,debt_balances\n'

  async function refused(change: Partial<Record<keyof typeof FILES, string>>): Promise<string[]> {
    const contents = {
      '/accounts.csv': change.accounts ?? `${head}0,1,2,cETH:100,cDAI:1000\n`,
      '/implied.csv': change.implied ?? text(FILES.implied),
      '/parameters.csv': change.parameters ?? text(FILES.parameters),
    }
    const params = {
      accounts: '/accounts.csv',
      implied: '/implied.csv',
      parameters: '/parameters.csv',
    }
    const from = memoryFiles(contents)
    return [...(await problemsOf(() => loadWith(compoundV2Accounts, params, from)))]
  }

  test('the unbroken one is not', async () => {
    expect(await refused({})).toEqual([])
  })

  test.each([
    ['an unknown market', '0,1,2,cXYZ:1,cDAI:1\n', '/accounts.csv:2:4: market "cXYZ" is unknown'],
    ['a name without c', '0,1,2,ETH:1,cDAI:1\n', '/accounts.csv:2:4: market "ETH" is unknown'],
    ['a negative balance', '0,1,2,cETH:-1,cDAI:1\n', '/accounts.csv:2:4: "-1" is below 0'],
    ['a NaN', '0,NaN,2,cETH:1,cDAI:1\n', '/accounts.csv:2:2: "NaN" is no amount of ETH'],
    ['a doubled market', '0,1,2,cETH:1;cETH:2,cDAI:1\n', '/accounts.csv:2:4: "cETH" stands twice'],
    ['a third contract', '0,1,2,cETH:1,cDAI:1;cDAI:1;cDAI:1\n', '/accounts.csv:2:5: "cDAI" stands'],
    ['a doubled account', '0,1,2,,\n0,1,2,,\n', '/accounts.csv:3:1: account "0" stands already in'],
    ['a missing column', '0,1,2,cETH:1\n', '/accounts.csv:2: 4 cells where the header has 5'],
    ['a cut-off row', '0,1,2,cETH:1,cDAI:1', '/accounts.csv:2: the last row has no line end'],
  ])('%s', async (_, rows, problem) => {
    const problems = await refused({ accounts: head + rows })
    expect(problems).toHaveLength(1)
    expect(problems[0]!.slice(0, problem.length)).toBe(problem)
  })

  test('a missing header, an asset in one file only, a bad rule', async () => {
    const noHeader = await refused({ accounts: '0,1,2,cETH:1,cDAI:1\n' })
    expect(noHeader[0]).toMatch(/^\/accounts\.csv:1: column "account" is missing/)
    const fewer = text(FILES.parameters).replace(/^YFI.*\n/m, '')
    expect((await refused({ parameters: fewer }))[0]).toMatch(/asset "YFI" is missing; add its row/)
    const rule = text(FILES.parameters).replace('ETH,1,0.825,,eth', 'ETH,1,0.825,,market')
    expect((await refused({ parameters: rule }))[0]).toMatch(/:2:5: "market" is no price or rule/)
  })

  test('totals that no entry explains are counted', async () => {
    const from = memoryFiles({ '/a.csv': `${head}0,1,2,cUSDT:5,\n1,0,0,,cDAI:7\n` })
    const given = { ...FILES, accounts: '/a.csv' }
    const both = {
      read: (path: string) => (path === '/a.csv' ? from : files).read(path),
      seen: [],
    }
    const loaded = await loadWith(compoundV2Accounts, given, both)
    expect(loaded.leftOut).toEqual([
      { reason: 'debt in ETH without a debt balance', count: 1, amount: 1, unit: 'ETH' },
      {
        reason: 'weighted collateral in ETH without a cToken balance that counts',
        count: 1,
        amount: 2,
        unit: 'ETH',
      },
      { reason: 'balances of zero, or debts of an account whose total is zero', count: 1 },
    ])
  })
})
