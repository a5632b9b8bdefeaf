import { describe, expect, it } from 'vitest'
import { hashWorld } from '../../../engine/index.ts'
import { REFUSALS } from '../refusals.ts'
import { type Account, aaveWorld, type LendingWorld } from '../testWorld.conformance.ts'
import { AAVE_REFUSALS } from './terms.ts'

/** 10 ETH at 2,000 USD, ltv 0.75, threshold 0.8: room for 15,000 USD of debt in all. */
const account: Account = { collateral: { ETH: 10 }, debt: { USDC: 5000, WBTC: 0 } }

function borrow(from: LendingWorld, debt: string, amount: number, row = 0): string | null {
  return from.act('borrow', [row, from.debt(debt), amount])
}

function supply(from: LendingWorld, row: number, asset: string, amount: number): string | null {
  return from.act('supply', [row, from.collateral(asset), amount])
}

describe('borrowing', () => {
  it('pays out up to the loan-to-value limit, not the threshold', () => {
    const from = aaveWorld({ accounts: [account] })
    const { ledger } = from.world
    const before = ledger.balance(from.holder, from.asset('USDC'))
    expect(borrow(from, 'USDC', 10001)).toBe(AAVE_REFUSALS.ltv)
    expect(borrow(from, 'USDC', 10000)).toBeNull()
    expect(ledger.balance(from.holder, from.asset('USDC')) - before).toBe(10000)
    expect(from.column('scaledDebt')[1]).toBeCloseTo(15000, 9)
    expect(borrow(from, 'WBTC', 0.001)).toBe(AAVE_REFUSALS.ltv)
  })

  it('is refused without trace for nothing, too much cash, no entry, no price, bad health', () => {
    const from = aaveWorld({ accounts: [account], reserves: { USDC: { cash: 4000 } } })
    const before = hashWorld(from.world)
    expect(borrow(from, 'USDC', 0)).toBe(REFUSALS.amount)
    expect(borrow(from, 'USDC', NaN)).toBe(REFUSALS.amount)
    expect(borrow(from, 'USDC', 4001)).toBe(REFUSALS.cash)
    expect(borrow(from, 'ETH', 1)).toBe(REFUSALS.entry)
    expect(from.act('borrow', [0, from.collateral('ETH'), 1])).toBe(REFUSALS.entry)
    expect(from.act('borrow', [7, from.debt('USDC'), 1])).toBe(REFUSALS.entry)
    expect(hashWorld(from.world)).toBe(before)
    from.setPrice('ETH', 600)
    expect(borrow(from, 'USDC', 1)).toBe(REFUSALS.unhealthy)
    from.setPrice('ETH', NaN)
    expect(borrow(from, 'USDC', 1)).toBe(REFUSALS.price)
  })

  it('raises rates, accrues interest first, and is scaled by the index', () => {
    const terms = { slope1: 0.08, slope2: 1, cash: 20000 }
    const from = aaveWorld({ accounts: [account], reserves: { USDC: terms } })
    const rate = from.column('variableBorrowRate')[1]!
    from.mine(1e6)
    expect(borrow(from, 'USDC', 1000)).toBeNull()
    const index = from.column('variableBorrowIndex')[1]!
    expect(index).toBeGreaterThan(1)
    expect(from.column('scaledDebt')[1]).toBeCloseTo(5000 + 1000 / index, 9)
    expect(from.column('variableBorrowRate')[1]).toBeGreaterThan(rate)
  })

  it('needs collateral with a loan-to-value', () => {
    const from = aaveWorld({ accounts: [account], reserves: { ETH: { ltv: 0 } } })
    expect(borrow(from, 'USDC', 1)).toBe(AAVE_REFUSALS.noCollateral)
  })
})

describe('caps', () => {
  it('limit the debt of a reserve, interest included', () => {
    const reserves = { USDC: { borrowCap: 6000 } }
    const from = aaveWorld({ accounts: [account], reserves })
    expect(borrow(from, 'USDC', 1001)).toBe(AAVE_REFUSALS.borrowCap)
    expect(borrow(from, 'USDC', 1000)).toBeNull()
    const v2 = aaveWorld({ accounts: [account], reserves, rules: 'v2' })
    expect(borrow(v2, 'USDC', 1001)).toBeNull()
  })

  it('limit the supply of a reserve', () => {
    const reserves = { ETH: { cash: 100, supplyCap: 105 } }
    const from = aaveWorld({ accounts: [account], reserves })
    expect(supply(from, 0, 'ETH', 5.1)).toBe(AAVE_REFUSALS.supplyCap)
    expect(supply(from, 0, 'ETH', 5)).toBeNull()
    expect(supply(from, 0, 'ETH', 1e-3)).toBe(AAVE_REFUSALS.supplyCap)
    expect(
      supply(aaveWorld({ accounts: [account], reserves, rules: 'v2' }), 0, 'ETH', 6),
    ).toBeNull()
  })
})

describe('isolation', () => {
  const reserves = { ETH: { debtCeiling: 8000 }, USDC: { borrowableInIsolation: 1 } }

  it('limits the debt against isolated collateral by its ceiling, all accounts together', () => {
    const other: Account = { collateral: { ETH: 1 }, debt: { USDC: 500 } }
    const from = aaveWorld({ accounts: [account, other], reserves })
    expect(from.column('isolatedDebt')[0]).toBe(5500)
    expect(borrow(from, 'WBTC', 0.01)).toBe(AAVE_REFUSALS.notInIsolation)
    expect(borrow(from, 'USDC', 2501)).toBe(AAVE_REFUSALS.debtCeiling)
    expect(borrow(from, 'USDC', 2000)).toBeNull()
    expect(from.column('isolatedDebt')[0]).toBe(7500)
    expect(borrow(from, 'USDC', 501, 1)).toBe(AAVE_REFUSALS.debtCeiling)
    expect(from.act('repay', [0, from.debt('USDC'), 3000])).toBeNull()
    expect(from.column('isolatedDebt')[0]).toBe(4500)
    expect(borrow(from, 'USDC', 501, 1)).toBeNull()
  })

  it('is off beside other collateral, and cannot be entered from there', () => {
    const mixed: Account = { collateral: { ETH: 10, WBTC: 1 }, debt: { USDC: 0 } }
    const from = aaveWorld({ accounts: [mixed], reserves: { ETH: { debtCeiling: 10 } } })
    expect(borrow(from, 'USDC', 1000)).toBeNull()
    expect(from.column('isolatedDebt')[0]).toBe(0)
    const later: Account = { collateral: { ETH: 0, WBTC: 1 }, debt: { USDC: 0 } }
    expect(supply(aaveWorld({ accounts: [later], reserves }), 0, 'ETH', 1)).toBe(
      AAVE_REFUSALS.isolated,
    )
    const alone: Account = { collateral: { ETH: 1, WBTC: 0 }, debt: { USDC: 0 } }
    const isolated = aaveWorld({ accounts: [alone], reserves })
    expect(supply(isolated, 0, 'WBTC', 1)).toBe(AAVE_REFUSALS.isolated)
    expect(supply(isolated, 0, 'ETH', 1)).toBeNull()
  })

  it.each([
    ['v3', 1500, 1500],
    ['v3.3', 1500, 1500 - 1000 / 1.08],
  ] as const)(
    'frees the ceiling by what a liquidation of all collateral repays: %s',
    (rules, opening, left) => {
      const accounts: Account[] = [{ collateral: { ETH: 1 }, debt: { USDC: 1500 } }]
      const from = aaveWorld({ accounts, reserves, rules })
      expect(from.column('isolatedDebt')[0]).toBe(opening)
      from.setPrice('ETH', 1000)
      const [debt, held] = [from.debt('USDC'), from.collateral('ETH')]
      const repay = from.lender.maxRepay(0, debt, held)
      expect(from.act('liquidate', [0, debt, held, repay])).toBeNull()
      expect(from.column('isolatedDebt')[0]).toBeCloseTo(left, 9)
    },
  )

  it('frees the ceiling by what a part liquidation repays under v3, too', () => {
    const accounts: Account[] = [{ collateral: { ETH: 1 }, debt: { USDC: 1500 } }]
    const from = aaveWorld({ accounts, reserves, rules: 'v3' })
    from.setPrice('ETH', 1800)
    expect(from.act('liquidate', [0, from.debt('USDC'), from.collateral('ETH'), 500])).toBeNull()
    expect(from.column('isolatedDebt')[0]).toBeCloseTo(1000, 9)
  })

  it('follows scaled openings', () => {
    const from = aaveWorld({ accounts: [account], reserves })
    from.lender.scaleDebt(0, 1.2)
    expect(from.column('isolatedDebt')[0]).toBeCloseTo(6000, 9)
    expect(from.column('scaledDebt')[1]).toBeCloseTo(6000, 9)
  })
})

describe('siloed borrowing', () => {
  const reserves = { WBTC: { siloedBorrowing: 1 } }

  it('keeps a siloed asset from being borrowed beside another, either way round', () => {
    const from = aaveWorld({ accounts: [account], reserves })
    expect(borrow(from, 'WBTC', 0.01)).toBe(AAVE_REFUSALS.siloed)
    expect(from.act('repay', [0, from.debt('USDC'), 5000])).toBeNull()
    expect(borrow(from, 'WBTC', 0.01)).toBeNull()
    expect(borrow(from, 'WBTC', 0.01)).toBeNull()
    expect(borrow(from, 'USDC', 1)).toBe(AAVE_REFUSALS.siloed)
    expect(
      borrow(aaveWorld({ accounts: [account], reserves, rules: 'v2' }), 'WBTC', 0.01),
    ).toBeNull()
  })
})

describe('eMode', () => {
  const eModes = [{ category: 2, ltv: 0.9, liquidationThreshold: 0.93, liquidationBonus: 0.01 }]
  const reserves = { ETH: { eMode: 2 }, WBTC: { eMode: 2 } }
  const debt = { USDC: 0, WBTC: 0 }

  it('raises the limit for its assets and forbids to borrow others', () => {
    const accounts: Account[] = [{ collateral: { ETH: 15 }, debt, category: 2 }]
    const from = aaveWorld({ accounts, reserves, eModes })
    expect(borrow(from, 'USDC', 1)).toBe(AAVE_REFUSALS.eMode)
    expect(borrow(from, 'WBTC', 0.91)).toBe(AAVE_REFUSALS.ltv)
    expect(borrow(from, 'WBTC', 0.9)).toBeNull()
  })

  it('leaves collateral of other assets on its own terms', () => {
    const accounts: Account[] = [{ collateral: { USDC: 30000 }, debt, category: 2 }]
    const from = aaveWorld({ accounts, reserves, eModes })
    expect(borrow(from, 'WBTC', 0.76)).toBe(AAVE_REFUSALS.ltv)
    expect(borrow(from, 'WBTC', 0.75)).toBeNull()
  })
})

describe('withdrawing', () => {
  it('takes collateral without loan-to-value first', () => {
    const accounts: Account[] = [{ collateral: { ETH: 10, WBTC: 1 }, debt: { USDC: 100 } }]
    const reserves = { WBTC: { ltv: 0 } }
    const withdraw = (from: LendingWorld, asset: string) =>
      from.act('withdraw', [0, from.collateral(asset), 1])
    const from = aaveWorld({ accounts, reserves })
    expect(withdraw(from, 'ETH')).toBe(AAVE_REFUSALS.zeroLtv)
    expect(withdraw(from, 'WBTC')).toBeNull()
    expect(withdraw(from, 'ETH')).toBeNull()
    expect(withdraw(aaveWorld({ accounts, reserves, rules: 'v2' }), 'ETH')).toBeNull()
    const free: Account[] = [{ collateral: { ETH: 10, WBTC: 1 } }]
    expect(withdraw(aaveWorld({ accounts: free, reserves }), 'ETH')).toBeNull()
  })
})
