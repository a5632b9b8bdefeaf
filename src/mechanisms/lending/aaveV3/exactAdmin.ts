/**
 * What governance changes while the pool runs.
 * Source: aave/aave-v3-core @ 782f51917056 contracts/protocol/pool/PoolConfigurator.sol.
 */
import { must, PERCENTAGE_FACTOR, percentMulHalfUp, Refusal } from './exactMath.ts'
import { totalDebt, totalSupply } from './exactReserve.ts'
import {
  attempt,
  type Block,
  categoryOf,
  type Done,
  type EModeCategory,
  entry,
  hasRole,
  type Pool,
  type Reserve,
  type ReserveConfig,
  type Role,
  write,
} from './exactState.ts'

/** A switch of a reserve. */
export type Switch =
  | 'active'
  | 'frozen'
  | 'paused'
  | 'borrowingEnabled'
  | 'flashLoanEnabled'
  | 'borrowableInIsolation'
  | 'siloedBorrowing'

/** A number of a reserve. */
export type Limit =
  | 'reserveFactor'
  | 'borrowCap'
  | 'supplyCap'
  | 'liquidationProtocolFee'
  | 'unbackedMintCap'
  | 'debtCeiling'

/** A fee of the pool, basis points. */
export type Fee = 'flashLoanPremiumTotal' | 'flashLoanPremiumToProtocol' | 'bridgeProtocolFee'

const CAP: bigint = (1n << 36n) - 1n
const LIMITS: Readonly<Record<Limit, readonly [bigint, string]>> = {
  reserveFactor: [PERCENTAGE_FACTOR, '67'],
  borrowCap: [CAP, '68'],
  supplyCap: [CAP, '69'],
  liquidationProtocolFee: [PERCENTAGE_FACTOR, '70'],
  unbackedMintCap: [CAP, '72'],
  debtCeiling: [(1n << 40n) - 1n, '73'],
}

const RISK_ADMINS: readonly [string, ...Role[]] = ['4', 'riskAdmin', 'poolAdmin']
const SWITCH_ADMINS: Readonly<Partial<Record<Switch, readonly [string, ...Role[]]>>> = {
  active: ['1', 'poolAdmin'],
  paused: ['3', 'poolAdmin', 'emergencyAdmin'],
}

function mustBe(pool: Pool, by: string, [reason, ...roles]: readonly [string, ...Role[]]): void {
  must(
    roles.some((role) => hasRole(pool, by, role)),
    reason,
  )
}

function listed(pool: Pool, asset: string): Reserve {
  const found = pool.byAsset.get(asset)
  if (!found) throw new Refusal('82')
  return found
}

function configure(pool: Pool, reserve: Reserve, change: Partial<ReserveConfig>): void {
  write(pool, reserve, 'config', { ...reserve.config, ...change })
}

/** Turn a switch of a reserve on or off. */
export function setSwitch(
  pool: Pool,
  block: Block,
  by: string,
  asset: string,
  [field, on]: readonly [Switch, boolean],
): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, SWITCH_ADMINS[field] ?? RISK_ADMINS)
    const reserve = listed(pool, asset)
    if (field === 'active' && !on) mustHaveNoSuppliers(reserve, block.time)
    if (field === 'siloedBorrowing' && on) must(totalDebt(reserve, block.time) === 0n, '90')
    if (field === 'borrowingEnabled' && !on) must(!reserve.config.stableBorrowingEnabled, '88')
    configure(pool, reserve, { [field]: on })
    return null
  })
}

/** Pause or unpause all reserves. */
export function setPoolPause(pool: Pool, by: string, paused: boolean): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, ['2', 'emergencyAdmin'])
    for (const reserve of pool.reserves) configure(pool, reserve, { paused })
    return null
  })
}

/** Set a number of a reserve; a new debt ceiling needs a reserve without suppliers. */
export function setLimit(
  pool: Pool,
  block: Block,
  by: string,
  asset: string,
  [field, value]: readonly [Limit, bigint],
): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, RISK_ADMINS)
    const reserve = listed(pool, asset)
    if (field === 'debtCeiling' && reserve.config.debtCeiling === 0n) {
      mustHaveNoSuppliers(reserve, block.time)
    }
    const [most, reason] = LIMITS[field]
    must(value <= most, reason)
    configure(pool, reserve, { [field]: value })
    if (field === 'debtCeiling' && value === 0n) write(pool, reserve, 'isolationModeTotalDebt', 0n)
    return null
  })
}

function mustHaveNoSuppliers(reserve: Reserve, time: bigint): void {
  must(totalSupply(reserve, time) === 0n && reserve.accruedToTreasury === 0n, '18')
}

/** Terms of a collateral or category, basis points. */
export type Terms = {
  readonly ltv: bigint
  readonly liquidationThreshold: bigint
  readonly liquidationBonus: bigint
}

/** Set what a reserve counts as collateral; threshold 0 needs a reserve without suppliers. */
export function setCollateral(
  pool: Pool,
  block: Block,
  by: string,
  asset: string,
  { ltv, liquidationThreshold, liquidationBonus }: Terms,
): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, RISK_ADMINS)
    must(ltv <= liquidationThreshold, '20')
    if (liquidationThreshold !== 0n) {
      mustLeaveRoom(liquidationThreshold, liquidationBonus, '20')
    } else {
      must(liquidationBonus === 0n, '20')
      mustHaveNoSuppliers(listed(pool, asset), block.time)
    }
    must(liquidationBonus <= 0xffffn, '65')
    configure(pool, listed(pool, asset), { ltv, liquidationThreshold, liquidationBonus })
    return null
  })
}

/** A liquidation at the threshold must pay: threshold x bonus <= 1. */
function mustLeaveRoom(threshold: bigint, bonus: bigint, reason: string): void {
  must(bonus > PERCENTAGE_FACTOR, reason)
  must(percentMulHalfUp(threshold, bonus) <= PERCENTAGE_FACTOR, reason)
}

/** Set a category, better than each of its assets. @param id 1 to 255. */
export function setEModeCategory(
  pool: Pool,
  by: string,
  id: bigint,
  category: EModeCategory,
): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, RISK_ADMINS)
    const { ltv, liquidationThreshold } = category
    must(ltv !== 0n && liquidationThreshold !== 0n && ltv <= liquidationThreshold, '21')
    mustLeaveRoom(liquidationThreshold, category.liquidationBonus, '21')
    for (const { config } of pool.reserves) {
      if (config.eModeCategory !== id) continue
      must(ltv > config.ltv && liquidationThreshold > config.liquidationThreshold, '21')
    }
    must(id !== 0n, '16')
    write(
      pool,
      entry(pool.eModes, id, () => ({ category: null })),
      'category',
      category,
    )
    return null
  })
}

/** Put a reserve into a category, or into none (0). */
export function setAssetEMode(pool: Pool, by: string, asset: string, id: bigint): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, RISK_ADMINS)
    const reserve = listed(pool, asset)
    const threshold = categoryOf(pool, id)?.liquidationThreshold ?? 0n
    must(id === 0n || threshold > reserve.config.liquidationThreshold, '17')
    configure(pool, reserve, { eModeCategory: id })
    return null
  })
}

/** Give a reserve another interest strategy; its rates change when it is next touched. */
export function setStrategy(pool: Pool, by: string, asset: string, strategy: string): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, RISK_ADMINS)
    write(pool, listed(pool, asset), 'strategy', strategy)
    return null
  })
}

const FEE_REASONS: Readonly<Record<Fee, string>> = {
  flashLoanPremiumTotal: '19',
  flashLoanPremiumToProtocol: '19',
  bridgeProtocolFee: '22',
}

/** Set a fee of the pool. @param value basis points, at most 2^128 - 1. */
export function setFee(pool: Pool, by: string, fee: Fee, value: bigint): Done<null> {
  return attempt(pool, () => {
    mustBe(pool, by, ['1', 'poolAdmin'])
    must(value <= PERCENTAGE_FACTOR, FEE_REASONS[fee])
    write(pool, pool, fee, value)
    return null
  })
}
