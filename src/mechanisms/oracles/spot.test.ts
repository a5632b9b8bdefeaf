import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import { priceSourceConformance } from '../../../test/conformance/priceSource.ts'
import { type Model, model, USD } from '../../world/index.ts'
import { trader } from '../agents/index.ts'
import { constantProduct } from '../liquidity/index.ts'
import { gbm, referenceMarket, schedule } from '../prices/index.ts'
import { dealer } from '../prices/testWorld.conformance.ts'
import { SpotAssetError, spot } from './spot.ts'
import { eventsOf } from './testWorld.conformance.ts'

const pool: Member = [constantProduct, { base: ETH, quote: USDC, baseReserve: 1000, fee: 0 }]

type Trade = readonly [tick: number, sell: number, buy: number, amount: number]

function deals(trades: readonly Trade[]): Member {
  const list = trades.map(([tick, sell, buy, amount]) => ({ tick, sell, buy, amount }))
  return [dealer, { venue: 'pool', trades: list }]
}

function make(trades: readonly Trade[], asset = ETH) {
  const world = smallWorld({ pool, dealer: deals(trades), oracle: [spot, { pool: 'pool', asset }] })
  return { world, source: world.port('priceSource', 'oracle') }
}

const swing: readonly Trade[] = [
  [5, ETH, USDC, 50],
  [15, USDC, ETH, 300_000],
]
priceSourceConformance('a spot price', () => ({ ...make(swing), asset: ETH, stranger: BTC }))
priceSourceConformance('a spot price of the other side', () => ({
  ...make(swing, USDC),
  asset: USDC,
  stranger: BTC,
}))
modelConformance(
  'a spot price and a trader',
  () =>
    smallWorld({
      pool,
      dealer: deals(Array.from({ length: 20 }, (_, k) => [k + (k < 4 ? 1 : 2), ETH, USDC, 1 + k])),
      oracle: [spot, { pool: 'pool', asset: ETH }],
      trader: [trader, { pool: 'pool', asset: ETH, move: 0.1, at: 60 }],
    }),
  { isRandom: false },
)

describe('a spot price', () => {
  it('is the price of the pool at this moment, from either side', () => {
    const { world, source } = make([])
    const other = make([], USDC)
    for (const from of [world, other.world])
      from.port('venue', 'pool').swap(ETH, USDC, 1000, from.ledger.holders - 1, -1)
    expect(source.price(ETH)).toBeCloseTo(500, 9)
    expect(other.source.price(USDC)).toBeCloseTo(4, 12)
  })

  it('is seen in the middle of a block by who comes later in it', () => {
    const seen: number[] = []
    const reader: Model = model({
      kind: 'test/reader',
      phase: 'agent',
      doc: 'reads when executed',
      params: {},
      create: () => {
        let read = (): number => Number.NaN
        return {
          link(use) {
            const source = use('priceSource', 'oracle')
            read = () => source.price(ETH)
          },
          observe(_, submit) {
            // The trader bids 0.
            for (const [key, bid] of [9, -1].entries())
              submit({ actions: [{ kind: 'read', args: [], gas: 0 }], bid, key })
          },
          actions: {
            read: {
              doc: 'read',
              execute() {
                seen.push(read())
                return null
              },
            },
          },
        }
      },
    })
    const world = smallWorld({
      pool,
      oracle: [spot, { pool: 'pool', asset: ETH }],
      reader: [reader, {}],
      trader: [trader, { pool: 'pool', asset: ETH, move: 0.1 }],
    })
    stepWorld(world, 1)
    expect(seen[0]).toBe(2000)
    expect(seen[1]).toBeCloseTo(2000 * Math.exp(-0.1), 9)
  })

  it('is in dollars by the price of the other asset', () => {
    const shocks = [{ assets: [USDC], drop: 0.12, scale: 1, at: 0, over: 0 }]
    const world = smallWorld({
      pool,
      depeg: [schedule, { shocks }],
      market: [referenceMarket, { drivers: ['depeg'] }],
      quoted: [spot, { pool: 'pool', asset: ETH, quotePrice: 'market' }],
      pegged: [spot, { pool: 'pool', asset: ETH }],
    })
    const quoted = world.port('priceSource', 'quoted')
    stepWorld(world, 1)
    expect(quoted.price(ETH)).toBeCloseTo(1760, 9)
    expect(world.port('priceSource', 'pegged').price(ETH)).toBe(2000)
    expect(quoted.cause(ETH, -1)).toBe(eventsOf(world, 'news')[0])
    world.port('venue', 'pool').swap(ETH, USDC, 1, world.ledger.holders - 1, -1)
    expect(quoted.cause(ETH, -1)).toBe(eventsOf(world, 'swap')[0])
  })

  it('refuses a pool that does not trade its asset', () => {
    expect(() => make([], BTC)).toThrow(SpotAssetError)
    expect(() => make([], USD)).toThrow(SpotAssetError)
  })

  it('follows a market only by trades', () => {
    const world = smallWorld({
      pool,
      noise: [gbm, { assets: [ETH], vol: 8 }],
      market: [referenceMarket, { drivers: ['noise'] }],
      oracle: [spot, { pool: 'pool', asset: ETH }],
    })
    stepWorld(world, 20)
    expect(world.port('priceSource', 'market').price(ETH)).not.toBe(2000)
    expect(world.port('priceSource', 'oracle').price(ETH)).toBe(2000)
  })
})
