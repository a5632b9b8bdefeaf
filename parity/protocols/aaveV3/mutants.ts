import type { Mutant } from '../../protocol.ts'

const FOLDER = 'src/mechanisms/lending/aaveV3'
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
    what: 'products of rays are rounded down',
    file: MATH,
    find: 'fits(x * y + HALF_RAY)',
    replace: 'fits(x * y)',
  },
  {
    what: 'quotients are rounded down',
    file: MATH,
    find: 'fits(numerator + (denominator >> 1n)) / denominator',
    replace: 'fits(numerator) / denominator',
  },
  {
    what: 'basis points are rounded down',
    file: MATH,
    find: 'fits(x * basisPoints + HALF_PERCENT)',
    replace: 'fits(x * basisPoints)',
  },
  {
    what: 'compound interest ends after the second power',
    file: MATH,
    find: '/ SECONDS_PER_YEAR + second, third)',
    replace: '/ SECONDS_PER_YEAR + second, third * 0n)',
  },
  {
    what: 'a year has 366 days',
    file: MATH,
    find: 'SECONDS_PER_YEAR: bigint = 365n',
    replace: 'SECONDS_PER_YEAR: bigint = 366n',
  },
  {
    what: 'the treasury gets nothing of the interest',
    file: RESERVE,
    find: 'if (share !== 0n) accrueToTreasury(pool, reserve, share)',
    replace: '',
  },
  {
    what: 'the borrow index grows without debt',
    file: RESERVE,
    find: 'if (debt.total !== 0n) {',
    replace: 'if (debt.total >= 0n) {',
  },
  {
    what: 'the steep slope begins at the optimal usage',
    file: RESERVE,
    find: 'borrowUsage > optimal ? rayDivHalfUp',
    replace: 'borrowUsage >= optimal ? rayDivHalfUp',
  },
  {
    what: 'the surcharge on stable debt is forgotten',
    file: RESERVE,
    find: 'if (stableShare <= optimal) return rate',
    replace: 'if (stableShare >= 0n) return rate',
  },
  {
    what: 'unbacked tokens do not lower the supply rate',
    file: RESERVE,
    find: 'rayDivHalfUp(debt, add(add(cash, debt), unbacked))',
    replace: 'rayDivHalfUp(debt, add(add(cash, debt), 0n * unbacked))',
  },
  {
    what: 'healthFactor 1 is not enough to stay healthy',
    file: ACCOUNT,
    find: "must(data.healthFactor >= WAD, '35')",
    replace: "must(data.healthFactor > WAD + 10n ** 12n, '35')",
  },
  {
    what: 'the price source of an eMode is ignored',
    file: ACCOUNT,
    find: 'eModePrice !== 0n && inCategory ? eModePrice',
    replace: 'eModePrice < 0n && inCategory ? eModePrice',
  },
  {
    what: 'collateral without ltv may be kept while other collateral leaves',
    file: ACCOUNT,
    find: "must(!data.hasZeroLtvCollateral || reserve.config.ltv === 0n, '57')",
    replace: '',
  },
  {
    what: 'isolated collateral is enabled for everybody',
    file: ACCOUNT,
    find: "reserve.config.debtCeiling === 0n || hasRole(pool, caller, 'isolatedCollateralSupplier')",
    replace:
      "reserve.config.debtCeiling >= 0n || hasRole(pool, caller, 'isolatedCollateralSupplier')",
  },
  {
    what: 'the supply cap does not count what is owed to the treasury',
    file: SUPPLY,
    find: 'reserve.supply.total + reserve.accruedToTreasury',
    replace: 'reserve.supply.total',
  },
  {
    what: 'collateral that is withdrawn whole stays marked',
    file: SUPPLY,
    find: 'if (isCollateral && taken === own) setBit',
    replace: 'if (isCollateral && taken > own) setBit',
  },
  {
    what: 'an unlimited allowance of aTokens is not used up',
    file: SUPPLY,
    find: "write(pool, allowance, 'amount', sub(allowance.amount, amount))",
    replace:
      "if (allowance.amount < MAX_UINT256) write(pool, allowance, 'amount', sub(allowance.amount, amount))",
  },
  {
    what: 'one unit more than the collateral covers may be borrowed',
    file: BORROW,
    find: "must(percentDivHalfUp(add(debt, value), ltv) <= collateral, '36')",
    replace: "must(percentDivHalfUp(add(debt, value), ltv) <= collateral + 1n, '36')",
  },
  {
    what: 'the debt ceiling is reached one cent early',
    file: BORROW,
    find: "must(total <= isolated.config.debtCeiling, '53')",
    replace: "must(total < isolated.config.debtCeiling, '53')",
  },
  {
    what: 'a repayment does not lower the isolated debt',
    file: BORROW,
    find: 'lowerIsolatedDebt(pool, onBehalfOf, reserve, repaid)',
    replace: '',
  },
  {
    what: 'a siloed asset may be borrowed beside another debt',
    file: BORROW,
    find: "else if (borrowsAny(config)) must(!terms.siloedBorrowing, '89')",
    replace: '',
  },
  {
    what: 'only half of a debt is ever liquidated',
    file: LIQUIDATION,
    find: 'isClose ? DEFAULT_CLOSE_FACTOR : PERCENTAGE_FACTOR',
    replace: 'isClose ? DEFAULT_CLOSE_FACTOR : DEFAULT_CLOSE_FACTOR',
  },
  {
    what: 'the protocol takes its share of all that is seized',
    file: LIQUIDATION,
    find: 'sub(seized, percentDivHalfUp(seized, bonus))',
    replace: 'sub(seized, 0n * percentDivHalfUp(seized, bonus))',
  },
  {
    what: 'the debt is not lowered when the collateral does not suffice',
    file: LIQUIDATION,
    find: 'repaid = percentDivHalfUp(divDown(value, mul(priceDebt, unitCollateral)), bonus)',
    replace: 'repaid = wanted + 0n * value',
  },
  {
    what: "the eMode's bonus is ignored",
    file: LIQUIDATION,
    find: 'category?.liquidationBonus ?? collateral.config.liquidationBonus',
    replace: 'collateral.config.liquidationBonus',
  },
  {
    what: 'the premium goes to suppliers alone',
    file: FLASH,
    find: 'const toProtocol = percentMulHalfUp(premium, share)',
    replace: 'const toProtocol = 0n * share',
  },
  {
    what: 'trusted flash borrowers pay the premium',
    file: FLASH,
    find: 'const rate = isFree ? 0n',
    replace: "const rate = isFree && by === '' ? 0n",
  },
  {
    what: "the treasury's units are minted at the old index",
    file: FLASH,
    find: 'const index = normalizedIncome(reserve, block.time)',
    replace: 'const index = reserve.liquidityIndex + 0n * normalizedIncome(reserve, block.time)',
  },
  {
    what: 'the threshold times the bonus may exceed 1 by a basis point',
    file: ADMIN,
    find: 'must(percentMulHalfUp(threshold, bonus) <= PERCENTAGE_FACTOR, reason)',
    replace: 'must(percentMulHalfUp(threshold, bonus) <= PERCENTAGE_FACTOR + 1n, reason)',
  },
]
