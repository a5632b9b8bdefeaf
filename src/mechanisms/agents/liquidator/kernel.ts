import type { Lender, Venue } from '../../../world/index.ts'
import { USD } from '../../../world/index.ts'

/** What a liquidation would do, in USD at the venues' prices. Overwritten by `assess`. */
export type Prospect = {
  debt: number
  collateral: number
  /** The row's debt on the chosen coordinate, USD. */
  owed: number
  /** Debt asset to repay. */
  repay: number
  /** USD that buying the repayment costs. */
  cost: number
  /** Proceeds - cost, before gas, USD. */
  gain: number
}

/** What a liquidator can spend and wants to earn. */
export type Means = {
  /** USD. */
  readonly capital: number
  /** Least gain before gas that is worth acting on, USD. */
  readonly floor: number
  /** How often the repayment may be halved; 0 = the whole or nothing. */
  readonly halvings: number
  readonly spots: Spots
}

/** Prices at a venue's margin, each asked once until `reset`. */
export type Spots = {
  /** Tokens of an asset per USD spent. */
  buy(asset: number): number
  /** USD per token of an asset sold. */
  sell(asset: number): number
  /** Forget, because the venue may have moved. */
  reset(): void
}

/** Remember a venue's spots while nothing trades, for `assets` assets. */
export function createSpots(venue: Venue, assets: number): Spots {
  const buys = new Float64Array(assets).fill(Number.NaN)
  const sells = new Float64Array(assets).fill(Number.NaN)
  buys[USD] = sells[USD] = 1
  return {
    buy(asset) {
      if (Number.isNaN(buys[asset])) buys[asset] = venue.spot(USD, asset)
      return buys[asset]!
    },
    sell(asset) {
      if (Number.isNaN(sells[asset])) sells[asset] = venue.spot(asset, USD)
      return sells[asset]!
    },
    reset() {
      buys.fill(Number.NaN)
      sells.fill(Number.NaN)
      buys[USD] = sells[USD] = 1
    },
  }
}

/**
 * Bound what liquidating a pair can earn per debt token repaid, USD before gas: without slippage it
 * would be at least this dear and bring at most this much.
 */
export function bestMargin(lender: Lender, spots: Spots, debt: number, collateral: number): number {
  return marginOf(lender, spots, debt, collateral, lender.seizeFor(1, debt, collateral))
}

/** The same when it is known what one token of debt seizes. */
export function marginOf(
  { assetOf }: Lender,
  spots: Spots,
  debt: number,
  collateral: number,
  seized: number,
): number {
  return seized * spots.sell(assetOf(collateral)) - 1 / spots.buy(assetOf(debt))
}

/** Steps of the search for a cost; four to eight are usual. */
const STEPS = 60

/** Share of an amount within which two quotes may differ by nothing but rounding. */
const ROUNDING = 1e-9

/**
 * Find the row's largest debt and the largest collateral that can be seized, by value.
 * @param values full value of one unit of each coordinate, USD; length `book.coordinates`.
 * @param out `debt`, `collateral` and `owed` are overwritten.
 * @returns false when the row lacks either.
 */
export function largestPair(
  lender: Lender,
  values: Float64Array,
  row: number,
  out: Prospect,
): boolean {
  const { canSeize, book } = lender
  const { start, count, coordinate, amount } = book
  let owed = 0
  let held = 0
  for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
    const value = amount[k]! * values[coordinate[k]!]!
    if (value < owed) {
      owed = value
      out.debt = coordinate[k]!
    } else if (value > held && canSeize[coordinate[k]!] === 1) {
      held = value
      out.collateral = coordinate[k]!
    }
  }
  out.owed = -owed
  return owed < 0 && held > 0
}

/**
 * Find the money that must be spent to receive `amount` of an asset, from the venue's own quotes: the
 * secant through the last two, which stays below the root because quotes are concave.
 * @param amount whole tokens, >= 0.
 * @param money what is spent.
 * @returns money for which the venue quotes `amount`, or more by rounding; Infinity when it cannot
 *   deliver so much.
 */
export function costOf(venue: Venue, asset: number, amount: number, money: number = USD): number {
  if (asset === money || amount === 0) return amount
  let [spent, bought] = [0, 0]
  let spend = amount / venue.spot(money, asset)
  let least = 1e-15
  for (let i = 0; i < STEPS; i++) {
    const got = venue.quote(money, asset, spend)
    if (got >= amount) return spend
    if (got > bought) {
      const step = ((amount - got) * (spend - spent)) / (got - bought)
      spent = spend
      bought = got
      spend += step + least * spend
    } else if (amount - got <= ROUNDING * amount) {
      // Where the venue is almost empty, so small a step does not show in the quote.
      least *= 4
      spend += least * spend
    } else return Number.POSITIVE_INFINITY
  }
  return Number.POSITIVE_INFINITY
}

/** Quote the USD received for `amount` of an asset; 0 when the venue does not take it. */
export function proceedsOf(venue: Venue, asset: number, amount: number): number {
  return asset === USD ? amount : venue.quote(asset, USD, amount)
}

/** Amount of an asset that `capital` buys, less a little for rounding. */
function affordable(venue: Venue, asset: number, capital: number): number {
  if (asset === USD) return capital
  const bought = venue.quote(USD, asset, capital * (1 - 1e-9))
  return bought > 0 ? bought : capital * venue.spot(USD, asset)
}

/**
 * Choose how much of a row to liquidate: everything that the contract takes and the capital can buy,
 * or half of it, a quarter, ... if slippage eats the bonus. The most profitable of these wins.
 * @param out pair named by `debt` and `collateral`; repay, cost and gain are overwritten.
 * @returns false when nothing can be repaid; otherwise `gain` says whether it pays.
 */
export function assess(
  lender: Lender,
  venue: Venue,
  row: number,
  { capital, floor, halvings, spots }: Means,
  out: Prospect,
): boolean {
  const debtAsset = lender.assetOf(out.debt)
  const collateralAsset = lender.assetOf(out.collateral)
  let repay = lender.maxRepay(row, out.debt, out.collateral)
  out.repay = 0
  out.gain = Number.NEGATIVE_INFINITY
  if (!(repay > 0 && capital > 0)) return false
  if (repay * bestMargin(lender, spots, out.debt, out.collateral) < floor) return false
  if (repay > (capital * spots.buy(debtAsset)) / 2)
    repay = Math.min(repay, affordable(venue, debtAsset, capital))
  for (let i = 0; i <= halvings; i++, repay /= 2) {
    const cost = costOf(venue, debtAsset, repay)
    if (cost > capital) continue
    const seized = lender.seizeFor(repay, out.debt, out.collateral, row)
    const gain = proceedsOf(venue, collateralAsset, seized) - cost
    if (gain <= out.gain) break
    out.repay = repay
    out.cost = cost
    out.gain = gain
  }
  return out.repay > 0
}

/**
 * Count the blocks that a wait takes.
 * @param wait s, >= 0.
 * @param blockSeconds s, > 0.
 * @returns a whole number: the first block that is not before the end of the wait.
 */
export function blocksOf(wait: number, blockSeconds: number): number {
  return Math.max(0, Math.ceil(wait / blockSeconds - 1e-9))
}
