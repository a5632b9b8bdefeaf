import { describe, expect, it } from 'vitest'
import { instanceOf } from '../../../test/conformance/venue.ts'
import { buildWorld, createStepper, hashWorld, rewind, snapshot } from '../../engine/index.ts'
import type { World } from '../../world/index.ts'
import { type Asset, EVENT_NAMES, type Model, type Params, USD } from '../../world/index.ts'
import { evm } from '../chains/evm.ts'
import { constantProduct } from '../liquidity/index.ts'
import { referenceMarket, schedule } from '../prices/index.ts'
import { arbitrageur, UnpricedPoolError } from './arbitrageur.ts'

const ETH = 1
const USDC = 2
const ASSETS: readonly Asset[] = [
  { name: 'USD', price: 1, kind: 'numeraire' },
  { name: 'ETH', price: 2000, kind: 'volatile' },
  { name: 'USDC', price: 1, kind: 'stable' },
]
const MODELS = [evm, constantProduct, referenceMarket, schedule, arbitrageur]

type Options = {
  readonly drop?: number
  readonly depth?: number
  readonly gasPrice?: number
  readonly agent?: Params
}

function make({ drop = 0, depth = 1e12, gasPrice = 10, agent = {} }: Options): World {
  const shocks = [{ assets: [ETH], drop, scale: 1, at: 0, over: 0 }]
  const instances: readonly (readonly [string, Model, Params])[] = [
    ['shock', schedule, { shocks }],
    ['market', referenceMarket, { drivers: ['shock'], depth: [{ asset: ETH, value: depth }] }],
    ['usdc', constantProduct, { base: ETH, quote: USDC, baseReserve: 1000, fee: 0.003 }],
    ['usd', constantProduct, { base: ETH, quote: USD, baseReserve: 500, fee: 0.0005 }],
    ['arb', arbitrageur, { pools: ['usdc', 'usd'], market: 'market', ...agent }],
  ]
  return buildWorld(
    {
      assets: ASSETS,
      tickSeconds: 12,
      ticks: 20,
      chains: [instanceOf(evm, 'chain', { native: ETH, gasPrice })],
      instances: instances.map(([name, model, params]) => instanceOf(model, name, params)),
    },
    MODELS,
    { seed: 1, checked: true },
  )
}

function run(world: World, ticks: number): World {
  const step = createStepper(world)
  for (let k = 0; k < ticks; k++) step()
  return world
}

function self(world: World, name: string): number {
  return world.instances.find((i) => i.name === name)!.self
}

function eventsOf(world: World, kind: string, instance: number): number[] {
  const { columns, length } = world.trace
  const ids = Array.from({ length }, (_, id) => id)
  return ids.filter(
    (id) => EVENT_NAMES[columns.kind[id]!] === kind && columns.instance[id] === instance,
  )
}

describe('arbitrageur', () => {
  it('does nothing while pools agree with the market', () => {
    const world = run(make({}), 5)
    expect(world.trace.length).toBe(0)
    expect(world.ledger.balance(self(world, 'arb'), USD)).toBe(5e6)
  })

  it.each([0.2, 0.01, -0.15])(
    'brings pools to the market within their fee after a fall of %f',
    (drop) => {
      const world = run(make({ drop }), 5)
      const price = world.port('priceSource', 'market').price(ETH)
      expect(price).toBeCloseTo(2000 * (1 - drop), 3)
      for (const name of ['usdc', 'usd']) {
        const pool = world.port('pool', name)
        const gap = pool.price() / price
        expect(gap * (1 - pool.fee)).toBeLessThanOrEqual(1 + 1e-6)
        expect(1 / gap / (1 + pool.fee * 1.01)).toBeLessThanOrEqual(1 + 1e-6)
        expect(eventsOf(world, 'swap', self(world, name))).toHaveLength(1)
      }
      const { ledger } = world
      expect(ledger.balance(self(world, 'arb'), USD)).toBeGreaterThan(5e6 + 5)
      expect(ledger.balance(self(world, 'arb'), ETH)).toBeCloseTo(0, 9)
      expect(ledger.balance(self(world, 'arb'), USDC)).toBeCloseTo(0, 6)
    },
  )

  it('trades under the news that opened the gap', () => {
    const world = run(make({ drop: 0.2 }), 5)
    const [news] = eventsOf(world, 'news', self(world, 'market'))
    for (const name of ['usdc', 'usd']) {
      const [swap] = eventsOf(world, 'swap', self(world, name))
      const { parent, asset } = world.trace.columns
      expect(asset[swap!]).toBe(ETH)
      let root = swap!
      while (parent[root]! >= 0) root = parent[root]!
      expect(root).toBe(news)
    }
  })

  it('trades under the swap that opened the gap', () => {
    const world = make({})
    const pool = world.port('pool', 'usdc')
    pool.swap(ETH, USDC, 100, world.ledger.holders - 1, -1)
    const pushed = pool.lastSwap(-1)
    run(world, 1)
    const back = pool.lastSwap(1)
    expect(world.trace.columns.parent[back]).toBe(pushed)
    expect(pool.price()).toBeGreaterThan(2000 * 0.9969)
  })

  it('leaves gaps that do not pay for the gas or the least profit', () => {
    const gap = { drop: 0.01 }
    expect(run(make(gap), 5).trace.length).toBeGreaterThan(1)
    expect(run(make({ ...gap, gasPrice: 100 }), 5).trace.length).toBe(1)
    expect(run(make({ ...gap, agent: { minProfit: 1000 } }), 5).trace.length).toBe(1)
  })

  it('trades no more than its capital buys', () => {
    const world = run(make({ drop: 0.2, agent: { capital: 10_000 } }), 1)
    const first = eventsOf(world, 'swap', self(world, 'market'))[0]!
    expect(world.trace.columns.x[first]).toBeLessThanOrEqual(10_000)
    expect(world.ledger.balance(self(world, 'arb'), USD)).toBeGreaterThan(10_000)
  })

  it('trades less where the market itself moves, and still gains', () => {
    const pushed = (depth: number): World => {
      const world = make({ depth })
      world.port('pool', 'usdc').swap(ETH, USDC, 100, world.ledger.holders - 1, -1)
      return run(world, 1)
    }
    const [thin, deep] = [pushed(2e4), pushed(1e12)]
    const priceIn = (w: World): number => w.port('pool', 'usdc').price()
    expect(priceIn(thin)).toBeLessThan(priceIn(deep) - 5)
    expect(thin.ledger.balance(self(thin, 'arb'), USD)).toBeGreaterThan(5e6)
  })

  it('brings news into pools without moving the market, which holds it already', () => {
    const world = run(make({ drop: 0.2, depth: 2e5 }), 3)
    expect(world.port('priceSource', 'market').price(ETH)).toBeCloseTo(1600, 9)
    expect(Math.abs(world.port('pool', 'usdc').price() - 1600 / 0.997)).toBeLessThan(1)
  })

  it('carries a push in a pool to the market, also while news comes in', () => {
    const price = (sale: number): number => {
      const world = make({ drop: 0.01, depth: 2e6 })
      if (sale > 0) world.port('pool', 'usdc').swap(ETH, USDC, sale, world.ledger.holders - 1, -1)
      run(world, 3)
      return world.port('priceSource', 'market').price(ETH)
    }
    expect(price(0)).toBeCloseTo(1980, 9)
    expect(price(100)).toBeLessThan(1980 - 1)
  })

  it('never lifts a thin market above its fundamental while news and a sale there come together', () => {
    // 500 USD move the market by 1 %, the pools take twenty times as much.
    const world = make({ drop: 0.05, depth: 500 })
    const market = world.port('referenceMarket', 'market')
    market.swap(ETH, USD, 0.5, world.ledger.holders - 1, -1)
    const step = createStepper(world)
    for (let k = 0; k < 15; k++) {
      step()
      expect(market.price(ETH)).toBeLessThanOrEqual(1900 * (1 + 1e-9))
    }
    const pool = world.port('pool', 'usdc').price()
    expect(pool).toBeLessThan(1900 / 0.997 + 0.5)
    expect(pool).toBeGreaterThan(market.price(ETH) * 0.997)
  })

  it('takes nothing but gas when somebody was faster', () => {
    const world = make({ drop: 0.2, agent: { pools: ['usdc', 'usdc'] } })
    run(world, 1)
    const failed = eventsOf(world, 'failed', self(world, 'arb'))
    expect(failed).toHaveLength(1)
    expect(world.trace.texts[world.trace.columns.other[failed[0]!]!]).toBe('gap closed')
  })

  it('repeats itself after a rewind', () => {
    const world = make({ drop: 0.2 })
    const start = snapshot(world)
    const first = hashWorld(run(world, 5))
    rewind(world, start)
    expect(hashWorld(run(world, 5))).toBe(first)
  })

  it('refuses pools of assets that the market does not price', () => {
    const priceless: Model = {
      ...referenceMarket,
      create: (p, s, context) => {
        const made = referenceMarket.create(p, s, context)
        const market = { ...made.ports!.referenceMarket!, covers: () => false }
        return { ...made, ports: { ...made.ports, referenceMarket: market } }
      },
    }
    const world = make({})
    const models = MODELS.map((m) => (m === referenceMarket ? priceless : m))
    expect(() => buildWorld(world.spec, models, { seed: 1 })).toThrow(UnpricedPoolError)
  })
})
