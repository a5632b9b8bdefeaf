import { type BookColumns, type BookTerms, YEAR } from './book.ts'

/** A row counts as smooth while this share of its time to expiry passes. */
const SHARE_OF_LIFE = 0.2
/** ... and while the spot moves by this many of its standard deviations to expiry. */
const SMOOTH = 1
/** A row does not change while the spot stays this many of them from the money. */
const FAR = 5
/** Half-width of a window in standard deviations of the spot over its duration. */
const REACH = 1.5

/**
 * Half-width in ln(spot) of a window that lasts some time.
 *
 * @param vol per root of a year, of the spot; duration in seconds.
 */
export function halfWidth(vol: number, duration: number): number {
  return REACH * vol * Math.sqrt(duration / YEAR)
}

/** Mean vol of the rows that are alive, weighted by the size of their quantities; 1 without any. */
export function meanVol({ vol, quantity, expiresAt }: BookColumns, time: number): number {
  let weight = 0
  let sum = 0
  for (let i = 0; i < vol.length; i++) {
    if (expiresAt[i]! <= time) continue
    weight += Math.abs(quantity[i]!)
    sum += Math.abs(quantity[i]!) * vol[i]!
  }
  return weight > 0 ? sum / weight : 1
}

/**
 * Find the longest window over which a row is either smooth or out of reach of the spot.
 *
 * @param vol mean vol, which sets the half-width of a window.
 * @returns seconds; 0 for a row that has expired, never more than its time to expiry.
 */
export function spanOf(
  book: BookColumns,
  terms: BookTerms,
  i: number,
  logSpot: number,
  time: number,
  vol: number,
): number {
  const life = book.expiresAt[i]! - time
  if (!(life > 0)) return 0
  const wide = (SMOOTH * book.vol[i]!) / (REACH * vol)
  const smooth = life * Math.min(SHARE_OF_LIFE, (1 - SHARE_OF_LIFE) * wide * wide)
  const years = life / YEAR
  const s = book.vol[i]! * Math.sqrt(years)
  const drift = Math.abs(terms.rate - terms.dividend) * years + 0.5 * s * s
  const room = Math.abs(logSpot - book.logStrike[i]!) - FAR * s - drift
  if (room <= 0) return smooth
  const reach = room / (REACH * vol)
  return Math.max(smooth, Math.min(life, reach * reach * YEAR))
}
