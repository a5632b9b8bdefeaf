import { describe, expect, it } from 'vitest'
import { hashWorld, rewind, snapshot } from '../../../engine/index.ts'
import { eventCode } from '../../../world/index.ts'
import { REFUSALS } from '../refusals.ts'
import { type Account, aaveWorld, type LendingWorld } from '../testWorld.conformance.ts'
import { AAVE_REFUSALS } from './terms.ts'

const result = { repaid: NaN, seized: NaN, event: -1 }

function take(from: LendingWorld, debt: string, repay?: number) {
  const [owed, held] = [from.debt(debt), from.collateral('ETH')]
  const amount = repay ?? from.lender.maxRepay(0, owed, held)
  return from.lender.liquidate(0, owed, held, amount, from.holder, result)
}

/** A position with USDC and WBTC debts, all against ETH at 2,000 USD, at a healthFactor. */
function at(health: number, usdc: number, wbtcUsd: number, rules: 'v3' | 'v3.3') {
  const account: Account = {
    collateral: { ETH: ((usdc + wbtcUsd) * health) / 0.8 / 2000 },
    debt: wbtcUsd > 0 ? { USDC: usdc, WBTC: wbtcUsd / 30000 } : { USDC: usdc },
  }
  return aaveWorld({ accounts: [account], rules })
}

describe('v3.3 close factor', () => {
  const max = (from: LendingWorld, debt: string) =>
    from.lender.maxRepay(0, from.debt(debt), from.collateral('ETH'))

  it('is a half of all debts, whichever reserve is repaid', () => {
    const from = at(0.97, 4000, 6000, 'v3.3')
    expect(max(from, 'USDC')).toBeCloseTo(4000, 8)
    expect(max(from, 'WBTC') * 30000).toBeCloseTo(5000, 8)
    const old = at(0.97, 4000, 6000, 'v3')
    expect(max(old, 'USDC')).toBeCloseTo(2000, 8)
  })

  it('is one for a debt or a collateral below 2,000 USD', () => {
    expect(max(at(0.97, 1999, 0, 'v3.3'), 'USDC')).toBeCloseTo(1999, 8)
    expect(max(at(0.97, 2100, 0, 'v3.3'), 'USDC')).toBeCloseTo(1050, 8)
    expect(max(at(0.97, 1999, 0, 'v3'), 'USDC')).toBeCloseTo(999.5, 8)
  })
})

describe('v3.3 dust', () => {
  it('is refused: 2,000 of 2,100 would leave 100, so 1,100 is the most', () => {
    const from = at(0.97, 2100, 1900, 'v3.3')
    expect(take(from, 'USDC', 2000)).toBe(REFUSALS.dust)
    expect(take(from, 'USDC', 1101)).toBe(REFUSALS.dust)
    const most = from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))
    expect(most).toBeCloseTo(1100, 9)
    expect(take(from, 'USDC')).toBeNull()
  })

  it('of collateral is refused too, but taking all of it is not', () => {
    // Health 0.9: all 3,000 may be repaid; the collateral, 3,375 USD, covers it at 8 % to 3,125.
    const from = at(0.9, 3000, 0, 'v3.3')
    expect(take(from, 'USDC', 2500)).toBe(REFUSALS.dust)
    expect(take(from, 'USDC', 2000)).toBeNull()
    const all = at(0.9, 3000, 0, 'v3.3')
    expect(take(all, 'USDC', 3000)).toBeNull()
  })

  it('is no matter under v3', () => {
    expect(take(at(0.9, 3000, 0, 'v3'), 'USDC', 2500)).toBeNull()
  })
})

describe('v3.3 deficit', () => {
  const accounts: Account[] = [
    { collateral: { ETH: 1 }, debt: { USDC: 1500, WBTC: 0.02 } },
    { collateral: { WBTC: 1 }, debt: { USDC: 5000 } },
  ]
  const crashed = (rules: 'v2' | 'v3' | 'v3.3') => {
    const from = aaveWorld({ accounts, rules })
    from.setPrice('ETH', 1000)
    return from
  }

  it('books what no collateral is left for, in all reserves, and takes it off the account', () => {
    const from = crashed('v3.3')
    const { lender, asset } = from
    const claims = ['USDC', 'WBTC'].map((name) => lender.claims(asset(name)))
    expect(take(from, 'USDC')).toBeNull()
    expect(result.repaid).toBeCloseTo(1000 / 1.08, 9)
    expect(lender.deficit(asset('USDC'))).toBeCloseTo(1500 - 1000 / 1.08, 9)
    expect(lender.deficit(asset('WBTC'))).toBeCloseTo(0.02, 15)
    expect(lender.deficit(asset('ETH'))).toBe(0)
    const { book } = lender
    for (let k = 0; k < book.count[0]!; k++) expect(Math.abs(book.amount[k]!)).toBe(0)
    expect(from.column('scaledDebt')[1]).toBeCloseTo(5000, 9)
    expect(['USDC', 'WBTC'].map((name) => lender.claims(asset(name)))).toEqual(claims)
  })

  it('is told as liquidation, insolvency, one deficit per reserve', () => {
    const from = crashed('v3.3')
    expect(take(from, 'USDC')).toBeNull()
    const { kind, parent, row, other, x, w } = from.world.trace.columns
    const id = result.event
    const kinds = ['liquidation', 'insolvent', 'deficit', 'deficit'] as const
    expect([0, 1, 2, 3].map((k) => kind[id + k])).toEqual(kinds.map((name) => eventCode(name)))
    expect([1, 2, 3].map((k) => parent[id + k])).toEqual([id, id + 1, id + 1])
    expect([2, 3].map((k) => row[id + k])).toEqual([0, 0])
    expect([2, 3].map((k) => other[id + k])).toEqual([from.asset('USDC'), from.asset('WBTC')])
    expect(x[id + 1]).toBeCloseTo(x[id + 2]! + x[id + 3]!, 9)
    expect(x[id + 3]).toBeCloseTo(600, 9)
    expect(w[id + 3]).toBeCloseTo(0.02, 15)
  })

  it.each(['v2', 'v3'] as const)('stays debt on the account under %s', (rules) => {
    const from = crashed(rules)
    for (let k = 0; k < 60; k++) take(from, 'USDC')
    expect(from.lender.deficit(from.asset('USDC'))).toBe(0)
    expect(from.column('scaledDebt')[1]).toBeGreaterThan(5500)
  })

  it('is not booked while other collateral is left', () => {
    const from = aaveWorld({
      accounts: [{ collateral: { ETH: 1, WBTC: 0.001 }, debt: { USDC: 1500 } }],
      rules: 'v3.3',
    })
    from.setPrice('ETH', 1000)
    expect(take(from, 'USDC')).toBeNull()
    expect(from.lender.deficit(from.asset('USDC'))).toBe(0)
  })

  it('dilutes the rate of suppliers, not that of borrowers', () => {
    const terms = { slope1: 0.08, slope2: 1, cash: 10000 }
    const open = (rules: 'v3' | 'v3.3') => {
      const from = aaveWorld({ accounts, rules, reserves: { USDC: terms } })
      from.setPrice('ETH', 1000)
      expect(take(from, 'USDC')).toBeNull()
      return from
    }
    const from = open('v3.3')
    const [owed, cash, deficit] = [5000, from.lender.cash(2), from.lender.deficit(2)]
    const rate = (0.08 * owed) / (owed + cash) / 0.8
    expect(from.column('variableBorrowRate')[1]).toBeCloseTo(rate, 12)
    const earned = ((rate * owed) / (owed + cash + deficit)) * 0.9
    expect(from.column('liquidityRate')[1]).toBeCloseTo(earned, 12)
  })

  it('can be covered, by no more than there is, and leaves claims alone', () => {
    const from = crashed('v3.3')
    expect(take(from, 'USDC')).toBeNull()
    const { lender, pauper } = from
    const usdc = from.debt('USDC')
    const claims = lender.claims(from.asset('USDC'))
    const [deficit, cash] = [lender.deficit(2), lender.cash(2)]
    expect(from.act('coverDeficit', [usdc, deficit * 1.01])).toBe(AAVE_REFUSALS.deficit)
    expect(from.act('coverDeficit', [usdc, 10], pauper)).toBe(REFUSALS.payer)
    expect(from.act('coverDeficit', [from.collateral('USDC'), 10])).toBe(REFUSALS.entry)
    expect(from.act('coverDeficit', [usdc, 0])).toBe(REFUSALS.amount)
    expect(from.act('coverDeficit', [usdc, 100])).toBeNull()
    expect(lender.deficit(2)).toBeCloseTo(deficit - 100, 9)
    expect(lender.cash(2)).toBeCloseTo(cash + 100, 6)
    expect(lender.claims(2)).toBe(claims)
  })

  it('is taken back by a rewind', () => {
    const from = crashed('v3.3')
    const opening = snapshot(from.world)
    const before = hashWorld(from.world)
    expect(take(from, 'USDC')).toBeNull()
    const after = hashWorld(from.world)
    rewind(from.world, opening)
    expect(hashWorld(from.world)).toBe(before)
    expect(take(from, 'USDC')).toBeNull()
    expect(hashWorld(from.world)).toBe(after)
  })
})
