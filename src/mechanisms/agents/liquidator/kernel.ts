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

/** Find the row's largest debt and largest collateral by value; false when it lacks either. */
export function largestPair(
  lender: Lender,
  values: Float64Array,
  row: number,
  out: Prospect,
): boolean {
  const { start, count, coordinate, amount } = lender.book
  let owed = 0
  let held = 0
  for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
    const value = amount[k]! * values[coordinate[k]!]!
    if (value < owed) {
      owed = value
      out.debt = coordinate[k]!
    } else if (value > held) {
      held = value
      out.collateral = coordinate[k]!
    }
  }
  out.owed = -owed
  return owed < 0 && held > 0
}

/**
 * USD that must be spent to receive `amount` of an asset, found from the venue's own quotes.
 * @returns Infinity when the venue cannot deliver it.
 */
export function costOf(venue: Venue, asset: number, amount: number): number {
  if (asset === USD) return amount
  let spend = amount / venue.spot(USD, asset)
  for (let i = 0; i < 40; i++) {
    const got = venue.quote(USD, asset, spend)
    if (got >= amount) return spend
    if (!(got > 0)) return Number.POSITIVE_INFINITY
    spend *= (amount / got) * (1 + 1e-13)
  }
  return Number.POSITIVE_INFINITY
}

/** USD received for `amount` of an asset; 0 when the venue does not take it. */
export function proceedsOf(venue: Venue, asset: number, amount: number): number {
  return asset === USD ? amount : venue.quote(asset, USD, amount)
}

function spotOf(venue: Venue, sell: number, buy: number): number {
  return sell === buy ? 1 : venue.spot(sell, buy)
}

/**
 * Choose how much of a row to liquidate: everything that the contract takes and `capital` can buy,
 * or half of it, a quarter, ... if slippage eats the bonus. The most profitable size wins.
 * @param floor least gain before gas that is worth looking at, USD.
 * @param halvings how often the repayment may be halved; 0 = the whole or nothing.
 * @param out pair named by `debt` and `collateral`; repay, cost and gain are overwritten.
 * @returns false when nothing can be repaid.
 */
export function assess(
  lender: Lender,
  venue: Venue,
  row: number,
  capital: number,
  floor: number,
  halvings: number,
  out: Prospect,
): boolean {
  const debtAsset = lender.assetOf(out.debt)
  const collateralAsset = lender.assetOf(out.collateral)
  let repay = lender.maxRepay(row, out.debt, out.collateral)
  out.repay = 0
  out.gain = Number.NEGATIVE_INFINITY
  if (!(repay > 0)) return false
  const buy = spotOf(venue, USD, debtAsset)
  // Without slippage it would be at least this dear and earn at most this much.
  const best =
    lender.seizeFor(repay, out.debt, out.collateral) * spotOf(venue, collateralAsset, USD)
  if (best - repay / buy < floor) return false
  repay = Math.min(repay, capital * buy)
  for (let i = 0; i <= halvings; i++, repay /= 2) {
    const cost = costOf(venue, debtAsset, repay)
    if (cost > capital) continue
    const seized = lender.seizeFor(repay, out.debt, out.collateral)
    const gain = proceedsOf(venue, collateralAsset, seized) - cost
    if (gain <= out.gain) break
    out.repay = repay
    out.cost = cost
    out.gain = gain
  }
  return out.repay > 0
}
