/**
 * What Morpho Blue stores, how a verb takes its changes back, accrual and the health test. Source:
 * morpho-org/morpho-blue v1.0.0 src/Morpho.sol (_accrueInterest, _isHealthy, extSloads).
 */
import { borrowRate, type CurveInput } from './exactIrm.ts'
import {
  add,
  check,
  MAX_UINT128,
  mulDivDown,
  Refusal,
  sub,
  toAssetsUp,
  toSharesDown,
  toUint128,
  wMulDown,
  wTaylorCompounded,
} from './exactMath.ts'

/** Name of the zero address: no interest as an irm, nobody as an account. */
export const ZERO = 'zero'
/** Scale of an oracle's price: loan units per collateral unit, times 1e36. */
export const ORACLE_PRICE_SCALE: bigint = 10n ** 36n

/** What defines a market; contracts by name. */
export type MarketParams = {
  readonly loanToken: string
  readonly collateralToken: string
  readonly oracle: string
  /** `zero` for a market without interest; every other name is an adaptive curve. */
  readonly irm: string
  /** Scaled by 1e18. */
  readonly lltv: bigint
}

/** One account's part in a market. */
export type Position = { supplyShares: bigint; borrowShares: bigint; collateral: bigint }

/** One market: assets in the loan token's smallest unit. */
export type Market = {
  readonly params: MarketParams
  totalSupplyAssets: bigint
  totalSupplyShares: bigint
  totalBorrowAssets: bigint
  totalBorrowShares: bigint
  /** Block timestamp, seconds. */
  lastUpdate: bigint
  /** Share of interest, scaled by 1e18. */
  fee: bigint
  /** State of its adaptive curve: rate per second at target, scaled by 1e18; 0 before the first touch. */
  rateAtTarget: bigint
  readonly positions: Map<string, Position>
}

/** The contract's storage. */
export type Morpho = {
  owner: string
  feeRecipient: string
  readonly irms: Set<string>
  readonly lltvs: Set<bigint>
  readonly markets: Map<string, Market>
  /** By `owner manager`. */
  readonly authorized: Set<string>
  readonly nonces: Map<string, bigint>
  /** How to take back the changes of the verb that is running; null between verbs. */
  journal: (() => void)[] | null
}

/** The world around the contract. */
export type Outside = {
  /** Send units of a token from the contract; the contract's reason when that fails, else null. */
  send(token: string, to: string, amount: bigint): string | null
  /** Take units of a token into the contract; the contract's reason when that fails, else null. */
  take(token: string, from: string, amount: bigint): string | null
  /** Price of an oracle; null when the call reverts without a reason. */
  price(oracle: string): bigint | null
}

/** Who calls, when (block timestamp, seconds), in which world. */
export type Caller = { readonly sender: string; readonly time: bigint; readonly outside: Outside }

/** What a verb did: its returned values, or the reason why nothing changed. */
export type Done<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }

/** Start the contract without markets. */
export function createMorpho(owner: string): Morpho {
  return {
    owner,
    feeRecipient: ZERO,
    irms: new Set(),
    lltvs: new Set(),
    markets: new Map(),
    authorized: new Set(),
    nonces: new Map(),
    journal: null,
  }
}

/** Run a verb, which may be inside another one's callback; when it is refused, everything is put back. */
export function attempt<T>(morpho: Morpho, act: () => T): Done<T> {
  const outer = morpho.journal
  const journal = outer ?? []
  const mark = journal.length
  morpho.journal = journal
  try {
    return { ok: true, value: act() }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    while (journal.length > mark) journal.pop()!()
    return { ok: false, reason: error.reason }
  } finally {
    morpho.journal = outer
  }
}

/** Set fields of a record so that the running verb can take them back. */
export function change<T extends object>(morpho: Morpho, record: T, fields: Partial<T>): void {
  const old: Partial<T> = {}
  for (const key of Object.keys(fields) as (keyof T)[]) old[key] = record[key]
  morpho.journal?.push(() => Object.assign(record, old))
  Object.assign(record, fields)
}

/** Find a market. @throws {Refusal} */
export function marketOf(morpho: Morpho, id: string): Market {
  const market = morpho.markets.get(id)
  if (!market) throw new Refusal('market not created')
  return market
}

/** An account's position in a market; an empty one is made when there is none. */
export function positionOf({ positions }: Market, account: string): Position {
  const found = positions.get(account)
  if (found) return found
  const position = { supplyShares: 0n, borrowShares: 0n, collateral: 0n }
  positions.set(account, position)
  return position
}

/**
 * Add interest since the last touch to a market, and the fee's shares to the fee recipient.
 *
 * interest = borrowAssets (e^(rate seconds) - 1), rounded down; the fee's shares are priced as if
 * the fee were not yet part of the supply, rounded down.
 * @throws {Refusal}
 */
export function accrue(morpho: Morpho, market: Market, time: bigint): void {
  const elapsed = sub(time, market.lastUpdate)
  if (elapsed === 0n) return
  if (market.params.irm !== ZERO) {
    const rates = borrowRate(market, time)
    change(morpho, market, { rateAtTarget: rates.rateAtTarget })
    const factor = wTaylorCompounded(rates.borrowRate, elapsed)
    const interest = wMulDown(market.totalBorrowAssets, factor)
    change(morpho, market, {
      totalBorrowAssets: add(market.totalBorrowAssets, toUint128(interest), MAX_UINT128),
      totalSupplyAssets: add(market.totalSupplyAssets, toUint128(interest), MAX_UINT128),
    })
    if (market.fee !== 0n) giveFee(morpho, market, interest)
  }
  change(morpho, market, { lastUpdate: time })
}

function giveFee(morpho: Morpho, market: Market, interest: bigint): void {
  const amount = wMulDown(interest, market.fee)
  const others = sub(market.totalSupplyAssets, amount)
  const shares = toSharesDown(amount, others, market.totalSupplyShares)
  const position = positionOf(market, morpho.feeRecipient)
  change(morpho, position, { supplyShares: add(position.supplyShares, shares) })
  change(morpho, market, {
    totalSupplyShares: add(market.totalSupplyShares, toUint128(shares), MAX_UINT128),
  })
}

/**
 * Ask a market's oracle. @returns loan units per collateral unit, times 1e36.
 * @throws {Refusal} without a reason when the oracle does not answer.
 */
export function priceOf({ params }: Market, outside: Outside): bigint {
  const price = outside.price(params.oracle)
  if (price === null) throw new Refusal('empty')
  return price
}

/** What the health test compares, loan units. @throws {Refusal} */
export function health(
  market: Market,
  position: Position,
  price: bigint,
): { readonly borrowed: bigint; readonly maxBorrow: bigint } {
  const { totalBorrowAssets, totalBorrowShares, params } = market
  const borrowed = toAssetsUp(position.borrowShares, totalBorrowAssets, totalBorrowShares)
  const value = mulDivDown(position.collateral, price, ORACLE_PRICE_SCALE)
  return { borrowed, maxBorrow: wMulDown(value, params.lltv) }
}

/** Refuse unless a position without debt, or with enough collateral. @throws {Refusal} */
export function checkHealthy(market: Market, position: Position, outside: Outside): void {
  if (position.borrowShares === 0n) return
  const { borrowed, maxBorrow } = health(market, position, priceOf(market, outside))
  check(maxBorrow >= borrowed, 'insufficient collateral')
}

/** Ask an adaptive curve for the average rate since the input's last touch, per second, scaled by 1e18. */
export function quoteBorrowRate(morpho: Morpho, input: CurveInput, time: bigint): Done<bigint> {
  return attempt(morpho, () => borrowRate(input, time).borrowRate)
}

/** A market's three storage words as the contract packs them, low half first. */
export function packed(market: Market): readonly [bigint, bigint, bigint] {
  return [
    market.totalSupplyAssets | (market.totalSupplyShares << 128n),
    market.totalBorrowAssets | (market.totalBorrowShares << 128n),
    market.lastUpdate | (market.fee << 128n),
  ]
}
