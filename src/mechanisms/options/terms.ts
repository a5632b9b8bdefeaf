import { OptionInputError } from './errors.ts'

/** A right to buy ('call') or to sell ('put'). */
export type OptionType = 'call' | 'put'

/**
 * A European option on a spot price, without its volatility: spot and strike in USD, rate and
 * dividend continuous per year (a dividend is whatever holding the asset earns), expiry in years.
 */
export type OptionTerms = {
  readonly type: OptionType
  readonly spot: number
  readonly strike: number
  readonly rate: number
  readonly dividend: number
  readonly expiry: number
}

/** A European option on a forward or future, without its volatility; units as in `OptionTerms`. */
export type ForwardTerms = {
  readonly type: OptionType
  readonly forward: number
  readonly strike: number
  readonly rate: number
  readonly expiry: number
}

/**
 * Refuse terms that the formulas do not cover.
 * @throws {OptionInputError} naming the term, its value and what to do.
 */
export function checkTerms(terms: OptionTerms): void {
  const { type, spot, strike, rate, dividend, expiry } = terms
  if (type !== 'call' && type !== 'put') {
    throw new OptionInputError(`type is '${type}'; use 'call' or 'put'`)
  }
  positive('spot', spot, 'give a price above 0')
  positive('strike', strike, 'give a price above 0')
  positive('expiry', expiry, 'give years above 0; an option that has expired is worth its payoff()')
  if (!Number.isFinite(rate))
    throw new OptionInputError(`rate is '${rate}'; give a number per year`)
  if (!Number.isFinite(dividend)) {
    throw new OptionInputError(`dividend is '${dividend}'; give a number per year, 0 for none`)
  }
}

/**
 * Refuse a volatility that is not above 0.
 * @throws {OptionInputError} naming the value and what to do.
 */
export function checkVol(vol: number): void {
  positive('vol', vol, 'give a volatility per root of a year above 0, such as 0.6 for 60 %')
}

/**
 * Refuse a number that is not above 0 and finite.
 * @throws {OptionInputError} naming it, its value and the remedy.
 */
export function positive(name: string, value: number, remedy: string): void {
  if (!(value > 0 && value < Infinity)) {
    throw new OptionInputError(`${name} is '${value}'; ${remedy}`)
  }
}

/**
 * Pay an option out at expiry.
 *
 * @param spot settlement price and strike, USD, at least 0.
 * @returns max(0, spot - strike) for a call, max(0, strike - spot) for a put, USD.
 */
export function payoff(type: OptionType, spot: number, strike: number): number {
  return Math.max(0, type === 'call' ? spot - strike : strike - spot)
}
