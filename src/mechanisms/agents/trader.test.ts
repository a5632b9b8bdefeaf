import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  selfOf,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import { constantProduct } from '../liquidity/index.ts'
import { type Given, seen } from './testWorld.conformance.ts'
import { TraderAssetError, trader } from './trader.ts'

function make(params: Given, fee = 0) {
  const pool: Member = [constantProduct, { base: ETH, quote: USDC, baseReserve: 1000, fee }]
  const world = smallWorld({ pool, trader: [trader, { pool: 'pool', asset: ETH, ...params }] })
  return { world, pool: world.port('pool', 'pool') }
}

describe('a trader', () => {
  it.each([1e-6, 0.01, 0.5, 3])('moves the log price of a pool by exactly %d', (move) => {
    const { world, pool } = make({ move })
    stepWorld(world, 3)
    expect(Math.log(2000 / pool.price()) / move).toBeCloseTo(1, 9)
    expect(seen(world, 'swap').length).toBe(1)
  })

  it('sells either asset', () => {
    const { world, pool } = make({ move: 0.1, asset: USDC })
    stepWorld(world, 1)
    expect(Math.log(pool.price() / 2000)).toBeCloseTo(0.1, 12)
  })

  it('moves the price as far in a pool with a fee, but for the fee that stays in it', () => {
    const { world, pool } = make({ move: 0.1 }, 0.003)
    const before = pool.spot(ETH, USDC)
    stepWorld(world, 1)
    expect(Math.log(before / pool.spot(ETH, USDC))).toBeCloseTo(0.1, 3)
  })

  it('comes at its time, and in the first block by default', () => {
    for (const [at, tick] of [
      [0, 1],
      [36, 3],
      [37, 4],
    ] as const) {
      const { world } = make({ move: 0.1, at })
      stepWorld(world, 6)
      expect(seen(world, 'swap').map((swap) => swap.tick)).toEqual([tick])
    }
  })

  it('takes what it sells from outside and keeps what it gets', () => {
    const { world } = make({ move: 0.1 })
    stepWorld(world, 1)
    const self = selfOf(world, 'trader')
    const [swap] = seen(world, 'swap')
    expect(world.ledger.balance(self, ETH)).toBe(-swap!.x)
    expect(world.ledger.balance(self, USDC)).toBe(swap!.y)
  })

  it('does nothing for a move of zero', () => {
    const { world } = make({ move: 0 })
    stepWorld(world, 3)
    expect(world.trace.length).toBe(0)
  })

  it('refuses an asset that the pool does not trade', () => {
    expect(() => make({ move: 0.1, asset: BTC })).toThrow(TraderAssetError)
  })
})
