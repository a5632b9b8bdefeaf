/**
 * Morpho Blue in integers, wei for wei: isolated markets, supply and debt counted in shares,
 * liquidation with a fixed incentive, bad debt taken off the suppliers. Source: morpho-org/
 * morpho-blue v1.0.0 src/Morpho.sol. Checks come in the contract's order, reasons are its own.
 */
import {
  add,
  check,
  MAX_UINT128,
  mulDivDown,
  mulDivUp,
  Refusal,
  sub,
  toAssetsDown,
  toAssetsUp,
  toSharesDown,
  toSharesUp,
  toUint128,
  WAD,
  wDivDown,
  wDivUp,
  wMulDown,
  zeroFloorSub,
} from './exactMath.ts'
import {
  accrue,
  attempt,
  type Caller,
  change,
  checkHealthy,
  type Done,
  health,
  type Market,
  type Morpho,
  marketOf,
  ORACLE_PRICE_SCALE,
  type Position,
  positionOf,
  priceOf,
  ZERO,
} from './exactState.ts'

export * from './exactAdmin.ts'
export { borrowRate, type CurveInput, type CurveRates, wExp } from './exactIrm.ts'
export {
  type Caller,
  createMorpho,
  type Done,
  health,
  type Market,
  type MarketParams,
  type Morpho,
  type Outside,
  type Position,
  packed,
  quoteBorrowRate,
} from './exactState.ts'

const LIQUIDATION_CURSOR = (3n * WAD) / 10n
const MAX_LIQUIDATION_INCENTIVE_FACTOR = (115n * WAD) / 100n

/** An amount in assets or in shares; the other is 0. */
export type Amount = { readonly assets: bigint; readonly shares: bigint }

/** What the caller does when called back, before it pays; its reason when it fails. */
export type Callback = (() => string | null) | null

/** Assets and shares of a verb, both rounded as the contract does. */
export type Moved = { readonly assets: bigint; readonly shares: bigint }

/**
 * Supply the loan token for shares: shares rounded down for assets, assets rounded up for shares.
 * @param onBehalf account that gets the shares.
 */
export function supply(
  morpho: Morpho,
  { sender, time, outside }: Caller,
  id: string,
  amount: Amount,
  onBehalf: string,
  callback: Callback,
): Done<Moved> {
  return attempt(morpho, () => {
    const market = opened(morpho, id, amount)
    check(onBehalf !== ZERO, 'zero address')
    accrue(morpho, market, time)
    const { totalSupplyAssets, totalSupplyShares } = market
    const moved = convert(amount, totalSupplyAssets, totalSupplyShares, toSharesDown, toAssetsUp)
    const position = positionOf(market, onBehalf)
    change(morpho, position, { supplyShares: add(position.supplyShares, moved.shares) })
    change(morpho, market, {
      totalSupplyShares: add(totalSupplyShares, toUint128(moved.shares), MAX_UINT128),
      totalSupplyAssets: add(totalSupplyAssets, toUint128(moved.assets), MAX_UINT128),
    })
    refuse(callback?.())
    refuse(outside.take(market.params.loanToken, sender, moved.assets))
    return moved
  })
}

/**
 * Withdraw supply: shares rounded up for assets, assets rounded down for shares; what is lent out
 * cannot be withdrawn.
 */
export function withdraw(
  morpho: Morpho,
  caller: Caller,
  id: string,
  amount: Amount,
  onBehalf: string,
  receiver: string,
): Done<Moved> {
  return attempt(morpho, () => {
    const market = opened(morpho, id, amount)
    checkReceiver(morpho, caller, onBehalf, receiver)
    accrue(morpho, market, caller.time)
    const { totalSupplyAssets, totalSupplyShares } = market
    const moved = convert(amount, totalSupplyAssets, totalSupplyShares, toSharesUp, toAssetsDown)
    const position = positionOf(market, onBehalf)
    change(morpho, position, { supplyShares: sub(position.supplyShares, moved.shares) })
    change(morpho, market, {
      totalSupplyShares: sub(totalSupplyShares, toUint128(moved.shares)),
      totalSupplyAssets: sub(totalSupplyAssets, toUint128(moved.assets)),
    })
    checkLiquidity(market)
    refuse(caller.outside.send(market.params.loanToken, receiver, moved.assets))
    return moved
  })
}

/**
 * Borrow: shares rounded up for assets, assets rounded down for shares. The position must be healthy
 * afterwards, and the market must have as much.
 */
export function borrow(
  morpho: Morpho,
  caller: Caller,
  id: string,
  amount: Amount,
  onBehalf: string,
  receiver: string,
): Done<Moved> {
  return attempt(morpho, () => {
    const market = opened(morpho, id, amount)
    checkReceiver(morpho, caller, onBehalf, receiver)
    accrue(morpho, market, caller.time)
    const { totalBorrowAssets, totalBorrowShares } = market
    const moved = convert(amount, totalBorrowAssets, totalBorrowShares, toSharesUp, toAssetsDown)
    const position = positionOf(market, onBehalf)
    change(morpho, position, {
      borrowShares: add(position.borrowShares, toUint128(moved.shares), MAX_UINT128),
    })
    change(morpho, market, {
      totalBorrowShares: add(totalBorrowShares, moved.shares, MAX_UINT128),
      totalBorrowAssets: add(totalBorrowAssets, toUint128(moved.assets), MAX_UINT128),
    })
    checkHealthy(market, position, caller.outside)
    checkLiquidity(market)
    refuse(caller.outside.send(market.params.loanToken, receiver, moved.assets))
    return moved
  })
}

/** Repay: shares rounded down for assets, assets rounded up for shares; the total stops at zero. */
export function repay(
  morpho: Morpho,
  { sender, time, outside }: Caller,
  id: string,
  amount: Amount,
  onBehalf: string,
  callback: Callback,
): Done<Moved> {
  return attempt(morpho, () => {
    const market = opened(morpho, id, amount)
    check(onBehalf !== ZERO, 'zero address')
    accrue(morpho, market, time)
    const { totalBorrowAssets, totalBorrowShares } = market
    const moved = convert(amount, totalBorrowAssets, totalBorrowShares, toSharesDown, toAssetsUp)
    payDown(morpho, market, positionOf(market, onBehalf), moved.assets, moved.shares)
    refuse(callback?.())
    refuse(outside.take(market.params.loanToken, sender, moved.assets))
    return moved
  })
}

/** Add collateral; no interest is accrued. */
export function supplyCollateral(
  morpho: Morpho,
  { sender, outside }: Caller,
  id: string,
  assets: bigint,
  onBehalf: string,
  callback: Callback,
): Done<null> {
  return attempt(morpho, () => {
    const market = marketOf(morpho, id)
    check(assets !== 0n, 'zero assets')
    check(onBehalf !== ZERO, 'zero address')
    const position = positionOf(market, onBehalf)
    change(morpho, position, {
      collateral: add(position.collateral, toUint128(assets), MAX_UINT128),
    })
    refuse(callback?.())
    refuse(outside.take(market.params.collateralToken, sender, assets))
    return null
  })
}

/** Take collateral; the position must be healthy afterwards. */
export function withdrawCollateral(
  morpho: Morpho,
  caller: Caller,
  id: string,
  assets: bigint,
  onBehalf: string,
  receiver: string,
): Done<null> {
  return attempt(morpho, () => {
    const market = marketOf(morpho, id)
    check(assets !== 0n, 'zero assets')
    checkReceiver(morpho, caller, onBehalf, receiver)
    accrue(morpho, market, caller.time)
    const position = positionOf(market, onBehalf)
    change(morpho, position, { collateral: sub(position.collateral, toUint128(assets)) })
    checkHealthy(market, position, caller.outside)
    refuse(caller.outside.send(market.params.collateralToken, receiver, assets))
    return null
  })
}

/** Compute a market's incentive: min(1.15, 1 / (1 - 0.3 (1 - lltv))), rounded down, scaled by 1e18. */
export function liquidationIncentiveFactor(lltv: bigint): bigint {
  const factor = wDivDown(WAD, sub(WAD, wMulDown(LIQUIDATION_CURSOR, sub(WAD, lltv))))
  return factor < MAX_LIQUIDATION_INCENTIVE_FACTOR ? factor : MAX_LIQUIDATION_INCENTIVE_FACTOR
}

/** What a liquidation asks for: collateral to seize or debt shares to repay; the other is 0. */
export type Liquidation = { readonly seizedAssets: bigint; readonly repaidShares: bigint }

/** What a liquidation moved, and what it took off the suppliers. */
export type Liquidated = {
  readonly seizedAssets: bigint
  readonly repaidAssets: bigint
  readonly repaidShares: bigint
  readonly badDebtAssets: bigint
  readonly badDebtShares: bigint
}

/**
 * Repay an unhealthy position's debt and seize its collateral with the incentive. When no collateral
 * is left, what is still owed is taken off both totals: the suppliers' shares are worth less.
 */
export function liquidate(
  morpho: Morpho,
  { sender, time, outside }: Caller,
  id: string,
  borrower: string,
  asked: Liquidation,
  callback: Callback,
): Done<Liquidated> {
  return attempt(morpho, () => {
    const market = opened(morpho, id, { assets: asked.seizedAssets, shares: asked.repaidShares })
    accrue(morpho, market, time)
    const price = priceOf(market, outside)
    const position = positionOf(market, borrower)
    const { borrowed, maxBorrow } = health(market, position, price)
    check(maxBorrow < borrowed, 'position is healthy')
    const { totalBorrowAssets, totalBorrowShares, params } = market
    const { seizedAssets, repaidShares } = seizure(market, asked, price)
    const repaidAssets = toAssetsUp(repaidShares, totalBorrowAssets, totalBorrowShares)
    payDown(morpho, market, position, repaidAssets, repaidShares)
    change(morpho, position, { collateral: sub(position.collateral, toUint128(seizedAssets)) })
    const badDebt = position.collateral === 0n ? socialise(morpho, market, position) : NO_BAD_DEBT
    refuse(outside.send(params.collateralToken, sender, seizedAssets))
    refuse(callback?.())
    refuse(outside.take(params.loanToken, sender, repaidAssets))
    return { seizedAssets, repaidAssets, repaidShares, ...badDebt }
  })
}

/** Lend units of a token for the length of a call. */
export function flashLoan(
  morpho: Morpho,
  { sender, outside }: Caller,
  token: string,
  assets: bigint,
  callback: Callback,
): Done<null> {
  return attempt(morpho, () => {
    check(assets !== 0n, 'zero assets')
    refuse(outside.send(token, sender, assets))
    refuse(callback?.())
    refuse(outside.take(token, sender, assets))
    return null
  })
}

/** Accrue a market's interest. `caller.time`: block timestamp, seconds. */
export function accrueInterest(morpho: Morpho, { time }: Caller, id: string): Done<null> {
  return attempt(morpho, () => {
    accrue(morpho, marketOf(morpho, id), time)
    return null
  })
}

type Conversion = (amount: bigint, totalAssets: bigint, totalShares: bigint) => bigint

function convert(
  { assets, shares }: Amount,
  totalAssets: bigint,
  totalShares: bigint,
  toShares: Conversion,
  toAssets: Conversion,
): Moved {
  if (assets > 0n) return { assets, shares: toShares(assets, totalAssets, totalShares) }
  return { assets: toAssets(shares, totalAssets, totalShares), shares }
}

function opened(morpho: Morpho, id: string, { assets, shares }: Amount): Market {
  const market = marketOf(morpho, id)
  check((assets === 0n) !== (shares === 0n), 'inconsistent input')
  return market
}

function checkReceiver(
  morpho: Morpho,
  { sender }: Caller,
  onBehalf: string,
  receiver: string,
): void {
  check(receiver !== ZERO, 'zero address')
  const allowed = sender === onBehalf || morpho.authorized.has(`${onBehalf} ${sender}`)
  check(allowed, 'unauthorized')
}

function checkLiquidity({ totalBorrowAssets, totalSupplyAssets }: Market): void {
  check(totalBorrowAssets <= totalSupplyAssets, 'insufficient liquidity')
}

function payDown(
  morpho: Morpho,
  market: Market,
  position: Position,
  assets: bigint,
  shares: bigint,
): void {
  change(morpho, position, { borrowShares: sub(position.borrowShares, toUint128(shares)) })
  change(morpho, market, {
    totalBorrowShares: sub(market.totalBorrowShares, shares),
    // Assets were rounded up and may be one more than the total.
    totalBorrowAssets: zeroFloorSub(market.totalBorrowAssets, assets),
  })
}

/** Seized collateral is quoted rounded up and repaid shares follow, or repaid shares come first. */
function seizure(market: Market, asked: Liquidation, price: bigint): Liquidation {
  const { totalBorrowAssets, totalBorrowShares, params } = market
  const factor = liquidationIncentiveFactor(params.lltv)
  const { seizedAssets, repaidShares } = asked
  if (seizedAssets > 0n) {
    const repaid = wDivUp(mulDivUp(seizedAssets, price, ORACLE_PRICE_SCALE), factor)
    return { seizedAssets, repaidShares: toSharesUp(repaid, totalBorrowAssets, totalBorrowShares) }
  }
  const repaid = toAssetsDown(repaidShares, totalBorrowAssets, totalBorrowShares)
  const seized = mulDivDown(wMulDown(repaid, factor), ORACLE_PRICE_SCALE, price)
  return { seizedAssets: seized, repaidShares }
}

const NO_BAD_DEBT = { badDebtAssets: 0n, badDebtShares: 0n }

/** Take what a position still owes, rounded up, off the debt and off the supply. */
function socialise(morpho: Morpho, market: Market, position: Position): typeof NO_BAD_DEBT {
  const { totalBorrowAssets, totalBorrowShares, totalSupplyAssets } = market
  const badDebtShares = position.borrowShares
  const owed = toAssetsUp(badDebtShares, totalBorrowAssets, totalBorrowShares)
  const badDebtAssets = owed < totalBorrowAssets ? owed : totalBorrowAssets
  change(morpho, market, {
    totalBorrowAssets: sub(totalBorrowAssets, badDebtAssets),
    totalSupplyAssets: sub(totalSupplyAssets, toUint128(badDebtAssets)),
    totalBorrowShares: sub(totalBorrowShares, badDebtShares),
  })
  change(morpho, position, { borrowShares: 0n })
  return { badDebtAssets, badDebtShares }
}

function refuse(reason: string | null | undefined): void {
  if (reason) throw new Refusal(reason)
}
