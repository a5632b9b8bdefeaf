import {
  exp,
  expm1,
  logRatio,
  millsRatio,
  millsSlope,
  normalCdf,
  normalPdf,
  productError,
  sumError,
  sumOfThree,
} from '../../math/index.ts'
import type { OptionTerms } from './terms.ts'

/** What a price depends on, each to an ulp or two however much its terms cancel; w = vol^2 T. */
export type Moneyness = {
  /** ln(F/K), F the forward. */
  readonly x: number
  /** x + w/2, x - w/2 and x + 3w/2. */
  readonly up: number
  readonly down: number
  readonly further: number
  /** ln(S/K) - (r - q) T - w/2: the forward mirrored in the spot. */
  readonly back: number
}

/** Gauss-Legendre on -1..1 with five points: nodes 0, +-NEAR, +-FAR. */
const NEAR = 0.5384693101056831
const FAR = 0.906179845938664
const WEIGHT_MIDDLE = 0.5688888888888889
const WEIGHT_NEAR = 0.47862867049936647
const WEIGHT_FAR = 0.23692688505618908

/** Half-widths below this share of 1 + h are integrated, because the difference would cancel. */
const NARROW = 0.05

/** Above this ln(F/K) the legs of the forward differ enough to be subtracted as they are. */
const APART = 0.5

/**
 * Work out logarithmic moneyness in twice the precision of a double and round once.
 *
 * Near expiry a price is a steep function of x / (vol sqrt T): an ulp of ln(S/K) is then worth far
 * more than an ulp of the price.
 */
export function moneyness(terms: OptionTerms, vol: number): Moneyness {
  const { spot, strike, rate, dividend, expiry } = terms
  const log = new Float64Array(2)
  logRatio(spot, strike, log)
  const earned = rate * expiry
  const paid = -dividend * expiry
  const carry = earned + paid
  const carryLow =
    sumError(earned, paid) + productError(rate, expiry) + productError(-dividend, expiry)
  const square = vol * vol
  const w = square * expiry
  const wLow = productError(square, expiry) + productError(vol, vol) * expiry
  const add = (sign: number, weight: number): number => {
    const low = log[1]! + sign * carryLow + weight * wLow + productError(weight, w)
    return sumOfThree(log[0]!, sign * carry, weight * w, low)
  }
  return {
    x: add(1, 0),
    up: add(1, 0.5),
    down: add(1, -0.5),
    further: add(1, 1.5),
    back: add(-1, -0.5),
  }
}

/**
 * Lower bound of a price: the forward for a call, its opposite for a put, where that is positive.
 *
 * @param sign 1 for a call, -1 for a put; x is ln(F/K).
 * @param asset discounted spot and cash, the discounted strike, USD.
 */
export function intrinsic(sign: number, x: number, asset: number, cash: number): number {
  if (sign * x <= 0) return 0
  return x < APART && x > -APART ? sign * cash * expm1(x) : sign * (asset - cash)
}

/**
 * Price an out-of-the-money option per sqrt(S' K'), S' and K' the discounted spot and strike.
 *
 * b = e^(-a/2) N(t - h) - e^(a/2) N(-t - h) with h = a/s, t = s/2, which is
 * density(h) e^(-t^2/2) (Y(t - h) - Y(-t - h)), Y = cdf / density of the normal law. Where the two
 * terms nearly cancel, the difference of Y is taken by `spread`.
 *
 * @param a |ln(F/K)|.
 * @param s vol sqrt T, above 0.
 * @returns relative error below 2e-13 where it is a normal double and a and s are exact.
 */
export function outOfTheMoney(a: number, s: number): number {
  const h = a / s
  const t = s / 2
  if (t > h && t > NARROW * (1 + h)) {
    return exp(-a / 2) * normalCdf(t - h) - exp(a / 2) * normalCdf(-t - h)
  }
  return normalPdf(h) * exp(-0.5 * t * t) * spread(h, t)
}

/**
 * Difference Y(t - h) - Y(-t - h) of Y = cdf / density of the normal law, without cancellation.
 *
 * Y' at -z is `millsSlope(z)`, which narrow differences integrate.
 *
 * @param h distance from the money in standard deviations, >= 0.
 * @param t half the total volatility, in 0..h or below (1 + h) / 20.
 * @returns relative error below 2e-14.
 */
export function spread(h: number, t: number): number {
  if (t > NARROW * (1 + h)) return millsRatio(h - t) - millsRatio(h + t)
  const near = t * NEAR
  const far = t * FAR
  return (
    t *
    (WEIGHT_MIDDLE * millsSlope(h) +
      WEIGHT_NEAR * (millsSlope(h - near) + millsSlope(h + near)) +
      WEIGHT_FAR * (millsSlope(h - far) + millsSlope(h + far)))
  )
}
