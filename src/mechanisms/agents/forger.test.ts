import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ETH, modelConformance, selfOf, stepWorld, USDC } from '../../../test/conformance/model.ts'
import type { World } from '../../world/index.ts'
import { LenderAccountError } from './account.ts'
import { dueBy, forger } from './forger.ts'
import { agentWorld, fallOf, type Given, lenderOf, seen } from './testWorld.conformance.ts'

const ACCOUNTS = [{ collateral: { ETH: 0 }, debt: { USDC: 0 } }, { collateral: { ETH: 1 } }]

function worldOf(given: Given = {}, cash = 1e8): World {
  const terms = { collateralFactor: 0.8, exchangeRate: 1, reserves: 0, reserveFactor: 0 }
  const rates = { baseRate: 0, multiplier: 0, jumpMultiplier: 0, kink: 0.8 }
  const market = (asset: number, held: number) => ({
    asset,
    value: { ...terms, ...rates, cash: held },
  })
  const own = { lender: 'lender', account: 'account 0', collateral: ETH, debt: USDC }
  const plan = { forged: 100, tranche: 10, share: 0.5, at: 36, every: 24 }
  return agentWorld(ACCOUNTS, {
    fall: fallOf(0),
    lender: lenderOf(ACCOUNTS, { markets: [market(ETH, 1), market(USDC, cash)] }),
    forger: [forger, { ...own, ...plan, ...given }],
  })
}

/** Collateral paid in and loans taken, tokens. */
function taken(world: World): [number, number] {
  const self = selfOf(world, 'forger')
  return [0 - world.ledger.balance(self, ETH), world.ledger.balance(self, USDC)]
}

function ran(world: World, ticks: number): [number, number] {
  stepWorld(world, ticks)
  return taken(world)
}

describe('deposits that are due', () => {
  it('are one at the start and one per interval', () => {
    expect([0, 35, 36, 59, 60, 84].map((time) => dueBy(time, 36, 24))).toEqual([0, 0, 1, 1, 2, 3])
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e5 }),
        fc.integer({ min: 1, max: 999 }),
        (at, every) => {
          for (let k = 0; k < 20; k++) expect(dueBy(at + k * every, at, every)).toBe(k + 1)
        },
      ),
      { seed: 3 },
    )
  })
})

describe('a forger', () => {
  it('deposits a tranche at a time and borrows the stated share of each', () => {
    const world = worldOf()
    expect(ran(world, 2)).toEqual([0, 0])
    expect(ran(world, 1)).toEqual([10, 10_000])
    expect(ran(world, 1)).toEqual([10, 10_000])
    expect(ran(world, 1)).toEqual([20, 20_000])
    expect(ran(world, 100)).toEqual([100, 100_000])
    expect(seen(world, 'borrow')).toHaveLength(10)
  })

  it('deposits tranches as small as they may be', () => {
    const [paid, loan] = ran(worldOf({ tranche: 1e-9, share: 0.5 }), 5)
    expect(paid).toBeCloseTo(2e-9, 18)
    expect(loan).toBeCloseTo(2e-6, 15)
  })

  it('makes up for deposits that are due within one block', () => {
    expect(ran(worldOf({ every: 4 }), 3)).toEqual([10, 10_000])
    expect(ran(worldOf({ every: 4 }), 4)).toEqual([40, 40_000])
  })

  it('borrows no more than there is', () => {
    expect(ran(worldOf({}, 35_000), 100)).toEqual([40, 35_000])
  })

  it('is refused more than the lender lends, and pays for trying', () => {
    const world = worldOf({ share: 0.9 })
    expect(ran(world, 20)).toEqual([0, 0])
    expect(seen(world, 'failed').length).toBeGreaterThan(5)
  })

  it('needs an account with both entries', () => {
    expect(() => worldOf({ account: 'nobody' })).toThrow(LenderAccountError)
    expect(() => worldOf({ account: 'account 1' })).toThrow(/"forger" needs an account "account 1"/)
  })
})

modelConformance('a forger', () => worldOf({ forged: 1e5, at: 0, every: 12 }), { isRandom: false })
