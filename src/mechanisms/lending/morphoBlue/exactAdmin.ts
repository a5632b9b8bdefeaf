/**
 * What Morpho Blue's owner sets, how markets are created, and who may act for whom. Source:
 * morpho-org/morpho-blue v1.0.0 src/Morpho.sol (enableIrm .. createMarket, setAuthorization*).
 */
import { borrowRate } from './exactIrm.ts'
import { check, WAD } from './exactMath.ts'
import {
  accrue,
  attempt,
  type Caller,
  change,
  type Done,
  type Market,
  type MarketParams,
  type Morpho,
  marketOf,
  ZERO,
} from './exactState.ts'

const MAX_FEE = WAD / 4n

/** Hand over the contract. */
export function setOwner(morpho: Morpho, caller: Caller, owner: string): Done<null> {
  return owned(morpho, caller, () => {
    check(owner !== morpho.owner, 'already set')
    change(morpho, morpho, { owner })
  })
}

/** Allow new markets to use a rate model, for ever. */
export function enableIrm(morpho: Morpho, caller: Caller, irm: string): Done<null> {
  return owned(morpho, caller, () => {
    check(!morpho.irms.has(irm), 'already set')
    put(morpho, morpho.irms, irm)
  })
}

/** Allow new markets to have an lltv (scaled by 1e18, below 1), for ever. */
export function enableLltv(morpho: Morpho, caller: Caller, lltv: bigint): Done<null> {
  return owned(morpho, caller, () => {
    check(!morpho.lltvs.has(lltv), 'already set')
    check(lltv < WAD, 'max LLTV exceeded')
    put(morpho, morpho.lltvs, lltv)
  })
}

/** Set the share of interest that the fee recipient gets, at most a quarter, scaled by 1e18. */
export function setFee(morpho: Morpho, caller: Caller, id: string, fee: bigint): Done<null> {
  return owned(morpho, caller, () => {
    const market = marketOf(morpho, id)
    check(fee !== market.fee, 'already set')
    check(fee <= MAX_FEE, 'max fee exceeded')
    accrue(morpho, market, caller.time)
    change(morpho, market, { fee })
  })
}

/** Say who gets the fees; the zero address gets them until then. */
export function setFeeRecipient(morpho: Morpho, caller: Caller, account: string): Done<null> {
  return owned(morpho, caller, () => {
    check(account !== morpho.feeRecipient, 'already set')
    change(morpho, morpho, { feeRecipient: account })
  })
}

/** Create a market. @param id stands for the hash of the parameters. */
export function createMarket(
  morpho: Morpho,
  { time }: Caller,
  id: string,
  params: MarketParams,
): Done<null> {
  return attempt(morpho, () => {
    check(morpho.irms.has(params.irm), 'IRM not enabled')
    check(morpho.lltvs.has(params.lltv), 'LLTV not enabled')
    check(!morpho.markets.has(id), 'market already created')
    const market = emptyMarket(params, time)
    if (params.irm !== ZERO) market.rateAtTarget = borrowRate(market, time).rateAtTarget
    morpho.journal?.push(() => morpho.markets.delete(id))
    morpho.markets.set(id, market)
    return null
  })
}

function emptyMarket(params: MarketParams, time: bigint): Market {
  return {
    params,
    totalSupplyAssets: 0n,
    totalSupplyShares: 0n,
    totalBorrowAssets: 0n,
    totalBorrowShares: 0n,
    lastUpdate: time,
    fee: 0n,
    rateAtTarget: 0n,
    positions: new Map(),
  }
}

/** Let another account act for the sender, or no longer. */
export function setAuthorization(
  morpho: Morpho,
  { sender }: Caller,
  manager: string,
  allowed: boolean,
): Done<null> {
  return attempt(morpho, () => {
    check(allowed !== morpho.authorized.has(`${sender} ${manager}`), 'already set')
    authorize(morpho, `${sender} ${manager}`, allowed)
    return null
  })
}

/** An authorization that somebody signed; whether the signature is the authorizer's is known outside. */
export type SignedAuthorization = {
  readonly authorizer: string
  readonly manager: string
  readonly allowed: boolean
  readonly nonce: bigint
  /** Last block timestamp at which it counts, seconds. */
  readonly deadline: bigint
  readonly isSigned: boolean
}

/** Let another account act for the signer, or no longer; what is already so may be said again. */
export function setAuthorizationWithSig(
  morpho: Morpho,
  { time }: Caller,
  { authorizer, manager, allowed, nonce, deadline, isSigned }: SignedAuthorization,
): Done<null> {
  return attempt(morpho, () => {
    check(time <= deadline, 'signature expired')
    const next = morpho.nonces.get(authorizer) ?? 0n
    check(nonce === next, 'invalid nonce')
    check(isSigned, 'invalid signature')
    morpho.journal?.push(() => morpho.nonces.set(authorizer, next))
    morpho.nonces.set(authorizer, next + 1n)
    authorize(morpho, `${authorizer} ${manager}`, allowed)
    return null
  })
}

function authorize(morpho: Morpho, key: string, allowed: boolean): void {
  const before = morpho.authorized.has(key)
  const set = (on: boolean): void => {
    if (on) morpho.authorized.add(key)
    else morpho.authorized.delete(key)
  }
  morpho.journal?.push(() => set(before))
  set(allowed)
}

function put<T>(morpho: Morpho, set: Set<T>, value: T): void {
  morpho.journal?.push(() => set.delete(value))
  set.add(value)
}

function owned(morpho: Morpho, { sender }: Caller, act: () => void): Done<null> {
  return attempt(morpho, () => {
    check(sender === morpho.owner, 'not owner')
    act()
    return null
  })
}
