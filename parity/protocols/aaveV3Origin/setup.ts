/** The pool that is deployed and modelled: six reserves of 6 to 18 decimals, two eModes, three sets of rates. */

/** Units are whole tokens and basis points; prices have 8 digits. */
export type ReserveSetup = {
  readonly decimals: bigint
  readonly price: bigint
  readonly ltv: bigint
  readonly liquidationThreshold: bigint
  readonly liquidationBonus: bigint
  readonly reserveFactor: bigint
  readonly liquidationProtocolFee: bigint
  /** Number of its rates. */
  readonly rates: number
  readonly supplyCap: bigint
  readonly borrowCap: bigint
  /** Cents. */
  readonly debtCeiling: bigint
  readonly borrowableInIsolation: boolean
  readonly siloedBorrowing: boolean
}

const PLAIN: ReserveSetup = {
  decimals: 18n,
  price: 100_000_000n,
  ltv: 7_500n,
  liquidationThreshold: 8_000n,
  liquidationBonus: 10_500n,
  reserveFactor: 1_000n,
  liquidationProtocolFee: 1_000n,
  rates: 0,
  supplyCap: 0n,
  borrowCap: 0n,
  debtCeiling: 0n,
  borrowableInIsolation: false,
  siloedBorrowing: false,
}

/** By number: ether, a dollar of 6 digits, bitcoin, staked ether, an isolated asset, a siloed dollar. */
export const RESERVES: readonly ReserveSetup[] = [
  {
    ...PLAIN,
    price: 200_000_000_000n,
    ltv: 8_000n,
    liquidationThreshold: 8_250n,
  },
  {
    ...PLAIN,
    decimals: 6n,
    liquidationBonus: 10_450n,
    rates: 1,
    borrowableInIsolation: true,
  },
  {
    ...PLAIN,
    decimals: 8n,
    price: 3_000_000_000_000n,
    ltv: 7_000n,
    liquidationThreshold: 7_500n,
    liquidationBonus: 10_650n,
    reserveFactor: 2_000n,
    supplyCap: 20_000n,
    borrowCap: 3_000n,
  },
  {
    ...PLAIN,
    price: 195_123_456_789n,
    ltv: 6_900n,
    liquidationThreshold: 7_900n,
    liquidationBonus: 10_750n,
    liquidationProtocolFee: 0n,
    reserveFactor: 3_333n,
    rates: 2,
  },
  {
    ...PLAIN,
    price: 712_345_678n,
    ltv: 6_000n,
    liquidationThreshold: 7_000n,
    liquidationBonus: 11_000n,
    reserveFactor: 0n,
    debtCeiling: 20_000_000n,
    rates: 2,
  },
  {
    ...PLAIN,
    decimals: 7n,
    ltv: 7_700n,
    liquidationThreshold: 8_100n,
    rates: 1,
    borrowableInIsolation: true,
    siloedBorrowing: true,
  },
]

/** Categories by number from 1; bitmaps have a bit for each reserve. */
export const CATEGORIES: readonly {
  readonly ltv: bigint
  readonly liquidationThreshold: bigint
  readonly liquidationBonus: bigint
  readonly collateralBitmap: bigint
  readonly borrowableBitmap: bigint
}[] = [
  {
    ...{ ltv: 9_000n, liquidationThreshold: 9_300n, liquidationBonus: 10_100n },
    ...{ collateralBitmap: 0b001001n, borrowableBitmap: 0b001001n },
  },
  {
    ...{ ltv: 9_700n, liquidationThreshold: 9_750n, liquidationBonus: 10_150n },
    ...{ collateralBitmap: 0b100010n, borrowableBitmap: 0b100011n },
  },
]

/** Rates that reserves have or get, basis points. */
export const RATES: readonly {
  readonly optimalUsageRatio: bigint
  readonly baseVariableBorrowRate: bigint
  readonly variableRateSlope1: bigint
  readonly variableRateSlope2: bigint
}[] = [
  {
    ...{ optimalUsageRatio: 4_500n, baseVariableBorrowRate: 0n },
    ...{ variableRateSlope1: 700n, variableRateSlope2: 30_000n },
  },
  {
    ...{ optimalUsageRatio: 9_000n, baseVariableBorrowRate: 33n },
    ...{ variableRateSlope1: 400n, variableRateSlope2: 6_000n },
  },
  {
    ...{ optimalUsageRatio: 9_900n, baseVariableBorrowRate: 101n },
    ...{ variableRateSlope1: 12_345n, variableRateSlope2: 12_345n },
  },
]

/** Whole tokens of each asset that every user starts with. */
export const OPENING = 1_000_000n
/** Seconds that the sequencer must have been up. */
export const GRACE_PERIOD = 3_600n
/** Premium of flash loans, basis points. */
export const FLASH_PREMIUM = 9n

/** Who has which role, given the number of users; `admin` governs. */
export function rolesOf(users: number): readonly (readonly [string, readonly Role[]])[] {
  const user = (number: number): string => `u${number % users}`
  return [
    ['admin', ['poolAdmin', 'emergencyAdmin']],
    [user(0), ['emergencyAdmin']],
    [user(1), ['riskAdmin']],
    [user(3), ['flashBorrower']],
  ]
}

export type Role = 'poolAdmin' | 'emergencyAdmin' | 'riskAdmin' | 'flashBorrower'
