import { describe, expect, it } from 'vitest'
import { modelConformance, smallWorld } from '../../../test/conformance/model.ts'
import { dealer } from '../prices/testWorld.conformance.ts'
import { constantProduct } from './constantProduct/model.ts'
import { BTC, ETH, testWorld, USDC } from './testWorld.conformance.ts'
import { unlimited } from './unlimited.ts'

modelConformance(
  'an unlimited venue that is used',
  () =>
    smallWorld({
      pool: [constantProduct, { base: 1, quote: 2, baseReserve: 1e3 }],
      deep: [unlimited, { venue: 'pool' }],
      dealer: [
        dealer,
        {
          venue: 'deep',
          trades: Array.from({ length: 20 }, (_, k) => ({
            ...{ tick: k + 1, sell: 1 + (k % 2), buy: 2 - (k % 2), amount: 5 + k },
          })),
        },
      ],
    }),
  { isRandom: false },
)

describe('an unlimited venue', () => {
  const world = testWorld({
    pool: [constantProduct, { base: ETH, quote: USDC, baseReserve: 1e3, fee: 0.003 }],
    deep: [unlimited, { venue: 'pool' }],
  })
  const pool = world.port('venue', 'pool')
  const deep = world.port('venue', 'deep')

  it('fills at the going price after the fee, whatever the size, and moves nothing', () => {
    const spot = pool.spot(ETH, USDC)
    expect(deep.spot(ETH, USDC)).toBe(spot)
    expect(deep.quote(ETH, USDC, 1e6)).toBe(1e6 * spot)
    const outside = world.ledger.holders - 1
    expect(deep.swap(ETH, USDC, 1e6, outside, -1)).toBe(1e6 * spot)
    expect(pool.spot(ETH, USDC)).toBe(spot)
    expect(deep.amountTo(ETH, USDC, spot / 2)).toBe(1e30)
    expect(deep.amountTo(ETH, USDC, 2 * spot)).toBe(0)
  })

  it('follows the venue, and does not take what the venue does not', () => {
    pool.swap(ETH, USDC, 100, world.ledger.holders - 1, -1)
    expect(deep.spot(ETH, USDC)).toBe(pool.spot(ETH, USDC))
    expect([deep.has(ETH, BTC), deep.quote(ETH, BTC, 1), deep.swap(ETH, BTC, 1, 0, -1)]).toEqual([
      false,
      0,
      0,
    ])
    expect([deep.quote(ETH, USDC, 0), deep.quote(ETH, USDC, Number.POSITIVE_INFINITY)]).toEqual([
      0, 0,
    ])
  })
})
