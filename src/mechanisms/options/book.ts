import { exp, log, millsRatio, normalPdf } from '../../math/index.ts'
import { OptionInputError } from './errors.ts'
import { checkVol, type OptionType, positive } from './terms.ts'

/** Seconds of a year of 365 days. */
export const YEAR: number = 365 * 86400

/** One line of a dealer's book. */
export type BookRow = {
  readonly type: OptionType
  /** USD */
  readonly strike: number
  /** seconds, on the clock of the caller */
  readonly expiresAt: number
  /** per root of a year, at the spot that the book's vols belong to */
  readonly vol: number
  /** dVol / dln(spot); 0 for a sticky strike, less the smile's slope in ln(strike) for a sticky delta */
  readonly slope?: number
  /** units of the asset; positive for options owned, negative for options sold */
  readonly quantity: number
}

/** A book as columns of one length; vol, slope and quantity may be changed in place. */
export type BookColumns = {
  /** 1 for a call, -1 for a put */
  readonly sign: Int8Array
  readonly logStrike: Float64Array
  readonly expiresAt: Float64Array
  readonly vol: Float64Array
  readonly slope: Float64Array
  readonly quantity: Float64Array
}

/** What all options of a book share: continuous rates per year and the spot where `vol` holds, USD. */
export type BookTerms = {
  readonly rate: number
  readonly dividend: number
  readonly volSpot: number
}

/** Entries of the sums that `addGreeks` writes. */
export const DELTA = 0
export const GAMMA = 1
export const VEGA = 2

/** A vol that moves with the spot does not fall below this share of what it was. */
const LEAST_VOL = 0.1

/**
 * Lay out a book as columns.
 *
 * @returns columns in the order of the rows.
 * @throws {OptionInputError} naming the row when a term is outside what the formulas cover.
 */
export function bookColumns(rows: readonly BookRow[]): BookColumns {
  rows.forEach(checkRow)
  return {
    sign: Int8Array.from(rows, ({ type }) => (type === 'call' ? 1 : -1)),
    logStrike: Float64Array.from(rows, ({ strike }) => log(strike)),
    expiresAt: Float64Array.from(rows, ({ expiresAt }) => expiresAt),
    vol: Float64Array.from(rows, ({ vol }) => vol),
    slope: Float64Array.from(rows, ({ slope }) => slope ?? 0),
    quantity: Float64Array.from(rows, ({ quantity }) => quantity),
  }
}

function checkRow(row: BookRow, i: number): void {
  const { type, strike, expiresAt, vol, slope = 0, quantity } = row
  try {
    if (type !== 'call' && type !== 'put') {
      throw new OptionInputError(`type is '${type}'; use 'call' or 'put'`)
    }
    positive('strike', strike, 'give a price above 0')
    checkVol(vol)
    for (const [name, value] of Object.entries({ expiresAt, slope, quantity })) {
      if (!Number.isFinite(value)) {
        throw new OptionInputError(`${name} is '${value}'; give a finite number`)
      }
    }
  } catch (error) {
    throw new OptionInputError(`row ${i} of the book: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/**
 * Add up delta, gamma and vega of some rows of a book by the formulas, one option after the other.
 *
 * An option counts until the second of its expiry and not from then on. Vols answer to the spot by
 * their slopes; the sensitivities are those at the vols that result.
 *
 * @param rows which rows, the first `count` entries; null for the first `count` of the book.
 * @param logSpot ln of the spot in USD; time in seconds.
 * @param out length >= 3; delta (units), gamma (per USD) and vega (USD per 1.00) are added to it.
 */
export function addGreeks(
  book: BookColumns,
  terms: BookTerms,
  rows: Int32Array | null,
  count: number,
  logSpot: number,
  time: number,
  out: Float64Array,
): void {
  const { sign, logStrike, expiresAt, vol, slope, quantity } = book
  const { dividend } = terms
  const carry = terms.rate - dividend
  const moved = logSpot - log(terms.volSpot)
  let delta = 0
  let gamma = 0
  let vega = 0
  for (let k = 0; k < count; k++) {
    const i = rows === null ? k : rows[k]!
    const left = (expiresAt[i]! - time) / YEAR
    if (!(left > 0)) continue
    const root = Math.sqrt(left)
    const now = Math.max(vol[i]! + slope[i]! * moved, LEAST_VOL * vol[i]!)
    const s = now * root
    const d1 = (logSpot - logStrike[i]! + carry * left) / s + 0.5 * s
    const yielded = dividend === 0 ? 1 : exp(-dividend * left)
    const density = yielded * normalPdf(d1)
    const tail = density * millsRatio(d1 < 0 ? -d1 : d1)
    const itm = sign[i]! > 0 === d1 > 0
    delta += quantity[i]! * sign[i]! * (itm ? yielded - tail : tail)
    gamma += (quantity[i]! * density) / s
    vega += quantity[i]! * density * root
  }
  const spot = exp(logSpot)
  out[DELTA]! += delta
  out[GAMMA]! += gamma / spot
  out[VEGA]! += vega * spot
}

/**
 * Evaluate delta, gamma and vega of a whole book over a range of spots.
 *
 * @param spots USD, above 0; time in seconds.
 * @returns rows of (spot, delta, gamma, vega), 4 numbers for each spot.
 */
export function bookProfile(
  book: BookColumns,
  terms: BookTerms,
  spots: ArrayLike<number>,
  time: number,
): Float64Array {
  const profile = new Float64Array(4 * spots.length)
  for (let i = 0; i < spots.length; i++) {
    positive(`spots[${i}]`, spots[i]!, 'give a price above 0')
    profile[4 * i] = spots[i]!
    const sums = profile.subarray(4 * i + 1, 4 * i + 4)
    addGreeks(book, terms, null, book.vol.length, log(spots[i]!), time, sums)
  }
  return profile
}
