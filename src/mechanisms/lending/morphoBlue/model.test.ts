import { describe, expect, it } from 'vitest'
import { hashWorld, rewind, snapshot } from '../../../engine/index.ts'
import { eventCode } from '../../../world/index.ts'
import { MarketFundingError } from '../funding.ts'
import { PositionError } from '../layout.ts'
import { REFUSALS } from '../refusals.ts'
import type { Account, LendingWorld } from '../testWorld.conformance.ts'
import { perSecond } from './kernel.ts'
import { marketWorld } from './testMarket.conformance.ts'

const accounts: readonly Account[] = [
  { collateral: { ETH: 10 }, debt: { USDC: 15_000 } },
  { collateral: { ETH: 10 }, debt: { USDC: 9000 } },
  { collateral: { USDC: 40_000 } },
]
const CURVE = { irm: 'adaptiveCurve', cash: 26_000 }

const result = { repaid: NaN, seized: NaN, event: -1 }

function take(from: LendingWorld, row: number, repay?: number): string | null {
  const [debt, collateral] = [from.debt('USDC'), from.collateral('ETH')]
  const amount = repay ?? from.lender.maxRepay(row, debt, collateral)
  return from.lender.liquidate(row, debt, collateral, amount, from.holder, result)
}

/** Whole tokens of a row's entry. */
function tokens({ lender }: LendingWorld, row: number, coordinate: number): number {
  const { book } = lender
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
    if (book.coordinate[k] === coordinate)
      return (
        (Math.abs(book.amount[k]!) * lender.value(coordinate)) /
        lender.price(lender.assetOf(coordinate))
      )
  return NaN
}

describe('liquidation', () => {
  it('has no close factor: all of an unhealthy debt may be repaid at once', () => {
    const from = marketWorld({ accounts })
    from.setPrice('ETH', 1820)
    const most = from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))
    expect(most).toBeCloseTo(15_000, 6)
    expect(take(from, 0)).toBeNull()
    // lltv 0.8: the factor is 1 / (1 - 0.3 x 0.2).
    expect(result.seized).toBeCloseTo(15_000 / 0.94 / 1820, 9)
  })

  it('never seizes supply of the loan asset', () => {
    const from = marketWorld({
      accounts: [{ collateral: { ETH: 1, USDC: 5000 }, debt: { USDC: 1500 } }],
    })
    from.setPrice('ETH', 1000)
    expect(take(from, 0)).toBeNull()
    expect(from.lender.deficit(from.asset('USDC'))).toBeCloseTo(1500 - 940, 6)
    const [debt, supply] = [from.debt('USDC'), from.collateral('USDC')]
    const refused = from.lender.liquidate(0, debt, supply, 1, from.holder, result)
    expect(refused).toBe(REFUSALS.notCollateral)
  })
})

describe('bad debt', () => {
  const crashed = (): LendingWorld => {
    const from = marketWorld({ accounts })
    from.setPrice('ETH', 1200)
    return from
  }

  it('is taken off the suppliers at once, each in proportion, and counted as deficit', () => {
    const from = crashed()
    const usdc = from.asset('USDC')
    const claims = from.lender.claims(usdc)
    const share = tokens(from, 2, from.collateral('USDC')) / claims
    expect(take(from, 0)).toBeNull()
    const lost = 15_000 - 12_000 * 0.94
    expect(from.lender.deficit(usdc)).toBeCloseTo(lost, 6)
    expect(from.lender.claims(usdc)).toBeCloseTo(claims - lost, 6)
    expect(tokens(from, 0, from.debt('USDC'))).toBe(0)
    expect(tokens(from, 2, from.collateral('USDC'))).toBeCloseTo(40_000 - share * lost, 6)
    // What is owed to suppliers is still what is in cash and what borrowers owe.
    const owed = tokens(from, 1, from.debt('USDC'))
    expect(from.lender.claims(usdc)).toBeCloseTo(from.lender.cash(usdc) + owed, 6)
  })

  it('records an event below the liquidation that caused it', () => {
    const from = crashed()
    take(from, 0)
    const { kind, parent, row, other, w } = from.world.trace.columns
    const id = from.world.trace.length - 1
    expect(kind[id]).toBe(eventCode('deficit'))
    expect(kind[parent[id]!]).toBe(eventCode('insolvent'))
    expect(parent[parent[id]!]).toBe(result.event)
    expect([row[id], other[id]]).toEqual([0, from.asset('USDC')])
    expect(w[id]).toBeCloseTo(15_000 - 12_000 * 0.94, 6)
  })

  it('stays while collateral is left, and is taken back by a rewind', () => {
    const from = crashed()
    const opening = snapshot(from.world)
    const before = hashWorld(from.world)
    const most = from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))
    expect(take(from, 0, 0.999 * most)).toBeNull()
    expect(from.lender.deficit(from.asset('USDC'))).toBe(0)
    expect(take(from, 0)).toBeNull()
    expect(from.lender.deficit(from.asset('USDC'))).toBeGreaterThan(0)
    rewind(from.world, opening)
    expect(hashWorld(from.world)).toBe(before)
  })
})

describe('interest', () => {
  const year = (365 * 86_400) / 12

  it('is a quarter of the rate at target when idle and drives it down to its floor', () => {
    const from = marketWorld({ accounts: accounts.slice(1), terms: { ...CURVE, cash: 1e9 } })
    from.mine(year)
    from.lender.repay(0, from.debt('USDC'), 1e-9, from.holder)
    const perYear = from.column('rateAtTarget')[0]! * 365 * 86_400
    expect(perYear).toBeCloseTo(0.001, 9)
    expect(tokens(from, 0, from.debt('USDC')) / 9000).toBeLessThan(1.01)
  })

  it('lifts the rate while more than the target is lent out', () => {
    const from = marketWorld({ accounts, terms: { ...CURVE, cash: 16_000 + 500 } })
    expect(from.lender.cash(from.asset('USDC'))).toBe(16_500)
    const full = marketWorld({ accounts: accounts.slice(0, 2), terms: { ...CURVE, cash: 100 } })
    for (const world of [from, full]) {
      world.mine(7200)
      world.lender.repay(1, world.debt('USDC'), 1e-9, world.holder)
    }
    const start = perSecond(0.04)
    expect(full.column('rateAtTarget')[0]!).toBeGreaterThan(start)
    expect(from.column('rateAtTarget')[0]!).toBeLessThan(start)
  })

  it('counts in the health test before anybody touches the market', () => {
    const from = marketWorld({
      accounts: [{ collateral: { ETH: 10 }, debt: { USDC: 15_990 } }],
      terms: { ...CURVE, cash: 100 },
    })
    expect(take(from, 0, 1)).toBe(REFUSALS.healthy)
    from.mine(year / 12)
    expect(from.column('lastUpdate')[0]).toBe(0)
    expect(take(from, 0, 1)).toBeNull()
  })

  it('is not written by adding collateral, but by taking it', () => {
    const from = marketWorld({ accounts, terms: CURVE })
    from.mine(100)
    from.lender.supply(1, from.collateral('ETH'), 1, from.holder)
    expect(from.column('lastUpdate')[0]).toBe(0)
    from.lender.withdraw(1, from.collateral('ETH'), 1, from.holder)
    expect(from.column('lastUpdate')[0]).toBe(1200)
  })

  it('pays the fee in new shares, and nothing without a rate model', () => {
    const lent = (terms: Readonly<Record<string, unknown>>) => {
      const from = marketWorld({ accounts, terms: { ...CURVE, ...terms } })
      const before = from.lender.claims(from.asset('USDC'))
      from.mine(year)
      from.lender.repay(1, from.debt('USDC'), 1e-9, from.holder)
      return { from, interest: from.lender.claims(from.asset('USDC')) - before }
    }
    const { from, interest } = lent({ fee: 0.2 })
    const { totalSupplyAssets, totalSupplyShares, feeShares } = {
      totalSupplyAssets: from.column('totalSupplyAssets')[0]!,
      totalSupplyShares: from.column('totalSupplyShares')[0]!,
      feeShares: from.column('feeShares')[0]!,
    }
    expect((feeShares * totalSupplyAssets) / totalSupplyShares).toBeCloseTo(0.2 * interest, 6)
    expect(lent({ fee: 0 }).from.column('feeShares')[0]).toBe(0)
    expect(lent({ irm: 'none' }).interest).toBe(0)
  })
})

describe('limits', () => {
  it('a borrower may go up to lltv, not beyond, and not beyond cash', () => {
    const from = marketWorld({ accounts, terms: { cash: 20_000 } })
    const debt = from.debt('USDC')
    expect(from.act('borrow', [1, debt, 7000.01])).toBe(REFUSALS.unhealthy)
    expect(from.act('borrow', [1, debt, 7000])).toBeNull()
    from.setPrice('ETH', 9000)
    expect(from.act('borrow', [1, debt, 13_000.01])).toBe(REFUSALS.cash)
  })

  it('suppliers get out what is not lent', () => {
    const from = marketWorld({ accounts, terms: { cash: 20_000 } })
    const supply = from.collateral('USDC')
    expect(from.lender.withdraw(2, supply, 20_001, from.holder)).toBe(REFUSALS.cash)
    expect(from.lender.withdraw(2, supply, 20_000, from.holder)).toBeNull()
    expect(from.lender.claims(from.asset('USDC'))).toBeCloseTo(24_000, 6)
  })
})

describe('opening', () => {
  it('needs cash and debts that cover what rows have supplied', () => {
    expect(() => marketWorld({ accounts, terms: { cash: 15_999 } })).toThrow(MarketFundingError)
    expect(() => marketWorld({ accounts, terms: { cash: 15_999 } })).toThrow(/at least 16000/)
  })

  it('refuses what one isolated market cannot hold, and says why', () => {
    const open = (account: Account) => () => marketWorld({ accounts: [account] })
    expect(open({ debt: { ETH: 1 } })).toThrow(PositionError)
    expect(open({ debt: { ETH: 1 } })).toThrow(/debt of ETH; this market lends USDC only/)
    expect(open({ collateral: { ETH: 1 }, threshold: { ETH: 0.9 } })).toThrow(/one lltv \(0.8\)/)
    expect(open({ collateral: { ETH: 1 }, threshold: { ETH: 0.8 } })).not.toThrow()
    const same = () => marketWorld({ accounts: [], terms: { collateralAsset: 1 } })
    expect(same).toThrow(/both USDC; name two/)
  })
})
