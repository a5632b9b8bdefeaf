import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accrueInterest,
  borrow,
  borrowBalanceStored,
  borrowRatePerBlock,
  type Done,
  type ExactJumpRate,
  type ExactMarket,
  enterMarkets,
  exchangeRateStored,
  hypotheticalLiquidity,
  liquidateBorrow,
  marketOf,
  mint,
  NO_CHANGE,
  ONE,
  redeem,
  repayBorrow,
  risePerBlock,
  supplyRatePerBlock,
  tokensOf,
  utilizationRate,
} from './exact.ts'
import * as float from './kernel.ts'
import { openTestPool, type TestPool } from './testPool.conformance.ts'

const BLOCKS = 2_102_400n
const UNIT = 10n ** 18n
const human = (mantissa: bigint): number => Number(mantissa) / 1e18
const mantissa = (max: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: 0n, max: BigInt(max * 1e6) * 10n ** 12n })
const yearly = fc.record({
  base: mantissa(0.2),
  multiplier: mantissa(0.5),
  jumpMultiplier: mantissa(4),
  kink: fc.bigInt({ min: ONE / 100n, max: ONE }),
})
const units = fc.bigInt({ min: 10n ** 6n, max: 10n ** 9n * UNIT })

/** Largest gap allowed: 1e-9 of the size, or two units of the last place. */
function expectNear(exact: bigint, kernel: number, size: number): void {
  expect(Math.abs(human(exact) - kernel)).toBeLessThanOrEqual(Math.max(1e-9 * size, 2e-18))
}

function floatRates(rates: ExactJumpRate): float.JumpRate {
  const { base, multiplier, jumpMultiplier, kink } = rates
  return {
    ...{ base: human(base), multiplier: human(multiplier) },
    ...{ jumpMultiplier: human(jumpMultiplier), kink: human(kink) },
  }
}

describe('the float kernel follows the integers', () => {
  it('in rates, for numbers per year converted by both', () => {
    fc.assert(
      fc.property(
        yearly,
        units,
        units,
        fc.bigInt({ min: 0n, max: ONE }),
        (year, cash, borrows, factor) => {
          const exact = risePerBlock(year, BLOCKS)
          const kernel = float.ratesPerBlock(floatRates(year), Number(BLOCKS))
          const used = float.utilization(human(cash), human(borrows), 0)
          expectNear(utilizationRate(cash, borrows, 0n), used, 1)
          const rate = borrowRatePerBlock(exact, cash, borrows, 0n)
          // A rate is a mantissa of few digits: truncating it costs up to five units of 1e-18.
          expect(Math.abs(human(rate) - float.borrowRate(used, kernel))).toBeLessThanOrEqual(5e-18)
          const supply = supplyRatePerBlock(exact, cash, borrows, 0n, factor)
          const earned = float.supplyRate(used, kernel, human(factor))
          expect(Math.abs(human(supply) - earned)).toBeLessThanOrEqual(7e-18)
        },
      ),
    )
  })

  it('in every total and position, over whole sequences of verbs', () => {
    const step = fc.record({
      verb: fc.constantFrom('mint', 'redeem', 'borrow', 'repay', 'liquidate', 'wait', 'price'),
      part: fc.integer({ min: 1, max: 1000 }),
    })
    fc.assert(
      fc.property(yearly, fc.array(step, { maxLength: 30 }), (year, steps) => {
        const test = opened(risePerBlock(year, BLOCKS))
        const twins = { coll: twinOf(test, 'coll'), loan: twinOf(test, 'loan') }
        for (const { verb, part } of steps) {
          act(test, twins, verb, BigInt(part))
          compare(test, twins)
        }
      }),
    )
  })
})

/** A market in floats: whole tokens, and tokens and debts of the two accounts. */
type Twin = float.Accrued & {
  readonly rates: float.JumpRate
  cash: number
  supply: number
  block: bigint
  readonly tokens: Record<string, number>
  principal: number
  principalIndex: number
}

const TERMS = {
  initialExchangeRate: 2n * 10n ** 16n,
  protocolSeizeShare: 28n * 10n ** 15n,
  collateralFactor: 75n * 10n ** 16n,
  liquidationThreshold: 75n * 10n ** 16n,
  liquidationIncentive: 108n * 10n ** 16n,
  reserveFactor: 10n ** 17n,
}

function opened(rates: ExactJumpRate): TestPool {
  const test = openTestPool(
    ['coll', 'loan'].map((name) => ({ ...TERMS, name, rates })),
    5n * 10n ** 17n,
  )
  value(mint(test.pool, test.by('lender'), 'loan', 1_000_000n * UNIT, 'lender'))
  value(mint(test.pool, test.by('borrower'), 'coll', 1_000_000n * UNIT, 'borrower'))
  value(enterMarkets(test.pool, test.by('borrower'), ['coll']))
  value(borrow(test.pool, test.by('borrower'), 'loan', 400_000n * UNIT, null))
  return test
}

function value<T>(done: Done<T>): T {
  if (!done.ok) throw new Error(done.reason)
  return done.value
}

function twinOf({ pool }: TestPool, name: string): Twin {
  const market = marketOf(pool, name)
  const debt = market.debts.get('borrower') ?? { principal: 0n, index: ONE }
  return {
    rates: floatRates(market.rates),
    cash: human(market.cash),
    borrows: human(market.totalBorrows),
    reserves: human(market.totalReserves),
    supply: human(market.totalSupply),
    index: human(market.borrowIndex),
    block: market.accrualBlock,
    tokens: Object.fromEntries([...market.tokens].map(([who, held]) => [who, human(held)])),
    principal: human(debt.principal),
    principalIndex: human(debt.index),
  }
}

function touch(twin: Twin, block: bigint): void {
  const used = float.utilization(twin.cash, twin.borrows, twin.reserves)
  const rate = float.borrowRate(used, twin.rates)
  float.accrue(rate, Number(block - twin.block), human(TERMS.reserveFactor), twin)
  twin.block = block
}

function rateOf({ cash, borrows, reserves, supply }: Twin): number {
  return float.exchangeRate(cash, borrows, reserves, supply, human(TERMS.initialExchangeRate))
}

const owedBy = ({ principal, index, principalIndex }: Twin): number =>
  float.borrowBalance(principal, index, principalIndex)

type Twins = { readonly coll: Twin; readonly loan: Twin }

/** Do a step on both sides; sizes come from the integers, outcomes of refusals are skipped on both. */
function act(test: TestPool, twins: Twins, verb: string, part: bigint): void {
  const { pool, prices } = test
  const { coll, loan } = twins
  const market = marketOf(pool, 'loan')
  if (verb === 'wait') test.block += part * 10n
  else if (verb === 'price') prices.coll = (ONE * (400n + part)) / 1000n
  else if (verb === 'mint') {
    const amount = part * UNIT
    value(mint(pool, test.by('lender'), 'loan', amount, 'lender'))
    touch(loan, test.block)
    give(loan, 'lender', float.tokensFor(human(amount), rateOf(loan)))
    loan.cash += human(amount)
  } else if (verb === 'redeem') {
    const tokens = (tokensOf(market, 'lender') * part) / 10_000n
    if (!redeem(pool, test.by('lender'), 'loan', tokens, null).ok) return
    touch(loan, test.block)
    const amount = float.redeemAmount(human(tokens), rateOf(loan))
    give(loan, 'lender', -human(tokens))
    loan.cash -= amount
  } else if (verb === 'liquidate') liquidation(test, coll, loan, part)
  else debtStep(test, loan, verb, part)
}

function debtStep(test: TestPool, loan: Twin, verb: string, part: bigint): void {
  const { pool } = test
  const amount = (verb === 'borrow' ? 10n : 5n) * part * UNIT
  const caller = test.by('borrower')
  const done =
    verb === 'borrow'
      ? borrow(pool, caller, 'loan', amount, null)
      : repayBorrow(pool, caller, 'loan', amount, 'borrower')
  if (!done.ok) return
  touch(loan, test.block)
  const moved = verb === 'borrow' ? human(amount) : -Math.min(human(amount), owedBy(loan))
  owe(loan, moved)
}

function liquidation(test: TestPool, coll: Twin, loan: Twin, part: bigint): void {
  const { pool, prices } = test
  value(accrueInterest(pool, test.by('liquidator'), 'loan'))
  touch(loan, test.block)
  const owed = borrowBalanceStored(marketOf(pool, 'loan'), 'borrower')
  const repayAmount = (owed * part) / 2000n
  const order = { borrowed: 'loan', collateral: 'coll', borrower: 'borrower', repayAmount }
  const done = liquidateBorrow(pool, test.by('liquidator'), order)
  if (!done.ok) return
  touch(coll, test.block)
  if (done.value !== 0n) return
  const rate = rateOf(coll)
  const incentive = human(TERMS.liquidationIncentive)
  const [debtPrice, price] = [human(prices.loan!), human(prices.coll!)]
  const tokens = float.seizeTokens(human(repayAmount), incentive, debtPrice, price, rate)
  const kept = float.protocolTokens(tokens, human(TERMS.protocolSeizeShare))
  coll.reserves += float.redeemAmount(kept, rate)
  give(coll, 'borrower', -tokens)
  give(coll, 'liquidator', tokens - kept)
  owe(loan, -human(repayAmount))
}

function give(twin: Twin, who: string, tokens: number): void {
  twin.tokens[who] = (twin.tokens[who] ?? 0) + tokens
  twin.supply += tokens
}

function owe(twin: Twin, more: number): void {
  twin.principal = owedBy(twin) + more
  twin.principalIndex = twin.index
  twin.borrows += more
  twin.cash -= more
}

function compare(test: TestPool, twins: Twins): void {
  for (const name of ['coll', 'loan'] as const) {
    const market: ExactMarket = marketOf(test.pool, name)
    const twin = twins[name]
    const size = twin.cash + twin.borrows
    expectNear(market.cash, twin.cash, size)
    expectNear(market.totalBorrows, twin.borrows, size)
    expectNear(market.totalReserves, twin.reserves, size)
    expectNear(market.totalSupply, twin.supply, twin.supply)
    expectNear(market.borrowIndex, twin.index, twin.index)
    expectNear(exchangeRateStored(market), rateOf(twin), rateOf(twin))
    for (const who of Object.keys(twin.tokens))
      expectNear(tokensOf(market, who), twin.tokens[who]!, twin.supply)
    expectNear(borrowBalanceStored(market, 'borrower'), owedBy(twin), size)
  }
  compareHealth(test, twins)
}

function compareHealth(test: TestPool, { coll, loan }: Twins): void {
  const { pool, prices } = test
  const { outside } = test.by('anybody')
  const [, liquidity, shortfall] = hypotheticalLiquidity(
    pool,
    outside,
    'borrower',
    NO_CHANGE,
    'liquidationThreshold',
  )
  const each = float.tokenValue(
    human(prices.coll!),
    rateOf(coll),
    human(TERMS.liquidationThreshold),
  )
  const collateral = each * (coll.tokens.borrower ?? 0)
  const debt = human(prices.loan!) * owedBy(loan)
  const size = coll.cash + loan.cash + loan.borrows
  expectNear(shortfall, float.shortfall(collateral, debt), size)
  expectNear(liquidity, Math.max(0, collateral - debt), size)
}
