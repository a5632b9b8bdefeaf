import { describe, expect, test } from 'vitest'
import type { Loaded, Params } from '../world/index.ts'
import { aaveReserves } from './aaveReserves.ts'
import { loadWith, memoryFiles, problemsOf } from './testing.ts'

const RESERVE = {
  symbol: 'A',
  ltv: 7500,
  liquidationThreshold: 8000,
  liquidationBonus: 10500,
  liquidationProtocolFee: 1000,
  reserveFactor: 1000,
  supplyCap: 10,
  borrowCap: 5,
  debtCeiling: 0,
  decimals: 18,
  eModeCategory: 0,
  oracleLatestAnswer: '100000000',
  oracleDecimals: 8,
  underlying: '0xAa',
  interestRateStrategy: '0x1',
}
const STRATEGY = {
  optimalUsageRatio: '800000000000000000000000000',
  baseVariableBorrowRate: 0,
  variableRateSlope1: 4e25,
  variableRateSlope2: '750000000000000000000000000',
}
const SNAPSHOT = {
  snapshot: 'Pool one',
  chainId: 1,
  eModes: {},
  reserves: [RESERVE],
  strategies: { '0x1': STRATEGY },
}

function load(content: unknown, params: Params = {}): Promise<Loaded> {
  const files = memoryFiles({ '/r.json': JSON.stringify(content) })
  return loadWith(aaveReserves, { file: '/r.json', snapshot: 'one', ...params }, files)
}

const withReserve = (change: object): unknown => [
  { ...SNAPSHOT, reserves: [{ ...RESERVE, ...change }] },
]

test('the smallest snapshot', async () => {
  const { outputs } = await load([SNAPSHOT])
  expect(outputs.reserves).toMatchObject({
    A: { slope1: expect.closeTo(0.04, 12), slope2: expect.closeTo(0.75, 12), ltv: 0.75 },
  })
  expect(outputs.prices).toEqual({ A: 1 })
})

describe('a file that is refused with place, value and what to do', () => {
  const at = '/r.json: $[0].reserves[0]'
  test.each([
    [
      'a threshold above one',
      { liquidationThreshold: 10_001 },
      `${at}.liquidationThreshold: "10001" is above 10000`,
    ],
    ['a missing cap', { supplyCap: undefined }, `${at}.supplyCap: "nothing" is no number`],
    [
      'a bonus below what is repaid',
      { liquidationBonus: 500 },
      `${at}.liquidationBonus: "500" would pay`,
    ],
    ['a price of zero', { oracleLatestAnswer: 0 }, `${at}.oracleLatestAnswer: "0" is below 1`],
    ['no symbol', { symbol: '' }, `${at}.symbol: "\\"\\"" is no text`],
    [
      'a flag that is a word',
      { isSiloed: 'yes' },
      `${at}.isSiloed: "\\"yes\\"" is neither true nor false`,
    ],
    [
      'an unknown strategy',
      { interestRateStrategy: '0x2' },
      `${at}: rate strategy "0x2" is not among`,
    ],
  ])('%s', async (_, change, problem) => {
    const problems = await problemsOf(() => load(withReserve(change)))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
  })

  test('rates above one, and bitmaps that are none', async () => {
    const strategies = { '0x1': { ...STRATEGY, optimalUsageRatio: '1100000000000000000000000000' } }
    const rate = await problemsOf(() => load([{ ...SNAPSHOT, strategies }]))
    expect(rate[0]).toContain('$[0].strategies["0x1"].optimalUsageRatio: "1100000')
    const eModes = {
      1: {
        eModeCategory: 1,
        ltv: 1,
        liquidationThreshold: 1,
        liquidationBonus: 0,
        collateralBitmap: 'x',
      },
    }
    const bitmap = await problemsOf(() => load([{ ...SNAPSHOT, eModes }]))
    expect(bitmap).toEqual([
      '/r.json: $[0].eModes["1"].collateralBitmap: "x" is no bitmap; write it as decimal text',
    ])
  })

  test('no list, no reserves, no snapshot of that name, several of them', async () => {
    expect((await problemsOf(() => load({})))[0]).toMatch(/is not a list of snapshots/)
    expect((await problemsOf(() => load([{ ...SNAPSHOT, reserves: 1 }])))[0]).toMatch(/no reserves/)
    const other = await problemsOf(() => load([SNAPSHOT], { snapshot: 'two' }))
    expect(other[0]).toMatch(/no snapshot has "two" in the name; choose .* from "Pool one"/)
    const both = await problemsOf(() => load([SNAPSHOT, SNAPSHOT]))
    expect(both[0]).toMatch(/2 snapshots have "one"/)
  })
})

describe('parameters that are refused', () => {
  test.each([
    [
      'an unknown reserve',
      { assets: ['ETH=B'] },
      'assets[0]: "ETH=B" names no reserve; there are A',
    ],
    ['a name twice', { assets: ['A', 'A=A'] }, '"A" has two reserves'],
    [
      'cash for nothing',
      { cash: [{ asset: 'B', amount: 1 }] },
      'cash: "B" has no reserve; known are A',
    ],
    ['a nameless reserve', { assets: ['=A'] }, 'assets[0]: "=A" names no reserve'],
  ])('%s', async (_, params, problem) => {
    const problems = await problemsOf(() => load([SNAPSHOT], params))
    expect(problems[0]).toContain(problem)
  })

  test('a symbol that stands twice needs the address', async () => {
    const reserves = [RESERVE, { ...RESERVE, underlying: '0xBb' }]
    const problems = await problemsOf(() => load([{ ...SNAPSHOT, reserves }], { assets: ['X=A'] }))
    expect(problems[0]).toContain('"A" stands 2 times; choose X=0xaa or X=0xbb')
    const { outputs } = await load([{ ...SNAPSHOT, reserves }], { assets: ['X=0xBB'] })
    expect(Object.keys(outputs.reserves as object)).toEqual(['X'])
  })

  test('v2 without USDC needs the price of ETH', async () => {
    const problems = await problemsOf(() => load([{ ...SNAPSHOT, eModes: null }]))
    expect(problems[0]).toMatch(/prices are in ETH .* give the parameter "ethPrice"/)
  })
})
