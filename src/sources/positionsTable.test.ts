import { describe, expect, test } from 'vitest'
import type { Loaded, Params, PositionTable } from '../world/index.ts'
import { createFiles } from './files.ts'
import { positionsTable } from './positionsTable.ts'
import { dataPath, loadWith, memoryFiles, problemsOf } from './testing.ts'

const HEAD = 'account,market,collateral,debt,threshold\n'

function load(text: string, params: Params = {}): Promise<Loaded> {
  return loadWith(positionsTable, { file: '/p.csv', ...params }, memoryFiles({ '/p.csv': text }))
}

async function refused(text: string, params: Params = {}): Promise<readonly string[]> {
  return problemsOf(() => load(text, params))
}

/** Entries of one account as text. */
function entries(table: PositionTable, account: string): readonly string[] {
  const i = table.accounts.indexOf(account)
  const out: string[] = []
  for (let k = table.start[i]!; k < table.start[i + 1]!; k++) {
    const sign = table.debt[k] === 1 ? '-' : '+'
    out.push(`${sign}${table.amount[k]} ${table.assets[table.asset[k]!]} ${table.threshold[k]}`)
  }
  return out
}

describe('the example file', () => {
  test('gives one market, with thresholds of its own where stated', async () => {
    const file = dataPath('examples/positions.csv')
    const loaded = await loadWith(positionsTable, { file, market: 'main' }, createFiles())
    const table = loaded.outputs.positions as PositionTable
    expect(table.accounts).toEqual(['alice', 'bob', 'carol', 'dave', 'erin'])
    expect(entries(table, 'alice')).toEqual(['+10 ETH NaN', '+0.5 WBTC NaN', '-12000 USDC NaN'])
    expect(entries(table, 'bob')).toEqual(['+4 ETH 0.8', '-5600 USDC NaN'])
    expect(entries(table, 'carol').slice(0, 2)).toEqual(['+25 ETH 0.82', '+8000 USDC 0.85'])
    expect(entries(table, 'erin')).toEqual(['+2 WBTC NaN'])
    expect(loaded.leftOut).toEqual([{ reason: 'rows of other markets', count: 1 }])
    expect(loaded.data[0]).toMatchObject({ source: 'positions.csv', date: 'not stated' })
  })

  test('needs a market when it holds several', async () => {
    const file = dataPath('examples/positions.csv')
    const problems = await problemsOf(() => loadWith(positionsTable, { file }, createFiles()))
    expect(problems[0]).toMatch(/holds the markets "main", "isolated"; name one/)
  })
})

test('market and threshold may be missing, and empty rows are counted', async () => {
  const loaded = await load('account,collateral,debt\na,ETH:1;DAI:0,\nb,,\n')
  expect((loaded.outputs.positions as PositionTable).accounts).toEqual(['a'])
  expect(loaded.leftOut).toEqual([{ reason: 'rows without any amount', count: 1 }])
})

test('an amount of zero is an entry that the account may use later', async () => {
  const loaded = await load('account,collateral,debt\nattacker,ETH:0,USDC:0\nb,ETH:0;DAI:2,\n')
  const table = loaded.outputs.positions as PositionTable
  expect(entries(table, 'attacker')).toEqual(['+0 ETH NaN', '-0 USDC NaN'])
  expect(entries(table, 'b')).toEqual(['+0 ETH NaN', '+2 DAI NaN'])
})

describe('refused with file, line, column, the value and what to do', () => {
  test.each([
    ['a negative amount', 'a,m,ETH:-1,,\n', '/p.csv:2:3: "-1" is below 0; correct the amount'],
    ['NaN', 'a,m,ETH:NaN,,\n', '/p.csv:2:3: "NaN" is no amount; write a finite decimal'],
    ['a missing amount', 'a,m,ETH,,\n', '/p.csv:2:3: "ETH" is not NAME:amount'],
    ['a repeated asset', 'a,m,ETH:1;ETH:2,,\n', '/p.csv:2:3: "ETH" stands twice'],
    ['a repeated account', 'a,m,ETH:1,,\na,m,ETH:2,,\n', '/p.csv:3:1: account "a" stands already'],
    ['a nameless account', ',m,ETH:1,,\n', '/p.csv:2:1: "" is no account'],
    ['a wide threshold', 'a,m,ETH:1,,1.2\n', '/p.csv:2:5: "1.2" is above 1; correct the threshold'],
    ['a stray threshold', 'a,m,ETH:1,,DAI:0.5\n', '/p.csv:2:5: threshold of "DAI", which is no'],
    ['a short row', 'a,m,ETH:1\n', '/p.csv:2: 3 cells where the header has 5'],
    ['a cut-off file', 'a,m,ETH:1,,0.', '/p.csv:2: the last row has no line end'],
  ])('%s', async (_, rows, problem) => {
    const problems = await refused(HEAD + rows)
    expect(problems).toHaveLength(1)
    expect(problems[0]!.slice(0, problem.length)).toBe(problem)
  })

  test('an unknown asset, when the known ones are given', async () => {
    const problems = await refused(`${HEAD}a,m,ETHH:1,,\n`, { assets: ['ETH', 'DAI'] })
    expect(problems).toEqual(['/p.csv:2:3: asset "ETHH" is unknown; known are ETH, DAI'])
  })

  test('an unknown market', async () => {
    const problems = await refused(`${HEAD}a,m,ETH:1,,\n`, { market: 'x' })
    expect(problems).toEqual([
      '/p.csv:1: has no market "x"; set the parameter "market" to one of "m"',
    ])
  })

  test('several at once, rows of other markets included', async () => {
    const problems = await refused(`${HEAD}a,m,ETH:-1,,\na,m,X,,\n,n,,,\n`, { market: 'm' })
    expect(problems).toHaveLength(4)
  })
})
