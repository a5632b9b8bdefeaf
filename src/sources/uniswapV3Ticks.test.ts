import { describe, expect, test } from 'vitest'
import type { Loaded, Params, TickTable } from '../world/index.ts'
import { createFiles } from './files.ts'
import { dataPath, fact, loadWith, memoryFiles, problemsOf } from './testing.ts'
import { uniswapV3Ticks } from './uniswapV3Ticks.ts'

const file = dataPath('dex/uniswap_v3_tick_liquidity.json')

function load(params: Params): Promise<Loaded> {
  return loadWith(uniswapV3Ticks, { file, ...params }, createFiles())
}

describe('the eight pools', () => {
  test.each([
    ['USDC/WETH', 0.003, 693],
    ['USDC/WETH', 0.0005, 1415],
    ['WBTC/USDC', 0.003, 318],
  ])('%s at %d has %d ticks and a price inside its active tick', async (pool, fee, count) => {
    const loaded = await load({ pool, fee })
    const table = loaded.outputs.ticks as TickTable
    expect(table.ticks).toHaveLength(count)
    expect(table.assets).toEqual(pool.split('/'))
    expect(table.fee).toBe(fee)
    const below = table.net.reduce((sum, net, i) =>
      table.ticks[i]! <= table.tick ? sum + net : sum,
    )
    expect(below / table.liquidity).toBeCloseTo(1, 9)
    expect(table.sqrtPrice).toBeGreaterThanOrEqual(1.0001 ** (table.tick / 2) * (1 - 1e-9))
    expect(table.sqrtPrice).toBeLessThanOrEqual(1.0001 ** ((table.tick + 1) / 2) * (1 + 1e-9))
  })

  test('all of them pass the exact checks', async () => {
    const pools = JSON.parse(createFiles().read(file).text) as { pool: string; feePips: number }[]
    expect(pools).toHaveLength(8)
    for (const { pool, feePips } of pools) await load({ pool, fee: feePips / 1e6 })
  })

  test('price in whole tokens, and names of the world', async () => {
    const loaded = await load({ pool: 'USDC/WETH', fee: 0.0005, assets: ['USDC', 'ETH'] })
    expect(1 / fact(loaded, 'price')).toBeCloseTo(2722.7, 0)
    expect((loaded.outputs.ticks as TickTable).assets).toEqual(['USDC', 'ETH'])
  })

  test('two pools of one name need a fee', async () => {
    const both = await problemsOf(() => load({ pool: 'USDC/WETH' }))
    expect(both[0]).toMatch(/2 pools are named "USDC\/WETH"; choose .* from 0.003, 0.0005/)
    const none = await problemsOf(() => load({ pool: 'USDC/WETH', fee: 0.01 }))
    expect(none[0]).toMatch(/no pool "USDC\/WETH" has the fee 0.01/)
    const other = await problemsOf(() => load({ pool: 'USDC/XYZ' }))
    expect(other[0]).toMatch(/has no pool "USDC\/XYZ"; it has USDC\/WETH, WBTC\/USDC/)
  })
})

const POOL = {
  pool: 'A/B',
  decimals: [18, 18],
  feePips: 3000,
  tickSpacing: 60,
  tick: 5,
  liquidity: '7',
  sqrtPriceX96: '79248000000000000000000000000',
  ticks: [
    [-60, '7'],
    [60, '-7'],
  ],
}

describe('refused with the place, the value and what to do', () => {
  test.each([
    ['a missing tick', { ticks: [[-60, '7']] }, '[0].ticks: net liquidity sums to "7", not 0'],
    ['liquidity of another block', { liquidity: '8' }, '[0].liquidity: "8" differs from the sum'],
    ['a price elsewhere', { tick: 6 }, '[0].sqrtPriceX96: stands at tick 5.'],
    [
      'ticks out of order',
      {
        ticks: [
          [60, '-7'],
          [-60, '7'],
        ],
      },
      '[0].ticks[1]: tick -60 does not follow 60',
    ],
    [
      'a tick off the grid',
      {
        ticks: [
          [-61, '7'],
          [60, '-7'],
        ],
      },
      '[0].ticks[0]: tick -61 is no multiple',
    ],
    [
      'a float',
      {
        ticks: [
          [-60, '7.5'],
          [60, '-7'],
        ],
      },
      '[0].ticks[0]: "[-60,\\"7.5\\"]" is not [tick,',
    ],
    ['a word', { liquidity: 'NaN' }, '[0].liquidity: "\\"NaN\\"" is not a whole number'],
    ['no ticks', { ticks: null }, '[0].ticks: is missing'],
    ['bad decimals', { decimals: [18, -1] }, '[0].decimals: "-1" is no number of decimals'],
  ])('%s', async (_, change, problem) => {
    const text = JSON.stringify([{ ...POOL, ...change }])
    const files = memoryFiles({ '/t.json': text })
    const problems = await problemsOf(() =>
      loadWith(uniswapV3Ticks, { file: '/t.json', pool: 'A/B' }, files),
    )
    expect(problems).toHaveLength(1)
    expect(problems[0]!.slice(0, 10 + problem.length)).toBe(
      `/t.json: $${problem}`.slice(0, 10 + problem.length),
    )
  })

  test('a cut-off file, with line and column', async () => {
    const files = memoryFiles({ '/t.json': '[{"pool": "A/B",\n "decimals": [18, ' })
    const problems = await problemsOf(() =>
      loadWith(uniswapV3Ticks, { file: '/t.json', pool: 'A/B' }, files),
    )
    expect(problems[0]).toMatch(/^\/t\.json:2:\d+: not JSON/)
  })

  test('something else than a list of pools', async () => {
    const files = memoryFiles({ '/t.json': '{}' })
    const problems = await problemsOf(() =>
      loadWith(uniswapV3Ticks, { file: '/t.json', pool: 'A/B' }, files),
    )
    expect(problems[0]).toMatch(/is not a list of pools/)
  })
})
