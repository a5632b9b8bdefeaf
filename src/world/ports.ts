import type { Block, Outcome } from './action.ts'
import type { Book } from './book.ts'
import type { LayerName } from './events.ts'
import type { TermName } from './terms.ts'

/** Exogenous force on prices: cumulative log moves since the start. */
export interface Driver {
  /** Assets that this driver can move. */
  readonly assets: readonly number[]
  /** Cumulative log move of an asset since the start of the path. */
  shift(asset: number): number
}

/** A shock known before the run, for measures that apply it at once to the opening state. */
export interface ScheduledShock {
  /** Multiply `factors[asset]` by the whole scheduled move of each asset. */
  apply(factors: Float64Array): void
}

/** Somebody who states prices: a reference market, a feed, a venue's spot, a median. */
export interface PriceSource {
  covers(asset: number): boolean
  /** USD per whole token; NaN when there is no answer yet. */
  price(asset: number): number
  /**
   * The last event that moved this price down (`direction` -1) or up (1).
   * @returns an event id, or -1 when nothing has moved it.
   */
  cause(asset: number, direction: -1 | 1): number
  /** Log move that an event made in this price of an asset; 0 when it made none. */
  moveOf(event: number, asset: number): number
  /**
   * The newest event before `event` that may have moved this price; absent where any may have.
   * @returns an event id; below 0 when there is none.
   */
  moverBefore?(event: number, asset: number): number
  /** Seconds since the answer was made; absent where it is made at the moment of asking. */
  age?(asset: number): number
}

/** A place to trade one asset for another. Amounts are whole tokens. */
export interface Venue {
  has(sell: number, buy: number): boolean
  /** Assets bought per unit sold at the margin, fee included; 0 when nothing can be bought. */
  spot(sell: number, buy: number): number
  /** Amount bought for `amount` sold; state untouched. What does not fit is not filled: 0. */
  quote(sell: number, buy: number, amount: number): number
  /** Amount whose last unit is paid `target`; 0 when `spot(sell, buy)` is below it already. */
  amountTo(sell: number, buy: number, target: number): number
  /** Amount that leaves `spot(sell, buy)` at `target`; absent where that is `amountTo`. */
  amountToSpot?(sell: number, buy: number, target: number): number
  /**
   * Trade for `holder` through the ledger and record a swap event caused by `cause`.
   * @returns the amount bought; 0, and nothing moved, when the trade cannot be filled or paid.
   */
  swap(sell: number, buy: number, amount: number, holder: number, cause: number): number
}

/** A venue that is one pool of two assets with a price of its own. */
export interface Pool extends Venue {
  /** The two assets; prices are in assets[1] per assets[0]. */
  readonly assets: readonly [number, number]
  /** Marginal price before fee, assets[1] per assets[0]. */
  readonly price: () => number
  /** One-side fee, fraction of the amount sold. */
  readonly fee: number
  /** Instance index of the pool in events. */
  readonly self: number
  /** The last event that moved the price down (-1) or up (1), a swap but for drains; -1 when none. */
  lastSwap(direction: -1 | 1): number
  /**
   * Log move that one of these two events made in the price, 0 for any other; absent where the event
   * says it itself, because every swap is one of the two assets for the other.
   */
  moveOf?(event: number): number
  /**
   * The newest event before `event` that may have moved the price; absent where any may have.
   * @returns an event id; below 0 when there is none.
   */
  moverBefore?(event: number): number
}

/** A venue that is one pool of several assets: every order moves the prices of all its pairs. */
export interface Basket extends Venue {
  readonly assets: readonly number[]
  /** Part of an asset in the pool's holdings, as the pool counts them, fraction. */
  share(asset: number): number
  /** See two of its assets as a pool. */
  pair(base: number, quote: number): Pool
}

/** What a liquidation did. Overwritten by the next one. */
export type Liquidated = { repaid: number; seized: number; event: number }

/** A protocol in which accounts owe debt against collateral. Amounts are whole underlying tokens. */
export interface Lender {
  readonly book: Book
  /** Asset behind a coordinate of the book. */
  assetOf(coordinate: number): number
  /** 1 where a coordinate carries debt. */
  readonly liability: Uint8Array
  /** 1 where a coordinate is collateral that a liquidation may take. */
  readonly canSeize: Uint8Array
  /** Name of a row's account as the source gave it. */
  account(row: number): string
  /** Current coordinate values with thresholds, at oracle prices; refreshed on call, do not keep. */
  coordinates(): Float64Array
  /**
   * Coordinate values at any prices: `threshold` decides who is liquidatable, `value` is full value.
   * @param price USD per whole token of an asset; length = number of assets.
   * @param out length `book.coordinates`, overwritten.
   */
  coordinatesAt(price: ArrayLike<number>, kind: 'threshold' | 'value', out: Float64Array): void
  /** Oracle price that the contract sees, USD per whole token; NaN when there is no answer. */
  price(asset: number): number
  /** The last event that moved this row's inputs the wrong way; -1 when nothing has. */
  trigger(row: number): number
  /** Value of one coordinate's unit now at oracle prices, without thresholds, USD. */
  value(coordinate: number): number
  /**
   * The largest repayment that the contract takes from a liquidator at this moment, in debt asset;
   * 0 when the row is healthy or the pair is empty.
   */
  maxRepay(row: number, debt: number, collateral: number): number
  /**
   * Collateral asset that one liquidation of this pair would sell if the row were liquidatable.
   * @param values full values per coordinate unit, at any prices (`coordinatesAt(.., 'value', ..)`).
   */
  seizable(row: number, debt: number, collateral: number, values: Float64Array): number
  /** Largest share of a debt that one liquidation may repay, whatever the row, on today's terms. */
  readonly closeFactor: number
  /** Changes with every change of terms, also with one taken back: equal numbers mean equal terms. */
  readonly revision: number
  /**
   * Collateral asset that a liquidator receives for repaying `repay` of debt asset: proportional to its
   * value, the same for all debts, and changed by prices and terms only.
   * @param row whose liquidation it is; absent: the most that any row's would give.
   */
  seizeFor(repay: number, debt: number, collateral: number, row?: number): number
  /**
   * Repay a row's debt and seize its collateral; entries are named by coordinate.
   * `result` is written on success only. `cause` is the event that made the row liquidatable, as
   * the liquidator saw it; by default `trigger(row)` at the moment of execution.
   */
  liquidate(
    row: number,
    debt: number,
    collateral: number,
    repay: number,
    holder: number,
    result: Liquidated,
    cause?: number,
  ): Outcome
  /** Add collateral to a row from `holder`. */
  supply(row: number, collateral: number, amount: number, holder: number): Outcome
  /**
   * Take collateral from a row to `holder`, if the row stays healthy and cash suffices. Records a
   * `withdrawal` caused by `cause`.
   */
  withdraw(row: number, collateral: number, amount: number, holder: number, cause?: number): Outcome
  /**
   * Lend a row more of a debt that it has an entry for, which may be empty, and pay it to `holder`: as
   * far as the protocol's limits, cash and the row's health go. Records a `borrow` caused by `cause`.
   */
  borrow(row: number, debt: number, amount: number, holder: number, cause?: number): Outcome
  /** Repay a row's debt from `holder`. */
  repay(row: number, debt: number, amount: number, holder: number): Outcome
  /**
   * Pay for bad debt of an asset from `holder`: first what is booked as deficit and may be paid, then
   * debts of rows that have no collateral left, in row order.
   * @returns whole tokens used, at most `amount`; 0 when nothing can be paid for, or not paid.
   */
  cover(asset: number, amount: number, holder: number): number
  /** Scale a row's debts by `factor` before the first block: uncertain openings. */
  scaleDebt(row: number, factor: number): void
  /** What suppliers are owed in an asset, whole tokens: they can take out `cash` of it now. */
  claims(asset: number): number
  /** What suppliers could take out of an asset now, whole tokens. */
  cash(asset: number): number
  /** Bad debt of an asset that has been taken off accounts and booked to its market, whole tokens. */
  deficit(asset: number): number
}

/** A reference market: a price source that is also a venue against USD. */
export interface ReferenceMarket extends PriceSource, Venue {
  /** Fundamental price without any impact, USD per whole token. */
  fundamental(asset: number): number
  /**
   * Trade at the going price without moving it: for those whose trade is how outside news reaches
   * other venues, which is in the price already. Otherwise like `swap`.
   */
  follow(sell: number, buy: number, amount: number, holder: number, cause: number): number
}

/** A book of options on one asset, net as held: short gamma is negative. */
export interface OptionBook {
  /** The underlying asset. */
  readonly asset: number
  /** Where the book is hedged. */
  readonly venue: Venue
  /** Whether the holder still hedges; false once a limit has stopped it. */
  isHedged(): boolean
  /**
   * Sensitivities now, if the underlying cost `price` USD, vols answering to the spot by their rule.
   * Delta in whole tokens; gamma, d delta / d price, in tokens per USD; vega in USD per 1.00 of vol.
   */
  delta(price: number): number
  gamma(price: number): number
  vega(price: number): number
  /** What the holder owns at `price`, USD: money, hedge and options at the model's price. */
  wealth(price: number): number
  /** Times at which options that are still open expire, seconds since the start, ascending. */
  expiries(): readonly number[]
}

/**
 * A protocol, a venue or an oracle some of whose terms others may change while it runs: guardians,
 * risk managers, governance. What it does with them is its contract's rule.
 */
export interface Governed {
  /** Terms that this instance has. */
  readonly terms: readonly TermName[]
  /**
   * A term as it is now, in the unit of `TERMS`; NaN where there is none.
   * @param asset index of an asset; -1 for terms that are not per asset.
   */
  term(name: TermName, asset: number): number
  /**
   * Change a term from now on. Only actions may call it.
   * @param cause event that the change answers to; -1, or absent, for none.
   * @returns null, or why the contract refuses; then nothing has changed.
   */
  setTerm(name: TermName, asset: number, value: number, cause?: number): Outcome
}

/** Where an asserted price stands: nothing asserted, open to dispute, votes sent, votes counted. */
export type AssertionStage = 'none' | 'open' | 'committing' | 'revealing'

/**
 * An oracle whose price is what somebody asserted against a bond and nobody disputed in time, or what
 * a vote upheld. Its instance takes the actions `assert [price]`, `dispute [number]`,
 * `back [number, USD, own tokens]` (bribe voters and vote).
 */
export interface Assertions {
  /** The asset that is priced. */
  readonly asset: number
  /** What bonds are paid in, and how much, whole tokens. */
  readonly bondAsset: number
  readonly bond: number
  /** What stakes and votes are counted in. */
  readonly votingToken: number
  stage(): AssertionStage
  /** Assertions made so far in this path; the number of the one under way. */
  number(): number
  /** Price asserted, and the time, s; NaN when nothing is. */
  asserted(): number
  since(): number
  /** Holder of the bond for and against the price; -1 when there is none. */
  asserter(): number
  disputer(): number
  /** Whole tokens of an asset that a holder has in bonds, bribes and votes that are not decided yet. */
  escrow(holder: number, asset: number): number
}

/** An account in a protocol. */
export type Account = { readonly lender: Lender; readonly row: number }

/**
 * Somebody who attacks with own money. What the attack cost and brought is for balances to say: its
 * holder in the ledger and its accounts; only what balances do not show is told here.
 */
export interface Attacker {
  /** Its own accounts in protocols. */
  accounts(): readonly Account[]
  /** Money spent on the attack so far, every time anew, USD at opening prices. */
  outlay(): number
  /** Most money that was tied up in the attack at one time, USD at opening prices. */
  peakCapital(): number
  /** Most of its own money that it ever lacked against the start, gas included, USD at opening prices. */
  capitalNeeded(): number
  /** Whole tokens of an asset that protocols have given it, less what it has given them. */
  taken(asset: number): number
  /** Whole tokens of an asset that others hold for it and that are not lost yet; absent: none. */
  escrowed?(asset: number): number
  /** Rise of the value of its collateral in the eyes of its lenders when it struck, USD; 0 before. */
  paperGain(): number
  /** Seconds since the start at which the attack was over; NaN while it is not. */
  endedAt(): number
}

/** Money that stands in front of a lender's depositors when debt goes bad. Amounts are whole tokens. */
export interface Insurance {
  /** Instance name of the lender, and the asset whose bad debt is paid for. */
  readonly lender: string
  readonly asset: number
  /** Paid for bad debt so far by one layer, in that asset. */
  covered(layer: LayerName): number
  /** Paid to stakers for standing there, in that asset. */
  rewarded(): number
  /** Staked now, and at the start of the path, in what is staked. */
  staked(): number
  readonly opening: number
}

/** How a builder orders the submissions of a block. */
export type Ordering = 'bid' | 'fifo' | 'random' | 'adversarial'

/** A chain: when it produces blocks, how it orders and prices them. */
export interface Chain {
  readonly name: string
  /** Seconds between blocks. */
  readonly blockSeconds: number
  readonly order: Ordering
  /** How often submitters may react within one block. */
  readonly rounds: number
  /** Gas per block that is left for the world's submissions. */
  readonly gasLimit: number
  /** Blocks produced in this path. */
  number(): number
  /** Whether a block is produced at the end of this tick. */
  due(block: Block): boolean
  /** Gwei per gas. */
  baseFee(): number
  /** USD that `gas` costs at the current base fee plus `bid` gwei. */
  gasUsd(gas: number, bid: number): number
  /** Close a block in which the world's submissions used `gas`. */
  close(gas: number): void
}

/** All ports by name, so that links are checked by type and by name. */
export type Ports = {
  readonly chain: Chain
  readonly driver: Driver
  readonly shock: ScheduledShock
  readonly priceSource: PriceSource
  readonly referenceMarket: ReferenceMarket
  readonly venue: Venue
  readonly pool: Pool
  readonly basket: Basket
  readonly lender: Lender
  readonly optionBook: OptionBook
  readonly governed: Governed
  readonly attacker: Attacker
  readonly insurance: Insurance
  readonly assertions: Assertions
}

export type PortName = keyof Ports
