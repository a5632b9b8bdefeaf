/**
 * Supplying, withdrawing, moving aTokens, choosing collateral and eMode.
 * Source: aave/aave-v3-core @ 782f51917056 contracts/protocol/libraries/logic/SupplyLogic.sol,
 * EModeLogic.sol, BridgeLogic.sol, tokenization/AToken.sol.
 */
import {
  borrowsAny,
  isEnabledAtOnce,
  mayUseAsCollateral,
  mustBeHealthy,
  mustStayHealthy,
  unitOf,
} from './exactAccount.ts'
import {
  add,
  add128,
  MAX_UINT256,
  must,
  percentMulHalfUp,
  Refusal,
  rayMulHalfUp,
  sub,
  toUint128,
} from './exactMath.ts'
import {
  accrueToTreasury,
  burnScaled,
  cumulateToLiquidityIndex,
  mintScaled,
  normalizedIncome,
  scaledOf,
  suppliedBy,
  transferScaled,
  updateRates,
  updateState,
} from './exactReserve.ts'
import {
  attempt,
  type Block,
  categoryOf,
  type Done,
  entry,
  hasRole,
  type Pool,
  type Reserve,
  reserveOf,
  userOf,
  write,
} from './exactState.ts'

/** Who acts, on which asset, with how much (smallest unit). */
export type Order = { readonly by: string; readonly asset: string; readonly amount: bigint }

/** Set or clear a bit of a user's record. */
export function setBit(pool: Pool, account: string, bit: bigint, on: boolean): void {
  const user = userOf(pool, account)
  write(pool, user, 'config', on ? user.config | bit : user.config & ~bit)
}

/** Pass a token's answer, or refuse for its reason. @throws {Refusal} */
export function paid(refused: string | null): void {
  if (refused !== null) throw new Refusal(refused)
}

/** Supply an asset and receive aTokens; the first supply may become collateral at once. */
export function supply(
  pool: Pool,
  block: Block,
  { by, asset, amount, onBehalfOf }: Order & { readonly onBehalfOf: string },
): Done<null> {
  return attempt(pool, () => {
    const reserve = reserveOf(pool, asset)
    updateState(pool, reserve, block.time)
    mustAcceptSupply(reserve, amount)
    updateRates(pool, block, reserve, amount, 0n)
    paid(block.tokens.transferFrom(asset, by, reserve.aToken, amount))
    credit(pool, reserve, by, onBehalfOf, amount)
    return null
  })
}

function mustAcceptSupply(reserve: Reserve, amount: bigint): void {
  const { active, paused, frozen, supplyCap } = reserve.config
  must(amount !== 0n, '26')
  must(active, '27')
  must(!paused, '29')
  must(!frozen, '28')
  if (supplyCap === 0n) return
  const units = reserve.supply.total + reserve.accruedToTreasury
  const supplied = add(rayMulHalfUp(units, reserve.liquidityIndex), amount)
  must(supplied <= supplyCap * unitOf(reserve), '51')
}

function credit(pool: Pool, reserve: Reserve, by: string, to: string, amount: bigint): void {
  const isFirst = mintScaled(pool, reserve.supply, to, amount, reserve.liquidityIndex)
  if (isFirst && isEnabledAtOnce(pool, userOf(pool, to).config, reserve, by)) {
    setBit(pool, to, reserve.collateralBit, true)
  }
}

/** Take an asset out for aTokens; 2^256 - 1 takes all. @returns the amount. */
export function withdraw(
  pool: Pool,
  block: Block,
  { by, asset, amount, to }: Order & { readonly to: string },
): Done<bigint> {
  return attempt(pool, () => {
    const reserve = reserveOf(pool, asset)
    updateState(pool, reserve, block.time)
    const { active, paused } = reserve.config
    const index = reserve.liquidityIndex
    const own = rayMulHalfUp(scaledOf(reserve.supply, by), index)
    const taken = amount === MAX_UINT256 ? own : amount
    must(taken !== 0n, '26')
    must(taken <= own, '32')
    must(active, '27')
    must(!paused, '29')
    updateRates(pool, block, reserve, 0n, taken)
    const user = userOf(pool, by)
    const isCollateral = (user.config & reserve.collateralBit) !== 0n
    if (isCollateral && taken === own) setBit(pool, by, reserve.collateralBit, false)
    burnScaled(pool, reserve.supply, by, taken, index)
    if (to !== reserve.aToken) paid(block.tokens.transfer(asset, reserve.aToken, to, taken))
    if (isCollateral && borrowsAny(user.config)) mustStayHealthy(pool, block, by, reserve)
    return taken
  })
}

/** Mint aTokens for what a bridge will deliver later, up to the reserve's cap. */
export function mintUnbacked(
  pool: Pool,
  block: Block,
  { by, asset, amount, onBehalfOf }: Order & { readonly onBehalfOf: string },
): Done<null> {
  return attempt(pool, () => {
    must(hasRole(pool, by, 'bridge'), '6')
    const reserve = reserveOf(pool, asset)
    updateState(pool, reserve, block.time)
    mustAcceptSupply(reserve, amount)
    const unbacked = add128(reserve.unbacked, toUint128(amount))
    write(pool, reserve, 'unbacked', unbacked)
    must(unbacked <= reserve.config.unbackedMintCap * unitOf(reserve), '52')
    updateRates(pool, block, reserve, 0n, 0n)
    credit(pool, reserve, by, onBehalfOf, amount)
    return null
  })
}

/** Deliver what was minted unbacked, and a fee for suppliers and protocol. @returns what is backed. */
export function backUnbacked(
  pool: Pool,
  block: Block,
  { by, asset, amount, fee }: Order & { readonly fee: bigint },
): Done<bigint> {
  return attempt(pool, () => {
    must(hasRole(pool, by, 'bridge'), '6')
    const reserve = reserveOf(pool, asset)
    updateState(pool, reserve, block.time)
    const backing = amount < reserve.unbacked ? amount : reserve.unbacked
    const toProtocol = percentMulHalfUp(fee, pool.bridgeProtocolFee)
    const toSuppliers = sub(fee, toProtocol)
    const added = add(backing, fee)
    cumulateToLiquidityIndex(pool, reserve, toSuppliers)
    accrueToTreasury(pool, reserve, toProtocol)
    write(pool, reserve, 'unbacked', reserve.unbacked - backing)
    updateRates(pool, block, reserve, added, 0n)
    paid(block.tokens.transferFrom(asset, by, reserve.aToken, added))
    return backing
  })
}

/** Use a supply as collateral, or no longer; the account must stay healthy. */
export function setUseAsCollateral(
  pool: Pool,
  block: Block,
  { by, asset, use }: Omit<Order, 'amount'> & { readonly use: boolean },
): Done<null> {
  return attempt(pool, () => {
    const reserve = reserveOf(pool, asset)
    const { active, paused } = reserve.config
    must(suppliedBy(reserve, by, block.time) !== 0n, '43')
    must(active, '27')
    must(!paused, '29')
    const { config } = userOf(pool, by)
    if (use === ((config & reserve.collateralBit) !== 0n)) return null
    if (use) must(mayUseAsCollateral(pool, config, reserve), '62')
    setBit(pool, by, reserve.collateralBit, use)
    if (!use) mustStayHealthy(pool, block, by, reserve)
    return null
  })
}

/** Enter, change or leave (0) an eMode; all debts must belong to it. */
export function setUserEMode(pool: Pool, block: Block, by: string, eMode: bigint): Done<null> {
  return attempt(pool, () => {
    const user = userOf(pool, by)
    const category = categoryOf(pool, eMode)
    must(eMode === 0n || (category !== null && category.liquidationThreshold !== 0n), '58')
    if (eMode !== 0n) {
      for (const { borrowBit, config } of pool.reserves) {
        must((user.config & borrowBit) === 0n || config.eModeCategory === eMode, '58')
      }
    }
    const before = user.eMode
    write(pool, user, 'eMode', eMode)
    if (before !== 0n) mustBeHealthy(pool, block, by, eMode)
    return null
  })
}

/** Move aTokens; a sender with debt must stay healthy. */
export function transfer(
  pool: Pool,
  block: Block,
  { by, asset, amount, to }: Order & { readonly to: string },
): Done<null> {
  return attempt(pool, () => {
    move(pool, block, reserveOf(pool, asset), by, to, toUint128(amount))
    return null
  })
}

/** Move aTokens by allowance, which is always used up. */
export function transferFrom(
  pool: Pool,
  block: Block,
  { by, asset, amount, from, to }: Order & { readonly from: string; readonly to: string },
): Done<null> {
  return attempt(pool, () => {
    const reserve = reserveOf(pool, asset)
    toUint128(amount)
    const allowance = allowanceOf(reserve, from, by)
    write(pool, allowance, 'amount', sub(allowance.amount, amount))
    move(pool, block, reserve, from, to, amount)
    return null
  })
}

function move(
  pool: Pool,
  block: Block,
  reserve: Reserve,
  from: string,
  to: string,
  amount: bigint,
): void {
  const index = normalizedIncome(reserve, block.time)
  const fromBefore = rayMulHalfUp(scaledOf(reserve.supply, from), index)
  const toBefore = rayMulHalfUp(scaledOf(reserve.supply, to), index)
  transferScaled(pool, reserve.supply, from, to, amount, index)
  must(!reserve.config.paused, '29')
  if (from === to || amount === 0n) return
  const { config } = userOf(pool, from)
  if ((config & reserve.collateralBit) !== 0n) {
    if (borrowsAny(config)) mustStayHealthy(pool, block, from, reserve)
    if (fromBefore === amount) setBit(pool, from, reserve.collateralBit, false)
  }
  // The aToken is the caller here, and it has no roles.
  if (toBefore === 0n && isEnabledAtOnce(pool, userOf(pool, to).config, reserve, reserve.aToken)) {
    setBit(pool, to, reserve.collateralBit, true)
  }
}

/** How an allowance changes. */
export type Approval = 'approve' | 'increase' | 'decrease'

/** Allow `spender` to move aTokens of `by`. */
export function approve(
  pool: Pool,
  { by, asset, amount, spender }: Order & { readonly spender: string },
  how: Approval,
): Done<null> {
  return attempt(pool, () => {
    const allowance = allowanceOf(reserveOf(pool, asset), by, spender)
    const change = { approve: () => amount, increase: add, decrease: sub }[how]
    write(pool, allowance, 'amount', change(allowance.amount, amount))
    return null
  })
}

function allowanceOf({ allowances }: Reserve, owner: string, spender: string): { amount: bigint } {
  return entry(allowances, `${owner} ${spender}`, () => ({ amount: 0n }))
}

/** Judge a permit or delegation whose signature is not the owner's. @param deadline seconds. */
export function judgeSignature({ time }: Block, owner: string, deadline: bigint): string {
  if (owner === 'zero') return '77'
  return time <= deadline ? '79' : '78'
}
