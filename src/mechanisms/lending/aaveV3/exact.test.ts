import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as exact from './exact.ts'
import { type ExactPool, exactPool, hold, mark } from './exactPool.conformance.ts'

const ETHER = 10n ** 18n
const DOLLAR = 10n ** 6n
const VARIABLE = 2n

/** Ether at 2,000 USD, threshold 82.5 %, bonus 5 %, no protocol fee; dollars of 6 digits. */
function market(config: Partial<exact.ReserveConfig> = {}): ExactPool {
  const ether = { liquidationThreshold: 8_250n, ltv: 8_000n, liquidationBonus: 10_500n }
  const specs = [
    {
      asset: 'ETH',
      price: 2000n * 10n ** 8n,
      cash: 1000n * ETHER,
      config: { ...ether, liquidationProtocolFee: 0n, ...config },
    },
    { asset: 'USDC', price: 10n ** 8n, cash: 10n ** 6n * DOLLAR, config: { decimals: 6n } },
  ]
  const made = exactPool(specs, (pool) => {
    hold(pool.reserve('ETH'), 'supply', 'a', ETHER)
    hold(pool.reserve('ETH'), 'supply', 'lp', -ETHER)
    mark(pool.pool, 'a')
  })
  made.balances.set('USDC b', 10n ** 6n * DOLLAR)
  return made
}

const borrow = (m: ExactPool, amount: bigint) =>
  exact.borrow(m.pool, m.block(), {
    by: 'a',
    asset: 'USDC',
    amount,
    mode: VARIABLE,
    onBehalfOf: 'a',
  })
const liquidate = (m: ExactPool, debtToCover: bigint) =>
  exact.liquidate(m.pool, m.block(), {
    ...{ by: 'b', collateral: 'ETH', debt: 'USDC', user: 'a' },
    ...{ debtToCover, receiveAToken: false },
  })
const dataOf = (m: ExactPool) => {
  const done = exact.userAccountData(m.pool, m.block(), 'a')
  if (!done.ok) throw new Error(done.reason)
  return done.value
}

describe('a liquidation as the deployed contracts do it (core v1.19.3 on anvil, EDR and ethereumjs)', () => {
  it('takes 750 of 1,500 USDC at a health of 0.99 and leaves 1.11375', () => {
    const m = market()
    expect(borrow(m, 1500n * DOLLAR).ok).toBe(true)
    expect(dataOf(m).healthFactor).toBe(1_100_000_000_000_000_000n)
    m.prices.set('ETH', 1800n * 10n ** 8n)
    expect(dataOf(m).healthFactor).toBe(990_000_000_000_000_000n)
    expect(liquidate(m, exact.MAX_UINT256)).toMatchObject({
      ok: true,
      // 750 / 1,800 rounded down, times 1.05.
      value: { repaid: 750n * DOLLAR, seized: 437_499_999_999_999_999n, fee: 0n },
    })
    const { collateral, debt, healthFactor } = dataOf(m)
    expect(collateral).toBe(101_250_000_000n)
    expect(debt).toBe(75_000_000_000n)
    expect(healthFactor).toBe(1_113_750_000_000_000_000n)
  })

  it('takes all at a health of 0.95, and half at one unit of value less debt', () => {
    for (const [price, repaid] of [
      [172_727_272_727n, 1500n * DOLLAR],
      [172_727_500_000n, 750n * DOLLAR],
    ] as const) {
      const m = market()
      borrow(m, 1500n * DOLLAR)
      m.prices.set('ETH', price)
      const done = liquidate(m, exact.MAX_UINT256)
      expect(done.ok && done.value.repaid).toBe(repaid)
    }
  })
})

describe('a refused verb', () => {
  it('leaves the pool as it was', () => {
    const m = market()
    borrow(m, 1000n * DOLLAR)
    const state = () => {
      const { reserves, users } = m.pool
      return structuredClone({ users, reserves: reserves.map(({ memo: _, ...rest }) => rest) })
    }
    const before = state()
    m.time += 1000n
    expect(borrow(m, 10_000n * DOLLAR)).toEqual({ ok: false, reason: '36' })
    expect(liquidate(m, 1n)).toEqual({ ok: false, reason: '45' })
    const everything = { by: 'a', asset: 'ETH', amount: exact.MAX_UINT256, to: 'a' }
    expect(exact.withdraw(m.pool, m.block(), everything)).toEqual({ ok: false, reason: '35' })
    expect(state()).toEqual(before)
  })
})

describe('getConfiguration', () => {
  it('is read as it is written', () => {
    const bits = (width: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n })
    fc.assert(
      fc.property(bits(252), (word) => {
        expect(exact.encodeConfig(exact.decodeConfig(word))).toBe(word)
      }),
    )
  })
})

describe('interest', () => {
  it('is owed by borrowers to suppliers and treasury, but for roundings', () => {
    const amount = fc.bigInt({ min: DOLLAR, max: 1500n * DOLLAR })
    const seconds = fc.integer({ min: 1, max: 86_400 })
    fc.assert(
      fc.property(amount, fc.array(seconds, { maxLength: 30 }), (borrowed, waits) => {
        const m = market()
        borrow(m, borrowed)
        const reserve = m.reserve('USDC')
        for (const wait of waits) {
          m.time += BigInt(wait)
          const order = { by: 'b', asset: 'USDC', amount: DOLLAR, onBehalfOf: 'b' }
          expect(exact.supply(m.pool, m.block(), order).ok).toBe(true)
        }
        const cash = m.balances.get('USDC aUSDC')!
        const assets = cash + exact.totalDebt(reserve, m.time)
        const units = reserve.supply.total + reserve.accruedToTreasury
        const claims = exact.rayMulHalfUp(units, reserve.liquidityIndex)
        const gap = assets > claims ? assets - claims : claims - assets
        // Compound interest runs ahead of simple interest; each touch rounds a few units.
        const ahead = borrowed / 10n ** 7n
        expect(gap).toBeLessThanOrEqual(4n * BigInt(waits.length + 1) + ahead)
      }),
    )
  })
})

describe('a liquidation in one asset', () => {
  it('leaves rates that do not know of the repayment yet, as the contract does', () => {
    const slopes = { variableRateSlope1: 10n ** 26n }
    const usd = { asset: 'USDC', price: 10n ** 8n, cash: 1000n * DOLLAR, strategy: slopes }
    const m = exactPool([{ ...usd, config: { decimals: 6n } }], (made) => {
      hold(made.reserve('USDC'), 'supply', 'a', 100n * DOLLAR)
      hold(made.reserve('USDC'), 'debt', 'a', 90n * DOLLAR)
      mark(made.pool, 'a')
    })
    m.balances.set('USDC b', 1000n * DOLLAR)
    const call = { by: 'b', collateral: 'USDC', debt: 'USDC', user: 'a', debtToCover: 10n * DOLLAR }
    const done = exact.liquidate(m.pool, m.block(), { ...call, receiveAToken: false })
    const seized = done.ok ? done.value.seized : 0n
    const debt = 80n * DOLLAR
    const cash = 1000n * DOLLAR - seized
    const usage = (debt * exact.RAY + (cash + debt) / 2n) / (cash + debt)
    const rate = (exact.rayMulHalfUp(10n ** 26n, usage) * 10n) / 8n
    const gap = m.reserve('USDC').currentVariableBorrowRate - rate
    expect(gap >= -1n && gap <= 1n).toBe(true)
    expect(m.balances.get('USDC aUSDC')).toBe(cash + 10n * DOLLAR)
  })
})
