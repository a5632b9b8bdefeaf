/** State of a Comptroller and its markets in integers, and how a refused call is taken back. */
import { ONE, RefusedError } from './exactMath.ts'
import type { ExactJumpRate } from './exactRates.ts'

/** What an account owes: principal in the token's smallest unit, at the index of its last change. */
export type Debt = { readonly principal: bigint; readonly index: bigint }

/** Actions that can be paused per market; the number is the contract's. */
export const ACTIONS = {
  mint: 0,
  redeem: 1,
  borrow: 2,
  repay: 3,
  seize: 4,
  liquidate: 5,
  transfer: 6,
  enterMarket: 7,
  exitMarket: 8,
} as const

/** One market: its token contract's state, and what the Comptroller holds on it. */
export type ExactMarket = {
  readonly name: string
  rates: ExactJumpRate
  /** Underlying per market token before anything is minted, mantissa. */
  readonly initialExchangeRate: bigint
  /** Units of underlying that the contract counts as its own. */
  cash: bigint
  totalBorrows: bigint
  totalReserves: bigint
  /** Market tokens in existence. */
  totalSupply: bigint
  /** Mantissa. */
  borrowIndex: bigint
  /** Block of the last accrual. */
  accrualBlock: bigint
  /** Share of interest that goes to reserves, mantissa. */
  reserveFactor: bigint
  /** Share of seized tokens that is burnt for the reserves, mantissa: Compound 0.028, Venus 0. */
  protocolSeizeShare: bigint
  /** Reserves leave at the first accrual after this many blocks (Venus); Compound: never. */
  reduceReservesBlockDelta: bigint
  reduceReservesBlock: bigint
  /** Market tokens by account. */
  readonly tokens: Map<string, bigint>
  readonly debts: Map<string, Debt>
  /** By `owner spender`. */
  readonly allowances: Map<string, bigint>
  isListed: boolean
  /** It was listed once; a market is listed only once. */
  wasListed: boolean
  /** Share of value that counts when borrowing or redeeming, mantissa. */
  collateralFactor: bigint
  /** Share of value that counts when liquidating (Venus); Compound: the collateral factor. */
  liquidationThreshold: bigint
  /** As a factor, mantissa: 1.1e18 seizes 10 % more than was repaid. */
  liquidationIncentive: bigint
  /** Most underlying that may be supplied; 0 is closed (Venus). */
  supplyCap: bigint
  /** Most underlying that may be borrowed; 0 is closed (Venus). */
  borrowCap: bigint
  isBorrowAllowed: boolean
  /** Every debt may be liquidated whole, whatever the account's health (Venus). */
  isForcedLiquidation: boolean
  /** Accounts that have entered. */
  readonly members: Set<string>
  /** Numbers of `ACTIONS`. */
  readonly paused: Set<number>
}

/** One Comptroller. */
export type ExactPool = {
  readonly markets: Map<string, ExactMarket>
  readonly admin: string
  /** Share of a debt that one liquidation may repay, mantissa. */
  closeFactor: bigint
  isPaused: boolean
  /** Only this account may liquidate; null: anybody. */
  liquidator: string | null
  treasury: string
  treasuryGuardian: string
  /** Share of redeemed underlying that the treasury takes (Venus), mantissa. */
  treasuryPercent: bigint
  /** Who receives reserves. */
  reserveReceiver: string
  /** Markets by account, in the order of entering. */
  readonly entered: Map<string, readonly string[]>
  /** By `account delegate`. */
  readonly delegates: Set<string>
  /** By `account market`. */
  readonly forcedFor: Set<string>
  journal: (() => void)[] | null
}

/** The contracts' surroundings. A refused verb leaves tokens as they are then: put them back. */
export type Outside = {
  /** USD price of underlying, mantissa times 10^(18 - decimals); 0: there is none. */
  spot(market: string): bigint
  /** Prices that count for borrowing and redeeming: of collateral and of debt; Compound: both spot. */
  bounded(market: string): readonly [bigint, bigint]
  /** Move underlying from an account to the market. @returns null, or the token's reason. */
  take(market: string, from: string, amount: bigint): string | null
  /** Move underlying from the market to an account. @returns null, or the token's reason. */
  send(market: string, to: string, amount: bigint): string | null
  /** Units of underlying that the market's account holds. */
  held(market: string): bigint
}

/** Who calls, in which block. */
export type Caller = {
  readonly sender: string
  readonly block: bigint
  readonly outside: Outside
}

/** What a verb did, or the reason with which the contract reverts. */
export type Done<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }

/** Start a Comptroller without markets. @param reserveReceiver who receives reduced reserves. */
export function createPool(admin: string, reserveReceiver: string): ExactPool {
  return {
    markets: new Map(),
    admin,
    closeFactor: 0n,
    isPaused: false,
    liquidator: null,
    treasury: 'zero',
    treasuryGuardian: 'zero',
    treasuryPercent: 0n,
    reserveReceiver,
    entered: new Map(),
    delegates: new Set(),
    forcedFor: new Set(),
    journal: null,
  }
}

/** How a market is opened. */
export type MarketOpening = {
  readonly name: string
  readonly rates: ExactJumpRate
  readonly initialExchangeRate: bigint
  /** Block of the contract's initialisation. */
  readonly block: bigint
  readonly protocolSeizeShare: bigint
  readonly reduceReservesBlockDelta: bigint
}

/** Add a market that is not listed yet, without cash. @returns the market. */
export function openMarket(pool: ExactPool, opening: MarketOpening): ExactMarket {
  const { name, rates, initialExchangeRate, block } = opening
  const market: ExactMarket = {
    name,
    rates,
    initialExchangeRate,
    cash: 0n,
    totalBorrows: 0n,
    totalReserves: 0n,
    totalSupply: 0n,
    borrowIndex: ONE,
    accrualBlock: block,
    reserveFactor: 0n,
    protocolSeizeShare: opening.protocolSeizeShare,
    reduceReservesBlockDelta: opening.reduceReservesBlockDelta,
    reduceReservesBlock: 0n,
    tokens: new Map(),
    debts: new Map(),
    allowances: new Map(),
    isListed: false,
    wasListed: false,
    collateralFactor: 0n,
    liquidationThreshold: 0n,
    liquidationIncentive: 0n,
    supplyCap: 0n,
    borrowCap: 0n,
    isBorrowAllowed: false,
    isForcedLiquidation: false,
    members: new Set(),
    paused: new Set(),
  }
  pool.markets.set(name, market)
  return market
}

/** Find a market. @throws {RangeError} when the pool has none of that name. */
export function marketOf(pool: ExactPool, name: string): ExactMarket {
  const market = pool.markets.get(name)
  if (market) return market
  const known = [...pool.markets.keys()].join(', ')
  throw new RangeError(`no market '${name}' in this pool; there are ${known}`)
}

/** Read how many market tokens an account holds. */
export function tokensOf(market: ExactMarket, account: string): bigint {
  return market.tokens.get(account) ?? 0n
}

/** Set a field so that it can be taken back. */
export function put<T extends object, K extends keyof T>(
  { journal }: ExactPool,
  record: T,
  key: K,
  value: T[K],
): void {
  const old = record[key]
  journal?.push(() => {
    record[key] = old
  })
  record[key] = value
}

/** Set an entry of a map so that it can be taken back. */
export function putIn<V>({ journal }: ExactPool, map: Map<string, V>, key: string, value: V): void {
  const old = map.get(key)
  journal?.push(() => {
    if (old === undefined) map.delete(key)
    else map.set(key, old)
  })
  map.set(key, value)
}

/** Add to a set or remove from it so that it can be taken back. */
export function putMember<T>({ journal }: ExactPool, set: Set<T>, item: T, isIn: boolean): void {
  if (set.has(item) === isIn) return
  const change = (add: boolean): void => void (add ? set.add(item) : set.delete(item))
  journal?.push(() => change(!isIn))
  change(isIn)
}

/** Run a verb; when it is refused, the pool is as it was before. */
export function attempt<T>(pool: ExactPool, act: () => T): Done<T> {
  const outer = pool.journal
  const journal: (() => void)[] = []
  pool.journal = journal
  try {
    const value = act()
    outer?.push(...journal)
    return { ok: true, value }
  } catch (error) {
    for (const undo of journal.reverse()) undo()
    if (error instanceof RefusedError) return { ok: false, reason: error.reason }
    throw error
  } finally {
    pool.journal = outer
  }
}
