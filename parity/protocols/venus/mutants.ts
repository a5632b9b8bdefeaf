import type { Mutant } from '../../protocol.ts'

const HOME = 'src/mechanisms/lending/compoundV2'
const MARKET = `${HOME}/exactMarket.ts`
const LIQUIDITY = `${HOME}/exactLiquidity.ts`
const RATES = `${HOME}/exactRates.ts`
const VERBS = `${HOME}/exactVerbs.ts`
const LIQUIDATION = `${HOME}/exactLiquidation.ts`
const ADMIN = `${HOME}/exactAdmin.ts`
const MATH = `${HOME}/exactMath.ts`

/** Mistakes that the recorded trace must notice. */
export const mutants: readonly Mutant[] = [
  {
    what: 'products of mantissas are rounded to nearest',
    file: MATH,
    find: 'return truncate(checked(a * b))',
    replace: 'return truncate(checked(a * b) + ONE / 2n)',
  },
  {
    what: 'debts are rounded up',
    file: MARKET,
    find: 'return divUInt(mulUInt(debt.principal, market.borrowIndex), debt.index)',
    replace: 'return (debt.principal * market.borrowIndex + debt.index - 1n) / debt.index',
  },
  {
    what: 'interest compounds one block too many',
    file: MARKET,
    find: 'const factor = mulUInt(rate, blocks)',
    replace: 'const factor = mulUInt(rate, blocks + 1n)',
  },
  {
    what: 'the borrow index is not rounded down but up',
    file: MARKET,
    find: 'index: mulScalarTruncateAddUInt(factor, borrowIndex, borrowIndex)',
    replace: 'index: mulScalarTruncateAddUInt(factor, borrowIndex, borrowIndex + 1n)',
  },
  {
    what: 'the maximum of the borrow rate is 2e-6',
    file: MARKET,
    find: 'MAX_BORROW_RATE: bigint = 5n * 10n ** 12n',
    replace: 'MAX_BORROW_RATE: bigint = 2n * 10n ** 12n',
  },
  {
    what: 'the exchange rate counts reserves as the suppliers’',
    file: MARKET,
    find: 'subUInt(addUInt(cash, totalBorrows), totalReserves)',
    replace: 'subUInt(addUInt(cash, totalBorrows), 0n)',
  },
  {
    what: 'reserves leave one block late',
    file: MARKET,
    find: 'since >= market.reduceReservesBlockDelta',
    replace: 'since > market.reduceReservesBlockDelta',
  },
  {
    what: 'the rate jumps by the slope below the kink',
    file: RATES,
    find: 'product(utilization - kink, jumpMultiplier)',
    replace: 'product(utilization - kink, multiplier)',
  },
  {
    what: 'suppliers earn the borrow rate of all underlying',
    file: RATES,
    find: 'return product(utilizationRate(cash, borrows, reserves), toPool) / ONE',
    replace: 'return toPool',
  },
  {
    what: 'liquidations are judged by the collateral factor',
    file: LIQUIDITY,
    find: "    'liquidationThreshold',\n  )",
    replace: "    'collateralFactor',\n  )",
  },
  {
    what: 'the supply cap must not be reached',
    file: LIQUIDITY,
    find: 'supplied <= market.supplyCap',
    replace: 'supplied < market.supplyCap',
  },
  {
    what: 'the borrow cap must not be reached, as in Compound',
    file: LIQUIDITY,
    find: 'borrowed <= market.borrowCap',
    replace: 'borrowed < market.borrowCap',
  },
  {
    what: 'a repayment exactly at the close factor is too much',
    file: LIQUIDITY,
    find: 'repayAmount > mulTruncate(pool.closeFactor, owed)',
    replace: 'repayAmount >= mulTruncate(pool.closeFactor, owed)',
  },
  {
    what: 'seizing uses the debt market’s incentive',
    file: LIQUIDITY,
    find: 'mulExp(collateral.liquidationIncentive, debtPrice)',
    replace: 'mulExp(borrowed.liquidationIncentive, debtPrice)',
  },
  {
    what: 'whoever leaves a market keeps the order of the others',
    file: LIQUIDITY,
    find: '  const last = list.pop()\n  const at = list.indexOf(market.name)\n  if (at >= 0 && last !== undefined) list[at] = last',
    replace: '  list.splice(list.indexOf(market.name), 1)',
  },
  {
    what: 'a whole repayment leaves one unit',
    file: VERBS,
    find: 'amount >= owed ? owed : amount',
    replace: 'amount > owed ? owed - (owed > 0n ? 1n : 0n) : amount',
  },
  {
    what: 'redeeming dust for no tokens is allowed',
    file: VERBS,
    find: "tokens !== 0n || amount === 0n, 'redeemTokens zero'",
    replace: "tokens !== 0n || amount >= 0n, 'redeemTokens zero'",
  },
  {
    what: 'the treasury’s share is paid by the market, not by the redeemer',
    file: VERBS,
    find: 'amount - redeemFee(pool, market, caller, amount)',
    replace: 'amount + 0n * redeemFee(pool, market, caller, amount)',
  },
  {
    what: 'only the debt’s market accrues before a liquidation',
    file: LIQUIDATION,
    find: 'const collateralError = accrue(pool, collateral, caller)',
    replace: 'const collateralError = 0n',
  },
  {
    what: 'the close factor may be 91 %',
    file: ADMIN,
    find: 'CLOSE_FACTOR_MAX = 9n * 10n ** 17n',
    replace: 'CLOSE_FACTOR_MAX = 91n * 10n ** 16n',
  },
  {
    what: 'threshold times incentive may be one',
    file: ADMIN,
    find: '>= ONE * ONE',
    replace: '> ONE * ONE',
  },
]
