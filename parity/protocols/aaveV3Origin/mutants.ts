import type { Mutant } from '../../protocol.ts'

const FOLDER = 'src/mechanisms/lending/aaveV3Origin'
const MATH = `${FOLDER}/exactMath.ts`
const RESERVE = `${FOLDER}/exactReserve.ts`
const ACCOUNT = `${FOLDER}/exactAccount.ts`
const SUPPLY = `${FOLDER}/exactSupply.ts`
const BORROW = `${FOLDER}/exactBorrow.ts`
const LIQUIDATION = `${FOLDER}/exactLiquidation.ts`
const FLASH = `${FOLDER}/exactFlash.ts`
const ADMIN = `${FOLDER}/exactAdmin.ts`

/** Mistakes that the recorded trace must notice. */
export const mutants: readonly Mutant[] = [
  {
    what: 'debts are rounded down',
    file: MATH,
    find: 'return up(fits(x * y), RAY)',
    replace: 'return fits(x * y) / RAY',
  },
  {
    what: 'claims are rounded up',
    file: MATH,
    find: 'return fits(x * y) / RAY',
    replace: 'return up(fits(x * y), RAY)',
  },
  {
    what: 'borrowed units are rounded down',
    file: MATH,
    find: 'return up(fits(x * RAY), divisor(y))',
    replace: 'return fits(x * RAY) / divisor(y)',
  },
  {
    what: 'repaid units are rounded up',
    file: MATH,
    find: 'return fits(x * RAY) / divisor(y)',
    replace: 'return up(fits(x * RAY), divisor(y))',
  },
  {
    what: 'premiums are rounded down',
    file: MATH,
    find: 'return up(fits(x * basisPoints), PERCENTAGE_FACTOR)',
    replace: 'return fits(x * basisPoints) / PERCENTAGE_FACTOR',
  },
  {
    what: 'compound interest ends after the second power',
    file: MATH,
    find: 'x / 2n + rayMulHalfUp(x, x / 6n)',
    replace: 'x / 2n',
  },
  {
    what: 'the treasury gets nothing of the interest',
    file: RESERVE,
    find: 'if (share !== 0n) accrueToTreasury(pool, reserve, share)',
    replace: '',
  },
  {
    what: 'the deficit does not lower the rate of suppliers',
    file: RESERVE,
    find: 'unbacked: reserve.deficit',
    replace: 'unbacked: 0n',
  },
  {
    what: 'the borrow index grows without debt',
    file: RESERVE,
    find: 'if (reserve.debt.total !== 0n) {',
    replace: 'if (reserve.debt.total >= 0n) {',
  },
  {
    what: 'the steep slope begins one unit early',
    file: RESERVE,
    find: 'if (usage <= optimal) return',
    replace: 'if (usage <= optimal / 2n) return',
  },
  {
    what: 'a debt is valued rounding down',
    file: ACCOUNT,
    find: 'debt = add(debt, mulDivUp(owedBy(reserve, account, block.time), price, unitOf(reserve)))',
    replace: 'debt = add(debt, (owedBy(reserve, account, block.time) * price) / unitOf(reserve))',
  },
  {
    what: 'a collateral of no ltv does not matter',
    file: ACCOUNT,
    find: 'if (!hasZeroLtvCollateral) return',
    replace: 'return',
  },
  {
    what: 'the eMode does not matter for collateral',
    file: ACCOUNT,
    find: 'if (eMode === 0n || (category.collateralBitmap & bit) === 0n) return',
    replace: 'if (eMode >= 0n) return',
  },
  {
    what: 'one unit more than the collateral covers may be borrowed',
    file: ACCOUNT,
    find: 'collateral >= percentDivUp(debt, ltv)',
    replace: 'collateral + 1n >= percentDivUp(debt, ltv)',
  },
  {
    what: 'an unlimited allowance is used up',
    file: SUPPLY,
    find: 'if (allowed !== MAX_UINT256) {',
    replace: 'if (allowed >= 0n) {',
  },
  {
    what: 'what awaits the treasury does not count for the cap',
    file: SUPPLY,
    find: 'add(add(reserve.supply.total, scaled), reserve.accruedToTreasury)',
    replace: 'add(reserve.supply.total, scaled)',
  },
  {
    what: 'every asset may be borrowed in an eMode',
    file: BORROW,
    find: 'else must((categoryOf(pool, eMode).borrowableBitmap & reserve.bit) !== 0n,',
    replace: 'else must(categoryOf(pool, eMode).borrowableBitmap >= 0n,',
  },
  {
    what: 'a repayment does not lower the isolated debt',
    file: BORROW,
    find: 'if (isolated) lowerIsolatedDebt(pool, isolated, reserve, repaid)',
    replace: '',
  },
  {
    what: 'covering a deficit leaves it there',
    file: BORROW,
    find: "write(pool, found, 'deficit', deficit - covered)",
    replace: '',
  },
  {
    what: 'half of each debt, not of all debt',
    file: LIQUIDATION,
    find: 'const half = percentMulHalfUp(totalDebt, DEFAULT_CLOSE_FACTOR)',
    replace: 'const half = percentMulHalfUp(owedValue + 0n * totalDebt, DEFAULT_CLOSE_FACTOR)',
  },
  {
    what: 'small positions are liquidated by half as well',
    file: LIQUIDATION,
    find: 'if (isSmall || healthFactor',
    replace: 'if (healthFactor',
  },
  {
    what: 'dust may be left',
    file: LIQUIDATION,
    find: "must(debtLeft >= LEFTOVER_VALUE && left >= LEFTOVER_VALUE, 'MustNotLeaveDust')",
    replace: 'void (debtLeft + left + LEFTOVER_VALUE)',
  },
  {
    what: 'what is left unpaid is not booked',
    file: LIQUIDATION,
    find: 'if (isLast && left !== 0n) {',
    replace: 'if (isLast && left < 0n) {',
  },
  {
    what: 'bad debt in other reserves stays',
    file: LIQUIDATION,
    find: 'if (isLast && borrowsAny(userOf(pool, user).config)) burnBadDebt(pool, block, user)',
    replace: '',
  },
  {
    what: "the treasury's share of the interest is set aside once",
    file: LIQUIDATION,
    find: 'else if (lastUpdateTimestamp !== time) accrueInterest(pool, debt, before)',
    replace: 'else void (lastUpdateTimestamp + before)',
  },
  {
    what: 'the premium vanishes',
    file: FLASH,
    find: 'accrueToTreasury(pool, reserve, premium)',
    replace: '',
  },
  {
    what: 'lent cash still counts',
    file: FLASH,
    find: "write(pool, reserve, 'virtualBalance', sub(reserve.virtualBalance, toUint128(amount)))",
    replace: 'sub(reserve.virtualBalance, toUint128(amount))',
  },
  {
    what: 'a freeze keeps the ltv',
    file: ADMIN,
    find: '      endLtv(pool, reserve)\n      for',
    replace: '      for',
  },
]
