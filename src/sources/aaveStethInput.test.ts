import { describe, expect, test } from 'vitest'
import type { Loaded, Params, PositionTable } from '../world/index.ts'
import { aaveStethAccounts } from './aaveStethAccounts.ts'
import { fact, loadWith, memoryFiles, problemsOf } from './testing.ts'

const HEADER =
  'account,collateral_eth,debt_eth,liq_threshold_bps,ltv_bps,health_factor,steth_collateral,weth_debt'
const ROWS = [
  '0,10,5,8300,7200,1.66,10,5',
  '1,20,5,8300,7200,3.32,20,0',
  '2,30,5,8300,7200,4.98,30,2',
]
const STABLES = 'account,collateral,debt,health_factor,liq_threshold_bps,steth_collateral,diff_debt'

const csv = (header: string, rows: readonly string[]): string => `${[header, ...rows].join('\n')}\n`

function load(rows: readonly string[], stables = '', params: Params = {}): Promise<Loaded> {
  const files = memoryFiles({ '/b.csv': csv(HEADER, rows), '/s.csv': stables })
  const stableDebtors = stables === '' ? '' : '/s.csv'
  return loadWith(aaveStethAccounts, { borrowers: '/b.csv', stableDebtors, ...params }, files)
}

describe('refused with place, value and what to do', () => {
  test.each([
    ['a repeated account', '2,1,1,8300,0,1,1,0', ':5:1: account "2" stands already in line 4'],
    ['a threshold above one', '3,1,1,10001,0,1,1,0', ':5:4: "10001" is above 10000'],
    ['negative debt', '3,1,-1,8300,0,1,1,0', ':5:3: "-1" is below 0; correct the value'],
    ['a word', '3,1,NaN,8300,0,1,1,0', ':5:3: "NaN" is no value'],
    ['no account', ',1,1,8300,0,1,1,0', ':5:1: "" is no account; give the row a name'],
    ['a missing cell', '3,1,1,8300,0,1,1', ':5: 7 cells where the header has 8'],
  ])('%s', async (_, row, problem) => {
    const problems = await problemsOf(() => load([...ROWS, row]))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`/b.csv${problem}`)
  })

  test('columns of neither version', async () => {
    const files = memoryFiles({ '/b.csv': 'account,x\n1,2\n' })
    const problems = await problemsOf(() =>
      loadWith(aaveStethAccounts, { borrowers: '/b.csv' }, files),
    )
    expect(problems[0]).toMatch(/\/b\.csv:1: column "liq_threshold_bps" is missing/)
  })

  test('a file without accounts, and one in which nobody has one asset only', async () => {
    expect((await problemsOf(() => load([])))[0]).toMatch(/no account after the header/)
    const mixed = ['0,10,5,8300,0,1.66,9,5', '1,20,5,8300,0,3.32,1,0', '2,30,5,8300,0,4.98,2,2']
    expect((await problemsOf(() => load(mixed)))[0]).toMatch(/implies no price of stETH/)
  })

  test('an e-mode flag that is neither 0 nor 1', async () => {
    const header = `${HEADER.replaceAll('_eth', '_usd').replace('steth', 'wsteth')},emode,cbeth_collateral,reth_collateral`
    const files = memoryFiles({ '/b.csv': csv(header, ['0,10,5,8300,0,1.66,10,5,2,0,0']) })
    const problems = await problemsOf(() =>
      loadWith(aaveStethAccounts, { borrowers: '/b.csv' }, files),
    )
    expect(problems).toEqual(['/b.csv:2:9: "2" is no e-mode flag; write 0 or 1'])
  })

  test('a companion column that is no coin', async () => {
    const problems = await problemsOf(() => load(ROWS, csv(`${STABLES},usdc`, [])))
    expect(problems[0]).toMatch(/\/s\.csv:1:8: column "usdc" is unknown/)
  })
})

describe('what does not fit is said', () => {
  test('companion rows that fit no account are left out and stay otherDebt', async () => {
    const rows = ['7,20,5,3.32,8300,20,1,4', '8,21,5,3.32,8300,20,1,5']
    const loaded = await load(ROWS, csv(`${STABLES},susd_debt`, rows))
    expect(fact(loaded, 'stableDebtorsJoined')).toBe(1)
    expect(loaded.leftOut).toEqual([
      { reason: expect.stringContaining('fit no account'), count: 1, amount: 5, unit: 'ETH' },
    ])
    expect(fact(loaded, 'stableDebt.sUSD')).toBeCloseTo(4 * 1719.57, 9)
    expect(fact(loaded, 'otherDebt')).toBeCloseTo((1 + 3) * 1719.57, 6)
  })

  test('two equal accounts: a companion row that fits both is left out', async () => {
    const twins = [...ROWS, '3,20,5,8300,7200,3.32,20,0']
    const loaded = await load(twins, csv(`${STABLES},dai_debt`, ['0,20,5,3.32,8300,20,1,5']))
    expect(loaded.leftOut[0]?.count).toBe(1)
    expect((loaded.outputs.positions as PositionTable).assets).not.toContain('DAI')
  })

  test('a health factor that no digits explain is listed and the columns are kept', async () => {
    const loaded = await load([...ROWS, '3,40,10,8300,7200,3.4,40,0'])
    expect(loaded.lists?.[1]?.rows).toEqual([['3', 3.4, expect.closeTo(3.32, 9)]])
    expect(fact(loaded, 'columnsDisagree')).toBe(1)
    expect(fact(loaded, 'healthFactorDeviation.max')).toBeCloseTo(0.0235, 4)
  })

  test('parts worth more than the total are scaled to it and listed', async () => {
    const loaded = await load([...ROWS, '3,10,5,8300,7200,1.66,10,6'])
    expect(loaded.lists?.[2]?.rows).toEqual([['3', 'debt', 1]])
    const t = loaded.outputs.positions as PositionTable
    expect(t.amount[t.start[4]! - 1]).toBe(5)
  })

  test('accounts without debt have no health factor to rebuild', async () => {
    const loaded = await load([...ROWS, '3,10,0,8300,7200,0,10,0'])
    const t = loaded.outputs.positions as PositionTable
    expect(t.start[4]! - t.start[3]!).toBe(1)
    expect(fact(loaded, 'columnsDisagree')).toBe(0)
  })
})
