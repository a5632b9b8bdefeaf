import { describe, expect, it } from 'vitest'
import { lendingWorld } from '../mechanisms/lending/testWorld.conformance.ts'
import { columnsOf, createWatched, endingOf, focusOf, openingOf, type PathView } from './index.ts'
import { recoveryTicks } from './watch.ts'

describe('recoveryTicks', () => {
  it.each([
    ['halves at once', [0, 1, 0.4, 0.2], 1],
    ['comes back before it is gone for good', [0, 1, 0.8, 0.4, 0.6, 0.3], 4],
    ['counts from the largest gap, not the first', [0.5, 0.1, 2, 1.5, 0.9], 2],
    ['has no gap', [0, -1, 0, -0.2], null],
    ['is still there at the end', [0, 1, 0.4, 0.6], 2],
    ['exactly half is gone', [1, 0.5], 1],
    ['has no market', [Number.NaN, Number.NaN], null],
  ])('%s', (_, gap, ticks) => {
    expect(recoveryTicks(Float64Array.from(gap))).toBe(ticks)
  })
})

describe('a market without cash', () => {
  // 50 ETH are borrowed; suppliers own those and what cash there is.
  const accounts = [
    { collateral: { USDC: 500_000 }, debt: { ETH: 50 } },
    { collateral: { ETH: 50 }, debt: { USDC: 1000 } },
  ]
  const worldWith = (cash: number) =>
    lendingWorld({ accounts, markets: { ETH: { cash }, USDC: { cash: 1e6 }, WBTC: { cash: 1 } } })

  function measured(cash: number, refillAfter: number): (name: string) => number | null {
    const from = worldWith(cash)
    const { world, lender, self } = from
    const focus = focusOf(world, -1, '')
    const opening = openingOf(world, focus)
    const watch = createWatched(world, focus)
    const eth = from.asset('ETH')
    for (let tick = 0; tick <= world.spec.ticks; tick++) {
      if (tick === refillAfter) world.ledger.transfer(from.holder, self, eth, 20)
      watch.look(tick)
    }
    expect(lender.claims(eth)).toBeGreaterThan(50)
    const view: PathView = {
      ...{ world, focus, path: 0, opening, gains: [] },
      ...{ watched: watch.result(), ending: endingOf(world) },
    }
    return (name) =>
      columnsOf([])
        .find((c) => c.name === name)!
        .value(view)
  }

  it('locks what its suppliers are owed, for as long as one looks', () => {
    const of = measured(0.1, Number.POSITIVE_INFINITY)
    expect(of('lockedFunds')).toBeCloseTo(50 * 2000, 4)
    const { ticks, tickSeconds } = worldWith(1).world.spec
    expect(of('timeToExit')).toBe(ticks * tickSeconds)
    expect(of('lockedAtEnd')).toBe(1)
  })

  it('lets them go when cash comes back', () => {
    const of = measured(0.1, 3)
    expect(of('lockedFunds')).toBe(0)
    expect(of('lockedAtEnd')).toBe(0)
    expect(of('timeToExit')).toBe(2 * worldWith(1).world.spec.tickSeconds)
  })

  it('is none that keeps a hundredth', () => {
    const of = measured(1, Number.POSITIVE_INFINITY)
    expect([of('lockedFunds'), of('timeToExit')]).toEqual([0, 0])
  })

  it('does not count when it is a thousandth of the protocol', () => {
    const many = lendingWorld({
      accounts,
      markets: { ETH: { cash: 0.1 }, USDC: { cash: 1e9 }, WBTC: { cash: 1 } },
    })
    const watch = createWatched(many.world, focusOf(many.world, -1, ''))
    watch.look(0)
    watch.look(1)
    expect([...watch.result().locked.values()]).toEqual([0])
  })
})
