import { pow } from '../../../math/index.ts'
import { USD, type Venue } from '../../../world/index.ts'

/**
 * Compute how far delta may stray before an investor of exponential utility hedges.
 *
 * @param cost of trading, a fraction of the amount, >= 0.
 * @param price USD per token; gamma in tokens per USD; riskAversion per USD, > 0.
 * @returns half-width of the band in tokens: (3 cost price gamma^2 / (2 riskAversion))^(1/3).
 * Source: Whalley and Wilmott, Mathematical Finance 7 (1997), leading order, without discounting.
 */
export function noTradeBand(
  cost: number,
  price: number,
  gamma: number,
  riskAversion: number,
): number {
  return pow((1.5 * cost * price * gamma * gamma) / riskAversion, 1 / 3)
}

/**
 * Say how much to trade of a gap to the hedge.
 * @param to whether the trade goes to the `edge` of the band (optimal for costs in proportion) or to
 *   its `middle`.
 * @returns tokens of the gap's sign; 0 inside the band.
 */
export function tradeFor(gap: number, halfWidth: number, to: 'middle' | 'edge'): number {
  if (Math.abs(gap) <= halfWidth) return 0
  return to === 'middle' ? gap : Math.sign(gap) * (Math.abs(gap) - halfWidth)
}

/** Cut a trade so that the position stays within a limit, or moves towards it; 0 = no limit. */
export function withinLimit(trade: number, held: number, limit: number): number {
  if (limit === 0) return trade
  const room = Math.max(0, limit - Math.sign(trade) * held)
  return Math.sign(trade) * Math.min(Math.abs(trade), room)
}

/**
 * Find the USD that buy `amount` of an asset, by secants of the quote.
 * @returns USD, right to a relative 1e-13 of the amount; 0 when the venue does not fill it.
 */
export function spendFor(venue: Venue, asset: number, amount: number): number {
  const price = 1 / venue.spot(USD, asset)
  let usd = amount * price
  if (!(usd > 0 && usd < Infinity)) return 0
  let lastUsd = 0
  let lastGot = 0
  for (let k = 0; k < 40; k++) {
    const got = venue.quote(USD, asset, usd)
    if (!(got > 0)) return 0
    if (Math.abs(got - amount) <= 1e-13 * amount || got === lastGot) return usd
    const next = usd + ((amount - got) * (usd - lastUsd)) / (got - lastGot)
    lastUsd = usd
    lastGot = got
    usd = next
    if (!(usd > 0 && usd < Infinity)) return 0
  }
  return usd
}

/** How often a hedge that does not fit is halved. */
const HALVINGS = 10

/**
 * Buy (amount > 0) or sell (amount < 0) in a venue against USD; what does not fit is halved until it does.
 * @returns tokens bought, negative when sold; 0 when nothing was filled.
 */
export function trade(
  venue: Venue,
  asset: number,
  amount: number,
  holder: number,
  cause: number,
): number {
  for (let k = 0, rest = amount; k <= HALVINGS; k++, rest /= 2) {
    if (rest < 0) {
      if (venue.swap(asset, USD, -rest, holder, cause) > 0) return rest
      continue
    }
    const usd = spendFor(venue, asset, rest)
    const bought = usd > 0 ? venue.swap(USD, asset, usd, holder, cause) : 0
    if (bought > 0) return bought
  }
  return 0
}
