import { exp, normalCdf, normalPdf } from '../../math/index.ts'
import { intrinsic, moneyness, outOfTheMoney } from './normalised.ts'
import { checkTerms, checkVol, type OptionTerms } from './terms.ts'

/** A spot option with its volatility per root of a year (0.6 for 60 %). */
export type BlackScholesInput = OptionTerms & { readonly vol: number }

/** Price and sensitivities of one option, USD; per 1.00 of vol and of rate, per year of time. */
export type Greeks = {
  readonly price: number
  /** dPrice/dSpot */
  readonly delta: number
  /** d2Price/dSpot2, per USD */
  readonly gamma: number
  /** dPrice/dVol */
  readonly vega: number
  /** dPrice/dTime as time passes, per year */
  readonly theta: number
  /** dPrice/dRate */
  readonly rho: number
  /** dDelta/dVol */
  readonly vanna: number
  /** d2Price/dVol2 */
  readonly volga: number
  /** dDelta/dTime as time passes, per year */
  readonly charm: number
  /** dGamma/dSpot, per USD^2 */
  readonly speed: number
}

/**
 * Price a European option on an asset with a continuous yield and give its sensitivities.
 *
 * Out of the money the price is one product without subtraction (`outOfTheMoney`), in the money that
 * plus the forward; every probability is taken in its own tail.
 *
 * @param input units as in `OptionTerms` and `BlackScholesInput`.
 * @returns see `Greeks`; relative error below 1e-12 where the true value is a normal double. Theta and
 * charm are sums of terms of both signs: next to a zero of theirs the bound is that of the largest term.
 * @throws {OptionInputError} when spot, strike, expiry or vol is not above 0 or a term is not finite.
 * Source: Black and Scholes, Journal of Political Economy 81 (1973); Merton, Bell Journal 4 (1973).
 *
 * @example
 * blackScholes({ type: 'call', spot: 100, strike: 100, rate: 0.05, dividend: 0, expiry: 1, vol: 0.2 }).price
 * // 10.45058357218557
 */
export function blackScholes(input: BlackScholesInput): Greeks {
  checkTerms(input)
  checkVol(input.vol)
  const { type, spot, strike, rate, dividend, expiry, vol } = input
  const sign = type === 'call' ? 1 : -1
  const { x, up, down, further, back } = moneyness(input, vol)
  const root = Math.sqrt(expiry)
  const s = vol * root
  const d1 = up / s
  const d2 = down / s
  const yielded = exp(-dividend * expiry)
  const asset = spot * yielded
  const cash = strike * exp(-rate * expiry)
  const density = yielded * normalPdf(d1)
  const owned = sign * yielded * normalCdf(sign * d1)
  const owed = sign * cash * normalCdf(sign * d2)
  const timeValue = Math.sqrt(asset) * Math.sqrt(cash) * outOfTheMoney(Math.abs(x), s)
  const price = intrinsic(sign, x, asset, cash) + timeValue
  // Of the two sums that carry gives, the one without the larger of what is owned and what is owed.
  const carried =
    type === 'call'
      ? dividend * price - (rate - dividend) * owed
      : rate * price - (rate - dividend) * spot * owned
  const gamma = density / (spot * s)
  const vega = spot * density * root
  return {
    price,
    delta: owned,
    gamma,
    vega,
    theta: (-0.5 * spot * density * vol) / root + carried,
    rho: expiry * owed,
    vanna: (-density * d2) / vol,
    volga: (vega * d1 * d2) / vol,
    charm: dividend * owned + (density * back) / (2 * expiry * s),
    speed: ((-gamma / spot) * further) / (s * s),
  }
}
