import { blackScholes, type Greeks } from './blackScholes.ts'
import { type ForwardTerms, positive } from './terms.ts'

/** An option on a forward or future with its volatility per root of a year. */
export type Black76Input = ForwardTerms & { readonly vol: number }

/**
 * Price a European option on a forward or future and give its sensitivities.
 *
 * A forward grows at no rate under the pricing measure: it is an asset whose yield is the rate. All
 * sensitivities are to the forward and at a constant forward; so is rho, which is -expiry x price.
 *
 * @param input units as in `ForwardTerms`.
 * @returns as `blackScholes`, with the forward in place of the spot.
 * @throws {OptionInputError} when forward, strike, expiry or vol is not above 0 or the rate not finite.
 * Source: Black, "The pricing of commodity contracts", Journal of Financial Economics 3 (1976).
 */
export function black76(input: Black76Input): Greeks {
  const { forward, rate } = input
  positive('forward', forward, 'give a price above 0')
  const greeks = blackScholes({ ...input, spot: forward, dividend: rate })
  return { ...greeks, rho: -input.expiry * greeks.price }
}
