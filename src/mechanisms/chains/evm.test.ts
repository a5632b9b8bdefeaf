import { describe, expect, it } from 'vitest'
import { ETH, modelConformance, smallWorld, stepWorld } from '../../../test/conformance/model.ts'
import { feed } from '../oracles/index.ts'
import { referenceMarket, schedule } from '../prices/index.ts'
import { BlockTimeError } from './evm.ts'

type Given = Readonly<Record<string, unknown>>

function chainWorld(chain: Given, tickSeconds = 12) {
  const world = smallWorld({}, { chain, tickSeconds })
  return { world, chain: world.chains[0]! }
}

/** Ticks among the first `n` at which a block is produced. */
function blocks(chain: Given, tickSeconds: number, n: number): number[] {
  const from = chainWorld(chain, tickSeconds)
  const found: number[] = []
  for (let tick = 1; tick <= n; tick++) {
    const before = from.chain.number()
    stepWorld(from.world, 1)
    if (from.chain.number() > before) found.push(tick)
  }
  return found
}

/** Base fees of the first `n` blocks. */
function fees(chain: Given, n: number): number[] {
  const from = chainWorld({ gasPrice: 40, ...chain })
  return Array.from({ length: n }, () => {
    const fee = from.chain.baseFee()
    stepWorld(from.world, 1)
    return fee
  })
}

modelConformance(
  'two chains',
  () =>
    smallWorld(
      {},
      {
        chain: { blockSeconds: 24, gasPrice: 10, demand: 0.8 },
        chains: { other: { gasPrice: 3, demand: 0.1 } },
      },
    ),
  { isRandom: false },
)

describe('a chain', () => {
  it('produces a block every so many ticks', () => {
    expect(blocks({ blockSeconds: 0 }, 12, 4)).toEqual([1, 2, 3, 4])
    expect(blocks({ blockSeconds: 36 }, 12, 9)).toEqual([3, 6, 9])
    expect(blocks({ blockSeconds: 0.3 }, 0.1, 300).length).toBe(100)
    expect(blocks({ blockSeconds: 0.3 }, 0.1, 9)).toEqual([3, 6, 9])
  })

  it('states the time between its blocks', () => {
    expect(chainWorld({ blockSeconds: 0 }, 5).chain.blockSeconds).toBe(5)
    expect(chainWorld({ blockSeconds: 36 }).chain.blockSeconds).toBe(36)
  })

  it('refuses a block time that is no multiple of the tick', () => {
    expect(() => chainWorld({ blockSeconds: 13 })).toThrow(BlockTimeError)
    expect(() => chainWorld({ blockSeconds: 6 })).toThrow(BlockTimeError)
  })

  it('produces no block in an outage, and keeps its fee', () => {
    const outages = [
      { from: 24, to: 48 },
      { from: 84, to: 96 },
    ]
    expect(blocks({ outages }, 12, 9)).toEqual([1, 2, 5, 6, 7, 9])
    expect(fees({ outages, demand: 0 }, 6)).toEqual([40, 35, 30.625, 30.625, 30.625, 26.796875])
  })

  it('leaves to the world what others do not use', () => {
    expect(chainWorld({ gasLimit: 30e6, demand: 0.75 }).chain.gasLimit).toBe(7.5e6)
  })

  it('raises its fee by an eighth per full block and lowers it by an eighth per empty one', () => {
    expect(fees({ demand: 1, elasticity: 0 }, 3)).toEqual([40, 45, 50.625])
    expect(fees({ demand: 0 }, 3)).toEqual([40, 35, 30.625])
    expect(fees({ demand: 0.5 }, 3)).toEqual([40, 40, 40])
    expect(fees({ gasLimit: 0, demand: 0 }, 3)).toEqual([40, 40, 40])
  })

  it('settles at the fee at which others use half of the limit', () => {
    expect(fees({ demand: 0.8 }, 400).at(-1)).toBeCloseTo(64, 6)
    expect(fees({ demand: 0.25 }, 400).at(-1)).toBeCloseTo(20, 6)
  })

  it('returns to its fee after a rush', () => {
    const { world, chain } = chainWorld({ gasPrice: 40 })
    for (let k = 0; k < 10; k++) chain.close(15e6)
    expect(chain.baseFee()).toBeGreaterThan(80)
    stepWorld(world, 400)
    expect(chain.baseFee()).toBeCloseTo(40, 6)
  })

  it('charges base fee and bid in dollars', () => {
    const { chain } = chainWorld({ gasPrice: 40, native: ETH })
    expect(chain.gasUsd(500_000, 2)).toBeCloseTo(500_000 * 42e-9 * 2000, 9)
  })

  it('values gas at the price of a source, and at the start price while there is none', () => {
    const shocks = [{ assets: [ETH], drop: 0.5, scale: 1, at: 0, over: 0 }]
    const world = smallWorld(
      {
        crash: [schedule, { shocks }],
        market: [referenceMarket, { drivers: ['crash'] }],
        oracle: [
          feed,
          {
            source: 'market',
            assets: [ETH],
            opening: 'none',
            latency: 24,
            gas: 1000,
            deviation: 0,
          },
        ],
      },
      { chain: { gasPrice: 100, native: ETH, nativePrice: 'oracle' } },
    )
    const chain = world.chains[0]!
    expect(chain.gasUsd(1e6, 0)).toBeCloseTo(200, 9)
    stepWorld(world, 3)
    expect(world.port('priceSource', 'oracle').price(ETH)).toBeCloseTo(1000, 9)
    expect(chain.gasUsd(1e6, 0) / chain.baseFee()).toBeCloseTo(1, 9)
  })
})
