import type { Mutant } from '../../protocol.ts'

const FOLDER = 'src/mechanisms/lending/morphoBlue'
const MATH = `${FOLDER}/exactMath.ts`
const STATE = `${FOLDER}/exactState.ts`
const IRM = `${FOLDER}/exactIrm.ts`
const ADMIN = `${FOLDER}/exactAdmin.ts`

function edit(what: string, file: string, find: string, replace: string): Mutant {
  return { what, file, find, replace }
}

const VERBS: readonly Mutant[] = [
  {
    what: 'supplied shares are rounded up',
    find: 'totalSupplyShares, toSharesDown, toAssetsUp)',
    replace: 'totalSupplyShares, toSharesUp, toAssetsUp)',
  },
  {
    what: 'withdrawn assets are rounded up',
    find: 'totalSupplyShares, toSharesUp, toAssetsDown)',
    replace: 'totalSupplyShares, toSharesUp, toAssetsUp)',
  },
  {
    what: 'borrowed shares are rounded down',
    find: 'totalBorrowShares, toSharesUp, toAssetsDown)',
    replace: 'totalBorrowShares, toSharesDown, toAssetsDown)',
  },
  {
    what: 'repaid assets are rounded down',
    find: 'totalBorrowShares, toSharesDown, toAssetsUp)',
    replace: 'totalBorrowShares, toSharesDown, toAssetsDown)',
  },
  {
    what: 'a position exactly at its threshold is liquidated',
    find: 'maxBorrow < borrowed',
    replace: 'maxBorrow <= borrowed',
  },
  {
    what: 'a market cannot be lent out to the last unit',
    find: 'totalBorrowAssets <= totalSupplyAssets',
    replace: 'totalBorrowAssets < totalSupplyAssets',
  },
  {
    what: 'collateral is withdrawn without accruing',
    find: 'accrue(morpho, market, caller.time)\n    const position',
    replace: 'const position',
  },
  {
    what: 'the liquidation cursor is 0.31',
    find: '(3n * WAD) / 10n',
    replace: '(31n * WAD) / 100n',
  },
  {
    what: 'the incentive may reach 1.16',
    find: '(115n * WAD) / 100n',
    replace: '(116n * WAD) / 100n',
  },
  {
    what: 'seized collateral is quoted rounded down',
    find: 'wDivUp(mulDivUp(seizedAssets',
    replace: 'wDivUp(mulDivDown(seizedAssets',
  },
  {
    what: 'debt repaid for seized collateral is rounded down',
    find: 'wDivUp(mulDivUp(seizedAssets',
    replace: 'wDivDown(mulDivUp(seizedAssets',
  },
  {
    what: 'bad debt stays',
    find: 'position.collateral === 0n ?',
    replace: 'position.collateral < 0n ?',
  },
  {
    what: 'bad debt is rounded down',
    find: 'const owed = toAssetsUp(',
    replace: 'const owed = toAssetsDown(',
  },
  {
    what: 'bad debt is not taken off the supply',
    find: 'sub(totalSupplyAssets, toUint128(badDebtAssets))',
    replace: 'totalSupplyAssets',
  },
]

const ARITHMETIC: readonly Mutant[] = [
  edit('999,999 virtual shares', MATH, 'VIRTUAL_SHARES = 1_000_000n', 'VIRTUAL_SHARES = 999_999n'),
  edit('no virtual asset', MATH, 'VIRTUAL_ASSETS = 1n', 'VIRTUAL_ASSETS = 0n'),
  edit(
    'interest without its third term',
    MATH,
    'add(add(first, second), third)',
    'add(first, second)',
  ),
  edit(
    'repaying one unit more than is owed overflows',
    MATH,
    'return x > y ? x - y : 0n',
    'return sub(x, y)',
  ),
  edit('128 bits hold one more', MATH, '(1n << 128n) - 1n', '1n << 128n'),
  edit(
    'a borrower may not stand exactly at the limit',
    STATE,
    'maxBorrow >= borrowed',
    'maxBorrow > borrowed',
  ),
  edit(
    'the fee is priced as part of the supply',
    STATE,
    'toSharesDown(amount, others',
    'toSharesDown(amount, market.totalSupplyAssets',
  ),
  edit(
    'the fee is rounded up',
    STATE,
    'toSharesDown(amount, others, market',
    '1n + toSharesDown(amount, others, market',
  ),
  edit('a fee of exactly a quarter is refused', ADMIN, 'fee <= MAX_FEE', 'fee < MAX_FEE'),
  edit(
    'a new fee counts for the past as well',
    ADMIN,
    '    accrue(morpho, market, caller.time)\n',
    '',
  ),
  edit('a signature ends one second earlier', ADMIN, 'time <= deadline', 'time < deadline'),
]

const CURVE: readonly Mutant[] = [
  edit('the target is 91 %', IRM, '(9n * WAD) / 10n', '(91n * WAD) / 100n'),
  edit('the first rate is 5 %', IRM, '(4n * WAD) / 100n', '(5n * WAD) / 100n'),
  edit('the rate adjusts at 51 a year', IRM, '(50n * WAD) / YEAR', '(51n * WAD) / YEAR'),
  edit(
    'the average has two points',
    IRM,
    '(rateAtTarget + end + 2n * middle) / 4n',
    '(rateAtTarget + end) / 2n',
  ),
  edit('the exponential is linear', IRM, ' + (r * r) / WAD / 2n', ''),
  edit('negative exponents round up', IRM, 'x < 0n ? -(LN_2 / 2n) : LN_2 / 2n', 'LN_2 / 2n'),
  edit(
    'the rate has no ceiling',
    IRM,
    'rate > MAX_RATE_AT_TARGET ? MAX_RATE_AT_TARGET : rate',
    'rate',
  ),
  edit(
    'the rate has no floor',
    IRM,
    '  if (rate < MIN_RATE_AT_TARGET) return MIN_RATE_AT_TARGET\n',
    '',
  ),
  edit(
    'a distance above target is measured by the target',
    IRM,
    'distance > 0n ? WAD - TARGET_UTILIZATION : TARGET_UTILIZATION',
    'TARGET_UTILIZATION',
  ),
]

/** Mistakes that the recorded trace must notice. */
export const mutants: readonly Mutant[] = [...VERBS, ...ARITHMETIC, ...CURVE]
