import { describe, expect, it } from 'vitest'
import { debtTotals, lendersOf } from '../measures/index.ts'
import { lendingWorld } from '../mechanisms/lending/testWorld.conformance.ts'
import { accountsOf, concentrationOf } from './accounts.ts'
import { troubledDebts } from './debts.ts'

// ETH 2,000, WBTC 30,000, USDC 1; factor 0.8.
const ACCOUNTS = [
  { collateral: { ETH: 10 }, debt: { USDC: 8000 } },
  { collateral: { ETH: 1, WBTC: 0.1 }, debt: { USDC: 4500 } },
  { collateral: { ETH: 1 }, debt: { USDC: 2500 } },
  { collateral: { USDC: 700 } },
]

describe('accounts of a hand-made world', () => {
  const { world } = lendingWorld({ accounts: ACCOUNTS })
  const accounts = accountsOf(world)

  it('have debt, collateral, health factor and bad debt', () => {
    expect(accounts.map((a) => a.debt)).toEqual([8000, 4500, 2500, 0].map((v) => expect.closeTo(v)))
    expect(accounts.map((a) => a.collateral)).toEqual(
      [20_000, 5000, 2000, 700].map((v) => expect.closeTo(v)),
    )
    expect(accounts[0]!.healthFactor).toBeCloseTo(2)
    expect(accounts[1]!.healthFactor).toBeCloseTo((0.8 * 5000) / 4500)
    expect(accounts[3]!.healthFactor).toBeNull()
    expect(accounts.map((a) => a.badDebt)).toEqual([0, 0, 500, 0].map((v) => expect.closeTo(v)))
    expect(accounts[1]!.assets).toEqual({
      ETH: expect.closeTo(2000),
      WBTC: expect.closeTo(3000),
      USDC: expect.closeTo(-4500),
    })
  })

  it('are concentrated by asset and side', () => {
    const all = concentrationOf(accounts)
    expect(all.map((c) => `${c.asset} ${c.side}`)).toEqual([
      ...['ETH collateral', 'USDC debt', 'WBTC collateral', 'USDC collateral'],
    ])
    const [eth, debt] = all
    expect(eth!.total).toBeCloseTo(24_000)
    expect(eth!.holders).toBe(3)
    expect(eth!.top1).toBeCloseTo(20 / 24)
    expect(eth!.top5).toBeCloseTo(1)
    expect(eth!.hhi).toBeCloseTo((20 ** 2 + 2 ** 2 + 2 ** 2) / 24 ** 2)
    expect(debt!.hhi).toBeCloseTo((80 ** 2 + 45 ** 2 + 25 ** 2) / 150 ** 2)
    expect(all[2]!.hhi).toBe(1)
  })

  it('add up to what the measures say, at any prices', () => {
    const { prices, after } = { prices: [1, 2000, 1, 30_000], after: [1, 1200, 1, 30_000] }
    const [value, trigger] = [Float64Array.from(prices), Float64Array.from(after)]
    for (const at of [value, trigger]) {
      const { liquidatable, bad } = debtTotals(lendersOf(world), trigger, at)
      const found = troubledDebts(world, trigger, at)
      expect(found.liquidatable).toBeCloseTo(liquidatable)
      expect(found.bad).toBeCloseTo(bad)
    }
    expect(troubledDebts(world, trigger, value).liquidatable).toBeCloseTo(4500 + 2500)
  })
})
