import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as exact from './exact.ts'
import { percentDivUp, rayDivDown, rayDivUp } from './exactMath.ts'

const DOLLAR = 10n ** 6n
const ETHER = 10n ** 18n

const CONFIG: exact.ReserveConfig = {
  ltv: 8_000n,
  liquidationThreshold: 8_250n,
  liquidationBonus: 10_500n,
  decimals: 18n,
  active: true,
  frozen: false,
  borrowingEnabled: true,
  paused: false,
  borrowableInIsolation: false,
  siloedBorrowing: false,
  flashLoanEnabled: true,
  reserveFactor: 1_000n,
  borrowCap: 0n,
  supplyCap: 0n,
  liquidationProtocolFee: 0n,
  debtCeiling: 0n,
}
const RATES: exact.RateData = {
  ...{ optimalUsageRatio: 9_000n, baseVariableBorrowRate: 0n },
  ...{ variableRateSlope1: 400n, variableRateSlope2: 6_000n },
}

/** `a` supplies ether at 2,000 USD and borrows dollars that `lp` supplied. */
function market(ether: bigint, dollars: bigint) {
  const pool = exact.createPool({ treasury: 'treasury', umbrella: 'lp', roles: new Map() })
  const eth = exact.addReserve(pool, 'ETH', 'aETH', RATES, CONFIG)
  const usd = exact.addReserve(pool, 'USD', 'aUSD', RATES, { ...CONFIG, decimals: 6n })
  const prices = new Map([
    ['ETH', 2_000n * 10n ** 8n],
    ['USD', 10n ** 8n],
  ])
  const block = {
    time: 1_800_000_000n,
    price: (asset: string) => prices.get(asset) ?? 0n,
    sentinel: null,
    tokens: { balance: () => 0n, transfer: () => null, transferFrom: () => null },
  }
  const lent = { by: 'lp', asset: 'USD', amount: 10n ** 7n * DOLLAR, onBehalfOf: 'lp' }
  expect(exact.supply(pool, block, lent).ok).toBe(true)
  const own = { by: 'a', asset: 'ETH', amount: ether, onBehalfOf: 'a' }
  expect(exact.supply(pool, block, own).ok).toBe(true)
  const debt = { by: 'a', asset: 'USD', amount: dollars, mode: 2n, onBehalfOf: 'a' }
  expect(exact.borrow(pool, block, debt).ok).toBe(true)
  const liquidate = (debtToCover: bigint) =>
    exact.liquidate(pool, block, {
      ...{ by: 'b', collateral: 'ETH', debt: 'USD', user: 'a' },
      ...{ debtToCover, receiveAToken: false },
    })
  return { pool, eth, usd, prices, block, liquidate }
}

describe('a liquidation', () => {
  it('takes half of a large debt above health 0.95, and all below', () => {
    for (const [price, repaid] of [
      [1_800n, 7_500n],
      [1_700n, 15_000n],
    ] as const) {
      const m = market(10n * ETHER, 15_000n * DOLLAR)
      m.prices.set('ETH', price * 10n ** 8n)
      const done = m.liquidate(exact.MAX_UINT256)
      expect(done.ok && done.value.repaid).toBe(repaid * DOLLAR)
    }
  })

  it('takes all of a debt below 2,000 USD, and refuses to leave dust of it', () => {
    const m = market(ETHER, 1_500n * DOLLAR)
    m.prices.set('ETH', 1_800n * 10n ** 8n)
    expect(m.liquidate(501n * DOLLAR)).toEqual({ ok: false, reason: 'MustNotLeaveDust' })
    const done = m.liquidate(exact.MAX_UINT256)
    expect(done.ok && done.value.repaid).toBe(1_500n * DOLLAR)
    expect(m.usd.deficit).toBe(0n)
  })

  it('books what no collateral is left for, and the umbrella covers it with its aTokens', () => {
    const m = market(ETHER, 1_500n * DOLLAR)
    m.prices.set('ETH', 1_050n * 10n ** 8n)
    const done = m.liquidate(exact.MAX_UINT256)
    expect(done.ok && done.value.repaid).toBe(1_000n * DOLLAR)
    expect(m.usd.deficit).toBe(500n * DOLLAR)
    expect(m.usd.debt.total).toBe(0n)
    expect(exact.userOf(m.pool, 'a').config).toBe(0n)
    const order = { by: 'lp', asset: 'USD', amount: exact.MAX_UINT256 }
    expect(exact.eliminateDeficit(m.pool, m.block, order)).toEqual({
      ok: true,
      value: 500n * DOLLAR,
    })
    expect(m.usd.virtualBalance).toBe(m.usd.supply.total)
  })
})

describe('roundings', () => {
  const amount = fc.bigInt({ min: 1n, max: 10n ** 30n })
  const index = fc.bigInt({ min: exact.RAY, max: 10n * exact.RAY })

  it('never favour an account over the pool', () => {
    fc.assert(
      fc.property(amount, index, (x, i) => {
        expect(exact.rayMulDown(rayDivDown(x, i), i)).toBeLessThanOrEqual(x)
        expect(exact.rayMulUp(rayDivUp(x, i), i)).toBeGreaterThanOrEqual(x)
        expect(rayDivDown(exact.rayMulUp(x, i), i)).toBe(x)
        expect(rayDivUp(x, i) - rayDivDown(x, i)).toBeLessThanOrEqual(1n)
        expect(percentDivUp(x, 10_000n)).toBe(x)
      }),
    )
  })
})
