import { describe, expect, it } from 'vitest'
import { smallWorld, stepWorld, TEST_ASSETS } from '../../../test/conformance/model.ts'
import { depthPool } from '../../sources/index.ts'
import { loadWith, memoryFiles } from '../../sources/testing.ts'
import { USD, type World } from '../../world/index.ts'
import { arbitrageur } from '../agents/arbitrageur.ts'
import { exchangeRate } from '../oracles/index.ts'
import { follow, gbm, referenceMarket, schedule } from '../prices/index.ts'
import { concentrated } from './concentrated/model.ts'
import { router } from './router/model.ts'
import { wrapper } from './wrapper.ts'

const ETH = 1
const STETH = 4
const WSTETH = 5
const ASSETS = [
  ...TEST_ASSETS,
  { name: 'stETH', price: 2000, kind: 'volatile' as const },
  { name: 'wstETH', price: 2300, kind: 'volatile' as const },
]

type Options = {
  readonly capital?: number
  readonly depeg?: number
  readonly vol?: number
  readonly depth?: number
}

/** A wstETH/ETH pool that is 10,000 ETH deep per 1 %, beside a market that prices both. */
async function make({ capital = 5e6, depeg = 0, vol = 0, depth = 1e8 }: Options): Promise<World> {
  const pool = { base: 'wstETH', quote: 'ETH', price: 1.15, depth: 10_000, fee: 0.0005 }
  const { outputs } = await loadWith(depthPool, pool, memoryFiles({}))
  const shocks = [{ assets: [STETH, WSTETH], drop: depeg, scale: 1, at: 60, over: 0 }]
  const depths = [ETH, STETH, WSTETH].map((asset) => ({ asset, value: depth }))
  return smallWorld(
    {
      noise: [gbm, { assets: [ETH], vol }],
      depeg: [schedule, { shocks }],
      tied: [follow, { drivers: ['noise'], base: ETH, assets: [STETH, WSTETH] }],
      market: [referenceMarket, { drivers: ['noise', 'depeg', 'tied'], depth: depths }],
      rated: [exchangeRate, { source: 'market', base: ETH, asset: WSTETH, rate: 1.15 }],
      pool: [concentrated, { ticks: outputs.ticks, base: WSTETH, quote: ETH, price: 1.15 }],
      wrap: [wrapper, { wrapped: WSTETH, underlying: STETH, rate: 1.15 }],
      router: [router, { venues: ['pool', 'wrap'] }],
      arb: [arbitrageur, { pools: ['pool'], market: 'market', capital, gas: 0 }],
    },
    { assets: ASSETS },
  )
}

/** Log distance of the pool's price from the reference market's. */
function gapOf(world: World): number {
  const market = world.port('referenceMarket', 'market')
  return Math.log((world.port('pool', 'pool').price() * market.price(ETH)) / market.price(WSTETH))
}

/** USD that the arbitrageur holds, and whether it holds anything else. */
function holdings(world: World): { readonly usd: number; readonly tokens: number } {
  const self = world.instances.findIndex((i) => i.name === 'arb')
  const { ledger } = world
  return {
    usd: ledger.balance(self, USD),
    tokens: Math.abs(ledger.balance(self, ETH)) + Math.abs(ledger.balance(self, WSTETH)),
  }
}

describe('an arbitrageur on a pool of a derivative', () => {
  it('closes a discount up to the fee when it has the capital, within a block or a few', async () => {
    const world = await make({ depeg: 0.03, capital: 1e9 })
    stepWorld(world, 4)
    expect(gapOf(world)).toBeCloseTo(0, 14)
    stepWorld(world, 10)
    expect(Math.abs(gapOf(world))).toBeLessThan(0.0006)
    const { usd, tokens } = holdings(world)
    expect(usd).toBeGreaterThan(1e9)
    expect(tokens).toBeLessThan(1e-6)
  })

  it('takes many blocks with little capital, and gains in each', async () => {
    const [rich, poor] = [
      await make({ depeg: 0.03, capital: 1e9 }),
      await make({ depeg: 0.03, capital: 2e6 }),
    ]
    for (const world of [rich, poor]) stepWorld(world, 6)
    expect(gapOf(poor)).toBeGreaterThan(0.02)
    expect(gapOf(rich)).toBeLessThan(0.01)
    const early = holdings(poor).usd
    stepWorld(poor, 60)
    expect(Math.abs(gapOf(poor))).toBeLessThan(0.0006)
    expect(holdings(poor).usd).toBeGreaterThan(early)
  })

  it('has nothing to do while the derivative follows ETH, whatever ETH does', async () => {
    const world = await make({ vol: 2 })
    stepWorld(world, 60)
    expect(Math.abs(gapOf(world))).toBeLessThan(1e-12)
    expect(holdings(world).usd).toBe(5e6)
  })

  it('brings a forced sale through wrapper and pool to the market, and not to the rate', async () => {
    const world = await make({ capital: 1e9, depth: 1e7 })
    const sold = world
      .port('venue', 'router')
      .swap(STETH, ETH, 10_000, world.ledger.holders - 1, -1)
    expect(sold / 10_000).toBeGreaterThan(0.985)
    expect(gapOf(world)).toBeLessThan(-0.005)
    stepWorld(world, 30)
    const market = world.port('referenceMarket', 'market')
    expect(market.price(WSTETH)).toBeLessThan(2300)
    expect(market.price(ETH)).toBeGreaterThan(2000)
    const rated = world.port('priceSource', 'rated').price(WSTETH)
    expect(rated).toBeCloseTo(1.15 * market.price(ETH), 9)
  })
})
