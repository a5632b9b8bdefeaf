import { exp, log } from '../../../math/index.ts'
import { blackScholes } from '../blackScholes.ts'
import { type BookRow, YEAR } from '../book.ts'
import { OptionInputError } from '../errors.ts'
import type { DealerParams } from './params.ts'

const DAY = 86400

/** Number of rows of a dealer's book. */
export function rowCount(p: DealerParams): number {
  const isGenerated = p.spread === 'strikes' && p.gammaNotional !== 0
  return p.options.length + (isGenerated ? p.strikes : 0)
}

/** dVol / dln(spot) of every option, by the dealer's rule; smiles are linear in ln(strike). */
export function slopeOf({ volRule, skew, volSlope }: DealerParams): number {
  return { stickyStrike: 0, stickyDelta: -skew, spotVol: volSlope }[volRule]
}

/**
 * Tokens that a dealer with the same gamma at every price buys per unit of log price: gamma x spot.
 * @param spot opening price, USD.
 */
export function constantGamma(p: DealerParams, spot: number): number {
  return p.spread === 'constant' ? (p.gammaNotional * p.quantityUnit) / (0.01 * spot) : 0
}

/** Refuse an expiry that has passed, before it becomes a row without value. */
function secondsTo(days: number, what: string): number {
  if (days > 0) return days * DAY
  throw new OptionInputError(
    `${what} is '${days}' days to expiry; give days above 0, or leave out what has expired`,
  )
}

/** Equal quantities of puts below and calls above the opening price, scaled to the gamma asked for. */
function generated(p: DealerParams, spot: number): readonly BookRow[] {
  if (p.spread !== 'strikes' || p.gammaNotional === 0) return []
  const expiresAt = secondsTo(p.daysToExpiry, 'daysToExpiry')
  const step = p.strikes === 1 ? 0 : (2 * p.width) / (p.strikes - 1)
  const statedAt = p.gammaDays > 0 ? p.gammaDays * DAY : expiresAt
  const terms = { spot, rate: p.rate, dividend: p.yield, expiry: statedAt / YEAR }
  let gamma = 0
  const rows = Array.from({ length: p.strikes }, (_, k) => {
    const away = p.strikes === 1 ? 0 : k * step - p.width
    const strike = spot * exp(away)
    const type = away < 0 ? ('put' as const) : ('call' as const)
    const vol = p.vol + p.skew * away
    gamma += blackScholes({ ...terms, type, strike, vol }).gamma
    return { type, strike, expiresAt, vol, slope: slopeOf(p) }
  })
  const quantity = (-p.gammaNotional * p.quantityUnit) / (0.01 * spot * spot * gamma)
  if (!Number.isFinite(quantity))
    throw new OptionInputError(
      `gammaNotional is '${p.gammaNotional}', but options of ${p.strikes} strikes within a log ` +
        `distance of ${p.width} have no gamma ${statedAt / DAY} days before expiry; ` +
        'take an odd number of strikes, a smaller width or more days',
    )
  return rows.map((row) => ({ ...row, quantity }))
}

/**
 * Lay out the rows of a dealer's book.
 * @param spot opening price of the asset, USD.
 * @throws {OptionInputError} when a term is outside what the formulas cover.
 */
export function rowsOf(p: DealerParams, spot: number): readonly BookRow[] {
  const stated = p.options.map(({ type, strike, days, quantity, vol }, i): BookRow => {
    if (!(strike > 0))
      throw new OptionInputError(`options[${i}]: strike is '${strike}'; give a price above 0`)
    return {
      ...{ type, strike, slope: slopeOf(p), quantity: quantity * p.quantityUnit },
      expiresAt: secondsTo(days, `options[${i}]`),
      vol: vol === 0 ? p.vol + p.skew * log(strike / spot) : vol,
    }
  })
  return [...stated, ...generated(p, spot)]
}
