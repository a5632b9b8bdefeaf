/** The pool that is deployed and modelled: six reserves of 2 to 18 decimals, two eModes, three strategies. */

/** Units are whole tokens and basis points; prices have 8 digits. */
export type ReserveSetup = {
  readonly decimals: bigint
  readonly price: bigint
  readonly ltv: bigint
  readonly liquidationThreshold: bigint
  readonly liquidationBonus: bigint
  readonly reserveFactor: bigint
  readonly liquidationProtocolFee: bigint
  readonly eModeCategory: bigint
  readonly strategy: string
  readonly supplyCap: bigint
  readonly borrowCap: bigint
  /** Cents. */
  readonly debtCeiling: bigint
  readonly unbackedMintCap: bigint
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
  eModeCategory: 0n,
  strategy: 'strategy0',
  supplyCap: 0n,
  borrowCap: 0n,
  debtCeiling: 0n,
  unbackedMintCap: 0n,
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
    eModeCategory: 1n,
  },
  {
    ...PLAIN,
    decimals: 6n,
    liquidationBonus: 10_450n,
    eModeCategory: 2n,
    strategy: 'strategy1',
    borrowableInIsolation: true,
    unbackedMintCap: 1_000_000n,
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
    eModeCategory: 1n,
    strategy: 'strategy2',
  },
  {
    ...PLAIN,
    price: 712_345_678n,
    ltv: 6_000n,
    liquidationThreshold: 7_000n,
    liquidationBonus: 11_000n,
    reserveFactor: 0n,
    debtCeiling: 20_000_000n,
    strategy: 'strategy2',
  },
  {
    ...PLAIN,
    decimals: 2n,
    ltv: 7_700n,
    liquidationThreshold: 8_100n,
    eModeCategory: 2n,
    strategy: 'strategy1',
    borrowableInIsolation: true,
    siloedBorrowing: true,
  },
]

/** The price source of eMode 2, an address with its own feed. */
export const PEG = 'peg'
export const PEG_PRICE = 100_010_000n

/** Categories by number from 1. */
export const CATEGORIES: readonly {
  readonly ltv: bigint
  readonly liquidationThreshold: bigint
  readonly liquidationBonus: bigint
  readonly priceSource: string | null
}[] = [
  { ltv: 9_000n, liquidationThreshold: 9_300n, liquidationBonus: 10_100n, priceSource: null },
  { ltv: 9_700n, liquidationThreshold: 9_750n, liquidationBonus: 10_150n, priceSource: PEG },
]

const percent = (hundredths: bigint): bigint => hundredths * 10n ** 23n

/** Rates of the strategies, rays. */
export const STRATEGIES: Readonly<
  Record<
    string,
    {
      readonly optimalUsageRatio: bigint
      readonly baseVariableBorrowRate: bigint
      readonly variableRateSlope1: bigint
      readonly variableRateSlope2: bigint
      readonly stableRateSlope1: bigint
      readonly stableRateSlope2: bigint
      readonly baseStableRateOffset: bigint
      readonly stableRateExcessOffset: bigint
      readonly optimalStableToTotalDebtRatio: bigint
    }
  >
> = {
  strategy0: {
    optimalUsageRatio: percent(4_500n),
    baseVariableBorrowRate: 0n,
    variableRateSlope1: percent(700n),
    variableRateSlope2: percent(30_000n),
    stableRateSlope1: percent(700n),
    stableRateSlope2: percent(30_000n),
    baseStableRateOffset: percent(200n),
    stableRateExcessOffset: percent(800n),
    optimalStableToTotalDebtRatio: percent(2_000n),
  },
  strategy1: {
    optimalUsageRatio: percent(9_000n),
    baseVariableBorrowRate: percent(33n),
    variableRateSlope1: percent(400n),
    variableRateSlope2: percent(6_000n),
    stableRateSlope1: percent(50n),
    stableRateSlope2: percent(6_000n),
    baseStableRateOffset: percent(100n),
    stableRateExcessOffset: percent(800n),
    optimalStableToTotalDebtRatio: percent(2_000n),
  },
  strategy2: {
    optimalUsageRatio: 10n ** 27n,
    baseVariableBorrowRate: percent(101n),
    variableRateSlope1: percent(12_345n) + 1n,
    variableRateSlope2: 0n,
    stableRateSlope1: percent(777n),
    stableRateSlope2: percent(1n),
    baseStableRateOffset: 0n,
    stableRateExcessOffset: percent(5_000n) + 1n,
    optimalStableToTotalDebtRatio: 10n ** 27n,
  },
}

/** Whole tokens of each asset that every user starts with. */
export const OPENING = 1_000_000n
/** Seconds that the sequencer must have been up. */
export const GRACE_PERIOD = 3_600n
/** Premium of flash loans and the protocol's share of it, basis points. */
export const FLASH_PREMIUM = 9n
export const FLASH_PREMIUM_TO_PROTOCOL = 3_000n
export const BRIDGE_FEE = 2_000n

/** Who has which role, given the number of users; `admin` governs. */
export function rolesOf(users: number): readonly (readonly [string, readonly Role[]])[] {
  const user = (number: number): string => `u${number % users}`
  return [
    ['admin', ['poolAdmin', 'emergencyAdmin', 'bridge']],
    [user(0), ['emergencyAdmin']],
    [user(1), ['riskAdmin']],
    [user(2), ['isolatedCollateralSupplier', 'bridge']],
    [user(3), ['flashBorrower']],
  ]
}

export type Role =
  | 'poolAdmin'
  | 'emergencyAdmin'
  | 'riskAdmin'
  | 'bridge'
  | 'flashBorrower'
  | 'isolatedCollateralSupplier'
