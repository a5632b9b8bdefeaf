import { describe, expect, it } from 'vitest'
import type { Liquidated } from '../../world/index.ts'
import { margin } from '../../world/index.ts'
import { REFUSALS } from './index.ts'
import { aaveWorld, type LendingWorld, lendingWorld } from './testWorld.conformance.ts'

const result: Liquidated = { repaid: 0, seized: 0, event: -1 }

/** Liquidate row 0 until nothing can be seized any more. */
function exhaust({ lender, debt, collateral, holder }: LendingWorld): void {
  for (let k = 0; k < 500; k++) {
    const repay = lender.maxRepay(0, debt('USDC'), collateral('ETH'))
    if (!(repay > 0)) return
    const refused = lender.liquidate(0, debt('USDC'), collateral('ETH'), repay, holder, result)
    expect(refused).toBeNull()
  }
  throw new Error('row 0 is still liquidatable')
}

function owed({ lender, debt }: LendingWorld, row: number): number {
  const { book } = lender
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
    if (book.coordinate[k] === debt('USDC'))
      return Math.abs(book.amount[k]!) * lender.value(debt('USDC'))
  return NaN
}

describe.each([
  ['Compound v2', lendingWorld, 1600],
  ['Aave v3', aaveWorld, 1500],
] as const)('an account that starts with empty entries in %s', (_, make, most) => {
  const empty = { collateral: { ETH: 0 }, debt: { USDC: 0 } }

  it('can supply and borrow up to its limit', () => {
    const from = make({ accounts: [empty, { collateral: { ETH: 1 }, debt: { USDC: 1 } }] })
    const { lender, debt, collateral, holder } = from
    expect(lender.borrow(0, debt('USDC'), 1, holder)).not.toBeNull()
    expect(lender.supply(0, collateral('ETH'), 1, holder)).toBeNull()
    expect(lender.borrow(0, debt('USDC'), most + 0.01, holder)).not.toBeNull()
    expect(lender.borrow(0, debt('USDC'), most, holder)).toBeNull()
    expect(owed(from, 0)).toBeCloseTo(most, 9)
    expect(margin(lender.book, lender.coordinates(), 0)).toBeGreaterThanOrEqual(0)
  })

  it('is found by the scan once its collateral has fallen', () => {
    const from = make({ accounts: [empty] })
    const { lender, debt, collateral, holder } = from
    lender.supply(0, collateral('ETH'), 1, holder)
    lender.borrow(0, debt('USDC'), 1500, holder)
    from.setPrice('ETH', 1700)
    expect(lender.book.below(lender.coordinates(), new Int32Array(1))).toBe(1)
    expect(lender.maxRepay(0, debt('USDC'), collateral('ETH'))).toBeGreaterThan(0)
  })
})

const UNDER_WATER = {
  accounts: [
    { collateral: { ETH: 10 }, debt: { USDC: 15000 } },
    { collateral: { ETH: 10 }, debt: { USDC: 1000 } },
  ],
}

describe('cover', () => {
  it.each([
    ['Compound v2', () => lendingWorld(UNDER_WATER)],
    ['Aave v3', () => aaveWorld({ ...UNDER_WATER, rules: 'v3' })],
  ])('pays what accounts without collateral owe in %s, and no more', (_, make) => {
    const from = make()
    from.setPrice('ETH', 1000)
    exhaust(from)
    const left = owed(from, 0)
    expect(left).toBeGreaterThan(4000)
    const { lender, holder, world, asset } = from
    const before = world.ledger.balance(holder, asset('USDC'))
    expect(lender.cover(asset('USDC'), 1000, holder)).toBeCloseTo(1000, 9)
    expect(owed(from, 0)).toBeCloseTo(left - 1000, 6)
    expect(lender.cover(asset('USDC'), 1e6, holder)).toBeCloseTo(left - 1000, 6)
    expect(owed(from, 0)).toBe(0)
    expect(owed(from, 1)).toBe(1000)
    expect(before - world.ledger.balance(holder, asset('USDC'))).toBeCloseTo(left, 6)
    expect(lender.cover(asset('USDC'), 1, holder)).toBe(0)
  })

  it('pays the booked deficit of Aave v3.3, so that cash again covers claims', () => {
    const from = aaveWorld({ ...UNDER_WATER, rules: 'v3.3' })
    from.setPrice('ETH', 1000)
    exhaust(from)
    const { lender, holder, pauper, asset } = from
    const deficit = lender.deficit(asset('USDC'))
    expect(deficit).toBeGreaterThan(4000)
    const cash = lender.cash(asset('USDC'))
    const claims = lender.claims(asset('USDC'))
    expect(lender.cover(asset('USDC'), 1e6, pauper)).toBe(0)
    expect(lender.cover(asset('USDC'), deficit / 2, holder)).toBeCloseTo(deficit / 2, 9)
    expect(lender.cover(asset('USDC'), 1e6, holder)).toBeCloseTo(deficit / 2, 9)
    expect(lender.deficit(asset('USDC'))).toBeCloseTo(0, 9)
    expect(lender.cash(asset('USDC'))).toBeCloseTo(cash + deficit, 6)
    expect(lender.claims(asset('USDC'))).toBeCloseTo(claims, 6)
  })

  it('names no asset that the lender does not know', () => {
    expect(lendingWorld(UNDER_WATER).lender.cover(0, 1, 1)).toBe(0)
  })
})

describe('what is taken out', () => {
  it('can be taken while there is no price by whoever owes nothing and pledges nothing', () => {
    const accounts = [{ collateral: { ETH: 10 }, threshold: { ETH: 0 } }]
    const from = aaveWorld({ accounts })
    from.setPrice('ETH', NaN)
    expect(from.act('withdraw', [0, from.world.books[0]!.coordinate[0]!, 1])).toBeNull()
    expect(from.world.trace.columns.x[from.world.trace.length - 1]).toBe(0)
  })

  it('is bounded by cash, as a new debt is', () => {
    const from = lendingWorld({
      accounts: [{ collateral: { USDC: 5000, ETH: 10 }, debt: { USDC: 4000 } }],
      markets: { USDC: { cash: 2000 } },
    })
    expect(from.act('withdraw', [0, from.collateral('USDC'), 2500])).toBe(REFUSALS.cash)
    expect(from.act('borrow', [0, from.debt('USDC'), 2000.1])).toBe(REFUSALS.cash)
    expect(from.act('borrow', [0, from.debt('USDC'), 2000])).toBeNull()
  })
})
