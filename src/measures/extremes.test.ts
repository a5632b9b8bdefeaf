import { describe, expect, it } from 'vitest'
import { ETH, type Member, smallWorld, stepWorld, USDC } from '../../test/conformance/model.ts'
import { stableswap } from '../mechanisms/liquidity/index.ts'
import { referenceMarket, schedule } from '../mechanisms/prices/index.ts'
import { createExtremesWatch, EXTREME_MEASURES } from './extremes.ts'
import type { PathView } from './view.ts'

const dip = { assets: [ETH], drop: 0.3, scale: 1, at: 24, over: 0 }
const members: Record<string, Member> = {
  path: [schedule, { shocks: [dip, { ...dip, drop: -1, at: 60 }] }],
  market: [referenceMarket, { drivers: ['path'] }],
}

function watch(all: Record<string, Member>, trade: number) {
  const world = smallWorld(all)
  const watched = createExtremesWatch(world, { asset: ETH, source: null, venue: null })
  watched.look()
  for (let tick = 0; tick < 6; tick++) {
    if (tick === 3 && all.pool)
      world.port('venue', 'pool').swap(USDC, ETH, trade, world.ledger.holders - 1, -1)
    stepWorld(world, 1)
    watched.look()
  }
  const view = { watched: { extremes: watched.result() } } as unknown as PathView
  return Object.fromEntries(EXTREME_MEASURES.map(({ name, value }) => [name, value(view)]))
}

describe('extremes of a path', () => {
  it('are the lowest price on the way, and the scarcest asset of a pool', () => {
    const pool: Member = [stableswap, { assets: [ETH, USDC], a: 50, size: 2000, fee: 0 }]
    const found = watch({ ...members, pool }, 900)
    expect(found.drawdown).toBeCloseTo(0.3, 12)
    expect(found.scarceShare).toBeLessThan(0.1)
    expect(found.scarceShare).toBeGreaterThan(0.03)
    expect(found.scarcePrice).toBeGreaterThan(1.05)
  })

  it('say nothing of pools where there are none', () => {
    const found = watch(members, 0)
    expect(found.drawdown).toBeCloseTo(0.3, 12)
    expect([found.scarceShare, found.scarcePrice]).toEqual([null, null])
  })
})
