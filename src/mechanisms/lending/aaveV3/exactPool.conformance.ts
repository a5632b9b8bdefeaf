import {
  addReserve,
  type Block,
  createPool,
  type Pool,
  type Reserve,
  type ReserveConfig,
  type Strategy,
} from './exact.ts'
import { updateRates } from './exactReserve.ts'
import { userOf } from './exactState.ts'

/** One reserve of a pool for tests; prices and amounts as the contract has them. */
export type ReserveSpec = {
  readonly asset: string
  readonly price: bigint
  readonly config?: Partial<ReserveConfig>
  readonly strategy?: Partial<Strategy>
  /** Units that the pool holds at the start, supplied by `lp`. */
  readonly cash: bigint
}

/** An exact pool with tokens and prices that a test can change. */
export type ExactPool = {
  readonly pool: Pool
  /** By `asset account`. */
  readonly balances: Map<string, bigint>
  readonly prices: Map<string, bigint>
  time: bigint
  block(): Block
  reserve(asset: string): Reserve
}

const CONFIG: ReserveConfig = {
  ltv: 7_500n,
  liquidationThreshold: 8_000n,
  liquidationBonus: 10_800n,
  decimals: 18n,
  active: true,
  frozen: false,
  borrowingEnabled: true,
  stableBorrowingEnabled: false,
  paused: false,
  borrowableInIsolation: false,
  siloedBorrowing: false,
  flashLoanEnabled: true,
  reserveFactor: 1_000n,
  borrowCap: 0n,
  supplyCap: 0n,
  liquidationProtocolFee: 1_000n,
  eModeCategory: 0n,
  unbackedMintCap: 0n,
  debtCeiling: 0n,
}

const STRATEGY: Strategy = {
  optimalUsageRatio: 8n * 10n ** 26n,
  baseVariableBorrowRate: 0n,
  variableRateSlope1: 0n,
  variableRateSlope2: 0n,
  stableRateSlope1: 0n,
  stableRateSlope2: 0n,
  baseStableRateOffset: 0n,
  stableRateExcessOffset: 0n,
  optimalStableToTotalDebtRatio: 2n * 10n ** 26n,
}

/** Timestamp at which such pools start, seconds. */
export const OPENED = 1_800_000_000n

/** Open a pool; `open` may write positions before the first rates are set. */
export function exactPool(
  specs: readonly ReserveSpec[],
  open: (made: ExactPool) => void = () => {},
): ExactPool {
  const made = emptyPool(specs)
  for (const { asset, config, cash } of specs) {
    const reserve = addReserve(made.pool, asset, `a${asset}`, asset, { ...CONFIG, ...config })
    reserve.lastUpdateTimestamp = OPENED
    made.balances.set(`${asset} ${reserve.aToken}`, cash)
    hold(reserve, 'supply', 'lp', cash)
  }
  open(made)
  for (const reserve of made.pool.reserves) updateRates(made.pool, made.block(), reserve, 0n, 0n)
  made.pool.journal.length = 0
  return made
}

function emptyPool(specs: readonly ReserveSpec[]): ExactPool {
  const strategies = specs.map(
    ({ asset, strategy }) => [asset, { ...STRATEGY, ...strategy }] as const,
  )
  const pool = createPool({
    treasury: 'treasury',
    strategies: new Map(strategies),
    roles: new Map([['admin', new Set(['poolAdmin', 'emergencyAdmin'] as const)]]),
  })
  const balances = new Map<string, bigint>()
  const prices = new Map(specs.map(({ asset, price }) => [asset, price]))
  const tokens = {
    balance: (asset: string, account: string) => balances.get(`${asset} ${account}`) ?? 0n,
    transfer: moves(balances),
    transferFrom: moves(balances),
  }
  const made: ExactPool = {
    pool,
    balances,
    prices,
    time: OPENED,
    reserve: (asset) => pool.byAsset.get(asset)!,
    block: () => ({
      time: made.time,
      tokens,
      price: (source) => prices.get(source) ?? 0n,
      sentinel: null,
    }),
  }
  return made
}

function moves(balances: Map<string, bigint>) {
  return (asset: string, from: string, to: string, amount: bigint): string | null => {
    const held = balances.get(`${asset} ${from}`) ?? 0n
    if (held < amount) return 'balance'
    balances.set(`${asset} ${from}`, held - amount)
    balances.set(`${asset} ${to}`, (balances.get(`${asset} ${to}`) ?? 0n) + amount)
    return null
  }
}

/** Write a position into a pool whose indices are 1: units, and the user's record of them. */
export function hold(
  reserve: Reserve,
  side: 'supply' | 'debt',
  account: string,
  units: bigint,
): void {
  const token = reserve[side]
  const before = token.holdings.get(account)?.balance ?? 0n
  token.holdings.set(account, { balance: before + units, index: 10n ** 27n })
  token.total += units
}

/** Mark what an account owes and uses as collateral. */
export function mark(pool: Pool, account: string): void {
  const user = userOf(pool, account)
  for (const { supply, debt, collateralBit, borrowBit } of pool.reserves) {
    if (supply.holdings.has(account)) user.config |= collateralBit
    if (debt.holdings.has(account)) user.config |= borrowBit
  }
}
