import { describe, expect, it } from 'vitest'
import {
  ETH,
  type Member,
  selfOf,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import { constantProduct, orderBook } from '../liquidity/index.ts'
import { seller } from './seller.ts'
import { type Given, marketOf, seen } from './testWorld.conformance.ts'
import { TraderAssetError } from './trader.ts'

/** Bids for 1M USD, that is for 500 ETH, within 5 %. */
const LEVELS = [{ distance: 0.05, depth: 1e6 }]

function make(params: Given, book: Given = {}) {
  const venue: Member = [
    orderBook,
    { base: ETH, quote: USDC, source: 'market', bids: LEVELS, asks: LEVELS, skew: 0, ...book },
  ]
  return smallWorld({
    market: marketOf(1e12, []),
    venue,
    seller: [seller, { venue: 'venue', asset: ETH, buy: USDC, ...params }],
  })
}

describe('a seller', () => {
  it('sells at once, or evenly over a time, and no more than it has', () => {
    const once = make({ amount: 100 })
    stepWorld(once, 5)
    expect(seen(once, 'swap').map(({ tick, x }) => [tick, x])).toEqual([[1, 100]])
    const slow = make({ amount: 100, at: 24, over: 48 })
    stepWorld(slow, 12)
    const swaps = seen(slow, 'swap')
    expect(swaps.map(({ tick }) => tick)).toEqual([2, 3, 4, 5])
    for (const { x } of swaps) expect(x).toBeCloseTo(25, 9)
    expect(slow.ledger.balance(selfOf(slow, 'seller'), ETH)).toBeCloseTo(-100, 9)
    expect(seen(slow, 'gap')).toEqual([])
  })

  it('takes all that is offered, records the gap and goes on when there is more', () => {
    const world = make({ amount: 900, patience: 1e6 }, { halfLife: 12, halvingVol: 1e9 })
    stepWorld(world, 20)
    const gaps = seen(world, 'gap')
    const [first, second] = gaps
    expect(first!.tick).toBe(1)
    expect(first!.x).toBeCloseTo(400, 5)
    expect(first!.y).toBeCloseTo(500, 5)
    // The book ends 5 % below the mid; orders lie evenly in log price.
    expect(world.trace.columns.z[first!.id]).toBeCloseTo(0.05 / -Math.log(0.95) - 1, 9)
    // One half-life later half of the eaten log price is back.
    expect(second!.y).toBeGreaterThan(240)
    expect(second!.y).toBeLessThan(260)
    const sold = seen(world, 'swap').reduce((sum, { x }) => sum + x, 0)
    expect(sold).toBeCloseTo(900, 6)
  })

  it('records a gap without a sale when nothing is offered', () => {
    const world = make({ amount: 900, patience: 12 }, { halfLife: 1e12, halvingVol: 1e9 })
    stepWorld(world, 9)
    const gaps = seen(world, 'gap')
    expect(gaps.map(({ tick }) => tick)).toEqual([1, 2])
    expect(gaps[1]!.y).toBeLessThan(1e-3)
  })

  it('refuses a venue that does not trade what it sells', () => {
    expect(() => make({ amount: 1, asset: USDC, buy: USDC })).toThrow(TraderAssetError)
  })

  it('meets no gap in a pool whose price has no end', () => {
    const pool: Member = [constantProduct, { base: ETH, quote: USDC, baseReserve: 100 }]
    const params = { venue: 'pool', asset: ETH, buy: USDC, amount: 1e5 }
    const world = smallWorld({ pool, seller: [seller, params] })
    stepWorld(world, 2)
    expect(seen(world, 'gap')).toEqual([])
    expect(seen(world, 'swap')[0]!.x).toBe(1e5)
  })
})
