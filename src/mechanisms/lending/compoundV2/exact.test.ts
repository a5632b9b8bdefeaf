import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accountSnapshot,
  accrueInterest,
  addReserves,
  borrow,
  borrowBalanceStored,
  type Done,
  type ExactPool,
  enterMarkets,
  exchangeRateStored,
  exitMarket,
  liquidateBorrow,
  MARKET_ERROR,
  MAX_UINT256,
  marketOf,
  mint,
  ONE,
  redeem,
  redeemUnderlying,
  reduceReserves,
  repayBorrow,
  setActionsPaused,
  setCap,
  setCloseFactor,
  setCollateralFactor,
  setForcedLiquidationFor,
  setProtocolPaused,
  setTreasury,
  slopePerBlock,
  tokensOf,
  transferTokens,
  updateDelegate,
  utilizationRate,
} from './exact.ts'
import { openTestPool, type TestPool } from './testPool.conformance.ts'

const PERCENT = ONE / 100n
const UNIT = 10n ** 18n
const RATES = slopePerBlock(
  { base: 2n * PERCENT, multiplier: 20n * PERCENT, jumpMultiplier: ONE, kink: 80n * PERCENT },
  1_000_000n,
)

/** A lender with 1,000 of `loan`; a borrower with 1,000 of `coll` and a debt. */
function opened(debt = 500n * UNIT): TestPool {
  const terms = {
    rates: RATES,
    initialExchangeRate: 2n * PERCENT,
    protocolSeizeShare: 0n,
    collateralFactor: 75n * PERCENT,
    liquidationThreshold: 80n * PERCENT,
    liquidationIncentive: 110n * PERCENT,
    reserveFactor: 10n * PERCENT,
  }
  const test = openTestPool(
    ['coll', 'loan'].map((name) => ({ ...terms, name })),
    50n * PERCENT,
  )
  value(mint(test.pool, test.by('lender'), 'loan', 1000n * UNIT, 'lender'))
  value(mint(test.pool, test.by('borrower'), 'coll', 1000n * UNIT, 'borrower'))
  value(enterMarkets(test.pool, test.by('borrower'), ['coll']))
  if (debt > 0n)
    expect(borrow(test.pool, test.by('borrower'), 'loan', debt, null)).toEqual(code(0n))
  return test
}

function value<T>(done: Done<T>): T {
  if (!done.ok) throw new Error(done.reason)
  return done.value
}

const code = (word: bigint): Done<bigint> => ({ ok: true, value: word })
const refused = (reason: string): Done<never> => ({ ok: false, reason })

function state({ markets, journal, ...rest }: ExactPool): string {
  return JSON.stringify([[...markets.values()], rest, journal], (_, v) => {
    if (typeof v === 'bigint') return `${v}`
    return v instanceof Map || v instanceof Set ? [...v] : v
  })
}

describe('borrowing', () => {
  it('is allowed up to the collateral factor, to the unit', () => {
    const { pool, by } = opened(0n)
    expect(borrow(pool, by('borrower'), 'loan', 750n * UNIT + 1n, null)).toEqual(
      refused('math error'),
    )
    expect(borrow(pool, by('borrower'), 'loan', 750n * UNIT, null)).toEqual(code(0n))
    expect(borrow(pool, by('borrower'), 'loan', 1n, null)).toEqual(refused('math error'))
  })

  it('enters the market, and the debt keeps the account from leaving it', () => {
    const { pool, by } = opened()
    expect(pool.entered.get('borrower')).toEqual(['coll', 'loan'])
    expect(exitMarket(pool, by('borrower'), 'loan')).toEqual(code(12n))
    expect(exitMarket(pool, by('borrower'), 'coll')).toEqual(code(14n))
  })

  it('for somebody else needs a permission, even for oneself', () => {
    const { pool, by } = opened(0n)
    const reason = refused('not an approved delegate')
    expect(borrow(pool, by('friend'), 'loan', UNIT, 'borrower')).toEqual(reason)
    expect(borrow(pool, by('borrower'), 'loan', UNIT, 'borrower')).toEqual(reason)
    value(updateDelegate(pool, by('borrower'), 'friend', true))
    expect(borrow(pool, by('friend'), 'loan', UNIT, 'borrower')).toEqual(code(0n))
    expect(borrowBalanceStored(marketOf(pool, 'loan'), 'borrower')).toBe(UNIT)
  })

  it('stops at the cap, which may be reached', () => {
    const { pool, by } = opened(0n)
    value(setCap(pool, by('admin'), 'loan', 'borrowCap', 10n))
    const full = refused('market borrow cap reached')
    expect(borrow(pool, by('borrower'), 'loan', 11n, null)).toEqual(full)
    expect(borrow(pool, by('borrower'), 'loan', 10n, null)).toEqual(code(0n))
    value(setCap(pool, by('admin'), 'loan', 'borrowCap', 0n))
    expect(borrow(pool, by('borrower'), 'loan', 1n, null)).toEqual(
      refused('market borrow cap is 0'),
    )
  })
})

describe('interest', () => {
  it('is simple over the blocks since the last touch, rounded down', () => {
    const test = opened()
    const { pool, by } = test
    test.block = 1000n
    value(accrueInterest(pool, by('anybody'), 'loan'))
    // Half is used: rate = 0.5 x 2e11 + 2e10 per block, factor = 1.2e14 over 1,000 blocks.
    const { totalBorrows, totalReserves, borrowIndex } = marketOf(pool, 'loan')
    expect(totalBorrows).toBe(500n * UNIT + 6n * 10n ** 16n)
    expect(totalReserves).toBe(6n * 10n ** 15n)
    expect(borrowIndex).toBe(ONE + 12n * 10n ** 13n)
  })

  it('leaves the only debtor owing what is booked, up to what truncating the index costs per touch', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 1n, max: 5000n }), { maxLength: 30 }), (waits) => {
        const test = opened(499_999_999_999_999_999_999n)
        for (const wait of waits) {
          test.block += wait
          value(accrueInterest(test.pool, test.by('anybody'), 'loan'))
        }
        const market = marketOf(test.pool, 'loan')
        const gap = market.totalBorrows - borrowBalanceStored(market, 'borrower')
        const most = BigInt(waits.length) * 501n
        expect(gap).toBeLessThanOrEqual(most)
        expect(gap).toBeGreaterThanOrEqual(-most)
      }),
    )
  })

  it('stops the market when the rate is above the maximum', () => {
    const test = opened(700n * UNIT)
    test.block = 1n
    Object.assign(marketOf(test.pool, 'loan'), { rates: { ...RATES, base: 5n * 10n ** 12n } })
    expect(accrueInterest(test.pool, test.by('anybody'), 'loan')).toEqual(
      refused('borrow rate is absurdly high'),
    )
  })

  it('cannot be computed when reserves exceed what there is', () => {
    expect(() => utilizationRate(1n, 1n, 3n)).toThrow('SafeMath: subtraction overflow')
    expect(() => utilizationRate(1n, 1n, 2n)).toThrow('SafeMath: division by zero')
    expect(utilizationRate(0n, 0n, 3n)).toBe(0n)
  })
})

describe('redeeming', () => {
  it('gives back at most what was supplied', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 24n }),
        fc.bigInt({ min: 0n, max: 10n ** 6n }),
        (amount, blocks) => {
          const test = opened()
          test.block = blocks
          const { pool, by } = test
          value(mint(pool, by('saver'), 'loan', amount, 'saver'))
          const { cash } = marketOf(pool, 'loan')
          value(redeem(pool, by('saver'), 'loan', tokensOf(marketOf(pool, 'loan'), 'saver'), null))
          expect(cash - marketOf(pool, 'loan').cash).toBeLessThanOrEqual(amount)
        },
      ),
    )
  })

  it('refuses underlying that is worth less than one token', () => {
    const test = opened(0n)
    const market = marketOf(test.pool, 'loan')
    Object.assign(market, { totalSupply: market.totalSupply / 1000n })
    expect(redeemUnderlying(test.pool, test.by('lender'), 'loan', 1n, null)).toEqual(
      refused('redeemTokens zero'),
    )
    expect(redeemUnderlying(test.pool, test.by('lender'), 'loan', 0n, null)).toEqual(code(0n))
  })

  it('pays the treasury its share', () => {
    const { pool, by } = opened(0n)
    value(setTreasury(pool, by('admin'), 'admin', 'treasury', 10n * PERCENT))
    const sent: [string, bigint][] = []
    const caller = by('lender')
    const send = (_: string, to: string, amount: bigint): null => {
      sent.push([to, amount])
      return null
    }
    value(redeem(pool, { ...caller, outside: { ...caller.outside, send } }, 'loan', 100n, null))
    expect(sent).toEqual([
      ['treasury', 0n],
      ['lender', 2n],
    ])
  })
})

describe('liquidation', () => {
  const order = { borrowed: 'loan', collateral: 'coll', borrower: 'borrower' }

  it('needs a shortfall at the threshold, not at the collateral factor', () => {
    const { pool, prices, by } = opened(700n * UNIT)
    prices.coll = 90n * PERCENT
    const step = { ...order, repayAmount: 350n * UNIT }
    expect(liquidateBorrow(pool, by('keeper'), step)).toEqual(
      code(MARKET_ERROR.comptrollerRejection),
    )
    prices.coll = 87n * PERCENT
    expect(liquidateBorrow(pool, by('keeper'), { ...step, repayAmount: 350n * UNIT + 1n })).toEqual(
      code(MARKET_ERROR.comptrollerRejection),
    )
    expect(liquidateBorrow(pool, by('keeper'), step)).toEqual(code(0n))
    // 350 x 1.1 / 0.87 underlying, at 0.02 underlying per token.
    const seized = tokensOf(marketOf(pool, 'coll'), 'keeper')
    expect(Number(seized) / 1e18).toBeCloseTo((350 * 1.1) / 0.87 / 0.02, 9)
  })

  it('burns the share of the protocol, whose worth becomes reserves, and moves no value', () => {
    const { pool, prices, by } = opened(700n * UNIT)
    const collateral = marketOf(pool, 'coll')
    Object.assign(collateral, { protocolSeizeShare: 28n * 10n ** 15n })
    prices.coll = 80n * PERCENT
    const before = collateral.totalSupply
    const rate = exchangeRateStored(collateral)
    expect(liquidateBorrow(pool, by('keeper'), { ...order, repayAmount: UNIT })).toEqual(code(0n))
    const seized = 50_000n * UNIT - tokensOf(collateral, 'borrower')
    const kept = (seized * 28n) / 1000n
    expect(tokensOf(collateral, 'keeper')).toBe(seized - kept)
    expect(collateral.totalSupply).toBe(before - kept)
    expect(collateral.totalReserves).toBe((kept * rate) / ONE)
    expect(exchangeRateStored(collateral)).toBeGreaterThanOrEqual(rate)
  })

  it('asks neither health nor close factor when it is forced', () => {
    const { pool, by } = opened(100n * UNIT)
    value(setForcedLiquidationFor(pool, by('admin'), 'borrower', 'loan', true))
    expect(liquidateBorrow(pool, by('keeper'), { ...order, repayAmount: 100n * UNIT })).toEqual(
      code(0n),
    )
    expect(borrowBalanceStored(marketOf(pool, 'loan'), 'borrower')).toBe(0n)
  })

  it.each([
    ['borrower', 1n, MARKET_ERROR.invalidAccountPair],
    ['keeper', 0n, MARKET_ERROR.invalidCloseAmount],
  ])('by %s of %d units answers a code', (who, repayAmount, error) => {
    const { pool, prices, by } = opened(700n * UNIT)
    prices.coll = 50n * PERCENT
    expect(liquidateBorrow(pool, by(who), { ...order, repayAmount })).toEqual(code(error))
  })

  it('seizes no more than there is', () => {
    const { pool, prices, by } = opened(700n * UNIT)
    prices.coll = 10n * PERCENT
    const before = state(pool)
    expect(liquidateBorrow(pool, by('keeper'), { ...order, repayAmount: 350n * UNIT })).toEqual(
      refused('LIQUIDATE_SEIZE_TOO_MUCH'),
    )
    expect(state(pool)).toBe(before)
  })
})

describe('a pause', () => {
  it.each([
    [0, (t: TestPool) => mint(t.pool, t.by('lender'), 'loan', 1n, 'lender')],
    [1, (t: TestPool) => redeem(t.pool, t.by('lender'), 'loan', 1n, null)],
    [2, (t: TestPool) => borrow(t.pool, t.by('borrower'), 'loan', 1n, null)],
    [3, (t: TestPool) => repayBorrow(t.pool, t.by('borrower'), 'loan', 1n, 'borrower')],
    [6, (t: TestPool) => transferTokens(t.pool, t.by('lender'), 'loan', 'lender', 'x', 1n)],
    [8, (t: TestPool) => exitMarket(t.pool, t.by('lender'), 'loan')],
  ])('of action %i refuses it', (action, act) => {
    const test = opened()
    value(setActionsPaused(test.pool, test.by('admin'), 'loan', [action], true))
    expect(act(test)).toEqual(refused('action is paused'))
    value(setActionsPaused(test.pool, test.by('admin'), 'loan', [action], false))
    expect(act(test).ok).toBe(true)
  })

  it('of the pool refuses everything but leaving a market', () => {
    const test = opened()
    const { pool, by } = test
    expect(setProtocolPaused(pool, by('admin'), true)).toEqual(code(1n))
    expect(mint(pool, by('lender'), 'loan', 1n, 'lender')).toEqual(refused('protocol is paused'))
    expect(exitMarket(pool, by('lender'), 'loan')).toEqual(code(0n))
  })
})

describe('administration', () => {
  it('is the admin’s alone', () => {
    const { pool, by } = opened()
    expect(setCloseFactor(pool, by('borrower'), ONE)).toEqual(refused('only admin can'))
    const factors = [70n * PERCENT, 80n * PERCENT] as const
    expect(setCollateralFactor(pool, by('borrower'), 'coll', ...factors)).toEqual(
      refused('access denied'),
    )
  })

  it('keeps liquidations from making accounts worse', () => {
    const { pool, by } = opened()
    const limit = (100n * ONE) / 110n + 1n
    expect(setCollateralFactor(pool, by('admin'), 'coll', 0n, limit)).toEqual(
      refused(`UnsafeLiquidationParams(${limit},${110n * PERCENT})`),
    )
    expect(setCollateralFactor(pool, by('admin'), 'coll', 0n, limit - 1n)).toEqual(code(0n))
  })

  it('adds reserves and takes them out again', () => {
    const { pool, by } = opened()
    const before = exchangeRateStored(marketOf(pool, 'loan'))
    expect(addReserves(pool, by('anybody'), 'loan', 5n)).toEqual(code(0n))
    expect(exchangeRateStored(marketOf(pool, 'loan'))).toBe(before)
    const caller = { ...by('admin'), block: 7n }
    expect(reduceReserves(pool, caller, 'loan', MAX_UINT256)).toEqual(
      code(MARKET_ERROR.insufficientCash),
    )
    expect(reduceReserves(pool, caller, 'loan', 5n)).toEqual(code(0n))
  })
})

it('takes a refused verb back entirely', () => {
  const test = opened()
  const { pool } = test
  test.block = 50n
  const before = state(pool)
  expect(redeem(pool, test.by('lender'), 'loan', MAX_UINT256, null)).toEqual(refused('math error'))
  expect(borrow(pool, test.by('borrower'), 'loan', 400n * UNIT, null)).toEqual(
    refused('math error'),
  )
  expect(mint(pool, test.by('lender'), 'loan', MAX_UINT256, 'lender')).toEqual(refused('Panic(17)'))
  expect(state(pool)).toBe(before)
  expect(accountSnapshot(marketOf(pool, 'loan'), 'borrower')[2]).toBe(500n * UNIT)
})
